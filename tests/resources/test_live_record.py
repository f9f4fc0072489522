"""Live records through the genuine provider host, against the emulator: the calls made are the witness."""

from datetime import datetime, timedelta
from typing import Any

import grpc
import pytest

from live_recording.account.api_errors import (
    ApiError,
    DayFull,
    LimitReached,
    NoSuchStream,
    NotFound,
    OutcomeUnknown,
    ServiceUnavailable,
    StillRunning,
    reaction,
)
from live_recording.emulator.faults import KINDS
from tests.support.clock import NOW
from tests.support.emulated_account import ACCOUNT, Account
from tests.support.engine_double import ResourceState

CREATE, STOP, DELETE = (f"{verb}LiveRecord" for verb in ("Create", "Stop", "Delete"))
STREAM = {"domain": "push.example.com", "stream": "final"}
TIMES = {"start": "2026-11-21T20:00:00+08:00", "duration": "2h"}
DEFAULTS = {"app": "live", "record_type": "video", "file_format": "flv", "highlight": False, "mix_stream": False}
BEFORE, DURING, AFTER = NOW, NOW + timedelta(days=1), NOW + timedelta(days=2)


def _at(account: Account, now: datetime) -> dict[str, str]:
    account.emulator.set_now(now)
    return {"LIVE_RECORDING_NOW": now.isoformat()}


def _made(account: Account, **arguments: object) -> ResourceState:
    with account.host() as host:
        live = host.check_and_create("live_record", **STREAM, **(arguments or TIMES))
    account.emulator.clear_log()
    return live


def _record(account: Account) -> dict[str, Any]:
    (record,) = account.state["live_records"]
    return dict(record)


def test_create_sends_china_time_and_one_call(account: Account) -> None:
    """State has RFC 3339 UTC and our defaults; the wire has the wall clock of China as it is, and nothing is listed."""
    given: dict[str, Any] = {"record_interval": "1h", "storage_time": "30d", "file_format": "mp4", "mix_stream": True}
    with account.host() as host:
        live = host.check_and_create("live_record", **STREAM, **TIMES, **given)

    assert live.outputs == {
        **DEFAULTS,
        **STREAM,
        "start": "2026-11-21T12:00:00Z",
        "end": "2026-11-21T14:00:00Z",
        "record_interval": 3600,
        "storage_time": 2_592_000,
        "file_format": "mp4",
        "mix_stream": True,
        "task_id": live.id,
        "ends_at": "2026-11-21T14:00:00Z",
        "account": ACCOUNT,
    }
    body = {"DomainName": "push.example.com", "AppName": "live", "StreamName": "final"}
    body |= {"StartTime": "2026-11-21 20:00:00", "EndTime": "2026-11-21 22:00:00"}
    body |= {"RecordType": "video", "FileFormat": "mp4", "StreamParam": "record_interval=3600&storage_time=2592000"}
    assert [(call["action"], call["body"]) for call in account.emulator.changes] == [
        (CREATE, {**body, "Highlight": 0, "MixStream": 1})
    ]
    assert live.id == str(_record(account)["TaskId"])


def test_domain_and_lengths_may_be_left_out(account: Account) -> None:
    """What is unset is not sent, and is not in the state."""
    with account.host() as host:
        live = host.check_and_create("live_record", stream="final", **TIMES)

    assert {"domain", "record_interval", "storage_time"} & {*live.outputs} == set()
    assert {"DomainName", "StreamParam"} & {*account.changes()[0][1]} == set()


@pytest.mark.parametrize(
    ("arguments", "end"),
    [
        ({}, "2026-11-20T12:30:00Z"),
        ({"duration": "5m"}, "2026-11-20T12:05:00Z"),
        ({"end": "2026-11-20T20:10:00+08:00"}, "2026-11-20T12:10:00Z"),
    ],
    ids=["longest", "duration", "end"],
)
def test_real_time_knows_its_end(account: Account, arguments: dict[str, str], end: str) -> None:
    """Without a start it begins when it is created, and the state knows when it is over."""
    with account.host() as host:
        live = host.check_and_create("live_record", **STREAM, highlight=True, **arguments)

    assert live.outputs["ends_at"] == end
    assert "start" not in live.outputs
    assert "StartTime" not in account.changes()[0][1]
    assert _record(account)["EndTime"] == int(datetime.fromisoformat(end).timestamp())


