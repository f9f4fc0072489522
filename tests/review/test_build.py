"""Whole reviews of plans: what is lost, what is accepted, what changes nothing, and what is coming."""

from dataclasses import astuple
from pathlib import Path

import pytest

from live_recording.account.domains import NOT_CHECKED
from live_recording.core.findings import Finding
from live_recording.review.model import Operation
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.review_stack import STACK, Changing, edited, losses

GOLDEN = Path(__file__).parent.parent / "golden" / "review"
D = "push.example.com"
Change = tuple[str, str]


@pytest.fixture(name="stack")
def _stack(account: Account) -> Changing:
    return Changing(account.emulator).up(STACK)


def test_recording_loss_is_said_in_these_lines(account: Account, request: pytest.FixtureRequest) -> None:
    """The change between two golden files yields exactly the lines beside them."""
    before, after = (GOLDEN / f"recording-loss.{when}.yaml" for when in ("before", "after"))
    review = Changing(account.emulator).up(before.read_text("utf-8")).review(after.read_text("utf-8"))
    seen = "".join(f"{Finding.new('recording-loss', loss.path, loss.sentence)}\n" for loss in review.losses)
    expected = GOLDEN / "recording-loss.out"
    if request.config.getoption("--rewrite"):
        expected.write_text(seen, encoding="utf-8")

    assert seen
    assert seen == expected.read_text("utf-8")


def test_nothing_changes(stack: Changing) -> None:
    """An unchanged file has no losses and no changes, and does not stop."""
    review = stack.review(STACK)

    assert (review.losses, review.operations, review.conflicts, review.missing, review.stops) == ((), (), (), (), False)
    assert review.limitations == (NOT_CHECKED,)
    assert review.account.startswith("account 100000000001, site intl, http://127.0.0.1:")
    assert [(one.name, one.changed) for one in review.patterns] == [(f"{D}/*/*", False), (f"{D}/studio/*", False)]
    assert [astuple(limit) for limit in review.limits] == [("rules", 2, 2, 2, 50, 0), ("templates", 2, 2, 2, 50, 0)]
    assert [(task.name, task.change) for task in review.tasks] == [("tasks.final", "kept")]


def test_first_deployment_is_all_new(account: Account) -> None:
    """The operations in order, each with its kind of resource; nothing can be lost."""
    review = Changing(account.emulator).review(STACK)

    assert review.operations == (
        Operation("create", "RecordRule", "everything", ()),
        Operation("create", "RecordRule", "studio", ()),
        Operation("create", "RecordTask", "final", ()),
        Operation("create", "RecordTemplate", "archive", ()),
        Operation("create", "RecordTemplate", "clips", ()),
    )
    assert [astuple(limit) for limit in review.limits] == [("rules", 0, 2, 2, 50, 0), ("templates", 0, 2, 2, 50, 0)]
    assert [(task.name, task.change, task.template) for task in review.tasks] == [("tasks.final", "new", "clips")]
    assert (review.losses, review.stops) == ((), False)


FINAL = "  final: {domain: push.example.com, app: live, stream: final, start: 2026-11-20T13:00Z, duration: 3h"
EARLIER = FINAL.replace("final: {", "early: {").replace("13:00Z, duration: 3h", "12:30Z, duration: 4h")


@pytest.mark.parametrize(
    ("changes", "operations"),
    [
        pytest.param([("  studio: {", "  atelier: {was: studio, ")], [], id="rule-with-was"),
        pytest.param([("  studio: {", "  atelier: {")], [("create", "atelier"), ("delete", "studio")], id="rule-without-was"),
        pytest.param([("  final: {", "  cup: {")], [("create", "cup"), ("delete", "final")], id="task-without-was"),
        pytest.param([("  clips: {", "  shorts: {was: clips, "), ("template: clips", "template: shorts")], [("update", "shorts")], id="template-with-was"),
        pytest.param(
            [("  clips: {", "  shorts: {"), ("template: clips", "template: shorts")],
            [("create", "shorts"), ("delete", "clips"), ("replace", "final"), ("update", "studio")],
            id="template-without-was",
        ),
        pytest.param([("duration: 3h", "duration: 4h")], [("replace", "final")], id="longer-task"),
        pytest.param([(FINAL, EARLIER)], [("create", "early"), ("delete", "final")], id="task-within-another"),
        pytest.param([("7d", "8d")], [("update", "clips")], id="kept-longer"),
        pytest.param([("{storage_time: 7d}", "{storage_time: 7d}, hls: {}")], [("update", "clips")], id="one-more-format"),
    ],
)  # fmt: skip
def test_changes_without_loss(stack: Changing, changes: list[Change], operations: list[Change]) -> None:
    """A new name, a longer time, one more format: no second of any stream is lost."""
    review = stack.review(edited(*changes))

    assert sorted((one.op, one.name) for one in review.operations) == operations
    assert (losses(review), review.conflicts, review.stops) == ([], (), False)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            [("template: archive}", "record: false}")], [("stops", "rules.everything", f"{D}/*/*")], id="suppressed"
        ),
        pytest.param(
            [("  archive: {mp4: {storage_time: 30d}}", "  archive: {}")], [("stops", "templates.archive", f"{D}/*/*")], id="template-without-formats"
        ),
        pytest.param([("app: studio, template: clips", "app: studio, template: archive")], [("format", "rules.studio", f"{D}/studio/*")], id="retargeted"),
        pytest.param(
            [("app: studio", "app: atelier")],
            [("format", "rules.studio", f"{D}/atelier/*"), ("format", "rules.studio", f"{D}/studio/*")],
            id="moved",
        ),
        pytest.param(
            [("storage_time: 7d", "storage_time: 6d")],
            [("retention", "templates.clips", f"{D}/live/final"), ("retention", "templates.clips", f"{D}/studio/*")],
            id="kept-shorter",
        ),
        pytest.param(
            [("{flv: {storage_time: 7d}}", "{delay_live: true, flv: {storage_time: 6d}}")],
            [("retention", "templates.clips", f"{D}/live/final"), ("retention", "templates.clips", f"{D}/studio/*")],
            id="kept-shorter-by-another-object",
        ),
        pytest.param([("duration: 3h", "duration: 2h")], [("format", "tasks.final", f"{D}/live/final")], id="ends-earlier"),
    ],
)  # fmt: skip
def test_losses_are_blamed_on_the_entry_that_changed(
    stack: Changing, changes: list[Change], expected: list[tuple[str, str, str]]
) -> None:
    """What stops or is shortened, and where in the stack file it comes from."""
    review = stack.review(edited(*changes))

    assert losses(review) == expected
    assert review.stops


