"""Why a tree does not fit a model, in sentences.

Rule 1: pydantic says what and where; the table says it in words of ours, under the id of a finding.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from live_recording.core.findings import Finding
from live_recording.core.text import escaped, nearest, quoted
from live_recording.stackfile.fields import INVALID_VALUE
from live_recording.stackfile.model import SECTIONS, Stack
from live_recording.stackfile.scalars import describe, is_empty


def _fields(model: type[BaseModel], loc: Iterable[str | int], *, needed: bool = False) -> list[str]:
    """The known fields of the mapping at *loc*, or only those that it cannot do without."""
    in_map = False  # the part after a map's name is a user's key, even if it reads like a field
    for part in loc:
        info = None if in_map else model.model_fields.get(str(part))
        in_map = info is not None and get_origin(info.annotation) is dict
        if info is not None:
            model = next(a for a in _flat(info.annotation) if isinstance(a, type) and issubclass(a, BaseModel))
    return [info.alias or name for name, info in model.model_fields.items() if not needed or info.is_required()]


def _flat(annotation: Any) -> list[Any]:
    args = get_args(annotation)
    return [leaf for arg in args for leaf in _flat(arg)] if args else [annotation]


def _unknown(model: type[BaseModel], error: ErrorDetails) -> str:
    known = _fields(model, error["loc"][:-1])
    near = nearest(str(error["loc"][-1]), tuple(known))
    hint = f"Did you mean {near}?" if near else f"Known here: {', '.join(known)}."
    return f"There is no field {quoted(error['loc'][-1])} here. {hint}"


def _mapping(model: type[BaseModel], error: ErrorDetails) -> str:
    seen, name, needed = error["input"], error["loc"][-1], _fields(model, error["loc"], needed=True)
    if isinstance(seen, list) and len(error["loc"]) == 1:
        return 'This is a list, but entries have names here: write "archive: {...}" instead of "- ...".'
    written = f"{{{', '.join(f'{field}: ...' for field in needed)}}}"
    written = f"{{NAME: {written}}}" if needed and len(error["loc"]) == 1 else written
    written = written if isinstance(name, int) else f"{escaped(name)}: {written}"
    why = "" if needed else " to take the vendor's defaults"
    return f"This is {describe(seen)}, but a mapping (key: value) belongs here. Write {written}{why}."


def _list(_: type[BaseModel], error: ErrorDetails) -> str:
    return f"This is {describe(error['input'])}, but a list belongs here. Put it between [ and ]."


def _choice(_: type[BaseModel], error: ErrorDetails) -> str:
    return (
        f"This is {describe(error['input'])}, but only {error['ctx']['expected'].replace(chr(39), '')} can stand here."
    )


REFUSALS: dict[str, tuple[str, Callable[[type[BaseModel], ErrorDetails], str]]] = {
    INVALID_VALUE: ("", lambda _, error: error["ctx"]["message"]),
    "extra_forbidden": ("unknown-field", _unknown),
    "missing": (
        "missing-field",
        lambda _, error: f"The field {error['loc'][-1]} is missing. It is always needed here.",
    ),
    "model_type": ("wrong-type", _mapping),
    "model_attributes_type": ("wrong-type", _mapping),
    "dict_type": ("wrong-type", _mapping),
    "tuple_type": ("wrong-type", _list),
    "literal_error": ("out-of-range", _choice),
}
"""pydantic's error type -> our finding and its sentence."""


def refusals(model: type[BaseModel], error: ValidationError) -> list[Finding]:
    """The findings that a failed validation of *model* means."""
    found = []
    for detail in error.errors(include_url=False):
        kind, sentence = REFUSALS[detail["type"]]
        loc = detail["loc"]
        if detail["type"] == "missing" or loc[-1:] == ("[key]",):
            loc = loc[:-1]
        found.append(Finding.new(kind or detail["ctx"]["finding_id"], loc, sentence(model, detail)))
    return found


Tree = dict[str, Any]
EMPTY = (*SECTIONS, "limits", "acknowledge")
"""Keys under which nothing may stand, as when all entries are commented out."""
APART = ("stream_type", "was")
"""Fields of rules and tasks without which the rest of an entry still means the same; of templates all fields are so."""


class ValidatedStack(NamedTuple):
    """What could be read, which entries could not, and why."""

    stack: Stack | None
    broken: frozenset[tuple[str, str]]
    findings: tuple[Finding, ...]


def validate(tree: Tree) -> ValidatedStack:
    """The stack that *tree* describes, and every finding about its shape."""
    tree = {k: v for k, v in tree.items() if not is_empty(v) or k not in EMPTY}
    try:
        return ValidatedStack(Stack.model_validate(tree), frozenset(), ())
    except ValidationError as error:
        found = tuple(refusals(Stack, error))
        places = [(detail["type"], detail["loc"]) for detail in error.errors(include_url=False)]
    broken = frozenset(filter(None, (_broken(kind, loc) for kind, loc in places)))
    rest = _without(tree, places)
    try:
        return ValidatedStack(Stack.model_validate(rest), broken, found)
    except ValidationError:  # mistakes that only show where others are gone
        return ValidatedStack(None, broken, found)


def _broken(kind: str, loc: tuple[str | int, ...]) -> tuple[str, str] | None:
    """The entry, or with an empty key the whole section, that cannot be judged any further."""
    name = nearest(str(loc[0]), SECTIONS) if kind == "extra_forbidden" and len(loc) == 1 else str(loc[0])
    return (name, str(loc[1]) if len(loc) > 1 else "") if name in SECTIONS else None


def _cut(kind: str, loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """How much of the tree a mistake at *loc* spoils."""
    if kind == "extra_forbidden":
        return loc
    if loc[0] not in SECTIONS or len(loc) < 3 or loc[-1] == "[key]":  # noqa: PLR2004 - section, key, field
        return loc[: 2 if loc[0] in SECTIONS else 1]
    alone = kind != "missing" and (loc[0] == "templates" or loc[2] in APART) and not str(loc[-1]).startswith("cos_")
    return loc if alone else loc[:2]


def _without(tree: Mapping[str, Any], places: Iterable[tuple[str, tuple[str | int, ...]]]) -> Tree:
    """The tree without what the mistakes spoil."""
    rest: Tree = dict(tree)
    for kind, loc in places:
        *above, last = _cut(kind, loc)
        inner: Any = rest
        for part in above:
            if not isinstance(inner.get(part), dict):
                break
            inner[part] = inner = dict(inner[part])
        else:
            inner.pop(last, None)
    return rest
