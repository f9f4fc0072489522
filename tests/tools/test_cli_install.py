"""tools/pulumi/install.py, with fake commands on PATH for Go and for a user's own CLI."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SOURCES = Path(__file__).parent.parent.parent / "tools" / "pulumi"
COMPANIONS = ("pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python")
HOST = "pulumi-language-python"
HOST_SOURCE = Path(HOST, "main.go")
FILES = {"pulumi", *COMPANIONS}
CLI_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"

GO = f"""#!{sys.executable}
import os, pathlib, sys, time
here = pathlib.Path(__file__).parent
match sys.argv[1]:
    case "version":
        print("go version", (here / "version").read_text(), "linux/amd64")
    case "list":
        print(here / "module")
    case "build":
        with (here / "builds").open("a") as log:
            log.write(" ".join(sys.argv) + chr(10))
        output = pathlib.Path(sys.argv[sys.argv.index("-o") + 1])
        output.write_text("half")
        while (here / "hold").exists():
            time.sleep(0.01)
        if (here / "fail").exists():
            print("go: downloading something", *range(100), sep=chr(10), file=sys.stderr)
            print("module.go:1: no such thing", file=sys.stderr)
            sys.exit(1)
        source = pathlib.Path(sys.argv[-1], "main.go")
        output.write_text(source.read_text() if source.exists() else "whole")
