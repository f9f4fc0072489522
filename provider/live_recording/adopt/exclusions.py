"""The reasons why live objects are left out of a stack file.

Each reason is one function in REASONS that looks at the objects that the reasons before it did not exclude. It yields a
sentence that names the obstacle, and its owner where that is known.
"""

import json
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from live_recording.account.objects import NamedTemplate, ObjectRef
from live_recording.account.snapshot import Snapshot
from live_recording.core.kinds import TEMPLATE_OF, KindName, RuleKind
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import CallbackKey, StreamKey
from live_recording.core.text import quoted
from live_recording.core.timefmt import rfc3339
from live_recording.core.vendor import OVERLAPS_MAX, SITES
from live_recording.core.windows import Window, creatable_from, phase, surplus_windows
from live_recording.stackfile.stream_names import problem_of_names

K = TypeVar("K", str, StreamKey, CallbackKey)
V = TypeVar("V")
Exclusions = Iterator[tuple[ObjectRef, str]]
HIDDEN_IN_SNAPSHOTS = "A snapshot has neither the keys nor the paths of the URLs of callbacks. Run adopt with credentials, without --account."


@dataclass(frozen=True, slots=True)
class AdoptionContext:
    """What the reasons look at, besides the objects that are left."""

    account: Snapshot
    owner: StackRef
    declared: Collection[ObjectRef]  # by the stack file as it is
    is_live: bool = True  # False: the account is a snapshot, which has neither keys nor paths of URLs


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
        templates=_kept("template", account.templates, excluded),
        rules=_kept("rule", account.rules, excluded),
        tasks=_kept("task", account.tasks, excluded),
        callback_templates=_kept("callback_template", account.callback_templates or {}, excluded),
        callback_rules=_kept("callback_rule", account.rules_of("callback_rule"), excluded),
    )


def _kept(kind: KindName, held: Mapping[K, V], excluded: Collection[ObjectRef]) -> dict[K, V]:
    return {id_: found for id_, found in held.items() if ObjectRef(kind, id_) not in excluded}


def _stopped(rest: Snapshot, _: AdoptionContext) -> Exclusions:
    for task in rest.tasks.values():
        if task.stopped_at:
            yield ObjectRef("task", task.id), "It was stopped outside this tool; stopped tasks are never adopted."


def _hidden_in_snapshots(rest: Snapshot, context: AdoptionContext) -> Exclusions:
    refs = [ObjectRef("callback_template", template_id) for template_id in rest.templates_of("callback_template")]
    refs += [ObjectRef("callback_rule", key) for key in rest.rules_of("callback_rule")]
    if not context.is_live:
        yield from ((ref, HIDDEN_IN_SNAPSHOTS) for ref in refs if ref not in context.declared)


def _odd_key(rest: Snapshot, _: AdoptionContext) -> Exclusions:
    for template in (rest.callback_templates or {}).values():
        if template.has_odd_key:
            reason = "A stack can have only a key of 6 to 32 letters and digits, and this one is different."
            yield ObjectRef("callback_template", template.id), reason


def _of_other_stacks(rest: Snapshot, context: AdoptionContext) -> Exclusions:
    for rule_kind, template_kind in TEMPLATE_OF.items():
        templates = rest.templates_of(template_kind)
        owners = _other_owners(templates, context.owner)
        for template_id, owner in owners.items():
            yield ObjectRef(template_kind, template_id), f"Owned by {owner}, according to its name."
        for ref, template_id in _users(rest, rule_kind).items():
            if template_id in owners:
                name = quoted(templates[template_id].name)
                yield ref, f"Its template {name} belongs to {owners[template_id]}."


def _other_owners(templates: Mapping[str, NamedTemplate], own: StackRef) -> dict[str, str]:
    return {i: owner for i, template in templates.items() if (owner := _other_stack(template.name, own))}


def _users(rest: Snapshot, rule_kind: RuleKind) -> dict[ObjectRef, str]:
    """Return what uses templates, with the template's id: rules of a kind, and the tasks beside recording rules."""
    users = {ObjectRef(rule_kind, key): template_id for key, template_id in rest.rules_of(rule_kind).items()}
    tasks = rest.tasks.values() if rule_kind == "rule" else ()
    return users | {ObjectRef("task", task.id): task.template_id for task in tasks}


def _other_stack(template_name: str, own: StackRef) -> str:
    """Return the other stack that a template of this name belongs to, as messages name it, or ""."""
    owner = StackRef.of_template(template_name)
    if owner is None or owner == own:
        return ""
    return f"stack {quoted(owner.stack)} of project {quoted(owner.project)}"


def _missing_template(rest: Snapshot, context: AdoptionContext) -> Exclusions:
    for rule_kind, template_kind in TEMPLATE_OF.items():
        for key, template_id in rest.rules_of(rule_kind).items():
            if template_id not in context.account.templates_of(template_kind):
                reason = f"It points to template {template_id}, which does not exist in the account."
                yield ObjectRef(rule_kind, key), reason


def _invalid_text(rest: Snapshot, _: AdoptionContext) -> Exclusions:
    content: dict[ObjectRef, Any] = {ObjectRef("task", task.id): task.stream.parts for task in rest.tasks.values()}
    for rule_kind, template_kind in TEMPLATE_OF.items():
        templates = rest.templates_of(template_kind).values()
        content |= {ObjectRef(template_kind, template.id): dict(template.raw) for template in templates}
        content |= {ObjectRef(rule_kind, key): key.parts for key in rest.rules_of(rule_kind)}
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
    for rule_kind, template_kind in TEMPLATE_OF.items():
        in_use = {*rest.rules_of(rule_kind).values()}
        declared = {ref.id for ref in context.declared if ref.kind == template_kind}
        for name, ids in _ids_by_name(rest.templates_of(template_kind).values()).items():
            first, *others = sorted(ids, key=lambda i: (i not in declared, i not in in_use, int(i)))
            for other in others:
                reason = f"Template {first} has the same name {quoted(name)}, and a name can be declared only once."
                yield ObjectRef(template_kind, other), reason


def _ids_by_name(templates: Iterable[NamedTemplate]) -> dict[str, list[str]]:
    by_name: dict[str, list[str]] = {}
    for template in templates:
        by_name.setdefault(template.name, []).append(template.id)
    return by_name


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
    _hidden_in_snapshots,
    _odd_key,
    _missing_template,
    _invalid_text,
    _matches_no_stream,
    _same_name,
    _not_yet,
    _duplicate_tasks,
    _too_many_overlaps,
)
