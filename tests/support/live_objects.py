"""Accounts as values, from objects in the API's form."""

from collections.abc import Mapping

from live_recording.account.objects import LiveTask, LiveTemplate, Raw
from live_recording.account.snapshot import Snapshot
from live_recording.core.streams import StreamKey
from live_recording.core.vendor import SiteName
from tests.support.clock import NOW


def live_templates(templates: Mapping[str, Raw]) -> dict[str, LiveTemplate]:
    """Return the templates by id; each gets the id that it is listed under."""
    return {i: LiveTemplate.from_api({**raw, "TemplateId": int(i)}) for i, raw in templates.items()}


def live_tasks(tasks: Mapping[str, Raw]) -> dict[str, LiveTask]:
    """Return the tasks by id; each gets the id that it is listed under."""
    return {i: LiveTask.from_api({**raw, "TaskId": i}) for i, raw in tasks.items()}


def snapshot(
    templates: Mapping[str, Raw] = {},
    rules: Mapping[StreamKey, str] = {},
    tasks: Mapping[str, Raw] = {},
    site: SiteName = "intl",
) -> Snapshot:
    """Return an account at NOW; templates and tasks by id, rules with the ids of their templates."""
    return Snapshot(site, NOW, live_templates(templates), rules, live_tasks(tasks))
