"""What a review says, in words: one wording for Markdown, HTML and JSON.

A sentence is a tuple of parts. A `Name` stands in a file or in the account and is shown as code; the rest is prose.
"""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from live_recording.core.streams import LEVEL_NAMES
from live_recording.core.text import capitalize, count_of, escaped, plural
from live_recording.core.timefmt import FOREVER, hours, length
from live_recording.core.vendor import OVERLAPS_MAX
from live_recording.review.losses import FINDING
from live_recording.review.model import EffectiveRule, Format, Limit, Loss, LossKind, Pattern, Review, Task
from live_recording.stackfile.model import Acknowledgement
from live_recording.stackfile.names import KEY

ACCEPTED_FOR = timedelta(days=7)
"""How long the acknowledgement that a review proposes holds: it is about one change, not about the next one too."""
TAKES_EFFECT = (
    "New settings apply to pushes that begin about ten minutes after the deployment, or later. "
    "A recording that runs keeps the old settings until its push ends."
)
EMPTY = {
    "losses": "None. What is recorded today stays recorded, in the same formats, and is kept for at least as long.",
    "patterns": "No rule of this account records anything.",
    "limits": "The account holds nothing.",
    "tasks": "There are none.",
}
EMPTY_BLIND = {
    "losses": "None that the plan alone tells. What else the account records is not known.",
    "patterns": "The plan alone tells of none.",
    "limits": "This is not known without the account.",
    "tasks": "The plan alone tells of none.",
}
BELOW = 10
"""How many lines a terminal shows below a verdict; the review has them all."""
LATER = "The vendor takes these tasks from a later day on; the first deployment from then on creates them."
LOSS_NAMES: dict[LossKind, str] = {"stops": "Stops", "format": "Format lost", "retention": "Kept shorter"}


class Code(str):
    """A name from a file or from the account, or something to copy: shown as code."""

    __slots__ = ()


Words = tuple[str, ...]


IF_MEANT: Words = (
    "If a loss is meant, write its line under ", Code("acknowledge:"), " in the stack file, with your reason.",
)  # fmt: skip


class Verdict(NamedTuple):
    """What a reviewer must know if they read nothing else."""

    head: str
    sentence: str

    @property
    def opened(self) -> str:
        """The sentence on its own."""
        return capitalize(self.sentence)

    def __str__(self) -> str:
        return f"{self.head}: {self.sentence}"


def verdict(review: Review) -> Verdict:
    """The one line."""
    open_losses = sum(loss.acknowledged is None for loss in review.losses)
    if review.refused:
        why_not = count_of(len(review.refused), "reason")
        return Verdict(
            "Refused", f"the engine does not run this plan, for {why_not}. As it stands, it changes nothing."
        )
    if open_losses:
        them = plural(open_losses, "it", "them")
        which = f"{count_of(open_losses, 'loss', 'losses')} {plural(open_losses, 'is', 'are')} not acknowledged."
        also = (
            f" The account would also refuse a part of this plan, for {_reasons(review)}." if review.obstacles else ""
        )
        blind = " The account was not looked at." if review.account_at is None else ""
        return Verdict(
            "Recording is lost", f"{which} Mend {them}, or acknowledge {them} in the stack file.{also}{blind}"
        )
    if review.obstacles:
        return Verdict("Cannot be applied", f"the account would refuse a part of this plan, for {_reasons(review)}.")
    if review.account_at is None:
        said = "this says what the plan alone tells. Take a snapshot of the account, and review again."
        return Verdict("Not certain", f"the account was not looked at, so {said}")
    head, sentence = _accepted(review) if review.losses else _harmless(review)
    untold = count_of(len(review.unsaid), "thing")
    return Verdict(head, f"{sentence} {untold} cannot be told: see below." if review.unsaid else sentence)


def _reasons(review: Review) -> str:
    return count_of(len(review.obstacles), "reason")


