"""The lifecycle of a callback template: as that of a recording template, but a change sends only what differs."""

from collections.abc import Iterable

from live_recording.account import callback_mapping
from live_recording.account.inventory import AccountInventory
from live_recording.account.objects import LiveCallbackTemplate
from live_recording.core.streams import RuleKey
from live_recording.resources.lifecycle import Inputs, State
from live_recording.resources.template import Body, NamedTemplateLifecycle


class CallbackTemplateLifecycle(NamedTemplateLifecycle[LiveCallbackTemplate]):
    """Callback templates."""

    kind = "callback_template"
    create_action = "CreateLiveCallbackTemplate"
    modify_action = "ModifyLiveCallbackTemplate"
    delete_action = "DeleteLiveCallbackTemplate"

    def live(self, account: AccountInventory, *, fresh: bool = False) -> dict[str, LiveCallbackTemplate]:
        """Return the callback templates, by id."""
        return account.callback_templates(fresh=fresh)

    def rules(self, account: AccountInventory) -> Iterable[tuple[RuleKey, str]]:
        """Return key and template id of the callback rules."""
        return account.callback_rules(fresh=True).items()

    def other_users(self, _account: AccountInventory, _template_id: str) -> str:
        """Return a sentence for a template that no listed rule uses: nothing else is known to use one."""
        return "No callback rule that the API lists uses it. Look for it in the vendor's console."

    def store(self, account: AccountInventory, template: LiveCallbackTemplate) -> None:
        """Record a callback template that was created or changed."""
        account.store_callback_template(template)

    def remove(self, account: AccountInventory, template_id: str) -> None:
        """Record that a callback template was deleted."""
        account.remove_callback_template(template_id)

    def create_body(self, inputs: Inputs) -> Body:
        """Return the body of CreateLiveCallbackTemplate."""
        return callback_mapping.create_callback_template(inputs)

    def modify_body(self, _account: AccountInventory, inputs: Inputs, live: LiveCallbackTemplate, state: State) -> Body:
        """Return the body of ModifyLiveCallbackTemplate."""
        return callback_mapping.modify_callback_template(inputs, live, state)

    def modified(self, live: LiveCallbackTemplate, body: Body) -> LiveCallbackTemplate:
        """Return the template after this body of ModifyLiveCallbackTemplate."""
        return LiveCallbackTemplate.from_api({**live.raw, **body})

    def parsed(self, raw: Body) -> LiveCallbackTemplate:
        """Parse a callback template in the API's form."""
        return LiveCallbackTemplate.from_api(raw)

    def is_confirmable(self, body: Body) -> bool:
        """Return whether the API's lists show what this body changes: they lack the URL of the recording status."""
        return callback_mapping.is_confirmable(body)
