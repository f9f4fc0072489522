"""How a live template differs from what is declared, in words.

Rule 1: two descriptions with the same effect do not differ; what nobody asked for stands at the vendor's default.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from provider.core.diff import changes, effective
from provider.core.times import FOREVER, spoken
from provider.core.values import quoted
from provider.core.wire import template_inputs

LENGTHS = ("record_interval", "storage_time", "flow_continue_duration")
"""Fields in seconds."""


def drift(live: Mapping[str, Any], inputs: Mapping[str, Any]) -> tuple[str, ...]:
    """What differs between the *live* template (API form) and its declared *inputs*, one phrase per field, sorted."""
    found = template_inputs(live, inputs)
    before, after = effective("template", found), effective("template", inputs)
    return tuple(
        phrase
        for name in changes("template", found, inputs)
        for phrase in _phrases(name, before.get(name), after.get(name))
    )


def _phrases(name: str, live: Any, declared: Any) -> Iterator[str]:
    if isinstance(live, Mapping) and isinstance(declared, Mapping):
        for field in sorted(declared):
            if live.get(field) != declared[field]:
                yield f"{name}.{field} is {_shown(field, live.get(field))}, declared is {_shown(field, declared[field])}"
    elif isinstance(live, Mapping):
        yield f"{name} is recorded, but not declared"
    elif isinstance(declared, Mapping):
        yield f"{name} is declared, but not recorded"
    else:
        yield f"{name} is {_shown(name, live)}, declared is {_shown(name, declared)}"


def _shown(field: str, value: Any) -> str:
    if field == "storage_time" and value == FOREVER:
        return "forever"
    if field in LENGTHS and isinstance(value, int):
        return spoken(value)
    return "not set" if value is None else quoted(value)
