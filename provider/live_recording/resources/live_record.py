"""The lifecycle of a live record: created by one call, never listed, never changed. Source: CN:30148 30146 30147.

Nothing can be looked up, so a create with an unknown outcome is reported and never sent again. A running record is stopped
before it is deleted, or the vendor rejects the delete; a finished one needs no call.
"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from live_recording.account.api_errors import AccessDenied, ApiError, NotFound, OutcomeUnknown, Throttled
from live_recording.account.conflicts import find_protection
from live_recording.account.identity import SKEW_SECONDS
from live_recording.account.inventory import Conflict
from live_recording.core.timefmt import CHINA, rfc3339
from live_recording.core.vendor import REAL_TIME_MAX, STREAM_PARAM
from live_recording.resources.context import ProviderContext
from live_recording.resources.lifecycle import Inputs, Outputs, ResourceLifecycle, State


class LiveRecordLifecycle(ResourceLifecycle):
    """Live records: created once, never changed, never listed. Whether one is protected is only in the state."""

    kind = "live_record"

    def create(self, context: ProviderContext, inputs: Inputs) -> tuple[str, Outputs]:
        """Create the record. Raises Conflict if its end has passed, and if it may exist although no answer came."""
        now = context.account.settings.now()
        end = _end(inputs, now)
        if end <= now:
            raise Conflict(
                f"The recording of {_stream(inputs)} was not created: its end, {rfc3339(end)}, has passed. Remove it."
            )
        try:
            task_id = str(context.account.change("CreateLiveRecord", _body(inputs, end))["TaskId"])
        except OutcomeUnknown as unknown:
            raise Conflict(
                f"{str(unknown).removesuffix(unknown.advice)}A recording of {_stream(inputs)} may exist until "
                f"{rfc3339(end)}. This API cannot list recordings, so nothing was sent again. Check the vendor's console "
                "first: if the recording is there, running again would record the stream twice."
            ) from None
        return task_id, {**inputs, "task_id": task_id, "ends_at": rfc3339(end)}

    def read(self, _context: ProviderContext, _id: str, state: State) -> Outputs:
        """Return the outputs as the state has them: the account cannot be asked."""
        return dict(state)

    def delete(self, context: ProviderContext, id_: str, state: State) -> None:
        """Stop and delete the record, unless it is finished or gone. Raises Conflict if it is protected."""
        now = context.account.settings.now()
        if datetime.fromisoformat(state["ends_at"]) <= now:
            return
        if protection := find_protection(state, now):
            raise Conflict(protection.sentence)
        record = {"StreamName": state["stream"], "TaskId": int(id_)}
        starts_soon = now + timedelta(seconds=SKEW_SECONDS)
        refused = None
        if "start" not in state or datetime.fromisoformat(state["start"]) <= starts_soon:
            refused = _stop(context, record)
        try:
            context.account.change("DeleteLiveRecord", record)
        except NotFound:
            return
        except OutcomeUnknown:
            raise
        except ApiError as error:
            raise refused or error from None


def _stop(context: ProviderContext, record: dict[str, Any]) -> ApiError | None:
    """Stop the record; return the refusal of one that is stopped already or has not begun by the vendor's clock.

    If it does run, the vendor then rejects the delete.
    """
    try:
        context.account.change("StopLiveRecord", record)
    except (AccessDenied, OutcomeUnknown, Throttled):
        raise
    except ApiError as error:
        return error
    return None


def _end(inputs: Inputs, now: datetime) -> datetime:
    """Return when the recording ends; in real time that may be a duration from its creation on."""
    if "end" in inputs:
        return datetime.fromisoformat(inputs["end"])
    return now + timedelta(seconds=inputs.get("duration", REAL_TIME_MAX.total_seconds()))


def _stream(inputs: Inputs) -> str:
    return "/".join(inputs[part] for part in ("domain", "app", "stream") if part in inputs)


def _body(inputs: Inputs, end: datetime) -> dict[str, Any]:
    """Return the body of CreateLiveRecord. Documented defaults are sent too, so that they cannot change."""
    body: dict[str, Any] = {
        "StreamName": inputs["stream"],
        "AppName": inputs["app"],
        "EndTime": _china_time(end),
        "RecordType": inputs["record_type"],
        "FileFormat": inputs["file_format"],
        "Highlight": int(inputs["highlight"]),
        "MixStream": int(inputs["mix_stream"]),
    }
    if "domain" in inputs:
        body["DomainName"] = inputs["domain"]
    if "start" in inputs:
        body["StartTime"] = _china_time(datetime.fromisoformat(inputs["start"]))
    params = {name: inputs[name] for name in STREAM_PARAM if name in inputs}
    if params:
        body["StreamParam"] = urlencode(params)
    return body


def _china_time(at: datetime) -> str:
    """Return the wall clock time of China. The `+` and `%3a` of the documents belong to query strings, not to JSON."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
