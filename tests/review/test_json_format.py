"""A review for programs.

`golden/review/NAME.json` is the form of the review NAME of `reviews.py`; `--rewrite` rewrites it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from live_recording.review.json_format import render_json
from live_recording.review.text import verdict_of
from tests.support.review_samples import HUGE, REVIEWS, RICH

ROOT = Path(__file__).parent.parent.parent
KEYS = (
    *("version", "stack", "verdict", "stops", "at", "account_at", "account"),
    *("where", "missing", "unknown_domains", "warnings", "refused"),
    *(
        "losses",
        "patterns",
        "limits",
        "channels",
        "notifications",
        "tasks",
        "later",
        "findings",
        "acknowledged",
        "unmanaged",
    ),
    *("operations", "time_zone", "obstacles", "unsaid"),
    "takes_effect",
)
"""The keys that programs rely on, in their order."""
GOLDEN = Path(__file__).parent.parent / "golden" / "review"


@pytest.mark.parametrize("name", sorted(set(REVIEWS) - {"huge"}))
def test_data_are_the_expected_ones(name: str, request: pytest.FixtureRequest) -> None:
    """Each review yields exactly the data in its file."""
    expected, seen = GOLDEN / f"{name}.json", render_json(REVIEWS[name]) + "\n"
    if request.config.getoption("--rewrite"):
        expected.write_text(seen, encoding="utf-8")

    assert seen == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", REVIEWS)
def test_data_have_the_verdict(name: str) -> None:
    """A program reads whether the review stops, and the sentence to show."""
    data = json.loads(render_json(REVIEWS[name]))

    assert data["stops"] is REVIEWS[name].stops
    assert data["verdict"] == str(verdict_of(REVIEWS[name]))
    assert tuple(data) == KEYS


def test_data_are_complete_whatever_the_size() -> None:
    """Nothing is cut for programs."""
    data = json.loads(render_json(HUGE))

    for name in ("losses", "patterns", "tasks", "findings", "unmanaged", "operations", "later"):
        assert len(data[name]) == len(getattr(HUGE, name))


def test_times_are_in_utc() -> None:
    """Whatever the zone of the stack file, programs read RFC 3339 in UTC."""
    data = json.loads(render_json(RICH))

    assert RICH.time_zone == "Asia/Shanghai"
    assert (data["at"], data["account_at"]) == ("2026-11-20T12:00:00Z", "2026-11-20T11:57:00Z")
    assert all(task["start"].endswith("Z") for task in data["tasks"])


PRINT = "from live_recording.review.formats import FORMATS; from tests.support.review_samples import RICH; [print(render(RICH)) for render in FORMATS.values()]"


def test_forms_are_the_same_bytes_again() -> None:
    """Other processes with other orders of sets say the same, byte for byte, in all forms."""
    seen = {
        subprocess.run(
            [sys.executable, "-c", PRINT],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }

    assert len(seen) == 1
    assert seen.pop()
