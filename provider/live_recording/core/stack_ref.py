"""A stack of a Pulumi project, and the template names that it owns: `<project>--<stack>--<key>`.

Two hyphens separate the parts of such a name and occur in none of them, so the owner can be parsed from the name.
"""

from dataclasses import dataclass

from live_recording.core.text import SHELL_NAME

HYPHENS = "--"
_PARTS = 3  # project, stack, key


@dataclass(frozen=True, slots=True, order=True)
class StackRef:
    """A stack of a Pulumi project."""

    project: str
    stack: str

    @classmethod
    def parse(cls, prefix: str) -> "StackRef":
        """Parse `<project>--<stack>`."""
        project, _, stack = prefix.partition(HYPHENS)
        return cls(project, stack)

    @classmethod
    def of_template(cls, template_name: str) -> "StackRef | None":
        """Return the stack that owns a template of this name, or None if it is not a default name.

        Pulumi allows only a few characters in names of projects and stacks, and each of these is safe in a command.
        """
        parts = template_name.split(HYPHENS)
        is_default = len(parts) == _PARTS and all(parts) and all(map(SHELL_NAME.fullmatch, parts[:2]))
        return cls(parts[0], parts[1]) if is_default else None

    @property
    def prefix(self) -> str:
        """Return the beginning of this stack's default template names: `<project>--<stack>`."""
        return f"{self.project}{HYPHENS}{self.stack}"

    @property
    def description(self) -> str:
        """Return the stack as messages name it: `prod of project live-recording`."""
        return f"{self.stack} of project {self.project}"

    def template_name(self, key: str) -> str:
        """Return the default name in the account of the template with this key."""
        return f"{self.prefix}{HYPHENS}{key}"


DECLARE_AS_IT_IS = "declare it exactly as it is, and the next `pulumi up` adopts it"
"""How a declared callback template or rule is adopted: an import file cannot have its key."""


def adopt_command(stack: str) -> str:
    """Return the command that adopts what the stack file lacks; without a name it has the placeholder STACK."""
    return f"live-recording adopt --stack {stack or 'STACK'} --out more.yaml"
