"""The verdict about an expected recording, from the pushes and files that were seen.

Invariant: what is not known is never `recorded`. A missing answer, an unreadable list or an unclear time leads to
`cannot tell`, with its reason.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from live_recording.core.text import count_of
from live_recording.core.timefmt import FOREVER, rfc3339
from live_recording.core.vendor import PUSHES_KEPT
from live_recording.verify.intervals import Interval, Intervals, clipped, difference, total, union
from live_recording.verify.model import Evidence, Expectation, ExpectedFormat, RecordedFile, Recording, Verdict

SHORTEST = timedelta(seconds=10)
"""A push that ends earlier leaves no file (CN:47026)."""
EDGE = timedelta(seconds=5)
"""Tolerance where a push begins and ends: the vendor's own sample differs by 1 s, a trace by 1.3 s."""
CUT = timedelta(seconds=2)
"""Tolerance where one file ends and the next begins."""
IN_COS = "The files are in COS, which this command does not read."
SETTLE = timedelta(minutes=10)
"""Files are there about 5 minutes after a recording ends (the vendor's questions and answers); twice that, to be safe."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    verdict: Verdict
    reason: str = ""
    gaps: Intervals = ()
    is_unproven: bool = False


def judge(expected: Expectation, seen: Evidence, now: datetime) -> Iterator[Recording]:
    """Yield a verdict for each format of an expected recording."""
    if expected.unknown:
        yield _recording(expected, "", _Outcome("cannot tell", expected.unknown))
    for form in expected.formats:
        yield _judge_format(expected, form, seen, now)


def _judge_format(expected: Expectation, form: ExpectedFormat, seen: Evidence, now: datetime) -> Recording:
    window = expected.window
    pushes, pushed = _pushed(expected, seen)
    notified = seen.notified_of(expected.stream, form.name)
    files = notified if form.in_cos else seen.files_of(expected.stream, form.name)
    contents, named = (_contents(found, pushes, window) for found in (files, notified))
    recorded = union(chain.from_iterable(contents.values()))
    only_notified = {file_id: named[file_id] for file_id in named.keys() - contents.keys()}
    outcome = _outcome(_Case(expected, form, seen, now, pushed, recorded, files, only_notified))
    ids = tuple(sorted(filter(contents.get, contents)))
    kept_until = _kept_until(form, window) if ids or outcome.verdict == "recorded" else None
    return _recording(expected, form.name, outcome, ids, pushed, recorded, kept_until)


def _pushed(expected: Expectation, seen: Evidence) -> tuple[Intervals, Intervals]:
    """Return the pushes that leave files, and the time of the recording in which one of them ran."""
    # Each push by itself: two short pushes that touch do not make a long one.
    pushes = tuple(push for push in seen.pushes.get(expected.stream, ()) if push.length >= SHORTEST)
    parts = (push.cut(expected.window) for push in pushes)
    return pushes, union(part for part in parts if part.length >= SHORTEST)


def _contents(files: Iterable[RecordedFile], pushes: Intervals, window: Interval) -> dict[str, Intervals]:
    return {file.id: _content(file, pushes, window) for file in files}


def _content(file: RecordedFile, pushes: Intervals, window: Interval) -> Intervals:
    span = file.span
    is_near = span is not None and span.overlaps(window)  # most files of a stream are of other times
    return clipped(file.content(pushes), window) if is_near else ()


def _kept_until(form: ExpectedFormat, window: Interval) -> datetime | None:
    return None if form.storage_time == FOREVER else window.end + timedelta(seconds=form.storage_time)


def _recording(
    expected: Expectation,
    form: str,
    outcome: _Outcome,
    files: tuple[str, ...] = (),
    pushed: Intervals = (),
    recorded: Intervals = (),
    kept_until: datetime | None = None,
) -> Recording:
    return Recording(
        expected.stream,
        expected.by,
        expected.template,
        form,
        expected.window,
        outcome.verdict,
        outcome.gaps,
        files,
        outcome.reason,
        pushed,
        recorded,
        kept_until,
        outcome.is_unproven,
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """One expected format with what was seen of it."""

    expected: Expectation
    form: ExpectedFormat
    seen: Evidence
    now: datetime
    pushed: Intervals
    recorded: Intervals
    files: tuple[RecordedFile, ...]
    only_notified: Mapping[str, Intervals]  # files that VOD does not have -> their content

    @property
    def window(self) -> Interval:
        return self.expected.window

    @property
    def notified(self) -> Intervals:
        """Return the time in files of VOD or of notifications."""
        return union(chain(self.recorded, *self.only_notified.values()))

    def missing(self, expected: Intervals, recorded: Intervals | None = None) -> Intervals:
        """Return the part of the *expected* time without a file, beyond the tolerance; *recorded*: other files than VOD's."""
        edges = {at for push in expected for at in (push.start, push.end)}
        return tuple(
            gap
            for gap in difference(expected, self.recorded if recorded is None else recorded)
            if gap.length > (EDGE if edges & {gap.start, gap.end} else CUT)
        )


