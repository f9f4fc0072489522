"""Reads the output of `pulumi preview --json`: the changes of our resources, or why there is no plan.

A value that is not known yet is left out. The format is the engine's (PreviewDigest of its display package); *observed*
with the CLI 3.259.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field, ValidationError

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


@dataclass(frozen=True, slots=True)
class Preview:
    """What the engine is going to do, or why it will not."""

    changes: tuple[PlannedChange, ...]  # of our resources, by kind and name
    refused: tuple[str, ...]  # sentences of the program and of checks
    failed: tuple[str, ...]  # sentences: what could not be read, so that there is no plan
    destroys: bool  # the whole stack
    limitations: tuple[str, ...]  # changes with an unknown operation
    types: frozenset[str]  # of all resources that are changed, other providers' too


class _State(BaseModel):
    id: str = ""
    inputs: dict[str, Any] = {}
    outputs: dict[str, Any] = {}
    delete: bool = False
    sources: dict[str, list[str] | None] = Field({}, alias="propertyDependencies")

    @property
    def known(self) -> dict[str, Any]:
        """Return the properties in the state: the outputs, or the inputs of an object without outputs."""
        return _known(self.outputs or self.inputs)

    @property
    def template(self) -> str | None:
        """Return the template resource that template_id comes from."""
        urns = self.sources.get("template_id") or []
        return Urn.parse(urns[0]).name if urns else None


class _Step(BaseModel):
    op: str
    urn: str
    before: _State = Field(_State(), alias="oldState")
    after: _State = Field(_State(), alias="newState")
    differs: dict[str, Any] | None = Field(None, alias="detailedDiff")

    @property
    def changed_fields(self) -> tuple[str, ...]:
        """Return the inputs that differ, sorted. That a state of an older version gets its account is no change."""
        return tuple(sorted(name for name in self.differs or () if not name.startswith("__") and name != ACCOUNT))


class _Diagnostic(BaseModel):
    urn: str = ""
    message: str = ""
    severity: str = ""


class _Digest(BaseModel):
    steps: list[_Step] = []
    diagnostics: list[_Diagnostic] | None = []
    summary: dict[str, Any] | None = Field(None, alias="changeSummary")


def parse_preview(text: str, owner: StackRef) -> Preview:
    """Parse the preview of the stack *owner*. Raises ConfigError if it is not a preview, or of another stack."""
    digest = _parse_digest(text)
    all_steps = [(Urn.parse(step.urn), step) for step in digest.steps]
    _check_stack({urn.owner for urn, _ in all_steps}, owner)
    stack_ops = {step.op for urn, step in all_steps if urn.type == STACK}
    if stack_ops == {"refresh"}:
        raise ConfigError(f"This is the output of a refresh, not a plan of `pulumi up`. {HOW_TO_CREATE}")
    refused, failed = _errors(digest)
    steps = [(TYPES[urn.type], urn.name, step) for urn, step in all_steps if urn.type in TYPES]
    return Preview(
        tuple(sorted(_planned_changes(steps), key=lambda change: (change.kind, change.name))),
        refused,
        failed,
        "delete" in stack_ops,
        tuple(_unknown_operations(steps)),
        frozenset(urn.type for urn, _ in all_steps),
    )


def _errors(digest: _Digest) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return why the plan is rejected, and what failed while it was created."""
    errors = [diagnostic for diagnostic in digest.diagnostics or () if diagnostic.severity == "error"]
    failed = [error for error in errors if _CALL_PREFIX.match(error.message)]
    refused = [error for error in errors if error not in failed and error.message.strip() != _NO_REASON]
    return tuple(map(_sentence, refused)), tuple(map(_sentence, failed))


def _unknown_operations(steps: Iterable[tuple[KindName, str, _Step]]) -> Iterator[str]:
    for kind, name, step in steps:
        if step.op not in {*OPS, *NO_CHANGE}:
            entry = f"{SECTION_OF[kind]}.{name}"
            yield f"{entry}: the plan has the unknown operation {quoted(step.op)}; it is not reviewed."


def _check_stack(owners: set[StackRef], owner: StackRef) -> None:
    others = owners - {owner}
    if others:
        raise ConfigError(
            f"This plan is for stack {escaped(min(others).description)}, but the review is for stack "
            f"{escaped(owner.description)}. {HOW_TO_CREATE.replace('>', f'--stack {owner.stack} >')}"
        )


def _parse_digest(text: str) -> _Digest:
    if not text.strip():
        raise ConfigError(f"The plan is empty: the command that writes it probably failed. {HOW_TO_CREATE}")
    try:
        digest = _Digest.model_validate_json(text)
    except ValidationError as error:
        raise ConfigError(f"{_describe_error(error)} {HOW_TO_CREATE}") from None
    if not digest.steps and not digest.diagnostics and digest.summary is None:
        raise ConfigError(f"This is not the output of a preview: it has no steps and no messages. {HOW_TO_CREATE}")
    return digest


def _describe_error(error: ValidationError) -> str:
    first = error.errors()[0]
    if first["type"] != "json_invalid":
        location = quoted(".".join(map(str, first["loc"]))) if first["loc"] else "the top level"
        return f"This is not the output of a preview: unexpected value at {location}."
    if "EOF" in first["msg"]:
        return "The plan is incomplete: the JSON ends too early."
    return f"The plan is not JSON ({first['msg'].partition(': ')[2]})."


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
