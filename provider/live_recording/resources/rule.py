"""The life of a rule in the account: bound by its whole key, never by less.

Rule 1: domain, app and stream are always sent, empty ones too; an omitted app is ambiguous at the vendor.
Rule 2: a rule is deleted only while it points to the template that the state remembers.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote, unquote

from live_recording.account.api_errors import AlreadyExists, ApiError, NotFound
from live_recording.account.inventory import AccountInventory, Conflict
from live_recording.core.streams import StreamKey

State = Mapping[str, Any]


def identity(key: StreamKey) -> str:
    """The resource id: `domain/app/stream`, each part percent-encoded, empty parts kept."""
    return "/".join(quote(part, safe="") for part in key)


def key_of(rule_id: str) -> StreamKey:
    """The key that a resource id stands for."""
    return StreamKey(*(unquote(part) for part in rule_id.split("/")))


def _body(key: StreamKey) -> dict[str, Any]:
    return {"DomainName": key.domain, "AppName": key.app, "StreamName": key.stream}


def create(account: AccountInventory, inputs: State) -> tuple[str, dict[str, Any]]:
    """Bind the key to the template, or take the rule that already does."""
    key, wanted = StreamKey.of(inputs), str(inputs["template_id"])
    if ("rule", identity(key)) in account.run.held:
        raise Conflict(f"Another resource of this stack already has the rule for {key}. Remove one of them.")
    _bind(account, key, wanted)
    account.run.hold("rule", identity(key))
    return identity(key), dict(inputs)


def _bind(account: AccountInventory, key: StreamKey, wanted: str) -> None:
    def send() -> str:
        account.change("CreateLiveRecordRule", _body(key) | {"TemplateId": int(wanted)})
        return wanted

    found = account.rules().get(key)
    if found is None:
        try:
            found = account.settle(send, lambda: account.rules(fresh=True).get(key))
        except AlreadyExists:
            found = account.rules(fresh=True).get(key)
    if found != wanted:
        raise Conflict(
            f"The account already has a rule for {key}: it points to template {found}, not to {wanted}. "
            f"Remove that rule, or adopt it (`{account.adopting}`), then run again."
        )
    account.put("rules", key, wanted)
    account.run.added("rule", key)


def read(account: AccountInventory, rule_id: str, state: State) -> dict[str, Any] | None:
    """The live rule's inputs, which are its outputs too, or None when it is gone or bound by another stack."""
    found = account.rules().get(key_of(rule_id))
    if found is None or (found != str(state["template_id"]) and account.stranger(found)):
        return None
    return {**state, "template_id": found}


def update(account: AccountInventory, rule_id: str, state: State, inputs: State) -> dict[str, Any]:
    """Point the rule to another template: remove and bind; when that fails, bind the old one again."""
    key, before, wanted = key_of(rule_id), str(state["template_id"]), str(inputs["template_id"])
    removed = account.rules().get(key) not in (None, wanted)
    if removed:
        _unbind(account, key, before)
    try:
        _bind(account, key, wanted)
    except (ApiError, Conflict) as error:
        if not removed:
            raise
        raise Conflict(_put_back(account, key, before, wanted, error)) from error
    account.run.hold("rule", rule_id)
    return dict(inputs)


def _put_back(account: AccountInventory, key: StreamKey, before: str, wanted: str, error: Exception) -> str:
    """Restore the old rule, and say what records the streams of the key by now."""
    why = f"The rule for {key} could not be pointed to template {wanted}. {error}"
    try:
        account.rules(fresh=True)
        _bind(account, key, before)
    except (ApiError, Conflict) as second:
        return f"{why} Its old template {before} could not be put back: {second} Perhaps NOTHING records these streams now."
    return f"{why} The old template {before} was put back and records these streams as before."


def delete(account: AccountInventory, rule_id: str, state: State) -> None:
    """Remove the rule, unless it is gone or a resource of this run has it."""
    key = key_of(rule_id)
    if ("rule", rule_id) not in account.run.held and key in account.rules():
        _unbind(account, key, str(state["template_id"]))


def _unbind(account: AccountInventory, key: StreamKey, expected: str) -> None:
    found = account.rules().get(key)
    if found != expected:
        raise Conflict(
            f"The rule for {key} points to template {found}, but this stack made it for template {expected}. "
            "Somebody changed it: run `pulumi refresh` and look at the difference first."
        )
    with suppress(NotFound):
        account.settle(
            lambda: account.change("DeleteLiveRecordRule", _body(key)),
            lambda: None if key in account.rules(fresh=True) else {},
        )
    account.drop("rules", key)
