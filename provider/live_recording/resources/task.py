"""The lifecycle of a task: planned, running, finished; created once and never changed.

To end a recording is to stop its task, then to delete it: a deleted task records on (CN:45982). A finished one needs no call.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from live_recording.account import reconcile
from live_recording.account.api_errors import ApiError, NotFound
from live_recording.account.inventory import Conflict
from live_recording.account.objects import LiveTask
from live_recording.core.kinds import OUTPUTS_OF
from live_recording.core.timefmt import task_time, timestamp
from live_recording.resources.context import ProviderContext
from live_recording.resources.lifecycle import Inputs, Outputs, ResourceLifecycle, State

STREAM_TYPES = {"live": 0, "mixed": 1}


class TaskLifecycle(ResourceLifecycle):
    """Tasks: created once, never changed. Whether one is protected is only in the state."""

    kind = "task"

    def create(self, context: ProviderContext, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the task, or adopt the one that the account already holds."""
        account = context.account
        task_id = _existing(context, inputs, account.tasks()) or account.send_or_confirm(
            lambda: _send_create(context, inputs), lambda: _existing(context, inputs, account.tasks(fresh=True))
        )
        context.run.mark_held("task", task_id)
        return task_id, _outputs(task_id, inputs, 0)

    def read(self, context: ProviderContext, id_: str, state: State) -> Outputs | None:
        """Return the task's outputs, or None if an unfinished task is gone. A finished one stays as it was."""
        if datetime.fromisoformat(state["end"]) <= context.account.settings.now():
            return dict(state)
        live = context.account.tasks().get(id_)
        if live is None:
            context.require_same_account(state, f"task {id_}")
            return None
        inputs = {name: value for name, value in state.items() if name not in OUTPUTS_OF[self.kind]}
        return _outputs(id_, inputs, live.stopped_at)

    def delete(self, context: ProviderContext, id_: str, state: State) -> None:
        """Stop and delete the task, unless it is finished, gone, or another resource of this run has it.

        Raises Conflict if it is protected.
        """
        account, end = context.account, datetime.fromisoformat(state["end"])
        now = account.settings.now()
        live = {} if end <= now else account.tasks()
        decision = reconcile.delete_task(id_, state, live, context.run, now)
        if isinstance(decision, reconcile.Keep):
            return
        if isinstance(decision, reconcile.Refuse):
            raise Conflict(decision.conflict.message(context.describe_template))
        if decision.stop_first and decision.may_not_run_yet:
            with suppress(ApiError):
                _stop(context, id_)
        elif decision.stop_first:
            _stop(context, id_)
        _send_until(context, id_, "DeleteRecordTask", lambda _: False)
        account.remove_task(id_)


def _existing(context: ProviderContext, inputs: Inputs, live: dict[str, LiveTask]) -> str | None:
    decision = reconcile.create_task(inputs, live, context.run, context.account.settings.now())
    return str(decision.ref) if isinstance(decision, reconcile.Adopt) else None


def _send_create(context: ProviderContext, inputs: Inputs) -> str:
    now = context.account.settings.now()
    body: dict[str, Any] = {"DomainName": inputs["domain"], "AppName": inputs["app"], "StreamName": inputs["stream"]}
    body |= {"EndTime": timestamp(inputs["end"]), "StreamType": STREAM_TYPES[inputs["stream_type"]]}
    if "start" in inputs and datetime.fromisoformat(inputs["start"]) > now:
        body["StartTime"] = timestamp(inputs["start"])
    if inputs.get("template_id"):
        body["TemplateId"] = int(inputs["template_id"])
    task_id = str(context.account.change("CreateRecordTask", body)["TaskId"])
    created = {"StartTime": int(now.timestamp()), "Stopped": 0, "TaskId": task_id, **body}
    context.account.store_task(LiveTask.from_api(created))
    return task_id


def _stop(context: ProviderContext, task_id: str) -> None:
    _send_until(context, task_id, "StopRecordTask", lambda task: bool(task.stopped_at))


def _send_until(context: ProviderContext, task_id: str, action: str, is_done: Callable[[LiveTask], bool]) -> None:
    """Send Stop or Delete. Afterwards the list decides whether it took effect: no error code says so (CN:45981)."""
    account = context.account

    def outcome() -> dict[str, Any] | None:
        task = account.tasks(fresh=True).get(task_id)
        return {} if task is None or is_done(task) else None

    try:
        account.send_or_confirm(lambda: account.change(action, {"TaskId": task_id}), outcome)
    except NotFound:
        return
    except ApiError:
        if outcome() is None:
            raise


def _outputs(task_id: str, inputs: Inputs, stopped: int) -> Outputs:
    """Return the inputs, the id, and when the task was stopped outside this tool, in Unix seconds, 0 if it was not."""
    return {**inputs, "task_id": task_id} | ({"stopped_at": task_time(stopped)} if stopped else {})
