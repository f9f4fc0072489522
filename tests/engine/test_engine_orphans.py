"""Provider processes whose engine was killed: they send nothing more, and exit."""

import time
from pathlib import Path

from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject

PATIENCE = 30.0  # seconds; a provider looks every five
STACK = "templates: {archive: {mp4: {storage_time: 30d}}}\n"


def _left(directory: Path) -> list[str]:
    """Return the processes that work in the directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").resolve().is_relative_to(directory):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def test_provider_of_a_killed_engine_sends_nothing_more(tmp_path: Path, account: Account) -> None:
    """A create that waits when the CLI is killed is never sent, and no process is left."""
    project = LiveProject(tmp_path, account)
    project.write(STACK)
    account.emulator.fault("CreateLiveRecordTemplate", "throttle", count=1000)
    cli = project.start("up", "--yes", "--skip-preview", "--stack", "dev")
    deadline = time.monotonic() + PATIENCE
    while not account.changes() and time.monotonic() < deadline:
        time.sleep(0.05)
    cli.kill()
    cli.wait()
    account.emulator.clear_faults()  # from now on it would succeed

    while _left(project.directory) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _left(project.directory) == []
    assert account.state["templates"] == []
