"""The lifecycle of a rule: identified by its whole key, never by less.

Domain, app and stream are always sent, empty ones too: the vendor does not define what an omitted app means. A rule is
deleted only while it points to the template that the state remembers.
"""

from contextlib import suppress
from typing import Any
from urllib.parse import quote, unquote

from live_recording.account import reconcile
from live_recording.account.api_errors import AlreadyExists, ApiError, NotFound
from live_recording.account.conflicts import REMOVE_OR_ADOPT, RuleKeyTaken
from live_recording.account.inventory import Conflict
from live_recording.core.streams import StreamKey
from live_recording.resources.context import ProviderContext
from live_recording.resources.lifecycle import Inputs, Outputs, ResourceLifecycle, State


class RuleLifecycle(ResourceLifecycle):
    """Rules: created by domain, app and stream; their template changes in place."""

    kind = "rule"

    def create(self, context: ProviderContext, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the rule, or adopt the identical one that exists."""
        key = StreamKey.from_inputs(inputs)
        if context.run.holds("rule", key):
            raise Conflict(f"Another resource of this stack already has the rule for {key}. Remove one of them.")
        _point(context, key, str(inputs["template_id"]))
        context.run.mark_held("rule", key)
        return rule_id(key), dict(inputs)

    def read(self, context: ProviderContext, id_: str, state: State) -> Outputs | None:
        """Return the live rule's inputs, which are its outputs too, or None if it is gone or another stack's by now."""
        live = context.account.rules().get(key_of(id_))
        if live is None:
            context.require_same_account(state, f"the rule for {key_of(id_)}")
        if live is None or (live != str(state["template_id"]) and context.owning_stack(live)):
            return None
        return {**state, "template_id": live}

    def update(self, context: ProviderContext, id_: str, state: State, inputs: Inputs) -> Outputs:
        """Point the rule to another template: delete and create it; if the create fails, restore the old one."""
        key, old, wanted = key_of(id_), str(state["template_id"]), str(inputs["template_id"])
        decision = reconcile.update_rule(key, context.account.rules().get(key), old, wanted)
        if isinstance(decision, reconcile.Refuse):
            raise Conflict(decision.conflict.message(str))
        if isinstance(decision, reconcile.Retarget):
            _retarget(context, key, old, wanted)
        else:
            _point(context, key, wanted)
        context.run.mark_held("rule", key)
        return dict(inputs)

    def delete(self, context: ProviderContext, id_: str, state: State) -> None:
        """Delete the rule, unless it is gone or another resource of this run has it."""
        key = key_of(id_)
        expected = str(state["template_id"])
        decision = reconcile.delete_rule(key, context.account.rules().get(key), expected, context.run)
        if isinstance(decision, reconcile.Refuse):
            raise Conflict(decision.conflict.message(str))
        if isinstance(decision, reconcile.Delete):
            _send_delete(context, key)


def rule_id(key: StreamKey) -> str:
    """Return the resource id: `domain/app/stream`, each part percent-encoded, empty parts kept."""
    return "/".join(quote(part, safe="") for part in key.parts)


def key_of(id_: str) -> StreamKey:
    """Return the key that a resource id encodes."""
    return StreamKey(*(unquote(part) for part in id_.split("/")))


def _body(key: StreamKey) -> dict[str, Any]:
    return {"DomainName": key.domain, "AppName": key.app, "StreamName": key.stream}


def _point(context: ProviderContext, key: StreamKey, wanted: str) -> None:
    """Create the rule unless its key has one. Raises Conflict if an existing rule uses another template."""
    account = context.account
    live = account.rules().get(key)
    if live is None:
        try:
            live = account.send_or_confirm(
                lambda: _send_create(context, key, wanted), lambda: account.rules(fresh=True).get(key)
            )
        except AlreadyExists:
            live = account.rules(fresh=True).get(key)
    if live != wanted:
        advice = REMOVE_OR_ADOPT.format(adopt=context.adopt_command)
        raise Conflict(RuleKeyTaken(key, str(live), wanted).message(str, advice))
    account.store_rule(key, wanted)
    context.run.mark_created("rule", key)


def _retarget(context: ProviderContext, key: StreamKey, old: str, wanted: str) -> None:
    _send_delete(context, key)
    try:
        _point(context, key, wanted)
    except (ApiError, Conflict) as error:
        raise Conflict(_restore(context, key, old, wanted, error)) from error


def _restore(context: ProviderContext, key: StreamKey, old: str, wanted: str, error: Exception) -> str:
    """Point the rule to its old template again; return what happened and what records these streams now."""
    failed = f"The rule for {key} could not be pointed to template {wanted}. {error}"
    try:
        context.account.rules(fresh=True)
        _point(context, key, old)
    except (ApiError, Conflict) as second:
        return f"{failed} Restoring template {old} also failed: {second} These streams may NOT be recorded now."
    return f"{failed} The rule points to its old template {old} again, which records these streams as before."


def _send_create(context: ProviderContext, key: StreamKey, template_id: str) -> str:
    context.account.change("CreateLiveRecordRule", _body(key) | {"TemplateId": int(template_id)})
    return template_id


def _send_delete(context: ProviderContext, key: StreamKey) -> None:
    account = context.account
    with suppress(NotFound):
        account.send_or_confirm(
            lambda: account.change("DeleteLiveRecordRule", _body(key)),
            lambda: None if key in account.rules(fresh=True) else {},
        )
    account.remove_rule(key)
