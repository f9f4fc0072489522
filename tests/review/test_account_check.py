"""Reviews and their account: another account, objects that are missing, and domains that are unknown."""

import pytest

from live_recording.account.guard import WrongAccount
from live_recording.emulator import Emulator
from live_recording.emulator.domains import Domain
from live_recording.review.build import build_review
from live_recording.review.preview import parse_preview
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.engine_double import CheckFailed
from tests.support.provider_in_process import ProviderInProcess
from tests.support.review_stack import STACK, Changing, resources_of, snapshot_of, stack_file

PUSH = Domain(name="push.example.com")
RULES = (
    "templates: {archive: {mp4: {storage_time: 30d}}}\nrules: {all: {domain: push.example.com, template: archive}}\n"
)


def test_objects_of_the_state_that_are_not_in_the_account_stop(account: Account) -> None:
    """A rule and a task that were deleted outside are named, although the plan changes nothing."""
    stack = Changing(account.emulator).up(STACK)
    account.in_console("DeleteLiveRecordRule", DomainName="push.example.com", AppName="studio", StreamName="")
    (task,) = account.state["tasks"]
    account.in_console("DeleteRecordTask", TaskId=task["TaskId"])
    review = stack.review(STACK)

    assert review.stops
    assert [sentence.partition(": ")[0] for sentence in review.missing] == ["rules.studio", "tasks.final"]
    assert all("the account does not. If it was deleted outside Pulumi" in sentence for sentence in review.missing)


def test_plan_and_account_data_of_two_accounts(account: Account) -> None:
    """The plan of one account is not reviewed with the data of another one; both are named."""
    stack = Changing(account.emulator).up(STACK)
    file = stack_file(STACK.replace("30d", "40d"), stack.settings)
    plan = stack.engine.preview(ProviderInProcess(stack.settings), resources_of(file))
    with Emulator(now=NOW, account="100000000002") as other:
        snapshot = snapshot_of(Changing(other).settings)
    with pytest.raises(
        WrongAccount, match=r"of account 100000000002, but the stack's state is of account 100000000001"
    ):
        build_review(file, parse_preview(plan, file.owner), snapshot, NOW)


def test_unknown_account_without_any_template_looks_like_another_one(account: Account) -> None:
    """Without an answer of STS, a state none of whose templates exists is said to be of another account."""
    stack = Changing(account.emulator).up(STACK)
    plan = stack.engine.preview(ProviderInProcess(stack.settings), resources_of(stack_file(STACK, stack.settings)))
    with Emulator(now=NOW, denied={"GetCallerIdentity"}) as other:
        snapshot = snapshot_of(Changing(other).settings)
    file = stack_file(STACK, stack.settings)
    review = build_review(file, parse_preview(plan, file.owner), snapshot, NOW)

    assert "this looks like another account" in review.missing[0]
    assert review.account.startswith("account unknown, ")


@pytest.mark.parametrize(
    ("domains", "said"),
    [
        ((Domain(name="psuh.example.com"),), 'no domain "push.example.com". Did you mean "psuh.example.com"?'),
        ((Domain(name="cdn.other.net"),), 'no domain "push.example.com". Its push domains: cdn.other.net.'),
        ((Domain(name="push.example.com", playback=True),), "is a playback domain"),
        ((), "It has no push domains."),
        ((PUSH,), ""),
        ((Domain(name="push.example.com", delay_live=True),), ""),
        ((*(Domain(name=f"d{n:03}.example.com") for n in range(150)), PUSH), ""),
    ],
    ids=["typo", "others", "playback", "none", "known", "slow-live", "second-page"],
)
def test_domains_are_checked(domains: tuple[Domain, ...], said: str) -> None:
    """By the provider before anything is created, and by the review: both kinds of domains, on all pages."""
    with Emulator(now=NOW, domains=domains) as emulator:
        stack = Changing(emulator)
        file = stack_file(STACK, stack.settings)
        provider = ProviderInProcess(stack.settings)
        if said:
            with pytest.raises(CheckFailed, match=r"\[unknown-domain\]") as refused:
                provider.check("rule", {"domain": "push.example.com", "template_id": "1001"})
            assert said in str(refused.value)
        else:
            stack.up(STACK)
        snapshot = snapshot_of(stack.settings)
    plan = '{"steps": [], "changeSummary": {}, "diagnostics": []}'
    review = build_review(file, parse_preview(plan, file.owner), snapshot, NOW)

    assert bool(review.unknown_domains) is bool(said)
    assert all(said in sentence and sentence.endswith("[unknown-domain]") for sentence in review.unknown_domains)
    assert not said or review.stops
    assert review.warnings == ()


