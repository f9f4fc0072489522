"""What a deployment does to each object of the account: one decision per create, update and delete.

The lifecycles in `resources` carry out these decisions; `review.simulation` applies them to a snapshot of the account.
Every decision states a desired state, so running a killed deployment again repairs it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from live_recording.account.conflicts import (
    Conflict,
    RuleChangedOutside,
    RuleKeyTaken,
    TemplateMissing,
    TemplateRenamed,
    find_protection,
    in_use,
    rule_kind,
)
from live_recording.account.diff import changes, is_unconfirmed, live_inputs
from live_recording.account.identity import SKEW_SECONDS, adoptable_template, matching_tasks
from live_recording.account.objects import LiveTask, NamedTemplate, ObjectRef, Ref
from live_recording.core.kinds import KindName, TemplateKind
from live_recording.core.streams import RuleKey

Inputs = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Create:
    """Create the object."""


@dataclass(frozen=True, slots=True)
class Adopt:
    """Keep the existing object *ref* as this resource's; nothing is sent."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class Update:
    """Change the existing object *ref* in place."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class Retarget:
    """Delete the rule, which points to *old*, and create it again for another template."""

    old: str


@dataclass(frozen=True, slots=True)
class Keep:
    """Leave the account as it is: the object is gone, finished, or belongs to another resource of this run."""


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete the object; of a task that may be running, stop it first."""

    stop_first: bool = False
    may_not_run_yet: bool = False  # near its start: the vendor may reject the stop


@dataclass(frozen=True, slots=True)
class Refuse:
    """Stop: the account holds something that this stack must not change."""

    conflict: Conflict


@dataclass
class HeldObjects:
    """Objects that resources of this run ended with: no delete of the run touches them, no other resource adopts them."""

    refs: set[ObjectRef] = field(default_factory=set)
    replaced_tasks: set[str] = field(default_factory=set)
    """Ids of tasks that are being replaced by tasks which look the same in the vendor's list."""

    def holds(self, kind: KindName, ref: Ref) -> bool:
        """Return whether a resource of this run has the object."""
        return ObjectRef(kind, ref) in self.refs

    def free_templates(self, live: Mapping[str, NamedTemplate]) -> dict[str, NamedTemplate]:
        """Return the live templates that no resource of this run has."""
        return {
            template_id: template
            for template_id, template in live.items()
            if not self.holds(template.kind, template_id)
        }


def create_template(
    inputs: Inputs, live: Mapping[str, NamedTemplate], held: HeldObjects, *, own_name: bool
) -> Create | Adopt | Update:
    """Decide the creation of a template: adopt an identical one, take over one of this stack's own name, or create it.

    What no list shows is sent again to one that is adopted.
    """
    template_id = adoptable_template(inputs, held.free_templates(live), own_name=own_name)
    if template_id is None:
        return Create()
    template = live[template_id]
    differs = changes(template.kind, live_inputs(template, inputs), inputs) or is_unconfirmed(template, inputs)
    return Update(template_id) if differs else Adopt(template_id)


def update_template(
    template_id: str,
    live: Mapping[str, NamedTemplate],
    remembered: str,
    wanted: str,
    kind: TemplateKind = "template",
) -> Update | Refuse:
    """Decide the change of a template: only while it has the *remembered* name, or already the *wanted* one."""
    if template_id not in live:
        return Refuse(TemplateMissing(template_id, kind))
    name = live[template_id].name
    is_ours = name in (remembered or wanted, wanted)
    return Update(template_id) if is_ours else Refuse(TemplateRenamed(template_id, name, remembered, kind))


def delete_template(
    template_id: str,
    live: Mapping[str, NamedTemplate],
    remembered: str,
    held: HeldObjects,
    users: Iterable[RuleKey] = (),
    kind: TemplateKind = "template",
) -> Delete | Keep | Refuse:
    """Decide the deletion of a template: only while it has the *remembered* name.

    *users* are the rules that point to it, as far as they are known.
    """
    if template_id not in live or held.holds(kind, template_id):
        return Keep()
    name = live[template_id].name
    if name != remembered:
        return Refuse(TemplateRenamed(template_id, name, remembered, kind))
    rules = tuple(users)
    return Refuse(in_use(template_id, rules, kind=kind)) if rules else Delete()


def create_rule(
    key: RuleKey, live: str | None, wanted: str | None, adoptable: Collection[str] = ()
) -> Create | Adopt | Refuse:
    """Decide the creation of a rule.

    *live* is the template of the existing rule for this key, or None if there is no rule. *wanted* is the template of the
    declared one; while it is not known (None), it may be one of the *adoptable* templates, which this run would adopt.
    """
    if live is None:
        return Create()
    return Adopt(key) if _is_wanted(live, wanted, adoptable) else Refuse(RuleKeyTaken(key, live, wanted))


def update_rule(
    key: RuleKey, live: str | None, old: str, wanted: str | None, adoptable: Collection[str] = ()
) -> Create | Adopt | Retarget | Refuse:
    """Decide the change of a rule's template from *old*. An interrupted run may have deleted or changed it already."""
    if live is None:
        return Create()
    if _is_wanted(live, wanted, adoptable):
        return Adopt(key)
    return Retarget(old) if live == old else Refuse(RuleChangedOutside(key, live, old))


def delete_rule(key: RuleKey, live: str | None, expected: str, held: HeldObjects) -> Delete | Keep | Refuse:
    """Decide the deletion of a rule: only while it points to the template that the state remembers."""
    if live is None or held.holds(rule_kind(key), key):
        return Keep()
    return Delete() if live == expected else Refuse(RuleChangedOutside(key, live, expected))


def create_task(inputs: Inputs, live: Mapping[str, LiveTask], held: HeldObjects, now: datetime) -> Create | Adopt:
    """Decide the creation of a task: adopt the one that the account already holds, never a stopped one, or create it."""
    for task_id in matching_tasks(inputs, live, int(now.timestamp())):
        is_free = not held.holds("task", task_id) and task_id not in held.replaced_tasks
        if is_free and not live[task_id].stopped_at:
            return Adopt(task_id)
    return Create()


def delete_task(
    task_id: str, state: Inputs, live: Mapping[str, LiveTask], held: HeldObjects, now: datetime
) -> Delete | Keep | Refuse:
    """Decide the deletion of a task: a finished one needs no call, a running one is stopped first (CN:45982).

    The *state* has its end, and whether it is protected until then.
    """
    end = datetime.fromisoformat(state["end"])
    task = None if end <= now or held.holds("task", task_id) else live.get(task_id)
    if task is None:
        return Keep()
    if protection := find_protection(state, now):
        return Refuse(protection)
    until_start = task.start - now.timestamp()
    return Delete(
        stop_first=until_start <= SKEW_SECONDS and not task.stopped_at,
        may_not_run_yet=until_start > -SKEW_SECONDS,
    )


def _is_wanted(live: str, wanted: str | None, adoptable: Collection[str]) -> bool:
    return live == wanted or (wanted is None and live in adoptable)
