"""Which live object is the declared one. The API lists neither a name nor the stream type of a task.

Whether a task was stopped, or an object belongs to another resource of the run, is decided in `reconcile`.
"""

from collections.abc import Mapping
from typing import Any

from live_recording.account.diff import changes, live_inputs, replaces
from live_recording.account.objects import NO_TEMPLATE, LiveTask, NamedTemplate
from live_recording.core.streams import StreamKey
from live_recording.core.timefmt import timestamp

Inputs = Mapping[str, Any]

SKEW_SECONDS = 120
"""How far the vendor's clock may be from ours: around its start a task is treated as if it ran."""


def matching_tasks(inputs: Inputs, live: Mapping[str, LiveTask], now: int) -> tuple[str, ...]:
    """Return the ids of the live tasks that match the declared one, the most likely first; *now* in Unix seconds.

    Stream, end and template are equal, and so is the start; or the task was created after its start and has the moment of
    its creation as StartTime.
    """
    start = timestamp(inputs["start"]) if "start" in inputs else None
    starts = _starts_of_same_recording(inputs, live)
    exact = sorted(task_id for task_id, at in starts.items() if at == start)
    latest = now + SKEW_SECONDS
    late = sorted((at, task_id) for task_id, at in starts.items() if at <= latest and (start is None or start < at))
    return (*exact, *(task_id for _, task_id in late))


def _starts_of_same_recording(inputs: Inputs, live: Mapping[str, LiveTask]) -> dict[str, int]:
    """Return the live tasks of the same stream, end and template: id -> StartTime."""
    end, stream = timestamp(inputs["end"]), StreamKey.from_inputs(inputs)
    template_id = str(inputs.get("template_id") or NO_TEMPLATE)
    return {
        task_id: task.start
        for task_id, task in live.items()
        if task.end == end  # first, because it is cheap and rarely true among thousands
        and task.stream == stream
        and task.template_id == template_id
    }


def templates_named(inputs: Inputs, live: Mapping[str, NamedTemplate]) -> Mapping[str, tuple[str, ...]]:
    """Return the live templates of the declared name: id -> the fields that differ, identical ones first, then by id."""
    differences = {
        template_id: changes(template.kind, live_inputs(template, inputs), inputs)
        for template_id, template in sorted(live.items(), key=lambda item: int(item[0]))
        if template.name == inputs["template_name"]
    }
    return dict(sorted(differences.items(), key=lambda item: bool(item[1])))


def adoptable_template(inputs: Inputs, live: Mapping[str, NamedTemplate], *, own_name: bool) -> str | None:
    """Return the id of the live template that a create adopts, or None: one of the same name that is identical.

    With *own_name*, a name that only this stack gives, it may differ in what can be changed in place.
    """
    for template_id, changed in templates_named(inputs, live).items():
        if not changed or (own_name and not replaces(live[template_id].kind, changed)):
            return template_id
    return None
