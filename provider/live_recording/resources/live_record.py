"""The life of a live record: made by one call, never listed, never changed. Source: CN:30148 30146 30147.

Rule 1: a create whose outcome is not known is told and never sent again, because nothing can be looked up.
Rule 2: a running one is stopped before it is deleted, or the vendor refuses; one that is over needs no call.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from live_recording.account.api_errors import AccessDenied, ApiError, NotFound, OutcomeUnknown, Throttled
from live_recording.account.identity import SKEW_SECONDS
from live_recording.account.inventory import AccountInventory, Conflict
from live_recording.core.timefmt import CHINA, rfc3339
from live_recording.core.vendor import REAL_TIME_MAX
from live_recording.desired.live_records import STREAM_PARAM

State = Mapping[str, Any]

OUTPUTS = ("task_id", "ends_at")
"""What the state holds besides the inputs."""


def create(account: AccountInventory, inputs: State) -> tuple[str, dict[str, Any]]:
    """Make the record. Raises Conflict when it is over meanwhile, and when it may exist although no answer came."""
    now = account.settings.now()
    end = _end(inputs, now)
    if end <= now:
        raise Conflict(
            f"The recording of {_stream(inputs)} was not made: its end, {rfc3339(end)}, has passed. Remove it."
        )
    try:
        task_id = str(account.change("CreateLiveRecord", _body(inputs, end))["TaskId"])
    except OutcomeUnknown as unknown:
        raise Conflict(
            f"{str(unknown).removesuffix(unknown.advice)}A recording of {_stream(inputs)} may exist all the same, until "
            f"{rfc3339(end)}. This API lists nothing, so nothing was sent again. Look in the vendor's console first: if it is "
            "there, running again would record the stream twice."
        ) from None
    return task_id, {**inputs, "task_id": task_id, "ends_at": rfc3339(end)}


def _end(inputs: State, now: datetime) -> datetime:
    """When the recording ends; in real time that may be a length from its creation on."""
    if "end" in inputs:
        return datetime.fromisoformat(inputs["end"])
    return now + timedelta(seconds=inputs.get("duration", REAL_TIME_MAX.total_seconds()))


def _stream(inputs: State) -> str:
    return "/".join(inputs[part] for part in ("domain", "app", "stream") if part in inputs)


def _body(inputs: State, end: datetime) -> dict[str, Any]:
    """The body of CreateLiveRecord. What the default of the documents would say is sent too: it never changes."""
    body: dict[str, Any] = {
        "StreamName": inputs["stream"],
        "AppName": inputs["app"],
        "EndTime": _in_china(end),
        "RecordType": inputs["record_type"],
        "FileFormat": inputs["file_format"],
        "Highlight": int(inputs["highlight"]),
        "MixStream": int(inputs["mix_stream"]),
    }
    body |= {"DomainName": inputs["domain"]} if "domain" in inputs else {}
    body |= {"StartTime": _in_china(datetime.fromisoformat(inputs["start"]))} if "start" in inputs else {}
    params = {name: inputs[name] for name in STREAM_PARAM if name in inputs}
    return body | ({"StreamParam": urlencode(params)} if params else {})


def _in_china(at: datetime) -> str:
    """The wall clock of China, as it is: the documents' `+` and `%3a` are how a query string writes it, not JSON."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def read(_account: AccountInventory, _task_id: str, state: State) -> dict[str, Any]:
    """The outputs as the state has them: the account cannot be asked."""
    return dict(state)


def delete(account: AccountInventory, task_id: str, state: State) -> None:
    """End and remove the record, unless it is over or gone."""
    now, begun = account.settings.now(), "start" not in state
    if datetime.fromisoformat(state["ends_at"]) <= now:
        return
    named = {"StreamName": state["stream"], "TaskId": int(task_id)}
    refused: ApiError | None = None
    try:
        if begun or datetime.fromisoformat(state["start"]) <= now + timedelta(seconds=SKEW_SECONDS):
            account.change("StopLiveRecord", named)
    except (AccessDenied, OutcomeUnknown, Throttled):
        raise
    except ApiError as error:
        refused = error  # stopped before, or not begun yet by the vendor's clock: a delete is refused if it does run
    try:
        account.change("DeleteLiveRecord", named)
    except NotFound:
        return
    except OutcomeUnknown:
        raise
    except ApiError as error:
        raise refused or error from None