def _accepted(review: Review) -> Verdict:
    number = len(review.losses)
    return Verdict(
        "Recording is lost, as acknowledged",
        f"{count_of(number, 'loss', 'losses')}, {plural(number, 'accepted', 'each accepted')} with a reason.",
    )


def _harmless(review: Review) -> Verdict:
    patterns = sum(pattern.changed for pattern in review.patterns)
    tasks = sum(task.change != "kept" for task in review.tasks)
    changes = [count_of(n, noun) for n, noun in ((patterns, "pattern"), (tasks, "task")) if n]
    if changes:
        return Verdict(
            "No recording is lost", f"{' and '.join(changes)} {plural(patterns + tasks, 'changes', 'change')}."
        )
    if review.operations:
        count = len(review.operations)
        which = f"the {count_of(count, 'operation')} of this plan {plural(count, 'leaves', 'leave')}"
        return Verdict("No recording is lost", f"{which} everything recorded as it is.")
    return Verdict("Nothing changes", "the account records what it recorded before.")


def empty(review: Review, section: Literal["losses", "patterns", "limits", "tasks"]) -> str:
    """What stands where a section has nothing to show."""
    return (EMPTY_BLIND if review.account_at is None else EMPTY)[section]


def losses(review: Review) -> tuple[tuple[Loss, Code | None], ...]:
    """The losses, those that stop first; beside the first of each entry the line that would accept it."""
    proposed: set[str] = set()
    shown: list[tuple[Loss, Code | None]] = []
    for loss in sorted(review.losses, key=lambda loss: loss.acknowledged is not None):
        fresh = not loss.acknowledged and loss.path not in proposed
        proposed.add(loss.path)
        shown.append((loss, acknowledgement(loss, review.at) if fresh else None))
    return tuple(shown)


def below(review: Review) -> tuple[str, ...]:
    """What a terminal shows below the verdict: why it stops, then what cannot be told; of much, the first lines."""
    lost = (f"{loss.path}: {loss.sentence}" for loss in review.losses if loss.acknowledged is None)
    lines = [escaped(line) for line in (*review.refused, *review.obstacles, *lost, *review.unsaid)]
    rest = len(lines) - BELOW
    return (*lines[:BELOW], *([f"... and {rest} more: see the review."] if rest > 0 else []))


def acknowledgement(loss: Loss, at: datetime) -> Code:
    """The line to write under `acknowledge:` for a loss that is meant."""
    path = loss.path if all(KEY.fullmatch(part) for part in loss.path.split(".")) else json.dumps(loss.path)
    until = (at + ACCEPTED_FOR).date()
    return Code(f'- {{finding: {FINDING}, path: {path}, reason: "...", until: {until}}}')


class Entry(NamedTuple):
    """An entry of the stack file with the losses that its change causes, and how they are or could be accepted."""

    path: str
    losses: tuple[Loss, ...]
    acknowledged: Acknowledgement | None
    line: Code | None  # what would accept them


def entries(review: Review) -> tuple[Entry, ...]:
    """The losses by entry, those that stop first."""
    found: dict[tuple[str, bool], list[tuple[Loss, Code | None]]] = {}
    for loss, line in losses(review):
        found.setdefault((loss.path, loss.acknowledged is None), []).append((loss, line))
    return tuple(
        Entry(path, tuple(loss for loss, _ in those), those[0][0].acknowledged, those[0][1])
        for (path, _), those in found.items()
    )


def accepted(entry: Acknowledgement) -> str:
    """Until when and why something is accepted."""
    return f"accepted {f'until {entry.until}' if entry.until else 'without an end'}: {entry.reason}"


def recording(recorder: EffectiveRule | None) -> Words:
    """Which template records, and what."""
    return (Code(recorder.template), f": {files(recorder.formats)}") if recorder else ("nothing",)


def files(formats: Iterable[Format]) -> str:
    """Formats, how long they are kept, and how long one file is."""
    return ", ".join(map(_format, formats)) or "nothing"


