"""What people and programs read: findings and explanations, as text, JSON and SARIF.

Everything is sorted and byte-stable; two runs over the same files print the same.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sarif_pydantic import (
    ArtifactLocation,
    Level,
    Location,
    Message,
    PhysicalLocation,
    Region,
    ReportingConfiguration,
    ReportingDescriptor,
    Result,
    Run,
    Sarif,
    Tool,
    ToolDriver,
)

from provider.core.explain import Explanation, Recorder
from provider.core.findings import KINDS, Finding, errors

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


class Checked(NamedTuple):
    """One stack file that was checked: its findings, and the tasks that wait for their day."""

    file: str
    findings: tuple[Finding, ...]
    later: Mapping[str, str]  # task -> day from which an `up` creates it


def text(checked: Iterable[Checked]) -> str:
    """One line per finding and per task that waits, then one line that counts."""
    files = tuple(checked)
    found = sorted(f for file in files for f in file.findings)
    waiting = [
        f"{file.file}: {name} waits: the vendor takes it from {day} on, and the next up then creates it."
        for file in files
        for name, day in sorted(file.later.items())
    ]
    stopping = len(errors(found))
    counted = f"{_count(stopping, 'error')}, {_count(len(found) - stopping, 'warning')}" if found else "nothing wrong"
    return "\n".join([*map(str, found), *waiting, f"{_count(len(files), 'file')} checked: {counted}."])


def as_json(checked: Iterable[Checked]) -> str:
    """The same for programs: `findings`, a list, and `later`, file -> task -> day."""
    files = tuple(checked)
    fields = ("file", "line", "path", "id", "severity", "sentence")
    found = sorted(f for file in files for f in file.findings)
    shown = {
        "findings": [{name: getattr(f, name) for name in fields} for f in found],
        "later": {file.file: dict(sorted(file.later.items())) for file in files if file.later},
    }
    return json.dumps(shown, indent=2, ensure_ascii=False)


def as_sarif(checked: Iterable[Checked]) -> str:
    """The same as SARIF 2.1.0, for code scanning."""
    kinds = [
        ReportingDescriptor(
            id=name,
            short_description=Message(text=kind.meaning),
            default_configuration=ReportingConfiguration(level=Level(kind.severity)),
        )
        for name, kind in sorted(KINDS.items())
    ]
    driver = ToolDriver(name="live-recording", rules=kinds)
    run = Run(
        tool=Tool(driver=driver), results=[_result(f) for f in sorted(f for file in checked for f in file.findings)]
    )
    made = Sarif(version="2.1.0", **{"$schema": SARIF_SCHEMA}, runs=[run])
    return str(made.model_dump_json(indent=2, by_alias=True, exclude_none=True))


def _result(found: Finding) -> Result:
    where = PhysicalLocation(
        artifact_location=ArtifactLocation(uri=found.file), region=Region(start_line=max(found.line, 1))
    )
    return Result(
        rule_id=found.id,
        level=Level(found.severity),
        message=Message(text=f"{found.path}: {found.sentence}" if found.path else found.sentence),
        locations=[Location(physical_location=where)],
        partial_fingerprints={"live-recording/v1": f"{found.file}:{found.path}:{found.id}"},
    )


def explanation(told: Explanation) -> str:
    """Who records a stream, why nobody else does, and what tasks run."""
    lines = [f"At {told.at} {told.stream} {_verdict(told)}"]
    lines += [f"  {loser.path} does not: {loser.why}." for loser in told.losers]
    lines += [
        f"  {task.path} records it {'besides' if told.records else 'all the same'}, {_with(task)}, {task.detail}."
        for task in told.tasks
    ]
    return "\n".join(lines if told.tasks else [*lines, "  No task records it at that time."])


def explanation_json(told: Explanation) -> str:
    """The same for programs."""

    def shown(value: Any) -> Any:
        if hasattr(value, "_asdict"):
            return {name: shown(inner) for name, inner in value._asdict().items()}
        return [shown(inner) for inner in value] if isinstance(value, tuple) else value

    return json.dumps(shown(told), indent=2, ensure_ascii=False)


def _verdict(told: Explanation) -> str:
    if told.winner is None:
        return "is recorded by no rule."
    if not told.records:
        return f"is not recorded: {told.winner.path} suppresses it, because {told.winner.detail}."
    return f"is recorded by {told.winner.path}, {_with(told.winner)}, because {told.winner.detail}."


def _with(recorder: Recorder) -> str:
    return f"with {recorder.template}" if recorder.template else "as HLS that is kept for ever"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
