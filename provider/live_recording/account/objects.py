"""Objects as the account lists them, in the API's form, and what they are in our terms.

Rule 1: what the vendor leaves out, and what it lists as null, is empty. What a template records is read by `wire`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from live_recording.core.streams import StreamKey
from live_recording.core.timefmt import timestamp
from live_recording.core.windows import Window

Live = Mapping[str, Any]

NO_TEMPLATE = "0"
"""What the vendor lists as the template of a task that has none."""


def key_of(found: Live) -> StreamKey:
    """The key of a rule, or the full name of what a task records."""
    return StreamKey(found["DomainName"], found.get("AppName") or "", found.get("StreamName") or "")


def name_of(template: Live) -> str:
    """The name of a template."""
    return str(template.get("TemplateName") or "")


def window(task: Live) -> Window:
    """When a task runs."""
    return Window(datetime.fromtimestamp(task["StartTime"], UTC), datetime.fromtimestamp(task["EndTime"], UTC))


def template_of(task: Live) -> str:
    """The id of a task's template."""
    return str(task.get("TemplateId") or NO_TEMPLATE)


def task(task_id: str, inputs: Mapping[str, Any], now: int) -> Live:
    """The task of these *inputs* as the account will list it; one that starts late has begun *now*, in Unix seconds."""
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
