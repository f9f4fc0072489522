"""What is lost, when, by which entry, in which words, and who accepted it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from live_recording.account.objects import ObjectRef
from live_recording.core.findings import format_path
from live_recording.core.streams import StreamKey
from live_recording.lint.acknowledgements import in_force
from live_recording.review.changes import PlannedChange
from live_recording.review.format_loss import FormatChange, FormatLosses, format_losses
from live_recording.review.intervals import (
    Gap,
    RecordingInterval,
    Span,
    live_record_interval,
    recording_gaps,
    recording_intervals,
)
from live_recording.review.losses import (
    acknowledge_losses,
    cause_of_pattern_loss,
    cause_of_recording_loss,
    pattern_losses,
    recording_losses,
)
from live_recording.review.model import EffectiveRule, Format, Loss, Pattern
from live_recording.review.ownership import AccountView
from live_recording.stackfile.model import Acknowledgement
from tests.support.clock import NOW
from tests.support.entries import read_entry
from tests.support.live_objects import live_tasks, snapshot

STREAM = StreamKey("push.example.com", "live", "final")
EVER, WEEK, MONTH = (Format("mp4", seconds, 1800, cos=False) for seconds in (0, 7 * 86_400, 30 * 86_400))
BUCKET = Format("mp4", 0, 1800, cos=True)
HLS, FLV = Format("hls", 0, None, cos=False), Format("flv", 0, 1800, cos=False)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param((), (), {}, id="nothing-before"),
        pytest.param((), (MONTH,), {}, id="more"),
        pytest.param((MONTH,), (MONTH,), {}, id="the-same"),
        pytest.param((MONTH,), (), {"stops": (FormatChange(MONTH, None),)}, id="stops"),
        pytest.param((MONTH, HLS), (MONTH,), {"format": (FormatChange(HLS, None),)}, id="a-format-goes"),
        pytest.param((MONTH,), (FLV,), {"format": (FormatChange(MONTH, None),)}, id="another-format-is-no-substitute"),
        pytest.param((WEEK,), (MONTH,), {}, id="longer"),
        pytest.param((WEEK,), (EVER,), {}, id="for-ever-is-longest"),
        pytest.param((EVER,), (MONTH,), {"retention": (FormatChange(EVER, MONTH),)}, id="not-for-ever-any-more"),
        pytest.param((MONTH,), (WEEK,), {"retention": (FormatChange(MONTH, WEEK),)}, id="shorter"),
        pytest.param((MONTH,), (WEEK, EVER), {}, id="the-best-of-two-counts"),
        pytest.param((EVER,), (WEEK, MONTH), {"retention": (FormatChange(EVER, MONTH),)}, id="the-best-of-two-is-told"),
        pytest.param((BUCKET,), (BUCKET,), {}, id="cos-stays-cos"),
        pytest.param((MONTH,), (BUCKET,), {"retention": (FormatChange(MONTH, BUCKET),)}, id="a-bucket-may-keep-less"),
        pytest.param((EVER,), (BUCKET,), {"retention": (FormatChange(EVER, BUCKET),)}, id="a-bucket-may-not-keep-for-ever"),
        pytest.param((BUCKET,), (MONTH,), {"retention": (FormatChange(BUCKET, MONTH),)}, id="a-bucket-may-have-kept-more"),
        pytest.param((BUCKET,), (EVER,), {}, id="nothing-is-more-than-for-ever"),
        pytest.param((MONTH, HLS), (WEEK,), {"format": (FormatChange(HLS, None),), "retention": (FormatChange(MONTH, WEEK),)}, id="both"),
    ],
)  # fmt: skip
def test_shortfall_is_what_is_not_made_or_not_kept(
    before: tuple[Format, ...], after: tuple[Format, ...], expected: FormatLosses
) -> None:
    """A removed format and a shorter retention are losses; additions are not."""
    assert format_losses(before, after) == expected


def interval(
    name: str,
    start: float,
    end: float,
    *formats: Format,
    stream: StreamKey = STREAM,
    template: str = "",
    is_task: bool = True,
) -> RecordingInterval:
    """Return a recording with this start and end, in hours from now."""
    begin, over = NOW + timedelta(hours=start), NOW + timedelta(hours=end)
    return RecordingInterval(name, stream, begin, over, formats or (MONTH,), template, is_task)


def found(
    before: list[RecordingInterval], after: list[RecordingInterval], *by_rule: Format
) -> list[tuple[str, str, list[tuple[float, float]]]]:
    """(id, kind, hours) of what is lost."""

    def hours(span: Span) -> tuple[float, float]:
        return (span.start - NOW) / timedelta(hours=1), (span.end - NOW) / timedelta(hours=1)

    return [
        (gap.interval.id, gap.kind, [*map(hours, gap.spans)])
        for gap in recording_gaps(before, after, lambda _: by_rule, NOW)
    ]


T = interval("t", 1, 3)
CROWD = [interval(name, 0, 4, WEEK) for name in "abc"]


@pytest.mark.parametrize(
    ("before", "after", "by_rule", "expected"),
    [
        pytest.param([T], [T], (), [], id="it-stays"),
        pytest.param([T], [], (), [("t", "stops", [(1, 3)])], id="removed"),
        pytest.param([interval("t", -1, 3)], [], (), [("t", "stops", [(0, 3)])], id="from-now-on"),
        pytest.param([T], [interval("n", 1, 2)], (), [("t", "stops", [(2, 3)])], id="ends-earlier"),
        pytest.param([T], [interval("n", 2, 3)], (), [("t", "stops", [(1, 2)])], id="starts-later"),
        pytest.param([T], [interval("n", 0, 1), interval("m", 3, 4)], (), [("t", "stops", [(1, 3)])], id="before-and-after-it"),
        pytest.param([T], [interval("n", 0, 2), interval("m", 2, 4)], (), [], id="moved-without-a-second-lost"),
        pytest.param([T], [interval("n", 1, 1.5), interval("m", 2, 2.5)], (), [("t", "stops", [(1.5, 2), (2.5, 3)])], id="two-holes"),
        pytest.param([T], [interval("n", 1, 3, FLV)], (), [("t", "format", [(1, 3)])], id="another-format"),
        pytest.param([T], [interval("n", 1, 3, WEEK)], (), [("t", "retention", [(1, 3)])], id="kept-shorter"),
        pytest.param([T], [interval("n", 1, 2, WEEK)], (), [("t", "retention", [(1, 2)]), ("t", "stops", [(2, 3)])], id="two-kinds"),
        pytest.param([T], [interval("n", 1, 3, stream=StreamKey("push.example.com", "live", "other"))], (), [("t", "stops", [(1, 3)])], id="another-stream"),
        pytest.param([T], [], (MONTH,), [], id="the-rule-records-it-too"),
        pytest.param([T], [], (WEEK,), [("t", "retention", [(1, 3)])], id="the-rule-keeps-it-shorter"),
        pytest.param([T], [interval("n", 1, 2, WEEK)], (FLV,), [("t", "retention", [(1, 2)]), ("t", "format", [(2, 3)])], id="task-then-rule"),
        pytest.param([T, interval("u", 2, 4)], [interval("u", 2, 4)], (), [("t", "stops", [(1, 2)])], id="another-task-goes-on"),
        pytest.param([T], [*CROWD, T], (), [("t", "retention", [(1, 3)])], id="crowded-out-by-three-earlier-ones"),
        pytest.param([*CROWD, T], CROWD, (), [], id="a-fourth-one-never-recorded"),
        pytest.param([*CROWD, interval("l", 1, 3, is_task=False)], CROWD, (), [("l", "retention", [(1, 3)])], id="live-records-are-not-crowded-out"),
    ],
)  # fmt: skip
def test_gaps_are_the_seconds_that_nothing_records(
    before: list[RecordingInterval],
    after: list[RecordingInterval],
    by_rule: tuple[Format, ...],
    expected: list[tuple[str, str, list[tuple[float, float]]]],
) -> None:
    """From now on, a second is lost that no task after the plan and no rule records as well as before."""
    assert found(before, after, *by_rule) == expected


def test_airings_are_neither_over_nor_stopped() -> None:
    """A task without a template, or with a deleted one, records HLS and keeps it indefinitely."""
    at = int(NOW.timestamp())

    def task(name: str, start: int, end: int, template: int, stopped: int = 0) -> dict[str, object]:
        names = {"DomainName": STREAM.domain, "AppName": STREAM.app, "StreamName": STREAM.stream}
        times = {"StartTime": at + 3600 * start, "EndTime": at + 3600 * end, "Stopped": stopped}
        return {"TaskId": name, "TemplateId": template, **names, **times}

    tasks = {
        name: task(name, *rest)
        for name, *rest in (("over", -3, 0, 7), ("stopped", -1, 1, 7, at - 9), ("runs", -1, 1, 7), ("bare", 1, 3, 0), ("orphan", 1, 2, 9))
    }  # fmt: skip
    template = {"TemplateId": 7, "Mp4Param": {"Enable": 1, "StorageTime": MONTH.storage_time}}
    account = snapshot({"7": template}, tasks=tasks)

    assert recording_intervals(account, NOW) == {
        "runs": interval("runs", -1, 1, template="7"),
        "bare": interval("bare", 1, 3, HLS),
        "orphan": interval("orphan", 1, 2, HLS, template="9"),
    }


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        pytest.param(
            {"domain": "push.example.com", "start": "2026-11-20T13:00:00Z", "end": "2026-11-20T15:00:00Z", "file_format": "flv"},
            interval("5", 1, 3, FLV, is_task=False),
            id="scheduled",
        ),
        pytest.param(
            {"domain": "push.example.com", "ends_at": "2026-11-20T12:30:00Z", "file_format": "mp4", "storage_time": MONTH.storage_time},
            interval("5", 0, 0.5, is_task=False),
            id="in-real-time",
        ),
        pytest.param({"duration": 1800, "file_format": "hls"}, interval("5", 0, 0.5, HLS, stream=replace(STREAM, domain="*"), is_task=False), id="yet-to-be-made"),
    ],
)  # fmt: skip
def test_live_record_is_an_airing(inputs: Mapping[str, object], expected: RecordingInterval) -> None:
    """What a live record's state, or its arguments, say of its time and files."""
    assert live_record_interval("5", {"app": "live", "stream": "final", **inputs}, NOW) == expected


