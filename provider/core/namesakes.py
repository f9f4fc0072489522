"""Which live template is the declared one: the vendor lets several have one name.

Rule 1: an identical one is likelier than one that differs; of equals the oldest. Rule 2: whether a template belongs to
another resource is for the caller to see.
"""

from collections.abc import Mapping
from typing import Any

from provider.core.diff import changes, replaces
from provider.core.listed import name_of
from provider.core.wire import template_inputs

Inputs = Mapping[str, Any]


def namesakes(inputs: Inputs, live: Mapping[str, Inputs]) -> Mapping[str, tuple[str, ...]]:
    """The live templates (API form) of this name: id -> the fields that differ, the likeliest first."""
    found = {
        template_id: changes("template", template_inputs(template, inputs), inputs)
        for template_id, template in sorted(live.items(), key=lambda item: int(item[0]))
        if name_of(template) == inputs["template_name"]
    }
    return dict(sorted(found.items(), key=lambda item: bool(item[1])))


def adoptable(inputs: Inputs, live: Mapping[str, Inputs], *, own: bool) -> str | None:
    """The id of the live template that a create takes: an identical one.

    Where the name is *own*, one that only this stack gives, also one that differs in what can be changed in place.
    """
    return next(
        (
            i
            for i, changed in namesakes(inputs, live).items()
            if not changed or (own and not replaces("template", changed))
        ),
        None,
    )
