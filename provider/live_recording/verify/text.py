"""Verdicts as text and Markdown.

Recordings that differ only in their format share a line: "the final was recorded completely, as MP4 and HLS".
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from live_recording.core.text import escaped, join_words
from live_recording.core.timefmt import format_duration, rfc3339
from live_recording.review.markdown import code, plain
from live_recording.verify.intervals import Interval, total
from live_recording.verify.model import ALARMS, Recording, VerifiedStack

GAPS_SHOWN = 5
"""How many gaps a line lists; the JSON has all."""


@dataclass(frozen=True, slots=True)
class Line:
    """One recording, in all formats with the same verdict."""

    verdict: str
    stream: str
    by: str
    time: str
    formats: str
    detail: str
    is_alarm: bool

    def __str__(self) -> str:
        formats = f", {self.formats}" if self.formats else ""
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.verdict}: {self.stream} ({self.by}), {self.time}{formats}{detail}"


def lines(stack: VerifiedStack) -> Iterator[Line]:
    """Yield a line for each recording, what needs attention first."""
    for _, group in groupby(stack.recordings, key=_without_format):
        yield _line(tuple(group))


def _without_format(recording: Recording) -> tuple[object, ...]:
    return (recording.stream, recording.by, recording.window, recording.verdict, recording.gaps, recording.reason)


def _line(recordings: Sequence[Recording]) -> Line:
    first = recordings[0]
    formats = join_words([recording.format.upper() for recording in recordings if recording.format])
    return Line(
        first.verdict,
        str(first.stream),
        first.by,
        format_window(first.window),
        formats,
        _detail(recordings),
        first.verdict in ALARMS,
    )


def _detail(recordings: Sequence[Recording]) -> str:
    first = recordings[0]
    if first.gaps:
        return " ".join(filter(None, [_missing(first), first.reason]))
    if first.verdict == "recorded":
        return " ".join(filter(None, [first.reason, _kept(recordings)]))
    return first.reason


def _missing(recording: Recording) -> str:
    shown = [f"{rfc3339(gap.start)} to {_end(gap)}" for gap in recording.gaps[:GAPS_SHOWN]]
    rest = [f"{len(recording.gaps) - GAPS_SHOWN} more"] if len(recording.gaps) > GAPS_SHOWN else []
    missing, pushed = (format_duration(total(part).total_seconds()) for part in (recording.gaps, recording.pushed))
    return f"{missing} of {pushed} pushed are missing, {join_words([*shown, *rest])}."


def _kept(recordings: Sequence[Recording]) -> str:
    """Return how long the files are kept, by format if that differs."""
    until = {recording.format: recording.kept_until for recording in recordings}
    if len(set(until.values())) == 1:
        return f"{_until(next(iter(until.values())))}."
    return f"{join_words([f'{name.upper()} {_until(time)}' for name, time in until.items()])}."


def _until(time: datetime | None) -> str:
    return f"kept until {rfc3339(time)}" if time else "kept indefinitely"


def format_window(window: Interval) -> str:
    """Return an interval as text, in UTC."""
    return f"{rfc3339(window.start)} to {_end(window)}"


def _end(window: Interval) -> str:
    """Return the end of an interval, without its day if that is the day of the start."""
    end = rfc3339(window.end)
    return end.partition("T")[2] if end[:10] == rfc3339(window.start)[:10] else end


def as_text(stacks: Iterable[VerifiedStack]) -> str:
    """Return the verdicts of each stack."""
    return "\n".join(line for stack in stacks for line in _stack_text(stack))


def heading(stack: VerifiedStack) -> str:
    """Return stack, period and numbers."""
    return f"{stack.stack}, {format_window(stack.period)}: {stack.summary}"


def _stack_text(stack: VerifiedStack) -> Iterator[str]:
    yield heading(stack)
    yield from (f"  {escaped(note)}" for note in (*stack.notes, *stack.disagreements))
    yield from (f"  {line}" for line in lines(stack))


def as_markdown(stacks: Iterable[VerifiedStack]) -> str:
    """Return the verdicts of each stack for a comment or an issue."""
    return "\n".join(line for stack in stacks for line in _stack_markdown(stack))


def _stack_markdown(stack: VerifiedStack) -> Iterator[str]:
    yield f"### {plain(stack.stack)}"
    yield f"\n{format_window(stack.period)}: {plain(stack.summary)}\n"
    yield from (f"- {plain(note)}" for note in (*stack.notes, *stack.disagreements))
    if stack.recordings:
        yield "\n| verdict | stream | declared by | time | formats | details |\n|---|---|---|---|---|---|"
    for line in lines(stack):
        verdict = f"**{line.verdict}**" if line.is_alarm else line.verdict
        cells = (code(line.stream), code(line.by), line.time, line.formats, plain(line.detail))
        yield f"| {' | '.join((verdict, *cells))} |"
    yield ""
