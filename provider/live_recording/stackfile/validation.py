"""Validation of a parsed stack file, entry by entry: the stack that can be read, and a finding for each mistake.

An entry with a mistake does not hide the others. Some mistakes leave the rest of their entry readable: the entry is then
part of the stack without the fields in question, so that the checks can still judge it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from live_recording.core.errors import InvalidValue
from live_recording.core.findings import Finding, KeyPath
from live_recording.core.text import escaped, nearest, quoted
from live_recording.stackfile import names
from live_recording.stackfile.fields import INVALID_VALUE, Entry
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
INDEPENDENT_FIELDS = ("stream_type", "was")
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
    stack = Stack.model_validate(validation.values)
    return ValidatedStack(stack, frozenset(validation.unreadable), tuple(validation.findings))


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
        try:
            Stack.model_validate({name: value})
        except ValidationError as error:
            self.findings += findings_of(Stack, error)
            section = nearest(name, SECTIONS)
            if section and name not in Stack.model_fields:
                self.unreadable.add((section, ""))  # probably meant, so its keys are not known
        else:
            self.values[name] = value

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
    model = ENTRY_MODELS[section]
    try:
        return model.model_validate(value, context=domains), []
    except ValidationError as error:
        findings = findings_of(model, error, (section, key))
        details = error.errors(include_url=False)
    if not all(_leaves_entry_readable(section, detail) for detail in details):
        return None, findings
    readable = _without(value, [detail["loc"] for detail in details])
    return model.model_validate(readable, context=domains), findings


def _leaves_entry_readable(section: str, detail: ErrorDetails) -> bool:
    """Return whether the entry means the same without the field of this mistake."""
    path = detail["loc"]
    if detail["type"] == "extra_forbidden":
        return True
    if not path or detail["type"] == "missing":
        return False
    if section == "templates":
        return not str(path[-1]).startswith("cos_")
    return path[0] in INDEPENDENT_FIELDS


def _without(entry: Mapping[str, Any], paths: Iterable[KeyPath]) -> dict[str, Any]:
    """Return a copy of the entry without the fields at *paths*, which have one or two parts."""
    copy = {name: dict(value) if isinstance(value, dict) else value for name, value in entry.items()}
    for *above, name in paths:
        parent = copy[str(above[0])] if above else copy
        parent.pop(str(name), None)
    return copy


def findings_of(model: type[BaseModel], error: ValidationError, path: KeyPath = ()) -> list[Finding]:
    """Return a finding for each mistake in a mapping at *path* that was validated as *model*."""
    findings = []
    for detail in error.errors(include_url=False):
        finding_id, message = _MESSAGES[detail["type"]]
        where = detail["loc"][:-1] if detail["type"] == "missing" or detail["loc"][-1:] == ("[key]",) else detail["loc"]
        name = detail["loc"][-1] if detail["loc"] else path[-1]
        context = _Mistake(model, detail, name)
        findings.append(Finding.new(finding_id or detail["ctx"]["finding_id"], (*path, *where), message(context)))
    return findings


@dataclass(frozen=True, slots=True)
class _Mistake:
    """A mistake in a mapping that was validated as *model*; *name* is the key of the wrong value."""

    model: type[BaseModel]
    detail: ErrorDetails
    name: str | int

    @property
    def seen(self) -> str:
        """Return the wrong value as messages show it."""
        return describe(self.detail["input"])


def _unknown_field(mistake: _Mistake) -> str:
    known = _field_names(_model_at(mistake.model, mistake.detail["loc"][:-1]))
    near = nearest(str(mistake.name), tuple(known))
    hint = f"Did you mean {near}?" if near else f"Known fields: {', '.join(known)}."
    return f"Unknown field {quoted(mistake.name)}. {hint}"


def _expected_mapping(mistake: _Mistake) -> str:
    required = _required_fields(_model_at(mistake.model, mistake.detail["loc"]))
    example = f"{{{required}}}" if isinstance(mistake.name, int) else f"{escaped(mistake.name)}: {{{required}}}"
    return _mapping_message(mistake.seen, example, required)


def section_message(section: str, value: Any) -> str:
    """Return the message for a section that is not a mapping."""
    if isinstance(value, list):
        return 'Expected named entries, got a list. Write "archive: {...}" instead of "- ...".'
    required = _required_fields(ENTRY_MODELS[section])
    example = f"{section}: {{NAME: {{{required}}}}}" if required else f"{section}: {{}}"
    return _mapping_message(describe(value), example, required)


def _mapping_message(seen: str, example: str, required: str) -> str:
    purpose = "" if required else " to use the defaults"
    return f"Expected a mapping (key: value), got {seen}. Write {example}{purpose}."


_MESSAGES: Mapping[str, tuple[str, Callable[[_Mistake], str]]] = {
    INVALID_VALUE: ("", lambda mistake: str(mistake.detail["ctx"]["message"])),
    "extra_forbidden": ("unknown-field", _unknown_field),
    "missing": ("missing-field", lambda mistake: f"The required field {mistake.name} is missing."),
    "model_type": ("wrong-type", _expected_mapping),
    "model_attributes_type": ("wrong-type", _expected_mapping),
    "dict_type": (
        "wrong-type",
        lambda mistake: (
            f"Expected a mapping (name: domain), got {mistake.seen}. Write domains: {{main: push.example.com}}."
        ),
    ),
    "tuple_type": ("wrong-type", lambda mistake: f"Expected a list, got {mistake.seen}. Put it between [ and ]."),
    "literal_error": (
        "out-of-range",
        lambda mistake: f"Expected {mistake.detail['ctx']['expected'].replace(chr(39), '')}, got {mistake.seen}.",
    ),
}
"""pydantic's type of error -> id of the finding (empty: the error has it) and its message."""


def _model_at(model: type[BaseModel], path: KeyPath) -> type[BaseModel]:
    """Return the model of the mapping at *path* inside a mapping of *model*."""
    for part in path:
        if isinstance(part, str):
            model = next(
                leaf
                for leaf in _leaves(_annotation(model, part))
                if isinstance(leaf, type) and issubclass(leaf, BaseModel)
            )
    return model


def _annotation(model: type[BaseModel], name: str) -> Any:
    return model.model_fields[name].annotation


def _leaves(annotation: Any) -> list[Any]:
    args = get_args(annotation)
    return [leaf for arg in args for leaf in _leaves(arg)] if args else [annotation]


def _field_names(model: type[BaseModel]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def _required_fields(model: type[BaseModel]) -> str:
    """Return the required fields as an example: `domain: ..., app: ...`."""
    required = [info.alias or name for name, info in model.model_fields.items() if info.is_required()]
    return ", ".join(f"{name}: ..." for name in required)
