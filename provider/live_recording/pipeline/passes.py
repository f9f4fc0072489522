"""Which passes of Pulumi a deployment needs after its plan.

The preview inside `up --plan` is one more run of the program. It stops a stale plan before anything is changed; without it
the engine still enforces the plan (*observed* with the CLI 3.259), but each resource when its turn comes, so that others may
be changed already. So it is left out only where what the plan was computed from is the same after it, and time changes nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from live_recording.account.snapshot import Snapshot
from live_recording.config.stack_state import PYTHON_PROVIDER, State
from live_recording.review.preview import STACK, TYPES

OUR_TYPES = frozenset({STACK, PYTHON_PROVIDER, *TYPES})
"""Types of resources that the program declares. What the plan of others depends on is not known."""
OLDEST = timedelta(minutes=1)
"""An older plan is previewed again."""
AHEAD = timedelta(minutes=2)
"""Time for the update: a moment within it counts as if it were now."""


class Passes(Enum):
    """What `pulumi up` still has to run: its options, None if it has nothing to do."""

    none = None
    update = ("--skip-preview",)
    preview_and_update = ()

    @property
    def options(self) -> tuple[str, ...]:
        """Return the options of `pulumi up`."""
        return self.value or ()


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan is computed from, besides the time."""

    files: Mapping[Path, bytes]  # empty: not known
    state: State  # empty: not known
    account: Snapshot | None  # None: not known

    def is_same(self, other: "Basis") -> bool:
        """Return whether both are known and equal, except what is read only once: domains and relay tasks."""
        if not (self.files and self.state and self.account and other.account):
            return False
        mine = self.account
        found = replace(other.account, at=mine.at, domains=mine.domains, relays=mine.relays)
        return self == replace(other, account=found)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, as far as it decides about passes."""

    began: datetime  # before anything was read for the plan
    types: Collection[str]  # of the resources in the state and in the plan
    changes_nothing: bool  # neither an object, nor the state
    moments: Collection[datetime]  # at which time alone changes the plan


def passes_after(planned: Planned, now: datetime, is_basis_same: Callable[[], bool]) -> Passes:
    """Return the passes that a plan needs.

    Args:
        planned: The plan.
        now: The time after the plan.
        is_basis_same: Reads again what the plan was computed from, and returns whether nothing changed. Called if needed.
    """
    if not OUR_TYPES.issuperset(planned.types):
        return Passes.preview_and_update
    if planned.changes_nothing and not _any_between(planned.moments, planned.began, now):
        return Passes.none
    is_recent = timedelta(0) <= now - planned.began <= OLDEST
    if is_recent and not _any_between(planned.moments, planned.began, now + AHEAD) and is_basis_same():
        return Passes.update
    return Passes.preview_and_update


def _any_between(moments: Iterable[datetime], first: datetime, last: datetime) -> bool:
    return any(first <= moment <= last for moment in moments)
