"""Gate 2: what the account holds against what a resource declares, before anything changes. Needs credentials.

A check has two steps: `register` tells the run what the resource will have, then pure checks compare it with the account.
Every message names both sides and says what to do.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from live_recording.account import reconcile
from live_recording.account.conflicts import (
    LEAVES_LATER,
    RENAMED,
    RuleChangedOutside,
    RuleKeyTaken,
    find_protection,
    rule_kind,
)
from live_recording.account.diff import changes, is_live, live_inputs, replaces
from live_recording.account.domains import FINDING as UNKNOWN_DOMAIN
from live_recording.account.domains import why_unknown
from live_recording.core.findings import Finding
from live_recording.core.kinds import FORMATS, NOUN_OF, TEMPLATE_OF, KindName, RuleKind, TemplateKind
from live_recording.core.streams import RuleKey, StreamKey
from live_recording.core.text import capitalize, quoted
from live_recording.core.timefmt import rfc3339
from live_recording.core.vendor import OVERLAPS_MAX
from live_recording.core.windows import Window, creatable_from, overlap_violations, phase
from live_recording.lint.quotas import quota_exceeded
from live_recording.resources.context import ProviderContext, Section
from live_recording.resources.planned_change import has_few_free_slots, natural_key, rule_key
from live_recording.resources.run_registry import NaturalKey, Registration

Props = Mapping[str, Any]

REPLACE_A_RULE = (
    "To replace a rule in a full account, edit the existing entry's domain, app, or stream. Edits need no free slot"
)
ONLY_LIVE = "Only a value that the account holds already may stay as it is."
MOVE_FEWER_RULES = "Moved rules are created before the old ones are deleted. Move fewer rules per deployment"
SECOND_CALLBACK_TEMPLATE = "Renaming without `was` temporarily needs a second callback template"
SECOND_TEMPLATE = "Renaming without `was`, or changing delay_live or cos_store, temporarily needs a second template"


def check(
    kind: KindName, context: ProviderContext, inputs: Props, olds: Props, unknown: frozenset[str], urn: str
) -> tuple[Finding, ...]:
    """Return what the account, and the other resources of this run, have against the *inputs*."""
    known = {name: value for name, value in inputs.items() if name not in unknown}  # a default may yet be replaced
    registration = register(kind, context, known, olds, urn, is_complete=not unknown)
    if registration.is_duplicate:
        return (_duplicate(kind, known),)
    return (*_unknown_domain(context, known), *CHECKS[kind](context, known, olds, registration))


def newly_written(
    kind: KindName, found: tuple[Finding, ...], inputs: Props, olds: Props, context: ProviderContext | None
) -> Iterator[Finding]:
    """Yield the findings about values that neither the state nor the account has, or that a new template would get.

    Without *context* there is no account to look at.
    """
    if not found:
        return
    template_kind: TemplateKind = "callback_template" if kind == "callback_template" else "template"
    is_replaced = bool(olds) and bool(replaces(template_kind, changes(template_kind, olds, inputs)))
    held = [] if is_replaced else _held_templates(template_kind, inputs, olds, context)
    for finding in found:
        if not any(is_live(template_kind, finding.live_values, inputs, each) for each in held):
            yield replace(finding, sentence=f"{finding.sentence} {ONLY_LIVE}")


def _held_templates(kind: TemplateKind, inputs: Props, olds: Props, context: ProviderContext | None) -> list[Props]:
    """Return the template of the state and the live ones of its name, as inputs."""
    name = (olds or inputs).get("template_name")
    live = context.account.named_templates(kind).values() if context else ()
    return [*([olds] if olds else []), *(live_inputs(each, inputs) for each in live if each.name == name)]


def _unknown_domain(context: ProviderContext, inputs: Props) -> Iterator[Finding]:
    """Check that the account has the push domain, if it lists its domains."""
    domain = inputs.get("domain")
    domains = context.account.domains() if domain else None
    sentence = why_unknown(str(domain), domains) if domains is not None else None
    if sentence:
        yield Finding.new(UNKNOWN_DOMAIN, ("domain",), sentence)


def register(
    kind: KindName, context: ProviderContext, inputs: Props, olds: Props, urn: str, *, is_complete: bool
) -> Registration:
    """Tell the run what this resource declares and whether it needs a new slot."""
    key = natural_key(kind, inputs) if kind != "task" or is_complete else None
    if key is None:
        return Registration()
    if not context.run.claim(key, urn, olds):
        return Registration(is_duplicate=True)
    if kind in ("template", "callback_template"):
        return _register_template(kind, context, inputs, olds)
    if kind in ("rule", "callback_rule"):
        return _register_rule(kind, context, inputs, olds)
    return Registration()


def _register_template(kind: TemplateKind, context: ProviderContext, inputs: Props, olds: Props) -> Registration:
    key: NaturalKey = (kind, inputs["template_name"])
    is_moving = bool(olds) or context.run.is_moving(key)
    if olds:
        if not replaces(kind, changes(kind, olds, inputs)):
            return Registration(is_moving=True)
        context.run.mark_moving(key)
    else:
        own_name = context.has_own_name(inputs["template_name"])
        decision = reconcile.create_template(
            inputs, context.account.named_templates(kind), context.run, own_name=own_name
        )
        if not isinstance(decision, reconcile.Create):
            context.run.mark_adoptable(kind, str(decision.ref))
            return Registration(is_moving=is_moving)
    return Registration(is_moving=is_moving, new_objects=context.run.count_new(kind, inputs["template_name"], ()))


def _register_rule(kind: RuleKind, context: ProviderContext, inputs: Props, olds: Props) -> Registration:
    key = rule_key(kind, inputs)
    old_key = rule_key(kind, olds) if olds else None
    if old_key == key:
        return Registration(is_moving=True)
    if olds:
        context.run.mark_moving((kind, key))
    live = _live_rules(kind, context)
    is_replacement = context.run.is_moving((kind, key))
    if key in live or (kind == "rule" and is_replacement and has_few_free_slots(context)):
        return Registration(is_moving=is_replacement)
    return Registration(is_moving=is_replacement, new_objects=context.run.count_new(kind, key, live))


def _live_rules(kind: RuleKind, context: ProviderContext) -> Mapping[Any, str]:
    return context.account.callback_rules() if kind == "callback_rule" else context.account.rules()


def _duplicate(kind: KindName, inputs: Props) -> Finding:
    _, key = natural_key(kind, inputs) or (kind, "")
    parts = key.parts if isinstance(key, RuleKey) else key
    name = parts if isinstance(parts, str) else "/".join(parts)
    return Finding.new(
        "duplicate-key",
        (),
        f"Another {NOUN_OF[kind]} of this stack is declared for {quoted(name)}. Remove one of them.",
    )


def check_template(
    context: ProviderContext, inputs: Props, olds: Props, registration: Registration
) -> Iterator[Finding]:
    """Check that no other template has the name, and that there is a slot."""
    yield from _removed_application(inputs, olds)
    yield from _check_new_template("template", context, inputs, registration, SECOND_TEMPLATE)


def check_callback_template(
    context: ProviderContext, inputs: Props, _olds: Props, registration: Registration
) -> Iterator[Finding]:
    """Check that no other callback template has the name, and that there is a slot."""
    yield from _check_new_template("callback_template", context, inputs, registration, SECOND_CALLBACK_TEMPLATE)


def _check_new_template(
    kind: TemplateKind, context: ProviderContext, inputs: Props, registration: Registration, advice: str
) -> Iterator[Finding]:
    if not registration.new_objects:
        return
    name, templates = inputs["template_name"], context.account.named_templates(kind)
    same_name = [template_id for template_id, live in templates.items() if live.name == name]
    if same_name and not registration.is_moving and not context.has_own_name(name):
        yield Finding.new(
            "duplicate-key",
            ("template_name",),
            f"The account already has a {NOUN_OF[kind]} {quoted(name)} (id {same_name[0]}) that differs from this one. "
            f"Choose another name, or adopt that template: {context.how_to_adopt(kind)}",
        )
    section: Section = "callback_templates" if kind == "callback_template" else "templates"
    yield from _quota(section, len(templates), registration.new_objects, context, advice)


def _removed_application(inputs: Props, olds: Props) -> Iterator[Finding]:
    """Check that vod_sub_app_id is not removed: the API does not tell the id of the main application, so it would stay."""
    for name in FORMATS:
        if "vod_sub_app_id" in olds.get(name, {}) and name in inputs and "vod_sub_app_id" not in inputs[name]:
            yield Finding.new(
                "missing-field",
                (name, "vod_sub_app_id"),
                "vod_sub_app_id was set, and removing it would not change it. Name the application that you want.",
            )


def check_rule(context: ProviderContext, inputs: Props, olds: Props, registration: Registration) -> Iterator[Finding]:
    """Check that the template exists, that no other rule has the key, and that there is a slot."""
    yield from _check_key("rule", context, inputs, olds)
    if registration.new_objects:
        advice = MOVE_FEWER_RULES if olds else REPLACE_A_RULE
        yield from _quota("rules", len(context.account.rules()), registration.new_objects, context, advice)


def check_callback_rule(context: ProviderContext, inputs: Props, olds: Props, _: Registration) -> Iterator[Finding]:
    """Check that the callback template exists, and that no other callback rule has the key. No limit is documented."""
    yield from _check_key("callback_rule", context, inputs, olds)


def _check_key(kind: RuleKind, context: ProviderContext, inputs: Props, olds: Props) -> Iterator[Finding]:
    yield from _template_exists(TEMPLATE_OF[kind], context, inputs, olds)
    if not natural_key(kind, inputs):
        return
    key, wanted = rule_key(kind, inputs), inputs.get("template_id")
    old_key = rule_key(kind, olds) if olds else None
    if old_key and changes(kind, olds, inputs):
        wanted_at_old_key = wanted if old_key == key else olds["template_id"]
        yield from _rule_unchanged_outside(context, old_key, olds["template_id"], wanted_at_old_key)
    if old_key != key:
        yield from _rule_key_free(context, key, wanted, is_moved=old_key is not None)


def _rule_key_free(context: ProviderContext, key: RuleKey, wanted: str | None, *, is_moved: bool) -> Iterator[Finding]:
    kind = rule_kind(key)
    template_kind = TEMPLATE_OF[kind]
    live = _live_rules(kind, context).get(key)
    owner = context.owning_stack(live, template_kind) if live else None
    if owner:
        name = quoted(context.account.template_name(str(live), template_kind))
        yield Finding.new(
            "duplicate-key",
            (),
            f"The {NOUN_OF[kind]} for {key} belongs to stack {owner.description}: it points to its template {name}. "
            "Delete it in that stack first, or leave the key to that stack.",
        )
        return
    decision = reconcile.create_rule(key, live, wanted, context.run.adoptable_templates(template_kind))
    if isinstance(decision, reconcile.Refuse) and isinstance(decision.conflict, RuleKeyTaken):
        advice = LEAVES_LATER if is_moved else RENAMED.format(adopt=context.how_to_adopt(kind))
        yield Finding.new("duplicate-key", (), decision.conflict.message(_describe(context, template_kind), advice))


def _rule_unchanged_outside(context: ProviderContext, key: RuleKey, old: str, wanted: str | None) -> Iterator[Finding]:
    """Check that the rule still points where the state remembers, or where an interrupted run already pointed it."""
    kind = rule_kind(key)
    template_kind = TEMPLATE_OF[kind]
    live = _live_rules(kind, context).get(key)
    decision = reconcile.update_rule(key, live, old, wanted, context.run.adoptable_templates(template_kind))
    if isinstance(decision, reconcile.Refuse) and isinstance(decision.conflict, RuleChangedOutside):
        yield Finding.new("duplicate-key", (), decision.conflict.message(_describe(context, template_kind)))


def _describe(context: ProviderContext, kind: TemplateKind) -> Callable[[str], str]:
    return partial(context.describe_template, kind=kind)


def check_task(context: ProviderContext, inputs: Props, olds: Props, _: Registration) -> Iterator[Finding]:
    """Check that the API accepts the task's time now, that its template exists, and that not too many tasks overlap."""
    if "end" not in inputs or (olds and not _is_replaced("task", olds, inputs)):
        return
    yield from _not_protected(context, olds)
    yield from _template_exists("template", context, inputs, olds)
    now, site, span = context.account.settings.now(), context.account.settings.limits, _window(inputs)
    stage = phase(span, now, site)
    if stage == "later":
        day = rfc3339(creatable_from(span, site))
        yield Finding.new("bad-time", ("start",), f"The API accepts this task from {day} on. Declare it then.")
    elif stage == "finished":
        sentence = f"The task would already be finished: it ends at {inputs['end']}. Remove it."
        yield Finding.new("bad-time", ("end",), sentence)
    elif olds and phase(_window(olds), now, site) == "running":
        yield from _too_many_overlaps(context, inputs, span, now)


