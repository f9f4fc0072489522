"""What runs here: Python with its packages, the Pulumi CLI, its backend, and what encrypts secrets."""

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from live_recording.config import files
from live_recording.config.files import PROJECT
from live_recording.doctor.report import CheckResult, State, together
from live_recording.pipeline.pulumi_cli import SECONDS, run_command

REQUIREMENTS = Path("requirements.txt")
OLDEST_PYTHON, OLDEST_CLI = (3, 11), (3, 254)
"""The oldest that will do; of the CLI the first whose import files may carry outputs."""
COMPANIONS = ("pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python")
ON_PATH = 'export PATH="$(python3 tools/pulumi/install.py):$PATH"'
NOT_LOGGED_IN = 3
"""Exit code of the CLI."""
PROBE = """
import json, sys
from importlib import metadata
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        found[name] = None
print(json.dumps([sys.version.split()[0], found]))
"""


def python() -> Iterator[CheckResult]:
    """The virtualenv that Pulumi uses has what runs, as it is pinned."""
    if not PROJECT.is_file():
        yield CheckResult("Project", "wrong", f"There is no {PROJECT} here. Run this in the directory of the project.")
        return
    virtualenv = _virtualenv()
    if virtualenv is None:
        why = (
            f"{PROJECT} names no virtualenv, so Pulumi takes the Python on PATH. Name one: runtime.options.virtualenv."
        )
        yield CheckResult("Python", "note", why)
        return
    found = next((p for p in (virtualenv / "bin/python", virtualenv / "Scripts/python.exe") if p.is_file()), None)
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)", files.read_text(REQUIREMENTS, "list of requirements"), re.MULTILINE))
    said = run_command(found, "-c", PROBE, *pins) if found else None
    if said is None or said.returncode:
        what = "has no Python that runs" if virtualenv.is_dir() else "is not there"
        yield CheckResult(
            "Python", "wrong", f"The virtualenv {virtualenv} that {PROJECT} names {what}. Run: make setup"
        )
        return
    version, packages = json.loads(said.stdout)
    if _release(version) < OLDEST_PYTHON:
        why = f"The virtualenv {virtualenv} has Python {version}, but {_dotted(OLDEST_PYTHON)} or newer is needed."
        yield CheckResult(
            "Python", "wrong", f"{why} Remove it and run: make setup PYTHON=python{_dotted(OLDEST_PYTHON)}"
        )
    odd = [
        f"{name} {packages[name] or 'missing'} (not {pin})"
        for name, pin in sorted(pins.items())
        if packages[name] != pin
    ]
    if odd:
        why = (
            f"{virtualenv} differs from {REQUIREMENTS}: {', '.join(odd)}. Run: {found} -m pip install -r {REQUIREMENTS}"
        )
        yield CheckResult("Packages", "wrong", why)
    if not odd and _release(version) >= OLDEST_PYTHON:
        yield CheckResult(
            "Python", "ok", f"Python {version} in {virtualenv}, with the {len(pins)} packages that {REQUIREMENTS} pins."
        )


def pulumi(stacks: Sequence[str]) -> Iterator[CheckResult]:
    """There is a CLI that will do, it is logged in to a backend, and it can read what the stacks encrypt."""
    environment = files.environment()
    command = shutil.which("pulumi", path=environment.get("PATH"))
    cache = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "live-recording"
    built = sorted((_release(path.parts[-3]), path) for path in cache.glob("pulumi-*/*/pulumi"))
    if command is None and not built:
        why = f"There is no pulumi on PATH. Install {_dotted(OLDEST_CLI)} or newer, or build one: make setup"
        yield CheckResult("Pulumi CLI", "wrong", why)
        return
    line = _version(command or str(built[-1][1]), on_path=command is not None)
    yield line
    if line.state == "wrong":
        return
    backend, url = _backend(command or str(built[-1][1]))
    yield backend
    yield from together("Encryption", ((stack, *_encryption(stack, url, environment)) for stack in stacks))


