"""What the Pulumi state of a stack says about its account. Read only by verbs that do not run the engine."""

import json
from typing import Any

from live_recording.config.pulumi_cli import run_pulumi
from live_recording.core.errors import ToolError
from live_recording.core.kinds import ACCOUNT, CLASS_OF

_TYPES = tuple(f"pulumi-python:dynamic/live:{name}" for name in CLASS_OF.values())


def accounts_in_state(stack: str) -> tuple[str, ...]:
    """Return the ids of the accounts that the stack's resources are in, sorted.

    Empty if the state names none, or cannot be read: a machine that only audits needs neither Pulumi nor the backend.
    """
    try:
        done = run_pulumi(stack, "stack", "export")
        exported: Any = json.loads(done.stdout) if done.returncode == 0 else {}
    except (ToolError, ValueError):
        return ()
    resources = (exported.get("deployment") or {}).get("resources") or []
    ours = (resource for resource in resources if resource.get("type") in _TYPES)
    return tuple(
        sorted({str(account) for resource in ours if (account := (resource.get("outputs") or {}).get(ACCOUNT))})
    )
