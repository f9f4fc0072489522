"""What a live record's check says through the genuine provider host: everything that cannot work, at plan time."""

from typing import Any

import pytest

from live_recording.core.kinds import KindName
from tests.support.emulated_account import Account
from tests.support.engine_double import CheckFailed
from tests.support.provider_host import UNKNOWN

STREAM = {"domain": "push.example.com", "stream": "final"}
TIMES = {"start": "2026-11-21T20:00:00+08:00", "duration": "2h"}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no-start": ({"end": "2026-11-21T12:00:00Z"}, "field `start` is missing"),
    "no-end": ({"start": "2026-11-21T12:00:00Z"}, "field `end` is missing"),
    "over": (
        {"start": "2026-11-20T09:00:00Z", "duration": "1h"},
        "already be finished: it ends at 2026-11-20T10:00:00Z",
    ),
    "over-real-time": ({"highlight": True, "end": "2026-11-20T11:59:00Z"}, "already be finished"),
    "backwards": ({"start": "2026-11-21T12:00:00Z", "end": "2026-11-21T11:00:00Z"}, "must be after the start"),
    "real-time-with-start": ({**TIMES, "highlight": True}, "`start` and `highlight: true` are mutually exclusive"),
    "real-time-too-long": (
        {"highlight": True, "duration": "31m"},
        r"31 m \(1860 s\) is out of range. Allowed: 1 s to 30 m",
    ),
    "real-time-for-nothing": ({"highlight": True, "duration": 0}, "0 s is out of range"),
    "real-time-far-end": ({"highlight": True, "end": "2026-11-20T13:00:00Z"}, "at most 30 m"),
    "interval": ({**TIMES, "record_interval": 1799.0}, "Allowed: 30 m to 2 h 00 m"),
    "retention": ({**TIMES, "storage_time": "1501d"}, "Allowed: at most 1500 d, or forever"),
    "format": ({**TIMES, "file_format": "webm"}, "Expected flv, hls, mp4, aac or mp3"),
    "type": ({**TIMES, "record_type": "film"}, "Expected video or audio"),
    "no-offset": ({"start": "2026-11-21T12:00", "duration": "1h"}, "has no offset"),
    "number-for-a-flag": ({**TIMES, "highlight": 1.0}, "Expected true or false"),
    "template": ({**TIMES, "template_id": "17016"}, "Unknown field .template_id."),
}


@pytest.mark.parametrize(("arguments", "says"), REFUSED.values(), ids=REFUSED)
def test_check_refuses_what_cannot_work(account: Account, arguments: dict[str, Any], says: str) -> None:
    """A value that cannot work is refused at plan time, with no call."""
    with account.host() as host, pytest.raises(CheckFailed, match=says):
        host.check("live_record", {**STREAM, **arguments})

    assert account.emulator.changes == []


@pytest.mark.parametrize("field", ["domain", "app", "stream", "start", "end", "highlight", "storage_time"])
def test_unknown_fields_are_not_judged_and_the_others_are(account: Account, field: str) -> None:
    """What is not known yet raises no failure; what is known beside it is refused as always."""
    given = {**STREAM, "start": "2026-11-21T12:00:00Z", "end": "2026-11-21T13:00:00Z"}
    with account.host() as host:
        assert host.check("live_record", {**given, field: UNKNOWN})["file_format"] == "flv"
        with pytest.raises(CheckFailed, match="30 m to 2 h 00 m"):
            host.check("live_record", {**given, "record_interval": 60.0, field: UNKNOWN})


@pytest.mark.parametrize("kind", ["live_record", "task"])
@pytest.mark.parametrize("unknown", ["start", "stream"])
def test_known_time_beside_an_unknown_one_needs_an_offset(account: Account, kind: KindName, unknown: str) -> None:
    """A time that is known is judged, whatever is not known yet beside it."""
    given = {**STREAM, "app": "live", "start": "2026-11-21T12:00:00Z", "end": "2026-11-21T13:00", unknown: UNKNOWN}
    with account.host() as host, pytest.raises(CheckFailed, match="has no offset"):
        host.check(kind, given)
