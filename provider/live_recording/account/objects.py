"""Objects as the account lists them, in the API's form. A field that is missing or null reads as empty.

What a template records is read by `api_mapping`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from live_recording.core.streams import StreamKey
from live_recording.core.timefmt import timestamp
from live_recording.core.windows import Window

Live = Mapping[str, Any]

NO_TEMPLATE = "0"
"""The template id that the API lists for a task without template."""


def key_of(rule_or_task: Live) -> StreamKey:
    """Return the key of a rule, or the stream of a task."""
    return StreamKey(
        rule_or_task["DomainName"], rule_or_task.get("AppName") or "", rule_or_task.get("StreamName") or ""
    )


def name_of(template: Live) -> str:
    """Return the name of a template."""
    return str(template.get("TemplateName") or "")


def window(task: Live) -> Window:
    """Return when a task runs."""
    return Window(datetime.fromtimestamp(task["StartTime"], UTC), datetime.fromtimestamp(task["EndTime"], UTC))


def template_of(task: Live) -> str:
    """Return the id of a task's template, or NO_TEMPLATE."""
    return str(task.get("TemplateId") or NO_TEMPLATE)


def task(task_id: str, inputs: Mapping[str, Any], now: int) -> Live:
    """Return the task of these *inputs* as the account will list it. A start in the past becomes *now*, in Unix seconds."""
    start = timestamp(inputs["start"]) if "start" in inputs else now
    return {
        "TaskId": task_id,
        "DomainName": inputs["domain"],
        "AppName": inputs["app"],
        "StreamName": inputs["stream"],
        "StartTime": max(start, now),
        "EndTime": timestamp(inputs["end"]),
        "TemplateId": int(inputs["template_id"]),
        "Stopped": 0,
    }
