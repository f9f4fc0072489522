"""When a plan is applied without checkpoints: Pulumi then writes the state once, at the end, not after every step.

A killed run then forgets what it did. That is safe for creates: another run finds the objects in the account, and adopts them.
It is not safe for other changes: if the next commit reverts one that was done, state and stack file agree again, and no plan
shows that the account differs; after a forgotten delete, the review stops, because the account lacks an object of the state.
"""

from collections.abc import Collection, Mapping, Sequence

from live_recording.config.stack_state import PYTHON_PROVIDER
from live_recording.review.preview import STACK, TYPES

VARIABLE = "PULUMI_SKIP_CHECKPOINTS"
"""The variable that makes the CLI skip checkpoints (*observed* with 3.259, without PULUMI_EXPERIMENTAL)."""
FEW_CREATES = 50
"""Up to so many creates, checkpoints cost a second or two at most."""
REPAIRABLE = frozenset({STACK, PYTHON_PROVIDER, *(type_ for type_, kind in TYPES.items() if kind != "live_record")})
"""Types whose objects another run finds. The vendor lists no live records; what other providers find is not known."""


def skips_checkpoints(types: Collection[str], operations: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Return whether a plan is applied without checkpoints.

    Args:
        types: The types of the resources in the state and in the plan.
        operations: What the plan does to our resources, such as "create".
        environment: The environment of the CLI. If it has the variable, the user decided.
    """
    is_large = len(operations) > FEW_CREATES
    return VARIABLE not in environment and is_large and set(operations) == {"create"} and REPAIRABLE.issuperset(types)
