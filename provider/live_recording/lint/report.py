"""The findings of checked files as text, JSON and SARIF. The output is sorted and byte-stable."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sarif_pydantic import Result

from live_recording.core import json_output
from live_recording.core.findings import CATALOG, Finding, errors, in_order
from live_recording.core.text import count_of

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True, slots=True)
class FileReport:
    """What is reported about a checked stack file: its findings, and the tasks that cannot be created yet."""

    file: str
    findings: tuple[Finding, ...]
    later: Mapping[str, str]  # task -> first day on which `pulumi up` creates it


def as_text(files: Sequence[FileReport]) -> str:
    """Return one line per finding and per later task, then a summary."""
    return "\n".join([*map(str, sorted_findings(files)), *later_lines(files), summary(files)])


def sorted_findings(files: Iterable[FileReport]) -> list[Finding]:
    """Return the findings of all files, sorted."""
    return list(in_order(finding for file in files for finding in file.findings))


def later_lines(files: Iterable[FileReport]) -> list[str]:
    """Return a line for each task that cannot be created yet."""
    return [
        f"{file.file}: {name} is too far in the future. It can be created from {day}; run `pulumi up` then."
        for file in files
        for name, day in sorted(file.later.items())
    ]


def summary(files: Sequence[FileReport]) -> str:
    """Return how many files were checked, and how many errors and warnings they have."""
    checked, findings = f"{count_of(len(files), 'file')} checked", sorted_findings(files)
    if not findings:
        return f"{checked}, no problems found."
    stops = len(errors(findings))
    return f"{checked}: {count_of(stops, 'error')}, {count_of(len(findings) - stops, 'warning')}."


def as_json(files: Sequence[FileReport]) -> str:
    """Return `findings`, a list, and `later`, file -> task -> day, as JSON."""
    later = {file.file: file.later for file in files if file.later}
    findings = json_output.findings(sorted_findings(files))
    return json_output.as_json({"findings": findings, "later": json_output.as_data(later)})


def as_sarif(files: Iterable[FileReport], findings_page: str = "") -> str:
    """Return the findings as SARIF 2.1.0, for code scanning. Each rule links to its section of the page, if it has an address."""
    from sarif_pydantic import (  # slow to import, and most runs print no SARIF
        Level,
        Message,
        ReportingConfiguration,
        ReportingDescriptor,
        Run,
        Sarif,
        Tool,
        ToolDriver,
    )

    rules = [
        ReportingDescriptor(
            id=finding_id,
            short_description=Message(text=kind.meaning),
            help=Message(text=f"{kind.meaning} Source: {kind.source}."),
            help_uri=f"{findings_page}#{finding_id}" if findings_page else None,
            default_configuration=ReportingConfiguration(level=Level(kind.severity)),
        )
        for finding_id, kind in sorted(CATALOG.items())
    ]
    driver = ToolDriver(name="live-recording", rules=rules)
    run = Run(tool=Tool(driver=driver), results=[_sarif_result(finding) for finding in sorted_findings(files)])
    sarif = Sarif(version="2.1.0", **{"$schema": SARIF_SCHEMA}, runs=[run])
    return str(sarif.model_dump_json(indent=2, by_alias=True, exclude_none=True))


def _sarif_result(finding: Finding) -> "Result":
    from sarif_pydantic import ArtifactLocation, Level, Location, Message, PhysicalLocation, Region, Result

    location = PhysicalLocation(
        artifact_location=ArtifactLocation(uri=finding.file), region=Region(start_line=max(finding.line, 1))
    )
    return Result(
        rule_id=finding.id,
        level=Level(finding.severity),
        message=Message(text=f"{finding.path_text}: {finding.sentence}" if finding.path else finding.sentence),
        locations=[Location(physical_location=location)],
        partial_fingerprints={"live-recording/v1": f"{finding.file}:{finding.path_text}:{finding.id}"},
    )
