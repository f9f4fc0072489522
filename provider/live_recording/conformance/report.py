"""What a conformance run found, as text and JSON. It can be attached to an issue: it has no secret, no domain, no full account id."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from live_recording.conformance.own_objects import OwnObject
from live_recording.conformance.probes import Probe
from live_recording.core import json_output
from live_recording.core.errors import ToolError
from live_recording.core.text import count_of, plural
from live_recording.core.timefmt import rfc3339

Result = Literal["confirmed", "differs", "not-tried"]
WORDS: Mapping[Result, str] = {
    "confirmed": "confirmed",
    "differs": "differs",
    "not-tried": "could not be tried",
}
SHOWN_OF_ID = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one probe: what was seen, or why nothing was."""

    probe: Probe
    result: Result
    detail: str = ""

    def __str__(self) -> str:
        line = f"{WORDS[self.result]}: {self.probe.title}."
        if self.result == "differs":
            return f"{line} Expected: {self.probe.expected}. Seen: {self.detail}."
        return f"{line} {self.detail}".rstrip()


@dataclass(frozen=True, slots=True)
class Report:
    """All outcomes of one run, and what it could not delete."""

    account: str  # masked
    site: str
    endpoint: str
    at: datetime
    outcomes: tuple[Outcome, ...]
    left: tuple[OwnObject, ...] = ()
    interrupted: bool = False

    def count(self, result: Result) -> int:
        """Return how many outcomes have this result."""
        return Counter(outcome.result for outcome in self.outcomes)[result]

    @property
    def exit_code(self) -> int:
        """Return 3 if the run was interrupted, left something or could try nothing, else 1 if an assumption differs, else 0."""
        if self.left or self.interrupted or self.count("not-tried") == len(self.outcomes):
            return ToolError.status
        return int(self.count("differs") > 0)


def mask(account: str) -> str:
    """Return both ends of an account's id, enough to tell accounts apart."""
    return f"{account[:SHOWN_OF_ID]}***{account[-SHOWN_OF_ID:]}" if len(account) > 2 * SHOWN_OF_ID else "unknown"


def conclusion(report: Report) -> str:
    """Return the counts as a sentence."""
    differing = report.count("differs")
    differ = f"{differing} {plural(differing, 'differs', 'differ')}"
    counts = f"{report.count('confirmed')} confirmed, {differ}, {report.count('not-tried')} could not be tried."
    return f"Interrupted. {counts}" if report.interrupted else counts


def heading(report: Report) -> str:
    """Return what was compared."""
    return f"Conformance of account {report.account}, site {report.site}, {report.endpoint}, {rfc3339(report.at)}"


def as_text(report: Report) -> str:
    """Return one line per assumption, differences first, and the counts."""
    order = list(WORDS)
    by_result = sorted(report.outcomes, key=lambda outcome: (outcome.result != "differs", order.index(outcome.result)))
    left = [f"{count_of(len(report.left), 'object')} left in the account."] if report.left else []
    return "\n".join([heading(report), *map(str, by_result), *left, conclusion(report)])


def as_json(report: Report) -> str:
    """Return the report as JSON, the assumptions in the order of the page."""
    document: dict[str, Any] = {
        "account": report.account,
        "site": report.site,
        "endpoint": report.endpoint,
        "at": rfc3339(report.at),
        "interrupted": report.interrupted,
        "assumptions": [_row(outcome) for outcome in report.outcomes],
        "left": [{"kind": one.kind, "name": one.name} for one in report.left],
    }
    return json_output.as_json(document)


def _row(outcome: Outcome) -> dict[str, str | None]:
    probe, differs = outcome.probe, outcome.result == "differs"
    return {
        "topic": probe.topic,
        "assumption": probe.assumption,
        "source": probe.source or None,
        "result": outcome.result,
        "expected": probe.expected or None,
        "seen": outcome.detail if differs else None,
        "reason": outcome.detail if outcome.result == "not-tried" else None,
    }


def how_to_delete(left: tuple[OwnObject, ...]) -> str:
    """Return what is left, and how to delete it."""
    lines = [f"  {one.kind} {one.name}: {one.command}" for one in left]
    head = f"{count_of(len(left), 'object')} of conformance runs could not be deleted. Run the same command again: it deletes them first. Or run:"
    return "\n".join([head, *lines])
