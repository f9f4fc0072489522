"""The deprecated family CreateLiveRecord, StopLiveRecord, DeleteLiveRecord, through the official SDK."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from live_recording.emulator import Emulator
from live_recording.emulator.state_file import StateFileError
from tests.support.clock import AT, HOUR, NOW
from tests.support.sdk_client import DOMAIN, TASK, call, code, control, sdk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# NOW is 20:00 in China.
SCHEDULED = {"StreamName": "final", "StartTime": "2026-11-20 21:00:00", "EndTime": "2026-11-20 22:00:00"}
RUNNING = {**SCHEDULED, "StartTime": "2026-11-20 19:00:00"}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Create an empty account of the international site."""
    with Emulator(now=NOW) as emulator:
        yield emulator


def create(emulator: Emulator, **fields: object) -> int:
    """Create a record and return its id."""
    return int(call(sdk(emulator), "CreateLiveRecord", **fields)["TaskId"])


def stored(emulator: Emulator) -> list[dict[str, Any]]:
    """All records of the account, as the control path shows them."""
    records: list[dict[str, Any]] = control(emulator.port, "GET", "state")[1]["live_records"]
    return records


def filled(emulator: Emulator, number: int, **fields: object) -> None:
    """Give the account so many records without creating each by a call."""
    create(emulator, **RUNNING)
    state = emulator.service.state()
    (one,) = state["live_records"]
    emulator.service.restore({**state, "live_records": [{**one, **fields, "TaskId": n} for n in range(1, number + 1)]})


@pytest.mark.parametrize("site", ["cn", "intl"])
def test_defaults(site: str) -> None:
    """Both sites answer; what is not sent is app `live`, video, FLV, scheduled, not mixed."""
    with Emulator(site=site, now=NOW) as emulator:
        task_id = create(emulator, **SCHEDULED)

        assert stored(emulator) == [
            {
                "TaskId": task_id,
                "DomainName": "",
                "RecordType": "video",
                "FileFormat": "flv",
                "Highlight": 0,
                "MixStream": 0,
                "StreamParam": "",
                "StreamName": "final",
                "StartTime": AT + HOUR,
                "EndTime": AT + 2 * HOUR,
                "AppName": "live",
                "CreateTime": "2026-11-20 20:00:00",
                "Stopped": 0,
            }
        ]


def test_times_may_be_encoded(emulator: Emulator) -> None:
    """A URL-encoded time, in either case of its letters, is the same time as a plain one."""
    create(emulator, StreamName="s", StartTime="2026-11-20+21%3a00%3A00", EndTime="2026-11-20%2022:00:00")

    assert [(one["StartTime"], one["EndTime"]) for one in stored(emulator)] == [(AT + HOUR, AT + 2 * HOUR)]


