"""The engine that started this process: without it nothing more is sent.

A killed CLI leaves its provider processes behind. Such an orphan must not send its pending change after somebody has
already run Pulumi again. The engine's address is the last argument of the process; its parent does not change.
"""

import os
import socket
import sys
from functools import cache
from pathlib import Path
from threading import Event, Thread

WATCH_SECONDS = 5.0
"""Time between two looks of an idle process; it ends at the second look that finds nobody."""
CONNECT_SECONDS = 2.0


class Lifeline:
    """Whether the engine at *address* (host:port) still listens; one that never did is not waited for."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._address = (host, int(port)) if host and port.isdigit() else None
        self._seen = self._listens()

    def _listens(self) -> bool:
        if self._address is None:
            return False
        try:
            socket.create_connection(self._address, CONNECT_SECONDS).close()
        except OSError:
            return False
        return True

    def hold(self) -> None:
        """End this process at once if the engine is gone; called before every change that is sent."""
        if self._seen and not self._listens():
            os._exit(1)

    def watch(self) -> None:
        """Look from time to time, so that an idle orphan ends too."""
        if self._seen:
            Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        missed, pause = 0, Event()
        while missed < 2:  # noqa: PLR2004 - a single miss may be a busy machine
            pause.wait(WATCH_SECONDS)
            missed = 0 if self._listens() else missed + 1
        os._exit(1)


@cache
def lifeline() -> Lifeline:
    """That of this provider process, watched from the first call on; elsewhere it holds nothing."""
    made = Lifeline(sys.argv[-1] if Path(sys.argv[0]).parts[-2:] == ("dynamic", "__main__.py") else "")
    made.watch()
    return made
