"""The tasks that calls become: one per recording, or one for each day that it lasts.

The tasks of one recording follow each other without a gap.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from live_recording.core.errors import InvalidValue
from live_recording.core.streams import StreamKey
from live_recording.core.text import quoted
from live_recording.core.timefmt import CHINA, format_duration
from live_recording.core.vendor import OVERLAPS_MAX, TASK_MAX, TEMPLATES
from live_recording.core.windows import Window, surplus_windows
from live_recording.migrate.calls import ACTIONS, INTERFACE, Call
from live_recording.migrate.recordings import Options, Recording, RecordingFormat, recording_of_call
from live_recording.stackfile import keys

PARTS_MAX = 7
"""A longer recording is probably a permanent one, for which a rule is better."""
ADVICE = {
    "ends": "The call ends a recording. Remove the task from the stack file instead, and deploy.",
    "unknown": "This action is not converted. If it records, write its task into the stack file.",
    "configures": "The call is about a template or a rule. To write those of the account to a file: live-recording adopt.",
}
Identity = tuple[StreamKey, Window, RecordingFormat | str | None]
"""What two tasks must not have in common."""


@dataclass(frozen=True, slots=True)
class TaskPart:
    """A recording, or one day of it."""

    recording: Recording
    window: Window
    number: int
    parts: int

    @property
    def identity(self) -> Identity:
        """Return what no other task may have."""
        return (self.recording.key, self.window, self.recording.template)

    @property
    def order(self) -> tuple[datetime, str, int, int]:
        """Return the sort key: the time, then the position of the call."""
        call = self.recording.call
        return (self.window.start or self.window.end, call.file, call.line, self.number)

    @property
    def label(self) -> str:
        """Return the subject of a sentence about this part."""
        return f"Part {self.number} of {self.parts}" if self.parts > 1 else "The call"


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """A message about a call; *lost*: the call, or a part of it, is not in the stack file."""

    file: str
    line: int
    sentence: str
    lost: bool

    @classmethod
    def of_call(cls, call: Call, sentence: str, *, lost: bool) -> "Note":
        """Create a note about a call."""
        return cls(call.file, call.line, f"{call.action}: {sentence}", lost)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class MigratedTask:
    """A task, and the notes in the comments above it."""

    part: TaskPart
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class MigratedTasks:
    """Tasks by name in the order of their times, and notes about calls without a task."""

    tasks: dict[str, MigratedTask]
    left_out: tuple[Note, ...]


@dataclass(slots=True)
class _Collector:
    """The parts of all calls so far."""

    now: datetime
    formats: set[RecordingFormat] = field(default_factory=set)
    parts: dict[Identity, TaskPart] = field(default_factory=dict)
    notes: dict[Identity, list[Note]] = field(default_factory=dict)
    left_out: list[Note] = field(default_factory=list)

    def add_call(self, call: Call, options: Options) -> None:
        """Add the tasks of a call, or a note that says why it has none."""
        if advice := ADVICE.get(ACTIONS[call.action].effect):
            seen = f"{INTERFACE}={quoted(call.fields[INTERFACE])}: " if INTERFACE in call.fields else ""
            self.left_out.append(Note.of_call(call, f"{seen}{advice}", lost=True))
            return
        try:
            recording = recording_of_call(call, options)
            _check(recording, self.formats, self.now)
        except InvalidValue as error:
            self.left_out.append(Note.of_call(call, error.message, lost=True))
            return
        if isinstance(recording.template, RecordingFormat):
            self.formats.add(recording.template)
        for part in split_by_day(recording):
            self._add_part(part)

    def _add_part(self, part: TaskPart) -> None:
        other = self.parts.setdefault(part.identity, part)
        if other is part:
            self.notes[part.identity] = list(_notes(part))
            return
        note = _duplicate_note(part, other)
        (self.left_out if note.lost else self.notes[part.identity]).append(note)

    def remove_surplus(self) -> None:
        """Remove tasks that would be one too many at the same time for their stream."""
        streams: dict[StreamKey, list[TaskPart]] = {}
        for part in sorted(self.parts.values(), key=lambda part: part.order):
            streams.setdefault(part.recording.key, []).append(part)
        for parts in streams.values():
            windows = {f"{number:09}": part.window for number, part in enumerate(parts)}
            for name in surplus_windows(windows, self.now, OVERLAPS_MAX):
                self._remove(parts[int(name)])

    def _remove(self, part: TaskPart) -> None:
        del self.parts[part.identity]
        sentence = (
            f"{part.label} would overlap {OVERLAPS_MAX} other tasks of its stream. At most {OVERLAPS_MAX} can record at "
            "once. Move or remove one."
        )
        self.left_out.append(Note.of_call(part.recording.call, sentence, lost=True))
        self.left_out += [replace(note, lost=True) for note in self.notes[part.identity]]


def tasks_of_calls(calls: Iterable[Call], options: Options, now: datetime) -> MigratedTasks:
    """Return the tasks that the calls become at *now*."""
    collector = _Collector(now)
    for call in calls:
        collector.add_call(call, options)
    collector.remove_surplus()
    notes = collector.notes
    tasks = {
        name: MigratedTask(part, tuple(sorted(notes[part.identity])))
        for name, part in _with_names(collector.parts.values()).items()
    }
    return MigratedTasks(tasks, tuple(sorted(collector.left_out)))


def split_by_day(recording: Recording) -> Iterator[TaskPart]:
    """Yield the parts of a recording in the order of time, none longer than a task may be."""
    start, end = recording.window.start, recording.window.end
    if start is None:
        yield TaskPart(recording, recording.window, 1, 1)
        return
    count = -(-(end - start) // TASK_MAX)
    for number in range(count):
        part_start = start + number * TASK_MAX
        yield TaskPart(recording, Window(part_start, min(part_start + TASK_MAX, end)), number + 1, count)


def _with_names(parts: Iterable[TaskPart]) -> dict[str, TaskPart]:
    """Return the parts in their order, named by stream and China time."""
    ordered = sorted(parts, key=lambda part: part.order)
    names = keys.assign_unique_keys({number: _key_candidates(part) for number, part in enumerate(ordered)}, ())
    return {names[number]: part for number, part in enumerate(ordered)}


def _key_candidates(part: TaskPart) -> keys.KeyCandidates:
    start, end = part.window.start, part.window.end
    candidates = keys.task(part.recording.key, (start or end).astimezone(CHINA))
    return candidates if start else [key and f"until-{key}" for key in candidates]


def _check(recording: Recording, formats: set[RecordingFormat], now: datetime) -> None:
    """Raise InvalidValue if a recording cannot be declared; *formats* are those that have a template."""
    start, end = recording.window.start, recording.window.end
    duration = end - (start or now)
    lasts = format_duration(duration.total_seconds())
    if start and end <= start:
        times = " and ".join(f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}" for at in (start, end))
        raise InvalidValue("task-backwards", f"Start and end are {times} (China time). The end must be later.")
    if start is None and duration > TASK_MAX:
        reason = f"Without StartTime the task starts when it is created, and would last {lasts} from now."
        raise InvalidValue("task-too-long", f"{reason} At most 24 h are allowed. Add StartTime.")
    if duration > PARTS_MAX * TASK_MAX:
        reason = f"The recording lasts {lasts}; at most {PARTS_MAX} tasks of 24 h are created for one call."
        raise InvalidValue("task-too-long", f"{reason} For a permanent recording, add a rule.")
    if isinstance(recording.template, RecordingFormat):
        _check_template_count(formats | {recording.template})


def _check_template_count(formats: set[RecordingFormat]) -> None:
    if len(formats) > TEMPLATES:
        reason = f"The call would need template {TEMPLATES + 1}; an account has at most {TEMPLATES}."
        raise InvalidValue("too-many-templates", f"{reason} Use the format and retention of another call.")


def _notes(part: TaskPart) -> Iterator[Note]:
    """Yield the notes above a task; those of a split recording are above its first task."""
    recording, window = part.recording, part.recording.window
    if part.number > 1:
        return
    for remark in recording.remarks:
        yield Note.of_call(recording.call, remark.sentence, lost=remark.lost)
    if part.parts > 1 and window.start:
        lasts = format_duration((window.end - window.start).total_seconds())
        sentence = f"Lasts {lasts}, so it is split into {part.parts} tasks of at most 24 h."
        yield Note.of_call(recording.call, sentence, lost=False)


def _duplicate_note(part: TaskPart, other: TaskPart) -> Note:
    """Return the note that a task exists already, or one that looks the same in the API's list."""
    location, call = other.recording.call.location, part.recording.call
    if part.recording.mixed == other.recording.mixed:
        return Note.of_call(call, f"{part.label} is the same as {location}, so it adds no task.", lost=False)
    sentence = (
        f"{part.label} differs from {location} only in the stream type, which the API's list does not show. Keep one."
    )
    return Note.of_call(call, sentence, lost=True)
