"""Reads the file of `pulumi preview --save-plan`: whether an `up` would change anything, also in the state alone.

The output of the preview does not show all of it: `protect`, a renamed entry, stack outputs, and the config that resources
are deployed with change the state without a step. The format is the engine's (*observed* with the CLI 3.259); whatever is
missing or unknown counts as a change.
"""

import json
from collections.abc import Mapping
from typing import Any

from live_recording.config.stack_state import State

OPTIONS = (
    "additionalSecretOutputs", "customTimeouts", "deleteBeforeReplace", "dependencies", "ignoreChanges", "parent",
    "propertyDependencies", "protect", "provider",
)  # fmt: skip
"""What both a plan and a state say about a resource besides its properties."""
SECRET_KEY = "4dabf18193072939515e22adb298388d"  # noqa: S105 - a name, no secret
"""The key in the engine's form of a secret. Its ciphertext differs in each run; a plan shows another value as a difference."""


def parse_plan(text: str) -> Mapping[str, Any]:
    """Return the data in the text of a plan file, {} if it is in another format."""
    try:
        data = json.loads(text)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def changes_nothing(plan: Mapping[str, Any], state: State) -> bool:
    """Return whether an `up` with this plan would leave the account and the state as they are."""
    deployment = state.get("deployment") or {}
    resources = {resource.get("urn"): resource for resource in deployment.get("resources") or []}
    planned = plan.get("resourcePlans") or {}
    if not resources or deployment.get("pending_operations"):
        return False
    is_complete = len(deployment["resources"]) == len(planned) and resources.keys() == planned.keys()
    return is_complete and all(_keeps(planned[urn], resource) for urn, resource in resources.items())


def _keeps(plan: Mapping[str, Any], resource: Mapping[str, Any]) -> bool:
    """Return whether a plan leaves a resource of the state as it is."""
    goal = plan.get("goal") or {}
    if plan.get("steps") != ["same"] or resource.get("delete"):
        return False
    if goal.get("inputDiff") != {} or goal.get("outputDiff") != {} or _options(goal) != _options(resource):
        return False
    planned, held = (_without_secrets(values or {}) for values in (plan.get("state"), resource.get("outputs")))
    return bool(planned == held)  # they differ after a refresh


def _options(described: Mapping[str, Any]) -> dict[str, Any]:
    values = ((option, described.get(option)) for option in OPTIONS)
    return {option: shown for option, value in values if (shown := _without_empty_values(value))}


def _without_empty_values(value: Any) -> Any:
    """Return an option without what says nothing: a refresh drops properties without dependencies."""
    return {key: each for key, each in value.items() if each} if isinstance(value, dict) else value


def _without_secrets(value: Any) -> Any:
    """Return a property without the values of secrets."""
    if isinstance(value, dict):
        if SECRET_KEY in value:
            return SECRET_KEY
        return {key: _without_secrets(each) for key, each in value.items()}
    return [_without_secrets(each) for each in value] if isinstance(value, list) else value
