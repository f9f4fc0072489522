"""Ends this provider process when its engine is gone.

A killed CLI leaves its provider processes running. Such an orphan must not send its pending change after another run has
already repaired the account. The engine's address is the last argument of the process; its parent does not change.
"""

import os
import socket
import sys
from functools import cache
from pathlib import Path
from threading import Event, Thread

WATCH_SECONDS = 5.0
"""Time between two looks of an idle process; it ends at the second look in a row that finds no engine."""
CONNECT_SECONDS = 2.0


class OrphanGuard:
    """Watches the engine at *address* (host:port). An address that never listened is not watched."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._address = (host, int(port)) if host and port.isdigit() else None
        self._was_seen = self._is_listening()

    def exit_if_orphaned(self) -> None:
        """End this process at once if the engine is gone. Called before every change that is sent."""
        if self._was_seen and not self._is_listening():
            os._exit(1)

    def start_watching(self) -> None:
        """Look from time to time, so that an idle orphan ends too."""
        if self._was_seen:
            Thread(target=self._watch, daemon=True).start()

    def _is_listening(self) -> bool:
        if self._address is None:
            return False
        try:
            socket.create_connection(self._address, CONNECT_SECONDS).close()
        except OSError:
            return False
        return True

    def _watch(self) -> None:
        missed, pause = 0, Event()
        while missed < 2:  # noqa: PLR2004 - a single miss may be a busy machine
            pause.wait(WATCH_SECONDS)
            missed = 0 if self._is_listening() else missed + 1
        os._exit(1)


@cache
def orphan_guard() -> OrphanGuard:
    """Return the guard of this process, which watches from the first call on; outside a provider process it does nothing."""
    is_provider_process = Path(sys.argv[0]).parts[-2:] == ("dynamic", "__main__.py")
    guard = OrphanGuard(sys.argv[-1] if is_provider_process else "")
    guard.start_watching()
    return guard
