"""An account at one time, and which of its objects are whose.

Rule 1: an object is ours if the state remembers it, or if it is what an entry without a step declares.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from provider.core.kinds import KindName
from provider.core.listed import Live, name_of
from provider.core.namesakes import namesakes
from provider.core.plan import Declared
from provider.core.priority import Key
from provider.core.snapshot import Snapshot
from provider.core.steps import Step
from provider.core.twins import twins
from provider.core.values import escaped
from provider.core.wire import timestamp

Resource = tuple[KindName, str]  # kind, name
Ref = str | Key  # the id of a template or task, the key of a rule


class Picture(NamedTuple):
    """What the account holds, and the names of the resources that are this stack's."""

    account: Snapshot
    names: Mapping[tuple[KindName, Ref], str]

    def template(self, template_id: str) -> str:
        """What people call the template: the key of its entry where this stack has it, its name in the account, or its id."""
        live = self.account.templates.get(template_id, {})
        return self.names.get(("template", template_id)) or escaped(name_of(live) or template_id)

    def rule(self, at: Key) -> str:
        """The entry that has the rule, or nothing where this stack does not."""
        name = self.names.get(("rule", at))
        return f"rules.{name}" if name else ""


def remembered(
    taken: Snapshot, steps: Sequence[Step], unchanged: Iterable[Declared], now: datetime
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
        candidates: Iterable[Ref] = (Key.of(one.inputs),)
        if one.kind == "template":
            candidates = namesakes(one.inputs, taken.templates)
        elif one.kind == "task":
            source = {"template_id": found.get(("template", one.template))} if one.template else {}
            candidates = twins({**one.inputs, **source}, ends[timestamp(one.inputs["end"])], int(now.timestamp()))
        free = (ref for ref in candidates if (one.kind, ref) not in used)
        ref = min(free, key=lambda ref: (one.kind, ref) in leaving, default=None)
        if ref:
            found[one.kind, one.name] = ref
            used.add((one.kind, ref))
    held: Mapping[KindName, Any] = {"template": taken.templates, "rule": taken.rules, "task": taken.tasks}
    return {(kind, name): ref for (kind, name), ref in found.items() if ref in held.get(kind, ())}


def told(steps: Iterable[Step], unchanged_templates: Container[str]) -> dict[Resource, Ref]:
    """What the steps themselves say: their own objects, and the ids of templates that rules and tasks use."""
    found: dict[Resource, Ref] = {}
    for step in steps:
        if step.op != "create":
            found[step.kind, step.name] = Key.of(step.old) if step.kind == "rule" else step.id
        for template, given in ((step.old_template, step.old), (step.template, step.new)):
            if template in unchanged_templates and "template_id" in given:
                found["template", str(template)] = given["template_id"]
    return found
