"""Which entry of a stack file a loss comes from; it may be gone from the file.

Rule 1: of two entries that change at once one is blamed: the narrower rule that is new, else the rule that goes, else
the template that changes.
"""

from collections.abc import Container, Sequence

from provider.core.airtime import Airing
from provider.core.diff import TASK_FIELDS
from provider.core.ownership import Picture
from provider.core.priority import Key, level, winner
from provider.core.steps import Step, path


def of_pattern(at: Key, before: Picture, after: Picture) -> str:
    """The entry whose change makes a difference for the streams of the pattern."""
    was, now = winner(before.account.rules, at), winner(after.account.rules, at)
    if was is None or now is None or was != now:
        narrower = now is not None and (was is None or level(now) < level(was))
        return after.rule(now) if now and narrower else before.rule(was) if was else ""
    old, new = before.account.rules[was], after.account.rules[now]
    former, name = before.names.get(("template", old)), after.names.get(("template", new))
    same = old == new or former == name  # changed in place, or replaced by another object of its own
    return f"templates.{name}" if name and same else after.rule(now)


def of_recording(one: Airing, before: Picture, after: Picture, steps: Sequence[Step], tasks: Container[str]) -> str:
    """The entry whose change ends a task or live record, or changes what it records; *tasks* as for `path`."""
    if one.id not in after.account.tasks:
        ended = (step for step in steps if step.id == one.id and step.kind in ("task", "live_record"))
        return next((_template(step) or path(step.kind, step.name, tasks) for step in ended), "")
    name = before.names.get(("template", one.template))
    if name and before.account.templates.get(one.template) != after.account.templates.get(one.template):
        return f"templates.{name}"
    crowding = (step for step in steps if step.kind == "task" and step.new and Key.of(step.new) == one.stream)
    return next((path(step.kind, step.name, tasks) for step in crowding), "")


def _template(step: Step) -> str | None:
    """The template whose replacement is all that replaces a task."""
    alone = all(step.old.get(name) == step.new.get(name) for name in TASK_FIELDS if name != "template_id")
    follows = step.op == "replace" and step.kind == "task" and step.template and step.template == step.old_template
    return f"templates.{step.template}" if alone and follows else None
