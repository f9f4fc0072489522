"""The provider's moves, made on a value: what each step of a plan does to an account.

Rule 1: what a resource of the run ends up with is not deleted. Rule 2: an object that is yet to be made has a negative
id. Rule 3: a move that the account will refuse is told, and leaves everything as it was.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import NamedTuple

from live_recording.account import api_mapping, conflicts, objects
from live_recording.account.diff import same_in_task_list
from live_recording.account.identity import adoptable, matching_tasks
from live_recording.account.objects import Live
from live_recording.account.snapshot import Snapshot
from live_recording.core.kinds import KindName
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import StreamKey
from live_recording.desired.declarations import DesiredResource
from live_recording.review.changes import PlannedChange, path
from live_recording.review.ownership import AccountView, Ref, Resource, locate_managed_objects


class PlanSimulation:
    """One `up`: what the account holds so far, and which resource has what."""

    def __init__(self, taken: Snapshot, kept: Mapping[Resource, Ref], owner: StackRef, now: datetime) -> None:
        self.templates: dict[str, Live] = dict(taken.templates)
        self.rules: dict[StreamKey, str] = dict(taken.rules)
        self.tasks: dict[str, Live] = dict(taken.tasks)
        self.has: dict[Resource, Ref] = dict(kept)
        self.refused: set[str] = set()
        self._held = {(kind, ref) for (kind, _), ref in kept.items()}
        self._leaving: set[str] = set()
        self._taken, self._owner, self._now, self._ids = taken, owner, now, count(-1, -1)

    def diffed(self, steps: Iterable[PlannedChange]) -> None:
        """What the checks and diffs of a run tell before anything is deleted."""
        for step in steps:
            if step.kind == "rule" and step.op != "delete":
                self._hold(step, StreamKey.of(step.new))
            if step.kind == "task" and step.op == "replace" and same_in_task_list(step.old, step.new):
                self._leaving.add(step.id)  # to the vendor it looks like its successor, and must not be taken for it

    def make(self, step: PlannedChange) -> None:
        """Create, change, or replace without the delete that comes last."""
        _MAKE[step.kind](self, step)

    def drop(self, step: PlannedChange) -> None:
        """Delete the object before, unless a resource of the run has it, or it is gone."""
        _DROP[step.kind](self, step)

    def template(self, step: PlannedChange) -> None:
        """Take one that is there, or make one; change what differs."""
        free = {i: live for i, live in self.templates.items() if ("template", i) not in self._held}
        own = StackRef.of_template(step.new["template_name"]) == self._owner
        found = step.id if step.op == "update" else adoptable(step.new, free, own=own) or self._unmade()
        live = self.templates.get(found)
        if live is not None:
            self.templates[found] = {**live, **api_mapping.modify_template(found, step.new, live)}
        elif step.op == "update":
            self._refused(step, conflicts.gone(found))
            return
        else:
            self.templates[found] = {"TemplateId": int(found)} | api_mapping.create_template(step.new)
        self._hold(step, found)

    def rule(self, step: PlannedChange) -> None:
        """Bind the key, or take the rule that already does."""
        if step.delete_first:
            self.drop_rule(step)
        at, wanted = StreamKey.of(step.new), self._wanted(step)
        live, before = self.rules.get(at), step.old.get("template_id", "") if step.op == "update" else None
        if wanted is None:
            self._refused(step, conflicts.UNTOLD)
        elif live in (None, wanted, before):
            self.rules[at] = wanted
        elif before is None:
            self._refused(step, conflicts.taken(at, self._called(live), self._owner.stack))
        else:
            self._refused(step, conflicts.changed(at, self._called(live), self._called(before)))

    def task(self, step: PlannedChange) -> None:
        """Take one that is there, or make one; one that is over is not made."""
        if datetime.fromisoformat(step.new["end"]) <= self._now:
            return
        now = int(self._now.timestamp())
        inputs = {**step.new, "template_id": self._wanted(step) or "0"}
        found = next(filter(self._free, matching_tasks(inputs, self.tasks, now)), None) or self._unmade()
        self.tasks.setdefault(found, objects.task(found, inputs, now))
        self._hold(step, found)

    def _free(self, task_id: str) -> bool:
        return not (self.tasks[task_id].get("Stopped") or task_id in self._leaving or ("task", task_id) in self._held)

    def drop_template(self, step: PlannedChange) -> None:
        """A template goes when no rule uses it."""
        users = [at for at, used in self.rules.items() if used == step.id]
        if ("template", step.id) not in self._held and users and step.id in self.templates:
            self._refused(step, conflicts.used(self._called(step.id), users))
        elif ("template", step.id) not in self._held:
            self.templates.pop(step.id, None)

    def drop_rule(self, step: PlannedChange) -> None:
        """A rule goes while it points where the state remembers."""
        at, ours = StreamKey.of(step.old), step.old.get("template_id", "")
        live = self.rules.get(at)
        if live is None or ("rule", at) in self._held:
            return
        if live == ours:
            del self.rules[at]
        else:
            self._refused(step, conflicts.changed(at, self._called(live), self._called(ours)))

    def drop_task(self, step: PlannedChange) -> None:
        """A task that is over needs no call; nothing refuses the end of another one."""
        if ("task", step.id) not in self._held and datetime.fromisoformat(step.old["end"]) > self._now:
            self.tasks.pop(step.id, None)

    def _hold(self, step: PlannedChange, ref: Ref) -> None:
        self.has[step.kind, step.name] = ref
        self._held.add((step.kind, ref))

    def _wanted(self, step: PlannedChange) -> str | None:
        made = self.has.get(("template", step.template)) if step.template else None
        return step.new.get("template_id") or (str(made) if made else None)

    def _unmade(self) -> str:
        return str(next(self._ids))

    def _called(self, template_id: str) -> str:
        return AccountView(self._taken, {("template", ref): name for (_, name), ref in self.has.items()}).template(
            template_id
        )

    def _refused(self, step: PlannedChange, sentence: str) -> None:
        self.refused.add(f"{path(step.kind, step.name, ())}: {sentence}")


_Move = Callable[[PlanSimulation, PlannedChange], None]
_MAKE: Mapping[KindName, _Move] = {
    "template": PlanSimulation.template,
    "rule": PlanSimulation.rule,
    "task": PlanSimulation.task,
}
_DROP: Mapping[KindName, _Move] = {
    "template": PlanSimulation.drop_template,
    "rule": PlanSimulation.drop_rule,
    "task": PlanSimulation.drop_task,
}


MADE: tuple[KindName, ...] = ("template", "rule", "task")
DROPPED: tuple[KindName, ...] = ("rule", "task", "template")
"""In the order of an `up`; live records are in no list of the account."""


class SimulatedPlan(NamedTuple):
    """The account before and after, the most that it holds in between, and what it will refuse."""

    before: AccountView
    after: AccountView
    peak: Mapping[str, int]  # section -> objects
    obstacles: tuple[str, ...]


def simulate_plan(
    taken: Snapshot, steps: Sequence[PlannedChange], declared: Iterable[DesiredResource], owner: StackRef, now: datetime
) -> SimulatedPlan:
    """What the *steps* of the stack *owner* make of the account; *declared* is all that its file declares."""
    stepping = {(step.kind, step.name) for step in steps}
    unchanged = tuple(one for one in declared if (one.kind, one.name) not in stepping)
    had = locate_managed_objects(taken, steps, unchanged, now)
    stays = {(one.kind, one.name) for one in unchanged} | {(s.kind, s.name) for s in steps if s.op == "update"}
    moves = PlanSimulation(taken, {resource: ref for resource, ref in had.items() if resource in stays}, owner, now)
    moves.diffed(steps)
    for step in _sorted(steps, MADE):
        if step.op != "delete":
            moves.make(step)
    peak = {"rules": max(len(taken.rules), len(moves.rules)), "templates": len(moves.templates)}
    for step in _sorted(steps, DROPPED):
        if step.op in ("delete", "replace"):  # what went first is not there any more
            moves.drop(step)
    left = taken._replace(templates=moves.templates, rules=moves.rules, tasks=moves.tasks)
    return SimulatedPlan(
        AccountView(taken, _names(had)), AccountView(left, _names(moves.has)), peak, tuple(sorted(moves.refused))
    )


def _sorted(steps: Iterable[PlannedChange], kinds: Sequence[KindName]) -> Iterator[PlannedChange]:
    return (step for kind in kinds for step in sorted(steps, key=lambda step: step.name) if step.kind == kind)


def _names(had: Mapping[Resource, Ref]) -> dict[tuple[KindName, Ref], str]:
    return {(kind, ref): name for (kind, name), ref in sorted(had.items(), reverse=True)}
