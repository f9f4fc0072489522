"""How the engine calls things: resources, `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`."""

from typing import NamedTuple

from live_recording.core import stack_ref

PROVIDER_KEY = "__provider"
"""Where the SDK keeps the pickled provider, among the properties of a resource."""


class Urn(NamedTuple):
    """A name, taken apart; what it does not have is empty."""

    project: str
    stack: str
    type: str
    name: str

    @classmethod
    def of(cls, text: str) -> "Urn":
        """The parts of a URN."""
        head, project, types, name = (*text.split("::", 3), "", "", "")[:4]
        return cls(project, head.rpartition(":")[2], types.rpartition("$")[2], name)

    @property
    def owner(self) -> str:
        """The `<project>--<stack>` of the resource."""
        return stack_ref.of(self.project, self.stack)
