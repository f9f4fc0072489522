"""The provider's moves, made on a value: what each step of a plan does to an account.

Rule 1: what a resource of the run ends up with is not deleted. Rule 2: an object that is yet to be made has a negative
id. Rule 3: a move that the account will refuse is told, and leaves everything as it was.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import count

from provider.core import listed, obstacles, wire
from provider.core.diff import indistinct
from provider.core.kinds import KindName
from provider.core.listed import Live
from provider.core.namesakes import adoptable
from provider.core.owners import owner_of, parts
from provider.core.ownership import Picture, Ref, Resource
from provider.core.priority import Key
from provider.core.snapshot import Snapshot
from provider.core.steps import Step, path
from provider.core.twins import twins


class Moves:
    """One `up`: what the account holds so far, and which resource has what."""

    def __init__(self, taken: Snapshot, kept: Mapping[Resource, Ref], owner: str, now: datetime) -> None:
        self.templates: dict[str, Live] = dict(taken.templates)
        self.rules: dict[Key, str] = dict(taken.rules)
        self.tasks: dict[str, Live] = dict(taken.tasks)
        self.has: dict[Resource, Ref] = dict(kept)
        self.refused: set[str] = set()
        self._held = {(kind, ref) for (kind, _), ref in kept.items()}
        self._leaving: set[str] = set()
        self._taken, self._owner, self._now, self._ids = taken, owner, now, count(-1, -1)

    def diffed(self, steps: Iterable[Step]) -> None:
        """What the checks and diffs of a run tell before anything is deleted."""
        for step in steps:
            if step.kind == "rule" and step.op != "delete":
                self._hold(step, Key.of(step.new))
            if step.kind == "task" and step.op == "replace" and indistinct(step.old, step.new):
                self._leaving.add(step.id)  # to the vendor it looks like its successor, and must not be taken for it

    def make(self, step: Step) -> None:
        """Create, change, or replace without the delete that comes last."""
        _MAKE[step.kind](self, step)

    def drop(self, step: Step) -> None:
        """Delete the object before, unless a resource of the run has it, or it is gone."""
        _DROP[step.kind](self, step)

    def template(self, step: Step) -> None:
        """Take one that is there, or make one; change what differs."""
        free = {i: live for i, live in self.templates.items() if ("template", i) not in self._held}
        own = owner_of(step.new["template_name"]) == self._owner
        found = step.id if step.op == "update" else adoptable(step.new, free, own=own) or self._unmade()
        live = self.templates.get(found)
        if live is not None:
            self.templates[found] = {**live, **wire.modify_template(found, step.new, live)}
        elif step.op == "update":
            self._refused(step, obstacles.gone(found))
            return
        else:
            self.templates[found] = {"TemplateId": int(found)} | wire.create_template(step.new)
        self._hold(step, found)

    def rule(self, step: Step) -> None:
        """Bind the key, or take the rule that already does."""
        if step.delete_first:
            self.drop_rule(step)
        at, wanted = Key.of(step.new), self._wanted(step)
        live, before = self.rules.get(at), step.old.get("template_id", "") if step.op == "update" else None
        if wanted is None:
            self._refused(step, obstacles.UNTOLD)
        elif live in (None, wanted, before):
            self.rules[at] = wanted
        elif before is None:
            self._refused(step, obstacles.taken(at, self._called(live), parts(self._owner).stack))
        else:
            self._refused(step, obstacles.changed(at, self._called(live), self._called(before)))

    def task(self, step: Step) -> None:
        """Take one that is there, or make one; one that is over is not made."""
        if datetime.fromisoformat(step.new["end"]) <= self._now:
            return
        now = int(self._now.timestamp())
        inputs = {**step.new, "template_id": self._wanted(step) or "0"}
        found = next(filter(self._free, twins(inputs, self.tasks, now)), None) or self._unmade()
        self.tasks.setdefault(found, listed.task(found, inputs, now))
        self._hold(step, found)

    def _free(self, task_id: str) -> bool:
        return not (self.tasks[task_id].get("Stopped") or task_id in self._leaving or ("task", task_id) in self._held)

    def drop_template(self, step: Step) -> None:
        """A template goes when no rule uses it."""
        users = [at for at, used in self.rules.items() if used == step.id]
        if ("template", step.id) not in self._held and users and step.id in self.templates:
            self._refused(step, obstacles.used(self._called(step.id), users))
        elif ("template", step.id) not in self._held:
            self.templates.pop(step.id, None)

    def drop_rule(self, step: Step) -> None:
        """A rule goes while it points where the state remembers."""
        at, ours = Key.of(step.old), step.old.get("template_id", "")
        live = self.rules.get(at)
        if live is None or ("rule", at) in self._held:
            return
        if live == ours:
            del self.rules[at]
        else:
            self._refused(step, obstacles.changed(at, self._called(live), self._called(ours)))

    def drop_task(self, step: Step) -> None:
        """A task that is over needs no call; nothing refuses the end of another one."""
        if ("task", step.id) not in self._held and datetime.fromisoformat(step.old["end"]) > self._now:
            self.tasks.pop(step.id, None)

    def _hold(self, step: Step, ref: Ref) -> None:
        self.has[step.kind, step.name] = ref
        self._held.add((step.kind, ref))

    def _wanted(self, step: Step) -> str | None:
        made = self.has.get(("template", step.template)) if step.template else None
        return step.new.get("template_id") or (str(made) if made else None)

    def _unmade(self) -> str:
        return str(next(self._ids))

    def _called(self, template_id: str) -> str:
        return Picture(self._taken, {("template", ref): name for (_, name), ref in self.has.items()}).template(
            template_id
        )

    def _refused(self, step: Step, sentence: str) -> None:
        self.refused.add(f"{path(step.kind, step.name, ())}: {sentence}")


_Move = Callable[[Moves, Step], None]
_MAKE: Mapping[KindName, _Move] = {"template": Moves.template, "rule": Moves.rule, "task": Moves.task}
_DROP: Mapping[KindName, _Move] = {
    "template": Moves.drop_template,
    "rule": Moves.drop_rule,
    "task": Moves.drop_task,
}
