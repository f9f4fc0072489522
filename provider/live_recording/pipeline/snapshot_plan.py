"""Plan stacks without credentials, for example for a pull request from a fork.

The emulator loads a snapshot of the account; the stack of a base commit is deployed to it; that of this checkout is planned
and reviewed. Everything happens in a directory that is deleted afterwards, on a backend of its own.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from live_recording.config import files
from live_recording.config.printing import redacted
from live_recording.config.pulumi_cli import error_reason, run_pulumi
from live_recording.config.settings import NAMESPACE
from live_recording.config.sources import STACK_FILE, read_written_config
from live_recording.config.stack_state import read_state
from live_recording.core.errors import ConfigError, ToolError
from live_recording.core.text import quoted
from live_recording.core.vendor import DEFAULT_SITE
from live_recording.pipeline import git
from live_recording.pipeline.plan import Plan, open_stack, plan_stack, read_account
from live_recording.project import load_stack
from live_recording.stackfile.model import Stack

COPIED_KEYS = ("site", "region", STACK_FILE)
"""Config keys that have the same meaning without the account; all others are about signing in."""
DROPPED = ("TENCENTCLOUD_", "TKE_", "PULUMI_", "LIVE_RECORDING_ENDPOINT", "LIVE_RECORDING_CALLBACK_KEYS")
"""How the variables begin that are about the real account and the real backend."""
KEY_PAIR = {"TENCENTCLOUD_SECRET_ID": "emulator", "TENCENTCLOUD_SECRET_KEY": "emulator"}
VIRTUALENVS = (".venv", "venv")
ACCOUNT = "account.json"


def plan_on_snapshots(
    stacks: Sequence[str], base: str, accounts: Path, directory: Path
) -> tuple[tuple[Plan, ...], Mapping[str, ToolError], Mapping[str, str]]:
    """Plan stacks. Return the plans, the failures, and the stacks without a stack file with what that means.

    Args:
        stacks: Names of stacks.
        base: The commit whose stacks are deployed first. Raises ConfigError if there is no such commit.
        accounts: A directory with STACK.json for each stack whose account is known, from `live-recording snapshot`.
        directory: Where to write.
    """
    git.require_commit(base)
    plans, failures, without_file = [], {}, {}
    accounts, directory = accounts.absolute(), directory.absolute()
    for stack in stacks:
        path = files.stack_path(stack, read_written_config(stack).get(STACK_FILE))
        if not path.is_file():
            without_file[stack] = (
                f"{path} does not exist. Its objects stay in the account, and nothing more is created."
            )
            continue
        try:
            plans.append(_plan_stack(stack, base, accounts / f"{stack}.json", directory))
        except ToolError as error:
            failures[stack] = error
    return tuple(plans), failures, without_file


def _plan_stack(stack: str, base: str, snapshot: Path, directory: Path) -> Plan:
    with TemporaryDirectory(prefix="live-recording-") as scratch:
        before, after, state = Path(scratch, "base"), Path(scratch, "head"), Path(scratch, ACCOUNT)
        _copy_commit(base, before)
        _copy_checkout(after)
        if snapshot.is_file():
            shutil.copyfile(snapshot, state)
        config = read_written_config(stack)
        with _emulator(config.get("site") or DEFAULT_SITE, state) as url:
            variables = _variables(Path(scratch), url)
            with _inside(after, variables):
                _write_config(stack)
                _run(stack, "stack", "init", stack)
                salt = files.read_yaml(files.stack_config_path(stack)).get("encryptionsalt")
            with _inside(before, variables | KEY_PAIR):
                _write_config(stack, salt)
                earlier: Stack | None = Stack()
                if files.stack_path(stack, read_written_config(stack).get(STACK_FILE)).is_file():
                    _deploy(stack, base)
                    earlier = load_stack(stack).checked.valid_stack
            with _inside(after, variables | (KEY_PAIR if snapshot.is_file() else {})):
                opened = open_stack(stack)
                deployed, account = read_state(opened.pulumi_name), read_account(opened, None)
                return plan_stack(opened, directory, deployed, account, (), earlier)


def _deploy(stack: str, base: str) -> None:
    try:
        _run(stack, "up", "--yes", "--skip-preview", "--suppress-progress")
    except ToolError as error:
        raise ToolError(f"The stack file of {quoted(base)} cannot be deployed to the snapshot: {error}") from None


def _run(stack: str, *arguments: str) -> None:
    done = run_pulumi(None if arguments[0] == "stack" else stack, *arguments)
    if done.returncode:
        raise ToolError(f"pulumi {arguments[0]} failed: {error_reason(done.stderr + redacted(done.stdout))}")


def _copy_commit(commit: str, target: Path) -> None:
    """Copy the files of a commit."""
    content = git.content("archive", "--format=tar", commit)
    try:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            archive.extractall(target, filter="data")
    except tarfile.TarError as error:
        raise ToolError(f"The files of {quoted(commit)} cannot be copied: {error}.") from None
    _link_virtualenvs(target)


def _copy_checkout(target: Path) -> None:
    """Copy the files of this checkout, without those that git ignores."""
    target.mkdir()
    for name in git.entries("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"):
        source = Path(name)
        if source.is_file() and not source.is_symlink():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    _link_virtualenvs(target)


def _link_virtualenvs(target: Path) -> None:
    for name in VIRTUALENVS:
        if Path(name).is_dir() and not (target / name).exists():
            (target / name).symlink_to(Path(name).resolve())


def _write_config(stack: str, salt: object = None) -> None:
    """Write a config for the stack that has nothing about signing in."""
    config = read_written_config(stack)
    values = {f"{NAMESPACE}:{key}": value for key in COPIED_KEYS if (value := config.get(key))}
    data = {"config": values} | ({"encryptionsalt": salt} if salt else {})
    files.write_file(files.stack_config_path(stack), json.dumps(data))  # JSON is YAML


def _variables(scratch: Path, url: str) -> dict[str, str]:
    kept = {name: value for name, value in files.environment().items() if not name.startswith(DROPPED)}
    (scratch / "backend").mkdir(exist_ok=True)
    return kept | {
        "HOME": str(scratch),  # without profiles of the user
        "PULUMI_HOME": str(scratch / "home"),
        "PULUMI_BACKEND_URL": f"file://{scratch / 'backend'}",
        "PULUMI_CONFIG_PASSPHRASE": "none",
        "LIVE_RECORDING_ENDPOINT": url,
    }


@contextmanager
def _inside(directory: Path, variables: Mapping[str, str]) -> Iterator[None]:
    """Work in a directory with these variables only, and restore both."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        with chdir(directory):
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _emulator(site: str, state: Path) -> Iterator[str]:
    """Run an emulator that loads a snapshot if the file exists; yield its address."""
    command = [sys.executable, "-m", "live_recording", "emulate", "--site", site, "--state", str(state)]
    environment = {name: value for name, value in files.environment().items() if not name.startswith("TENCENTCLOUD_")}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            url = process.stdout.readline().strip() if process.stdout else ""
            if not url:
                raise ConfigError(
                    f"The snapshot cannot be used: {' '.join((process.stderr.read() if process.stderr else '').split())}"
                )
            yield url
        finally:
            process.terminate()
