"""The life of a template in the account: made once, changed in place, deleted last.

Rule 1: a template is known by its id; its name only finds one that a lost answer, or an earlier run, has left.
"""

from collections.abc import Mapping
from typing import Any

from live_recording.account import api_mapping, identity
from live_recording.account.api_errors import InUse, NotFound
from live_recording.account.diff import changes
from live_recording.account.inventory import AccountInventory, Conflict, Live
from live_recording.config.files import project_of_run
from live_recording.core.stack_ref import StackRef

State = Mapping[str, Any]

OUTPUTS = ("template_id",)
"""What the state holds besides the inputs."""


def create(account: AccountInventory, inputs: State) -> tuple[str, dict[str, Any]]:
    """Make the template, or take the one that an earlier run has left."""
    template_id = adoptable(account, inputs, account.templates()) or account.settle(
        lambda: _send(account, inputs), lambda: adoptable(account, inputs, account.templates(fresh=True))
    )
    account.run.added("template", inputs["template_name"])
    if changes("template", api_mapping.template_inputs(account.templates()[template_id], inputs), inputs):
        return template_id, update(account, template_id, inputs)
    account.run.hold("template", template_id)
    return template_id, _outputs(template_id, inputs)


def _send(account: AccountInventory, inputs: State) -> str:
    body = api_mapping.create_template(inputs)
    template_id = str(account.change("CreateLiveRecordTemplate", body)["TemplateId"])
    account.put("templates", template_id, {"TemplateId": int(template_id)} | body)
    return template_id


def own_name(account: AccountInventory, inputs: State) -> bool:
    """Whether the name is one that only this stack gives; where the stack is not known, this project."""
    owner = StackRef.of_template(inputs["template_name"])
    return owner is not None and (owner == account.owner if account.owner else owner.project == project_of_run())


def adoptable(account: AccountInventory, inputs: State, live: Mapping[str, Live]) -> str | None:
    """The id of the live template that this one is, if no resource of this run has it."""
    free = {i: template for i, template in live.items() if ("template", i) not in account.run.held}
    return identity.adoptable(inputs, free, own=own_name(account, inputs))


def read(account: AccountInventory, template_id: str, state: State) -> dict[str, Any] | None:
    """The outputs of the live template, or None when it is gone."""
    live = account.templates().get(template_id)
    return None if live is None else _outputs(template_id, api_mapping.template_inputs(live, state))


def update(account: AccountInventory, template_id: str, inputs: State) -> dict[str, Any]:
    """Make the live template what *inputs* say."""
    live = account.templates().get(template_id)
    if live is None:
        raise Conflict(
            f"The template {template_id} ({inputs['template_name']}) is not in the account any more. "
            "Run `pulumi refresh`, then `pulumi up` makes it again."
        )
    body = api_mapping.modify_template(template_id, inputs, live)
    account.settle(
        lambda: account.change("ModifyLiveRecordTemplate", body),
        lambda: {} if _is(inputs, account.templates(fresh=True).get(template_id)) else None,
    )
    account.put("templates", template_id, {**live, **body})
    account.run.hold("template", template_id)
    return _outputs(template_id, inputs)


def _is(inputs: State, live: Live | None) -> bool:
    return live is not None and not changes("template", api_mapping.template_inputs(live, inputs), inputs)


def delete(account: AccountInventory, template_id: str, _state: State) -> None:
    """Remove the template, unless it is gone or a resource of this run has it."""
    if ("template", template_id) in account.run.held or template_id not in account.templates():
        return
    try:
        account.settle(
            lambda: account.change("DeleteLiveRecordTemplate", {"TemplateId": int(template_id)}),
            lambda: None if template_id in account.templates(fresh=True) else {},
        )
    except NotFound:
        pass
    except InUse:
        users = sorted(str(key) for key, used in account.rules(fresh=True).items() if used == template_id)
        raise Conflict(
            f"The template {template_id} cannot be deleted: rules use it for {', '.join(users) or 'keys that are not listed'}. "
            "Remove those rules, or bind them to another template, then run again."
        ) from None
    account.drop("templates", template_id)


def _outputs(template_id: str, inputs: State) -> dict[str, Any]:
    return {**inputs, "template_id": template_id}
