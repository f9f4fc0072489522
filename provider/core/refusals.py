"""Why a tree does not fit a model, in sentences.

Rule 1: pydantic says what and where; the table says it in words of ours, under the id of a finding.
"""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from provider.core.findings import Finding, finding, joined
from provider.core.values import escaped, quoted


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


@cache
def nearest(name: str, known: tuple[str, ...]) -> str | None:
    """The known name that *name* may be a slip of."""
    return next(iter(get_close_matches(name, known, n=1)), None)


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
    return f"This is {quoted(seen)}, but a mapping (key: value) belongs here. Write {written}{why}."


def _list(_: type[BaseModel], error: ErrorDetails) -> str:
    return f"This is {quoted(error['input'])}, but a list belongs here. Put it between [ and ]."


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
        found.append(finding(kind or detail["ctx"]["finding"], joined(loc), sentence(model, detail)))
    return found