D = "push.example.com"


def picture(rules: Mapping[StreamKey, str], templates: str = "", **names: str) -> AccountView:
    """Return an account with templates by one-letter ids; names are those of rules by key and templates by `t` and id."""
    bodies = {i: {"Mp4Param": {"Enable": 1}} for i in templates}
    known = {ObjectRef("template", ref.removeprefix("t")): name for ref, name in names.items()}
    ours = {ObjectRef("rule", key): f"r{number}" for number, key in enumerate(sorted(rules))}
    return AccountView(snapshot(bodies, rules), {**known, **ours})


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(picture({StreamKey(D): "1"}), picture({}), "rules.r0", id="the-rule-that-goes"),
        pytest.param(picture({StreamKey(D): "1", StreamKey(D, "", "s"): "2"}), picture({StreamKey(D): "1"}), "rules.r1", id="the-narrower-rule-that-goes"),
        pytest.param(picture({StreamKey(D): "1"}), picture({StreamKey(D): "1", StreamKey(D, "", "s"): "2"}), "rules.r1", id="the-narrower-rule-that-comes"),
        pytest.param(picture({StreamKey(D, "", "s"): "1"}), picture({StreamKey(D): "2"}), "rules.r0", id="gone-and-a-wider-one-comes"),
        pytest.param(picture({StreamKey(D): "1"}, t1="a", t2="b"), picture({StreamKey(D): "2"}, t1="a", t2="b"), "rules.r0", id="retargeted"),
        pytest.param(picture({StreamKey(D): "1"}, t1="a"), picture({StreamKey(D): "1"}, t1="a"), "templates.a", id="template-changed-in-place"),
        pytest.param(picture({StreamKey(D): "1"}, t1="a"), picture({StreamKey(D): "2"}, t2="a"), "templates.a", id="template-replaced"),
    ],
)  # fmt: skip
def test_pattern_is_blamed_on_the_entry_that_changed(before: AccountView, after: AccountView, expected: str) -> None:
    """The entry whose change makes the difference, also when it is gone from the file."""
    assert format_path(cause_of_pattern_loss(StreamKey(D, "x", "s"), before, after)) == expected


