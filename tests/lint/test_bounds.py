"""Files of a pull request that aim to take minutes: the work grows with their size, not with its square."""

import signal
from collections import Counter
from collections.abc import Iterator

import pytest

from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES
from live_recording.migrate.text_forms import find_calls
from live_recording.project import check_text
from tests.support.clock import NOW

PATIENCE = 120
"""Seconds; each of these took many minutes once, and takes about one second."""
TEMPLATE = "templates:\n  a: {mp4: {storage_time: 30d}}\n"
ENTRY = "  r{0}: {{domain: push.example.com, {1}: n{0}, template: {2}}}\n"
TASK = "  t{}: {{domain: push.example.com, app: l, stream: s, start: 2026-11-21T10:00Z, duration: 2h, template: a}}\n"
NUMBER = 5000
FILES = {
    "keys": ("".join(f"k{n}: 1\n" for n in range(NUMBER)), {"bad-yaml": 1}),
    "fields": ("rules:\n  r:\n" + "".join(f"    k{n}: 1\n" for n in range(NUMBER)), {"bad-yaml": 1}),
    "duplicates": ("a: 1\n" * NUMBER, {"bad-yaml": 1}),
    "app-and-stream-rules": (
        TEMPLATE + "rules:\n" + "".join(ENTRY.format(n, "app" if n % 2 else "stream", "a") for n in range(NUMBER)),
        {"too-many-rules": 1},
    ),
    "unknown-templates": (
        TEMPLATE + "rules:\n" + "".join(ENTRY.format(n, "app", f"b{n}") for n in range(NUMBER)),
        {"too-many-rules": 1, "unknown-template": NUMBER},
    ),
    "overlaps": (
        TEMPLATE + "tasks:\n" + "".join(TASK.format(n) for n in range(NUMBER)),
        {"duplicate-key": NUMBER - 1, "too-many-overlaps": 100},
    ),
}
TEXTS = {
    "names": "a=" * 50_000,
    "pairs": "a=1&" * 25_000,
    "options": "-d " * 33_000,
    "quotes": "tccli live x '" * 8_000,
    "braces": "{" * 100_000,
    "spaces": "a=1" + " " * 100_000,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _alarm() -> Iterator[None]:
    """End a test that takes the square of the time."""
    signal.alarm(PATIENCE)
    yield
    signal.alarm(0)


@pytest.mark.parametrize(("text", "expected"), FILES.values(), ids=FILES)
def test_large_stack_file_is_checked(text: str, expected: dict[str, int]) -> None:
    """One finding for a mistake that is repeated without end, or one for each entry."""
    checked = check_text(text, "stacks/dev.yaml", SITES["intl"], NOW, StackRef("scratch", "dev"))

    assert Counter(finding.id for finding in checked.findings) == expected


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_large_file_of_calls_is_read(text: str) -> None:
    """A text that almost contains a call at each place."""
    assert [call for call in find_calls("calls.txt", text) if call.fields] == []
