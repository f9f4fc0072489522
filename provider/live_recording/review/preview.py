"""Reads the output of `pulumi preview --json`: the changes of our resources, or why there is no plan.

A value that is not known yet is left out. The format is the engine's (PreviewDigest of its display package); *observed*
with the CLI 3.259.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from live_recording.core.errors import ConfigError
from live_recording.core.kinds import ACCOUNT, CLASS_OF, SECTION_OF, KindName
from live_recording.core.stack_ref import StackRef
from live_recording.core.text import escaped, quoted
from live_recording.core.urn import PROVIDER_KEY, Urn
from live_recording.review.changes import Op, PlannedChange

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the engine writes a string that is not known yet."""
TYPES: Mapping[str, KindName] = {f"pulumi-python:dynamic/live:{name}": kind for kind, name in CLASS_OF.items()}
STACK = "pulumi:pulumi:Stack"
OPS: Mapping[str, Op] = {"create": "create", "update": "update", "replace": "replace", "delete": "delete"}
NO_CHANGE = ("same", "refresh", "read")
HOW_TO_CREATE = "Create a plan with: pulumi preview --json > preview.json"

_RESOURCE_PREFIX = re.compile(r"\S+ resource '[^']*'(: property .*?)? has a problem: ")
_CALL_PREFIX = re.compile(r"(error: )?((Exception calling application|[\w.]*RecordingError): )+")
_PROTECTED = re.compile(
    r'(Preview failed: )?(unable to (?P<replace>replace) )?resource "[^"]*" (cannot be deleted because it is protected|as it is currently marked for protection)'
)
_NO_REASON = "error: preview failed"
"""What the engine adds after the errors that stopped a preview."""
_PROGRAM_PREFIX = re.compile(r"error: ")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Preview:
    """What the engine is going to do, or why it will not."""

    changes: tuple[PlannedChange, ...]  # of our resources, by kind and name
    refused: tuple[str, ...]  # sentences of the program and of checks
    failed: tuple[str, ...]  # sentences: what could not be read, so that there is no plan
    destroys: bool  # the whole stack
    limitations: tuple[str, ...]  # changes with an unknown operation


class _Unexpected(Exception):
    """A value has another type than the engine's; the message is its path."""


@dataclass(frozen=True, slots=True)
class _Json:
    """An object of the output, and its path."""

    values: Mapping[str, Any]
    path: str = ""

    def text(self, name: str) -> str:
        """Return a text, "" if it is missing."""
        return self._of_type(str, name, "")

    def needed(self, name: str) -> str:
        """Return a text that must be there."""
        if name not in self.values:
            raise _Unexpected(self._at(name))
        return self.text(name)

    def flag(self, name: str) -> bool:
        """Return a flag, False if it is missing."""
        return self._of_type(bool, name, False)

    def mapping(self, name: str) -> Mapping[str, Any]:
        """Return an object, empty if it is missing or null."""
        return self._of_type(dict, name, {})

    def object(self, name: str) -> "_Json":
        """Return an object to read in turn."""
        return _Json(self.mapping(name), self._at(name))

    def objects(self, name: str) -> "list[_Json]":
        """Return the objects of a list, none if it is missing or null."""
        listed = self._of_type(list, name, [])
        return [_json(each, f"{self._at(name)}.{number}") for number, each in enumerate(listed)]

    def _of_type(self, kind: type[T], name: str, default: T) -> T:
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, kind):
            raise _Unexpected(self._at(name))
        return value

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}".removeprefix(".")


def _json(value: object, path: str = "") -> _Json:
    if not isinstance(value, dict):
        raise _Unexpected(path)
    return _Json(value, path)


@dataclass(frozen=True, slots=True)
class _State:
    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    delete: bool
    template: str | None  # the template resource that template_id comes from

    @classmethod
    def of(cls, state: _Json) -> Self:
        sources = state.object("propertyDependencies").values.get("template_id") or []
        if not isinstance(sources, list) or not all(isinstance(urn, str) for urn in sources):
            raise _Unexpected(f"{state.path}.propertyDependencies.template_id")
        template = Urn.parse(sources[0]).name if sources else None
        return cls(state.text("id"), state.mapping("inputs"), state.mapping("outputs"), state.flag("delete"), template)

    @property
    def known(self) -> dict[str, Any]:
        """Return the properties in the state: the outputs, or the inputs of an object without outputs."""
        return _known(self.outputs or self.inputs)


@dataclass(frozen=True, slots=True)
class _Step:
    op: str
    urn: Urn
    before: _State
    after: _State
    changed_fields: tuple[str, ...]

    @classmethod
    def of(cls, step: _Json) -> Self:
        """Read a step. That a state of an older version gets its account is no change of a field."""
        differs = (name for name in step.mapping("detailedDiff") if not name.startswith("__") and name != ACCOUNT)
        return cls(
            step.needed("op"),
            Urn.parse(step.needed("urn")),
            _State.of(step.object("oldState")),
            _State.of(step.object("newState")),
            tuple(sorted(differs)),
        )


@dataclass(frozen=True, slots=True)
class _Diagnostic:
    urn: str
    message: str
    severity: str


