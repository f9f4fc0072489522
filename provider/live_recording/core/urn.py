"""How the engine names resources: `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`."""

from dataclasses import dataclass

from live_recording.core.stack_ref import StackRef

PROVIDER_KEY = "__provider"
"""The property of a resource in which the SDK keeps the pickled provider."""
_PARTS = 4


@dataclass(frozen=True, slots=True)
class Urn:
    """A parsed URN; a missing part is empty."""

    owner: StackRef
    type: str
    name: str

    @classmethod
    def parse(cls, text: str) -> "Urn":
        """Return the parts of a URN."""
        parts = text.split("::", _PARTS - 1)
        head, project, types, name = parts + [""] * (_PARTS - len(parts))
        return cls(StackRef(project, head.rpartition(":")[2]), types.rpartition("$")[2], name)
