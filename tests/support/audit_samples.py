"""Stack files of a project called `shop`, and accounts as values, for tests of the audit."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from live_recording.account.api_mapping import create_template
from live_recording.account.snapshot import Snapshot
from live_recording.audit.compare import Difference, find_differences
from live_recording.audit.declared import DeclaringFile
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import StreamKey
from live_recording.core.timefmt import timestamp
from live_recording.core.vendor import SITES
from live_recording.desired.declarations import desired_resources
from live_recording.stackfile.model import Stack
from tests.support.clock import NOW
from tests.support.entries import read_entry
from tests.support.live_objects import live_tasks, live_templates, snapshot

AT = int(NOW.timestamp())
HOUR = 3600
PUSH = "push.example.com"
FINAL: dict[str, Any] = {
    "domain": PUSH,
    "app": "live",
    "stream": "final",
    "start": "2026-11-21T20:00",
    "end": "2026-11-21T22:00",
}
WINDOW = (timestamp("2026-11-21T20:00:00Z"), timestamp("2026-11-21T22:00:00Z"))
SHOWN = f"{PUSH}/live/final from 2026-11-21T20:00:00Z to 2026-11-21T22:00:00Z"
ARCHIVE: dict[str, Any] = {"archive": {"mp4": {"storage_time": "30d"}}}
TASK: dict[str, Any] = {"templates": ARCHIVE, "tasks": {"final": {**FINAL, "template": "archive"}}}
RULE: dict[str, Any] = {"templates": ARCHIVE, "rules": {"all": {"domain": PUSH, "template": "archive"}}}
T = "1000"  # the id of the first template that `applied` makes


def declaring(name: str = "prod", *, audited: bool = True, **sections: Any) -> DeclaringFile:
    """Return a stack file of project `shop`."""
    return DeclaringFile(name, StackRef("shop", name), read_entry(Stack, sections), audited)


def applied(*files: DeclaringFile) -> Snapshot:
    """Return the account right after an `up` of the files; an object that two of them declare exists once."""
    held = snapshot()
    for file in files:
        ids: dict[str, str] = {}
        for declared in desired_resources(file.stack, file.owner, SITES["intl"], NOW).resources:
            inputs = declared.inputs
            template = ids.get(declared.template or "", str(inputs.get("template_id", 0)))
            if declared.kind == "template":
                ids[declared.name] = str(1000 + len(held.templates))
                held = plus(held, templates={ids[declared.name]: create_template(inputs)})
            elif declared.kind == "rule":
                held = plus(held, rules={StreamKey(inputs["domain"], inputs["app"], inputs["stream"]): template})
            elif declared.kind == "task":
                start = timestamp(inputs["start"]) if "start" in inputs else AT
                made = task(inputs["stream"], start, timestamp(inputs["end"]), template, domain=inputs["domain"])
                held = plus(held, tasks={f"t{len(held.tasks)}": made | {"AppName": inputs["app"]}})
    return held


def plus(held: Snapshot, **sections: Mapping[Any, Any]) -> Snapshot:
    """Return the account with these objects, in the API's form, instead of those of the same id or key."""
    return replace(
        held,
        templates={**held.templates, **live_templates(sections.get("templates", {}))},
        rules={**held.rules, **sections.get("rules", {})},
        tasks={**held.tasks, **live_tasks(sections.get("tasks", {}))},
    )


def task(
    stream: str, start: int, end: int, template: str = "0", *, domain: str = PUSH, stopped: int = 0
) -> dict[str, Any]:
    """Return a live task."""
    names = {"DomainName": domain, "AppName": "live", "StreamName": stream}
    return {**names, "StartTime": start, "EndTime": end, "TemplateId": int(template), "Stopped": stopped}


def differences(held: Snapshot, *files: DeclaringFile) -> list[Difference]:
    """Return the differences that the audit finds for project `shop`."""
    return find_differences(held, files or [declaring()], "shop")


def brief(found: list[Difference]) -> list[tuple[str, str, str]]:
    """Return kind, kind of object and label of each difference."""
    return [(one.kind, one.object_kind, one.label) for one in found]