@pytest.mark.parametrize(
    ("now", "calls"),
    [(BEFORE, [DELETE]), (DURING - timedelta(minutes=1), [STOP, DELETE]), (DURING, [STOP, DELETE]), (AFTER, [])],
    ids=["planned", "about-to-start", "running", "finished"],
)
def test_delete_ends_what_still_runs(account: Account, now: datetime, calls: list[str]) -> None:
    """Planned: delete. Running, or nearly so by the vendor's clock: stop, then delete. Finished: no call at all."""
    live = _made(account)
    with account.host(**_at(account, now)) as host:
        host.delete("live_record", live)

    assert [action for action, _ in account.changes()] == calls
    assert bool(account.state["live_records"]) == (not calls)


@pytest.mark.parametrize("minutes", [4, 6])
def test_real_time_is_stopped_only_while_it_runs(account: Account, minutes: int) -> None:
    """A recording in real time runs from its creation to the end that the state knows."""
    live = _made(account, highlight=True, duration="5m")
    with account.host(**_at(account, NOW + timedelta(minutes=minutes))) as host:
        host.delete("live_record", live)

    assert account.actions() == ([DELETE, STOP] if minutes == 4 else [])


def test_one_that_is_gone_or_stopped_is_deleted_without_an_error(account: Account) -> None:
    """A destroy accepts records that were deleted outside Pulumi, and deletes those that were stopped."""
    gone, stopped = _made(account), _made(account)
    account.in_console(DELETE, StreamName="final", TaskId=int(gone.id))
    account.in_console(STOP, StreamName="final", TaskId=int(stopped.id))
    with account.host(**_at(account, DURING)) as host:
        host.delete("live_record", gone)
        host.delete("live_record", stopped)

    assert account.state["live_records"] == []


def test_one_that_runs_by_the_vendors_clock_alone_is_not_deleted(account: Account) -> None:
    """Where clocks differ by hours, the vendor's refusal to delete a running one says what to do."""
    live = _made(account)
    account.emulator.set_now(DURING)
    with account.host() as host, pytest.raises(grpc.RpcError) as error:
        host.delete("live_record", live)

    assert "FailedOperation.AlterTaskState" in error.value.details()
    assert "Run again in a minute." in error.value.details()


def test_read_returns_the_state(account: Account) -> None:
    """Nothing can be looked up: a refresh finds what the state says, gone or finished, without a call."""
    live = _made(account, highlight=True, duration="5m")
    account.in_console(STOP, StreamName="final", TaskId=int(live.id))
    with account.host(**_at(account, AFTER)) as host:
        assert host.read("live_record", live) == live

    assert account.emulator.changes == []


UNKNOWABLE = sorted({*KINDS} - {"throttle", "delay"})


@pytest.mark.parametrize("fault", UNKNOWABLE)
def test_unknown_outcome_says_that_a_recording_may_exist(account: Account, fault: str) -> None:
    """A lost answer is one sentence with action, code and what to do, and the call was sent exactly once."""
    account.emulator.fault(CREATE, fault, count=9)
    with account.host() as host:
        inputs = host.check("live_record", {**STREAM, **TIMES})
        with pytest.raises(grpc.RpcError) as error:
            host.create("live_record", inputs)

    assert [call["action"] for call in account.emulator.changes] == [CREATE]
    message = error.value.details()
    assert "CreateLiveRecord got no valid response: " in message
    assert "A recording of push.example.com/live/final may exist until 2026-11-21T14:00:00Z." in message
    assert "Check the vendor's console first" in message
    assert "Run again: what was done" not in message
    assert "Traceback" not in message
    assert ("RequestId" in message) == (fault == "internal-error")


def test_throttled_call_is_waited_out(account: Account) -> None:
    """A throttled call has no effect: it is sent until it is accepted, and one record is created."""
    account.emulator.fault(CREATE, "throttle", count=2)
    live = _made(account)

    assert live.id == str(_record(account)["TaskId"])


