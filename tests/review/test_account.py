"""Reviews and the account: objects of other stacks, outside changes, limits, and reviews without account data."""

from dataclasses import astuple, replace

import pytest

from live_recording.core.errors import ConfigError
from live_recording.review.build import NO_ACCOUNT_DATA, build_review
from live_recording.review.preview import parse_preview
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.provider_in_process import ProviderInProcess
from tests.support.review_stack import STACK, Changing, edited, losses, snapshot_of, stack_file

D = "push.example.com"


@pytest.fixture(name="stack")
def _stack(account: Account) -> Changing:
    return Changing(account.emulator).up(STACK)


def test_what_others_own_is_named(stack: Changing) -> None:
    """Rules, templates and tasks that the stack does not manage, with the owner that a name tells."""
    account = stack.account
    theirs = account.template("shop--prod--main")
    account.rule(theirs, "other.example.com")
    left = account.template("live-recording--dev--left")
    times = {"StartTime": int(NOW.timestamp()) + 60, "EndTime": int(NOW.timestamp()) + 120}
    account.in_console("CreateRecordTask", DomainName=D, AppName="live", StreamName="theirs", **times)
    task = next(task["TaskId"] for task in account.state["tasks"] if task["StreamName"] == "theirs")
    review = stack.review(STACK)

    assert review.unmanaged == (
        f"Rule other.example.com/*/* points to template {theirs} (shop--prod--main, owned by stack prod of project shop).",
        f"Template {theirs} (shop--prod--main, owned by stack prod of project shop) has no entry in this stack.",
        f"Template {left} (live-recording--dev--left) has no entry in this stack.",
        f"Task {task} records {D}/live/theirs from 2026-11-20T12:01:00Z to 2026-11-20T12:02:00Z.",
    )
    assert [astuple(limit) for limit in review.limits] == [("rules", 3, 3, 3, 50, 1), ("templates", 4, 4, 4, 50, 2)]


def test_drift_is_seen_as_it_is(stack: Changing) -> None:
    """What has no step stays as it is live, whatever the state remembers; what has one is written as a whole."""
    account = stack.account
    account.in_console("DeleteLiveRecordRule", DomainName=D, AppName="", StreamName="")
    clips = next(t["TemplateId"] for t in account.state["templates"] if t["TemplateName"].endswith("clips"))
    account.in_console("ModifyLiveRecordTemplate", TemplateId=clips, HlsParam={"Enable": 1})
    review = stack.review(edited(("7d", "8d")))

    assert [(one.name, one.changed) for one in review.patterns] == [(f"{D}/studio/*", True)]
    assert losses(review) == [
        ("format", "templates.clips", f"{D}/live/final"),
        ("format", "templates.clips", f"{D}/studio/*"),
    ]


@pytest.mark.parametrize(
    ("by_hand", "text", "expected"),
    [
        pytest.param("retarget", edited(("app: studio, template: clips", "app: studio, template: archive")), 'rules.studio: The rule for push.example.com/studio/* points to template 1003 ("theirs"), but this stack created it for template 1001', id="changed-rule-is-not-changed"),
        pytest.param("retarget", STACK.replace("  studio: {domain: push.example.com, app: studio, template: clips}\n", ""), "rules.studio: The rule for push.example.com/studio/* points to template theirs", id="changed-rule-is-not-deleted"),
        pytest.param("use", STACK.replace("template: clips", "template: archive").replace("  clips: {flv: {storage_time: 7d}}\n", ""), "templates.clips: Template live-recording--dev--clips cannot be deleted: it is used by rules for other.example.com/*/*.", id="template-in-use-is-not-deleted"),
    ],
)  # fmt: skip
def test_conflict_with_the_account_is_reported(stack: Changing, by_hand: str, text: str, expected: str) -> None:
    """An outside change is not overwritten; the review says so before the deployment fails halfway."""
    account, ids = stack.account, {t["TemplateName"]: t["TemplateId"] for t in stack.account.state["templates"]}
    if by_hand == "retarget":
        account.in_console("DeleteLiveRecordRule", DomainName=D, AppName="studio", StreamName="")
        account.rule(account.template("theirs"), D, "studio")
    else:
        account.rule(str(ids["live-recording--dev--clips"]), "other.example.com")
    review = stack.review(text)

    (message,) = (*review.refused, *review.conflicts)  # by the plan already, where a check can see it
    assert message.startswith(expected)
    assert review.stops


def test_too_many_rules_are_a_conflict(stack: Changing) -> None:
    """A plan with other limits, or without account data, may exceed the account's limits."""
    move = edited(("app: studio, template", "app: atelier, template"))
    review = stack.review(f"{move}limits: {{rules: 2}}\n")
    fix = "Delete some in an earlier deployment, or raise limits.rules in the stack file if the vendor has raised it."

    assert review.conflicts == (
        f"rules: the account would hold 3 rules during the deployment, but 2 are allowed. {fix}",
    )
    assert review.stops


