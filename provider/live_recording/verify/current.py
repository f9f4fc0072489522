"""Whether the streams of the tasks that run now are being pushed, while there is time to act."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from live_recording.account.snapshot_file import open_own_account
from live_recording.core import json_output
from live_recording.core.errors import ToolError
from live_recording.core.findings import format_path
from live_recording.core.streams import StreamKey
from live_recording.core.text import count_of, escaped
from live_recording.core.timefmt import rfc3339
from live_recording.desired.recordings import AnyOccurrence, scheduled_recordings
from live_recording.project import StackFile
from live_recording.review.markdown import plain
from live_recording.stackfile.model import Stack
from live_recording.verify.queries import Reader, stream_state
from live_recording.verify.reading import open_services

State = Literal["active", "inactive", "forbid", "unknown"]
"""The state of a stream as the API names it (CN:20470); unknown: the query failed."""
SENTENCES: dict[State, str] = {
    "active": "is being pushed",
    "inactive": "is NOT being pushed. Start the push, or nothing is recorded",
    "forbid": "is forbidden: pushes of it are rejected. Resume the stream in the vendor's console",
    "unknown": "may or may not be pushed",
}


@dataclass(frozen=True, slots=True)
class RunningRecording:
    """A task that runs now, and the state of its stream."""

    stream: StreamKey
    by: str
    until: datetime
    state: State
    reason: str = ""

    def __str__(self) -> str:
        reason = f": {self.reason}" if self.reason else "."
        stream = escaped("/".join(self.stream.parts))
        return f"{stream} ({self.by}, until {rfc3339(self.until)}) {SENTENCES[self.state]}{reason}"


@dataclass(frozen=True, slots=True)
class CurrentState:
    """The tasks of one stack that run now."""

    stack: str
    at: datetime
    recordings: tuple[RunningRecording, ...] = ()
    failure: str = ""

    @property
    def summary(self) -> str:
        """Return one sentence with the number of streams that are not pushed."""
        if self.failure:
            return self.failure
        if not self.recordings:
            return "No task runs now."
        pushed = sum(recording.state == "active" for recording in self.recordings)
        return f"{count_of(len(self.recordings), 'task')} running, {pushed} of them with a push."


def current_state(file: StackFile, stack: Stack) -> CurrentState:
    """Return the running tasks of a stack with the state of their streams."""
    now = file.settings.now()
    running = [one for one in scheduled_recordings(stack, now).all if _is_running(one, now)]
    try:
        open_own_account(file.settings, file.stack)
        read = open_services(file).live
    except ToolError as failure:
        return CurrentState(file.stack, now, failure=str(failure))
    states = (_state(read, one) for one in running)
    return CurrentState(file.stack, now, tuple(sorted(states, key=lambda one: (one.state == "active", one.stream))))


def _is_running(recording: AnyOccurrence, now: datetime) -> bool:
    return (recording.window.start or now) <= now < recording.window.end and bool(recording.stream.domain)


def _state(read: Reader, recording: AnyOccurrence) -> RunningRecording:
    state, reason = "unknown", ""
    try:
        state = stream_state(read, recording.stream)
    except ToolError as failure:
        reason = str(failure)
    known: State = state if state in SENTENCES else "unknown"
    return RunningRecording(recording.stream, format_path(recording.path), recording.window.end, known, reason)


def exit_code(stacks: Iterable[CurrentState]) -> int:
    """Return 1 if a stream is not pushed, 3 if a state is not known and no stream is known to lack its push, else 0."""
    stacks = tuple(stacks)
    states = {recording.state for stack in stacks for recording in stack.recordings}
    if states & {"inactive", "forbid"}:
        return 1
    return ToolError.status if "unknown" in states or any(stack.failure for stack in stacks) else 0


def as_text(stacks: Iterable[CurrentState]) -> str:
    """Return a line for each running task, those without a push first."""
    lines = []
    for stack in stacks:
        lines.append(f"{stack.stack} at {rfc3339(stack.at)}: {stack.summary}")
        lines += [f"  {recording}" for recording in stack.recordings]
    return "\n".join(lines)


def as_markdown(stacks: Iterable[CurrentState]) -> str:
    """Return the running tasks for a comment or an issue."""
    lines = []
    for stack in stacks:
        lines += [f"### {plain(stack.stack)}\n", f"{rfc3339(stack.at)}: {plain(stack.summary)}\n"]
        lines += [f"- {plain(str(recording))}" for recording in stack.recordings]
    return "\n".join(lines)


def as_json(stacks: Iterable[CurrentState]) -> str:
    """Return the running tasks as JSON."""
    return json_output.as_json({"stacks": [_data(stack) for stack in stacks]})


def _data(stack: CurrentState) -> dict[str, Any]:
    recordings = [
        {
            "stream": "/".join(recording.stream.parts),
            "by": recording.by,
            "until": rfc3339(recording.until),
            "state": recording.state,
            "reason": recording.reason,
        }
        for recording in stack.recordings
    ]
    failure = {"failure": stack.failure} if stack.failure else {}
    return {"stack": stack.stack, "at": rfc3339(stack.at), "running": recordings} | failure
