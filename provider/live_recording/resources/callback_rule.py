"""The lifecycle of a callback rule: as that of a recording rule, with domain and app as its key.

Whether a second create replaces the template of an existing rule is not documented, so the account is read first.
"""

from typing import Any

from live_recording.account.inventory import AccountInventory
from live_recording.core.streams import CallbackKey
from live_recording.resources.lifecycle import Inputs
from live_recording.resources.rule import KeyedRuleLifecycle


class CallbackRuleLifecycle(KeyedRuleLifecycle[CallbackKey]):
    """Callback rules: created by domain and app."""

    kind = "callback_rule"
    create_action = "CreateLiveCallbackRule"
    delete_action = "DeleteLiveCallbackRule"
    lost = "Notifications of these streams may NOT be sent now."
    kept = "and notifications are sent"

    def key(self, *parts: str) -> CallbackKey:
        """Return the key of domain and app."""
        return CallbackKey(*parts)

    def key_of_inputs(self, inputs: Inputs) -> CallbackKey:
        """Return domain and app of the inputs."""
        return CallbackKey.from_inputs(inputs)

    def body(self, key: CallbackKey) -> dict[str, Any]:
        """Return the key in the API's form."""
        return {"DomainName": key.domain, "AppName": key.app}

    def live(self, account: AccountInventory, *, fresh: bool = False) -> dict[CallbackKey, str]:
        """Return the template ids of the callback rules, by key."""
        return account.callback_rules(fresh=fresh)

    def store(self, account: AccountInventory, key: CallbackKey, template_id: str) -> None:
        """Record that a callback rule was created or changed."""
        account.store_callback_rule(key, template_id)

    def remove(self, account: AccountInventory, key: CallbackKey) -> None:
        """Record that a callback rule was deleted."""
        account.remove_callback_rule(key)