def test_without_account_the_state_speaks(stack: Changing) -> None:
    """Losses and patterns of the stack's own entries are the same as with account data; the rest is not reported."""
    ends = ("  studio: {domain: push.example.com, app: studio, template: clips}\n", "")
    shorter = (("30d", "3d"), ("duration: 3h", "duration: 1h"))
    for text in (edited(ends), edited(*shorter), edited(("template: archive}", "record: false}"))):
        blind, seeing = stack.review(text, account=False), stack.review(text)

        assert (blind.losses, blind.patterns, blind.operations) == (seeing.losses, seeing.patterns, seeing.operations)
        assert [replace(task, name="") for task in blind.tasks] == [replace(task, name="") for task in seeing.tasks]
        assert (blind.account_at, blind.limits, blind.unmanaged, blind.limitations) == (
            None,
            (),
            (),
            (NO_ACCOUNT_DATA,),
        )
        assert blind.stops
        assert seeing.account_at == NOW


def test_without_account_foreign_templates_are_not_guessed(account: Account) -> None:
    """The formats of an unmanaged template are unknown, and the review says so."""
    theirs = account.template("theirs")
    text = f"rules:\n  legacy: {{domain: {D}, template_id: {theirs}}}\n"
    review = Changing(account.emulator).up(text).review(text, account=False)
    unknown = f"the formats of template {theirs} are unknown, so {D}/*/* is not reviewed."

    assert review.patterns == ()
    assert review.limitations == (NO_ACCOUNT_DATA, f"rules.legacy: {unknown}")


def test_destroy_ends_everything(stack: Changing) -> None:
    """The plan of a destroy loses all that the stack records, and leaves what others have."""
    stack.account.rule(stack.account.template("theirs"), "other.example.com")
    review = stack.review(STACK, destroy=True)

    assert losses(review) == [
        ("stops", "rules.everything", f"{D}/*/*"),
        ("stops", "rules.studio", f"{D}/studio/*"),
        ("stops", "tasks.final", f"{D}/live/final"),
    ]
    assert [(limit.before, limit.peak, limit.after) for limit in review.limits] == [(3, 3, 1), (3, 3, 1)]


def test_refused_plan_says_why_and_nothing_else(stack: Changing) -> None:
    """A plan that the engine refuses changes nothing, so nothing else is said of it."""
    stack.account.rule(stack.account.template("theirs"), D, "taken")
    review = stack.review(edited(("app: studio", "app: taken")))

    assert [said.partition(": The account already has a rule")[0] for said in review.refused] == ["rules.studio"]
    assert (review.losses, review.patterns, review.limits, review.tasks) == ((), (), (), ())
    assert review.stops


def test_file_with_errors_is_refused(stack: Changing) -> None:
    """The errors of the current stack file are listed with those of the engine."""
    wrong = edited(("studio, template: clips", "studio, template: clip"))
    review = stack.review(wrong, plan_of=STACK)

    assert [sentence.rpartition("[")[2] for sentence in review.refused] == ["unknown-template]"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  studio: {", "  atelier: {", "it creates rules.atelier, which the file does not declare"),
        ("  studio: {domain: push.example.com, app: studio, template: clips}\n", "", "it deletes rules.studio, which the file declares"),
        ("30d}}", "30d}}\n  more: {}", "it creates templates.more, which the file does not declare"),
    ],
    ids=["another-name", "less", "more"],
)  # fmt: skip
def test_plan_of_another_version_is_reported(stack: Changing, old: str, new: str, expected: str) -> None:
    """A plan that cannot come from this stack file is no ground for a review."""
    with pytest.raises(ConfigError, match=expected):
        stack.review(STACK, plan_of=edited((old, new)))


def test_account_of_another_site_is_reported(stack: Changing) -> None:
    """A snapshot of the other site says nothing about this stack."""
    other = replace(snapshot_of(stack.settings), site="cn")
    file, plan = stack_file(STACK, stack.settings), stack.engine.preview(ProviderInProcess(stack.settings), ())

    with pytest.raises(ConfigError, match="The snapshot is from an account on site cn, but stack dev is on site intl"):
        build_review(file, parse_preview(plan, file.owner), other, NOW)


def test_move_between_cos_and_vod_is_said(cn_account: Account) -> None:
    """The retention of a bucket is unknown, so a move in either direction must be acknowledged."""
    where = "cos_bucket_name: b, cos_bucket_region: ap-guangzhou, cos_bucket_path: /x"
    vod = f"templates:\n  t: {{mp4: {{storage_time: 30d}}}}\nrules:\n  r: {{domain: {D}, template: t}}\n"
    cos = vod.replace("{storage_time: 30d}", f"{{{where}}}, cos_store: true")
    said = []
    for before, after in ((vod, cos), (cos, vod)):
        cn_account.emulator.service.reset()
        said.append([loss.sentence for loss in Changing(cn_account.emulator).up(before).review(after).losses])

    assert said == [
        [f"{D}/*/*: MP4 retention changes from 30 days to the lifetime set by the COS bucket."],
        [f"{D}/*/*: MP4 retention changes from the lifetime set by the COS bucket to 30 days."],
    ]
