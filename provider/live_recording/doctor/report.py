"""Run checks of this machine in parallel, and render their results."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import Thread
from time import monotonic
from typing import Literal

from live_recording.core import json_output
from live_recording.core.errors import ToolError

State = Literal["ok", "note", "wrong"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check: its subject, and what was seen and what to do."""

    subject: str
    state: State
    sentence: str

    def __str__(self) -> str:
        return f"{self.state:<5}  {self.subject}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The results of all checks, in the order in which a user should fix them."""

    lines: tuple[CheckResult, ...]

    @property
    def exit_code(self) -> int:
        """Return 1 if a check failed, else 0."""
        return int(any(line.state == "wrong" for line in self.lines))


Check = Callable[[], Iterable[CheckResult]]


def run_checks(checks: Mapping[str, Check], seconds: float) -> Diagnosis:
    """Run all checks in parallel and return their results; takes little longer than *seconds*.

    Args:
        checks: Subject of the first result -> check. The results keep this order.
        seconds: When to give up on checks that hang. Each is reported as failed.
    """
    results: dict[str, list[CheckResult]] = {subject: [] for subject in checks}
    threads = {
        subject: Thread(target=_run_check, args=(subject, check, results[subject].append), daemon=True)
        for subject, check in checks.items()
    }
    for thread in threads.values():
        thread.start()
    end = monotonic() + seconds
    for subject, thread in threads.items():
        thread.join(max(0.0, end - monotonic()))
        if thread.is_alive():
            sentence = f"No answer within {seconds:.0f} seconds. Check the network, then run again."
            results[subject] = [*results[subject], CheckResult(subject, "wrong", sentence)]
    return Diagnosis(tuple(result for group in results.values() for result in group))


def _run_check(subject: str, check: Check, report: Callable[[CheckResult], None]) -> None:
    try:
        for result in check():
            report(result)
    except ToolError as error:
        report(CheckResult(subject, "wrong", str(error)))
    except Exception as error:  # noqa: BLE001 - a bug in one check must not hide the results of the others
        sentence = f"This check failed: {type(error).__name__}: {error}. Please report this bug."
        report(CheckResult(subject, "wrong", sentence))


def group_stacks(subject: str, results: Iterable[tuple[str, State, str]]) -> Iterator[CheckResult]:
    """Yield one result for all stacks that have the same; *results* are (stack, state, sentence)."""
    stacks: dict[tuple[State, str], list[str]] = {}
    for stack, state, sentence in results:
        stacks.setdefault((state, sentence), []).append(stack)
    for (state, sentence), names in stacks.items():
        yield CheckResult(f"{subject} ({', '.join(names)})", state, sentence)


def text(diagnosis: Diagnosis) -> str:
    """Return one line per result, and the conclusion."""
    return "\n".join([*map(str, diagnosis.lines), conclusion(diagnosis)])


def conclusion(diagnosis: Diagnosis) -> str:
    """Return how many checks failed, as a sentence."""
    failed = sum(line.state == "wrong" for line in diagnosis.lines)
    return f"{failed} of {len(diagnosis.lines)} checks failed." if failed else "All checks passed."


def as_json(diagnosis: Diagnosis) -> str:
    """Return the results as JSON."""
    lines = [{"subject": line.subject, "state": line.state, "sentence": line.sentence} for line in diagnosis.lines]
    return json_output.as_json({"lines": lines})
