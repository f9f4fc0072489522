"""Fixtures."""

import signal
from collections.abc import Iterator

import hypothesis
import pytest

from live_recording.emulator import Emulator
from tests.support.clock import NOW
from tests.support.emulated_account import Account

# Who is started in the background ignores these signals, and so would everything that tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# How long one example takes says more about the machine than about the code.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--rewrite` makes what the golden tests see what they expect."""
    parser.addoption("--rewrite", action="store_true", help="rewrite the expected findings under tests/golden")


@pytest.fixture
def account() -> Iterator[Account]:
    """An empty account on site intl."""
    with Emulator(now=NOW) as emulator:
        yield Account(emulator)


@pytest.fixture
def cn_account() -> Iterator[Account]:
    """An empty account on site cn."""
    with Emulator(site="cn", now=NOW) as emulator:
        yield Account(emulator)
