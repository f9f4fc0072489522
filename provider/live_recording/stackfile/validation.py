"""Validation of a parsed stack file, entry by entry: the stack that can be read, and a finding for each mistake.

An entry with a mistake does not hide the others. Some mistakes leave the rest of their entry readable: the entry is then
part of the stack without the fields in question, so that the checks can still judge it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from live_recording.core.errors import InvalidValue
from live_recording.core.findings import Finding
from live_recording.core.text import nearest
from live_recording.stackfile import names
from live_recording.stackfile.entries import Entry, expected_mapping, required_fields
from live_recording.stackfile.model import (
    SECTIONS,
    CallbackRule,
    CallbackTemplate,
    LiveRecord,
    Rule,
    Schedule,
    Stack,
    Task,
    Template,
)
from live_recording.stackfile.scalars import describe, is_empty

ENTRY_MODELS: Mapping[str, type[Entry]] = {
    "templates": Template,
    "rules": Rule,
    "tasks": Task,
    "schedules": Schedule,
    "live_records": LiveRecord,
    "callback_templates": CallbackTemplate,
    "callback_rules": CallbackRule,
}
"""The model of the entries of each section."""
MAY_BE_EMPTY = (*SECTIONS, "domains", "limits", "acknowledge")
"""Keys of a file that may have no value, as when all entries are commented out."""
INDEPENDENT_FIELDS = (("stream_type",), ("was",))
"""Fields without which the rest of an entry still means the same. In a template all fields are, except those of COS."""

UNUSABLE_DOMAIN = "invalid.invalid"
"""Replaces a named domain that is invalid (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class ValidatedStack:
    """A stack, and the entries (section, key) with mistakes; an empty key means the whole section."""

    stack: Stack
    unreadable_entries: frozenset[tuple[str, str]]
    findings: tuple[Finding, ...]


def validate(tree: Mapping[str, Any]) -> ValidatedStack:
    """Validate the mapping of a stack file."""
    validation = _Validation()
    validation.add_domains(tree.get("domains"))
    for name, value in tree.items():
        if is_empty(value) and name in MAY_BE_EMPTY:
            continue
        if name in ENTRY_MODELS:
            validation.add_section(name, value)
        else:
            validation.add_setting(name, value)
    return ValidatedStack(Stack(**validation.values), frozenset(validation.unreadable), tuple(validation.findings))


@dataclass(slots=True)
class _Validation:
    """The values that are valid so far, and the mistakes."""

    domains: dict[str, str] = field(default_factory=dict)  # name -> domain, for the entries
    values: dict[str, Any] = field(default_factory=dict)
    unreadable: set[tuple[str, str]] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def add_domains(self, value: Any) -> None:
        """Remember the names of domains. `add_setting` reports invalid ones; entries that use them are not reported too."""
        if isinstance(value, dict):
            self.domains = {name: _valid_domain(domain) or UNUSABLE_DOMAIN for name, domain in value.items()}

    def add_setting(self, name: str, value: Any) -> None:
        """Validate a key of the file that is not a section, such as time_zone."""
        setting, findings = Stack.read({name: value})
        self.findings += findings
        if name not in Stack.fields:
            section = nearest(name, SECTIONS)
            if section:
                self.unreadable.add((section, ""))  # probably meant, so its keys are not known
        elif setting and not findings:
            self.values[name] = getattr(setting, name)

    def add_section(self, section: str, value: Any) -> None:
        """Validate the entries of a section."""
        if not isinstance(value, dict):
            self.findings.append(Finding.new("wrong-type", (section,), section_message(section, value)))
            self.unreadable.add((section, ""))
            return
        entries = {key: self._entry(section, key, entry) for key, entry in value.items()}
        self.values[section] = {key: entry for key, entry in entries.items() if entry is not None}

    def _entry(self, section: str, key: str, value: Any) -> Entry | None:
        """Return what can be read of an entry, or None."""
        findings = _key_findings(section, key)
        entry, mistakes = _read_entry(section, key, value, self.domains)
        if findings or mistakes:
            self.findings += [*findings, *mistakes]
            self.unreadable.add((section, key))
        return None if findings else entry


def _key_findings(section: str, key: str) -> list[Finding]:
    try:
        names.key(key)
    except InvalidValue as error:
        return [Finding.new(error.finding_id, (section, key), error.message)]
    return []


def _valid_domain(value: Any) -> str | None:
    try:
        return names.domain(value)
    except InvalidValue:
        return None


def _read_entry(section: str, key: str, value: Any, domains: Mapping[str, str]) -> tuple[Entry | None, list[Finding]]:
    entry, findings = ENTRY_MODELS[section].read(value, (section, key), domains)
    readable = all(_leaves_entry_readable(section, finding) for finding in findings)
    return entry if readable else None, findings


def _leaves_entry_readable(section: str, finding: Finding) -> bool:
    """Return whether the entry means the same without the field of this mistake."""
    if finding.id == "unknown-field":
        return True
    if section == "templates":
        return not str(finding.path[-1]).startswith("cos_")
    return finding.path[2:3] in INDEPENDENT_FIELDS


def section_message(section: str, value: Any) -> str:
    """Return the message for a section that is not a mapping."""
    if isinstance(value, list):
        return 'Expected named entries, got a list. Write "archive: {...}" instead of "- ...".'
    required = required_fields(ENTRY_MODELS[section])
    example = f"{section}: {{NAME: {{{required}}}}}" if required else f"{section}: {{}}"
    return expected_mapping(describe(value), example, required)
