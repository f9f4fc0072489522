"""What an account will refuse while a plan is applied, in words.

Rule 1: a sentence names both sides and says what to do. Rule 2: whether something is refused is decided in `moves`.
"""

from collections.abc import Iterable

from live_recording.core.stack_ref import adopt_command
from live_recording.core.streams import StreamKey

UNTOLD = "The plan does not say which template it gets. Run pulumi preview --json again."


def gone(template: str) -> str:
    """A template that is to be changed is not there."""
    return f"The account has no template {template} any more. Run pulumi refresh first."


def taken(at: StreamKey, template: str, stack: str) -> str:
    """A rule that *stack* is to make has a key that another rule has."""
    fix = f"Remove that one, or adopt it: {adopt_command(stack)}."
    return f"The account already has a rule for {at}, and it points to template {template}. {fix}"


def changed(at: StreamKey, template: str, ours: str) -> str:
    """A rule that is to be changed or deleted is not as it was left."""
    fix = "Somebody changed it: run pulumi refresh and look at the difference first."
    return f"The rule for {at} points to template {template}, but this stack made it for template {ours}. {fix}"


def used(template: str, by: Iterable[StreamKey]) -> str:
    """A template that is to be deleted is in use."""
    users = ", ".join(sorted(map(str, by)))
    fix = "Remove those rules, or bind them to another template, first."
    return f"The template {template} cannot be deleted: rules that this plan leaves use it for {users}. {fix}"


def crowded(section: str, peak: int, allowed: int) -> str:
    """The account would hold too much for a moment."""
    fix = f"Remove some in a run before, or raise limits.{section} in the stack file if the vendor has raised it."
    return f"{section}: The account would hold {peak} {section} during the deployment, but {allowed} are allowed. {fix}"
