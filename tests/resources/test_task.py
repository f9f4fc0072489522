"""Tasks through the genuine provider host, against the emulator: the calls made are the witness."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.clock import NOW
from tests.support.emulated_account import ACCOUNT, Account
from tests.support.engine_double import CheckFailed, ResourceState
from tests.support.provider_host import UNKNOWN

CREATE, STOP, DELETE = (f"{verb}RecordTask" for verb in ("Create", "Stop", "Delete"))
STREAM = {"domain": "push.example.com", "app": "live", "stream": "final"}
TIMES = {"start": "2026-11-21T20:00:00+08:00", "duration": "2h"}
BEFORE, DURING, AFTER = NOW, NOW + timedelta(days=1), NOW + timedelta(days=2)


def _at(account: Account, now: Any) -> dict[str, str]:
    account.emulator.set_now(now)
    return {"LIVE_RECORDING_NOW": now.isoformat()}


def _made(account: Account, **arguments: object) -> ResourceState:
    with account.host() as host:
        live = host.check_and_create("task", **STREAM, **(arguments or TIMES))
    account.emulator.clear_log()
    return live


def test_create_normalises_times_and_sends_seconds(account: Account) -> None:
    """State has RFC 3339 UTC; the wire has Unix seconds, and the stream type."""
    template = account.template("t")
    with account.host() as host:
        live = host.check_and_create("task", **STREAM, **TIMES, template_id=template, stream_type="mixed")

    assert live.outputs == {
        **STREAM,
        "stream_type": "mixed",
        "start": "2026-11-21T12:00:00Z",
        "end": "2026-11-21T14:00:00Z",
        "template_id": template,
        "task_id": live.id,
        "account": ACCOUNT,
    }
    start = int((NOW + timedelta(days=1)).timestamp())
    wire = {"DomainName": "push.example.com", "AppName": "live", "StreamName": "final", "StreamType": 1}
    assert account.changes() == [
        (CREATE, wire | {"StartTime": start, "EndTime": start + 7200, "TemplateId": int(template)})
    ]


def test_task_without_start_begins_now(account: Account) -> None:
    """No StartTime is sent, and start stays absent in the state."""
    with account.host() as host:
        live = host.check_and_create("task", **STREAM, end="2026-11-20T13:00:00Z")

    assert "start" not in live.outputs
    assert "StartTime" not in account.changes()[0][1]


def test_task_whose_start_has_passed_sends_no_start(account: Account) -> None:
    """A running match is recorded from now on."""
    with account.host() as host:
        host.check_and_create("task", **STREAM, start="2026-11-20T11:00:00Z", end="2026-11-20T13:00:00Z")

    assert "StartTime" not in account.changes()[0][1]


@pytest.mark.parametrize("start", ["2026-11-20T11:30:00Z", "2026-11-21T10:00:00Z", None])
def test_lost_task_is_adopted(account: Account, start: str | None) -> None:
    """A task that an earlier run made, planned or running, is taken and not made again."""
    times = {"start": start} if start else {}
    first = _made(account, **times, end="2026-11-21T11:00:00Z")
    with account.host(**_at(account, NOW + timedelta(minutes=5))) as host:
        again = host.check_and_create("task", **STREAM, **times, end="2026-11-21T11:00:00Z")

    assert again.id == first.id
    assert account.actions() == []


def test_stopped_task_is_never_adopted(account: Account) -> None:
    """A task that was stopped outside Pulumi is not adopted."""
    first = _made(account)
    account.in_console(STOP, TaskId=first.id)
    again = _made(account)

    assert again.id != first.id


@pytest.mark.parametrize(
    ("now", "calls"),
    [(BEFORE, [DELETE]), (DURING, [STOP, DELETE]), (AFTER, [])],
    ids=["planned", "running", "finished"],
)
def test_delete_ends_what_still_runs(account: Account, now: Any, calls: list[str]) -> None:
    """Planned: delete. Running: stop, then delete. Finished: no call at all, not even a list."""
    live = _made(account)
    with account.host(**_at(account, now)) as host:
        host.delete("task", live)

    if not calls:
        assert account.emulator.changes == []
    assert [action for action, _ in account.changes()] == calls


def test_refresh_of_a_finished_task_is_no_drift(account: Account) -> None:
    """A finished task is as it was, even when the vendor has forgotten it."""
    live = _made(account)
    account.in_console(DELETE, TaskId=live.id)
    with account.host(**_at(account, AFTER)) as host:
        assert host.read("task", live) == live
    with account.host(**_at(account, BEFORE)) as host:
        assert host.read("task", live) is None


def test_running_task_is_seen_by_refresh(account: Account) -> None:
    """A task that lasts 24 h is found while it runs."""
    live = _made(account, start="2026-11-20T12:00:10Z", duration="24h")
    with account.host(**_at(account, NOW + timedelta(hours=12))) as host:
        assert host.read("task", live) == live


def test_task_stopped_by_hand_shows_when(account: Account) -> None:
    """The outputs say when it was stopped; the inputs do not change, so nothing restarts it."""
    live = _made(account)
    account.in_console(STOP, TaskId=live.id)
    with account.host() as host:
        found = host.read("task", live)

    assert found is not None
    assert found.outputs["stopped_at"].startswith("2026-11-20T12:00")
    assert found.inputs == live.inputs


@pytest.mark.parametrize(
    ("times", "says"),
    [
        ({"start": "2026-11-27T12:00:00Z", "duration": "1h"}, "accepts this task from 2026-11-21T12:00:00Z on"),
        ({"start": "2026-11-20T09:00:00Z", "duration": "1h"}, "already be finished"),
        ({"start": "2026-11-21T12:00:00Z", "duration": "25h"}, "at most 24 h"),
        ({"start": "2026-11-21T12:00:00Z", "end": "2026-11-21T11:00:00Z"}, "must be after the start"),
        ({"start": "2026-11-21T12:00", "duration": "1h"}, "has no offset"),
        ({"duration": "1h"}, "`end` is missing"),
        ({"end": "2026-11-20T13:00:00Z", "template_id": "4711"}, "no template 4711"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_check_refuses_what_the_vendor_would(account: Account, times: dict[str, str], says: str) -> None:
    """A time or template that cannot work is refused at plan time."""
    with account.host() as host, pytest.raises(CheckFailed, match=says):
        host.check("task", {**STREAM, **times})


def test_replacement_creates_before_it_stops(account: Account) -> None:
    """No second is lost: the new task is there before the old one ends."""
    live = _made(account)
    with account.host(**_at(account, DURING)) as host:
        host.apply("task", live, **STREAM, start=TIMES["start"], duration="3h")
        host.delete("task", live)

    assert [action for action, _ in account.changes()] == [CREATE, STOP, DELETE]


def test_running_tasks_are_replaced_one_at_a_time(account: Account) -> None:
    """Where three tasks of a stream run, none can be replaced beside itself."""
    lives = [_made(account, start=TIMES["start"], duration=f"{hours}h") for hours in (2, 3, 4)]
    with account.host(**_at(account, DURING)) as host, pytest.raises(CheckFailed, match="one at a time"):
        host.check("task", {**STREAM, "start": TIMES["start"], "duration": "5h"}, lives[0].inputs)


@pytest.mark.parametrize("fault", ["drop-after", "cut-body", "http502-after", "wrong-content-type", "drop-before"])
@pytest.mark.parametrize("action", [CREATE, STOP, DELETE])
def test_lost_answers_make_and_end_one_task(account: Account, action: str, fault: str) -> None:
    """With every fault, one task is created, and destroy leaves none."""
    account.emulator.fault(action, fault)
    live = _made(account)
    assert len(account.state["tasks"]) == 1
    with account.host(**_at(account, DURING)) as host:
        host.delete("task", live)

    assert account.state["tasks"] == []


def test_overlapping_tasks_are_distinguished_by_their_start(account: Account) -> None:
    """Tasks of one stream that end together each find their own live task when their names change."""
    starts = [f"2026-11-20T1{hour}:00:00Z" for hour in (4, 5, 6)]
    with account.host() as host:
        made = [
            host.check_and_create("task", start, **STREAM, start=start, end="2026-11-20T23:00:00Z") for start in starts
        ]
    account.changes()
    with account.host(**_at(account, NOW + timedelta(hours=7))) as host:
        again = [
            host.check_and_create("task", f"new-{at}", **STREAM, start=at, end="2026-11-20T23:00:00Z") for at in starts
        ]

    assert [live.id for live in again] == [live.id for live in made]
    assert account.actions() == []


def test_unknown_times_leave_the_rest_normalised(account: Account) -> None:
    """While a time is not known, the other arguments are checked and completed anyway."""
    with account.host() as host:
        inputs = host.check("task", {**STREAM, "start": UNKNOWN, "duration": "2h"})

    assert inputs["stream_type"] == "live"
    assert inputs["duration"] == "2h"


@pytest.mark.parametrize("field", ["domain", "stream", "end", "template_id"])
def test_unknown_fields_are_not_judged(account: Account, field: str) -> None:
    """What is not known yet raises no failure, and no error of our own."""
    with account.host() as host:
        host.check("task", {**STREAM, "end": "2026-11-20T20:00:00Z", field: UNKNOWN})


def test_tasks_with_unknown_templates_may_differ(account: Account) -> None:
    """Two tasks of one stream and time are no duplicates while their templates do not exist yet."""
    with account.host() as host:
        for name in ("one", "two"):
            host.check("task", {**STREAM, "end": "2026-11-20T20:00:00Z", "template_id": UNKNOWN}, name=name)


def test_changed_stream_type_makes_another_task(account: Account) -> None:
    """The vendor does not list the stream type; a task that becomes mixed is replaced anyway."""
    live = _made(account)
    with account.host() as host:
        new = host.apply("task", live, **STREAM, **TIMES, stream_type="mixed")
        host.delete("task", live)

    assert [(action, body.get("StreamType")) for action, body in account.changes()] == [(CREATE, 1), (DELETE, None)]
    assert new.id != live.id


def test_task_without_start_takes_no_planned_one(account: Account) -> None:
    """What is to begin now is not what begins tonight."""
    planned = _made(account, start="2026-11-20T20:00:00Z", end="2026-11-20T23:00:00Z")

    assert _made(account, end="2026-11-20T23:00:00Z").id != planned.id


def test_create_that_the_vendor_carries_out_late_is_not_sent_again(account: Account) -> None:
    """A call without an answer in time is waited for, and what it made is taken."""
    account.emulator.fault(CREATE, "delay", seconds=11.5)
    live = _made(account)

    assert [task["TaskId"] for task in account.state["tasks"]] == [live.id]
