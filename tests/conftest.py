"""Fixtures and options of all tests."""

import os
import signal
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import hypothesis
import pytest

from live_recording.emulator import Emulator
from live_recording.emulator.assumptions import Assumptions
from tests.support.clock import NOW
from tests.support.emulated_account import Account

TESTS = Path(__file__).parent
SLOW_DIRECTORIES = ("tools", "docs", "pipeline", "reliability", "engine")
"""Their tests start the real Pulumi CLI, or run for long; `make check` leaves them out. Those with the longest tests first."""

SLOW_MODULES = {
    "adopt/test_builder.py",
    "audit/test_audit_verb.py",
    "audit/test_compare.py",
    "cli/test_app.py",
    "cli/test_hostile_texts.py",
    "cli/test_output.py",
    "cli/test_secret_canaries.py",
    "cli/test_untrusted_files.py",
    "config/test_resolver.py",
    "conformance/test_conformance.py",
    "conformance/test_conformance_verb.py",
    "doctor/test_doctor_account.py",
    "doctor/test_doctor_verb.py",
    "emulator/test_emulator_command.py",
    "emulator/test_emulator_laws.py",
    "emulator/test_emulator_load.py",
    "emulator/test_emulator_tccli.py",
    "laws/test_start_up.py",
    "lint/test_bounds.py",
    "migrate/test_text_forms.py",
    "resources/test_account_guard.py",
    "resources/test_callback_rule.py",
    "resources/test_callback_template.py",
    "resources/test_live_record.py",
    "resources/test_rule.py",
    "resources/test_task.py",
    "resources/test_template.py",
    "review/test_browser.py",
    "review/test_combined.py",
    "review/test_review_agreement.py",
    "stackfile/test_reader_mutations.py",
    "verify/test_generated_days.py",
    "verify/test_verify_verb.py",
    "verify/test_witnesses.py",
}
"""Their tests start many processes, or generate many cases. `make check` leaves them out too."""

STRICT = Assumptions(quoted_numbers=False)
"""What our provider sends has the right types; an account that accepts others would not show it."""

# A process that was started in the background ignores these signals, and so would everything that tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# When the Pulumi CLI starts it builds large tables; collecting garbage then is a third of what a short command costs.
os.environ.setdefault("GOGC", "off")
os.environ.setdefault("GOMEMLIMIT", "300MiB")

# The time that one example takes depends on the machine more than on the code.
hypothesis.settings.register_profile("no-deadline", deadline=None)
hypothesis.settings.load_profile("no-deadline")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--rewrite`, with which the golden tests write what they see as the expected output."""
    parser.addoption("--rewrite", action="store_true", help="rewrite the expected findings under tests/golden")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the slow tests, and put them where each worker begins: the last tests are then short ones."""
    for item in items:
        if directory(item) in SLOW_DIRECTORIES or item.path.relative_to(TESTS).as_posix() in SLOW_MODULES:
            item.add_marker("slow")
    items[:] = spread(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def spread(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Return the tests in equal parts, one for each worker; each begins with its share of the slow modules."""
    slow = [item for item in items if directory(item) in SLOW_DIRECTORIES]
    quick = [item for item in items if directory(item) not in SLOW_DIRECTORIES]
    modules = sorted({item.path for item in slow}, key=lambda path: (SLOW_DIRECTORIES.index(top(path)), path))
    worker_of = {path: number % workers for number, path in enumerate(modules)}
    ordered: list[pytest.Item] = []
    for worker in range(workers):
        ordered += [item for item in slow if worker_of[item.path] == worker]
        size = len(items) * (worker + 1) // workers - len(ordered)
        ordered += quick[: max(size, 0)]
        quick = quick[max(size, 0) :]
    return ordered + quick


def directory(item: pytest.Item) -> str:
    """Return the directory below tests in which a test is."""
    return top(item.path)


@cache
def top(path: Path) -> str:
    """Return the directory below tests in which a file is."""
    return path.relative_to(TESTS).parts[0]


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
