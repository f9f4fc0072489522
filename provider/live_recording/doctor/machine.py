"""Check what runs on this machine: Python and its packages, the Pulumi CLI, its backend, and the encryption of secrets."""

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from live_recording.config import files
from live_recording.config.files import PROJECT
from live_recording.config.pulumi_cli import SECONDS, run_command
from live_recording.core.text import count_of
from live_recording.doctor.report import CheckResult, State, group_stacks

DISTRIBUTION, REQUIREMENTS = "live-recording", Path("requirements.txt")
OLDEST_PYTHON, OLDEST_CLI = (3, 11), (3, 254)
"""The oldest supported versions; of the CLI the first whose import files may contain outputs."""
COMPANIONS = ("pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python")
"""Programs that the CLI needs to run Python."""
INSTALL = "Run `pulumi install`, or `make setup` in a checkout of live-recording."
INSTALL_CLI = f"Install {'.'.join(map(str, OLDEST_CLI))} or newer, or build it: make setup"
ON_PATH = 'export PATH="$(python3 tools/pulumi/install.py):$PATH"'
NOT_LOGGED_IN = 3
"""Exit code of `pulumi whoami`."""
PROBE = """
import json, re, sys
from importlib import metadata

def version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None

own = version(sys.argv[1])
needed = [text for text in metadata.requires(sys.argv[1]) or () if "extra ==" not in text] if own else []
print(json.dumps([sys.version.split()[0], own, {text: version(re.match(r"[\\w.-]+", text)[0]) for text in needed}]))
"""
"""Prints the versions of Python, of a distribution and of its requirements. Runs in the virtualenv of the project."""


def check_python() -> Iterator[CheckResult]:
    """Check that Pulumi's virtualenv has the package and everything that it needs."""
    if not PROJECT.is_file():
        sentence = f"{PROJECT} not found. Change to the root directory of the project."
        yield CheckResult("Project", "wrong", sentence)
        return
    virtualenv = _virtualenv()
    if virtualenv is None:
        sentence = (
            f"{PROJECT} names no virtualenv, so Pulumi uses the Python on PATH. Set runtime.options.virtualenv there."
        )
        yield CheckResult("Python", "note", sentence)
        return
    probe = _probe(virtualenv)
    if probe is None:
        problem = "has no working Python" if virtualenv.is_dir() else "does not exist"
        yield CheckResult("Python", "wrong", f"The virtualenv {virtualenv} (named in {PROJECT}) {problem}. {INSTALL}")
        return
    python, version, requirements = json.loads(probe)
    yield from _check_versions(virtualenv, python, version, requirements)


def _check_versions(
    virtualenv: Path, python: str, version: str | None, requirements: Mapping[str, str | None]
) -> Iterator[CheckResult]:
    supported = _release(python) >= OLDEST_PYTHON
    if not supported:
        sentence = f"The virtualenv {virtualenv} has Python {python}, but {_dotted(OLDEST_PYTHON)} or newer is needed."
        yield CheckResult("Python", "wrong", f"{sentence} Delete it. {INSTALL}")
    if problem := _package_problem(version, requirements):
        yield CheckResult("Packages", "wrong", f"{virtualenv}: {problem}. {INSTALL}")
    elif supported:
        packages = f"{DISTRIBUTION} {version} and its {count_of(len(requirements), 'requirement')}"
        yield CheckResult("Python", "ok", f"Python {python} in {virtualenv}, with {packages}.")


def _package_problem(version: str | None, requirements: Mapping[str, str | None]) -> str:
    """Return what is wrong with the installed packages, or "".

    Args:
        version: The installed version of this distribution.
        requirements: Requirement, such as `pydantic>=2.14`, -> the installed version.
    """
    if version is None:
        return f"{DISTRIBUTION} is not installed"
    if (pinned := _pinned_version()) not in (None, version):
        return f"{DISTRIBUTION} is {version}, but {REQUIREMENTS} pins {pinned}"
    missing = [
        f"{requirement} ({installed or 'not installed'})"
        for requirement, installed in sorted(requirements.items())
        if not _satisfies(installed, requirement)
    ]
    return f"{DISTRIBUTION} {version} needs {', '.join(missing)}" if missing else ""


def _satisfies(installed: str | None, requirement: str) -> bool:
    """Return whether a version satisfies a requirement `NAME>=VERSION`, the only form that this distribution uses."""
    return installed is not None and _numbers(installed) >= _numbers(requirement.partition(">=")[2])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version.partition("+")[0])))


def _pinned_version() -> str | None:
    """Return the version of this distribution that the project pins, None if it pins none, as its own checkout does."""
    text = files.read_text(REQUIREMENTS, "list of requirements") if REQUIREMENTS.is_file() else ""
    pin = re.search(rf"^{DISTRIBUTION}(?:\[[^\]]*\])? *== *([\w.!+-]+)", text, re.MULTILINE)
    return pin[1] if pin else None


def _virtualenv() -> Path | None:
    """Return the virtualenv that the Pulumi project names."""
    runtime: Any = files.read_yaml(PROJECT).get("runtime")
    options = runtime.get("options") if isinstance(runtime, dict) else None
    path = options.get("virtualenv") if isinstance(options, dict) else None
    return Path(str(path)) if path else None


def _probe(virtualenv: Path) -> str | None:
    """Return what the probe prints in the Python of the virtualenv; None if it cannot run."""
    for python in (virtualenv / "bin/python", virtualenv / "Scripts/python.exe"):
        if python.is_file():
            done = run_command(python, "-c", PROBE, DISTRIBUTION)
            return None if done is None or done.returncode else done.stdout
    return None


