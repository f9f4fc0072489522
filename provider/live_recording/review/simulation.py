"""The account after a plan: the decisions of `account.reconcile`, applied to a snapshot in the order of an `up`.

An object that is still to be created has a negative id. A change that the account would reject is reported and changes
nothing.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from live_recording.account import api_mapping, reconcile
from live_recording.account.conflicts import (
    REMOVE_OR_ADOPT,
    UNKNOWN_TEMPLATE_IN_PLAN,
    Conflict,
    Protected,
    RuleKeyTaken,
    find_protection,
)
from live_recording.account.diff import same_in_task_list
from live_recording.account.objects import NO_TEMPLATE, LiveTask, LiveTemplate, ObjectRef, Ref
from live_recording.account.reconcile import HeldObjects
from live_recording.account.snapshot import Snapshot
from live_recording.core.findings import format_path
from live_recording.core.kinds import KindName
from live_recording.core.stack_ref import StackRef, adopt_command
from live_recording.core.streams import StreamKey
from live_recording.core.vendor import SITES, Site
from live_recording.core.windows import Window, creatable_from
from live_recording.desired.declarations import DesiredResource
from live_recording.review.changes import PlannedChange, entry_path
from live_recording.review.ownership import AccountView, Resource, locate_managed_objects

CREATE_ORDER: tuple[KindName, ...] = ("template", "rule", "task")
AGE_OF_PLAN = timedelta(days=1)
"""How old a plan may be that is reviewed."""
DELETE_ORDER: tuple[KindName, ...] = ("rule", "task", "live_record", "template")
"""The order of an `up`. Live records are in no list of the account: only whether they are protected counts."""


@dataclass(frozen=True, slots=True)
class SimulatedPlan:
    """The account before and after a plan, the most it holds in between, and what it would reject."""

    before: AccountView
    after: AccountView
    peak: Mapping[str, int]  # section -> objects
    conflicts: tuple[str, ...]
    protected: tuple[str, ...] = ()  # what the plan would end although it is protected
    missing: frozenset[Resource] = frozenset()  # resources of the state whose objects the account does not have


class PlanSimulation:
    """One `up`: what the account holds so far, and which resource has which object."""

    def __init__(self, snapshot: Snapshot, kept: Mapping[Resource, Ref], owner: StackRef, now: datetime) -> None:
        self.templates: dict[str, LiveTemplate] = dict(snapshot.templates)
        self.rules: dict[StreamKey, str] = dict(snapshot.rules)
        self.tasks: dict[str, LiveTask] = dict(snapshot.tasks)
        self.objects: dict[Resource, Ref] = dict(kept)
        self.conflicts: set[str] = set()
        self.protected: set[str] = set()
        self._held = HeldObjects({ObjectRef(kind, ref) for (kind, _), ref in kept.items()})
        self._snapshot, self._owner, self._now = snapshot, owner, now
        self._new_ids = count(-1, -1)

    def register(self, changes: Iterable[PlannedChange]) -> None:
        """Register what the checks and diffs of a run tell the provider before anything is deleted."""
        for change in changes:
            if change.kind == "rule" and change.op != "delete":
                self._hold(change, StreamKey.from_inputs(change.new))
            if change.kind == "task" and change.op == "replace" and same_in_task_list(change.old, change.new):
                self._held.replaced_tasks.add(change.id)

    def apply_create(self, change: PlannedChange) -> None:
        """Create or update the object, or replace it without the delete that comes last."""
        if change.kind == "template":
            self._create_template(change)
        elif change.kind == "rule":
            self._create_rule(change)
        elif change.kind == "task" and change.op != "update":  # only `protect` changes in place
            self._create_task(change)

    def apply_delete(self, change: PlannedChange) -> None:
        """Delete the old object, unless a resource of the run has it or it is gone."""
        if change.kind == "template":
            self._delete_template(change)
        elif change.kind == "rule":
            self._delete_rule(change)
        elif change.kind == "task":
            self._delete_task(change)
        elif protection := find_protection(change.old, self._now):
            self._refuse(change, protection)

    def _create_template(self, change: PlannedChange) -> None:
        decision = self._decide_template(change)
        if isinstance(decision, reconcile.Refuse):
            self._refuse(change, decision.conflict)
            return
        if isinstance(decision, reconcile.Create):
            template_id = self._new_id()
            body = api_mapping.create_template(change.new)
            self.templates[template_id] = LiveTemplate.from_api({"TemplateId": int(template_id), **body})
        else:
            template_id = str(decision.ref)
            live = self.templates[template_id]
            body = api_mapping.modify_template(change.new, live, cos=SITES[self._snapshot.site].cos)
            self.templates[template_id] = api_mapping.modified(live, body)
        self._hold(change, template_id)

    def _decide_template(
        self, change: PlannedChange
    ) -> reconcile.Create | reconcile.Adopt | reconcile.Update | reconcile.Refuse:
        if change.op == "update":
            remembered = change.old.get("template_name", "")
            return reconcile.update_template(change.id, self.templates, remembered, change.new["template_name"])
        own_name = StackRef.of_template(change.new["template_name"]) == self._owner
        return reconcile.create_template(change.new, self.templates, self._held, own_name=own_name)

    def _create_rule(self, change: PlannedChange) -> None:
        if change.delete_first:
            self._delete_rule(change)
        key, wanted = StreamKey.from_inputs(change.new), self._wanted_template(change)
        if wanted is None:
            self._report(change, UNKNOWN_TEMPLATE_IN_PLAN)
            return
        live = self.rules.get(key)
        if change.op == "update":
            decision = reconcile.update_rule(key, live, change.old.get("template_id", ""), wanted)
        else:
            decision = reconcile.create_rule(key, live, wanted)
        if isinstance(decision, reconcile.Refuse):
            self._refuse(change, decision.conflict)
        else:
            self.rules[key] = wanted

    def _create_task(self, change: PlannedChange) -> None:
        if datetime.fromisoformat(change.new["end"]) <= self._now:
            return  # a finished task is not created
        inputs = {**change.new, "template_id": self._wanted_template(change) or NO_TEMPLATE}
        decision = reconcile.create_task(inputs, self.tasks, self._held, self._now)
        if isinstance(decision, reconcile.Adopt):
            task_id = str(decision.ref)
        else:
            task_id = self._new_id()
            self.tasks[task_id] = LiveTask.from_inputs(task_id, inputs, int(self._now.timestamp()))
        self._hold(change, task_id)

    def _delete_template(self, change: PlannedChange) -> None:
        users = [key for key, template_id in self.rules.items() if template_id == change.id]
        remembered = change.old.get("template_name", "")
        decision = reconcile.delete_template(change.id, self.templates, remembered, self._held, users)
        if isinstance(decision, reconcile.Refuse):
            self._refuse(change, decision.conflict)
        elif isinstance(decision, reconcile.Delete):
            del self.templates[change.id]

    def _delete_rule(self, change: PlannedChange) -> None:
        key, expected = StreamKey.from_inputs(change.old), change.old.get("template_id", "")
        decision = reconcile.delete_rule(key, self.rules.get(key), expected, self._held)
        if isinstance(decision, reconcile.Refuse):
            self._refuse(change, decision.conflict)
        elif isinstance(decision, reconcile.Delete):
            del self.rules[key]

    def _delete_task(self, change: PlannedChange) -> None:
        decision = reconcile.delete_task(change.id, change.old, self.tasks, self._held, self._now)
        if isinstance(decision, reconcile.Refuse):
            self._refuse(change, decision.conflict)
        elif isinstance(decision, reconcile.Delete):
            del self.tasks[change.id]

    def _hold(self, change: PlannedChange, ref: Ref) -> None:
        self.objects[change.kind, change.name] = ref
        self._held.refs.add(ObjectRef(change.kind, ref))

    def _wanted_template(self, change: PlannedChange) -> str | None:
        created = self.objects.get(("template", change.template)) if change.template else None
        return change.new.get("template_id") or (str(created) if created else None)

    def _new_id(self) -> str:
        return str(next(self._new_ids))

    def _describe(self, template_id: str) -> str:
        names = {ObjectRef("template", ref): name for (_, name), ref in self.objects.items()}
        return AccountView(self._snapshot, names).template(template_id)

    def _refuse(self, change: PlannedChange, conflict: Conflict) -> None:
        if isinstance(conflict, Protected):
            self.protected.add(_at_entry(change, conflict.message(self._describe)))
        elif isinstance(conflict, RuleKeyTaken):
            advice = REMOVE_OR_ADOPT.format(adopt=adopt_command(self._owner.stack))
            self._report(change, conflict.message(self._describe, advice))
        else:
            self._report(change, conflict.message(self._describe))

    def _report(self, change: PlannedChange, sentence: str) -> None:
        self.conflicts.add(_at_entry(change, sentence))


def _at_entry(change: PlannedChange, sentence: str) -> str:
    return f"{format_path(entry_path(change.kind, change.name, ()))}: {sentence}"


def simulate_plan(
    snapshot: Snapshot,
    changes: Sequence[PlannedChange],
    declared: Iterable[DesiredResource],
    owner: StackRef,
    now: datetime,
) -> SimulatedPlan:
    """Apply the *changes* of the stack *owner* to the account; *declared* is all that its file declares."""
    changing = {(change.kind, change.name) for change in changes}
    unchanged = tuple(resource for resource in declared if (resource.kind, resource.name) not in changing)
    before = locate_managed_objects(snapshot, changes, unchanged, now)
    stays = {(resource.kind, resource.name) for resource in unchanged}
    stays |= {(change.kind, change.name) for change in changes if change.op == "update"}
    simulation = PlanSimulation(snapshot, {name: ref for name, ref in before.items() if name in stays}, owner, now)
    peak = _apply(simulation, changes)
    after = replace(snapshot, templates=simulation.templates, rules=simulation.rules, tasks=simulation.tasks)
    return SimulatedPlan(
        AccountView(snapshot, _names(before)),
        AccountView(after, _names(simulation.objects)),
        peak,
        tuple(sorted(simulation.conflicts)),
        tuple(sorted(simulation.protected)),
        _missing(before, changes, unchanged, SITES[snapshot.site], now),
    )


def _is_in_state(unchanged: DesiredResource, site: Site, now: datetime) -> bool:
    """Return whether a resource without a step surely is in the state: a task may have become due after the plan."""
    if unchanged.kind != "task":
        return True
    start, end = unchanged.inputs.get("start"), datetime.fromisoformat(unchanged.inputs["end"])
    span = Window(datetime.fromisoformat(start) if start else None, end)
    return creatable_from(span, site) <= now - AGE_OF_PLAN


def _missing(
    located: Container[Resource],
    changes: Iterable[PlannedChange],
    unchanged: Iterable[DesiredResource],
    site: Site,
    now: datetime,
) -> frozenset[Resource]:
    """Return the resources of the state that are not in the account. Live records and finished tasks are in no list."""
    remembered = [(change.kind, change.name, change.old) for change in changes if change.op != "create"]
    remembered += [
        (resource.kind, resource.name, resource.inputs) for resource in unchanged if _is_in_state(resource, site, now)
    ]
    return frozenset(
        (kind, name)
        for kind, name, inputs in remembered
        if kind in CREATE_ORDER
        and (kind, name) not in located
        and not (kind == "task" and datetime.fromisoformat(inputs["end"]) <= now)
    )


def _apply(simulation: PlanSimulation, changes: Sequence[PlannedChange]) -> dict[str, int]:
    """Apply the changes in the order of an `up`; return the most that the account holds in between, by section."""
    rules_before = len(simulation.rules)
    simulation.register(changes)
    for change in _in_order(changes, CREATE_ORDER):
        if change.op != "delete":
            simulation.apply_create(change)
    peak = {"rules": max(rules_before, len(simulation.rules)), "templates": len(simulation.templates)}
    for change in _in_order(changes, DELETE_ORDER):
        if change.op in ("delete", "replace"):  # an object that was deleted first is gone already
            simulation.apply_delete(change)
    return peak


def _in_order(changes: Iterable[PlannedChange], kinds: Sequence[KindName]) -> Iterator[PlannedChange]:
    by_name = sorted(changes, key=lambda change: change.name)
    return (change for kind in kinds for change in by_name if change.kind == kind)


def _names(objects_of: Mapping[Resource, Ref]) -> dict[ObjectRef, str]:
    return {ObjectRef(kind, ref): name for (kind, name), ref in sorted(objects_of.items(), reverse=True)}