@dataclass(frozen=True, slots=True)
class _Digest:
    steps: Sequence[_Step]
    diagnostics: Sequence[_Diagnostic]

    @classmethod
    def of(cls, digest: _Json) -> Self:
        """Read the whole output. Raises _Unexpected, and ConfigError if it is of another command."""
        steps = [_Step.of(step) for step in digest.objects("steps")]
        said = [
            _Diagnostic(each.text("urn"), each.text("message"), each.text("severity"))
            for each in digest.objects("diagnostics")
        ]
        if not steps and not said and digest.values.get("changeSummary") is None:
            raise ConfigError(f"This is not the output of a preview: it has no steps and no messages. {HOW_TO_CREATE}")
        return cls(steps, said)


def parse_preview(text: str, owner: StackRef) -> Preview:
    """Parse the preview of the stack *owner*. Raises ConfigError if it is not a preview, or of another stack."""
    digest = _parse_digest(text)
    _check_stack(digest, owner)
    stack_ops = {step.op for step in digest.steps if step.urn.type == STACK}
    if stack_ops == {"refresh"}:
        raise ConfigError(f"This is the output of a refresh, not a plan of `pulumi up`. {HOW_TO_CREATE}")
    refused, failed = _errors(digest)
    steps = [(TYPES[step.urn.type], step.urn.name, step) for step in digest.steps if step.urn.type in TYPES]
    return Preview(
        tuple(sorted(_planned_changes(steps), key=lambda change: (change.kind, change.name))),
        refused,
        failed,
        "delete" in stack_ops,
        tuple(_unknown_operations(steps)),
    )


def planned_types(text: str) -> frozenset[str]:
    """Return the types of all resources that a preview changes, other providers' too. Raises ConfigError as parse_preview."""
    return frozenset(step.urn.type for step in _parse_digest(text).steps)


def _errors(digest: _Digest) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return why the plan is rejected, and what failed while it was created."""
    errors = [diagnostic for diagnostic in digest.diagnostics if diagnostic.severity == "error"]
    failed = [error for error in errors if _CALL_PREFIX.match(error.message)]
    refused = [error for error in errors if error not in failed and error.message.strip() != _NO_REASON]
    return tuple(map(_sentence, refused)), tuple(map(_sentence, failed))


def _unknown_operations(steps: Iterable[tuple[KindName, str, _Step]]) -> Iterator[str]:
    for kind, name, step in steps:
        if step.op not in {*OPS, *NO_CHANGE}:
            entry = f"{SECTION_OF[kind]}.{name}"
            yield f"{entry}: the plan has the unknown operation {quoted(step.op)}; it is not reviewed."


def _check_stack(digest: _Digest, owner: StackRef) -> None:
    others = {step.urn.owner for step in digest.steps} - {owner}
    if others:
        raise ConfigError(
            f"This plan is for stack {escaped(min(others).description)}, but the review is for stack "
            f"{escaped(owner.description)}. {HOW_TO_CREATE.replace('>', f'--stack {owner.stack} >')}"
        )


def _parse_digest(text: str) -> _Digest:
    if not text.strip():
        raise ConfigError(f"The plan is empty: the command that writes it probably failed. {HOW_TO_CREATE}")
    try:
        return _Digest.of(_json(json.loads(text)))
    except _Unexpected as error:
        location = quoted(str(error)) if str(error) else "the top level"
        problem = f"This is not the output of a preview: unexpected value at {location}."
    except RecursionError:
        problem = "The plan is not JSON (recursion limit exceeded)."
    except ValueError as error:
        problem = _describe_error(error, text)
    raise ConfigError(f"{problem} {HOW_TO_CREATE}")


def _describe_error(error: ValueError, text: str) -> str:
    if not isinstance(error, json.JSONDecodeError):
        return "The plan is not JSON (a number is too long)."
    if error.msg.startswith("Unterminated string") or error.pos >= len(text.rstrip()):
        return "The plan is incomplete: the JSON ends too early."
    return f"The plan is not JSON ({error.msg.lower()} at line {error.lineno} column {error.colno})."


def _planned_changes(steps: Iterable[tuple[KindName, str, _Step]]) -> Iterator[PlannedChange]:
    for kind, name, step in steps:
        if step.op in OPS:
            op = OPS[step.op]
            yield PlannedChange(
                op,
                kind,
                name,
                step.before.id,
                step.before.known,
                {} if op == "delete" else _known(step.after.inputs),
                step.before.template,
                step.after.template,
                step.changed_fields,
                account=str(step.before.outputs.get(ACCOUNT) or ""),
                delete_first=op == "replace" and not step.before.delete,  # marked: it is deleted at the end of the run
            )


def _known(props: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in props.items() if name not in (PROVIDER_KEY, ACCOUNT) and value != UNKNOWN}


def _sentence(diagnostic: _Diagnostic) -> str:
    """Return the engine's message without its prefixes, with the entry that it is about."""
    sentence, urn = " ".join(diagnostic.message.split()), Urn.parse(diagnostic.urn)
    for prefix in (_CALL_PREFIX, _PROGRAM_PREFIX, _RESOURCE_PREFIX):
        match = prefix.match(sentence)
        sentence = sentence[match.end() :] if match else sentence
    if protected := _PROTECTED.match(sentence):
        sentence = (
            f"This plan would {protected['replace'] or 'delete'} it, but it is protected. First deploy the entry unchanged, "
            "without `protect`."
        )
    return escaped(f"{SECTION_OF[TYPES[urn.type]]}.{urn.name}: {sentence}" if urn.type in TYPES else sentence)
