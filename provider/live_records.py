"""The life of a live record: made by one call, never listed, never changed. Source: CN:30148 30146 30147.

Rule 1: a create whose outcome is not known is told and never sent again, because nothing can be looked up.
Rule 2: a running one is stopped before it is deleted, or the vendor refuses; one that is over needs no call.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from provider.core.limits import REAL_TIME_MAX
from provider.core.live_records import STREAM_PARAM
from provider.core.times import CHINA, rfc3339
from provider.core.twins import SKEW_SECONDS
from provider.inventory import Account, Conflict
from provider.reactions import AccessDenied, ApiError, NotFound, OutcomeUnknown, Throttled

State = Mapping[str, Any]

OUTPUTS = ("task_id", "ends_at")
"""What the state holds besides the inputs."""


def create(account: Account, inputs: State) -> tuple[str, dict[str, Any]]:
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


def read(_account: Account, _task_id: str, state: State) -> dict[str, Any]:
    """The outputs as the state has them: the account cannot be asked."""
    return dict(state)


def delete(account: Account, task_id: str, state: State) -> None:
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
