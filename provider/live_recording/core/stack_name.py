"""A stack as users name it: `prod`, `org/prod`, `org/project/prod`, or the path of its file."""

import re
from dataclasses import dataclass

from live_recording.core.errors import ConfigError
from live_recording.core.text import SHELL_NAME, quoted

_PART = re.compile(r"[A-Za-z0-9._-]+")
_PARTS = 3  # organization, project, stack


@dataclass(frozen=True, slots=True)
class StackName:
    """The parts of a stack's name; the organization and the project may be left out."""

    stack: str
    organization: str = ""
    project: str = ""
    file: str = ""  # the path of the stack file, if the user named that

    @classmethod
    def parse(cls, text: str) -> "StackName":
        """Parse a name or a path. Raises ConfigError if it is neither."""
        if text.endswith((".yaml", ".yml")):
            return cls(_checked(text.rpartition("/")[2].rpartition(".")[0]), file=text)
        *owner, stack = text.split("/")
        if len(owner) >= _PARTS or (owner and not all(map(_PART.fullmatch, (*owner, stack)))):
            raise ConfigError(
                f"{quoted(text)} is not the name of a stack. Use STACK, ORGANIZATION/STACK, "
                "ORGANIZATION/PROJECT/STACK, or the path of a stack file, which ends with .yaml."
            )
        organization, project = (*owner, "", "")[:2]
        return cls(_checked(stack), organization, project)

    @property
    def for_pulumi(self) -> str:
        """Return the name for the option --stack of the Pulumi CLI."""
        return "/".join(filter(None, (self.organization, self.project, self.stack)))


def _checked(stack: str) -> str:
    """Return the short name. Raises ConfigError if a command that we print could not contain it."""
    if stack and not SHELL_NAME.fullmatch(stack):  # empty: no stack was named
        raise ConfigError(
            f"{quoted(stack)} is not the name of a stack. Use letters, digits, hyphens, underscores and periods; a hyphen "
            "cannot be first."
        )
    return stack
