"""The lifecycle of a template of either kind: created once, changed in place, deleted last.

A template is identified by its id. Its name is only used to find one that an interrupted run, or a lost answer, left behind.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from live_recording.account import api_mapping, reconcile
from live_recording.account.api_errors import InUse, NotFound
from live_recording.account.conflicts import in_use
from live_recording.account.diff import changes, live_inputs
from live_recording.account.inventory import AccountInventory, Conflict
from live_recording.account.objects import LiveTemplate, NamedTemplate
from live_recording.account.relays import users_of
from live_recording.core.kinds import NOUN_OF, TemplateKind
from live_recording.core.streams import RuleKey
from live_recording.resources.context import ProviderContext
from live_recording.resources.lifecycle import Inputs, Outputs, ResourceLifecycle, State

Body = dict[str, Any]
T = TypeVar("T", bound=NamedTemplate)


class NamedTemplateLifecycle(ResourceLifecycle, Generic[T]):
    """Templates: created by name, known by id, changed in place."""

    kind: ClassVar[TemplateKind]
    create_action: ClassVar[str]
    modify_action: ClassVar[str]
    delete_action: ClassVar[str]

    @abstractmethod
    def live(self, account: AccountInventory, *, fresh: bool = False) -> dict[str, T]:
        """Return the templates of this kind, by id."""

    @abstractmethod
    def rules(self, account: AccountInventory) -> Iterable[tuple[RuleKey, str]]:
        """Return key and template id of the rules that point to templates of this kind, read again."""

    @abstractmethod
    def other_users(self, account: AccountInventory, template_id: str) -> str:
        """Return a sentence about what uses the template besides rules, or ""."""

    @abstractmethod
    def store(self, account: AccountInventory, template: T) -> None:
        """Record a template that was created or changed."""

    @abstractmethod
    def remove(self, account: AccountInventory, template_id: str) -> None:
        """Record that a template was deleted."""

    @abstractmethod
    def parsed(self, raw: Body) -> T:
        """Parse a template in the API's form."""

    @abstractmethod
    def create_body(self, inputs: Inputs) -> Body:
        """Return the body that creates the template."""

    @abstractmethod
    def modify_body(self, account: AccountInventory, inputs: Inputs, live: T, state: State) -> Body:
        """Return the body that turns the *live* template into the *inputs*."""

    @abstractmethod
    def modified(self, live: T, body: Body) -> T:
        """Return the template after this body of a change."""

    def is_confirmable(self, _body: Body) -> bool:
        """Return whether the API's lists show what this body changes."""
        return True

    def create(self, context: ProviderContext, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the template, or adopt the one that an earlier run left behind."""
        decision = _decide(context, inputs, self.live(context.account))
        if isinstance(decision, reconcile.Create):
            template_id = context.account.send_or_confirm(
                lambda: self._send_create(context.account, inputs), lambda: self._existing(context, inputs)
            )
            decision = _decide(context, inputs, {template_id: self.live(context.account)[template_id]})
        else:
            template_id = str(decision.ref)
        context.run.mark_created(self.kind, inputs["template_name"])
        if isinstance(decision, reconcile.Update):
            return template_id, self.update(context, template_id, {}, inputs)
        context.run.mark_held(self.kind, template_id)
        return template_id, _outputs(template_id, inputs)

    def read(self, context: ProviderContext, id_: str, state: State) -> Outputs | None:
        """Return the outputs of the live template, or None if it is gone."""
        live, name = self.live(context.account).get(id_), str(state.get("template_name", ""))
        if live is None or live.name != name:
            context.require_same_account(state, f"{NOUN_OF[self.kind]} {id_} ({name})", self.kind)
        return None if live is None else _outputs(id_, live_inputs(live, state))

    def update(self, context: ProviderContext, id_: str, state: State, inputs: Inputs) -> Outputs:
        """Make the live template what the inputs describe."""
        account, name = context.account, inputs["template_name"]
        remembered = state.get("template_name", "")
        decision = reconcile.update_template(id_, self.live(account), remembered, name, self.kind)
        if isinstance(decision, reconcile.Refuse):
            raise Conflict(decision.conflict.message(lambda _: f"{id_} ({name})"))
        live = self.live(account)[id_]
        body = self.modify_body(account, inputs, live, state)
        if len(body) > 1:  # besides the id
            account.send_or_confirm(
                lambda: account.change(self.modify_action, body),
                lambda: {} if self._is_changed(account, id_, inputs, body) else None,
            )
            self.store(account, self.modified(live, body))
        context.run.mark_held(self.kind, id_)
        return _outputs(id_, inputs)

    def delete(self, context: ProviderContext, id_: str, state: State) -> None:
        """Delete the template, unless it is gone or another resource of this run has it."""
        account, name = context.account, str(state.get("template_name", ""))
        decision = reconcile.delete_template(id_, self.live(account), name, context.run, kind=self.kind)
        if isinstance(decision, reconcile.Refuse):
            raise Conflict(decision.conflict.message(lambda _: f"{id_} ({name})"))
        if isinstance(decision, reconcile.Keep):
            return
        try:
            account.send_or_confirm(
                lambda: account.change(self.delete_action, {"TemplateId": int(id_)}),
                lambda: None if id_ in self.live(account, fresh=True) else {},
            )
        except NotFound:
            pass
        except InUse:
            users = [key for key, template_id in self.rules(account) if template_id == id_]
            others = "" if users else self.other_users(account, id_)
            raise Conflict(in_use(id_, users, others, self.kind).message(str)) from None
        self.remove(account, id_)

    def _send_create(self, account: AccountInventory, inputs: Inputs) -> str:
        body = self.create_body(inputs)
        template_id = str(account.change(self.create_action, body)["TemplateId"])
        self.store(account, self.parsed({"TemplateId": int(template_id), **body}))
        return template_id

    def _existing(self, context: ProviderContext, inputs: Inputs) -> str | None:
        decision = _decide(context, inputs, self.live(context.account, fresh=True))
        return None if isinstance(decision, reconcile.Create) else str(decision.ref)

    def _is_changed(self, account: AccountInventory, id_: str, inputs: Inputs, body: Body) -> bool:
        live = self.live(account, fresh=True).get(id_)
        if live is None or not self.is_confirmable(body):
            return False
        return not changes(self.kind, live_inputs(live, inputs), inputs)


class TemplateLifecycle(NamedTemplateLifecycle[LiveTemplate]):
    """Recording templates."""

    kind = "template"
    create_action = "CreateLiveRecordTemplate"
    modify_action = "ModifyLiveRecordTemplate"
    delete_action = "DeleteLiveRecordTemplate"

    def live(self, account: AccountInventory, *, fresh: bool = False) -> dict[str, LiveTemplate]:
        """Return the recording templates, by id."""
        return account.templates(fresh=fresh)

    def rules(self, account: AccountInventory) -> Iterable[tuple[RuleKey, str]]:
        """Return key and template id of the recording rules."""
        return account.rules(fresh=True).items()

    def other_users(self, account: AccountInventory, template_id: str) -> str:
        """Return a sentence that names the relay tasks that record with the template, or ""."""
        return users_of(template_id, account.relays())

    def store(self, account: AccountInventory, template: LiveTemplate) -> None:
        """Record a recording template that was created or changed."""
        account.store_template(template)

    def parsed(self, raw: Body) -> LiveTemplate:
        """Parse a recording template in the API's form."""
        return LiveTemplate.from_api(raw)

    def remove(self, account: AccountInventory, template_id: str) -> None:
        """Record that a recording template was deleted."""
        account.remove_template(template_id)

    def create_body(self, inputs: Inputs) -> Body:
        """Return the body of CreateLiveRecordTemplate."""
        return api_mapping.create_template(inputs)

    def modify_body(self, account: AccountInventory, inputs: Inputs, live: LiveTemplate, _state: State) -> Body:
        """Return the body of ModifyLiveRecordTemplate."""
        return api_mapping.modify_template(inputs, live, cos=account.settings.limits.cos)

    def modified(self, live: LiveTemplate, body: Body) -> LiveTemplate:
        """Return the template after this body of ModifyLiveRecordTemplate."""
        return api_mapping.modified(live, body)


def _decide(
    context: ProviderContext, inputs: Inputs, live: Mapping[str, NamedTemplate]
) -> reconcile.Create | reconcile.Adopt | reconcile.Update:
    own_name = context.has_own_name(inputs["template_name"])
    return reconcile.create_template(inputs, live, context.run, own_name=own_name)


def _outputs(template_id: str, inputs: Inputs) -> Outputs:
    return {**inputs, "template_id": template_id}
