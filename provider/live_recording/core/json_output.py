"""Values as JSON data: one way for everything that programs read."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from live_recording.core.findings import Finding
from live_recording.core.timefmt import rfc3339


def as_data(value: Any) -> Any:
    """Dicts, lists and scalars with the same content; times are RFC 3339 in UTC, days ISO 8601, mappings sorted."""
    if hasattr(value, "model_dump"):  # a model of pydantic, which is not imported here
        return as_data(value.model_dump())
    if isinstance(value, Finding):
        return _finding(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_data(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): as_data(value[name]) for name in sorted(value)}
    if hasattr(value, "_asdict"):
        return {name: as_data(inner) for name, inner in value._asdict().items()}
    if isinstance(value, tuple | list):
        return [as_data(inner) for inner in value]
    if isinstance(value, datetime):
        return rfc3339(value)
    return value.isoformat() if isinstance(value, date) else value


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
    """The text of JSON data, for people's eyes too."""
    return json.dumps(data, indent=2, ensure_ascii=False)
