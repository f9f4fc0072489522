"""How fast calls follow each other once the vendor has refused one for coming too soon."""

from dataclasses import dataclass

import pytest

from live_recording.account.rate_limiter import RateLimiter
from live_recording.core.vendor import CALLS_A_SECOND
from live_recording.emulator import vod
from live_recording.emulator.schemas import actions
from live_recording.emulator.sites import SITES

TASK, TEMPLATE = "CreateRecordTask", "CreateLiveRecordTemplate"


@dataclass
class Clock:
    """A clock that a test sets."""

    now: float = 100.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


def test_pace_is_not_kept_before_a_throttle() -> None:
    """Calls are not held back on suspicion."""
    limiter = RateLimiter(Clock())

    assert [limiter.reserve_slot(TASK) for _ in range(100)] == [0.0] * 100


def test_pace_follows_the_rate_after_a_throttle() -> None:
    """The first call waits a second, the next ones a twentieth of a second each; other actions do not wait."""
    limiter = RateLimiter(Clock())
    limiter.throttled(TASK)

    assert [limiter.reserve_slot(TASK) for _ in range(4)] == pytest.approx([1.0, 1.05, 1.1, 1.15])
    assert limiter.reserve_slot(TEMPLATE) == 0.0


def test_pace_has_no_debt_from_a_pause() -> None:
    """Who comes after a pause goes at once, and the next one a twentieth of a second later."""
    clock = Clock()
    limiter = RateLimiter(clock)
    limiter.throttled(TASK)
    clock.now += 60

    assert [limiter.reserve_slot(TASK) for _ in range(2)] == pytest.approx([0.0, 0.05])


def test_throttle_moves_the_whole_row() -> None:
    """A second throttle makes all callers wait for another second, and never shortens a wait."""
    clock = Clock()
    limiter = RateLimiter(clock)
    limiter.throttled(TASK)
    for _ in range(40):
        limiter.reserve_slot(TASK)
    limiter.throttled(TASK)

    assert limiter.reserve_slot(TASK) == pytest.approx(3.0)


@pytest.mark.parametrize("site", SITES)
def test_rates_are_those_of_the_emulator(site: str) -> None:
    """Both statements of the vendor's rates agree, of each action that the site has."""
    stated = {**actions(SITES[site]), **vod.ACTIONS}
    only_cn = {"DescribeCallbackRecordsList"} if site == "intl" else set()

    assert CALLS_A_SECOND.keys() - stated.keys() == only_cn
    assert {action: stated[action].rate for action in CALLS_A_SECOND.keys() & stated.keys()} == {
        action: rate for action, rate in CALLS_A_SECOND.items() if action in stated
    }
