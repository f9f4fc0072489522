"""The reasons why live objects are left out of a stack file.

Each reason is one function in REASONS that looks at the objects that the reasons before it did not exclude. It yields a
sentence that names the obstacle, and its owner where that is known.
"""

import json
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from live_recording.account.objects import ObjectRef
from live_recording.account.snapshot import Snapshot
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import StreamKey
from live_recording.core.text import quoted
from live_recording.core.timefmt import rfc3339
from live_recording.core.vendor import OVERLAPS_MAX, SITES
from live_recording.core.windows import Window, creatable_from, phase, surplus_windows
from live_recording.stackfile.stream_names import problem_of_names

Exclusions = Iterator[tuple[ObjectRef, str]]


@dataclass(frozen=True, slots=True)
class AdoptionContext:
    """What the reasons look at, besides the objects that are left."""

    account: Snapshot
    owner: StackRef
    declared: Collection[ObjectRef]  # by the stack file as it is


def find_exclusions(context: AdoptionContext, rejected: Mapping[ObjectRef, str]) -> dict[ObjectRef, str]:
    """Return why each object that a stack file cannot declare is left out, including those that the checks *rejected*."""
    excluded = dict(rejected)
    for reason in REASONS:
        excluded |= dict(reason(without(context.account, excluded), context))
    return excluded


def without(account: Snapshot, excluded: Collection[ObjectRef]) -> Snapshot:
    """Return the account without the *excluded* objects."""
    return replace(
        account,
        templates={i: found for i, found in account.templates.items() if ObjectRef("template", i) not in excluded},
        rules={key: found for key, found in account.rules.items() if ObjectRef("rule", key) not in excluded},
        tasks={i: found for i, found in account.tasks.items() if ObjectRef("task", i) not in excluded},
    )


def _stopped(rest: Snapshot, _: AdoptionContext) -> Exclusions:
    for task in rest.tasks.values():
        if task.stopped_at:
            yield ObjectRef("task", task.id), "It was stopped outside this tool; stopped tasks are never adopted."


def _of_other_stacks(rest: Snapshot, context: AdoptionContext) -> Exclusions:
    names = {template.id: template.name for template in rest.templates.values()}
    owners = {i: owner for i, name in names.items() if (owner := _other_stack(name, context.owner))}
    for template_id, owner in owners.items():
        yield ObjectRef("template", template_id), f"Owned by {owner}, according to its name."
    users = {ObjectRef("rule", key): template_id for key, template_id in rest.rules.items()}
    users |= {ObjectRef("task", task.id): task.template_id for task in rest.tasks.values()}
    for ref, template_id in users.items():
        if template_id in owners:
            yield ref, f"Its template {quoted(names[template_id])} belongs to {owners[template_id]}."


def _other_stack(template_name: str, own: StackRef) -> str:
    """Return the other stack that a template of this name belongs to, as messages name it, or ""."""
    owner = StackRef.of_template(template_name)
    if owner is None or owner == own:
        return ""
    return f"stack {quoted(owner.stack)} of project {quoted(owner.project)}"


def _missing_template(rest: Snapshot, context: AdoptionContext) -> Exclusions:
    for key, template_id in rest.rules.items():
        if template_id not in context.account.templates:
            reason = f"It points to template {template_id}, which does not exist in the account."
            yield ObjectRef("rule", key), reason


def _invalid_text(rest: Snapshot, _: AdoptionContext) -> Exclusions:
    content: dict[ObjectRef, Any] = {ObjectRef("template", t.id): dict(t.raw) for t in rest.templates.values()}
    content |= {ObjectRef("rule", key): key.parts for key in rest.rules}
    content |= {ObjectRef("task", task.id): task.stream.parts for task in rest.tasks.values()}
    for ref, value in content.items():
        if any("\ud800" <= c <= "\udfff" for c in json.dumps(value, ensure_ascii=False)):
            yield ref, "It contains an incomplete Unicode character, which a file cannot store."


def _matches_no_stream(rest: Snapshot, _: AdoptionContext) -> Exclusions:
    streams = {ObjectRef("rule", key): key for key in rest.rules}
    streams |= {ObjectRef("task", task.id): task.stream for task in rest.tasks.values()}
    for ref, key in streams.items():
        if problem := problem_of_names(key.app, key.stream):
            yield ref, f"It matches no stream, so it records nothing. {problem}"


def _same_name(rest: Snapshot, context: AdoptionContext) -> Exclusions:
    """Exclude all templates of a name but one: the declared one, else the oldest that a rule uses, as audits match them."""
    in_use = {*rest.rules.values()}

    def likeliness(template_id: str) -> tuple[bool, bool, int]:
        return ObjectRef("template", template_id) not in context.declared, template_id not in in_use, int(template_id)

    by_name: dict[str, list[str]] = {}
    for template in rest.templates.values():
        by_name.setdefault(template.name, []).append(template.id)
    for name, ids in by_name.items():
        first, *others = sorted(ids, key=likeliness)
        for other in others:
            reason = f"Template {first} has the same name {quoted(name)}, and a name can be declared only once."
            yield ObjectRef("template", other), reason


def _not_yet(rest: Snapshot, _: AdoptionContext) -> Exclusions:
    site = SITES[rest.site]
    for task in rest.tasks.values():
        if phase(task.window, rest.at, site) == "later":
            earliest = rfc3339(creatable_from(task.window, site))
            reason = f"The API accepts such a task only from {earliest} on, so no stack can declare it earlier."
            yield ObjectRef("task", task.id), reason


def _duplicate_tasks(rest: Snapshot, context: AdoptionContext) -> Exclusions:
    first: dict[Hashable, str] = {}
    for task in sorted(rest.tasks.values(), key=lambda t: (ObjectRef("task", t.id) not in context.declared, t.id)):
        other = first.setdefault((task.stream, task.window, task.template_id), task.id)
        if other != task.id:
            reason = f"Task {other} records the same stream at the same time with the same template."
            yield ObjectRef("task", task.id), reason


def _too_many_overlaps(rest: Snapshot, context: AdoptionContext) -> Exclusions:
    declared = {ref.id for ref in context.declared if ref.kind == "task"}
    by_stream: dict[StreamKey, dict[str, Window]] = {}
    for task in rest.tasks.values():
        by_stream.setdefault(task.stream, {})[task.id] = task.window
    for windows in by_stream.values():
        keep = windows.keys() & declared
        for task_id in surplus_windows(windows, rest.at, OVERLAPS_MAX, keep):
            reason = f"{OVERLAPS_MAX} other tasks of this stream run at the same time, and no more can record."
            yield ObjectRef("task", task_id), reason


REASONS: tuple[Callable[[Snapshot, AdoptionContext], Exclusions], ...] = (
    _stopped,
    _of_other_stacks,
    _missing_template,
    _invalid_text,
    _matches_no_stream,
    _same_name,
    _not_yet,
    _duplicate_tasks,
    _too_many_overlaps,
)
