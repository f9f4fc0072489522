"""Values that Python programs pass to a resource, as values that the engine can hold."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import partial
from numbers import Integral, Real
from os import PathLike, fspath
from typing import Any

import pulumi

_CONVERSIONS: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    (Enum, lambda value: value.value),
    ((str, bool, int, float), lambda value: value),
    (datetime, lambda value: value.isoformat(timespec="seconds")),  # the API has whole seconds
    (date, lambda value: value.isoformat()),
    (timedelta, lambda value: int(value.total_seconds())),
    ((Integral, Decimal, Real), lambda value: int(value) if value == int(value) else float(value)),
    (PathLike, fspath),
)
"""Type -> how a value of it is passed on; the first that applies counts."""


def engine_arguments(**arguments: Any) -> dict[str, Any]:
    """Return the arguments that were set, as values that the engine can hold.

    Times lose fractions of a second; durations become whole seconds. Raises pulumi.RunError, which prints no traceback,
    for a value of another type.
    """
    return {name: _converted(name, value) for name, value in arguments.items() if value is not None}


def _converted(name: str, value: Any) -> Any:
    if isinstance(value, pulumi.Output):
        return value.apply(partial(_converted, name))
    if isinstance(value, list | tuple | Mapping):
        return _converted_parts(name, value)
    for kind, conversion in _CONVERSIONS:
        if isinstance(value, kind):
            return conversion(value)
    if value is None or hasattr(value, "__await__"):
        return value
    allowed = "a string, number, boolean, datetime, timedelta, list or mapping"
    raise pulumi.RunError(f"{name}: a value of type {type(value).__name__} is not supported. Use {allowed}.")


def _converted_parts(name: str, value: list[Any] | tuple[Any, ...] | Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return {key: _converted(f"{name}.{key}", inner) for key, inner in value.items() if inner is not None}
    return [_converted(name, inner) for inner in value]
