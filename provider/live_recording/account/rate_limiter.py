"""When the next call of an action may be sent: at once, until the vendor throttles the action for the first time.

From then on all threads of the process together keep to the vendor's rate. The vendor counts per account, so another
process may use a part of it.
"""

from collections.abc import Callable
from threading import Lock
from time import monotonic

from live_recording.core.vendor import CALLS_A_SECOND

SECOND = 1.0
"""The period in which the vendor counts calls; after it a throttled action has its whole allowance again."""
SLOWEST = min(CALLS_A_SECOND.values())
"""Calls per second of an action whose rate is not known."""


class RateLimiter:
    """Assigns each call its time to be sent. *clock* returns seconds. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._next: dict[str, float] = {}  # throttled action -> when its next call may be sent
        self._lock = Lock()

    def reserve_slot(self, action: str) -> float:
        """Reserve the next slot of the action; return the seconds until then."""
        with self._lock:
            if action not in self._next:
                return 0.0
            now = self._clock()
            at = max(self._next[action], now)
            self._next[action] = at + SECOND / CALLS_A_SECOND.get(action, SLOWEST)
            return at - now

    def throttled(self, action: str) -> None:
        """Record that the vendor rejected a call of the action because it came too soon."""
        with self._lock:
            self._next[action] = max(self._next.get(action, 0.0), self._clock() + SECOND)
