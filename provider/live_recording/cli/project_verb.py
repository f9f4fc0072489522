"""Run verbs in the root directory of the project, wherever in the project the user is.

Paths in results are relative to the root. Paths that the user gives are relative to the user's directory, so they are
converted; defaults are relative to the root.
"""

import os
from contextlib import chdir
from pathlib import Path
from typing import Any

from typer.core import TyperCommand

from live_recording.core.stack_name import StackName

STACKS = ("stack", "stacks")
"""Parameters whose values are names of stacks, or paths of their files."""


class ProjectVerb(TyperCommand):
    """A verb that runs in the nearest directory upwards that has a Pulumi.yaml; without one, where the user is."""

    def invoke(self, ctx: Any) -> Any:
        """Run the verb in the root directory of the project."""
        from live_recording.config.files import find_root

        here = Path.cwd()
        root = find_root(here)
        if root == here:
            return super().invoke(ctx)
        for name, value in ctx.params.items():
            source = ctx.get_parameter_source(name)
            if source is not None and source.name == "COMMANDLINE":
                ctx.params[name] = _from_root(name, value, here, root)
        with chdir(root):
            return super().invoke(ctx)


def _from_root(name: str, value: Any, here: Path, root: Path) -> Any:
    """Return a path that the user gave as it is seen from the root, and any other value as it is."""
    if isinstance(value, list):
        return [_from_root(name, part, here, root) for part in value]
    names_file = isinstance(value, Path) or (name in STACKS and StackName.parse(value).file)
    if not names_file or str(value) == "-":
        return value
    return type(value)(os.path.relpath(here / value, root))