def _outcome(case: _Case) -> _Outcome:
    if case.form.in_cos and not case.files:
        return _Outcome("cannot tell", IN_COS, is_unproven=True)
    if early := _too_early(case):
        return early
    if not case.missing((case.window,)):
        return _recorded(case)
    if case.expected.exempt:
        return _Outcome("nothing to record", case.expected.exempt)
    if reason := _unknown_pushes(case):
        return _Outcome("cannot tell", reason)
    gaps = case.missing(case.pushed)
    if gaps:
        return _with_gaps(case, gaps)
    return _without_gaps(case)


def _too_early(case: _Case) -> _Outcome | None:
    ready = case.window.end + SETTLE + timedelta(seconds=case.form.resume)
    return _Outcome("too early", f"The files can be judged from {rfc3339(ready)} on.") if case.now < ready else None


def _unknown_pushes(case: _Case) -> str:
    if case.window.start < case.now - PUSHES_KEPT:
        return f"The list of pushes goes back {PUSHES_KEPT.days} days."
    return case.seen.unknown_pushes.get(case.expected.stream.domain, "")


def _recorded(case: _Case) -> _Outcome:
    if case.form.in_cos:
        return _Outcome("recorded", f"Proved by {count_of(len(case.files), 'notification')}; the files are in COS.")
    return _Outcome("recorded")


def _with_gaps(case: _Case, gaps: Intervals) -> _Outcome:
    if case.form.in_cos:
        return _Outcome("cannot tell", f"{IN_COS} Notifications name files for a part of the time.", is_unproven=True)
    if reason := case.seen.unknown_files.get(case.form.sub_application):
        return _Outcome("cannot tell", reason)
    if case.form.storage_time != FOREVER:
        deleted = gaps[0].end + timedelta(seconds=case.form.storage_time)
        if deleted <= case.now:
            return _expired(case, deleted)
    if untimed := [file for file in case.files if file.end is None and _may_fill(file, case.window)]:
        return _with_untimed_files(untimed, gaps)
    return _Outcome("partly recorded" if case.recorded else "not recorded", _lost(case, gaps), gaps, is_unproven=True)


def _expired(case: _Case, deleted: datetime) -> _Outcome:
    """Judge files that VOD has deleted by now, as declared: a notification proves that they were created."""
    if case.only_notified and not case.missing(case.pushed, case.notified):
        return _Outcome("recorded", "Proved by notifications; the retention of the files is over.")
    return _Outcome("cannot tell", f"The files were kept until {rfc3339(deleted)} only.", is_unproven=True)


def _lost(case: _Case, gaps: Intervals) -> str:
    """Return which files were notified and are not in VOD."""
    lost = [
        file_id
        for file_id, content in sorted(case.only_notified.items())
        if any(part.overlaps(gap) for part in content for gap in gaps)
    ]
    return f"A notification came for {', '.join(lost)}, but VOD does not have it: was it deleted?" if lost else ""


def _may_fill(file: RecordedFile, window: Interval) -> bool:
    """Return whether a file without times was created when one of this recording would have been."""
    return window.start <= file.created <= window.end + timedelta(hours=1)


def _with_untimed_files(untimed: list[RecordedFile], gaps: Intervals) -> _Outcome:
    """Judge by the lengths of files whose times VOD does not tell."""
    known = [file.length for file in untimed if file.length is not None]
    names = f"VOD has no times for {count_of(len(untimed), 'file')}"
    if len(known) == len(untimed) and timedelta(seconds=sum(known)) + EDGE >= total(gaps):
        return _Outcome("recorded", f"{names}; by their length they fill the gaps.")
    return _Outcome("cannot tell", f"{names}. Look at them in the console: {', '.join(file.id for file in untimed)}.")


def _without_gaps(case: _Case) -> _Outcome:
    """Judge a recording whose known pushes are all in files; the list may not show every push."""
    if case.expected.stream in case.seen.pushed_now:
        last = case.pushed[-1].end if case.pushed else case.window.start
        if case.missing((Interval(last, case.window.end),)):
            return _Outcome(
                "cannot tell", "The stream is being pushed now, and a push is listed only after it has ended."
            )
    if case.pushed:
        return _recorded(case)
    if case.recorded:
        return _Outcome("cannot tell", "There are files for a part of the time, but the list of pushes shows no push.")
    return _Outcome("nothing to record", "No push of at least 10 s was seen.")
