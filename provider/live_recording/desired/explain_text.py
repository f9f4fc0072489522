"""TODO live_recording.desired.explain_text."""

from live_recording.core import json_output
from live_recording.desired.explain import Explanation, Recorder


def explanation(told: Explanation) -> str:
    """Who records a stream, why nobody else does, and what tasks run."""
    losers = [f"{loser.path} does not: {loser.why}." for loser in told.losers]
    return "\n".join([verdict(told), *(f"  {line}" for line in (*losers, *tasks(told)))])


def verdict(told: Explanation) -> str:
    """Who records a stream, in one sentence."""
    return f"At {told.at} {told.stream} {_verdict(told)}"


def tasks(told: Explanation) -> list[str]:
    """A line for each task that records the stream at that time, or one that says that there is none."""
    also = "besides" if told.records else "all the same"
    lines = [f"{task.path} records it {also}, {_with(task)}, {task.detail}." for task in told.tasks]
    return lines or ["No task records it at that time."]


def explanation_json(told: Explanation) -> str:
    """The same for programs."""
    return json_output.as_json(json_output.as_data(told))


def _verdict(told: Explanation) -> str:
    if told.winner is None:
        return "is recorded by no rule."
    if not told.records:
        return f"is not recorded: {told.winner.path} suppresses it, because {told.winner.detail}."
    return f"is recorded by {told.winner.path}, {_with(told.winner)}, because {told.winner.detail}."


def _with(recorder: Recorder) -> str:
    return f"with {recorder.template}" if recorder.template else "as HLS that is kept for ever"