ENDS = ("  studio: {domain: push.example.com, app: studio, template: clips}\n", "")
ACCEPTED = "acknowledge:\n  - {finding: recording-loss, path: PATH, reason: nobody watches, until: 2026-11-27}\n"


@pytest.mark.parametrize(
    ("entry", "stops", "found", "in_force"),
    [
        pytest.param("", True, [], 0, id="not-acknowledged"),
        pytest.param(ACCEPTED.replace("PATH", "rules.studio"), False, [], 1, id="acknowledged"),
        pytest.param(ACCEPTED.replace("2026-11-27", "2026-11-20").replace("PATH", "rules.studio"), False, [], 1, id="until-today"),
        pytest.param(ACCEPTED.replace("2026-11-27", "2026-11-19").replace("PATH", "rules.studio"), True, ["acknowledgement-expired"], 0, id="expired"),
        pytest.param(ACCEPTED.replace("PATH", "rules.stud"), True, [], 1, id="another-entry"),
    ],
)  # fmt: skip
def test_acknowledged_losses_do_not_stop(
    stack: Changing, entry: str, stops: bool, found: list[str], in_force: int
) -> None:
    """A loss stops until the stack file acknowledges it; `check` accepts that acknowledgement."""
    review = stack.review(edited(ENDS) + entry)

    assert losses(review) == [("format", "rules.studio", f"{D}/studio/*")]
    assert review.stops == stops
    assert [one.id for one in review.findings if one.path[0] == "acknowledge"] == found
    assert len(review.acknowledged) == in_force


def test_task_that_ends_is_a_loss_until_it_is_over(stack: Changing) -> None:
    """A task that runs loses what is left of it; one that is over loses nothing."""
    gone = STACK.partition("tasks:")[0]
    while_it_runs = stack.at(2).review(gone)

    assert losses(while_it_runs) == [("format", "tasks.final", f"{D}/live/final")]
    assert "on 2026-11-20 from 14:00 to 16:00 (UTC)" in while_it_runs.losses[0].sentence
    assert [(task.name, task.change) for task in while_it_runs.tasks] == [("tasks.final", "removed")]
    assert stack.at(4).review(gone).losses == ()


def test_tasks_of_the_next_days(account: Account) -> None:
    """Names, what is soon, what overlaps, what is not ours, and what is not created yet."""
    daily = 'schedules:\n  derby: {domain: push.example.com, app: live, stream: final, rrule: "FREQ=DAILY", at: "14:00", duration: 1h}\n'
    stack = Changing(account.emulator).up(STACK + daily).at(0.6)
    theirs = {"StartTime": int(NOW.timestamp()) + 5400, "EndTime": int(NOW.timestamp()) + 7200}
    account.in_console("CreateRecordTask", DomainName=D, AppName="live", StreamName="theirs", **theirs)
    review = stack.review((STACK + daily).replace("duration: 3h", "duration: 2h"))
    rows = [(t.name if t.managed else "theirs", t.change, t.soon, t.overlaps, t.template) for t in review.tasks]

    assert rows[:4] == [
        ("tasks.final", "changed", True, ("schedules.derby (2026-11-20T14:00)",), "clips"),
        ("theirs", "kept", False, (), ""),
        ("schedules.derby (2026-11-20T14:00)", "kept", False, ("tasks.final",), ""),
        ("schedules.derby (2026-11-21T14:00)", "kept", False, (), ""),
    ]
    assert len(rows) == 8
    assert review.later == {
        "derby-20261126T1400": "2026-11-21",
        "derby-20261127T1400": "2026-11-22",
        "derby-20261128T1400": "2026-11-23",
    }
    assert losses(review) == [("format", "tasks.final", f"{D}/live/final")]


def test_live_record_that_ends_is_a_loss(account: Account) -> None:
    """A deprecated record that is removed before its end is a loss, unless a task records the same time."""
    stream = "{domain: push.example.com, app: live, stream: final, start: 2026-11-20T13:00Z"
    old = f"live_records:\n  final: {stream}, end: 2026-11-20T15:00Z, file_format: flv}}\n"
    task = f"templates: {{t: {{flv: {{}}}}}}\ntasks:\n  final: {stream}, duration: 90m, template: t}}\n"
    stack = Changing(account.emulator).up(old)
    in_part = stack.review(task)

    assert losses(stack.review(old)) == []
    assert losses(stack.review("{}")) == [("stops", "live_records.final", f"{D}/live/final")]
    assert losses(in_part) == [("stops", "live_records.final", f"{D}/live/final")]
    assert "on 2026-11-20 from 14:30 to 15:00 (UTC)" in in_part.losses[0].sentence
    assert losses(stack.at(3).review("{}")) == []
