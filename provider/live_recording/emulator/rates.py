"""Calls per second and action, as token buckets (the numbers are in `schemas.py`; per account and action, assumed)."""

import time

from live_recording.emulator.messages import Refusal


class Rates:
    """One bucket per action; each holds one second's worth of calls and fills in real time."""

    def __init__(self, limits: dict[str, int]) -> None:
        self.limits = limits
        self._buckets: dict[str, tuple[float, float]] = {}

    def refusal(self, action: str) -> Refusal | None:
        """Take one call from the bucket of *action*, or refuse when it is empty."""
        now, limit = time.monotonic(), self.limits.get(action)
        if limit is None:
            return None
        left, then = self._buckets.get(action, (float(limit), now))
        left = min(float(limit), left + (now - then) * limit)
        self._buckets[action] = (left - 1 if left >= 1 else left, now)
        return (
            None
            if left >= 1
            else Refusal("RequestLimitExceeded", f"{action} allows {limit} calls per second. Wait and send it again.")
        )
