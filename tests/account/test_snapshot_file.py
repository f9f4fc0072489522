"""Edited snapshots: any content is either read or rejected with one message."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from live_recording.account.snapshot import as_data
from live_recording.account.snapshot_reader import Unreadable, from_data
from live_recording.adopt.builder import adopt_account
from tests.support.audit_samples import FINAL, declaring, differences

WHOLE: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "golden/audit/account.json").read_text(encoding="utf-8")
)
GONE = object()
ODD: tuple[object, ...] = (None, "x", "\x00", "9", 5, -1, 2.5, 1e300, 10**30, True, [], [1], {}, {"a": 1}, GONE)


def places(value: object, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Return the location of a value in the data; the first one if there are equal values."""
    inner = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*at, name)
        yield from places(one, (*at, name))


def edited(at: tuple[Any, ...], odd: object) -> Any:
    """Return the snapshot with another value at that path, or without it."""
    data = deepcopy(WHOLE)
    *way, last = at
    where: Any = data
    for name in way:
        where = where[name]
    if odd is GONE:
        del where[last]
    else:
        where[last] = odd
    return data


@pytest.mark.parametrize("at", list(places(WHOLE)), ids=lambda at: ".".join(map(str, at)))
def test_edit_is_read_or_refused(at: tuple[Any, ...]) -> None:
    """A snapshot that is read can be compared and adopted; any other is reported with its location, in one line."""
    stack = declaring(tasks={"final": FINAL})
    for odd in ODD:
        try:
            held = from_data(edited(at, odd))
        except Unreadable as refusal:
            assert str(refusal).isprintable()  # noqa: PT017 - not every edit is refused
        else:
            differences(held, stack)
            adopt_account(held, stack.owner, ())
            json.dumps(as_data(held))


def test_keys_of_pasted_addresses_are_not_kept() -> None:
    """A name that was pasted with its key is in no snapshot; nothing else changes."""
    secret = "0123456789abcdef"
    assert secret in json.dumps(WHOLE)
    data = as_data(from_data(WHOLE))

    assert secret not in json.dumps(data)
    assert [rule["StreamName"] for rule in data["rules"] if "?" in rule["StreamName"]] == [
        "final?txSecret=***&txTime=6A1B2C3D"
    ]


def test_what_is_read_stays_as_it_is() -> None:
    """What the vendor says beyond what is used here, and how it writes it, is kept."""
    template = {
        "TemplateId": 9,
        "IsDelayLive": 1,
        "RemoveWatermark": True,
        "New": {"a": None},
        "Mp4Param": {"Enable": 1, "B": 2},
    }

    assert as_data(from_data(WHOLE | {"templates": [template]}))["templates"] == [template]
