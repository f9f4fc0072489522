"""Print the directory of a complete Pulumi CLI, to be put first on PATH; build the pinned version if needed.

Rule 1: standard library only, because this runs before the virtualenv exists.
Rule 2: standard output is that one line; everything else goes to standard error.
Rule 3: what has its final name is complete, because it got that name in one rename.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
PINNED = "--pinned"  # never use the user's own CLI: what a pipeline uses must not depend on its machine
OLDEST = (3, 254)  # of a user's own CLI: the first whose import files may carry outputs
MODULES = ("go.mod", "go.sum")
HOST = "pulumi-language-python"
HOST_SOURCES = (f"{HOST}/main.go",)
SCRIPTS = ("pulumi-language-python-exec", "pulumi-resource-pulumi-python")
COMPANIONS = (HOST, *SCRIPTS)
FROM_MODULES = ("pulumi", *SCRIPTS)
SDK = "github.com/pulumi/pulumi/sdk/v3"
TAIL_LINES = 15
REPORT_SECONDS = 30
UNAVAILABLE = 3
INTERRUPTED = 130


class Unavailable(Exception):
    """There is no Pulumi CLI and there will be none, for the reason given."""


def say(sentence: str) -> None:
    """Tell the user, who is not reading standard output."""
    print(sentence, file=sys.stderr, flush=True)


def stated(pattern: str) -> str:
    """Return a value from go.mod, the only place that states the versions."""
    found = re.search(pattern, (HERE / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise Unavailable(f'"{HERE / "go.mod"}" has no line like {pattern}.')
    return found[1]


def release(text: str) -> tuple[int, ...]:
    """Return the first two numbers of a version, for comparison."""
    found = re.search(r"(\d+)\.(\d+)", text)
    return tuple(map(int, found.groups())) if found else (0, 0)


def dotted(numbers: tuple[int, ...]) -> str:
    """Format a version."""
    return ".".join(map(str, numbers))


def fingerprint(names: tuple[str, ...]) -> str:
    """Return a short hash of the contents of these files."""
    digest = hashlib.sha256()
    for name in names:
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()[:12]


def users_own(cache: Path) -> Path | None:
    """Return the directory of the user's own CLI, or None if it is unsuitable."""
    found = shutil.which("pulumi")
    if not found or cache in Path(found).resolve().parents:
        return None  # one of ours may be of another checkout
    try:
        said = subprocess.run([found, "version"], capture_output=True, text=True, check=False).stdout
    except OSError as error:
        said = f"not to be started ({error.strerror})"
    if release(said) < OLDEST:
        version = said.strip() or "of an unknown version"
        say(f'"{found}" is {version}; {dotted(OLDEST)} or newer is needed, so it is not used.')
        return None
    places = os.pathsep.join([str(Path(found).parent), str(Path(found).resolve().parent), os.environ.get("PATH", "")])
    missing = [name for name in COMPANIONS if not shutil.which(name, path=places)]
    if missing:
        say(f'"{found}" comes without {", ".join(missing)}, so it is not used.')
        return None
    return Path(found).absolute().parent


def complete(directory: Path) -> bool:
    """Return whether no file was deleted from it since its creation."""
    return all((directory / name).is_file() for name in ("pulumi", *COMPANIONS))


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Lock the build; the lock ends with the last process that builds, however it exits."""
    with lock.open("w") as file:
        os.set_inheritable(file.fileno(), True)  # a Go whose parent was killed still writes, so it holds the lock too
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another build of the Pulumi CLI is under way; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def go_command() -> str:
    """Return the Go command; exit if it is missing or too old."""
    go, needed = shutil.which("go"), release(stated(r"^go (\S+)"))
    ways_out = f"install Pulumi {dotted(OLDEST)} or newer, or Go {dotted(needed)} or newer to build it from source."
    if not go:
        raise Unavailable(f"There is no usable Pulumi CLI here and no Go to build one: {ways_out}")
    command = [go, "version"]
    version = subprocess.run(command, capture_output=True, text=True, check=False, env=go_environment()).stdout
    if release(version) < needed:
        raise Unavailable(f'There is no usable Pulumi CLI here and "{go}" is too old to build one: {ways_out}')
    return go


def go_environment() -> dict[str, str]:
    """Return the user's environment, without what would make Go fetch another Go or build another module."""
    return os.environ | {"GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": ""}