def _version(command: str, *, on_path: bool) -> CheckResult:
    said = run_command(command, "version")
    release = _release(said.stdout) if said else (0, 0)
    if release < OLDEST_CLI:
        seen = f"is {said.stdout.strip()}" if said and any(release) else "does not tell its version"
        why = f"{command} {seen}, but {_dotted(OLDEST_CLI)} or newer is needed. Install it, or build one: make setup"
        return CheckResult("Pulumi CLI", "wrong", why)
    version = said.stdout.strip() if said else ""
    places = os.pathsep.join(
        [str(Path(command).parent), str(Path(command).resolve().parent), files.environment().get("PATH", "")]
    )
    missing = [name for name in COMPANIONS if not shutil.which(name, path=places)]
    if missing:
        why = f"{command} comes without {', '.join(missing)}, so it cannot run Python. Install it anew, or build one: make setup"
        return CheckResult("Pulumi CLI", "wrong", why)
    if not on_path:
        why = f"{version} was built by make setup, and is not on PATH. make uses it; for your shell: {ON_PATH}"
        return CheckResult("Pulumi CLI", "note", why)
    return CheckResult("Pulumi CLI", "ok", f"{version}, {command}.")


def _backend(command: str) -> tuple[CheckResult, str]:
    """What is known of the backend, and its URL where the CLI tells it."""
    said = run_command(command, "--non-interactive", "whoami", "--verbose", "--json")
    if said is None:
        return CheckResult(
            "Backend", "wrong", f"pulumi whoami gave no answer within {SECONDS:.0f} seconds. Look at the network."
        ), ""
    if said.returncode == NOT_LOGGED_IN:
        ways = "pulumi login file:///SOME/DIRECTORY keeps state in files, pulumi login in Pulumi Cloud; see pulumi login --help."
        return CheckResult("Backend", "wrong", f"Pulumi is not logged in, so it has no place for its state. {ways}"), ""
    try:
        url = str(json.loads(said.stdout)["url"])
    except (ValueError, KeyError, TypeError):
        reason = next(iter(said.stderr.strip().splitlines()), "pulumi whoami said nothing").removeprefix("error: ")
        why = f"{clean(reason)}. Mend that, or choose another backend: pulumi login --help"
        return CheckResult("Backend", "wrong", why), ""
    directory = Path(url.removeprefix("file://").partition("?")[0]).expanduser()
    if url.startswith("file://") and not os.access(directory, os.W_OK):
        return CheckResult(
            "Backend", "wrong", f"Nothing can be written into {directory}, where state is kept. Make it writable."
        ), url
    return CheckResult(
        "Backend", "ok", f"{clean(url)}{', on this machine only' if url.startswith('file://') else ''}."
    ), url


def _encryption(stack: str, url: str, environment: Mapping[str, str]) -> tuple[State, str]:
    """Whether Pulumi can encrypt and decrypt the secrets of a stack."""
    given = files.read_yaml(files.stack_config_path(stack))
    if given.get("secretsprovider", "passphrase") not in ("passphrase", "default"):
        return "ok", f"Secrets are encrypted by {clean(str(given['secretsprovider']).partition('?')[0])}."
    if "encryptionsalt" not in given and url.startswith("https://"):
        return "ok", "Secrets are encrypted by the backend."
    if "encryptionsalt" not in given and not url:
        return "note", "Pulumi Cloud encrypts by itself; with any other backend set PULUMI_CONFIG_PASSPHRASE."
    if "PULUMI_CONFIG_PASSPHRASE" in environment:
        return "ok", "Secrets are encrypted with PULUMI_CONFIG_PASSPHRASE."
    file = environment.get("PULUMI_CONFIG_PASSPHRASE_FILE", "")
    if file and Path(file).is_file():
        return "ok", f"Secrets are encrypted with the passphrase in {file}."
    seen = (
        f"PULUMI_CONFIG_PASSPHRASE_FILE names {file}, which is not there"
        if file
        else "PULUMI_CONFIG_PASSPHRASE is not set"
    )
    return (
        "wrong",
        f"Secrets are encrypted with a passphrase, and {seen}. Set it, or pulumi up will ask for it or fail.",
    )


def _virtualenv() -> Path | None:
    """The virtualenv that the project names."""
    runtime: Any = files.read_yaml(PROJECT).get("runtime")
    options = runtime.get("options") if isinstance(runtime, dict) else None
    named = options.get("virtualenv") if isinstance(options, dict) else None
    return Path(str(named)) if named else None


def _release(version: str) -> tuple[int, ...]:
    """The first two numbers of a version."""
    found = re.search(r"(\d+)\.(\d+)", version)
    return tuple(map(int, found.groups())) if found else (0, 0)


def _dotted(release: tuple[int, ...]) -> str:
    return ".".join(map(str, release))


def clean(text: str) -> str:
    """The text without user names and passwords of URLs."""
    return re.sub(r"(^|://)[^/\s\"]*@", r"\1***@", text)
