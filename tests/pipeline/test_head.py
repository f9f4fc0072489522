"""`plan --head`: the stacks of a pull request in a checkout of its base, and nothing else of it."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from live_recording.core.errors import ConfigError
from live_recording.pipeline.head import stacks_of

BASE = {
    "Pulumi.yaml": "name: recordings\nruntime: python\nstackConfigDir: stacks\n",
    "__main__.py": "import live_recording\n",
    "stacks/dev.yaml": "rules: {}\n",
    "stacks/prod.yaml": "rules: {}\n",
    "stacks/Pulumi.prod.yaml": "encryptionsalt: v1:a\nconfig:\n  live-recording:site: cn\n",
}


class Repository:
    """A checkout of the base, and commits for pull requests."""

    def __init__(self, root: Path, base: Mapping[str, str]) -> None:
        self.root = root
        self.git("init", "--quiet", "--initial-branch=main")
        self.base = self.commit(base)

    def git(self, *arguments: str) -> str:
        """Run git and return its output."""
        who = ("-c", "user.name=Op", "-c", "user.email=op@example.com")
        done = subprocess.run(["git", *who, *arguments], cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self, files: Mapping[str, str | None]) -> str:
        """Commit files, deleting those that are None, and return the commit."""
        for name, text in files.items():
            path = self.root / name
            path.unlink(missing_ok=True)
            if text is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        return self.commit_all()

    def commit_all(self) -> str:
        """Commit the working tree and return the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=change")
        return self.git("rev-parse", "HEAD")

    def propose(self, files: Mapping[str, str | None]) -> str:
        """Return a commit of a pull request; the checkout stays at the base."""
        return self._away(lambda: self.commit(files))

    def propose_link(self, name: str, target: str) -> str:
        """Return a commit of a pull request that replaces a file by a symbolic link."""

        def link() -> str:
            (self.root / name).unlink()
            (self.root / name).symlink_to(target)
            return self.commit_all()

        return self._away(link)

    def _away(self, make: Callable[[], str]) -> str:
        self.git("checkout", "--quiet", "--detach")
        commit = make()
        self.git("checkout", "--quiet", "main")
        return commit

    def tree(self) -> dict[str, str]:
        """Return the files of the working tree."""
        paths = [path for path in sorted(self.root.rglob("*")) if path.is_file() and ".git" not in path.parts]
        return {path.relative_to(self.root).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Return a repository in the working directory."""
    monkeypatch.chdir(tmp_path)
    return Repository(tmp_path, BASE)


def test_head_replaces_stacks_and_their_values_only(repository: Repository) -> None:
    """Program, project file and package stay those of the base; the paths that have no effect are reported."""
    data: dict[str, str | None] = {
        "stacks/prod.yaml": "tasks: {}\n",
        "stacks/shared/all.yaml": "rules: {}\n",
        "stacks/dev.yaml": None,
        "stacks/Pulumi.prod.yaml": "encryptionsalt: v1:b\nconfig:\n  live-recording:site: intl\n",
    }
    code = {"Pulumi.yaml": "name: x\nmain: evil\n", "__main__.py": "evil\n", ".github/workflows/x.yml": "on: push\n"}
    commit = repository.propose({**data, **code})

    with stacks_of(commit) as without_effect:
        seen = repository.tree()

    expected = {**BASE, **data}
    assert seen == {name: text for name, text in expected.items() if text is not None}
    assert without_effect == (".github/workflows/x.yml", "Pulumi.yaml", "__main__.py")
    assert (repository.tree(), repository.git("status", "--porcelain")) == (BASE, "")


def test_head_is_merged_into_the_base(repository: Repository) -> None:
    """A stack that the base has changed since the pull request began keeps that change."""
    commit = repository.propose({"stacks/dev.yaml": "tasks: {}\n"})
    repository.commit({"stacks/prod.yaml": "tasks: {}\n", "__main__.py": "newer\n"})

    with stacks_of(commit) as without_effect:
        assert (repository.root / "stacks/prod.yaml").read_text(encoding="utf-8") == "tasks: {}\n"
        assert (repository.root / "stacks/dev.yaml").read_text(encoding="utf-8") == "tasks: {}\n"
    assert without_effect == ()


@pytest.mark.parametrize(
    "config",
    [
        "environment: [production]\n",
        "environment: {values: {environmentVariables: {LIVE_RECORDING_ENDPOINT: evil.example.com}}}\n",
        "secretsprovider: hashivault://evil\n",
        "encryptedkey: AAAA\n",
        "Environment: [production]\n",
        "config: {}\n---\nenvironment: [production]\n",
        "a: &a {environment: [production]}\n<<: *a\n",
        "\0",
    ],
)
def test_config_that_does_more_than_set_values_has_no_effect(repository: Repository, config: str) -> None:
    """Environments and secrets providers load values from servers, and contact servers."""
    commit = repository.propose({"stacks/Pulumi.prod.yaml": config, "stacks/Pulumi.new.yaml": config})

    with stacks_of(commit) as without_effect:
        assert repository.tree() == BASE
    assert without_effect == ("stacks/Pulumi.new.yaml", "stacks/Pulumi.prod.yaml")


def test_values_beside_an_environment_of_the_base_have_effect(repository: Repository) -> None:
    """Only a change of the other settings is ignored."""
    before = "environment: [production]\nconfig: {a:b: 1}\n"
    repository.commit({"stacks/Pulumi.prod.yaml": before})
    commit = repository.propose({"stacks/Pulumi.prod.yaml": before.replace("1", "2")})

    with stacks_of(commit) as without_effect:
        assert "2" in repository.tree()["stacks/Pulumi.prod.yaml"]
    assert without_effect == ()


def test_links_and_huge_files_have_no_effect(repository: Repository) -> None:
    """Nothing outside the stack files is read, and nothing is written through a link of the base."""
    link = repository.propose_link("stacks/prod.yaml", "/etc/passwd")
    huge = repository.propose({"stacks/prod.yaml": "#" * ((2 << 20) + 1)})
    for commit in (link, huge):
        with stacks_of(commit) as without_effect:
            assert repository.tree() == BASE
        assert without_effect == ("stacks/prod.yaml",)

    (repository.root / "stacks/dev.yaml").unlink()
    (repository.root / "stacks/dev.yaml").symlink_to("../__main__.py")
    repository.commit_all()
    commit = repository.propose({"stacks/dev.yaml": "rules: {}\n"})
    with stacks_of(commit):
        assert repository.tree() == BASE
    assert (repository.root / "stacks/dev.yaml").is_symlink()
    assert repository.git("status", "--porcelain") == ""


def test_config_without_a_directory_of_its_own_is_beside_the_project_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The project may be a directory of the repository, and its configs may be beside Pulumi.yaml."""
    base = {"tv/Pulumi.yaml": "name: tv\nruntime: python\n", "tv/stacks/dev.yaml": "rules: {}\n"}
    repository = Repository(tmp_path, base)
    data = {"tv/Pulumi.dev.yaml": "config: {}\n", "tv/stacks/dev.yaml": "tasks: {}\n"}
    commit = repository.propose(data | {"Pulumi.dev.yaml": "config: {}\n", "stacks/dev.yaml": "rules: {}\n"})
    monkeypatch.chdir(tmp_path / "tv")

    with stacks_of(commit) as without_effect:
        assert repository.tree() == base | data
    assert without_effect == ("Pulumi.dev.yaml", "stacks/dev.yaml")
    assert repository.tree() == base


def test_what_cannot_be_merged_is_an_error(repository: Repository) -> None:
    """Each reason is one sentence, and the working tree stays unchanged."""
    commit = repository.propose({"stacks/prod.yaml": "tasks: {}\n"})
    repository.commit({"stacks/prod.yaml": "schedules: {}\n"})
    conflict = (
        f'Commit "{commit}" conflicts with this checkout in "stacks/prod.yaml". Merge the base branch into it first.'
    )
    _fails(commit, conflict)
    _fails("--all", 'Commit "--all" not found. Fetch it, or choose another one.')
    (repository.root / "stacks/new.yaml").write_text("", encoding="utf-8")
    _fails(repository.base, '"stacks/new.yaml" has changes that are not committed. Commit or stash them first.')


def _fails(commit: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as error, stacks_of(commit):
        pass
    assert str(error.value) == sentence