@pytest.mark.parametrize(
    ("end", "seconds"),
    [
        (None, 1800),
        ("", 1800),
        ("2026-11-20 19:59:59", 1800),
        ("2026-11-20 20:30:30", 1800),
        ("2026-11-20 20:05:00", 300),
    ],
)
def test_real_time_is_clamped(emulator: Emulator, end: str | None, seconds: int) -> None:
    """Real-time mode starts now, whatever StartTime says, and ends within 30 minutes, without an error."""
    sent = {} if end is None else {"EndTime": end}
    create(emulator, StreamName="s", Highlight=1, StartTime="whenever", **sent)
    (one,) = stored(emulator)

    assert one["StartTime"] in range(AT, AT + 10)
    assert one["EndTime"] == (AT + seconds if seconds < 1800 else one["StartTime"] + 1800)


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"StreamName": ""}, "InvalidParameterValue"),
        ({"StartTime": ""}, "InvalidParameter"),
        ({"EndTime": ""}, "InvalidParameter"),
        ({"StartTime": "2026-11-20T21:00:00"}, "InvalidParameterValue"),
        ({"StartTime": "2026-11-31 21:00:00"}, "InvalidParameterValue"),
        ({"EndTime": "tomorrow"}, "InvalidParameterValue"),
        ({"Highlight": 1, "EndTime": "tomorrow"}, "InvalidParameterValue"),
        ({"EndTime": "2026-11-20 21:00:00"}, "InvalidParameterValue"),
        ({"StartTime": "2026-11-20 18:00:00", "EndTime": "2026-11-20 19:00:00"}, "InvalidParameterValue"),
        ({"StartTime": "2026-11-20 18:00:00"}, None),
        ({"RecordType": "AUDIO", "FileFormat": "Mp3"}, None),
        ({"RecordType": "film"}, "InvalidParameterValue"),
        ({"FileFormat": "webm"}, "InvalidParameterValue"),
        ({"Highlight": 2}, "InvalidParameterValue"),
        ({"DomainName": "localhost"}, "InvalidParameterValue"),
        ({"StreamParam": ""}, None),
        ({"StreamParam": "record_interval=1800&storage_time=0"}, None),
        ({"StreamParam": "record_interval%3D7200%26storage_time%3d2592000"}, None),
        ({"StreamParam": "record_interval=1799"}, "InvalidParameterValue"),
        ({"StreamParam": "record_interval=7201"}, "InvalidParameterValue"),
        ({"StreamParam": "storage_time=long"}, "InvalidParameterValue"),
        ({"StreamParam": "interval=1800"}, "InvalidParameterValue"),
        ({"StreamParam": "record_interval"}, "InvalidParameterValue"),
    ],
)
def test_values(emulator: Emulator, fields: dict[str, object], refused: str | None) -> None:
    """Times, kinds and stream parameters, each with its code; letters may be small or capital."""
    assert code(sdk(emulator), "CreateLiveRecord", **{**SCHEDULED, **fields}) == refused
    assert len(stored(emulator)) == (refused is None)


def test_kinds_are_kept_small(emulator: Emulator) -> None:
    """FileFormat and RecordType are stored in small letters."""
    create(emulator, **SCHEDULED, RecordType="AUDIO", FileFormat="Mp3")

    assert [(one["RecordType"], one["FileFormat"]) for one in stored(emulator)] == [("audio", "mp3")]


def test_ids_are_their_own(emulator: Emulator) -> None:
    """Ids increase, are never given twice, and are not ids of the other generation."""
    client = sdk(emulator)
    first = create(emulator, **SCHEDULED)
    call(client, "DeleteLiveRecord", StreamName="final", TaskId=first)
    second = create(emulator, **SCHEDULED)
    call(client, "CreateRecordTask", **TASK)

    assert first < second
    assert code(client, "StopRecordTask", TaskId=str(second)) == "InvalidParameter"
    assert code(client, "DeleteLiveRecord", StreamName="final", TaskId=first) == "ResourceNotFound.TaskId"
    assert len(emulator.service.state()["tasks"]) == 1


def test_unknown_ids(emulator: Emulator) -> None:
    """Stop and delete need the id and its stream."""
    client, task_id = sdk(emulator), create(emulator, **RUNNING)
    for action in ("StopLiveRecord", "DeleteLiveRecord"):
        assert code(client, action, StreamName="final", TaskId=7) == "ResourceNotFound.TaskId"
        assert code(client, action, StreamName="other", TaskId=task_id) == "ResourceNotFound.TaskId"


def test_running_one_must_be_stopped_first(emulator: Emulator) -> None:
    """A running record cannot be deleted; a stopped, planned or finished one can. The first stop counts."""
    client = sdk(emulator)
    running, planned = create(emulator, **RUNNING), create(emulator, **SCHEDULED)
    finished = create(emulator, **RUNNING, DomainName=DOMAIN)
    named = {"StreamName": "final", "TaskId": running}

    assert code(client, "DeleteLiveRecord", **named) == "FailedOperation.AlterTaskState"
    assert call(client, "StopLiveRecord", **named) == {}
    stopped = stored(emulator)[0]["Stopped"]
    emulator.set_now(NOW + timedelta(hours=3))
    assert call(client, "StopLiveRecord", **named) == {}
    assert stored(emulator)[0]["Stopped"] == stopped
    for task_id in (running, planned, finished):
        assert call(client, "DeleteLiveRecord", StreamName="final", TaskId=task_id) == {}
    assert stored(emulator) == []


