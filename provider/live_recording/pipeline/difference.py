"""What differs from a commit, according to git. What git cannot answer is an error, never "no difference"."""

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from live_recording.core.errors import ConfigError
from live_recording.pipeline import git

NOT_SOURCES = (".venv", "venv", "__pycache__")
"""Names of directories whose untracked files are no source of a project, whether git ignores them or not."""
EXAMPLE = "Name a branch, tag or commit, such as origin/main."
NO_COMMIT = re.compile(r"0{40}|0{64}")
"""What GitHub and GitLab report as the previous commit of a new branch."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference between the working tree and a commit. Paths are relative to the root of the repository."""

    root: Path
    paths: frozenset[str]  # what was changed, added or deleted, and what is not tracked
    known: frozenset[str]  # every file, link and submodule of the commit

    def tracks(self, path: str) -> bool:
        """Return whether the commit has a path, or a link or a submodule that contains it."""
        return path in self.known or any(str(parent) in self.known for parent in PurePosixPath(path).parents)


def difference_from(base: str) -> Difference:
    """Return what differs from a commit. Raises ConfigError without such a commit, ToolError if git fails."""
    root = Path(os.path.realpath(git.text("rev-parse", "--show-toplevel")))
    commit = _commit(base)
    exact = (
        "--no-renames",
        "--no-relative",
        "--no-ext-diff",
        "--ignore-submodules=none",
    )  # whatever the user configured
    changed = git.entries("diff", "--name-only", "-z", *exact, commit, "--")
    ignored = [f"--exclude={name}/" for name in NOT_SOURCES]
    untracked = git.entries("ls-files", "-z", "--others", "--exclude-standard", *ignored, "--full-name", "--", ":/")
    known = git.entries("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
    return Difference(root, frozenset((*changed, *untracked)), frozenset(known))


def _commit(base: str) -> str:
    """Return the id of the commit that *base* names. Raises ConfigError for anything else."""
    if not base.strip():
        raise ConfigError(f"--changed is empty. {EXAMPLE}")
    if NO_COMMIT.fullmatch(base):
        raise ConfigError(
            f"--changed {base} means that there is no earlier commit, as on a new branch. {EXAMPLE} Without --changed, all "
            "stacks are selected."
        )
    return git.require_commit(base)
