"""Plan what a pull request declares with the program, the package and the project file of its base.

Invariant: nothing of the pull request is run. Only its stack files and the config of its stacks are used, as regular
files. Everything else stays that of this checkout.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from live_recording.config import files
from live_recording.core.errors import ConfigError, ToolError
from live_recording.core.text import quoted
from live_recording.pipeline import git

VALUES = {"config", "encryptionsalt"}
"""Keys of a stack's config file that a pull request may change. Others load values from servers, or contact servers."""
REGULAR = ("100644", "100755")
"""Modes of regular files in a commit; links and submodules have others."""
CONFLICT = 1
"""Exit code of `git merge-tree` if both commits changed the same lines."""


@dataclass(frozen=True, slots=True)
class _Blob:
    """A file in a commit."""

    mode: str
    id: str
    size: int

    @property
    def is_plain(self) -> bool:
        """Return whether it is a regular file of the size that our commands read."""
        return self.mode in REGULAR and self.size <= files.LARGEST


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where a repository has stack files and their config; its paths are relative to the root of the repository."""

    root: Path
    stacks: str  # a directory, with a slash at the end
    config: re.Pattern[str]  # of the config files

    @classmethod
    def read(cls) -> "_Layout":
        """Return the layout of the project in the working directory."""
        prefix = git.text("rev-parse", "--show-prefix")
        directory = os.path.normpath(prefix / files.config_directory())
        config = re.escape("" if directory == "." else f"{directory}/") + r"Pulumi\.[^/]+\.yaml"
        root = Path(git.text("rev-parse", "--show-toplevel"))
        return cls(root, f"{prefix}{files.STACKS}/", re.compile(config))

    def is_config(self, path: str) -> bool:
        """Return whether a path is the config file of a stack."""
        return bool(self.config.fullmatch(path))

    def is_data(self, path: str) -> bool:
        """Return whether a path is a stack file, a file that stack files share, or the config of a stack."""
        return path.startswith(self.stacks) or self.is_config(path)


@contextmanager
def stacks_of(commit: str) -> Iterator[tuple[str, ...]]:
    """Put the stacks of a commit, merged into the commit of this checkout, into the working tree until the block ends.

    Yields the paths of all other changes, sorted: they have no effect. Raises ConfigError if the commit is not found or
    cannot be merged, and if changes would be overwritten that are not committed.
    """
    git.require_commit(commit)
    layout = _Layout.read()
    _require_committed(layout)
    tree = _merge(commit)
    base, head = _data_files("HEAD", layout), _data_files(tree, layout)
    kept = {path for path, blob in head.items() if blob != base.get(path) and not _is_usable(path, base, head, layout)}
    others = kept.union(path for path in _changed_paths(tree) if not layout.is_data(path))
    used = {path: blob for path, blob in head.items() if path not in kept}
    used |= {path: base[path] for path in kept & base.keys()}
    _write(layout.root, base, used)
    try:
        yield tuple(sorted(others))
    finally:
        _restore(layout.root, used, base)


def _is_usable(path: str, base: Mapping[str, _Blob], head: Mapping[str, _Blob], layout: _Layout) -> bool:
    """Return whether the head's version of a file is data."""
    if not head[path].is_plain:
        return False
    return not layout.is_config(path) or _other_settings(head[path]) == _other_settings(base.get(path))


def _other_settings(config_file: _Blob | None) -> dict[str, object]:
    """Return what a config file sets besides VALUES. A file that is not valid YAML has a unique result."""
    if config_file is None:
        return {}
    try:
        data = files.parse_yaml(_content(config_file).decode(), Path())
    except (ConfigError, UnicodeDecodeError):
        return {"invalid": config_file.id}
    return {key: value for key, value in data.items() if key not in VALUES}


def _require_committed(layout: _Layout) -> None:
    changed = (
        entry[3:] for entry in git.entries("status", "--porcelain", "--no-renames", "--untracked-files=all", "-z")
    )
    if path := next(filter(layout.is_data, changed), None):
        raise ConfigError(f"{quoted(path)} has changes that are not committed. Commit or stash them first.")


def _merge(commit: str) -> str:
    """Return the tree of this checkout's commit with a commit merged into it."""
    done = git.run("merge-tree", "--write-tree", "--no-messages", "--name-only", "-z", "HEAD", commit)
    tree, *conflicts = os.fsdecode(done.stdout).split("\0")
    if done.returncode == CONFLICT:
        raise ConfigError(
            f"Commit {quoted(commit)} conflicts with this checkout in {quoted(conflicts[0])}. Merge the base branch into it first."
        )
    if done.returncode:
        raise ToolError(f"Git cannot merge commit {quoted(commit)}: {git.reason(done)}")
    return tree


def _data_files(tree: str, layout: _Layout) -> dict[str, _Blob]:
    """Return the stack files and config files in a tree."""
    found: dict[str, _Blob] = {}
    for entry in git.entries("ls-tree", "-r", "-z", "--long", "--full-tree", tree):
        attributes, _, path = entry.partition("\t")
        if layout.is_data(path):
            mode, _, name, size = attributes.split()
            found[path] = _Blob(mode, name, int(size) if size.isdecimal() else 0)
    return found


def _changed_paths(tree: str) -> list[str]:
    return git.entries("diff-tree", "-r", "-z", "--name-only", "--no-renames", "HEAD", tree)


def _write(root: Path, old: Mapping[str, _Blob], new: Mapping[str, _Blob]) -> None:
    """Replace files of the working tree. Old files are deleted first, so that nothing is written through a link."""
    for path in old:
        if old[path] != new.get(path):
            (root / path).unlink()
            with suppress(OSError):
                os.removedirs((root / path).parent)  # only empty ones
    for path, blob in new.items():
        if old.get(path) != blob:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(_content(blob))


def _restore(root: Path, new: Mapping[str, _Blob], old: Mapping[str, _Blob]) -> None:
    """Undo `_write`."""
    for path in new.keys() - old.keys():
        (root / path).unlink()
        with suppress(OSError):
            os.removedirs((root / path).parent)
    if changed := [f":(top,literal){path}" for path in old if new.get(path) != old[path]]:
        git.text("restore", "--", *changed)


def _content(blob: _Blob) -> bytes:
    return git.content("cat-file", "blob", blob.id)