def check_pulumi(stacks: Sequence[str]) -> Iterator[CheckResult]:
    """Check the Pulumi CLI, its backend, and whether it can encrypt and decrypt the secrets of the stacks."""
    environment = files.environment()
    on_path = shutil.which("pulumi", path=environment.get("PATH"))
    command = on_path or _built_cli(environment)
    if command is None:
        yield CheckResult("Pulumi CLI", "wrong", f"pulumi is not on PATH. {INSTALL_CLI}")
        return
    cli = _check_cli(command, on_path=on_path is not None)
    yield cli
    if cli.state == "wrong":
        return
    backend, url = _check_backend(command)
    yield backend
    yield from group_stacks("Encryption", ((stack, *_check_encryption(stack, url, environment)) for stack in stacks))


def _built_cli(environment: Mapping[str, str]) -> str | None:
    """Return the newest CLI that `make setup` built."""
    cache = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "live-recording"
    built = sorted((_release(path.parts[-3]), path) for path in cache.glob("pulumi-*/*/pulumi"))
    return str(built[-1][1]) if built else None


def _check_cli(command: str, *, on_path: bool) -> CheckResult:
    done = run_command(command, "version")
    version = done.stdout.strip() if done else ""
    if _release(version) < OLDEST_CLI:
        problem = f"is {version}" if any(_release(version)) else "does not print its version"
        return CheckResult("Pulumi CLI", "wrong", f"{command} {problem}. {INSTALL_CLI}")
    if missing := _missing_companions(command):
        sentence = (
            f"{command} cannot run Python: {', '.join(missing)} not found. Reinstall it, or build one: make setup"
        )
        return CheckResult("Pulumi CLI", "wrong", sentence)
    if not on_path:
        sentence = f"{version}, built by make setup, is not on PATH. make uses it. To use it in your shell: {ON_PATH}"
        return CheckResult("Pulumi CLI", "note", sentence)
    return CheckResult("Pulumi CLI", "ok", f"{version}, {command}.")


def _missing_companions(command: str) -> list[str]:
    directories = (str(Path(command).parent), str(Path(command).resolve().parent), files.environment().get("PATH", ""))
    path = os.pathsep.join(directories)
    return [name for name in COMPANIONS if not shutil.which(name, path=path)]


def _check_backend(command: str) -> tuple[CheckResult, str]:
    """Return the result, and the URL of the backend, "" if it is unknown."""
    done = run_command(command, "--non-interactive", "whoami", "--verbose", "--json")
    if done is None:
        return _bad_backend(f"pulumi whoami did not answer within {SECONDS:.0f} seconds. Check the network.")
    if done.returncode == NOT_LOGGED_IN:
        return _bad_backend(
            "Pulumi is not logged in to a backend. State in files: pulumi login file:///SOME/DIRECTORY. "
            "State in Pulumi Cloud: pulumi login. Others: pulumi login --help"
        )
    try:
        url = str(json.loads(done.stdout)["url"])
    except (ValueError, KeyError, TypeError):
        reason = next(iter(done.stderr.strip().splitlines()), "pulumi whoami printed nothing").removeprefix("error: ")
        return _bad_backend(f"{hide_users(reason)}. Fix this, or choose another backend: pulumi login --help")
    local = url.startswith("file://")
    directory = Path(url.removeprefix("file://").partition("?")[0]).expanduser()
    if local and not os.access(directory, os.W_OK):
        return CheckResult("Backend", "wrong", f"The state directory {directory} is not writable."), url
    return CheckResult("Backend", "ok", f"{hide_users(url)}{', on this machine only' if local else ''}."), url


def _bad_backend(sentence: str) -> tuple[CheckResult, str]:
    return CheckResult("Backend", "wrong", sentence), ""


def _check_encryption(stack: str, url: str, environment: Mapping[str, str]) -> tuple[State, str]:
    """Return whether Pulumi can encrypt and decrypt the secrets of a stack; *url* is that of the backend."""
    config = files.read_yaml(files.stack_config_path(stack))
    provider = str(config.get("secretsprovider", "passphrase"))
    if provider not in ("passphrase", "default"):
        return "ok", f"Secrets are encrypted by {hide_users(provider.partition('?')[0])}."
    if "encryptionsalt" not in config and url.startswith("https://"):
        return "ok", "Secrets are encrypted by the backend."
    if "encryptionsalt" not in config and not url:
        return "note", "Pulumi Cloud encrypts secrets itself. With any other backend, set PULUMI_CONFIG_PASSPHRASE."
    return _check_passphrase(environment)


def _check_passphrase(environment: Mapping[str, str]) -> tuple[State, str]:
    if "PULUMI_CONFIG_PASSPHRASE" in environment:
        return "ok", "Secrets are encrypted with PULUMI_CONFIG_PASSPHRASE."
    file = environment.get("PULUMI_CONFIG_PASSPHRASE_FILE", "")
    if file and Path(file).is_file():
        return "ok", f"Secrets are encrypted with the passphrase in {file}."
    problem = (
        f"PULUMI_CONFIG_PASSPHRASE_FILE names {file}, which does not exist"
        if file
        else "PULUMI_CONFIG_PASSPHRASE is not set"
    )
    return (
        "wrong",
        f"Secrets are encrypted with a passphrase, but {problem}. Set it: without it pulumi up asks or fails.",
    )


def _release(version: str) -> tuple[int, ...]:
    """Return the first two numbers of a version, (0, 0) if it has none."""
    match = re.search(r"(\d+)\.(\d+)", version)
    return tuple(map(int, match.groups())) if match else (0, 0)


def _dotted(release: tuple[int, ...]) -> str:
    return ".".join(map(str, release))


def hide_users(text: str) -> str:
    """Return the text without user names and passwords of URLs."""
    return re.sub(r"(^|://)[^/\s\"]*@", r"\1***@", text)
