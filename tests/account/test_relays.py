"""Relay tasks: all pages are read, nothing secret is kept, and a missing permission is not an error."""

import json
from dataclasses import replace
from datetime import timedelta

import grpc
import pytest
import requests

from live_recording.account.relays import LiveRelay, users_of
from live_recording.account.snapshot import as_data
from live_recording.account.snapshot_file import take_snapshot
from live_recording.account.snapshot_reader import from_data
from live_recording.core.streams import StreamKey
from live_recording.emulator import Emulator
from live_recording.pipeline.plan import read_account
from live_recording.review.account_check import templates_of_relays, unchecked_relays
from live_recording.review.changes import PlannedChange
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.live_objects import snapshot
from tests.support.review_stack import STACK, Changing, stack_file

SECRET = "0123456789abcdef"
RELAY = {
    "DomainName": "push.example.com",
    "AppName": "live",
    "StreamName": "guest",
    "StartTime": "2026-11-20T10:00:00Z",
    "EndTime": "2026-11-21T10:00:00Z",
    "RecordTemplateId": "1001",
    "SourceUrls": [f"rtmp://source.example.com/live/a?txSecret={SECRET}"],
    "PushArgs": f"txSecret={SECRET}",
    "CallbackUrl": f"https://user:{SECRET}@hooks.example.com",
}


def hold(emulator: Emulator, **fields: str) -> None:
    """Add a relay task to the account."""
    requests.post(f"{emulator.url}/_control/relays", json={**RELAY, **fields}, timeout=10).raise_for_status()


def test_every_page_is_read_and_nothing_secret_is_kept(account: Account) -> None:
    """More tasks than a page holds are all in the snapshot, which is read back as it was written."""
    for number in range(21):
        hold(account.emulator, StreamName=f"guest-{number}")
    taken = take_snapshot(Changing(account.emulator).settings, with_relays=True)
    text = json.dumps(as_data(taken))

    assert taken.relays is not None
    assert len(taken.relays) == 21
    assert SECRET not in text
    assert from_data(json.loads(text)).relays == tuple(sorted(taken.relays, key=lambda relay: relay.id))


def test_plans_read_them(account: Account) -> None:
    """A plan knows which templates relay tasks record with."""
    hold(account.emulator)
    stack = Changing(account.emulator).up(STACK)
    taken = read_account(stack_file(STACK, stack.settings), None)

    assert taken is not None
    assert users_of("1001", taken.relays) == "Relay task relay-1 records with it, so delete the task first."


def test_refused_delete_names_them(account: Account) -> None:
    """A template that no rule uses and that the account refuses to delete is used by a relay task, which is named."""
    with account.host() as host:
        live = host.check_and_create("template", template_name="live-recording--dev--archive")
    hold(account.emulator, RecordTemplateId=live.id)
    account.emulator.fault("DeleteLiveRecordTemplate", "throttle", code="FailedOperation.ConfInUsed")
    with (
        account.host() as host,
        pytest.raises(grpc.RpcError, match="Relay task relay-1 records with it, so delete the"),
    ):
        host.delete("template", live)


def test_missing_permission_is_no_error() -> None:
    """Relay tasks are then not known, which is not the same as none."""
    with Emulator(now=NOW, denied=["DescribeLivePullStreamTasks"]) as emulator:
        taken = take_snapshot(Changing(emulator).settings, with_relays=True)

    assert taken.relays is None
    assert as_data(taken)["relays"] is None


@pytest.mark.parametrize(
    ("fields", "hours", "expected"),
    [
        ({}, 0, True),
        ({}, 24, False),
        ({}, -3, False),
        ({"Status": "pause"}, 0, False),
        ({"RecordTemplateId": ""}, 0, False),
        ({"RecordTemplateId": "0"}, 0, False),
        ({"EndTime": "soon"}, 24, True),
        ({"StreamName": "other"}, 0, False),
    ],
    ids=str,
)
def test_what_a_task_records(fields: dict[str, str], hours: int, expected: bool) -> None:
    """A task records its stream with its template between start and end, unless it is paused."""
    relay = LiveRelay.from_api({**RELAY, "TaskId": "relay-1", **fields})

    assert relay.records(StreamKey("push.example.com", "live", "guest"), NOW + timedelta(hours=hours)) is expected


def test_templates_of_relay_tasks_are_not_deleted_unnoticed() -> None:
    """A review with a snapshot warns of a deleted template that a relay task records with."""
    relays = tuple(LiveRelay.from_api({**RELAY, "TaskId": f"relay-{n}"}) for n in (1, 2))
    change = PlannedChange("delete", "template", "archive", "1001", {}, {})

    assert templates_of_relays([change], replace(snapshot(), relays=relays)) == (
        "templates.archive: Relay tasks relay-1 and relay-2 record with it, so delete the tasks first.",
    )
    assert templates_of_relays([change], snapshot()) == ()
    assert unchecked_relays([change], replace(snapshot(), relays=relays)) == ()
    assert len(unchecked_relays([change], snapshot())) == 1
    assert users_of("1002", relays) == ""