def test_disabled_domain_is_a_warning() -> None:
    """A disabled domain is accepted, and a line says so."""
    with Emulator(now=NOW, domains=(Domain(name="push.example.com", disabled=True),)) as emulator:
        review = Changing(emulator).up(STACK).review(STACK)

    assert [sentence.partition(" is disabled")[0] for sentence in review.warnings] == ['The domain "push.example.com"']
    assert (review.unknown_domains, review.stops) == ((), False)


OVER = """
tasks:
  over: {domain: push.example.com, app: live, stream: derby, start: 2026-11-20T08:00Z, duration: 2h, template: archive}
"""
ACKNOWLEDGED = "acknowledge:\n  - {finding: never-records, path: tasks.over, reason: kept for the record}\n"


def _never_records(stack: Changing, text: str) -> list[str]:
    return [str(found) for found in stack.review(text).findings if found.id == "never-records"]


def test_task_that_is_over_before_it_is_created_is_reported(account: Account) -> None:
    """A wrong hour or zone shows in the review of the change that adds the task; an acknowledgement ends it."""
    stack = Changing(account.emulator).up(RULES)
    (found,) = _never_records(stack, RULES + OVER)

    assert "tasks.over: The task ended at 2026-11-20T10:00:00Z, and the account never had it" in found
    assert _never_records(stack, RULES + OVER + ACKNOWLEDGED) == []


def test_tasks_that_finished_in_the_ordinary_way_are_not_reported(account: Account) -> None:
    """Neither while the state has the task, nor after it has left the state, nor where account data does not reach."""
    later = OVER.replace("T08:00Z", "T13:00Z")
    stack = Changing(account.emulator).up(RULES + later).at(4)
    assert _never_records(stack, RULES + later) == []

    stack.up(RULES + later)
    assert _never_records(stack, RULES + later) == []
    assert _never_records(stack, RULES + OVER.replace("11-20", "11-18")) == []


ADDED_TOO_LATE = {
    "task": (
        "",
        OVER.replace("11-20", "11-10"),
        "tasks.over: This change is too late: the task ended at 2026-11-10T10",
    ),
    "task that moves": (OVER, OVER.replace("11-20", "11-10"), "tasks.over: This change is too late: the task ended at"),
    "without account data": ("", OVER, "tasks.over: This change is too late: the task ended at 2026-11-20T10"),
    "schedule": (
        "",
        "schedules: {cup: {domain: push.example.com, app: live, stream: cup, rrule: FREQ=DAILY, at: '20:00', duration: 2h, until: 2025-11-20}}",
        "schedules.cup: This change is too late: the last day of the schedule is over.",
    ),
}


@pytest.mark.parametrize(("before", "after", "sentence"), ADDED_TOO_LATE.values(), ids=ADDED_TOO_LATE)
def test_entry_that_is_over_when_it_is_added_is_reported(
    account: Account, before: str, after: str, sentence: str
) -> None:
    """The commit before the change shows that it was never in force, however long ago it ended; once is enough."""
    stack = Changing(account.emulator).up(RULES)

    def found(text: str, base: str) -> list[str]:
        review = stack.review(text, account=False, base=base)
        return [str(each) for each in review.findings if each.id == "never-records"]

    (one,) = found(RULES + after, RULES + before)
    assert sentence in one
    assert one.endswith("It never records. Correct its times, or remove it. [never-records]")
    assert found(RULES + after, RULES + after) == []
