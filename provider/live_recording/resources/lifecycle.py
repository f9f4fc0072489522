"""The interface that every kind of resource implements in the account."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from live_recording.core.kinds import OUTPUTS_OF, KindName
from live_recording.resources.context import ProviderContext

State = Mapping[str, Any]
"""The outputs that the state remembers."""
Inputs = Mapping[str, Any]
"""Normalized inputs."""
Outputs = dict[str, Any]


class ResourceLifecycle(ABC):
    """Create, read, update and delete one kind of resource. Has no state of its own.

    Errors are raised as ToolError: Conflict for what the account holds, ApiError for what the vendor rejects.
    """

    kind: ClassVar[KindName]

    @abstractmethod
    def create(self, context: ProviderContext, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the object, or adopt the one that the account already holds; return its id and its outputs."""

    @abstractmethod
    def read(self, context: ProviderContext, id_: str, state: State) -> Outputs | None:
        """Return the outputs of the live object, or None if it is surely gone."""

    def update(self, _context: ProviderContext, _id: str, state: State, inputs: Inputs) -> Outputs:
        """Change the object in place. Nothing is sent for a kind whose objects never change: only `protect` does."""
        return {**inputs, **{name: state[name] for name in OUTPUTS_OF[self.kind] if name in state}}

    @abstractmethod
    def delete(self, context: ProviderContext, id_: str, state: State) -> None:
        """Delete the object, unless it is gone or another resource of this run has it."""
