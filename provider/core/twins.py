"""Which live task is the declared one: the vendor lists neither a name nor the stream type.

Rule 1: stream, end and template are equal, and the start is, or the task was created after its start.
Rule 2: whether a task was stopped, or belongs to another resource, is for the caller to see.
"""

from collections.abc import Mapping
from typing import Any

from provider.core.listed import Live, key_of
from provider.core.priority import Key
from provider.core.wire import timestamp

SKEW_SECONDS = 120
"""How far the vendor's clock may be from ours: around its start a task is treated as if it ran."""


def twins(inputs: Mapping[str, Any], live: Mapping[str, Live], now: int) -> tuple[str, ...]:
    """The ids of the live tasks that are this one, the likeliest first; *now* in Unix seconds.

    A task that was created after its start has the moment of its creation as StartTime.
    """
    latest = now + SKEW_SECONDS
    start = timestamp(inputs["start"]) if "start" in inputs else None
    end, template = timestamp(inputs["end"]), int(inputs.get("template_id") or 0)
    stream = Key.of(inputs)
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
