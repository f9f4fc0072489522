"""Select the objects of an account that become entries of a stack file, and give each one its key and inputs.

An object that the stack file declares already keeps its key, whatever else differs. The order in which the account lists
its objects does not matter.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from live_recording.account.api_mapping import template_inputs
from live_recording.account.callback_mapping import CALLBACK_FIELDS, LEVELS, STATUS_URL, callback_inputs
from live_recording.account.objects import NO_TEMPLATE, LiveCallbackTemplate, LiveTask, LiveTemplate, ObjectRef
from live_recording.account.snapshot import Snapshot
from live_recording.adopt.exclusions import AdoptionContext, find_exclusions, without
from live_recording.adopt.model import KINDS, AdoptionRequest, Entry, Selection
from live_recording.audit.declared import DeclaredObject
from live_recording.audit.matching import ObjectMatcher
from live_recording.core.kinds import CALLBACK_KEY, FORMATS, KindName
from live_recording.core.streams import RuleKey, StreamKey
from live_recording.core.timefmt import task_time
from live_recording.desired.declarations import DesiredResource
from live_recording.desired.specs import CallbackTemplateSpec
from live_recording.stackfile import keys


def select_entries(account: Snapshot, request: AdoptionRequest, rejected: Mapping[ObjectRef, str]) -> Selection:
    """Return the entries for the requested part of the account; *rejected* are objects that the checks do not accept."""
    requested, declared = _requested_part(account, request.domains), _declared_refs(account, request.declared)
    excluded = find_exclusions(AdoptionContext(requested, request.owner, declared, request.is_live), rejected)
    adopted = without(requested, excluded)
    entry_keys = _entry_keys(adopted, declared, request)
    entries = (
        *_entries(adopted, declared, entry_keys),
        *_callback_entries(adopted, declared, entry_keys, is_live=request.is_live),
    )
    return Selection(entries, excluded, requested)


def _requested_part(account: Snapshot, domains: Collection[str]) -> Snapshot:
    """Return the requested part of the account without finished tasks, sorted."""
    rules = {key: i for key, i in sorted(account.rules.items()) if _includes(domains, key)}
    tasks = {task.id: task for task in _unfinished_tasks(account) if _includes(domains, task.stream)}
    used = {*rules.values(), *(task.template_id for task in tasks.values())}
    templates = {i: account.templates[i] for i in sorted(account.templates, key=int) if not domains or i in used}
    callbacks = _requested_callbacks(account, domains)
    return replace(account, templates=templates, rules=rules, tasks=tasks, **callbacks)


def _requested_callbacks(account: Snapshot, domains: Collection[str]) -> dict[str, Any]:
    """Return the requested callback templates and callback rules; none if they are not known."""
    rules = {key: i for key, i in sorted(account.rules_of("callback_rule").items()) if _includes(domains, key)}
    held = account.templates_of("callback_template")
    used = {*rules.values()}
    templates = {i: held[i] for i in sorted(held, key=int) if not domains or i in used}
    return {"callback_templates": templates, "callback_rules": rules}


def _unfinished_tasks(account: Snapshot) -> list[LiveTask]:
    unfinished = [task for task in account.tasks.values() if task.window.end > account.at]
    return sorted(unfinished, key=lambda task: (task.stream, task.window, task.id))


def _includes(domains: Collection[str], key: RuleKey) -> bool:
    return not domains or key.domain in domains


def _declared_refs(account: Snapshot, declared: tuple[DeclaredObject, ...]) -> dict[ObjectRef, DesiredResource]:
    """Return the live objects that the stack file declares; a template that it only names by id is not declared."""
    named = {
        (each.template_kind, each.resource.inputs.get("template_id")) for each in declared if not each.resource.template
    }
    templates = {i: found for i, found in account.templates.items() if ("template", i) not in named}
    callbacks = {
        i: found for i, found in (account.callback_templates or {}).items() if ("callback_template", i) not in named
    }
    others = replace(account, templates=templates, callback_templates=callbacks)
    matches = ObjectMatcher(others).match_all(declared)
    return {match.live: match.declared.resource for match in matches if match.live}


def _entry_keys(
    account: Snapshot, declared: Mapping[ObjectRef, DesiredResource], request: AdoptionRequest
) -> dict[ObjectRef, str]:
    """Return the key of each object: the declared one, or a new one."""
    entry_keys = {ref: resource.name for ref, resource in declared.items()}
    for kind in KINDS:
        candidates = _key_candidates(kind, account, request)
        new = {ref: options for ref, options in candidates.items() if ref not in declared}
        entry_keys |= keys.assign_unique_keys(new, request.used_keys.get(kind, ()))
    return entry_keys


def _key_candidates(kind: KindName, account: Snapshot, request: AdoptionRequest) -> dict[ObjectRef, keys.KeyCandidates]:
    if kind in ("template", "callback_template"):
        templates = account.templates_of(kind).values()
        return {ObjectRef(kind, found.id): keys.template(found.id, found.name, request.owner) for found in templates}
    if kind == "rule":
        return {ObjectRef(kind, key): keys.rule(key) for key in account.rules}
    if kind == "callback_rule":
        rules = account.rules_of(kind)
        return {ObjectRef(kind, key): keys.rule(StreamKey(key.domain, key.app)) for key in rules}
    zone = ZoneInfo(request.time_zone)
    return {
        ObjectRef(kind, task.id): keys.task(task.stream, (task.window.start or account.at).astimezone(zone))
        for task in account.tasks.values()
    }


def _entries(
    account: Snapshot, declared: Mapping[ObjectRef, DesiredResource], entry_keys: Mapping[ObjectRef, str]
) -> Iterator[Entry]:
    template_keys = {i: entry_keys[ObjectRef("template", i)] for i in account.templates}
    for template in account.templates.values():
        ref = ObjectRef("template", template.id)
        asked = declared[ref].inputs if ref in declared else _fields_to_read(template)
        yield Entry(ref, entry_keys[ref], template_inputs(template, asked), is_declared=ref in declared)
    for key, template_id in account.rules.items():
        ref = ObjectRef("rule", key)
        inputs = {**key.to_inputs(), "template_id": template_id}
        yield Entry(ref, entry_keys[ref], inputs, template_keys.get(template_id), ref in declared)
    for task in account.tasks.values():
        ref = ObjectRef("task", task.id)
        inputs = _task_inputs(task, declared.get(ref))
        yield Entry(ref, entry_keys[ref], inputs, template_keys.get(task.template_id), ref in declared)


def _callback_entries(
    account: Snapshot,
    declared: Mapping[ObjectRef, DesiredResource],
    entry_keys: Mapping[ObjectRef, str],
    *,
    is_live: bool,
) -> Iterator[Entry]:
    templates: dict[str, Entry] = {}
    for template in (account.callback_templates or {}).values():
        ref = ObjectRef("callback_template", template.id)
        entry = _callback_template_entry(template, entry_keys[ref], declared.get(ref))
        templates[template.id] = replace(entry, is_importable=entry.is_importable and is_live)
    yield from templates.values()
    for key, template_id in account.rules_of("callback_rule").items():
        ref, used = ObjectRef("callback_rule", key), templates.get(template_id)
        inputs = {"domain": key.domain, "app": key.app, "template_id": template_id}
        rule = Entry(ref, entry_keys[ref], inputs, used.key if used else None, ref in declared)
        yield replace(rule, is_importable=used is None or used.is_importable)


def _callback_template_entry(template: LiveCallbackTemplate, key: str, declared: DesiredResource | None) -> Entry:
    """Return the entry of a callback template, without its key.

    A file must not contain the key, and what cannot be read back is not imported as if it were live: `pulumi up` adopts both.
    """
    asked = declared.inputs if declared else _callback_fields_to_read(template)
    inputs = {name: value for name, value in callback_inputs(template, asked).items() if name != CALLBACK_KEY}
    has_key = bool(template.raw.get(CALLBACK_FIELDS[CALLBACK_KEY]))
    declares_key = declared is not None and isinstance(declared.spec, CallbackTemplateSpec) and declared.spec.has_key
    is_importable = not (has_key or declares_key or STATUS_URL in inputs)
    return Entry(
        ObjectRef("callback_template", template.id),
        key,
        inputs,
        is_declared=declared is not None,
        has_key=has_key,
        is_importable=is_importable,
    )


def _callback_fields_to_read(template: LiveCallbackTemplate) -> dict[str, Any]:
    """Return fields that are read even if they are empty or have defaults: the name, and the levels if they have a URL."""
    raw, fields = template.raw, {"template_name": template.name}
    has_levels = raw.get(CALLBACK_FIELDS["record_exception_notify_url"]) and raw.get(CALLBACK_FIELDS[LEVELS])
    return {**fields, LEVELS: ()} if has_levels else fields


def _fields_to_read(template: LiveTemplate) -> dict[str, Any]:
    """Return fields that are read even if they have defaults: the name, and the VOD application, whose default is unknown."""
    fields: dict[str, Any] = {"template_name": template.name}
    if template.raw.get("CosStore"):
        return fields
    applications = {name: (template.raw.get(api) or {}).get("VodSubAppId") for name, api in FORMATS.items()}
    return fields | {name: {"vod_sub_app_id": application} for name, application in applications.items() if application}


def _task_inputs(task: LiveTask, declared: DesiredResource | None) -> dict[str, Any]:
    times = {"start": task_time(task.start), "end": task_time(task.end)}
    inputs = dict(declared.inputs) if declared else {**task.stream.to_inputs(), "stream_type": "live", **times}
    return inputs if task.template_id == NO_TEMPLATE else {**inputs, "template_id": task.template_id}
