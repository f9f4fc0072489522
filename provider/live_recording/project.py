"""One stack of this project: its file, where it lives, and what the file says.

Raises ConfigError where file or configuration cannot be used.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from live_recording.config import files
from live_recording.config.files import stack_path, text
from live_recording.config.settings import Settings
from live_recording.core.findings import Finding, KeyPath, errors
from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import Site
from live_recording.lint.checker import Context, check
from live_recording.stackfile.model import Limits, Stack
from live_recording.stackfile.reader import parse
from live_recording.stackfile.validation import ValidatedStack, validate


class Loaded(NamedTuple):
    """A stack file: what it says, every finding about it, sorted, and the line of each path."""

    stack: Stack | None
    findings: tuple[Finding, ...]
    lines: Mapping[KeyPath, int]

    @property
    def usable(self) -> Stack | None:
        """What it says, where no finding stops."""
        return None if errors(self.findings) else self.stack


def load(source: str, file: str, site: Site, now: datetime, owner: StackRef) -> Loaded:
    """Read and check the stack file *source*, which findings call *file*."""
    tree = parse(source)
    if tree.root is None:
        return Loaded(None, tuple(found.at(file, found.line) for found in tree.findings), {})
    shaped: ValidatedStack = validate(tree.root)
    related = () if shaped.stack is None else check(Context(shaped.stack, shaped.broken, site, now, owner))
    placed = [f.at(file, f.line or line(tree.lines, f.path)) for f in (*tree.findings, *shaped.findings, *related)]
    return Loaded(shaped.stack, tuple(sorted(set(placed))), tree.lines)


def allowed(stack: str, recordings: str | None, section: str) -> int:
    """What the stack file says that the account may hold; the vendor's number where it says nothing."""
    return int(getattr(_limits(stack, recordings), section))


@cache
def _limits(stack: str, recordings: str | None) -> Limits:
    """The limits of a stack file; read once per process, because every new rule and template asks."""
    path = stack_path(stack, recordings)
    root = parse(text(path)).root if path.is_file() else {}
    shaped = validate({"limits": root["limits"]} if isinstance(root, dict) and "limits" in root else {})
    return shaped.stack.limits if shaped.stack else Limits()


def line(lines: Mapping[KeyPath, int], path: KeyPath) -> int:
    """Return the line of *path*, or of the nearest part of the file that contains it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class StackFile(NamedTuple):
    """A stack file that was read and checked, and the settings of its stack."""

    stack: str
    file: str
    owner: StackRef
    settings: Settings
    loaded: Loaded


def locate_stack(stack: str) -> tuple[str, Path, Settings]:
    """The name of a stack, the path of its file, which need not be there, and its settings."""
    get = files.stack_config(stack)
    return files.stack_name(stack), files.stack_path(stack, get("recordings")), files.settings(get)


def load_stack(stack: str) -> StackFile:
    """The stack of a name such as `prod`, or of the path of a stack file."""
    name, path, settings = locate_stack(stack)
    owner = StackRef(files.project(), name)
    loaded = load(files.text(path), str(path), settings.limits, settings.now(), owner)
    return StackFile(name, str(path), owner, settings, loaded)
