"""The Pulumi state of a stack: whose account it is, and whether opening it would run code of others.

A dynamic provider is a pickle in the state: the engine's Python process executes it. Write access to the state is
thus enough to run code with the credentials of a deployment. So our commands read the state first, as text.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from live_recording.config.pulumi_cli import run_pulumi
from live_recording.config.sources import StackConfig, engine_config, read_stack_config
from live_recording.core.errors import ToolError
from live_recording.core.kinds import ACCOUNT, CLASS_OF, PROVIDER_REFERENCES
from live_recording.core.text import command_of, escaped

State = Mapping[str, Any]
"""What `pulumi stack export` prints."""

OTHER_TYPES = "otherDynamicTypes"
"""The config key with the type tokens of a project's other dynamic resources, separated by commas."""
_TYPES = tuple(f"pulumi-python:dynamic/live:{name}" for name in CLASS_OF.values())
_PROVIDERS = "pulumi:providers:"
PYTHON_PROVIDER = "pulumi:providers:pulumi-python"
"""The type of the resource in which the engine keeps the config that our resources were deployed with (*observed*)."""


def read_state(stack: str) -> State:
    """Return the state of a stack; {} if it cannot be read: a machine that only audits needs neither Pulumi nor the backend.

    Raises ToolError if opening the state would run code that is not this tool's.
    """
    try:
        done = run_pulumi(stack, "stack", "export")
        state: Any = json.loads(done.stdout) if done.returncode == 0 else {}
    except (ToolError, ValueError):
        return {}
    named = read_stack_config(stack).get(OTHER_TYPES) or ""
    require_known_code(stack, state, {name.strip() for name in named.split(",")})
    return state if isinstance(state, dict) else {}


def accounts_in_state(state: State) -> tuple[str, ...]:
    """Return the ids of the accounts that the resources are in, sorted; empty if the state names none."""
    ours = _own_resources(state)
    return tuple(
        sorted({str(account) for resource in ours if (account := (resource.get("outputs") or {}).get(ACCOUNT))})
    )


def types_in_state(state: State) -> frozenset[str]:
    """Return the types of all resources, those of interrupted operations too."""
    return frozenset(str(resource.get("type")) for resource in _resources(state))


def applied_configs(state: State, project: str, stack: str) -> tuple[StackConfig, ...]:
    """Return the configs that our resources were deployed with: one, or several after an interrupted update; none without resources.

    Encrypted values are hidden. Settings of environment variables are not in a state.
    """
    used = {str(resource.get("provider")) for resource in _own_resources(state)}
    providers = [resource for resource in _resources(state) if resource.get("type") == PYTHON_PROVIDER]
    inputs = [each.get("inputs") or {} for each in providers if f"{each.get('urn')}::{each.get('id')}" in used]
    return tuple(engine_config(project, stack, *_without_secrets(values)) for values in inputs)


def _without_secrets(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the values, None for those that the state encrypts, and the keys of the latter."""
    secret = [key for key, value in values.items() if isinstance(value, dict)]
    return {key: None if key in secret else value for key, value in values.items()}, secret


def _own_resources(state: State) -> list[Mapping[str, Any]]:
    return [resource for resource in _resources(state) if resource.get("type") in _TYPES]


def require_known_code(stack: str, state: State, other_types: Collection[str] = ()) -> None:
    """Raise ToolError for a resource in the state whose provider is neither ours nor of one of *other_types*."""
    for resource in _resources(state):
        problem = _unknown_code(resource, other_types)
        if problem:
            urn = str(resource.get("urn"))
            raise ToolError(
                f"The state of stack {escaped(stack)} contains code that is not of this tool: {escaped(urn)} {problem}. "
                "Nothing was run. Find out who changed the state, and restore it from a backup. If this resource is yours, "
                f"allow its type: {_allow_command(stack, str(resource.get('type')))}"
            )


def _allow_command(stack: str, type_: str) -> str:
    return escaped(command_of("pulumi", "config", "set", f"live-recording:{OTHER_TYPES}", type_, "--stack", stack))


def _unknown_code(resource: Mapping[str, Any], other_types: Collection[str]) -> str:
    """Return what is wrong with the provider of a resource, or ""."""
    type_ = str(resource.get("type"))
    if type_ in other_types:
        return ""
    if any(pickle not in PROVIDER_REFERENCES for pickle in _pickles(resource)):
        return "has a dynamic provider of its own (__provider)"
    if type_.startswith(_PROVIDERS) and "pluginDownloadURL" in (resource.get("inputs") or {}):
        return "downloads a plugin (pluginDownloadURL)"
    return ""


def _pickles(resource: Mapping[str, Any]) -> list[Any]:
    sides = [resource.get(side) or {} for side in ("inputs", "outputs")]
    return [values["__provider"] for values in sides if "__provider" in values]


def _resources(state: State) -> Iterator[Mapping[str, Any]]:
    """Yield the resources of a state, those of interrupted operations too."""
    deployment = state.get("deployment") or {}
    yield from deployment.get("resources") or []
    yield from (operation.get("resource") or {} for operation in deployment.get("pending_operations") or [])