@pytest.mark.parametrize("action", [STOP, DELETE])
@pytest.mark.parametrize("fault", ["drop-before", "drop-after", "http502-after", "wrong-content-type"])
def test_delete_whose_answer_was_lost_is_finished_by_the_next_run(account: Account, action: str, fault: str) -> None:
    """A delete that failed is repeated by the next destroy, whatever the vendor had done already."""
    live = _made(account)
    account.emulator.fault(action, fault)
    now = _at(account, DURING)
    with account.host(**now) as host:
        with pytest.raises(grpc.RpcError, match=f"{action} got no valid response"):
            host.delete("live_record", live)
        host.delete("live_record", live)

    assert account.state["live_records"] == []


def test_every_change_replaces_and_the_new_one_comes_first(account: Account) -> None:
    """No second is lost: the new record is there before the old one ends."""
    live = _made(account)
    with account.host(**_at(account, DURING)) as host:
        new = host.apply("live_record", live, **STREAM, **TIMES, file_format="mp4")
        host.delete("live_record", live)

    assert [action for action, _ in account.changes()] == [CREATE, STOP, DELETE]
    assert _record(account)["TaskId"] == int(new.id)


SAME = [
    {"start": "2026-11-21T12:00:00Z", "end": "2026-11-21T22:00:00+08:00"},
    {**TIMES, "duration": 7200.0, "app": "live", "file_format": "flv", "mix_stream": False, "highlight": False},
]


@pytest.mark.parametrize("arguments", SAME, ids=["other-spelling", "defaults-written-out"])
def test_another_spelling_is_no_change(account: Account, arguments: dict[str, Any]) -> None:
    """The same recording in other words changes nothing, also when it is over."""
    live = _made(account)
    for now in (BEFORE, AFTER):
        with account.host(**_at(account, now)) as host:
            assert host.apply("live_record", live, **STREAM, **arguments).id == live.id

    assert account.actions() == []


def test_two_equal_ones_are_two(account: Account) -> None:
    """A program may ask for two: there is no natural key under which one could be found."""
    first, second = _made(account), _made(account)

    assert first.id != second.id
    assert len(account.state["live_records"]) == 2


def test_end_that_passes_while_a_run_lasts_is_not_sent(account: Account) -> None:
    """In real-time mode the vendor reads an end in the past as half an hour, so nothing is sent then."""
    with account.host() as host:
        inputs = host.check("live_record", {**STREAM, "highlight": True, "end": "2026-11-20T12:01:00Z"})
    with account.host(**_at(account, NOW + timedelta(minutes=2))) as host, pytest.raises(grpc.RpcError) as error:
        host.create("live_record", inputs)

    assert "its end, 2026-11-20T12:01:00Z, has passed" in error.value.details()
    assert account.emulator.changes == []


def test_full_day_says_what_to_do(account: Account) -> None:
    """The message about the daily limit says what to do."""
    _made(account)
    state = account.state
    (one,) = state["live_records"]
    account.emulator.service.restore({**state, "live_records": [{**one, "TaskId": n} for n in range(1, 4001)]})
    with account.host() as host, pytest.raises(grpc.RpcError, match="Wait for the next day"):
        host.check_and_create("live_record", **STREAM, **TIMES)


def test_names_are_sent_as_they_are(account: Account) -> None:
    """Symbols and percent signs reach the vendor letter by letter."""
    with account.host() as host:
        live = host.check_and_create("live_record", stream="final;100%2F", app="a=b", **TIMES)
        host.delete("live_record", live)

    assert [body["StreamName"] for _, body in account.changes()] == ["final;100%2F"] * 2
    assert account.state["live_records"] == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("LimitExceeded.MaximumTask", DayFull),
        ("LimitExceeded.MaximumRunningTask", LimitReached),
        ("FailedOperation.AlterTaskState", StillRunning),
        ("ResourceNotFound.TaskId", NotFound),
        ("ResourceNotFound.ChannelNotExist", NotFound),
        ("ResourceUnavailable.StreamNotExist", NoSuchStream),
        ("ResourceUnavailable.InvalidVodStatus", ServiceUnavailable),
        ("InternalError.GetConfigError", OutcomeUnknown),
        ("InternalError.NetworkError", OutcomeUnknown),
    ],
)
def test_codes_of_this_family_have_a_reaction(code: str, kind: type[ApiError]) -> None:
    """The codes that the documents of the three actions list lead to what can be done about them."""
    assert issubclass(reaction(code), kind)
