"""The lifecycle of a template: created once, changed in place, deleted last.

A template is identified by its id. Its name is only used to find one that an interrupted run, or a lost answer, left behind.
"""

from live_recording.account import api_mapping, reconcile
from live_recording.account.api_errors import InUse, NotFound
from live_recording.account.conflicts import in_use
from live_recording.account.diff import changes
from live_recording.account.inventory import Conflict
from live_recording.account.objects import LiveTemplate
from live_recording.account.relays import users_of
from live_recording.resources.context import ProviderContext
from live_recording.resources.lifecycle import Inputs, Outputs, ResourceLifecycle, State


class TemplateLifecycle(ResourceLifecycle):
    """Templates: created by name, known by id, changed in place."""

    kind = "template"
    output_names = ("template_id",)

    def create(self, context: ProviderContext, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the template, or adopt the one that an earlier run left behind."""
        decision = _decide(context, inputs, context.account.templates())
        if isinstance(decision, reconcile.Create):
            template_id = context.account.send_or_confirm(
                lambda: _send_create(context, inputs), lambda: _existing(context, inputs)
            )
            decision = _decide(context, inputs, {template_id: context.account.templates()[template_id]})
        else:
            template_id = str(decision.ref)
        context.run.mark_created("template", inputs["template_name"])
        if isinstance(decision, reconcile.Update):
            return template_id, self.update(context, template_id, {}, inputs)
        context.run.mark_held("template", template_id)
        return template_id, _outputs(template_id, inputs)

    def read(self, context: ProviderContext, id_: str, state: State) -> Outputs | None:
        """Return the outputs of the live template, or None if it is gone."""
        live, name = context.account.templates().get(id_), str(state.get("template_name", ""))
        if live is None or live.name != name:
            context.require_same_account(state, f"template {id_} ({name})")
        return None if live is None else _outputs(id_, api_mapping.template_inputs(live, state))

    def update(self, context: ProviderContext, id_: str, state: State, inputs: Inputs) -> Outputs:
        """Make the live template what the inputs describe."""
        account, name = context.account, inputs["template_name"]
        decision = reconcile.update_template(id_, account.templates(), state.get("template_name", ""), name)
        if isinstance(decision, reconcile.Refuse):
            raise Conflict(decision.conflict.message(lambda _: f"{id_} ({name})"))
        live = account.templates()[id_]
        body = api_mapping.modify_template(inputs, live, cos=account.settings.limits.cos)
        account.send_or_confirm(
            lambda: account.change("ModifyLiveRecordTemplate", body),
            lambda: {} if _is_as_declared(inputs, account.templates(fresh=True).get(id_)) else None,
        )
        account.store_template(api_mapping.modified(live, body))
        context.run.mark_held("template", id_)
        return _outputs(id_, inputs)

    def delete(self, context: ProviderContext, id_: str, state: State) -> None:
        """Delete the template, unless it is gone or another resource of this run has it."""
        account, name = context.account, str(state.get("template_name", ""))
        decision = reconcile.delete_template(id_, account.templates(), name, context.run)
        if isinstance(decision, reconcile.Refuse):
            raise Conflict(decision.conflict.message(lambda _: f"{id_} ({name})"))
        if isinstance(decision, reconcile.Keep):
            return
        try:
            account.send_or_confirm(
                lambda: account.change("DeleteLiveRecordTemplate", {"TemplateId": int(id_)}),
                lambda: None if id_ in account.templates(fresh=True) else {},
            )
        except NotFound:
            pass
        except InUse:
            users = [key for key, template_id in account.rules(fresh=True).items() if template_id == id_]
            relays = "" if users else users_of(id_, account.relays())
            raise Conflict(in_use(id_, users, relays).message(str)) from None
        account.remove_template(id_)


def _decide(
    context: ProviderContext, inputs: Inputs, live: dict[str, LiveTemplate]
) -> reconcile.Create | reconcile.Adopt | reconcile.Update:
    own_name = context.has_own_name(inputs["template_name"])
    return reconcile.create_template(inputs, live, context.run, own_name=own_name)


def _existing(context: ProviderContext, inputs: Inputs) -> str | None:
    decision = _decide(context, inputs, context.account.templates(fresh=True))
    return None if isinstance(decision, reconcile.Create) else str(decision.ref)


def _send_create(context: ProviderContext, inputs: Inputs) -> str:
    body = api_mapping.create_template(inputs)
    template_id = str(context.account.change("CreateLiveRecordTemplate", body)["TemplateId"])
    context.account.store_template(LiveTemplate.from_api({"TemplateId": int(template_id), **body}))
    return template_id


def _is_as_declared(inputs: Inputs, live: LiveTemplate | None) -> bool:
    return live is not None and not changes("template", api_mapping.template_inputs(live, inputs), inputs)


def _outputs(template_id: str, inputs: Inputs) -> Outputs:
    return {**inputs, "template_id": template_id}
