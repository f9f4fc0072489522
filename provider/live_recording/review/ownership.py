"""An account at one time, and which of its objects are whose.

Rule 1: an object is ours if the state remembers it, or if it is what an entry without a step declares.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

from live_recording.account import objects
from live_recording.account.api_mapping import create_template
from live_recording.account.identity import matching_tasks, templates_named
from live_recording.account.objects import Live, name_of
from live_recording.account.snapshot import Snapshot
from live_recording.core.kinds import KindName
from live_recording.core.streams import StreamKey
from live_recording.core.text import escaped
from live_recording.core.timefmt import timestamp
from live_recording.core.vendor import SiteName
from live_recording.desired.declarations import DesiredResource
from live_recording.review.changes import Inputs, PlannedChange

Resource = tuple[KindName, str]  # kind, name
Ref = str | StreamKey  # the id of a template or task, the key of a rule


class AccountView(NamedTuple):
    """What the account holds, and the names of the resources that are this stack's."""

    account: Snapshot
    names: Mapping[tuple[KindName, Ref], str]

    def template(self, template_id: str) -> str:
        """What people call the template: the key of its entry where this stack has it, its name in the account, or its id."""
        live = self.account.templates.get(template_id, {})
        return self.names.get(("template", template_id)) or escaped(name_of(live) or template_id)

    def rule(self, at: StreamKey) -> str:
        """The entry that has the rule, or nothing where this stack does not."""
        name = self.names.get(("rule", at))
        return f"rules.{name}" if name else ""


def locate_managed_objects(
    taken: Snapshot, steps: Sequence[PlannedChange], unchanged: Iterable[DesiredResource], now: datetime
) -> dict[Resource, Ref]:
    """Where each resource that the state has stands in the account; one that is gone from there is left out."""
    same = sorted(unchanged, key=lambda one: one.kind != "template")  # templates first: tasks name them
    found: dict[Resource, Ref] = told(steps, {one.name for one in same if one.kind == "template"})
    going = {(step.kind, step.name) for step in steps if step.op == "delete"}
    used = {(kind, ref) for (kind, name), ref in found.items() if (kind, name) not in going}
    leaving = {(kind, ref) for (kind, name), ref in found.items() if (kind, name) in going}
    ends: dict[int, dict[str, Live]] = defaultdict(dict)
    for task_id, task in taken.tasks.items():
        ends[task["EndTime"]][task_id] = task
    for one in same:
        if (one.kind, one.name) in found or one.kind == "live_record":
            continue
        candidates: Iterable[Ref] = (StreamKey.from_inputs(one.inputs),)
        if one.kind == "template":
            candidates = templates_named(one.inputs, taken.templates)
        elif one.kind == "task":
            source = {"template_id": found.get(("template", one.template))} if one.template else {}
            candidates = matching_tasks(
                {**one.inputs, **source}, ends[timestamp(one.inputs["end"])], int(now.timestamp())
            )
        free = (ref for ref in candidates if (one.kind, ref) not in used)
        ref = min(free, key=lambda ref: (one.kind, ref) in leaving, default=None)
        if ref:
            found[one.kind, one.name] = ref
            used.add((one.kind, ref))
    held: Mapping[KindName, Any] = {"template": taken.templates, "rule": taken.rules, "task": taken.tasks}
    return {(kind, name): ref for (kind, name), ref in found.items() if ref in held.get(kind, ())}


def told(steps: Iterable[PlannedChange], unchanged_templates: Container[str]) -> dict[Resource, Ref]:
    """What the steps themselves say: their own objects, and the ids of templates that rules and tasks use."""
    found: dict[Resource, Ref] = {}
    for step in steps:
        if step.op != "create":
            found[step.kind, step.name] = StreamKey.from_inputs(step.old) if step.kind == "rule" else step.id
        for template, given in ((step.old_template, step.old), (step.template, step.new)):
            if template in unchanged_templates and "template_id" in given:
                found["template", str(template)] = given["template_id"]
    return found


FIRST_ID = -1_000_000


def snapshot_from_state(
    steps: Sequence[PlannedChange], declared: Iterable[DesiredResource], site: SiteName, now: datetime
) -> Snapshot:
    """The objects of this stack alone, as they were when it was last applied or refreshed."""
    stepping = {(step.kind, step.name) for step in steps}
    same = tuple(one for one in declared if (one.kind, one.name) not in stepping)
    ids = told(steps, {one.name for one in same if one.kind == "template"})
    numbers = map(str, count(FIRST_ID, -1))
    was: dict[Resource, tuple[str, Inputs]] = {
        (step.kind, step.name): (step.id, step.old) for step in steps if step.op != "create"
    }
    for one in sorted(same, key=lambda one: one.kind != "template"):
        thing = (one.kind, one.name)
        source = {"template_id": was["template", one.template][0]} if one.template else {}
        was[thing] = str(ids.get(thing) or next(numbers)), {**one.inputs, **source}
    return Snapshot(
        site,
        now,
        {
            i: {"TemplateId": int(i)} | create_template(inputs)
            for (kind, _), (i, inputs) in was.items()
            if kind == "template"
        },
        {
            StreamKey.from_inputs(inputs): inputs["template_id"]
            for (kind, _), (_, inputs) in was.items()
            if kind == "rule"
        },
        {
            i: objects.task(i, {"template_id": "0", **inputs}, int(now.timestamp()))
            for (kind, _), (i, inputs) in was.items()
            if kind == "task" and "stopped_at" not in inputs
        },
    )
