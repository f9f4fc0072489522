"""What an account holds after a plan: adoptions, moves, what is left alone, what is refused, and the most on the way."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from live_recording.account.snapshot import Snapshot
from live_recording.core.findings import format_path
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import StreamKey
from live_recording.core.windows import Window
from live_recording.desired.declarations import DesiredResource
from live_recording.desired.specs import RuleSpec, TaskSpec, TemplateSpec
from live_recording.review.changes import PlannedChange, display_name, entry_path
from live_recording.review.ownership import snapshot_from_state
from live_recording.review.simulation import SimulatedPlan, simulate_plan
from live_recording.stackfile.model import TemplateArgs
from tests.support.clock import NOW
from tests.support.entries import read_entry
from tests.support.live_objects import snapshot

AT, HOUR = int(NOW.timestamp()), 3600
OWNER = StackRef("live-recording", "dev")
D = "push.example.com"
MP4: dict[str, Any] = {"mp4": {"storage_time": 60}}
FLV: dict[str, Any] = {"flv": {}}
ARCHIVE = {"template_name": OWNER.template_name("archive"), **MP4}
LIVE_ARCHIVE = {
    "TemplateId": 1,
    "TemplateName": OWNER.template_name("archive"),
    "Mp4Param": {"Enable": 1, "StorageTime": 60},
}
THEIRS = {"TemplateId": 9, "TemplateName": "theirs", "FlvParam": {"Enable": 1}}
TIMES = {"start": "2026-11-20T13:00:00Z", "end": "2026-11-20T15:00:00Z"}
STREAM = {"domain": D, "app": "live", "stream": "final"}


def task(task_id: str, start: int = 1, end: int = 3, template: int = 1, **fields: Any) -> dict[str, Any]:
    """Return a live task of so many hours from now on."""
    names = {"TaskId": task_id, "DomainName": D, "AppName": "live", "StreamName": "final", "TemplateId": template}
    return names | {"StartTime": AT + start * HOUR, "EndTime": AT + end * HOUR, "Stopped": 0} | fields


def account(rules: Mapping[str, str] = {}, *tasks: dict[str, Any], **templates: dict[str, Any]) -> Snapshot:
    """Return an account with `archive` (1) and the template of others (9), rules by stream, and tasks."""
    held = {"1": LIVE_ARCHIVE, "9": THEIRS} | {name.removeprefix("t"): body for name, body in templates.items()}
    keys = {StreamKey(D, "", stream): used for stream, used in rules.items()}
    return snapshot(held, keys, {found["TaskId"]: found for found in tasks})


def rule(op: Any, name: str, old: str = "", new: str = "", template: str | None = None, **fields: Any) -> PlannedChange:
    """Return a change of a rule, from `stream=id` to `stream=id`."""

    def given(text: str) -> dict[str, str]:
        stream, _, used = text.partition("=")
        return {"domain": D, "app": "", "stream": stream} | ({"template_id": used} if used else {}) if text else {}

    return PlannedChange(
        op,
        "rule",
        name,
        f"{D}//{old.partition('=')[0]}" if old else "",
        given(old),
        given(new),
        template=template,
        **fields,
    )


def made(taken: Snapshot, steps: Sequence[PlannedChange], *declared: DesiredResource) -> SimulatedPlan:
    """Simulate a plan of this stack."""
    return simulate_plan(taken, steps, declared, OWNER, NOW)


def rules_after(found: SimulatedPlan) -> dict[str, str]:
    """Stream -> template."""
    return {at.stream: used for at, used in found.after.account.rules.items()}


R = DesiredResource("r", RuleSpec(StreamKey(D, "", "s")), "archive")
A = DesiredResource("archive", TemplateSpec(ARCHIVE["template_name"], read_entry(TemplateArgs, MP4)))


@pytest.mark.parametrize(
    ("live", "steps", "declared", "expected", "peak", "conflict"),
    [
        pytest.param({"s": "1"}, (), (A, R), {"s": "1"}, 1, "", id="nothing-changes"),
        pytest.param({"s": "9"}, (), (A, R), {"s": "9"}, 1, "", id="what-has-no-step-stays-as-it-is-live"),
        pytest.param({}, [rule("create", "r", new="s=1")], (A, R), {"s": "1"}, 1, "", id="made"),
        pytest.param({"s": "1"}, [rule("create", "r", new="s=1")], (A, R), {"s": "1"}, 1, "", id="adopted"),
        pytest.param({"s": "9"}, [rule("create", "r", new="s=1")], (A, R), {"s": "9"}, 1, "already has a rule", id="taken"),
        pytest.param({"s": "1"}, [rule("delete", "r", "s=1")], (A,), {}, 1, "", id="deleted"),
        pytest.param({}, [rule("delete", "r", "s=1")], (A,), {}, 0, "", id="gone-already"),
        pytest.param({"s": "9"}, [rule("delete", "r", "s=1")], (A,), {"s": "9"}, 1, "points to template theirs, but this stack created it for template archive", id="changed-by-somebody-is-not-deleted"),
        pytest.param({"s": "1"}, [rule("delete", "r", "s=1"), rule("create", "n", new="s=1")], (A,), {"s": "1"}, 1, "", id="renamed-without-was"),
        pytest.param({"s": "1"}, [rule("delete", "old", "s=1")], (A, R), {"s": "1"}, 1, "", id="rename-that-was-interrupted"),
        pytest.param({"s": "1"}, [rule("update", "r", "s=1", "s=9")], (A, R), {"s": "9"}, 1, "", id="retargeted"),
        pytest.param({}, [rule("update", "r", "s=1", "s=9")], (A, R), {"s": "9"}, 1, "", id="retargeted-though-gone"),
        pytest.param({"s": "9"}, [rule("update", "r", "s=1", "s=9")], (A, R), {"s": "9"}, 1, "", id="retargeted-already"),
        pytest.param({"s": "8"}, [rule("update", "r", "s=1", "s=9")], (A, R), {"s": "8"}, 1, "points to template 8", id="changed-by-somebody-is-not-retargeted"),
        pytest.param({"s": "1"}, [rule("replace", "r", "s=1", "t=1")], (A, R), {"t": "1"}, 2, "", id="moved-create-first"),
        pytest.param({"s": "1"}, [rule("replace", "r", "s=1", "t=1", delete_first=True)], (A, R), {"t": "1"}, 1, "", id="moved-delete-first"),
        pytest.param({"s": "1", "t": "1"}, [rule("replace", "r", "s=1", "t=1")], (A, R), {"t": "1"}, 2, "", id="moved-onto-one-that-is-there"),
        pytest.param({"s": "1", "t": "1"}, [rule("replace", "r", "s=1", "t=1"), rule("replace", "q", "t=1", "u=1")], (A,), {"t": "1", "u": "1"}, 3, "", id="moved-in-a-row"),
        pytest.param({"s": "9"}, [rule("replace", "r", "s=1", "t=1", delete_first=True)], (A, R), {"s": "9", "t": "1"}, 2, "this stack created it", id="moved-from-what-somebody-changed"),
        pytest.param({"s": "1"}, [rule("update", "r", "s=1", "s", "archive")], (A, R), {"s": "1"}, 1, "", id="unknown-id-of-a-known-template"),
        pytest.param({"s": "1"}, [rule("update", "r", "s=1", "s", "nobody")], (A, R), {"s": "1"}, 1, "does not say which template", id="unknown-id-of-nobody"),
    ],
)  # fmt: skip
def test_rules_are_moved_as_the_provider_moves_them(
    live: Mapping[str, str],
    steps: Sequence[PlannedChange],
    declared: tuple[DesiredResource, ...],
    expected: Mapping[str, str],
    peak: int,
    conflict: str,
) -> None:
    """Rules after the plan, the most at once, and what the account refuses."""
    found = made(account(live), steps, *declared)

    assert rules_after(found) == expected
    assert found.peak["rules"] == peak
    assert conflict in " ".join(found.conflicts)
    assert len(found.conflicts) == bool(conflict)


def template(op: Any, new: Mapping[str, Any], name: str = "archive", id_: str = "1") -> PlannedChange:
    """Return a change of a template."""
    return PlannedChange(op, "template", name, "" if op == "create" else id_, {} if op == "create" else ARCHIVE, new)


NAMED = {"template_name": "theirs", **FLV}


@pytest.mark.parametrize(
    ("steps", "declared", "expected", "peak"),
    [
        pytest.param((), (A,), {"1": {"Mp4Param": 60}, "9": {"FlvParam": 0}}, 2, id="nothing-changes"),
        pytest.param([template("update", ARCHIVE | FLV)], (A,), {"1": {"Mp4Param": 60, "FlvParam": 0}, "9": {"FlvParam": 0}}, 2, id="changed"),
        pytest.param([template("update", ARCHIVE | {"mp4": {}})], (A,), {"1": {"Mp4Param": 0}, "9": {"FlvParam": 0}}, 2, id="a-default-again"),
        pytest.param([template("delete", {})], (), {"9": {"FlvParam": 0}}, 2, id="deleted"),
        pytest.param([template("create", {"template_name": "n", **MP4}, "n")], (A,), {"1": {"Mp4Param": 60}, "9": {"FlvParam": 0}, "-1": {"Mp4Param": 60}}, 3, id="made"),
        pytest.param([template("create", NAMED, "n")], (A,), {"1": {"Mp4Param": 60}, "9": {"FlvParam": 0}}, 2, id="identical-is-adopted"),
        pytest.param([template("create", NAMED | MP4, "n")], (A,), {"1": {"Mp4Param": 60}, "9": {"FlvParam": 0}, "-1": {"FlvParam": 0, "Mp4Param": 60}}, 3, id="a-namesake-of-others-is-not"),
        pytest.param([template("create", {**ARCHIVE, **FLV})], (), {"1": {"FlvParam": 0, "Mp4Param": 60}, "9": {"FlvParam": 0}}, 2, id="own-name-is-taken-over"),
        pytest.param([template("replace", ARCHIVE | {"delay_live": True})], (), {"9": {"FlvParam": 0}, "-1": {"Mp4Param": 60}}, 3, id="replaced"),
        pytest.param([template("delete", {}), template("create", {**ARCHIVE}, "n")], (), {"1": {"Mp4Param": 60}, "9": {"FlvParam": 0}}, 2, id="renamed-with-its-name"),
        pytest.param([template("update", {**ARCHIVE, "template_name": "x"}), template("create", ARCHIVE, "aa")], (), {"1": {"Mp4Param": 60}, "9": {"FlvParam": 0}, "-1": {"Mp4Param": 60}}, 3, id="what-another-resource-has-is-not-adopted"),
    ],
)  # fmt: skip
def test_templates_are_adopted_made_changed_and_deleted(
    steps: Sequence[PlannedChange],
    declared: tuple[DesiredResource, ...],
    expected: Mapping[str, Mapping[str, int]],
    peak: int,
) -> None:
    """Templates after the plan with the retention of their formats; new ones have negative ids."""
    found = made(account(), steps, *declared)
    params = ("FlvParam", "HlsParam", "Mp4Param")
    after = {
        i: {name: t.raw[name].get("StorageTime", 0) for name in params if t.raw.get(name, {}).get("Enable")}
        for i, t in found.after.account.templates.items()
    }

    assert after == expected
    assert found.peak["templates"] == peak
    assert found.conflicts == ()


def test_template_in_use_by_others_stays() -> None:
    """A template that a rule of another owner uses cannot be deleted, and the message names the rule."""
    found = made(account({"s": "1"}), [template("delete", {})])

    assert "1" in found.after.account.templates
    fix = "Delete those rules or point them to another template, then run again."
    said = f"cannot be deleted: it is used by rules for {D}/*/s. {fix}"
    assert found.conflicts == (f"templates.archive: Template {OWNER.prefix}--archive {said}",)


def test_template_that_is_gone_cannot_be_changed() -> None:
    """The state remembers a template that the account has no more."""
    found = made(account(), [template("update", ARCHIVE, id_="5")])

    assert found.conflicts == (
        "templates.archive: The account no longer has template 5. Run `pulumi refresh`, then `pulumi up` creates it again.",
    )


def tasks_after(found: SimulatedPlan) -> dict[str, tuple[int, int]]:
    """Id -> hours from now."""
    return {i: ((t.start - AT) // HOUR, (t.end - AT) // HOUR) for i, t in found.after.account.tasks.items()}


def task_step(
    op: Any, name: str, old_id: str = "", old: Mapping[str, Any] = {}, new: Mapping[str, Any] = {}
) -> PlannedChange:
    """Return a change of the task."""
    base = {**STREAM, "stream_type": "live", **TIMES, "template_id": "1"}
    return PlannedChange(
        op, "task", name, old_id, {**base, **old} if old_id else {}, {} if op == "delete" else {**base, **new}
    )


F = DesiredResource(
    "final", TaskSpec(StreamKey(**STREAM), Window(NOW + timedelta(hours=1), NOW + timedelta(hours=3))), "archive"
)
OVER = {"start": "2026-11-20T10:00:00Z", "end": "2026-11-20T11:00:00Z"}


@pytest.mark.parametrize(
    ("live", "steps", "declared", "expected"),
    [
        pytest.param([task("t")], (), (A, F), {"t": (1, 3)}, id="nothing-changes"),
        pytest.param([], [task_step("create", "n")], (A,), {"-1": (1, 3)}, id="made"),
        pytest.param([], [task_step("create", "n", new={"start": OVER["start"]})], (A,), {"-1": (0, 3)}, id="made-late"),
        pytest.param([], [task_step("create", "n", new=OVER)], (A,), {}, id="over-is-not-made"),
        pytest.param([task("t")], [task_step("create", "n")], (A,), {"t": (1, 3)}, id="adopted"),
        pytest.param([task("t", Stopped=5)], [task_step("create", "n")], (A,), {"t": (1, 3), "-1": (1, 3)}, id="a-stopped-one-is-not-adopted"),
        pytest.param([task("t")], [task_step("create", "n")], (A, F), {"t": (1, 3), "-1": (1, 3)}, id="what-another-resource-has-is-not-adopted"),
        pytest.param([task("t")], [task_step("delete", "final", "t")], (A,), {}, id="deleted"),
        pytest.param([task("t", -2, -1)], [task_step("delete", "final", "t", OVER)], (A,), {"t": (-2, -1)}, id="over-needs-no-call"),
        pytest.param([task("t")], [task_step("delete", "final", "t"), task_step("create", "n")], (A,), {"t": (1, 3)}, id="renamed-without-was"),
        pytest.param([task("t")], [task_step("delete", "old", "t")], (A, F), {"t": (1, 3)}, id="rename-that-was-interrupted"),
        pytest.param([task("t")], [task_step("replace", "final", "t", new={"end": "2026-11-20T14:00:00Z"})], (A,), {"-1": (1, 2)}, id="replaced"),
        pytest.param([task("t")], [task_step("replace", "final", "t", new={"stream_type": "mixed"})], (A,), {"-1": (1, 3)}, id="its-twin-is-not-taken-for-it"),
        pytest.param([task("t", -1)], [task_step("replace", "final", "t", {"start": "2026-11-20T11:00:00Z"}, {"start": "2026-11-20T10:00:00Z"})], (A,), {"t": (-1, 3)}, id="another-start-of-what-runs-is-adopted"),
    ],
)  # fmt: skip
def test_tasks_are_adopted_made_and_ended(
    live: list[dict[str, Any]],
    steps: Sequence[PlannedChange],
    declared: tuple[DesiredResource, ...],
    expected: Mapping[str, tuple[int, int]],
) -> None:
    """Tasks after the plan; new ones have negative ids."""
    assert tasks_after(made(account({}, *live), steps, *declared)) == expected


PROTECTED = {"protect": True}
MIXED = {**PROTECTED, "stream_type": "mixed"}


def record_step(ends_at: str) -> PlannedChange:
    """Return the deletion of a protected live record."""
    return PlannedChange("delete", "live_record", "final", "7", {**STREAM, **PROTECTED, "ends_at": ends_at})


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        pytest.param([task_step("delete", "final", "t", PROTECTED)], "tasks.final", id="deleted"),
        pytest.param([task_step("replace", "final", "t", PROTECTED, MIXED)], "tasks.final", id="replaced"),
        pytest.param([task_step("delete", "derby-20261120T1300", "t", PROTECTED)], "schedules.derby", id="occurrence"),
        pytest.param([task_step("update", "final", "t", PROTECTED)], "", id="protection-removed"),
        pytest.param([task_step("update", "final", "t", {}, PROTECTED)], "", id="protection-set"),
        pytest.param([task_step("delete", "final", "t", PROTECTED | OVER)], "", id="over"),
        pytest.param([task_step("delete", "final", "gone", PROTECTED)], "", id="gone-already"),
        pytest.param([task_step("delete", "final", "t", PROTECTED), task_step("create", "n")], "", id="renamed-without-was"),
        pytest.param([record_step(TIMES["end"])], "live_records.final", id="live-record"),
        pytest.param([record_step(OVER["end"])], "", id="live-record-that-is-over"),
    ],
)  # fmt: skip
def test_protected_recordings_stay(steps: Sequence[PlannedChange], refused: str) -> None:
    """A plan that ends a protected recording is refused, and the recording stays; a change of the protection alone is not."""
    found = made(account({}, task("t")), steps, A)

    assert found.after.account.tasks.keys() >= {"t"}
    assert [sentence.partition(": ")[0] for sentence in found.protected] == ([refused] if refused else [])
    assert all(f"It is protected until it ends, at {TIMES['end']}. " in sentence for sentence in found.protected)
    assert found.conflicts == ()


def test_names_are_those_of_the_state_before_and_of_the_file_after() -> None:
    """A renamed rule has its old name before and its new one after; what others have has none."""
    steps = [rule("delete", "old", "s=1"), rule("create", "new", new="s=1")]
    found = made(account({"s": "1", "x": "9"}, task("t"), task("u", template=9)), steps, A, F)

    assert [picture.rule(StreamKey(D, "", "s")) for picture in (found.before, found.after)] == [
        "rules.old",
        "rules.new",
    ]
    assert found.after.rule(StreamKey(D, "", "x")) == ""
    assert [found.after.template(i) for i in ("1", "9", "7")] == ["archive", "theirs", "7"]
    assert {ref.id: name for ref, name in found.before.names.items() if ref.kind == "task"} == {"t": "final"}


def test_recollection_is_what_the_state_has() -> None:
    """Without the account: entries without a step as declared, others as their steps say; what others have is not seen."""
    steps = [
        rule("update", "q", "q=1", "q=9"),
        template("create", {"template_name": "n", **FLV}, "n"),
        task_step("delete", "gone", "t"),
    ]
    changed = [replace(step, old_template="archive") if step.name == "q" else step for step in steps]
    found = snapshot_from_state(changed, (A, R, F), "intl", NOW)

    assert found.rules == {StreamKey(D, "", "s"): "1", StreamKey(D, "", "q"): "1"}
    assert list(found.templates) == ["1"]
    assert {i: t.template_id for i, t in found.tasks.items()} == {"t": "1", "-1000001": "1"}
    assert rules_after(made(found, changed, A, R, F)) == {"s": "1", "q": "9"}


@pytest.mark.parametrize(
    ("kind", "name", "expected", "shown"),
    [
        ("rule", "studio", "rules.studio", "rules.studio"),
        ("template", "a-20261121T1945", "templates.a-20261121T1945", "templates.a-20261121T1945"),
        ("task", "final", "tasks.final", "tasks.final"),
        ("task", "derby-20261121T1945", "schedules.derby", "schedules.derby (2026-11-21T19:45)"),
        ("task", "德比-20261121T1945", "schedules.德比", "schedules.德比 (2026-11-21T19:45)"),
        ("task", "single-20261121T1945", "tasks.single-20261121T1945", "tasks.single-20261121T1945"),
        ("live_record", "old", "live_records.old", "live_records.old"),
    ],
)
def test_entry_of_a_resource(kind: Any, name: str, expected: str, shown: str) -> None:
    """An occurrence belongs to its schedule, unless the file has a single task of that name."""
    assert format_path(entry_path(kind, name, {"single-20261121T1945"})) == expected
    assert display_name(kind, name, {"single-20261121T1945"}) == shown
