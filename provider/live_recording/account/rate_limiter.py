"""How fast calls may follow each other: as fast as they come, until the vendor says that it was too fast.

Rule 1: a pace is kept per action by all threads together, from the first throttled call of a process on; the vendor
counts per account, so another process may use a part of it. Rule 2: to wait is the business of whoever calls.
"""

from collections.abc import Callable
from threading import Lock
from time import monotonic

from live_recording.core.vendor import CALLS_A_SECOND

SECOND = 1.0
"""What the vendor counts calls in; after so long a throttled action has its whole allowance again."""
SLOWEST = min(CALLS_A_SECOND.values())
"""The pace of an action whose rate is not known."""


class Pace:
    """When the next call of each action may be sent; *clock* gives seconds. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._next: dict[str, float] = {}  # of actions that were throttled: when the next call may go
        self._lock = Lock()

    def turn(self, action: str) -> float:
        """Seconds until it is this call's turn; its place in the row is taken."""
        with self._lock:
            if action not in self._next:
                return 0.0
            now = self._clock()
            at = max(self._next[action], now)
            self._next[action] = at + SECOND / CALLS_A_SECOND.get(action, SLOWEST)
            return at - now

    def throttled(self, action: str) -> None:
        """Note that the vendor refused a call of *action* for coming too soon."""
        with self._lock:
            self._next[action] = max(self._next.get(action, 0.0), self._clock() + SECOND)
