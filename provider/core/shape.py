"""From a tree of scalars to models, or to findings about its shape.

Rule 1: every mistake is found in one reading; one wrong entry does not hide another.
Rule 2: entries with mistakes are left out of what goes on, so that no rule about relations speaks of half an entry.
"""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from provider.core.findings import Finding, finding, joined
from provider.core.stack import Stack
from provider.core.values import quoted

Tree = dict[str, Any]
SECTIONS = ("templates", "rules", "tasks")


class Shaped(NamedTuple):
    """What could be read, which entries could not, and why."""

    stack: Stack | None
    broken: frozenset[tuple[str, str]]
    findings: tuple[Finding, ...]


def _fields(model: type[BaseModel], loc: Iterable[str | int]) -> list[str]:
    """The known fields of the mapping at *loc*."""
    in_map = False  # the part after a map's name is a user's key, even if it reads like a field
    for part in loc:
        info = None if in_map else model.model_fields.get(str(part))
        in_map = info is not None and get_origin(info.annotation) is dict
        if info is not None:
            model = next(a for a in _flat(info.annotation) if isinstance(a, type) and issubclass(a, BaseModel))
    return list(model.model_fields)


def _flat(annotation: Any) -> list[Any]:
    args = get_args(annotation)
    return [leaf for arg in args for leaf in _flat(arg)] if args else [annotation]


def _unknown(model: type[BaseModel], error: ErrorDetails) -> str:
    known = _fields(model, error["loc"][:-1])
    near = get_close_matches(str(error["loc"][-1]), known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(known)}."
    return f"There is no field {quoted(error['loc'][-1])} here. {hint}"


def _mapping(_: type[BaseModel], error: ErrorDetails) -> str:
    seen = "a list" if isinstance(error["input"], list) else quoted(error["input"])
    return f"This is {seen}, but a mapping (key: value) belongs here. Write {{}} for one with nothing in it."


def _choice(_: type[BaseModel], error: ErrorDetails) -> str:
    return f"This is {quoted(error['input'])}, but only {error['ctx']['expected'].replace(chr(39), '')} can stand here."


REFUSALS: dict[str, tuple[str, Callable[[type[BaseModel], ErrorDetails], str]]] = {
    "finding": ("", lambda _, error: error["ctx"]["sentence"]),
    "extra_forbidden": ("unknown-field", _unknown),
    "missing": (
        "missing-field",
        lambda _, error: f"The field {error['loc'][-1]} is missing. It is always needed here.",
    ),
    "model_type": ("wrong-type", _mapping),
    "model_attributes_type": ("wrong-type", _mapping),
    "dict_type": ("wrong-type", _mapping),
    "literal_error": ("out-of-range", _choice),
    "greater_than_equal": (
        "out-of-range",
        lambda _, error: f"This is {error['input']}, but at least {error['ctx']['ge']} belongs here.",
    ),
    "string_too_short": ("missing-field", lambda _, error: f"The field {error['loc'][-1]} is empty. Tasks need it."),
}
"""pydantic's error type -> our finding and its sentence."""


def refusals(model: type[BaseModel], error: ValidationError) -> list[Finding]:
    """The findings that a failed validation of *model* means."""
    found = []
    for detail in error.errors(include_url=False):
        kind, sentence = REFUSALS[detail["type"]]
        loc = [part for part in detail["loc"] if part != "[key]"]
        if detail["type"] == "missing":
            loc = loc[:-1]
        found.append(finding(kind or detail["ctx"]["finding"], joined(loc), sentence(model, detail)))
    return found


def read(tree: Tree) -> Shaped:
    """The stack that *tree* describes, and every finding about its shape."""
    tree = {k: {} if k in SECTIONS and v == "" else v for k, v in tree.items()}
    try:
        return Shaped(Stack.model_validate(tree), frozenset(), ())
    except ValidationError as error:
        found = tuple(refusals(Stack, error))
        places = [(detail["type"], detail["loc"]) for detail in error.errors(include_url=False)]
    broken = frozenset((str(loc[0]), str(loc[1])) for kind, loc in places if len(loc) > 1 and loc[0] in SECTIONS)
    rest = _without(tree, places)
    try:
        return Shaped(Stack.model_validate(rest), broken, found)
    except ValidationError:  # a section that is no mapping at all
        return Shaped(None, broken, found)


def _without(tree: Mapping[str, Any], places: Iterable[tuple[str, tuple[str | int, ...]]]) -> Tree:
    """The tree without unknown fields and without entries that have other mistakes."""
    rest: Tree = {k: dict(v) if isinstance(v, dict) else v for k, v in tree.items()}
    for kind, loc in places:
        deep = loc[0] in SECTIONS and len(loc) > 1
        *above, last = loc if kind == "extra_forbidden" else loc[:2] if deep else loc[:1]
        inner: Any = rest
        for part in above:
            if not isinstance(inner, dict) or part not in inner:
                break
            if isinstance(inner[part], dict):
                inner[part] = dict(inner[part])
            inner = inner[part]
        else:
            if isinstance(inner, dict):
                inner.pop(last, None)
    return rest
