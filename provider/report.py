"""What people and programs read: findings and explanations, as text, JSON and SARIF.

Everything is sorted and byte-stable; two runs over the same files print the same.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

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

from provider import jsonform
from provider.core.explain import Explanation, Recorder
from provider.core.findings import KINDS, Finding, errors
from provider.core.grammar import counted

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


class Checked(NamedTuple):
    """One stack file that was checked: its findings, and the tasks that wait for their day."""

    file: str
    findings: tuple[Finding, ...]
    later: Mapping[str, str]  # task -> day from which an `up` creates it


def text(checked: Iterable[Checked]) -> str:
    """One line per finding and per task that waits, then one line that counts."""
    files = tuple(checked)
    return "\n".join([*map(str, findings(files)), *waiting(files), conclusion(files)])


def findings(checked: Iterable[Checked]) -> list[Finding]:
    """All findings, sorted."""
    return sorted(found for file in checked for found in file.findings)


def waiting(checked: Iterable[Checked]) -> list[str]:
    """A line for each task that waits."""
    return [
        f"{file.file}: {name} waits: the vendor takes it from {day} on, and the next up then creates it."
        for file in checked
        for name, day in sorted(file.later.items())
    ]


def conclusion(checked: Collection[Checked]) -> str:
    """The line that counts."""
    found = findings(checked)
    stopping = len(errors(found))
    seen = f"{counted(stopping, 'error')}, {counted(len(found) - stopping, 'warning')}" if found else "nothing wrong"
    return f"{counted(len(checked), 'file')} checked: {seen}."


def as_json(checked: Iterable[Checked]) -> str:
    """The same for programs: `findings`, a list, and `later`, file -> task -> day."""
    files = tuple(checked)
    later = {file.file: file.later for file in files if file.later}
    return jsonform.as_json({"findings": jsonform.findings(findings(files)), "later": jsonform.as_data(later)})


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
    run = Run(tool=Tool(driver=driver), results=[_result(found) for found in findings(checked)])
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
    return jsonform.as_json(jsonform.as_data(told))


def _verdict(told: Explanation) -> str:
    if told.winner is None:
        return "is recorded by no rule."
    if not told.records:
        return f"is not recorded: {told.winner.path} suppresses it, because {told.winner.detail}."
    return f"is recorded by {told.winner.path}, {_with(told.winner)}, because {told.winner.detail}."


def _with(recorder: Recorder) -> str:
    return f"with {recorder.template}" if recorder.template else "as HLS that is kept for ever"
