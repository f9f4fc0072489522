"""Which stacks a change affects: compared with git, in a repository of its own. Nothing changed is never assumed."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_check import GOOD, Scratch
from tests.support.pulumi_project import callers

STACKS = ["a", "b", "named", "shared"]
IDENTITY = {"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.com", "GIT_CONFIG_GLOBAL": os.devnull}
COMMITTER = {"GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.com"}
SHARING = "extends: common/live.yaml\n"


class Repository(Scratch):
    """A project in a directory of a repository, whose first commit has the tag `base`."""

    def __init__(self, directory: Path) -> None:
        self.top = directory
        (directory / "project").mkdir()
        super().__init__(directory / "project")
        (self.directory / "stacks/common").mkdir()
        for name in ("a", "b", "other"):
            self.write(f"stacks/{name}.yaml", GOOD)
        (self.directory / "stacks/other.yaml").rename(self.directory / "other.yml")
        self.write("stacks/shared.yaml", SHARING)
        self.write("stacks/common/live.yaml", GOOD)
        self.write("stacks/Pulumi.named.yaml", "config: {live-recording:recordings: other.yml}\n")
        self.write("__main__.py", "")
        self.git("init", "--quiet")
        self.commit("base")

    def git(self, *arguments: str) -> None:
        """Run git in the root of the repository."""
        subprocess.run(["git", *arguments], cwd=self.top, env=callers() | IDENTITY | COMMITTER, check=True)

    def commit(self, tag: str) -> None:
        """Commit everything, under a tag."""
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", "x")
        self.git("tag", tag)

    def affected(self, base: str = "base") -> list[str]:
        """Return the affected stacks."""
        done = self.run("list", "--changed", base, "--format", "json")
        assert done.returncode == 0, done.stderr
        return [stack["stack"] for stack in json.loads(done.stdout)]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a project with stacks of each kind."""
    return Repository(tmp_path)


def append(name: str) -> Callable[[Repository], object]:
    """Return a change that appends a line to a file, or creates it."""

    def change(repository: Repository) -> None:
        path = repository.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8") if path.exists() else GOOD
        path.write_text(f"{text}# changed\n", encoding="utf-8")

    return change


def link(repository: Repository) -> None:
    """Replace a stack file with a link, commit, and change the file that it refers to."""
    source = repository.directory / "source.yaml"
    (repository.directory / "stacks/a.yaml").rename(source)
    (repository.directory / "stacks/a.yaml").symlink_to("../source.yaml")
    repository.commit("linked")
    repository.git("tag", "--force", "base")
    append("project/source.yaml")(repository)


def ignore(repository: Repository) -> None:
    """Let git ignore a stack file that no commit has."""
    repository.write("stacks/secret.yaml", GOOD)
    repository.write(".gitignore", "stacks/secret.yaml\n")


CHANGES: dict[str, tuple[Callable[[Repository], object], list[str]]] = {
    "nothing": (lambda _: None, []),
    "a-stack-file": (append("project/stacks/a.yaml"), ["a"]),
    "a-config": (append("project/stacks/Pulumi.b.yaml"), ["b"]),
    "a-file-that-a-config-names": (append("project/other.yml"), ["named"]),
    "a-shared-file": (append("project/stacks/common/live.yaml"), ["shared"]),
    "the-project": (append("project/Pulumi.yaml"), STACKS),
    "the-program": (append("project/__main__.py"), STACKS),
    "a-lock": (append("project/requirements.txt"), STACKS),
    "a-file-outside-the-project": (append("lib/module.py"), STACKS),
    "a-page": (append("project/README.md"), []),
    "a-new-stack": (append("project/stacks/new.yaml"), ["new"]),
    "an-ignored-stack": (ignore, ["secret"]),
    "a-link": (link, ["a"]),
    "a-renamed-stack": (
        lambda repository: (repository.directory / "stacks/a.yaml").rename(repository.directory / "stacks/z.yaml"),
        ["z"],
    ),
    "a-deleted-stack": (lambda repository: (repository.directory / "stacks/a.yaml").unlink(), []),
    "a-deleted-shared-file": (
        lambda repository: (repository.directory / "stacks/common/live.yaml").unlink(),
        ["shared"],
    ),
    "a-line-break-in-a-name": (append("project/x\ny.json"), STACKS),
    "a-name-like-an-option": (append("project/--output"), STACKS),
    "quotes-in-a-name": (append('project/é"\\.json'), STACKS),
    "a-page-with-quotes": (append('project/é"\\.md'), []),
}


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_change_affects(repository: Repository, change: Callable[[Repository], object], expected: list[str]) -> None:
    """Not committed, staged, and committed, it affects the same stacks."""
    change(repository)
    assert repository.affected() == expected
    repository.commit("after")
    assert repository.affected() == expected
    assert repository.affected("after") == []


