"""The lock of a killed run is removed, that of any other run stays."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from live_recording.pipeline.locks import Lock, parse_lock, remove_abandoned

HERE = os.uname().nodename
SHOWN = (
    "  file:///state/a%20b/.pulumi/locks/organization/project/dev/1.json?no_tmp_dir=true: created by {} (pid 7) at {}"
)


@pytest.fixture
def ended() -> int:
    """Return the number of a process that is over."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


@pytest.fixture
def zombie() -> Iterator[int]:
    """Return the number of a process that is over, but whose parent has not asked how it ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        yield process.pid


def lock_of(directory: Path, process: int, host: str = HERE, content: str | None = None) -> Lock:
    """Return a lock in a file of its own."""
    file = directory / f"{len(list(directory.iterdir()))}.json"
    file.write_text(content or json.dumps({"pid": process, "username": "op", "hostname": host}), encoding="utf-8")
    Path(f"{file}.attrs").touch()
    return Lock(file, process)


def test_lock_of_a_killed_run_is_removed(tmp_path: Path, ended: int, zombie: int) -> None:
    """Also while its parent has not noticed; nothing of it stays."""
    assert remove_abandoned([lock_of(tmp_path, ended), lock_of(tmp_path, zombie)])
    assert list(tmp_path.iterdir()) == []


def test_other_locks_stay(tmp_path: Path, ended: int) -> None:
    """A run that is not over, of another host, or of which nothing is known keeps its lock, and with it all others."""
    kept = {
        "running": lock_of(tmp_path, os.getpid()),
        "of another user": lock_of(tmp_path, 1),
        "no process number": lock_of(tmp_path, 10**30),
        "other host": lock_of(tmp_path, ended, host="elsewhere"),
        "other process": lock_of(tmp_path, ended, content=json.dumps({"pid": 1, "hostname": HERE})),
        "no object": lock_of(tmp_path, ended, content="[]"),
        "cut off": lock_of(tmp_path, ended, content="{"),
        "gone": Lock(tmp_path / "gone.json", ended),
    }
    abandoned = lock_of(tmp_path, ended)
    before = sorted(tmp_path.iterdir())

    assert not remove_abandoned([])
    assert [name for name, lock in kept.items() if remove_abandoned([lock])] == []
    assert not remove_abandoned([abandoned, kept["running"]])
    assert sorted(tmp_path.iterdir()) == before


def test_lock_that_cannot_be_removed_stays(tmp_path: Path, ended: int) -> None:
    """Then the command that removes it is shown, as for any other lock."""
    lock = lock_of(tmp_path, ended)
    attributes = Path(f"{lock.file}.attrs")
    attributes.unlink()
    attributes.mkdir()

    assert not remove_abandoned([lock])
    assert lock.file.exists()


@pytest.mark.parametrize("user", ["op@host", "a b@x (pid 9) at y", "@"])
def test_lock_is_read_from_what_the_cli_shows(user: str) -> None:
    """Whatever users and directories are called."""
    expected = Lock(Path("/state/a b/.pulumi/locks/organization/project/dev/1.json"), 7)

    assert parse_lock(SHOWN.format(user, "2026-11-30T00:00:00Z")) == expected


@pytest.mark.parametrize(
    "line",
    [
        "",
        "error: the stack is currently locked by 1 lock(s).",
        SHOWN.replace("file:", "s3:"),
        SHOWN.format("op@x", ""),
        SHOWN.replace("7", "7" * 5000),
    ],
)
def test_other_lines_show_no_lock(line: str) -> None:
    """A lock in a shared backend is left alone: other hosts can have the same name."""
    assert parse_lock(line) is None