def _format(one: Format) -> str:
    kept = "in COS" if one.cos else "for ever" if one.storage_time == FOREVER else _spoken(one.storage_time)
    return f"{one.name.upper()} {kept}" + (f" ({_spoken(one.record_interval)} files)" if one.record_interval else "")


def task_recording(task: Task) -> Words:
    """The same for a task, which may have no template."""
    return (Code(task.template), f": {files(task.formats)}") if task.template else (files(task.formats),)


def _spoken(seconds: int) -> str:
    """A length of time in one unit."""
    shown = length(seconds)
    return f"{shown[:-1]} {shown[-1]}"


def why(pattern: Pattern) -> Words:
    """Which rule decides after the plan, and what did before if that was another."""
    before, after = pattern.before, pattern.after
    earlier: Words = ()
    if before and (after is None or (before.rule, before.key) != (after.rule, after.key)):
        earlier = ("; before: ", *_rule(before), f" (level {before.level})")
    elif before and after and before.template != after.template and not pattern.changed:
        earlier = ("; template before: ", Code(before.template))
    if after is None:
        return ("no rule applies", *earlier)
    return (*_rule(after), f" wins: it names {LEVEL_NAMES[after.level]} (level {after.level})", *earlier)


def _rule(recorder: EffectiveRule) -> Words:
    return (Code(recorder.rule),) if recorder.rule else ("the unmanaged rule ", Code(recorder.key))


def room(limit: Limit) -> str:
    """What the highest number during the deployment leaves."""
    left = limit.allowed - limit.peak
    return f"{left} left" if left > 0 else f"{-left} too many" if left else "full"


def day(at: datetime, zone: str) -> str:
    """A point in time with its year."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %Y %H:%M}"


def window(start: datetime, end: datetime, zone: str) -> str:
    """A window in a zone; the day of its end only where it is another one."""
    first, last = (at.astimezone(ZoneInfo(zone)) for at in (start, end))
    far = (
        f"{last:%a %d %b} " if last - first > timedelta(days=6) else f"{last:%a} " if last.date() > first.date() else ""
    )
    return f"{first:%a %d %b} {hours(first)} to {far}{hours(last)}"


def urgency(task: Task, at: datetime) -> str:
    """How soon a task that is near begins; nothing for others."""
    if not task.soon:
        return ""
    minutes = int((task.start - at).total_seconds() // 60)
    return "runs now" if task.start <= at else f"starts in {count_of(minutes, 'minute')}" if minutes else "starts now"


def notes(task: Task, at: datetime) -> Words:
    """What is worth knowing about a task besides its window, separated by semicolons."""
    said: list[Words] = [(task.change,)] if task.change != "kept" else []
    said += [("not managed here",)] if not task.managed else []
    said += [(urgency(task, at),)] if task.soon else []
    said += [overlaps(task)] if task.overlaps else []
    return tuple(part for note in said for part in ("; ", *note))[1:]


def overlaps(task: Task) -> Words:
    """The other tasks of the stream at the same time, and what the vendor makes of so many."""
    names = [part for name in task.overlaps for part in (", ", Code(name))]
    many = (f", and the vendor starts only {OVERLAPS_MAX} at once",) if len(task.overlaps) >= OVERLAPS_MAX else ()
    return ("overlaps ", *names[1:], *many) if names else ()


def operations(review: Review) -> str:
    """How many resources the plan touches, and how."""
    ops = Counter(operation.op for operation in review.operations)
    return f"{count_of(ops.total(), 'resource operation')}: {', '.join(f'{n} {op}' for op, n in sorted(ops.items()))}"


def limits(review: Review) -> str:
    """The limits in one line."""
    return "; ".join(f"{one.section} {one.peak} of {one.allowed}, {room(one)}" for one in review.limits)


def from_day(name: str, first: str) -> Words:
    """A task that waits."""
    return (Code(name), f" from {date.fromisoformat(first):%a %d %b %Y}")
