"""One stack of this project: its file, where it lives, and what the file says.

Raises ConfigError where file or configuration cannot be used.
"""

from pathlib import Path
from typing import NamedTuple

from provider import config, stackfile
from provider.core import owners
from provider.settings import Settings


class Source(NamedTuple):
    """A stack file that was read and checked, and the settings of its stack."""

    stack: str
    file: str
    owner: str  # <project>--<stack>
    settings: Settings
    loaded: stackfile.Loaded


def place(stack: str) -> tuple[str, Path, Settings]:
    """The name of a stack, the path of its file, which need not be there, and its settings."""
    get = config.stack_config(stack)
    return config.stack_name(stack), config.stack_path(stack, get("recordings")), config.settings(get)


def source(stack: str) -> Source:
    """The stack of a name such as `prod`, or of the path of a stack file."""
    name, path, settings = place(stack)
    owner = owners.of(config.project(), name)
    loaded = stackfile.load(config.text(path), str(path), settings.limits, settings.now(), owner)
    return Source(name, str(path), owner, settings, loaded)
