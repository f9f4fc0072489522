"""A review is correct: the emulated account before and after an `up` is what the review of its plan says."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
import yaml

from live_recording.account.api_errors import ApiError
from live_recording.account.inventory import Conflict
from live_recording.config.files import read_settings as configured
from live_recording.core.findings import errors
from live_recording.emulator import Emulator
from live_recording.review.build import build_review
from live_recording.review.preview import parse_preview
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.engine_double import CheckFailed, Engine, renamed
from tests.support.generated_changes import (
    edited,
    made_before,
    others,
    stack,
)
from tests.support.provider_in_process import OWNER, ProviderInProcess
from tests.support.review_oracle import came_true, copied
from tests.support.review_stack import resources_of, snapshot_of, stack_file
from tests.support.thoroughness import examples

PARTS, CASES = examples(2, 4), 40
"""In each of the four parts; a case takes some 50 ms."""


def agree(emulator: Emulator, seed: int) -> Counter[str]:
    """One case: what came of it."""
    random, account = Random(seed), Account(emulator)  # noqa: S311 - a seed, no secret
    emulator.service.reset()
    emulator.set_now(NOW)
    made_before(account)
    tree = stack(random)
    later = edited(random, tree)
    settings = configured({"site": emulator.site}.get, account.environment)
    first = stack_file(yaml.safe_dump(tree), settings)
    if first.checked.stack is None or errors(first.checked.findings):
        return Counter({"not a stack file": 1})
    engine, limits = Engine(seed), first.checked.stack.limits
    try:
        engine.up(ProviderInProcess(settings, limits), resources_of(first))
    except CheckFailed:
        return Counter({"refused at first": 1})
    for _ in range(random.choice((0, 0, 1, 2))):
        others(random, account)
    if engine.state and random.random() < 0.2:  # a rename that was interrupted: two resources have one object
        (kind, name), known = random.choice(sorted(engine.state.items(), key=lambda item: item[0]))
        engine.state[kind, f"{name}-before"] = known
    now = NOW + random.choice((timedelta(0), timedelta(minutes=90)))
    emulator.set_now(now)
    settings = configured({"site": emulator.site}.get, account.environment | {"LIVE_RECORDING_NOW": now.isoformat()})
    second, snapshot, state = stack_file(yaml.safe_dump(later), settings), snapshot_of(settings), dict(engine.state)
    if second.checked.stack is None or errors(second.checked.findings):
        return Counter({"not a stack file": 1})
    preview = parse_preview(engine.preview(ProviderInProcess(settings, limits), resources_of(second)), OWNER)
    review = build_review(second, preview, snapshot, now)
    if preview.refused:
        assert review.stops
        assert review.patterns == ()
        return Counter({"refused": 1})
    before = copied(emulator.service)
    emulator.clear_log()
    failures = []
    try:
        engine.up(ProviderInProcess(settings, limits), resources_of(second))
    except (ApiError, Conflict) as error:
        failures = [str(error)]
    assert bool(failures) == bool(review.conflicts), (failures, review.conflicts)
    return (
        Counter({"failed": 1})
        if failures
        else came_true(review, before, emulator, now, (renamed(state, resources_of(second)), engine.state))
    )


@pytest.mark.parametrize("part", range(PARTS))
def test_reviews_of_generated_changes_come_true(part: int) -> None:
    """Before, after, peak, losses, tasks and names are the emulated account's, for any change and with other owners in the account."""
    seen: Counter[str] = Counter()
    with Emulator(now=NOW) as emulator:
        for seed in range(part * CASES, part * CASES + CASES):
            try:
                seen += agree(emulator, seed)
            except AssertionError as error:
                raise AssertionError(f"case {seed}: {error}") from error
    assert seen["agreed"] > CASES / 2, seen
    assert min(seen["losses"], seen["task losses"]) > CASES / 10, seen
