"""Which stacks a change can affect.

Invariant: a stack is left out only if every changed file is known to be of other stacks, or of none. A file that nothing
is known about, such as the program, a lock or a data file, affects all stacks.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from live_recording.config import files
from live_recording.core.text import quoted
from live_recording.pipeline.difference import Difference, difference_from
from live_recording.project import input_files

AFFECT_NOTHING = ("*.md", "LICENSE", ".gitignore", "CODEOWNERS")
"""Names of files that no plan depends on."""

Inputs = frozenset[str] | None
"""The files that a stack depends on, relative to the root of the repository; None: unknown."""


@dataclass(frozen=True, slots=True)
class Affected:
    """The stacks that can differ from a commit, and the others, in the order given."""

    base: str  # the commit, as the user named it
    stacks: tuple[str, ...]
    others: tuple[str, ...]
    without_file: tuple[str, ...]  # names of stacks that changed and have no stack file
    cause: str  # a changed file that affects all stacks, or ""

    @classmethod
    def all(cls, stacks: Iterable[str]) -> "Affected":
        """Return that all stacks are to be planned, without a comparison."""
        return cls("", tuple(stacks), (), (), "")

    @property
    def explanation(self) -> str:
        """Return why all stacks are affected, or why no stack is; else ""."""
        if self.cause:
            return f"All stacks can be affected: {quoted(self.cause)} differs from {self.base}."
        return (
            ""
            if self.stacks or self.without_file
            else f"No stack is affected: no file of a stack differs from {self.base}."
        )


def affected_stacks(stacks: Sequence[str], base: str, results: Path | None = None) -> Affected:
    """Return which stacks can differ from a commit. Raises ConfigError or ToolError if git cannot compare.

    Args:
        stacks: Names of stacks, or paths of their files.
        base: The commit.
        results: A directory with results, which are no inputs.
    """
    difference = difference_from(base)
    known = dict.fromkeys([*stacks, *files.stack_names()])
    inputs = {stack: _locations(input_files(stack), difference.root) for stack in known}
    changed = difference.paths | _added(inputs.values(), difference)
    if results:
        changed = frozenset(path for path in changed if not _contains(_relative(results, difference.root), path))
    affected, without_file, cause = select(sorted(changed), inputs, _namer(difference.root))
    return Affected(
        base,
        tuple(stack for stack in stacks if stack in affected),
        tuple(stack for stack in stacks if stack not in affected),
        tuple(sorted(without_file)),
        cause,
    )


def select(
    changed: Iterable[str], inputs: Mapping[str, Inputs], name_of: Callable[[str], str | None]
) -> tuple[set[str], set[str], str]:
    """Return the affected stacks, the changed ones without a stack file, and the first file that affects all, or "".

    Args:
        changed: Paths of changed files and directories.
        inputs: Stack -> its inputs. A stack with unknown inputs is always affected.
        name_of: Returns the stack whose stack file or config file has this path by its name.
    """
    affected = {stack for stack, paths in inputs.items() if paths is None}
    without_file, causes = set[str](), []
    for path in changed:
        if users := _users(path, inputs):
            affected |= users
        elif name := name_of(path):
            without_file.add(name)
        elif not _affects_nothing(path):
            causes.append(path)
    return set(inputs) if causes else affected, without_file - inputs.keys(), causes[0] if causes else ""


def _users(path: str, inputs: Mapping[str, Inputs]) -> set[str]:
    return {stack for stack, paths in inputs.items() if any(_contains(path, each) for each in paths or ())}


def _contains(parent: str, path: str) -> bool:
    """Return whether a path is, or is below, another one: git lists a link, a submodule or a nested repository as one."""
    return path == parent or path.startswith(f"{parent.removesuffix('/')}/")


def _affects_nothing(path: str) -> bool:
    return any(fnmatchcase(path.rpartition("/")[2], pattern) for pattern in AFFECT_NOTHING)


def _namer(root: Path) -> Callable[[str], str | None]:
    """Return a function that returns the stack to which a path belongs by its name, or None."""
    stacks, configs = _relative(files.STACKS, root), _relative(files.config_directory(), root)

    def name_of(path: str) -> str | None:
        directory, _, name = path.rpartition("/")
        stem, is_config = name.removesuffix(".yaml"), name.startswith(files.CONFIG_PREFIX)
        if stem == name or directory != (configs if is_config else stacks):
            return None
        return stem.removeprefix(files.CONFIG_PREFIX) if is_config else stem

    return name_of


def _locations(paths: Iterable[Path] | None, root: Path) -> Inputs:
    """Return where git has these files, and the links to them; None if a file is outside the repository."""
    if paths is None:
        return None
    forms = (form for path in paths for form in (path, _in_real_directory(path), Path(os.path.realpath(path))))
    found = frozenset(os.path.relpath(form, root) for form in forms)
    return None if any(path == os.pardir or path.startswith(f"{os.pardir}/") for path in found) else found


def _in_real_directory(path: Path) -> Path:
    return Path(os.path.realpath(path.parent), path.name)


def _relative(path: Path, root: Path) -> str:
    relative = os.path.relpath(os.path.realpath(path), root)
    return "" if relative == os.curdir else relative


def _added(inputs: Iterable[Inputs], difference: Difference) -> set[str]:
    """Return the inputs that exist, but not in the commit, also those that git ignores."""
    paths = {path for each in inputs for path in each or ()}
    return {path for path in paths if (difference.root / path).is_file() and not difference.tracks(path)}
