"""Fixtures and options of all tests."""

import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from live_recording.emulator import Emulator
from live_recording.emulator.assumptions import Assumptions
from tests.support.clock import NOW
from tests.support.emulated_account import Account

SLOW_DIRECTORIES = ("engine", "reliability", "docs", "pipeline", "tools")
"""Their tests start the real Pulumi CLI, or run for long; `make check` leaves them out."""

STRICT = Assumptions(quoted_numbers=False)
"""What our provider sends has the right types; an account that accepts others would not show it."""

# A process that was started in the background ignores these signals, and so would everything that tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# The time that one example takes depends on the machine more than on the code.
hypothesis.settings.register_profile("no-deadline", deadline=None)
hypothesis.settings.load_profile("no-deadline")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--rewrite`, with which the golden tests write what they see as the expected output."""
    parser.addoption("--rewrite", action="store_true", help="rewrite the expected findings under tests/golden")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the slow directories, and run them first: the last tests of a run are then short ones."""
    for item in items:
        if directory(item) in SLOW_DIRECTORIES:
            item.add_marker("slow")
    items.sort(key=lambda item: directory(item) not in SLOW_DIRECTORIES)


def directory(item: pytest.Item) -> str:
    """Return the directory below tests in which a test is."""
    return item.path.relative_to(Path(__file__).parent).parts[0]


@pytest.fixture
def account() -> Iterator[Account]:
    """Start an empty account on site intl."""
    with Emulator(now=NOW, assumptions=STRICT) as emulator:
        yield Account(emulator)


@pytest.fixture
def cn_account() -> Iterator[Account]:
    """Start an empty account on site cn."""
    with Emulator(site="cn", now=NOW, assumptions=STRICT) as emulator:
        yield Account(emulator)