def check_live_record(context: ProviderContext, inputs: Props, olds: Props, _: Registration) -> Iterator[Finding]:
    """Check that the recording is not finished already; the account lists no live records."""
    if "end" not in inputs or (olds and not _is_replaced("live_record", olds, inputs)):
        return
    yield from _not_protected(context, olds)
    if datetime.fromisoformat(inputs["end"]) <= context.account.settings.now():
        sentence = f"The recording would already be finished: it ends at {inputs['end']}. Remove it."
        yield Finding.new("bad-time", ("end",), sentence)


def _is_replaced(kind: KindName, olds: Props, inputs: Props) -> bool:
    return bool(replaces(kind, changes(kind, olds, inputs)))


def _not_protected(context: ProviderContext, olds: Props) -> Iterator[Finding]:
    """Check that a recording which is to be replaced is not protected any more."""
    if protection := find_protection(olds, context.account.settings.now()):
        yield Finding.new("protected", (), protection.sentence)


def _too_many_overlaps(context: ProviderContext, inputs: Props, span: Window, now: datetime) -> Iterator[Finding]:
    """Check that a running task can be replaced: it runs beside its successor, which counts as one more recording."""
    stream = StreamKey.from_inputs(inputs)
    live = {
        task_id: task.window
        for task_id, task in context.account.tasks().items()
        if task.stream == stream and not task.stopped_at
    }
    if any(overlap_violations({**live, "": span}, now, OVERLAPS_MAX)):
        yield Finding.new(
            "too-many-overlaps",
            (),
            f"The running task and its replacement would exceed {OVERLAPS_MAX} overlapping tasks of {stream}. "
            f"At most {OVERLAPS_MAX} can record at once. Change the tasks of this stream one at a time.",
        )


