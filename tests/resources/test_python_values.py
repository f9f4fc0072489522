"""Values that Python programs pass to a resource."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, StrEnum
from pathlib import PurePosixPath
from typing import Any

import pulumi
import pytest

from live_recording.resources.python_values import engine_arguments


class Retention(Enum):
    """An enumeration of a user's program."""

    short = timedelta(days=7)


class App(StrEnum):
    """Names of a user's program."""

    live = "live"


CHINA = timezone(timedelta(hours=8))
PASSED: dict[str, tuple[Any, Any]] = {
    "text": ("final", "final"),
    "boolean": (True, True),
    "aware-time": (datetime(2026, 11, 21, 20, tzinfo=CHINA), "2026-11-21T20:00:00+08:00"),
    "microseconds": (datetime(2026, 11, 21, 20, 0, 0, 123456, tzinfo=UTC), "2026-11-21T20:00:00+00:00"),
    "naive-time": (datetime(2026, 11, 21, 20), "2026-11-21T20:00:00"),  # noqa: DTZ001 - what users write
    "day": (date(2026, 11, 21), "2026-11-21"),
    "duration": (timedelta(hours=2), 7200),
    "decimal": (Decimal(3600), 3600),
    "text-enumeration": (App.live, "live"),
    "path": (PurePosixPath("/live/{StreamID}"), "/live/{StreamID}"),
    "mapping": ({"storage_time": timedelta(days=30), "procedure": None}, {"storage_time": 2592000}),
}


@pytest.mark.parametrize(("value", "expected"), PASSED.values(), ids=PASSED)
def test_value_of_python_is_passed_on(value: Any, expected: Any) -> None:
    """The engine holds strings, numbers, booleans and mappings of them."""
    assert engine_arguments(argument=value) == {"argument": expected}


def test_argument_without_a_value_is_left_out() -> None:
    """None means the default."""
    assert engine_arguments(app=None) == {}


def test_other_type_is_rejected_without_a_traceback() -> None:
    """Pulumi prints a RunError as its sentence alone."""
    with pytest.raises(pulumi.RunError) as rejected:
        engine_arguments(mp4={"procedure": {"a", "b"}})

    assert str(rejected.value) == (
        "mp4.procedure: a value of type set is not supported. "
        "Use a string, number, boolean, datetime, timedelta, list or mapping."
    )