def test_settings_of_the_user_change_nothing(repository: Repository) -> None:
    """Such as a relative diff in a directory below the root, renames, or quoted paths."""
    for setting in ("diff.relative=true", "diff.renames=copies", "core.quotePath=true", "diff.external=false"):
        repository.git("config", *setting.split("="))
    append("lib/module.py")(repository)
    assert repository.affected() == STACKS


def test_results_and_virtualenvs_are_no_inputs(repository: Repository) -> None:
    """What a run leaves in the project does not affect the next one, whether git ignores it or not."""
    for name in (".venv/lib/module.py", "__pycache__/module.pyc", "plans/review.md", "plans/a.plan"):
        append(f"project/{name}")(repository)
    done = repository.run("plan", "--changed", "base", "--out", "plans", PATH="/usr/bin:/bin")
    assert "No stack is affected: no file of a stack differs from base.\n" in done.stderr


@pytest.mark.parametrize("name", ["x\ny", "--output", 'é"\\'])
def test_stack_with_an_invalid_name_hides_no_other(repository: Repository, name: str) -> None:
    """It is listed until it has another name."""
    append(f"project/stacks/{name}.yaml")(repository)
    append("project/stacks/a.yaml")(repository)
    assert repository.affected() == sorted(["a", name])


def test_stack_that_cannot_be_read_is_always_affected(repository: Repository) -> None:
    """What it depends on is unknown, so it is not left out."""
    repository.write("stacks/a.yaml", "templates: [\n")
    repository.write("stacks/Pulumi.b.yaml", "config: [\n")
    repository.commit("broken")
    assert repository.affected("broken") == ["a", "b"]


def test_reason_and_deleted_stacks_are_reported(repository: Repository) -> None:
    """Beside the list, which stays the same for programs."""
    (repository.directory / "stacks/a.yaml").unlink()
    gone = (
        "a: stacks/a.yaml does not exist. Its objects stay in the account, and nothing more is created. To delete them: "
        "pulumi destroy --stack a\n"
    )
    assert repository.run("list", "--changed", "base").stderr == gone
    append("project/data.json")(repository)
    reason = 'All stacks can be affected: "project/data.json" differs from base.\n'
    assert repository.run("list", "--changed", "base").stderr == reason + gone


REJECTED = {
    "empty": ("", "--changed is empty."),
    "zeros": ("0" * 40, f"--changed {'0' * 40} means that there is no earlier commit, as on a new branch."),
    "unknown": ("gone", 'Commit "gone" not found. Fetch it, or choose another one.'),
    "option": ("--output=leaked", 'Commit "--output=leaked" not found.'),
    "tree": ("base^{tree}", 'Commit "base^{tree}" not found.'),
    "range": ("base..base", 'Commit "base..base" not found.'),
}


@pytest.mark.parametrize(("base", "sentence"), REJECTED.values(), ids=REJECTED)
def test_base_that_is_no_commit_is_rejected(repository: Repository, base: str, sentence: str) -> None:
    """One sentence, nothing on standard output: a pipeline must not read it as "nothing changed"."""
    done = repository.run("list", "--changed", base, "--format", "json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(sentence)
    assert not (repository.directory / "leaked").exists()


def test_shallow_clone_gets_advice(repository: Repository, tmp_path: Path) -> None:
    """A checkout of a pipeline has one commit only, unless it asks for more."""
    append("project/stacks/a.yaml")(repository)
    repository.commit("after")
    repository.git("clone", "--quiet", "--depth=1", "--no-tags", f"file://{repository.top}", str(tmp_path / "clone"))
    shallow = Scratch.__new__(Scratch)
    shallow.directory = tmp_path / "clone/project"

    done = shallow.run("list", "--changed", "HEAD~1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith('Commit "HEAD~1" not found: this clone is shallow. Fetch the whole history:')


def test_without_git_nothing_is_compared(repository: Repository, tmp_path: Path) -> None:
    """Without the command, and outside a repository."""
    done = repository.run("list", "--changed", "base", PATH="")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "Cannot run git: No such file or directory. Install it.\n"
    done = repository.run("list", "--changed", "base", GIT_CEILING_DIRECTORIES=str(tmp_path.parent), GIT_DIR="/nowhere")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("git rev-parse failed: fatal: not a git repository")
