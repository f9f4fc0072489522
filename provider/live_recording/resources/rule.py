"""The lifecycle of a rule of either kind: identified by its whole key, never by less.

All parts of the key are always sent, empty ones too: the vendor does not define what an omitted app means. A rule is deleted
only while it points to the template that the state remembers.
"""

from abc import abstractmethod
from contextlib import suppress
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import quote, unquote

from live_recording.account import reconcile
from live_recording.account.api_errors import AlreadyExists, ApiError, NotFound
from live_recording.account.conflicts import REMOVE_OR_ADOPT, RuleKeyTaken
from live_recording.account.inventory import AccountInventory, Conflict
from live_recording.core.kinds import NOUN_OF, TEMPLATE_OF, RuleKind
from live_recording.core.streams import RuleKey, StreamKey
from live_recording.resources.context import ProviderContext
from live_recording.resources.lifecycle import Inputs, Outputs, ResourceLifecycle, State

K = TypeVar("K", bound=RuleKey)


class KeyedRuleLifecycle(ResourceLifecycle, Generic[K]):
    """Rules: created by their key; their template changes in place."""

    kind: ClassVar[RuleKind]
    create_action: ClassVar[str]
    delete_action: ClassVar[str]
    lost: ClassVar[str]
    """What may be the case now if a rule could not be restored."""
    kept: ClassVar[str]
    """What its old template does as before."""

    @abstractmethod
    def key(self, *parts: str) -> K:
        """Return the key that has these parts."""

    @abstractmethod
    def key_of_inputs(self, inputs: Inputs) -> K:
        """Return the key of the inputs."""

    @abstractmethod
    def body(self, key: K) -> dict[str, Any]:
        """Return the key in the API's form."""

    @abstractmethod
    def live(self, account: AccountInventory, *, fresh: bool = False) -> dict[K, str]:
        """Return the template ids of the rules of this kind, by key."""

    @abstractmethod
    def store(self, account: AccountInventory, key: K, template_id: str) -> None:
        """Record that a rule was created or changed."""

    @abstractmethod
    def remove(self, account: AccountInventory, key: K) -> None:
        """Record that a rule was deleted."""

    def create(self, context: ProviderContext, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the rule, or adopt the identical one that exists."""
        key = self.key_of_inputs(inputs)
        if context.run.holds(self.kind, key):
            raise Conflict(f"Another resource of this stack already has {self._the_rule(key)}. Remove one of them.")
        self._point(context, key, str(inputs["template_id"]))
        context.run.mark_held(self.kind, key)
        return rule_id(key), dict(inputs)

    def read(self, context: ProviderContext, id_: str, state: State) -> Outputs | None:
        """Return the live rule's inputs, which are its outputs too, or None if it is gone or another stack's by now."""
        key, template_kind = self._key_of(id_), TEMPLATE_OF[self.kind]
        live = self.live(context.account).get(key)
        if live is None:
            context.require_same_account(state, self._the_rule(key), template_kind)
        if live is None or (live != str(state["template_id"]) and context.owning_stack(live, template_kind)):
            return None
        return {**state, "template_id": live}

    def update(self, context: ProviderContext, id_: str, state: State, inputs: Inputs) -> Outputs:
        """Point the rule to another template: delete and create it; if the create fails, restore the old one."""
        key, old, wanted = self._key_of(id_), str(state["template_id"]), str(inputs["template_id"])
        decision = reconcile.update_rule(key, self.live(context.account).get(key), old, wanted)
        if isinstance(decision, reconcile.Refuse):
            raise Conflict(decision.conflict.message(str))
        if isinstance(decision, reconcile.Retarget):
            self._retarget(context, key, old, wanted)
        else:
            self._point(context, key, wanted)
        context.run.mark_held(self.kind, key)
        return dict(inputs)

    def delete(self, context: ProviderContext, id_: str, state: State) -> None:
        """Delete the rule, unless it is gone or another resource of this run has it."""
        key = self._key_of(id_)
        expected = str(state["template_id"])
        decision = reconcile.delete_rule(key, self.live(context.account).get(key), expected, context.run)
        if isinstance(decision, reconcile.Refuse):
            raise Conflict(decision.conflict.message(str))
        if isinstance(decision, reconcile.Delete):
            self._send_delete(context.account, key)

    def _point(self, context: ProviderContext, key: K, wanted: str) -> None:
        """Create the rule unless its key has one. Raises Conflict if an existing rule uses another template."""
        account = context.account
        live = self.live(account).get(key)
        if live is None:
            try:
                live = account.send_or_confirm(
                    lambda: self._send_create(account, key, wanted), lambda: self.live(account, fresh=True).get(key)
                )
            except AlreadyExists:
                live = self.live(account, fresh=True).get(key)
        if live != wanted:
            advice = REMOVE_OR_ADOPT.format(adopt=context.how_to_adopt(self.kind))
            raise Conflict(RuleKeyTaken(key, str(live), wanted).message(str, advice))
        self.store(account, key, wanted)
        context.run.mark_created(self.kind, key)

    def _retarget(self, context: ProviderContext, key: K, old: str, wanted: str) -> None:
        self._send_delete(context.account, key)
        try:
            self._point(context, key, wanted)
        except (ApiError, Conflict) as error:
            raise Conflict(self._restore(context, key, old, wanted, error)) from error

    def _restore(self, context: ProviderContext, key: K, old: str, wanted: str, error: Exception) -> str:
        """Point the rule to its old template again; return what happened and what the rule does now."""
        template = NOUN_OF[TEMPLATE_OF[self.kind]]
        failed = f"T{self._the_rule(key)[1:]} could not be pointed to {template} {wanted}. {error}"
        try:
            self.live(context.account, fresh=True)
            self._point(context, key, old)
        except (ApiError, Conflict) as second:
            return f"{failed} Restoring {template} {old} also failed: {second} {self.lost}"
        return f"{failed} The rule points to its old {template} {old} again, {self.kept} as before."

    def _send_create(self, account: AccountInventory, key: K, template_id: str) -> str:
        account.change(self.create_action, self.body(key) | {"TemplateId": int(template_id)})
        return template_id

    def _send_delete(self, account: AccountInventory, key: K) -> None:
        with suppress(NotFound):
            account.send_or_confirm(
                lambda: account.change(self.delete_action, self.body(key)),
                lambda: None if key in self.live(account, fresh=True) else {},
            )
        self.remove(account, key)

    def _key_of(self, id_: str) -> K:
        return self.key(*(unquote(part) for part in id_.split("/")))

    def _the_rule(self, key: K) -> str:
        return f"the {NOUN_OF[self.kind]} for {key}"


class RuleLifecycle(KeyedRuleLifecycle[StreamKey]):
    """Recording rules: created by domain, app and stream."""

    kind = "rule"
    create_action = "CreateLiveRecordRule"
    delete_action = "DeleteLiveRecordRule"
    lost = "These streams may NOT be recorded now."
    kept = "which records these streams"

    def key(self, *parts: str) -> StreamKey:
        """Return the key of domain, app and stream."""
        return StreamKey(*parts)

    def key_of_inputs(self, inputs: Inputs) -> StreamKey:
        """Return domain, app and stream of the inputs."""
        return StreamKey.from_inputs(inputs)

    def body(self, key: StreamKey) -> dict[str, Any]:
        """Return the key in the API's form."""
        return {"DomainName": key.domain, "AppName": key.app, "StreamName": key.stream}

    def live(self, account: AccountInventory, *, fresh: bool = False) -> dict[StreamKey, str]:
        """Return the template ids of the recording rules, by key."""
        return account.rules(fresh=fresh)

    def store(self, account: AccountInventory, key: StreamKey, template_id: str) -> None:
        """Record that a recording rule was created or changed."""
        account.store_rule(key, template_id)

    def remove(self, account: AccountInventory, key: StreamKey) -> None:
        """Record that a recording rule was deleted."""
        account.remove_rule(key)


def rule_id(key: RuleKey) -> str:
    """Return the resource id: the parts of the key, each percent-encoded, empty parts kept, such as `domain/app/stream`."""
    return "/".join(quote(part, safe="") for part in key.parts)
