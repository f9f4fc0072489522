"""What an examination finds: lines, each about one subject.

Rule 1: subjects are examined beside each other, and what takes too long is given up and said.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Thread
from time import monotonic
from typing import Literal, NamedTuple

from live_recording.core import json_output
from live_recording.core.errors import ToolError

State = Literal["ok", "note", "wrong"]


class CheckResult(NamedTuple):
    """One subject: what was seen, and what to do about it."""

    subject: str
    state: State
    sentence: str

    def __str__(self) -> str:
        return f"{self.state:<5}  {self.subject}: {self.sentence}"


class Diagnosis(NamedTuple):
    """All subjects, in the order in which they matter."""

    lines: tuple[CheckResult, ...]

    @property
    def exit_code(self) -> int:
        """0: the machine is ready; 1: something must be done."""
        return int(any(line.state == "wrong" for line in self.lines))


Examination = Callable[[], Iterable[CheckResult]]


def diagnosis(examinations: Mapping[str, Examination], seconds: float) -> Diagnosis:
    """The lines of all examinations, by the subject that each begins with; it never takes much longer than *seconds*."""
    found: dict[str, list[CheckResult]] = {subject: [] for subject in examinations}
    threads = {
        subject: Thread(target=_examine, args=(subject, examine, found[subject].append), daemon=True)
        for subject, examine in examinations.items()
    }
    for thread in threads.values():
        thread.start()
    end = monotonic() + seconds
    for subject, thread in threads.items():
        thread.join(max(0.0, end - monotonic()))
        if thread.is_alive():
            why = f"No answer within {seconds:.0f} seconds, so this was given up. Look at the network, then run again."
            found[subject] = [*found[subject], CheckResult(subject, "wrong", why)]
    return Diagnosis(tuple(line for lines in found.values() for line in lines))


def _examine(subject: str, examine: Examination, tell: Callable[[CheckResult], None]) -> None:
    try:
        for line in examine():
            tell(line)
    except ToolError as failure:
        tell(CheckResult(subject, "wrong", str(failure)))
    except Exception as error:  # noqa: BLE001 - one subject that cannot be examined must not hide the others
        tell(
            CheckResult(
                subject, "wrong", f"This cannot be examined: {type(error).__name__}: {error}. Please report it."
            )
        )


def together(subject: str, states: Iterable[tuple[str, State, str]]) -> Iterator[CheckResult]:
    """Lines of one subject for several stacks, one for all that have the same to say; items are (stack, state, sentence)."""
    stacks: dict[tuple[State, str], list[str]] = {}
    for stack, state, sentence in states:
        stacks.setdefault((state, sentence), []).append(stack)
    for (state, sentence), names in stacks.items():
        yield CheckResult(f"{subject} ({', '.join(names)})", state, sentence)


def text(found: Diagnosis) -> str:
    """One line per subject, then one that counts."""
    return "\n".join([*map(str, found.lines), conclusion(found)])


def conclusion(found: Diagnosis) -> str:
    """The line that counts."""
    wrong = sum(line.state == "wrong" for line in found.lines)
    return f"{wrong} of {len(found.lines)} must be put right." if wrong else "Nothing has to be done."


def as_json(found: Diagnosis) -> str:
    """The same for programs."""
    return json_output.as_json(json_output.as_data(found))
