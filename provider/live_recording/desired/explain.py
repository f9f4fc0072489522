"""Which rule or task records a stream at a time, and why no other rule does; `explain_text` renders it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from live_recording.core.findings import KeyPath, format_path
from live_recording.core.streams import LEVEL_NAMES, PART_NAMES, StreamKey, level, matches, winning_rule
from live_recording.core.text import escaped, quoted
from live_recording.core.timefmt import rfc3339
from live_recording.desired.recordings import AnyOccurrence, TimedEntry, scheduled_recordings
from live_recording.stackfile.model import LiveRecord, Rule, Stack


@dataclass(frozen=True, slots=True)
class Recorder:
    """A rule, task or live record that matches the stream."""

    path: str
    key: str  # of a rule: domain/app/stream; of a task or live record: its name
    template: str | None  # of a live record: its format; None: the rule suppresses, or the task has no template
    detail: str
    shared_at: str = ""  # the shared file with the entry, and its line; "": it is in the stack file


@dataclass(frozen=True, slots=True, order=True)
class Loser:
    """A rule that does not record the stream, and why."""

    path: str
    why: str
    shared_at: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The rule that decides, if any, the other rules, and the tasks and live records that are active."""

    stream: str
    at: str
    winner: Recorder | None
    records: bool  # whether a rule records the stream
    losers: tuple[Loser, ...]
    tasks: tuple[Recorder, ...]

    def located(self, shared_at: Callable[[KeyPath], str]) -> "Explanation":
        """Return this explanation with the place of each entry that is in a shared file."""

        def at(path: str) -> str:
            return shared_at(tuple(path.split(".", 1)))

        winner = self.winner and replace(self.winner, shared_at=at(self.winner.path))
        losers = tuple(replace(loser, shared_at=at(loser.path)) for loser in self.losers)
        return replace(
            self,
            winner=winner,
            losers=losers,
            tasks=tuple(replace(task, shared_at=at(task.path)) for task in self.tasks),
        )


def explain(stack: Stack, stream: StreamKey, at: datetime) -> Explanation:
    """Explain who records *stream*, a full name, at the time *at*."""
    rules = {rule.natural: (f"rules.{key}", rule) for key, rule in stack.rules.items()}
    winner = winning_rule(rules, stream)
    losers = sorted(Loser(path, _why(key, stream, winner)) for key, (path, _) in rules.items() if key != winner)
    return Explanation(
        stream=escaped("/".join(stream.parts)),
        at=rfc3339(at),
        winner=_winner(winner, *rules[winner]) if winner else None,
        records=winner is not None and rules[winner][1].record is not False,
        losers=tuple(losers),
        tasks=_active(stack, stream, at),
    )


def _winner(key: StreamKey, path: str, rule: Rule) -> Recorder:
    return Recorder(path, str(key), _template(rule), _match(key))


def _match(key: StreamKey) -> str:
    return f"it matches {LEVEL_NAMES[level(key)]} (level {level(key)})"


def _why(key: StreamKey, stream: StreamKey, winner: StreamKey | None) -> str:
    if winner and matches(key, stream):
        return f"{_match(key)}, and level {level(winner)} takes precedence"
    name, own, actual = next(
        (name, own, actual)
        for name, own, actual in zip(PART_NAMES, key.parts, stream.parts, strict=True)
        if own and own != actual
    )
    return f"it matches {name} {quoted(own)}, not {quoted(actual)}"


def _template(entry: Rule | TimedEntry) -> str | None:
    if isinstance(entry, LiveRecord):
        return f"file_format {entry.file_format}"
    return entry.template or (f"template_id {entry.template_id}" if entry.template_id else None)


def _active(stack: Stack, stream: StreamKey, at: datetime) -> tuple[Recorder, ...]:
    active = (recording for recording in scheduled_recordings(stack, at).all if _is_active(recording, stream, at))
    return tuple(
        Recorder(
            format_path(recording.path),
            recording.name,
            _template(recording.entry),
            f"until {rfc3339(recording.window.end)}",
        )
        for recording in sorted(active, key=lambda recording: recording.name)
    )


def _is_active(recording: AnyOccurrence, stream: StreamKey, at: datetime) -> bool:
    """Return whether it records the stream at that time; without a domain it records the stream of every domain."""
    is_same = recording.stream in (stream, replace(stream, domain=""))
    return is_same and (recording.window.start or at) <= at < recording.window.end
