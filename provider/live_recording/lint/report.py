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

from live_recording.core import json_output
from live_recording.core.findings import CATALOG, Finding, errors
from live_recording.core.text import count_of

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
    seen = f"{count_of(stopping, 'error')}, {count_of(len(found) - stopping, 'warning')}" if found else "nothing wrong"
    return f"{count_of(len(checked), 'file')} checked: {seen}."


def as_json(checked: Iterable[Checked]) -> str:
    """The same for programs: `findings`, a list, and `later`, file -> task -> day."""
    files = tuple(checked)
    later = {file.file: file.later for file in files if file.later}
    return json_output.as_json({"findings": json_output.findings(findings(files)), "later": json_output.as_data(later)})


def as_sarif(checked: Iterable[Checked]) -> str:
    """The same as SARIF 2.1.0, for code scanning."""
    kinds = [
        ReportingDescriptor(
            id=name,
            short_description=Message(text=kind.meaning),
            default_configuration=ReportingConfiguration(level=Level(kind.severity)),
        )
        for name, kind in sorted(CATALOG.items())
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
        message=Message(text=f"{found.path_text}: {found.sentence}" if found.path else found.sentence),
        locations=[Location(physical_location=where)],
        partial_fingerprints={"live-recording/v1": f"{found.file}:{found.path_text}:{found.id}"},
    )