def test_recording_is_blamed_on_the_entry_that_changed() -> None:
    """The task or schedule that goes, the template that changes, or the task that takes its place."""
    ends = {"end": "2026-11-20T15:00:00Z"}
    steps = (
        PlannedChange("delete", "task", "final", "t", ends),
        PlannedChange("delete", "task", "derby-20261120T1300", "u", ends),
        PlannedChange("delete", "live_record", "old", "5", ends),
        PlannedChange("create", "task", "new", new={"domain": D, "app": "live", "stream": "final"}),
    )
    before, after = picture({}, "7", t7="a"), picture({}, "7", t7="a")
    still_live = live_tasks({"v": {"DomainName": D, "StartTime": 0, "EndTime": 1}})
    other = replace(after, account=replace(after.account, templates={}))
    going = replace(after, account=replace(after.account, tasks=still_live))
    rows = (
        (interval("t", 1, 3), after, "tasks.final"),
        (interval("u", 1, 3), after, "schedules.derby"),
        (interval("5", 1, 3), after, "live_records.old"),
        (
            interval("v", 1, 3, template="7"),
            replace(other, account=replace(other.account, tasks=still_live)),
            "templates.a",
        ),
        (interval("v", 1, 3, template="7"), going, "tasks.new"),
    )
    for one, then, expected in rows:
        assert format_path(cause_of_recording_loss(one, before, then, steps, tasks=())) == expected
    assert cause_of_recording_loss(interval("u", 1, 3), before, after, steps, {"derby-20261120T1300"}) == (
        "tasks",
        "derby-20261120T1300",
    )


