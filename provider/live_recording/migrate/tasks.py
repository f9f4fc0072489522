"""The tasks that a recording becomes: one, or one for each day that it lasts.

Rule 1: parts follow each other without a gap, and none is longer than the vendor takes.
Rule 2: parts stand in the order of their times, whatever the order of their calls.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import heappop, heappush
from typing import NamedTuple

from live_recording.core.streams import StreamKey
from live_recording.core.timefmt import CHINA, format_duration
from live_recording.core.vendor import OVERLAPS_MAX, TASK_MAX, TEMPLATES
from live_recording.core.windows import Window
from live_recording.migrate.calls import ACTIONS, Call
from live_recording.migrate.recordings import Options, Recording, Shape, recording
from live_recording.stackfile import keys


class Part(NamedTuple):
    """A recording, or one day of it."""

    recording: Recording
    window: Window
    number: int
    parts: int

    @property
    def identity(self) -> tuple[object, ...]:
        """What two tasks may not have in common."""
        return (self.recording.key, self.window, self.recording.template)

    @property
    def order(self) -> tuple[datetime, str, int, int]:
        """Its place among others: by time, then by where its call stands."""
        call = self.recording.call
        return (self.window.start or self.window.end, call.file, call.line, self.number)

    def __str__(self) -> str:
        return f"Its part {self.number} of {self.parts} is" if self.parts > 1 else "It is"


def parts(found: Recording) -> Iterator[Part]:
    """The parts of a recording, in the order of time."""
    start, end = found.window
    if start is None:
        yield Part(found, found.window, 1, 1)
        return
    count = -(-(end - start) // TASK_MAX)
    for number in range(count):
        begins = start + number * TASK_MAX
        yield Part(found, Window(begins, min(begins + TASK_MAX, end)), number + 1, count)


def surplus(found: Iterable[Part], now: datetime) -> Iterator[Part]:
    """Those that would begin while as many record the same stream as the vendor starts. What is over does not count."""
    streams: dict[StreamKey, list[datetime]] = {}
    for part in sorted(found, key=lambda part: (part.window.start or now, part.order)):
        opened = streams.setdefault(part.recording.key, [])
        while opened and opened[0] <= (part.window.start or now):
            heappop(opened)
        if part.window.end <= now:
            continue
        if len(opened) == OVERLAPS_MAX:
            yield part
        else:
            heappush(opened, part.window.end)


def named(found: Iterable[Part]) -> dict[str, Part]:
    """The parts in their order, each under a key of its own: the stream, and the time in China."""
    ordered = sorted(found, key=lambda part: part.order)
    names = keys.assign_unique_keys({number: _wishes(part) for number, part in enumerate(ordered)}, ())
    return {names[number]: part for number, part in enumerate(ordered)}


def _wishes(part: Part) -> keys.KeyCandidates:
    start, end = part.window
    wishes = keys.task(part.recording.key, (start or end).astimezone(CHINA))
    return wishes if start else [wish and f"until-{wish}" for wish in wishes]


PARTS_MAX = 7
"""A recording that lasts more days is meant to go on always, and that is what a rule is for."""
ADVICE = {
    "ends": "It ends a recording. A stack file ends one by no longer naming it: take the task out, and apply.",
    "standing": "It is about a template or a rule, and those stay in the account: live-recording adopt writes them down.",
}


class Note(NamedTuple):
    """What there is to know about a call; *lost*: it, or a part of it, is not in the stack file."""

    file: str
    line: int
    sentence: str
    lost: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


class Entry(NamedTuple):
    """A task, and the notes that stand above it."""

    part: Part
    notes: tuple[Note, ...]


class Entries(NamedTuple):
    """What becomes of the calls: tasks by name, in the order of their times, and notes about what has none."""

    tasks: dict[str, Entry]
    left_out: tuple[Note, ...]


def note(call: Call, sentence: str, *, lost: bool) -> Note:
    """A note about a call."""
    return Note(call.file, call.line, f"{call.action}: {sentence}", lost)


def entries(calls: Iterable[Call], options: Options, now: datetime) -> Entries:
    """What becomes of the calls at *now*."""
    left_out: list[Note] = []
    shapes: set[Shape] = set()
    taken: dict[tuple[object, ...], Part] = {}
    notes: dict[tuple[object, ...], list[Note]] = {}
    for made in (made for call in calls for made in _parts(call, options, shapes, now)):
        if isinstance(made, Note):
            left_out.append(made)
        elif (other := taken.setdefault(made.identity, made)) is made:
            notes[made.identity] = list(_notes(made))
        else:
            again = _again(made, other)
            (left_out if again.lost else notes[made.identity]).append(again)
    for part in tuple(surplus(taken.values(), now)):
        del taken[part.identity]
        told = f"{part} one task too many at one time for its stream: the vendor starts only {OVERLAPS_MAX}. Move or drop one."
        left_out += [note(part.recording.call, told, lost=True), *(n._replace(lost=True) for n in notes[part.identity])]
    tasks = {name: Entry(part, tuple(sorted(notes[part.identity]))) for name, part in named(taken.values()).items()}
    return Entries(tasks, tuple(sorted(left_out)))


def _parts(call: Call, options: Options, shapes: set[Shape], now: datetime) -> Iterator[Part | Note]:
    """The parts that a call becomes, or a note; *shapes* are the templates made so far."""
    if advice := ADVICE.get(ACTIONS[call.action].fate):
        yield note(call, advice, lost=True)
        return
    found = recording(call, options)
    problem = found if isinstance(found, str) else _problem(found, shapes, now)
    if isinstance(found, str) or problem:
        yield note(call, str(problem), lost=True)
        return
    if isinstance(found.template, Shape):
        shapes.add(found.template)
    yield from parts(found)


def _problem(found: Recording, shapes: set[Shape], now: datetime) -> str | None:
    """Why a recording has no place in a stack file."""
    start, end = found.window
    length = end - (start or now)
    lasts = format_duration(length.total_seconds())
    if start and end <= start:
        times = " and ".join(f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}" for at in (start, end))
        return f"Its start and end, {times} in China, are the wrong way round or the same. The end must be later."
    if start is None and length > TASK_MAX:
        advice = "One task may last at most 24 h. Add StartTime."
        return f"Without StartTime it begins when it is created, and would last {lasts} from now. {advice}"
    if length > PARTS_MAX * TASK_MAX:
        return (
            f"It lasts {lasts}, and a call becomes at most {PARTS_MAX} tasks of 24 h. To record always, write a rule."
        )
    if isinstance(found.template, Shape) and found.template not in shapes and len(shapes) == TEMPLATES:
        return f"It records in a way of its own, for which template {TEMPLATES + 1} would be needed. An account holds {TEMPLATES}."
    return None


def _notes(part: Part) -> Iterator[Note]:
    """What stands above a task; of a recording that is split, above the first one."""
    found, window = part.recording, part.recording.window
    if part.number == 1:
        yield from (note(found.call, remark.sentence, lost=remark.lost) for remark in found.remarks)
    if part.number == 1 < part.parts and window.start:
        lasts = format_duration((window.end - window.start).total_seconds())
        told = f"It lasts {lasts}. One task may last at most 24 h, so {part.parts} follow each other."
        yield note(found.call, told, lost=False)


def _again(part: Part, other: Part) -> Note:
    """That a task is there already, or one that the vendor's list does not tell from it."""
    place, call = other.recording.call.place, part.recording.call
    if part.recording.mixed == other.recording.mixed:
        return note(call, f"{part} what {place} asks for already, so it adds no task.", lost=False)
    told = f"{part} what {place} asks for but for the type of the stream, and the vendor's list does not tell such tasks apart. Keep one."
    return note(call, told, lost=True)
