"""An explanation as text for people."""

from live_recording.desired.explain import Explanation, Loser, Recorder


def as_text(explanation: Explanation) -> str:
    """Return the verdict, then one line per other rule and per active task."""
    losers = [f"{name_of(loser)} does not record it: {loser.why}." for loser in explanation.losers]
    return "\n".join([verdict(explanation), *(f"  {line}" for line in (*losers, *task_lines(explanation)))])


def verdict(explanation: Explanation) -> str:
    """Return which rule records the stream, in one sentence."""
    return f"At {explanation.at} {explanation.stream} {_verdict(explanation)}"


def task_lines(explanation: Explanation) -> list[str]:
    """Return one line per task or live record that is active, or a line that says that no task is active."""
    records = "also records it" if explanation.records else "records it"
    lines = [f"{name_of(task)} {records}, {_with_template(task)}, {task.detail}." for task in explanation.tasks]
    return lines or ["No task records it at that time."]


def _verdict(explanation: Explanation) -> str:
    winner = explanation.winner
    if winner is None:
        return "is not recorded by any rule."
    if not explanation.records:
        return f"is not recorded: {name_of(winner)} suppresses it because {winner.detail}."
    return f"is recorded by {name_of(winner)}, {_with_template(winner)}, because {winner.detail}."


def name_of(entry: Recorder | Loser) -> str:
    """Return the path of an entry, with its place if it is in a shared file."""
    return f"{entry.path} ({entry.shared_at})" if entry.shared_at else entry.path


def _with_template(recorder: Recorder) -> str:
    return f"with {recorder.template}" if recorder.template else "as HLS that is kept indefinitely"