WHO = EffectiveRule("rules.r", f"{D}/*/*", 4, "archive", (MONTH, HLS))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(None, f"{D}/*/* is no longer recorded: no rule applies.", id="no-rule"),
        pytest.param(replace(WHO, template="no-record", formats=()), f"{D}/*/* is no longer recorded: rules.r suppresses it.", id="suppressed"),
        pytest.param(replace(WHO, rule="", template="empty", formats=()), f"{D}/*/* is no longer recorded: the rule for {D}/*/* points to template empty, which records no format.", id="empty"),
        pytest.param(replace(WHO, formats=(FLV,)), f"{D}/*/* is no longer recorded as MP4 and HLS.", id="formats"),
        pytest.param(replace(WHO, formats=(WEEK, HLS)), f"{D}/*/*: MP4 retention drops from 30 days to 7 days.", id="shorter"),
        pytest.param(replace(WHO, formats=(BUCKET, HLS)), f"{D}/*/*: MP4 retention changes from 30 days to the lifetime set by the COS bucket.", id="cos"),
        pytest.param(replace(WHO, formats=(MONTH, replace(HLS, storage_time=3600))), f"{D}/*/*: HLS retention drops from unlimited to 1 h.", id="not-for-ever"),
    ],
)  # fmt: skip
def test_pattern_losses_are_whole_sentences(after: EffectiveRule | None, expected: str) -> None:
    """What goes, and why nothing is left."""
    losses = list(pattern_losses({StreamKey(D): Pattern(f"{D}/*/*", WHO, after)}, lambda _: ("rules", "r")))

    assert [loss.sentence for loss in losses] == [expected]


def test_recording_losses_say_when() -> None:
    """The times of each hole, in the zone of the stack file."""
    hour, day = timedelta(hours=1), timedelta(days=1)
    gap = Gap(T, "stops", (FormatChange(MONTH, None),), (Span(T.start, T.start + hour), Span(T.end, T.end + day)))
    losses = list(recording_losses([gap], lambda one: ("tasks", one.id), "Asia/Shanghai"))

    assert losses == [
        Loss(
            "stops",
            ("tasks", "t"),
            f"{D}/live/final",
            f"{D}/live/final is no longer recorded on 2026-11-20 from 21:00 to 22:00 and "
            "from 2026-11-20 23:00 to 2026-11-21 23:00 (Asia/Shanghai).",
            None,
        )
    ]


def test_loss_that_recurs_is_one() -> None:
    """Occurrences that lose the same make one sentence, with the first times written out."""
    weeks = [timedelta(weeks=number) for number in range(5)]
    gaps = [Gap(T, "stops", (FormatChange(MONTH, None),), (Span(T.start + week, T.end + week),)) for week in weeks]
    (loss,) = recording_losses(gaps, lambda _: ("schedules", "derby"), "UTC")

    assert loss.sentence == (
        f"{D}/live/final is no longer recorded on 2026-11-20 from 13:00 to 15:00, on 2026-11-27 from 13:00 to 15:00, "
        "on 2026-12-04 from 13:00 to 15:00 and 2 more times (UTC)."
    )


def test_losses_are_sorted_and_acknowledge_losses() -> None:
    """What stops comes first; what is accepted with what is inside it, as long as that holds."""

    def accepted(path: str, until: str = "2026-11-27", kind: str = "recording-loss") -> Acknowledgement:
        return read_entry(Acknowledgement, {"finding": kind, "path": path, "reason": "meant", "until": until})

    entries = (
        accepted("rules.ab", "2026-11-19"),
        accepted("rules"),
        accepted("rules.a", "2026-11-20"),
        accepted("tasks.t"),
        accepted("rules.b", kind="kept-forever"),
    )
    unsorted = (
        Loss("retention", ("rules", "a"), "w", "s.", None),
        Loss("format", ("rules", "b"), "w", "s.", None),
        Loss("stops", ("tasks", "t"), "w", "s.", None),
        Loss("stops", ("rules", "ab"), "w", "s.", None),
    )
    losses = acknowledge_losses(unsorted, in_force(entries, NOW))

    assert [(loss.kind, loss.path_text, bool(loss.acknowledged)) for loss in losses] == [
        ("stops", "rules.ab", False),
        ("stops", "tasks.t", True),
        ("format", "rules.b", False),
        ("retention", "rules.a", True),
    ]