"""


class Machine:
    """A cache, a PATH with these commands, and checkouts that use them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.go = root / "go"
        self.pulumi = root / "pulumi"
        self.home = root / "cache" / "live-recording" / f"pulumi-{self.version}"
        for script in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
            file = self.go / "module" / "python" / script
            file.parent.mkdir(parents=True)
            file.write_text(script, encoding="utf-8")
        self.install_go("go1.26.8")

    @property
    def version(self) -> str:
        """The version that go.mod names."""
        return str(re.findall(r"pulumi/pkg/v3 v(\S+)", (SOURCES / "go.mod").read_text(encoding="utf-8"))[0])

    @property
    def builds(self) -> list[str]:
        """The build commands so far."""
        log = self.go / "builds"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    @property
    def built(self) -> list[str]:
        """The packages that were built so far."""
        return [command.split()[-1] for command in self.builds]

    def install_go(self, version: str) -> None:
        """Add Go to PATH."""
        (self.go / "version").write_text(version, encoding="utf-8")
        self.command(self.go / "go", GO)

    def install_pulumi(self, version: str, *companions: str) -> None:
        """Put a user's own CLI on PATH."""
        self.pulumi.mkdir(exist_ok=True)
        for name in ("pulumi", *companions):
            self.command(self.pulumi / name, f"#!{sys.executable}\nprint('{version}')\n")

    def command(self, file: Path, text: str) -> None:
        """Write an executable file."""
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)

    def checkout(self, name: str) -> Path:
        """Copy our sources."""
        return Path(shutil.copytree(SOURCES, self.root / name, ignore=shutil.ignore_patterns("__pycache__")))

    def start(self, sources: Path = SOURCES, *before: Path, options: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        """Start an installation."""
        path = os.pathsep.join(map(str, [*before, self.pulumi, self.go]))
        return subprocess.Popen(
            [sys.executable, sources / "install.py", *options],
            env={"PATH": path, "XDG_CACHE_HOME": str(self.root / "cache"), "HOME": str(self.root)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def install(self, sources: Path = SOURCES, *before: Path, options: tuple[str, ...] = ()) -> tuple[int, str, str]:
        """Exit code, output and messages of an installation."""
        with self.start(sources, *before, options=options) as process:
            output, messages = process.communicate(timeout=30)
        assert "Traceback" not in messages
        return process.returncode, output, messages

    def made(self, sources: Path = SOURCES, *before: Path) -> Path:
        """Run an installation; return its directory, which is complete and in the cache."""
        code, output, _ = self.install(sources, *before)
        assert code == 0
        assert output.count("\n") == 1
        directory = Path(output.strip())
        assert directory.parent == self.home
        assert {file.name for file in directory.iterdir()} == FILES
        assert all(os.access(file, os.X_OK) for file in directory.iterdir())
        assert (directory / "pulumi").read_text(encoding="utf-8") == "whole"
        assert (directory / HOST).read_bytes() == (sources / HOST_SOURCE).read_bytes()
        return directory

    def hold(self, sources: Path = SOURCES) -> subprocess.Popen[str]:
        """Start an installation that waits during its build until `release` is called."""
        (self.go / "hold").touch()
        before = len(self.builds)
        process = self.start(sources)
        while len(self.builds) == before:
            assert process.poll() is None
            time.sleep(0.01)
        return process

    def release(self) -> None:
        """Let builds continue."""
        (self.go / "hold").unlink()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Create a machine with Go, without Pulumi."""
    return Machine(tmp_path)


def test_own_cli_is_built_once(machine: Machine) -> None:
    """The first call builds what go.mod names; later ones need neither Go nor time."""
    first = machine.made()
    shutil.rmtree(machine.go)

    assert machine.made() == first


def test_build_is_of_the_version_in_go_mod(machine: Machine) -> None:
    """CLI and language host are built from our module as it is, and get its version."""
    machine.made()

    assert machine.built == [CLI_PACKAGE, f"./{HOST}"]
    assert all("-mod=readonly" in command for command in machine.builds)
    assert all(f"version.Version=v{machine.version}" in command for command in machine.builds)


def test_pinned_version_is_built_beside_the_users_own(machine: Machine) -> None:
    """What a pipeline uses does not depend on its machine."""
    machine.install_pulumi("v3.300.1", *COMPANIONS)

    assert Path(machine.install(SOURCES, options=("--pinned",))[1].strip()).parent == machine.home


@pytest.mark.parametrize("version", ["v3.254.0", "v3.300.1", "4.0.0-beta.1"])
def test_users_own_cli_is_used(machine: Machine, version: str) -> None:
    """A complete CLI on PATH that is new enough is the one; nothing is built."""
    machine.install_pulumi(version, *COMPANIONS)

    assert machine.install() == (0, f"{machine.pulumi}\n", "")
    assert machine.builds == []


def test_companions_may_be_elsewhere(machine: Machine, tmp_path: Path) -> None:
    """A CLI that is a link is complete if its companions are beside the link's target."""
    machine.install_pulumi("v3.259.0", *COMPANIONS)
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "pulumi").symlink_to(machine.pulumi / "pulumi")

    assert machine.install(SOURCES, tmp_path / "links") == (0, f"{tmp_path / 'links'}\n", "")


@pytest.mark.parametrize(
    ("version", "companions", "reason"),
    [
        pytest.param("v3.253.9", COMPANIONS, "is v3.253.9; 3.254 or newer is needed, so it is not used.", id="old"),
        pytest.param("", COMPANIONS, "is of an unknown version; 3.254 or newer is needed", id="silent"),
        pytest.param("v3.259.0", COMPANIONS[:1], f"without {', '.join(COMPANIONS[1:])}, so it is not", id="incomplete"),
    ],
)
def test_unfit_cli_is_passed_over(machine: Machine, version: str, companions: tuple[str, ...], reason: str) -> None:
    """An unsuitable CLI on PATH is reported in one sentence, and ours is built."""
    machine.install_pulumi(version, *companions)
    _, _, messages = machine.install()

    assert reason in messages.splitlines()[0]
    assert machine.made().parent == machine.home


def test_cli_of_another_checkout_is_not_the_users_own(machine: Machine) -> None:
    """With another checkout's directory first on PATH, this checkout still gets its own language host."""
    newer = machine.checkout("newer")
    (newer / HOST_SOURCE).write_text("// newer\n", encoding="utf-8")
    others = machine.made(newer)

    assert machine.made(SOURCES, others) != others


def test_without_go_both_ways_out_are_named(machine: Machine) -> None:
    """Neither Pulumi nor Go: one sentence, exit code 3."""
    (machine.go / "go").unlink()
    code, output, messages = machine.install()

    assert (code, output) == (3, "")
    assert messages == (
        "There is no usable Pulumi CLI here and no Go to build one: "
        "install Pulumi 3.254 or newer, or Go 1.26 or newer to build it from source.\n"
    )


@pytest.mark.parametrize("version", ["go1.25.9", "go1.9", "devel"])
def test_old_go_is_as_good_as_none(machine: Machine, version: str) -> None:
    """A Go older than go.mod requires is reported, with both solutions."""
    machine.install_go(version)
    code, output, messages = machine.install()

    assert (code, output) == (3, "")
    assert f'"{machine.go / "go"}" is too old to build one: install Pulumi 3.254 or newer, or Go 1.26' in messages


def test_failed_build_shows_its_end(machine: Machine) -> None:
    """The end of Go's output and one sentence, exit code 3, nothing left behind; the next call builds."""
    (machine.go / "fail").touch()
    code, output, messages = machine.install()

    assert (code, output) == (3, "")
    assert "downloading something" not in messages
    assert messages.splitlines()[-2:] == [
        "module.go:1: no such thing",
        'The Pulumi CLI could not be built: "go build" failed, as shown above.',
    ]
    assert list(machine.home.iterdir()) == []
    (machine.go / "fail").unlink()
    machine.made()


def test_two_checkouts_build_once(machine: Machine) -> None:
    """Of two at once one builds; the other says that it waits, and uses the result."""
    with machine.hold() as builder, machine.start(machine.checkout("other")) as waiter:
        assert waiter.stderr
        sentence = waiter.stderr.readline()
        machine.release()
        built, _ = builder.communicate(timeout=30)
        used, _ = waiter.communicate(timeout=30)

    assert sentence == "Another build of the Pulumi CLI is under way; waiting for it.\n"
    assert built == used == f"{machine.made()}\n"
    assert machine.built == [CLI_PACKAGE, f"./{HOST}"]


@pytest.mark.parametrize(
    ("signum", "goes_on"), [(signal.SIGINT, False), (signal.SIGTERM, True), (signal.SIGKILL, True)]
)
def test_interrupted_build_leaves_nothing_half_made(machine: Machine, signum: signal.Signals, goes_on: bool) -> None:
    """Nothing has the final name; the next call waits for a Go that still runs, clears up and builds."""
    with machine.hold() as process:
        process.send_signal(signum)
        _, messages = process.communicate(timeout=30)
    finished = [each.name for each in machine.home.iterdir() if not each.name.startswith("building-")]
    with machine.start() as successor:
        assert successor.stderr
        sentence = successor.stderr.readline()
        machine.release()
        successor.communicate(timeout=30)

    assert messages.count("\n") == 1  # that it builds
    assert finished == []
    assert sentence.startswith("Another build" if goes_on else "Building")
    assert list(machine.home.iterdir()) == [machine.made()]


def test_changed_language_host_gets_its_own_directory(machine: Machine) -> None:
    """Another language host means another directory, the big file shared, without a second build of the CLI."""
    newer = machine.checkout("newer")
    with (newer / HOST_SOURCE).open("a", encoding="utf-8") as file:
        file.write("// newer\n")
    first, second = machine.made(), machine.made(newer)

    assert first != second
    assert machine.built == [CLI_PACKAGE, f"./{HOST}", f"./{HOST}"]
    assert (first / "pulumi").samefile(second / "pulumi")


def test_changed_modules_are_built(machine: Machine) -> None:
    """Other modules mean another build, even of the same version."""
    newer = machine.checkout("newer")
    with (newer / "go.sum").open("a", encoding="utf-8") as file:
        file.write("\n")

    assert machine.made() != machine.made(newer)
    assert machine.built == [CLI_PACKAGE, f"./{HOST}"] * 2


def test_damaged_directory_is_made_again(machine: Machine) -> None:
    """Where a file was deleted from the cache, the next call repairs it."""
    (machine.made() / "pulumi").unlink()
    machine.made()
