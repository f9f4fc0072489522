"""From old calls to what a stack file says of them, and to what is left to say.

Rule 1: what is made passes `check`: too long a recording is split, a doubled one merged, one too many left out.
Rule 2: each call has a task, or a note that says why not.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from provider.core.limits import OVERLAPS_MAX, TASK_MAX, TEMPLATES
from provider.core.oldcalls import ACTIONS, Call
from provider.core.oldparts import Part, named, parts, surplus
from provider.core.oldrecordings import Options, Recording, Shape, recording
from provider.core.times import CHINA, spoken

PARTS_MAX = 7
"""A recording that lasts more days is meant to go on always, and that is what a rule is for."""
ADVICE = {
    "ends": "It ends a recording. A stack file ends one by no longer naming it: take the task out, and apply.",
    "standing": "It is about a template or a rule, and those stay in the account: python -m provider adopt writes them down.",
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
    lasts = spoken(length.total_seconds())
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
        lasts = spoken((window.end - window.start).total_seconds())
        told = f"It lasts {lasts}. One task may last at most 24 h, so {part.parts} follow each other."
        yield note(found.call, told, lost=False)


def _again(part: Part, other: Part) -> Note:
    """That a task is there already, or one that the vendor's list does not tell from it."""
    place, call = other.recording.call.place, part.recording.call
    if part.recording.mixed == other.recording.mixed:
        return note(call, f"{part} what {place} asks for already, so it adds no task.", lost=False)
    told = f"{part} what {place} asks for but for the type of the stream, and the vendor's list does not tell such tasks apart. Keep one."
    return note(call, told, lost=True)