def _template_exists(kind: TemplateKind, context: ProviderContext, inputs: Props, olds: Props) -> Iterator[Finding]:
    """Check that the template exists and does not belong to another stack, which would then own this resource too."""
    wanted = inputs.get("template_id")
    if wanted is not None and wanted not in context.account.named_templates(kind):
        yield Finding.new(
            "unknown-template",
            ("template_id",),
            f"The account has no {NOUN_OF[kind]} {wanted}. If it was deleted outside Pulumi, run `pulumi refresh`; "
            "otherwise name a template that the account has.",
        )
    elif wanted and wanted != olds.get("template_id") and (owner := context.owning_stack(wanted, kind)):
        name = quoted(context.account.template_name(wanted, kind))
        yield Finding.new(
            "unknown-template",
            ("template_id",),
            f"{capitalize(NOUN_OF[kind])} {wanted} ({name}) belongs to stack {owner.description}, and so would everything that uses it. "
            "Use a template of this stack; to share that one, give it its own template_name there.",
        )


def _quota(section: Section, live: int, new: int, context: ProviderContext, advice: str) -> Iterator[Finding]:
    found = quota_exceeded(section, live, new, context.limit(section), advice)
    if found:
        yield found


def _window(inputs: Props) -> Window:
    start = inputs.get("start")
    return Window(datetime.fromisoformat(start) if start else None, datetime.fromisoformat(inputs["end"]))


CHECKS: Mapping[KindName, Callable[[ProviderContext, Props, Props, Registration], Iterator[Finding]]] = {
    "template": check_template,
    "rule": check_rule,
    "task": check_task,
    "live_record": check_live_record,
    "callback_template": check_callback_template,
    "callback_rule": check_callback_rule,
}
