"""Who records a stream at a time, and why nobody else does.

Rule 1: the answer comes from the same tables that plan and check use. Rule 2: what it says is data; `report` words it.
"""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from live_recording.core.findings import format_path
from live_recording.core.streams import LEVEL_NAMES, PART_NAMES, StreamKey, level, matches, winning_rule
from live_recording.core.text import escaped, quoted
from live_recording.core.timefmt import rfc3339
from live_recording.desired.recordings import Timed, scheduled_recordings
from live_recording.stackfile.model import LiveRecord, Rule, Stack


class Recorder(NamedTuple):
    """A rule or task that records: where it stands, what it is bound to, and with which template."""

    path: str
    key: str
    template: str | None  # or the format of a live record; None: it suppresses, or it is a task without template
    detail: str


class Loser(NamedTuple):
    """A rule that does not record the stream, and why."""

    path: str
    why: str


class Explanation(NamedTuple):
    """The winning rule, if any, the others, and the tasks or live records that are active."""

    stream: str
    at: str
    winner: Recorder | None
    records: bool  # by a rule
    losers: tuple[Loser, ...]
    tasks: tuple[Recorder, ...]


def explain(stack: Stack, stream: StreamKey, at: datetime) -> Explanation:
    """Who records the full name *stream* at *at*."""
    rules = {r.natural: (f"rules.{name}", r) for name, r in stack.rules.items()}
    best = winning_rule(rules, stream)
    won = rules[best] if best else None
    return Explanation(
        escaped("/".join(stream.parts)),
        rfc3339(at),
        Recorder(won[0], str(best), _template(won[1]), f"it names {LEVEL_NAMES[level(best)]} (level {level(best)})")
        if won and best
        else None,
        won is not None and won[1].record is not False,
        tuple(
            Loser(path, _why(key, stream, best))
            for key, (path, _) in sorted(rules.items(), key=_by_path)
            if key != best
        ),
        _tasks(stack, stream, at),
    )


def _by_path(item: tuple[StreamKey, tuple[str, Rule]]) -> str:
    return item[1][0]


def _template(entry: Rule | Timed) -> str | None:
    if isinstance(entry, LiveRecord):
        return f"file_format {entry.file_format}"
    return entry.template or (f"template_id {entry.template_id}" if entry.template_id else None)


def _why(key: StreamKey, stream: StreamKey, best: StreamKey | None) -> str:
    if best and matches(key, stream):
        return f"it names {LEVEL_NAMES[level(key)]} (level {level(key)}), and level {level(best)} wins"
    name, mine, theirs = next(
        (n, m, t) for n, m, t in zip(PART_NAMES, key.parts, stream.parts, strict=True) if m and m != t
    )
    return f"it is for {name} {quoted(mine)}, not {quoted(theirs)}"


def _tasks(stack: Stack, stream: StreamKey, at: datetime) -> tuple[Recorder, ...]:
    on = scheduled_recordings(stack, at)
    active = (
        slot
        for slot in (*on.slots.values(), *on.live.values())
        if slot.stream in (stream, replace(stream, domain="")) and (slot.window.start or at) <= at < slot.window.end
    )
    return tuple(
        Recorder(
            format_path(slot.path),
            slot.name,
            _template(slot.entry),
            f"until {rfc3339(slot.window.end)}",
        )
        for slot in sorted(active, key=lambda slot: slot.name)
    )
