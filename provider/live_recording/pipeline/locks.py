"""The lock that a killed run leaves on its stack.

`deploy` removes it only if it proves that its run is over: the state is in a directory, the lock names this host, and no
process here has its number. In a shared backend that proves nothing: hosts can have the same name.
"""

import json
import os
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_SHOWN_LOCK = re.compile(r"  (?P<url>file://.+): created by .* \(pid (?P<process>[0-9]{1,10})\) at \S+")
"""How the CLI shows a lock in a directory (*observed* with 3.259)."""
_ATTRIBUTES = ".attrs"
"""Ending of the file with attributes that the backend keeps beside each file (*observed*)."""
_ZOMBIE = "Z"
"""State of a process that ended, but whose parent has not waited for it."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock in a directory of this machine."""

    file: Path
    process: int

    @property
    def is_abandoned(self) -> bool:
        """Return whether the run that created it is over."""
        created_by: Any = None
        with suppress(OSError, ValueError):
            created_by = json.loads(self.file.read_bytes())
        return (
            isinstance(created_by, dict)
            and created_by.get("hostname") == os.uname().nodename
            and created_by.get("pid") == self.process
            and not _is_running(self.process)
        )


def parse_lock(line: str) -> Lock | None:
    """Return the lock that a line of the CLI shows, None if it shows no lock in a directory."""
    shown = _SHOWN_LOCK.fullmatch(line)
    return Lock(Path(unquote(urlsplit(shown["url"]).path)), int(shown["process"])) if shown else None


def remove_abandoned(locks: Collection[Lock]) -> bool:
    """Remove locks if the run of each is over. Returns whether they were removed."""
    if not locks or not all(lock.is_abandoned for lock in locks):
        return False
    try:
        for lock in locks:
            lock.file.with_name(f"{lock.file.name}{_ATTRIBUTES}").unlink(missing_ok=True)
            lock.file.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _is_running(process: int) -> bool:
    """Return whether this machine has the process. Another process that has its number by now counts as the same."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    with suppress(OSError):
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        return not status.rpartition(") ")[2].startswith(_ZOMBIE)
    return True
