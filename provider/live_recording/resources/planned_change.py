"""What has to change so that a resource becomes what is declared: the provider's answer to the engine's diff."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from live_recording.account.conflicts import find_protection
from live_recording.account.diff import TASK_KEY, changes, replaces
from live_recording.account.inventory import Conflict
from live_recording.account.objects import Ref
from live_recording.core.kinds import KindName
from live_recording.core.streams import CallbackKey, RuleKey, StreamKey
from live_recording.resources.context import ProviderContext
from live_recording.resources.run_registry import NaturalKey

FREE_SLOTS = 10
"""With fewer free rule slots than this, a rule whose key changes is deleted first; the engine replaces four at once."""


@dataclass(frozen=True, slots=True)
class PlannedReplacement:
    """A change: the fields that replace the object, if any, and whether the old object is deleted first."""

    replaces: tuple[str, ...]
    delete_first: bool


def natural_key(kind: KindName, inputs: Mapping[str, Any]) -> NaturalKey | None:
    """Return the natural key, or None while a part of it is unknown. A live record has none: it cannot be listed."""
    try:
        if kind in ("template", "callback_template"):
            return (kind, inputs["template_name"])
        if kind in ("rule", "callback_rule"):
            return (kind, rule_key(kind, inputs))
    except (KeyError, TypeError):
        return None
    return (kind, tuple(inputs.get(name, "") for name in TASK_KEY)) if kind == "task" else None


def rule_key(kind: KindName, inputs: Mapping[str, Any]) -> RuleKey:
    """Return the key of a rule of either kind. Raises KeyError while a part of it is unknown."""
    if kind == "callback_rule":
        return CallbackKey(inputs["domain"], inputs["app"])
    return StreamKey(inputs["domain"], inputs["app"], inputs["stream"])


def planned_change(
    kind: KindName, context: ProviderContext | None, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> PlannedReplacement | None:
    """Return what has to change, or None. A resource that keeps its object holds it from now on.

    *context* is None without credentials: then nothing is registered, and the account is not read.
    Raises Conflict if a protected live record would be replaced before its end: its inputs need not have one, so a check
    cannot know it.
    """
    changed = changes(kind, olds, news)
    replaced = replaces(kind, changed)
    if context:
        if kind == "live_record" and replaced and (protection := find_protection(olds, context.account.settings.now())):
            raise Conflict(protection.sentence)
        _register(kind, context, id_, olds, news, is_replaced=bool(replaced))
    if not changed:
        return None
    delete_first = kind == "rule" and bool(replaced) and context is not None and _is_deleted_first(context, news)
    return PlannedReplacement(replaced, delete_first)


def has_few_free_slots(context: ProviderContext) -> bool:
    """Return whether a rule whose key changes is deleted before it is created again: only if slots are scarce."""
    return context.limit("rules") - context.account.rules_at_first < FREE_SLOTS


def _is_deleted_first(context: ProviderContext, news: Mapping[str, Any]) -> bool:
    # A rule that already exists under the new key is only adopted, which needs no slot.
    return rule_key("rule", news) not in context.account.rules() and has_few_free_slots(context)


def _register(
    kind: KindName,
    context: ProviderContext,
    id_: str,
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    *,
    is_replaced: bool,
) -> None:
    key = natural_key(kind, news)
    if not is_replaced and key:
        ref: Ref = key[1] if kind in ("rule", "callback_rule") else id_
        context.run.mark_held_if_checked(key, ref)
    elif kind == "task" and natural_key(kind, olds) == key:
        context.run.mark_replaced_task(id_)  # only stream_type differs, which the API does not list