def run(go: str, *arguments: str) -> str:
    """Run a Go command in our module and return its output; print a progress line periodically."""
    started = time.monotonic()
    with subprocess.Popen(
        [go, *arguments],
        cwd=HERE,
        env=go_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        close_fds=False,  # the lock
    ) as process:
        while True:
            try:
                output, errors = process.communicate(timeout=REPORT_SECONDS)
                break
            except subprocess.TimeoutExpired:
                say(f"  still building ({time.monotonic() - started:.0f} s)")
            except BaseException:
                process.kill()
                raise
    if process.returncode:
        say("\n".join(errors.splitlines()[-TAIL_LINES:]))
        raise Unavailable(f'The Pulumi CLI could not be built: "go {arguments[0]}" failed, as shown above.')
    return output


def compiled(go: str, package: str, program: Path, version: str) -> None:
    """Build a program from a package of our module or of one that it requires."""
    flags = f"-s -w -X {SDK}/go/common/version.Version=v{version}"
    run(go, "build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", str(program), package)


def copy_from_modules(go: str, directory: Path, version: str) -> None:
    """Put what comes from the Go modules into the directory."""
    compiled(go, stated(r"^tool (\S+)"), directory / "pulumi", version)
    python = Path(run(go, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", SDK).strip()) / "python"
    for script in (python / "cmd/pulumi-language-python-exec", python / "dist/pulumi-resource-pulumi-python"):
        shutil.copyfile(script, directory / script.name)


def fill(directory: Path, complete_copy: Path | None, version: str) -> None:
    """Complete the directory, with hard links to another build of the same modules if there is one."""
    go = go_command()
    directory.mkdir()
    if complete_copy:
        say("Building the Python language host of the Pulumi CLI from its source ...")
        for name in FROM_MODULES:
            os.link(complete_copy / name, directory / name)
    else:
        say(f"Building the Pulumi CLI {version} from its Go modules (minutes the first time, then never again) ...")
        copy_from_modules(go, directory, version)
    compiled(go, f"./{HOST}", directory / HOST, version)
    for file in directory.iterdir():
        file.chmod(0o755)


def pinned(cache: Path) -> Path:
    """Return the directory of the CLI that go.mod names, and build it if needed.

    All checkouts share the cache. The directory is named after its contents, so one with other modules or another
    language host has its own: no checkout gets a stale CLI or changes the CLI of another checkout.
    """
    version = stated(r"^\s*github\.com/pulumi/pulumi/pkg/v3 v([\d.]+)")
    home = cache / f"pulumi-{version}"
    modules = fingerprint(MODULES)
    final = home / f"{modules}-{fingerprint(HOST_SOURCES)}"
    if complete(final):
        return final
    home.mkdir(parents=True, exist_ok=True)
    with alone(home.with_name(f"{home.name}.lock")):
        if complete(final):
            return final
        for leftover in [*home.glob("building-*"), *home.glob(final.name)]:
            shutil.rmtree(leftover, ignore_errors=True)
        complete_copy = next(filter(complete, sorted(home.glob(f"{modules}-*"))), None)
        with TemporaryDirectory(dir=home, prefix="building-") as temporary:
            made = Path(temporary) / "cli"
            fill(made, complete_copy, version)
            made.rename(final)
    return final


def main() -> int:
    """Print the directory, or exit with a one-line error."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").resolve() / "live-recording"
    try:
        own = None if PINNED in sys.argv[1:] else users_own(cache)
        print(own or pinned(cache))
    except Unavailable as reason:
        say(str(reason))
        return UNAVAILABLE
    except OSError as error:
        say(f"The Pulumi CLI could not be put into {cache}: {error}")
        return UNAVAILABLE
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
