"""Reads what `pulumi preview --json` prints: the steps of our resources, or why there is no plan.

Rule 1: a value that is not known yet is left out. Rule 2: what cannot be a preview of this stack is said in a sentence.
The form is the engine's (PreviewDigest of its display package); observed with the CLI 3.259.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, Field, ValidationError

from live_recording.core.errors import ConfigError
from live_recording.core.kinds import CLASS_OF, SECTION_OF, KindName
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
HOW = "Make it with: pulumi preview --json > preview.json"


_AT_RESOURCE = re.compile(r"\S+ resource '[^']*'(: property .*?)? has a problem: ")
_OF_CALL = re.compile(r"(error: )?((Exception calling application|[\w.]*RecordingError): )+")
_OF_PROGRAM = re.compile(r"error: ")


class Preview(NamedTuple):
    """What the engine is going to do, or why it will not."""

    steps: tuple[PlannedChange, ...]  # of our resources, by kind and name
    refused: tuple[str, ...]  # sentences of the program and of checks
    failed: tuple[str, ...]  # sentences: what could not be looked at, so that no plan was made
    destroys: bool  # the whole stack
    unsaid: tuple[str, ...]  # steps that are not understood


class _State(BaseModel):
    id: str = ""
    inputs: dict[str, Any] = {}
    outputs: dict[str, Any] = {}
    delete: bool = False
    sources: dict[str, list[str] | None] = Field({}, alias="propertyDependencies")

    @property
    def template(self) -> str | None:
        """The template resource that template_id comes from."""
        urns = self.sources.get("template_id") or []
        return Urn.parse(urns[0]).name if urns else None


class _Step(BaseModel):
    op: str
    urn: str
    before: _State = Field(_State(), alias="oldState")
    after: _State = Field(_State(), alias="newState")
    differs: dict[str, Any] | None = Field(None, alias="detailedDiff")


class _Diagnostic(BaseModel):
    urn: str = ""
    message: str = ""
    severity: str = ""


class _Digest(BaseModel):
    steps: list[_Step] = []
    diagnostics: list[_Diagnostic] | None = []
    summary: dict[str, Any] | None = Field(None, alias="changeSummary")


def preview(text: str, owner: StackRef) -> Preview:
    """The preview of the stack *owner*. Raises ConfigError when it is none, or of another one."""
    digest = _digest(text)
    others = {Urn.parse(step.urn).owner for step in digest.steps} - {owner}
    if others:
        seen, asked = escaped(min(others).description), escaped(owner.description)
        raise ConfigError(
            f"This plan is of stack {seen}, but the review is of stack {asked}. {HOW} --stack {owner.stack}"
        )
    of_stack = {step.op for step in digest.steps if Urn.parse(step.urn).type == STACK}
    if of_stack == {"refresh"}:
        raise ConfigError(f"This is what a refresh finds, not what an up does. {HOW}")
    wrong = [found for found in digest.diagnostics or () if found.severity == "error"]
    ours_only = [
        (TYPES[urn.type], urn.name, step) for step in digest.steps if (urn := Urn.parse(step.urn)).type in TYPES
    ]
    return Preview(
        tuple(sorted(_steps(ours_only), key=lambda step: (step.kind, step.name))),
        tuple(_sentence(found) for found in wrong if not _OF_CALL.match(found.message)),
        tuple(_sentence(found) for found in wrong if _OF_CALL.match(found.message)),
        "delete" in of_stack,
        tuple(
            f"{SECTION_OF[kind]}.{name}: The plan says {quoted(step.op)}, which is not understood here, so this step is left out."
            for kind, name, step in ours_only
            if step.op not in {*OPS, *NO_CHANGE}
        ),
    )


def _digest(text: str) -> _Digest:
    if not text.strip():
        raise ConfigError(f"The plan is empty: the command that should have written it did not. {HOW}")
    try:
        found = _Digest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] != "json_invalid":
            place = quoted(".".join(map(str, first["loc"]))) if first["loc"] else "the whole"
            raise ConfigError(f"The plan is no preview: {place} is not as the engine writes it. {HOW}") from None
        why = (
            "it ends in the middle" if "EOF" in first["msg"] else f"it is not JSON ({first['msg'].partition(': ')[2]})"
        )
        raise ConfigError(f"The plan cannot be read: {why}. {HOW}") from None
    if not found.steps and not found.diagnostics and found.summary is None:
        raise ConfigError(f"The plan is no preview: it has neither steps nor messages. {HOW}")
    return found


def _steps(found: Iterable[tuple[KindName, str, _Step]]) -> Iterator[PlannedChange]:
    for kind, name, step in found:
        if step.op in OPS:
            op = OPS[step.op]
            yield PlannedChange(
                op,
                kind,
                name,
                step.before.id,
                _known(step.before.outputs or step.before.inputs),
                {} if op == "delete" else _known(step.after.inputs),
                step.before.template,
                step.after.template,
                tuple(sorted(name for name in step.differs or () if not name.startswith("__"))),
                delete_first=op == "replace" and not step.before.delete,  # marked, it waits for the end of the run
            )


def _known(props: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in props.items() if name != PROVIDER_KEY and value != UNKNOWN}


def _sentence(found: _Diagnostic) -> str:
    """What the engine says, from the entry on that it is about."""
    sentence, urn = " ".join(found.message.split()), Urn.parse(found.urn)
    for before in (_OF_CALL, _OF_PROGRAM, _AT_RESOURCE):
        sentence = sentence[match.end() :] if (match := before.match(sentence)) else sentence
    return escaped(f"{SECTION_OF[TYPES[urn.type]]}.{urn.name}: {sentence}" if urn.type in TYPES else sentence)
