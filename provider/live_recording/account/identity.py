"""Which live task is the declared one: the vendor lists neither a name nor the stream type.

Rule 1: stream, end and template are equal, and the start is, or the task was created after its start.
Rule 2: whether a task was stopped, or belongs to another resource, is for the caller to see.
"""

from collections.abc import Mapping
from typing import Any

from live_recording.account.api_mapping import template_inputs
from live_recording.account.diff import changes, replaces
from live_recording.account.objects import Live, key_of, name_of
from live_recording.core.streams import StreamKey
from live_recording.core.timefmt import timestamp

SKEW_SECONDS = 120
"""How far the vendor's clock may be from ours: around its start a task is treated as if it ran."""


def matching_tasks(inputs: Mapping[str, Any], live: Mapping[str, Live], now: int) -> tuple[str, ...]:
    """The ids of the live tasks that are this one, the likeliest first; *now* in Unix seconds.

    A task that was created after its start has the moment of its creation as StartTime.
    """
    latest = now + SKEW_SECONDS
    start = timestamp(inputs["start"]) if "start" in inputs else None
    end, template = timestamp(inputs["end"]), int(inputs.get("template_id") or 0)
    stream = StreamKey.of(inputs)
    begun = {
        task_id: task["StartTime"]
        for task_id, task in live.items()
        if task["EndTime"] == end  # first, because it is cheap and rarely true among thousands
        and key_of(task) == stream
        and (task.get("TemplateId") or 0) == template
    }
    exact = sorted(task_id for task_id, at in begun.items() if at == start)
    late = sorted((at, task_id) for task_id, at in begun.items() if at <= latest and (start is None or start < at))
    return (*exact, *(task_id for _, task_id in late))


Inputs = Mapping[str, Any]


def templates_named(inputs: Inputs, live: Mapping[str, Inputs]) -> Mapping[str, tuple[str, ...]]:
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
            for i, changed in templates_named(inputs, live).items()
            if not changed or (own and not replaces("template", changed))
        ),
        None,
    )
