"""The retired API v2: CreateRecord, as an old script calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, urlencode

import pytest

from live_recording.emulator import Emulator
from tests.support.clock import AT, HOUR, NOW
from tests.support.sdk_client import send

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMON = {
    "Action": "CreateRecord",
    "SecretId": "emulator",
    "Timestamp": "1453348800",
    "Nonce": "7",
    "Signature": "unseen",
    "Region": "gz",
}
SCHEDULED = {
    "channelId": "123",
    "tapeType": "0",
    "startTime": "2026-11-20 21:00:00",
    "endTime": "2026-11-20 22:00:00",
}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Create an empty account; NOW is 20:00 in China."""
    with Emulator(now=NOW) as emulator:
        yield emulator


def get(emulator: Emulator, **fields: str) -> dict[str, Any]:
    """Return the answer to one v2 request."""
    status, answer = send(emulator.port, "GET", f"/v2/index.php?{urlencode({**COMMON, **fields})}", b"", {})
    assert status == 200
    return dict(answer)


def test_answer_is_flat(emulator: Emulator) -> None:
    """A success is three fields without an envelope; ids count from 1."""
    assert get(emulator, **SCHEDULED) == {"code": 0, "message": "", "task_id": 1}
    assert get(emulator, **SCHEDULED)["task_id"] == 2
    assert emulator.service.state()["v2_records"][0] == {
        "task_id": 1,
        "channelId": "123",
        "tapeType": 0,
        "startTime": AT + HOUR,
        "endTime": AT + 2 * HOUR,
    }


def test_real_time_is_cut(emulator: Emulator) -> None:
    """Real-time ignores startTime and lasts 30 minutes at most."""
    for end in ("2026-11-20 20:05:00", "2026-11-21 20:00:00"):
        get(emulator, channelId="123", tapeType="1", endTime=end)
    get(emulator, channelId="123", tapeType="1", startTime="never", endTime="2026-11-20 20:05:00")
    short, cut, ignoring = emulator.service.state()["v2_records"]

    assert short["startTime"] in range(AT, AT + 10)
    assert short["endTime"] == ignoring["endTime"] == AT + 300
    assert cut["endTime"] - cut["startTime"] == 1800


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"channelId": ""}, 4000),
        ({"tapeType": "2"}, 4000),
        ({"tapeType": ""}, 4000),
        ({"startTime": ""}, 4000),
        ({"endTime": "soon"}, 4000),
        ({"endTime": "2026-11-20 21:00:00"}, 4000),
        ({"endTime": "2026-11-21 21:00:00"}, 0),
        ({"endTime": "2026-11-21 21:00:01"}, 4000),
        ({"tapeType": "1", "endTime": "2026-11-20 19:00:00"}, 4000),
        ({"Action": "DescribeRecordList"}, 4000),
        ({"SecretId": "nobody"}, 4100),
        ({"Signature": "any"}, 0),
    ],
)
def test_refusals_are_numbers(emulator: Emulator, fields: dict[str, str], code: int) -> None:
    """Wrong parameters and an unknown SecretId have the numbers of v2 and a sentence; signatures are not verified."""
    answer = get(emulator, **{**SCHEDULED, **fields})

    assert answer["code"] == code
    assert answer["message"].endswith("." if code else "")
    assert ("task_id" in answer) == (code == 0)
    assert len(emulator.service.state()["v2_records"]) == (code == 0)


def test_times_may_be_encoded_twice(emulator: Emulator) -> None:
    """Scripts that encode times before they build the query are understood."""
    times = {"startTime": quote_plus("2026-11-20 21:00:00"), "endTime": quote("2026-11-20 22:00:00")}
    get(emulator, **{**SCHEDULED, **times})
    (one,) = emulator.service.state()["v2_records"]

    assert (one["startTime"], one["endTime"]) == (AT + HOUR, AT + 2 * HOUR)


def test_calls_are_logged_and_kept(tmp_path: Path) -> None:
    """The log shows v2 calls with their numbers; the state file keeps what they made."""
    file = tmp_path / "account.json"
    with Emulator(state=file, now=NOW) as emulator:
        get(emulator, **SCHEDULED)
        get(emulator, **{**SCHEDULED, "tapeType": "2"})
        before = emulator.service.state()

        assert [(one["action"], one["code"]) for one in emulator.log] == [
            ("CreateRecord", None),
            ("CreateRecord", "4000"),
        ]
        assert emulator.log[0]["body"]["channelId"] == "123"
    with Emulator(state=file, now=NOW) as emulator:
        assert emulator.service.state() == before
        assert get(emulator, **SCHEDULED)["task_id"] == 2


def test_only_get(emulator: Emulator) -> None:
    """There is nothing to post at the old path."""
    assert send(emulator.port, "POST", "/v2/index.php", b"", {})[0] == 404
