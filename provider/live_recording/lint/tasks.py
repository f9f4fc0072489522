"""TODO live_recording.lint.tasks."""

from collections.abc import Iterator
from datetime import datetime

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.timefmt import format_duration
from live_recording.core.vendor import TASK_MAX
from live_recording.core.windows import Window

_SHOWN = "%Y-%m-%dT%H:%MZ"


def backwards(path: KeyPath, span: Window) -> Iterator[Finding]:
    """Whether it would end before it starts."""
    if span.start is not None and span.end <= span.start:
        sentence = (
            f"The task starts {span.start:{_SHOWN}} and ends {span.end:{_SHOWN}}. The end must be later than the start."
        )
        yield Finding.new("task-backwards", path, sentence)


def task(path: KeyPath, span: Window, now: datetime) -> Iterator[Finding]:
    """What is wrong with a task's time."""
    start = span.start or now
    yield from backwards(path, span)
    if span.end - start > TASK_MAX:
        length, parts = format_duration((span.end - start).total_seconds()), -(-(span.end - start) // TASK_MAX)
        counted = "" if span.start else " from now, when it would begin"
        sentence = (
            f"The recording would last {length}{counted}. One task may last at most 24 h. Split it into {parts} tasks."
        )
        yield Finding.new("task-too-long", path, sentence)
