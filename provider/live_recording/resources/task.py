"""The life of a task in the account: planned, running, finished; made once and never changed.

Rule 1: to end a recording is Stop, then Delete; a delete alone lets it run on (CN:45982).
Rule 2: a finished task needs no call.
"""

from collections.abc import Mapping
from contextlib import nullcontext, suppress
from datetime import datetime
from typing import Any

from live_recording.account.api_errors import ApiError, NotFound
from live_recording.account.identity import SKEW_SECONDS, matching_tasks
from live_recording.account.inventory import AccountInventory, Live
from live_recording.core.timefmt import task_time, timestamp

State = Mapping[str, Any]

OUTPUTS = ("task_id", "stopped_at")
"""What the state holds besides the inputs."""
_STREAM_TYPES = {"live": 0, "mixed": 1}


def create(account: AccountInventory, inputs: State) -> tuple[str, dict[str, Any]]:
    """Make the task, or take the one that the account already holds."""
    task_id = same(account, inputs, account.tasks()) or account.settle(
        lambda: _send(account, inputs), lambda: same(account, inputs, account.tasks(fresh=True))
    )
    account.run.hold("task", task_id)
    return task_id, _outputs(task_id, inputs, 0)


def _send(account: AccountInventory, inputs: State) -> str:
    now = account.settings.now()
    body: Live = {"DomainName": inputs["domain"], "AppName": inputs["app"], "StreamName": inputs["stream"]}
    body |= {"EndTime": timestamp(inputs["end"]), "StreamType": _STREAM_TYPES[inputs["stream_type"]]}
    if not _begun(inputs, now):
        body["StartTime"] = timestamp(inputs["start"])
    if inputs.get("template_id"):
        body["TemplateId"] = int(inputs["template_id"])
    task_id = str(account.change("CreateRecordTask", body)["TaskId"])
    account.put("tasks", task_id, {"StartTime": int(now.timestamp()), "Stopped": 0, "TaskId": task_id, **body})
    return task_id


def _begun(inputs: State, now: datetime) -> bool:
    return "start" not in inputs or datetime.fromisoformat(inputs["start"]) <= now


def same(account: AccountInventory, inputs: State, live: Mapping[str, Live]) -> str | None:
    """The id of a live task that is this one: never a stopped one, never one that a resource of this run has."""
    return next(
        (
            task_id
            for task_id in matching_tasks(inputs, live, int(account.settings.now().timestamp()))
            if not live[task_id].get("Stopped")
            and ("task", task_id) not in account.run.held
            and task_id not in account.run.leaving
        ),
        None,
    )


def read(account: AccountInventory, task_id: str, state: State) -> dict[str, Any] | None:
    """The task's outputs, or None when an unfinished task is gone. A finished one is as it was."""
    if _over(account, state):
        return dict(state)
    live = account.tasks().get(task_id)
    if live is None:
        return None
    inputs = {name: value for name, value in state.items() if name not in OUTPUTS}
    return _outputs(task_id, inputs, live.get("Stopped") or 0)


def _over(account: AccountInventory, state: State) -> bool:
    return datetime.fromisoformat(state["end"]) <= account.settings.now()


def delete(account: AccountInventory, task_id: str, state: State) -> None:
    """End and remove the task, unless it is over, gone, or a resource of this run has it."""
    if ("task", task_id) in account.run.held or _over(account, state):
        return
    live = account.tasks().get(task_id)
    if live is None:
        return
    until_start = live["StartTime"] - account.settings.now().timestamp()
    if until_start <= SKEW_SECONDS and not live.get("Stopped"):
        with suppress(ApiError) if until_start > -SKEW_SECONDS else nullcontext():  # it may not have begun yet
            _end(account, task_id, "StopRecordTask", lambda task: bool(task.get("Stopped")))
    _end(account, task_id, "DeleteRecordTask", lambda _: False)
    account.drop("tasks", task_id)


def _end(account: AccountInventory, task_id: str, action: str, done: Any) -> None:
    """Send Stop or Delete; what the account says afterwards decides whether it is done."""

    def outcome() -> Live | None:
        task = account.tasks(fresh=True).get(task_id)
        return {} if task is None or done(task) else None

    try:
        account.settle(lambda: account.change(action, {"TaskId": task_id}), outcome)
    except NotFound:
        return
    except ApiError:  # no code says that a task is over or unknown (CN:45981); the list does
        if outcome() is None:
            raise


def _outputs(task_id: str, inputs: State, stopped: int) -> dict[str, Any]:
    """The inputs, the id, and when the task was stopped by hand, if it was."""
    return {**inputs, "task_id": task_id} | ({"stopped_at": task_time(stopped)} if stopped else {})
