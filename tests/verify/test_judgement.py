"""The verdict about one recording, from pushes and files."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.streams import StreamKey
from live_recording.verify.intervals import Interval, Intervals, clipped, difference, latest_part, total, union
from live_recording.verify.judgement import judge
from live_recording.verify.model import Evidence, Expectation, ExpectedFormat, RecordedFile, Recording
from tests.support.clock import NOW

STREAM = StreamKey("events.example.com", "live", "final")
START, END = NOW, NOW + timedelta(hours=2)
WINDOW = Interval(START, END)
MP4 = ExpectedFormat("mp4", 30 * 86400)
MORNING_AFTER = NOW + timedelta(days=1)
DAY = timedelta(days=1)


def at(minutes: float) -> datetime:
    """Return a time after the start of the recording."""
    return START + timedelta(minutes=minutes)


def file_of(start: float, end: float, file_id: str = "1", form: str = "mp4") -> RecordedFile:
    """Return a file with the content between two minutes."""
    return RecordedFile(file_id, STREAM, form, at(end), at(start), at(end), 60 * (end - start))


def verdict(seen: Evidence, form: ExpectedFormat = MP4, now: datetime = MORNING_AFTER) -> Recording:
    """Return the verdict about the task of the final."""
    (found,) = judge(Expectation(STREAM, "tasks.final", "archive", WINDOW, (form,)), seen, now)
    return found


def seen(pushes: Intervals, *files: RecordedFile) -> Evidence:
    """Return what was seen of the stream."""
    return Evidence({STREAM: pushes}, {STREAM: files})


def heard(*files: RecordedFile) -> Evidence:
    """Return a push of the whole time, without files in VOD, and notifications of files."""
    return replace(seen(PUSHED), notified={STREAM: files})


PUSHED = (Interval(at(0), at(120)),)
UNTIMED = RecordedFile("9", STREAM, "mp4", at(121), None, None, 7200)
CASES: dict[str, tuple[Evidence, dict[str, object], str, str]] = {
    "complete": (seen(PUSHED, file_of(0, 60), file_of(60, 120, "2")), {}, "recorded", ""),
    "interrupted push": (
        seen((Interval(at(0), at(50)), Interval(at(55), at(120))), file_of(0, 50), file_of(55, 120, "2")),
        {},
        "recorded",
        "",
    ),
    "within the tolerance": (seen(PUSHED, file_of(0.08, 60), file_of(60.03, 119.95, "2")), {}, "recorded", ""),
    "one file lost": (seen(PUSHED, file_of(0, 60)), {}, "partly recorded", ""),
    "all files lost": (seen(PUSHED), {}, "not recorded", ""),
    "only another format": (seen(PUSHED, file_of(0, 120, form="flv")), {}, "not recorded", ""),
    "no push": (Evidence(), {}, "nothing to record", "No push of at least 10 s was seen."),
    "a push too short": (
        seen((Interval(at(0), at(0.15)),)),
        {},
        "nothing to record",
        "No push of at least 10 s was seen.",
    ),
    "too early": (
        seen(PUSHED, file_of(0, 60)),
        {"now": END + timedelta(minutes=9)},
        "too early",
        "The files can be judged from 2026-11-20T14:10:00Z on.",
    ),
    "too early for spliced files": (
        seen(PUSHED),
        {"now": END + timedelta(minutes=14), "form": replace(MP4, resume=300)},
        "too early",
        "The files can be judged from 2026-11-20T14:15:00Z on.",
    ),
    "in COS": (
        seen(PUSHED),
        {"form": replace(MP4, in_cos=True)},
        "cannot tell",
        "The files are in COS, which this command does not read.",
    ),
    "in COS, and notified": (
        heard(file_of(0, 60), file_of(60, 120, "2")),
        {"form": replace(MP4, in_cos=True)},
        "recorded",
        "Proved by 2 notifications; the files are in COS.",
    ),
    "in COS, and partly notified": (
        heard(file_of(0, 60)),
        {"form": replace(MP4, in_cos=True)},
        "cannot tell",
        "The files are in COS, which this command does not read. Notifications name files for a part of the time.",
    ),
    "in COS, notified, and too early": (
        heard(file_of(0, 60)),
        {"form": replace(MP4, in_cos=True), "now": END},
        "too early",
        "The files can be judged from 2026-11-20T14:10:00Z on.",
    ),
    "retention over, and notified": (
        heard(file_of(0, 120)),
        {"form": replace(MP4, storage_time=3600)},
        "recorded",
        "Proved by notifications; the retention of the files is over.",
    ),
    "retention over, and partly notified": (
        heard(file_of(0, 60)),
        {"form": replace(MP4, storage_time=3600)},
        "cannot tell",
        "The files were kept until 2026-11-20T15:00:00Z only.",
    ),
    "notified, and not in VOD": (
        heard(file_of(0, 120)),
        {},
        "not recorded",
        "A notification came for 1, but VOD does not have it: was it deleted?",
    ),
    "notified in another format": (heard(file_of(0, 120, form="flv")), {}, "not recorded", ""),
    "notified, and files not known": (
        replace(heard(file_of(0, 120)), unknown_files={None: "DENIED"}),
        {},
        "cannot tell",
        "DENIED",
    ),
    "notified, and pushes not known": (
        replace(heard(file_of(0, 60)), pushes={}, unknown_pushes={STREAM.domain: "DENIED"}),
        {},
        "cannot tell",
        "DENIED",
    ),
    "retention over": (
        seen(PUSHED),
        {"form": replace(MP4, storage_time=3600)},
        "cannot tell",
        "The files were kept until 2026-11-20T15:00:00Z only.",
    ),
    "retention over, and the files are still there": (
        seen(PUSHED, file_of(0, 120)),
        {"form": replace(MP4, storage_time=3600)},
        "recorded",
        "",
    ),
    "too long ago": (
        Evidence(),
        {"now": END + timedelta(days=61)},
        "cannot tell",
        "The list of pushes goes back 60 days.",
    ),
    "pushes not known": (
        Evidence(unknown_pushes={STREAM.domain: "DENIED"}),
        {},
        "cannot tell",
        "DENIED",
    ),
    "pushes not known, and files for the whole time": (
        Evidence({}, {STREAM: (file_of(0, 120),)}, unknown_pushes={STREAM.domain: "DENIED"}),
        {},
        "recorded",
        "",
    ),
    "files not known": (
        Evidence({STREAM: PUSHED}, unknown_files={None: "DENIED"}),
        {},
        "cannot tell",
        "DENIED",
    ),
    "files of another application not known": (
        Evidence({STREAM: PUSHED}, {STREAM: (file_of(0, 120),)}, unknown_files={1500000002: "DENIED"}),
        {},
        "recorded",
        "",
    ),
    "still being pushed": (
        Evidence(pushed_now=frozenset({STREAM})),
        {},
        "cannot tell",
        "The stream is being pushed now, and a push is listed only after it has ended.",
    ),
    "still being pushed, and a listed push is missing": (
        Evidence({STREAM: (Interval(at(0), at(30)),)}, pushed_now=frozenset({STREAM})),
        {},
        "not recorded",
        "",
    ),
    "files without a listed push": (
        Evidence({}, {STREAM: (file_of(0, 60),)}),
        {},
        "cannot tell",
        "There are files for a part of the time, but the list of pushes shows no push.",
    ),
    "files without times that are long enough": (
        seen(PUSHED, UNTIMED),
        {},
        "recorded",
        "VOD has no times for 1 file; by their length they fill the gaps.",
    ),
    "files without times that are too short": (
        seen(PUSHED, replace(UNTIMED, length=600)),
        {},
        "cannot tell",
        "VOD has no times for 1 file. Look at them in the console: 9.",
    ),
}


@pytest.mark.parametrize(("evidence", "options", "expected", "reason"), CASES.values(), ids=CASES)
def test_verdict(evidence: Evidence, options: dict[str, object], expected: str, reason: str) -> None:
    """What is not known is never recorded, and a known gap is never hidden."""
    found = verdict(evidence, **options)  # type: ignore[arg-type]

    assert (found.verdict, found.reason) == (expected, reason)


def test_gaps_are_named_in_time() -> None:
    """The gaps are the pushed times without a file."""
    found = verdict(seen(PUSHED, file_of(10, 60), file_of(70, 120, "2")))

    assert found.gaps == (Interval(at(0), at(10)), Interval(at(60), at(70)))
    assert found.files == ("1", "2")


def test_a_spliced_file_has_the_content_of_both_pushes() -> None:
    """Spliced HLS leaves out the interruption: its length is that of the pushes, not the time from start to end."""
    pushes = (Interval(at(0), at(30)), Interval(at(33), at(120)))
    spliced = RecordedFile("1", STREAM, "hls", at(120), at(0), at(120), 117 * 60)

    assert verdict(seen(pushes, spliced), ExpectedFormat("hls", 0, 300)).verdict == "recorded"
    late = replace(spliced, length=107 * 60.0)  # its first ten minutes are missing
    assert verdict(seen(pushes, late), ExpectedFormat("hls", 0, 300)).gaps == (Interval(at(0), at(10)),)


def test_recorded_files_name_how_long_they_are_kept() -> None:
    """Retention counts from the end of the recording; indefinitely is None."""
    pushed = seen(PUSHED, file_of(0, 120))

    assert verdict(pushed).kept_until == END + timedelta(days=30)
    assert verdict(pushed, replace(MP4, storage_time=0)).kept_until is None


spans = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 60)).map(lambda pair: Interval(at(pair[0]), at(sum(pair)))),
    max_size=8,
)


@given(spans, spans)
def test_intervals_are_sets_of_minutes(first: list[Interval], second: list[Interval]) -> None:
    """Union, difference and clipping agree with sets of minutes."""

    def minutes(intervals: Intervals | list[Interval]) -> set[int]:
        return {
            minute
            for minute in range(300)
            for part in intervals
            if part.start <= at(minute) and at(minute + 1) <= part.end
        }

    window = Interval(at(50), at(150))
    assert minutes(union(first)) == minutes(first)
    assert minutes(difference(first, second)) == minutes(first) - minutes(second)
    assert minutes(clipped(first, window)) == minutes(first) & minutes([window])
    assert total(union(first)) == timedelta(minutes=len(minutes(first)))
    assert total(latest_part(first, timedelta(minutes=30))) == min(total(union(first)), timedelta(minutes=30))
    for found in (union(first), difference(first, second)):
        assert all(left.end < right.start for left, right in itertools.pairwise(found))


@given(spans, spans)
def test_files_that_contain_all_pushes_prove_them(pushes: list[Interval], others: list[Interval]) -> None:
    """With a file for each push nothing is missing, whatever other files there are; without any, all of it is."""
    pushed = union(pushes)
    window = Interval(at(0), at(300))
    expected = Expectation(STREAM, "rules.all", "archive", window, (MP4,))
    files = [
        RecordedFile(str(number), STREAM, "mp4", part.end, part.start, part.end) for number, part in enumerate(pushed)
    ]
    more = [
        RecordedFile(f"x{number}", STREAM, "mp4", part.end, part.start, part.end) for number, part in enumerate(others)
    ]

    (complete,) = judge(expected, seen(pushed, *files, *more), MORNING_AFTER)
    (nothing,) = judge(expected, seen(pushed), MORNING_AFTER)

    assert complete.gaps == ()
    assert nothing.gaps == pushed
