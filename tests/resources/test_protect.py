"""Protected recordings through the genuine provider host: neither deleted nor replaced before they end."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import grpc
import pytest

from live_recording.core.kinds import KindName
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.engine_double import CheckFailed, ResourceState

STREAM = {"domain": "push.example.com", "app": "live", "stream": "final"}
TIMES = {"start": "2026-11-21T12:00:00Z", "duration": "2h"}
UNTIL = (
    r"is protected until it ends, at 2026-11-21T14:00:00Z\. .* first deploy the entry unchanged, without `protect`\."
)
PLANNED, RUNNING, FINISHED = NOW, NOW + timedelta(days=1, hours=1), NOW + timedelta(days=2)
KINDS: tuple[KindName, ...] = ("task", "live_record")
ENDS: Mapping[KindName, list[str]] = {
    "task": ["DeleteRecordTask"],
    "live_record": ["DeleteLiveRecord"],
}


def _at(account: Account, now: datetime) -> dict[str, str]:
    account.emulator.set_now(now)
    return {"LIVE_RECORDING_NOW": now.isoformat()}


def _protected(account: Account, kind: KindName) -> ResourceState:
    with account.host() as host:
        live = host.check_and_create(kind, **STREAM, **TIMES, protect=True)
    account.changes()
    return live


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("now", [PLANNED, RUNNING], ids=["planned", "running"])
def test_unfinished_recording_is_neither_deleted_nor_replaced(account: Account, kind: KindName, now: datetime) -> None:
    """The deletion is refused when it is due, a replacement before anything is created; nothing is sent."""
    live = _protected(account, kind)
    with account.host(**_at(account, now)) as host:
        with pytest.raises(grpc.RpcError, match=UNTIL):
            host.delete(kind, live)
        with pytest.raises(CheckFailed, match=rf"{UNTIL} \[protected\]"):
            host.check(kind, {**STREAM, "start": TIMES["start"], "duration": "3h", "protect": False}, live.inputs)

    assert account.actions() == []


@pytest.mark.parametrize("kind", KINDS)
def test_protection_changes_in_place(account: Account, kind: KindName) -> None:
    """Setting and removing it sends nothing and keeps the object; what is not protected any more is deleted."""
    live = _protected(account, kind)
    with account.host() as host:
        free = host.apply(kind, live, **STREAM, **TIMES)
        again = host.apply(kind, free, **STREAM, **TIMES, protect=True)
        free_again = host.apply(kind, again, **STREAM, **TIMES, protect=False)
    assert account.actions() == []
    with account.host() as host:
        host.delete(kind, free_again)

    assert [live.id] * 3 == [free.id, again.id, free_again.id]
    assert (again.outputs, "protect" in free.outputs) == (live.outputs, False)
    assert account.actions() == ENDS[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_finished_recording_is_not_protected(account: Account, kind: KindName) -> None:
    """It leaves the state without a call, so no deployment after its end is blocked."""
    live = _protected(account, kind)
    with account.host(**_at(account, FINISHED)) as host:
        host.delete(kind, live)

    assert account.actions() == []


def test_protected_task_that_is_gone_or_renamed_blocks_nothing(account: Account) -> None:
    """Where nothing would be deleted, nothing is refused: another entry has the task, or it was deleted outside Pulumi."""
    live = _protected(account, "task")
    with account.host() as host:
        renamed = host.check_and_create("task", "renamed", **STREAM, **TIMES, protect=True)
        host.delete("task", live)
    account.in_console("DeleteRecordTask", TaskId=live.id)
    with account.host() as host:
        host.delete("task", renamed)

    assert renamed.id == live.id
    assert account.actions() == []


def test_highlight_without_an_end_is_not_replaced(account: Account) -> None:
    """Its end is only in the state, so the comparison refuses the replacement, before anything is created."""
    highlight: dict[str, Any] = {"domain": "push.example.com", "stream": "final", "highlight": True, "protect": True}
    with account.host() as host:
        live = host.check_and_create("live_record", **highlight)
    account.changes()
    with (
        account.host() as host,
        pytest.raises(grpc.RpcError, match=r"is protected until it ends, at 2026-11-20T12:30:00Z"),
    ):
        host.apply("live_record", live, **highlight | {"stream": "other"})

    assert account.actions() == []
