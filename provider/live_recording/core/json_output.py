"""JSON output: the same conversion for every verb."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from live_recording.core.findings import Finding
from live_recording.core.timefmt import rfc3339


def as_data(value: Any) -> Any:
    """Convert a value to JSON data: times are RFC 3339 in UTC, days ISO 8601, mappings sorted."""
    if isinstance(value, Mapping):
        return {str(name): as_data(value[name]) for name in sorted(value)}
    if isinstance(value, tuple | list):
        return [as_data(inner) for inner in value]
    if isinstance(value, date):
        return rfc3339(value) if isinstance(value, datetime) else value.isoformat()
    fields_of_value = _fields(value)
    if fields_of_value is None:
        return value
    return {name: as_data(inner) for name, inner in fields_of_value.items()}


def _fields(value: Any) -> Mapping[str, Any] | None:
    """Return the fields of a model or dataclass, or None for any other value."""
    if isinstance(value, Finding):
        return _finding(value)
    if hasattr(value, "field_values"):  # an entry of a stack file
        return dict(sorted(value.field_values().items()))
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return None


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "file": finding.file,
        "id": finding.id,
        "line": finding.line,
        "path": finding.path_text,
        "sentence": finding.sentence,
    }


def findings(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings as data, each with its severity, in the order given."""
    return [{**_finding(finding), "severity": finding.severity} for finding in found]


def as_json(data: Any) -> str:
    """Return the data as indented JSON text."""
    return json.dumps(data, indent=2, ensure_ascii=False)
