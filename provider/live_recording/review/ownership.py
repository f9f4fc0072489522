"""Which objects of an account are this stack's: those that its state remembers, and those that an unchanged entry declares."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from live_recording.account.api_mapping import create_template
from live_recording.account.identity import matching_tasks, templates_named
from live_recording.account.objects import NO_TEMPLATE, LiveTask, LiveTemplate, ObjectRef, Ref
from live_recording.account.snapshot import Snapshot
from live_recording.core.findings import KeyPath, format_path
from live_recording.core.kinds import KindName
from live_recording.core.streams import StreamKey
from live_recording.core.text import escaped
from live_recording.core.timefmt import timestamp
from live_recording.core.vendor import SiteName
from live_recording.desired.declarations import DesiredResource
from live_recording.review.changes import Inputs, PlannedChange

Resource = tuple[KindName, str]
"""Kind and name of a resource."""


@dataclass(frozen=True, slots=True)
class AccountView:
    """What an account holds, and the names of the resources that are this stack's."""

    account: Snapshot
    names: Mapping[ObjectRef, str]

    def template(self, template_id: str) -> str:
        """Return how to name the template: the key of its entry, else its name in the account, else its id."""
        live = self.account.templates.get(template_id)
        name_in_account = live.name if live else ""
        return self.names.get(ObjectRef("template", template_id)) or escaped(name_in_account or template_id)

    def rule(self, key: StreamKey) -> str:
        """Return the entry that has the rule as messages name it, or "" if it is not this stack's."""
        return format_path(self.rule_path(key))

    def rule_path(self, key: StreamKey) -> KeyPath:
        """Return the entry that has the rule, or () if it is not this stack's."""
        name = self.names.get(ObjectRef("rule", key))
        return ("rules", name) if name else ()


def locate_managed_objects(
    snapshot: Snapshot, changes: Sequence[PlannedChange], unchanged: Iterable[DesiredResource], now: datetime
) -> dict[Resource, Ref]:
    """Return where each resource of the state is in the account, without those that are gone from there."""
    templates_first = sorted(unchanged, key=lambda resource: resource.kind != "template")  # tasks refer to them
    located = _refs_in_plan(changes, {resource.name for resource in templates_first if resource.kind == "template"})
    finder = _Finder(
        snapshot, located, {(change.kind, change.name) for change in changes if change.op == "delete"}, now
    )
    for resource in templates_first:
        name = (resource.kind, resource.name)
        if name not in located and (ref := finder.find(resource, located)):
            located[name] = ref
    return {name: ref for name, ref in located.items() if _is_live(snapshot, name[0], ref)}


class _Finder:
    """Finds the object of each unchanged resource. An object that is to be deleted is only the last choice."""

    def __init__(
        self, snapshot: Snapshot, located: Mapping[Resource, Ref], deleted: Container[Resource], now: datetime
    ) -> None:
        self._snapshot, self._now = snapshot, int(now.timestamp())
        self._used = {ObjectRef(kind, ref) for (kind, name), ref in located.items() if (kind, name) not in deleted}
        self._deleted = {ObjectRef(kind, ref) for (kind, name), ref in located.items() if (kind, name) in deleted}
        self._tasks_by_end: dict[int, dict[str, LiveTask]] = defaultdict(dict)
        for task_id, task in snapshot.tasks.items():
            self._tasks_by_end[task.end][task_id] = task

    def find(self, resource: DesiredResource, located: Mapping[Resource, Ref]) -> Ref | None:
        """Return the object, or None if the account has none that is free."""
        free = [ref for ref in self._candidates(resource, located) if ObjectRef(resource.kind, ref) not in self._used]
        ref = min(free, key=lambda ref: ObjectRef(resource.kind, ref) in self._deleted, default=None)
        if ref is not None:
            self._used.add(ObjectRef(resource.kind, ref))
        return ref

    def _candidates(self, resource: DesiredResource, located: Mapping[Resource, Ref]) -> Iterable[Ref]:
        if resource.kind == "template":
            return templates_named(resource.inputs, self._snapshot.templates)
        if resource.kind == "rule":
            return (StreamKey.from_inputs(resource.inputs),)
        if resource.kind == "task":
            inputs = dict(resource.inputs)
            if resource.template:
                inputs["template_id"] = located.get(("template", resource.template))
            return matching_tasks(inputs, self._tasks_by_end[timestamp(inputs["end"])], self._now)
        return ()


def _is_live(snapshot: Snapshot, kind: KindName, ref: Ref) -> bool:
    lists: Mapping[KindName, Container[object]] = {
        "template": snapshot.templates,
        "rule": snapshot.rules,
        "task": snapshot.tasks,
    }
    return kind in lists and ref in lists[kind]


def _refs_in_plan(changes: Iterable[PlannedChange], unchanged_templates: Container[str]) -> dict[Resource, Ref]:
    """Return what the changes themselves say: their own objects, and the ids of templates that rules and tasks use."""
    located: dict[Resource, Ref] = {}
    for change in changes:
        if change.op != "create":
            located[change.kind, change.name] = (
                StreamKey.from_inputs(change.old) if change.kind == "rule" else change.id
            )
        for template, inputs in ((change.old_template, change.old), (change.template, change.new)):
            if template in unchanged_templates and "template_id" in inputs:
                located["template", str(template)] = inputs["template_id"]
    return located


FIRST_UNKNOWN_ID = -1_000_000
"""Ids of objects whose real id the plan does not tell count down from here."""


def snapshot_from_state(
    changes: Sequence[PlannedChange], declared: Iterable[DesiredResource], site: SiteName, now: datetime
) -> Snapshot:
    """Return the objects of this stack alone, as they were when it was last applied or refreshed."""
    remembered = _remembered(changes, declared)
    templates, rules, tasks = {}, {}, {}
    for (kind, _), (id_, inputs) in remembered.items():
        if kind == "template":
            templates[id_] = LiveTemplate.from_api({"TemplateId": int(id_), **create_template(inputs)})
        elif kind == "rule":
            rules[StreamKey.from_inputs(inputs)] = inputs["template_id"]
        elif kind == "task" and "stopped_at" not in inputs:
            task_inputs = {"template_id": NO_TEMPLATE, **inputs}
            tasks[id_] = LiveTask.from_inputs(id_, task_inputs, int(now.timestamp()))
    return Snapshot(site, now, templates, rules, tasks)


def _remembered(
    changes: Sequence[PlannedChange], declared: Iterable[DesiredResource]
) -> dict[Resource, tuple[str, Inputs]]:
    """Return id and inputs of each resource of the state."""
    unchanged = _unchanged(changes, declared)
    refs = _refs_in_plan(changes, {resource.name for resource in unchanged if resource.kind == "template"})
    unknown_ids = map(str, count(FIRST_UNKNOWN_ID, -1))
    remembered: dict[Resource, tuple[str, Inputs]] = {
        (change.kind, change.name): (change.id, change.old) for change in changes if change.op != "create"
    }
    for resource in unchanged:
        name = (resource.kind, resource.name)
        inputs = dict(resource.inputs)
        if resource.template:
            inputs["template_id"] = remembered["template", resource.template][0]
        remembered[name] = str(refs.get(name) or next(unknown_ids)), inputs
    return remembered


def _unchanged(changes: Iterable[PlannedChange], declared: Iterable[DesiredResource]) -> list[DesiredResource]:
    """Return the declared resources that the plan does not change, templates first."""
    changing = {(change.kind, change.name) for change in changes}
    unchanged = (resource for resource in declared if (resource.kind, resource.name) not in changing)
    return sorted(unchanged, key=lambda resource: resource.kind != "template")
