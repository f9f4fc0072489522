"""Checks of tasks: their length, and how many overlap. A task of a schedule is checked like any other."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from live_recording.core.findings import Finding, KeyPath, format_path
from live_recording.core.streams import StreamKey
from live_recording.core.text import join_words
from live_recording.core.timefmt import format_duration
from live_recording.core.vendor import OVERLAPS_MAX, TASK_MAX
from live_recording.core.windows import Window, overlap_violations
from live_recording.lint.context import CheckContext

_OVERLAPS_LISTED = 100
"""Findings about one stream. Each needs all tasks that are open then, so all would take the square of their number."""
_TIME = "%Y-%m-%dT%H:%MZ"


def check_tasks(context: CheckContext) -> Iterator[Finding]:
    """Check the window of each task; the occurrences of a schedule all have the same length, so one is enough."""
    windows = {task.path: task.window for task in context.recordings.tasks.values()}
    for path, window in windows.items():
        yield from check_task_window(path, window, context.now)


def check_task_window(path: KeyPath, window: Window, now: datetime) -> Iterator[Finding]:
    """Check the window of one task."""
    yield from task_backwards(path, window)
    yield from task_too_long(path, window, now)


def task_backwards(path: KeyPath, window: Window) -> Iterator[Finding]:
    """Check that the recording ends after it starts."""
    if window.start is not None and window.end <= window.start:
        sentence = (
            f"The recording starts at {window.start:{_TIME}} but ends at {window.end:{_TIME}}. "
            "The end must be after the start."
        )
        yield Finding.new("task-backwards", path, sentence)


def task_too_long(path: KeyPath, window: Window, now: datetime) -> Iterator[Finding]:
    """Check that the task is not longer than the API allows; without a start it begins now."""
    length = window.end - (window.start or now)
    if length > TASK_MAX:
        counted = "" if window.start else ", counted from now"
        sentence = (
            f"The recording would last {format_duration(length.total_seconds())}{counted}. A task can last at most "
            f"{TASK_MAX // timedelta(hours=1)} h. Split it into {-(-length // TASK_MAX)} tasks."
        )
        yield Finding.new("task-too-long", path, sentence)


def too_many_overlaps(context: CheckContext) -> Iterator[Finding]:
    """Check that no stream has more tasks at once than can record; report each entry once."""
    tasks = context.recordings.tasks
    windows: dict[StreamKey, dict[str, Window]] = {}
    for name, task in tasks.items():
        windows.setdefault(task.stream, {})[name] = task.window
    for stream, by_name in windows.items():
        findings: dict[KeyPath, Finding] = {}
        for name, *others in islice(overlap_violations(by_name, context.now, OVERLAPS_MAX), _OVERLAPS_LISTED):
            path = tasks[name].path
            if path not in findings:
                findings[path] = _overlaps(path, stream, [tasks[other].path for other in others])
        yield from findings.values()


def _overlaps(path: KeyPath, stream: StreamKey, others: list[KeyPath]) -> Finding:
    entries = list(dict.fromkeys(others))
    shown, rest = [format_path(other) for other in entries[:OVERLAPS_MAX]], entries[OVERLAPS_MAX:]
    listed = join_words([*shown, *([f"{len(rest)} more"] if rest else []), "this one"])
    sentence = (
        f"{stream} would have {len(others) + 1} overlapping tasks ({listed}). "
        f"At most {OVERLAPS_MAX} can record at once. Move or remove one of them."
    )
    return Finding.new("too-many-overlaps", path, sentence)