def test_four_thousand_a_day(emulator: Emulator) -> None:
    """The 4001st scheduled record of a day in China is refused; deleted ones and other days do not count."""
    client = sdk(emulator)
    filled(emulator, 4000, StartTime=AT + 10 * HOUR, EndTime=AT + 11 * HOUR)
    tomorrow = {"StreamName": "s", "StartTime": "2026-11-22 20:00:00", "EndTime": "2026-11-22 21:00:00"}

    assert code(client, "CreateLiveRecord", **tomorrow) == "LimitExceeded.MaximumTask"
    assert code(client, "CreateLiveRecord", StreamName="s", Highlight=1) is None
    call(client, "DeleteLiveRecord", StreamName="final", TaskId=1)
    assert code(client, "CreateLiveRecord", **tomorrow) is None
    assert code(client, "CreateLiveRecord", **tomorrow) == "LimitExceeded.MaximumTask"
    emulator.set_now(NOW + timedelta(hours=4))
    assert code(client, "CreateLiveRecord", **tomorrow) is None


def test_four_hundred_at_once(emulator: Emulator) -> None:
    """While 400 run, one more that would start now is refused; planned ones are not."""
    client = sdk(emulator)
    filled(emulator, 400)

    assert code(client, "CreateLiveRecord", **RUNNING) == "LimitExceeded.MaximumRunningTask"
    assert code(client, "CreateLiveRecord", **SCHEDULED) is None
    call(client, "StopLiveRecord", StreamName="final", TaskId=1)
    assert code(client, "CreateLiveRecord", **RUNNING) is None


def test_state_file_keeps_them(tmp_path: Path) -> None:
    """Records and the count of their ids outlive the emulator; a file from before there were any is taken too."""
    file = tmp_path / "account.json"
    with Emulator(state=file, now=NOW) as emulator:
        first = create(emulator, **SCHEDULED)
        last = create(emulator, StreamName="s", Highlight=1, StreamParam="record_interval=3600")
        call(sdk(emulator), "StopLiveRecord", StreamName="s", TaskId=last)
        call(sdk(emulator), "DeleteLiveRecord", StreamName="s", TaskId=last)
        before = emulator.service.state()
    with Emulator(state=file, now=NOW) as emulator:
        assert emulator.service.state() == before
        assert [one["TaskId"] for one in stored(emulator)] == [first]
        assert create(emulator, **SCHEDULED) == last + 1

    older = {name: before[name] for name in ("site", "last_template_id", "templates", "rules", "tasks")}
    file.write_text(json.dumps(older))
    with Emulator(state=file, now=NOW) as emulator:
        assert stored(emulator) == []
    lies: list[dict[str, object]] = [
        {"live_records": [{"TaskId": 1}]},
        {"live_records": {}},
        {"last_live_record_id": "1"},
    ]
    for broken in lies:
        file.write_text(json.dumps({**older, **broken}))
        with pytest.raises(StateFileError, match=r"^The state file .*\.$"):
            Emulator(state=file)


def test_reset_forgets_them(emulator: Emulator) -> None:
    """An account that is reset has no records."""
    create(emulator, **SCHEDULED)

    assert control(emulator.port, "POST", "reset")[1]["live_records"] == []


def test_rates_are_in_the_table(emulator: Emulator) -> None:
    """The family has the vendor's rates per second."""
    actions = ("CreateLiveRecord", "StopLiveRecord", "DeleteLiveRecord")

    assert [emulator.service.actions[action].rate for action in actions] == [500, 200, 200]
