"""What was expected, what was seen, and the verdict about each recording and format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from live_recording.core.streams import StreamKey
from live_recording.core.text import count_of
from live_recording.verify.intervals import Interval, Intervals, clipped, latest_part

Verdict = Literal["recorded", "partly recorded", "not recorded", "nothing to record", "too early", "cannot tell"]
ALARMS: tuple[Verdict, ...] = ("not recorded", "partly recorded")
"""The verdicts that need action: exit code 1."""


@dataclass(frozen=True, slots=True)
class ExpectedFormat:
    """One format of a template; times in seconds."""

    name: str
    storage_time: int  # 0: kept indefinitely
    resume: int = 0  # HLS: pushes that continue within this time share a file, which is complete only then
    in_cos: bool = False
    sub_application: int | None = None  # of VOD; None: the account's main one


@dataclass(frozen=True, slots=True)
class Expectation:
    """A recording that the stack declares: that of a task, or of a push that matches a rule."""

    stream: StreamKey
    by: str  # path of the entry, such as tasks.final
    template: str  # the template, as the stack file names it
    window: Interval
    formats: tuple[ExpectedFormat, ...]
    unknown: str = ""  # why it cannot be judged
    exempt: str = ""  # why nothing needs to be recorded


@dataclass(frozen=True, slots=True, order=True)
class Push:
    """A push that has ended."""

    stream: StreamKey
    time: Interval


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A file of a recording in VOD. Without its times, only its *length* in seconds may be known."""

    id: str
    stream: StreamKey
    format: str
    created: datetime
    start: datetime | None
    end: datetime | None
    length: float | None = None

    @property
    def span(self) -> Interval | None:
        """Return the time in which its content is, or None if VOD does not tell it."""
        if self.end is None:
            return None
        starts = [] if self.start is None else [self.start]
        starts += [self.end - timedelta(seconds=self.length)] if self.length else []
        return Interval(min(starts), self.end) if starts else None

    def content(self, pushes: Intervals) -> Intervals:
        """Return the time of its content, of a stream with these pushes; nothing if VOD does not tell it.

        The content ends at the end and has that length; it begins later than the start (CN:47026). Spliced HLS leaves out
        the time between two pushes.
        """
        span = self.span
        if span is None:
            return ()
        if not self.length:
            return (span,)
        length = timedelta(seconds=self.length)
        pushed = clipped(pushes, span)
        return latest_part(pushed, length) if pushed else (Interval(span.end - length, span.end),)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was seen of one account."""

    pushes: Mapping[StreamKey, Intervals] = field(default_factory=dict)
    files: Mapping[StreamKey, tuple[RecordedFile, ...]] = field(default_factory=dict)
    pushed_now: frozenset[StreamKey] = frozenset()  # the list of pushes has a push only after it ended
    unknown_pushes: Mapping[str, str] = field(default_factory=dict)  # domain -> why its pushes are not known
    unknown_files: Mapping[int | None, str] = field(default_factory=dict)  # sub-application -> why
    notified: Mapping[StreamKey, tuple[RecordedFile, ...]] = field(default_factory=dict)  # files of notifications

    def files_of(self, stream: StreamKey, form: str) -> tuple[RecordedFile, ...]:
        """Return the files of a stream in one format."""
        return tuple(file for file in self.files.get(stream, ()) if file.format == form)

    def notified_of(self, stream: StreamKey, form: str) -> tuple[RecordedFile, ...]:
        """Return the files of a stream in one format that notifications name."""
        return tuple(file for file in self.notified.get(stream, ()) if file.format == form)


@dataclass(frozen=True, slots=True)
class Recording:
    """The verdict about one recording in one format."""

    stream: StreamKey
    by: str
    template: str
    format: str
    window: Interval
    verdict: Verdict
    gaps: Intervals = ()
    files: tuple[str, ...] = ()
    reason: str = ""
    pushed: Intervals = ()
    recorded: Intervals = ()
    kept_until: datetime | None = None  # None: indefinitely, or nothing is kept
    is_unproven: bool = False  # whether a notification could prove it, or explain what is missing


@dataclass(frozen=True, slots=True)
class VerifiedStack:
    """The verdicts about one stack in a period, or why they are missing."""

    stack: str
    period: Interval
    recordings: tuple[Recording, ...] = ()
    notes: tuple[str, ...] = ()
    failure: str = ""
    disagreements: tuple[str, ...] = ()  # between VOD and the notifications of a receiver

    @property
    def alarms(self) -> tuple[Recording, ...]:
        """Return the recordings that are missing, or incomplete."""
        return tuple(recording for recording in self.recordings if recording.verdict in ALARMS)

    @property
    def summary(self) -> str:
        """Return one sentence with the number of recordings by verdict."""
        if self.failure:
            return self.failure
        verdicts = [recording.verdict for recording in self.recordings]
        counts = [f"{verdicts.count(verdict)} {verdict}" for verdict in ORDER if verdict in verdicts]
        return (
            f"{count_of(len(verdicts), 'recording')}: {', '.join(counts)}." if counts else "Nothing was to be recorded."
        )


ORDER: tuple[Verdict, ...] = (
    "not recorded", "partly recorded", "cannot tell", "too early", "nothing to record", "recorded"
)  # fmt: skip
"""Verdicts in the order in which they are shown: what needs attention first."""
