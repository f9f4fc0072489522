"""Notifications of the vendor's callbacks: check the signature, parse them into typed events, remove secrets.

Sources: CN:32744 and IN:38080 (delivery), CN:47026 and IN:38082 (files), CN:102192
(recording status), CN:117052 (recording exceptions), IN:38081 (pushes).

The signature covers the key and an expiry time, **not the body**: anyone who sees one notification can forge others for ten
minutes. Use https and a secret path, and ask VOD for a file before you do something irreversible.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

MOST_VALID = timedelta(minutes=11)
"""How far in the future a notification may expire: the vendor sends `t` = now + 10 minutes (CN:32744)."""
LONGEST_KEY = 255
"""Characters of a deduplication key. Ids of the vendor have at most 63."""
LONGEST_FILE = timedelta(days=366)
REDACTED = "***"
_SECRET_NAMES = ("txSecret", "txTime", "token", "sign", "signature", "key")
_SECRET = re.compile(rf"((?:{'|'.join(_SECRET_NAMES)})(?:=|%3D))[^&\s\"]+", re.IGNORECASE)


class InvalidNotification(ValueError):
    """The body is not a notification, or not one of this key; the message says why."""


@dataclass(frozen=True, slots=True)
class Event:
    """What all notifications have."""

    domain: str
    app: str
    stream: str
    raw: Mapping[str, Any]  # the body without secrets and signature


@dataclass(frozen=True, slots=True)
class FileEvent(Event):
    """Event 100: a file of a recording is ready. Its content begins at *end* less *duration*."""

    event_type: ClassVar[int] = 100
    file_id: str
    format: str  # flv, hls, mp4, aac or mp3
    start: datetime
    end: datetime
    duration: float  # seconds
    size: int  # bytes
    url: str
    template_id: str
    task_id: str  # filled for rules too: it names a task only if CreateRecordTask returned it

    @property
    def at(self) -> datetime:
        """Return the time of the event."""
        return self.end

    @property
    def deduplication_key(self) -> str:
        """Return what is the same in every delivery of this event."""
        return f"file/{self.file_id}"


@dataclass(frozen=True, slots=True)
class StatusEvent(Event):
    """Event 332: a recording began, paused, continued, failed or ended."""

    event_type: ClassVar[int] = 332
    at: datetime
    status: (
        str  # record_start_succeeded, record_start_failed, record_paused, record_resumed, record_error, record_ended
    )
    session_id: str
    sequence: int
    by_task: bool | None  # None: unknown
    format: str  # "" if it is unknown

    @property
    def deduplication_key(self) -> str:
        """Return what is the same in every delivery of this event."""
        return f"status/{self.session_id}/{self.sequence}"


@dataclass(frozen=True, slots=True)
class ExceptionEvent(Event):
    """Event 341: a recording met a problem. It has neither domain nor app; site cn only."""

    event_type: ClassVar[int] = 341
    at: datetime
    level: str
    kind: int
    description: str
    session_id: str

    @property
    def deduplication_key(self) -> str:
        """Return what is the same in every delivery of this event."""
        return f"exception/{self.session_id}/{self.kind}/{int(self.at.timestamp())}"


@dataclass(frozen=True, slots=True)
class PushEvent(Event):
    """Event 1 or 0: a push began or ended. *sequence* is the same for both."""

    began: bool
    at: datetime
    sequence: str
    reason: str  # why it ended

    @property
    def event_type(self) -> int:
        """Return the vendor's number of the event."""
        return int(self.began)

    @property
    def deduplication_key(self) -> str:
        """Return what is the same in every delivery of this event."""
        return f"push/{self.sequence}/{int(self.began)}"


AnyEvent = FileEvent | StatusEvent | ExceptionEvent | PushEvent

_FORMATS = {1: "flv", 2: "hls", 3: "mp4", 4: "aac", 5: "mp3"}
_BY_API = 5


def verify_signature(key: str, body: bytes | Mapping[str, Any], now: datetime) -> None:
    """Raise InvalidNotification unless the notification was signed with *key* and has not expired.

    Args:
        key: The CallbackKey of the template.
        body: The body as received, or parsed.
        now: The current time, aware.
    """
    found = _parsed(body)
    expires, sign = found.get("t"), found.get("sign")
    if not isinstance(expires, int) or isinstance(expires, bool) or not isinstance(sign, str):
        raise InvalidNotification("The notification has no t and sign. Set a CallbackKey in the callback template.")
    expected = hashlib.md5(
        f"{key}{expires}".encode(), usedforsecurity=False
    ).hexdigest()  # the vendor's choice (CN:32744)
    if not hmac.compare_digest(expected, sign.lower().encode("ascii", "replace").decode()):
        raise InvalidNotification("The signature does not belong to this key.")
    left = expires - now.timestamp()
    if left < 0:
        raise InvalidNotification(f"The notification expired {-left:.0f} s ago.")
    if left > MOST_VALID.total_seconds():
        raise InvalidNotification("The notification expires too far in the future.")


def parse(body: bytes | Mapping[str, Any]) -> AnyEvent:
    """Return the event of a notification, without secrets. Raises InvalidNotification."""
    found = _parsed(body)
    number = found.get("event_type")
    reader = _READERS.get(number) if isinstance(number, int) else None
    if reader is None:
        raise InvalidNotification(f"event_type is {number!r}. Known are {', '.join(map(str, sorted(_READERS)))}.")
    try:
        event = reader(found)
        _check_names(event)
    except (KeyError, TypeError, ValueError, OverflowError, OSError, RecursionError) as error:
        raise InvalidNotification(f"Event {number} lacks a field, or one is not valid: {error}.") from None
    return event


def redact(text: str) -> str:
    """Return the text with the values of secret URL parameters, such as txSecret, replaced."""
    return _SECRET.sub(rf"\1{REDACTED}", text)


def _parsed(body: bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(body, Mapping):
        return body
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidNotification("The body is not JSON.") from None
    if not isinstance(found, dict):
        raise InvalidNotification("The body is not a JSON object.")
    return found


def _check_names(event: AnyEvent) -> None:
    """Raise ValueError for names that no database can store: the vendor never sends such ones."""
    key = event.deduplication_key
    if len(key) > LONGEST_KEY:
        raise ValueError(f"its ids have {len(key)} characters, at most {LONGEST_KEY} are allowed")
    names = f"{key}{event.domain}{event.app}{event.stream}"
    if "\0" in names or names.encode(errors="replace").decode() != names:
        raise ValueError("a name contains characters that are not text")


def _without_secrets(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_secret(name, inner) for name, inner in value.items() if name != "sign"}
    if isinstance(value, list):
        return [_without_secrets(inner) for inner in value]
    return redact(value) if isinstance(value, str) else value


def _without_secret(name: str, value: Any) -> Any:
    return REDACTED if name.lower() in map(str.lower, _SECRET_NAMES) else _without_secrets(value)


def _names(found: Mapping[str, Any]) -> tuple[str, str, str, Mapping[str, Any]]:
    """Return domain, app and stream: `app` of an event is the domain, `appname` the app."""
    domain = found.get("app") or found.get("domain") or ""
    return str(domain), str(found.get("appname") or ""), str(found["stream_id"]), _without_secrets(found)


def _time(seconds: object) -> datetime:
    return datetime.fromtimestamp(int(str(seconds)), UTC)


def _duration(seconds: object) -> float:
    length = float(str(seconds))
    if not 0 <= length <= LONGEST_FILE.total_seconds():
        raise ValueError(f"duration is {length}")
    return length


def _file(found: Mapping[str, Any]) -> FileEvent:
    return FileEvent(
        *_names(found),
        file_id=str(found["file_id"]),
        format=str(found["file_format"]).lower(),
        start=_time(found["start_time"]),
        end=_time(found["end_time"]),
        duration=_duration(found["duration"]),
        size=int(found.get("file_size") or 0),
        url=redact(str(found.get("video_url") or "")),
        template_id=str(found.get("record_temp_id") or ""),
        task_id=str(found.get("task_id") or ""),
    )


def _status(found: Mapping[str, Any]) -> StatusEvent:
    detail = found.get("record_detail") or "{}"
    content = json.loads(detail) if isinstance(detail, str) else detail
    if not isinstance(content, Mapping):
        raise ValueError("record_detail is not an object")  # noqa: TRY004 - parse reports both the same way
    model, form = content.get("start_model"), content.get("file_format")
    return StatusEvent(
        *_names(found),
        at=_time(found["event_time"]),
        status=str(found["record_event"]),
        session_id=str(found["session_id"]),
        sequence=int(found["seq"]),
        by_task=None if model is None else model == _BY_API,
        format=_FORMATS.get(form, "") if isinstance(form, int) else "",
    )


def _exception(found: Mapping[str, Any]) -> ExceptionEvent:
    problem = found["exception"]
    return ExceptionEvent(
        *_names(found),
        at=_time(found["timestamp"]),
        level=str(found.get("exception_level") or ""),
        kind=int(problem["type"]),
        description=redact(str(problem.get("desc") or "")),
        session_id=str(found["session_id"]),
    )


def _push(found: Mapping[str, Any]) -> PushEvent:
    return PushEvent(
        *_names(found),
        began=found["event_type"] == 1,
        at=_time(found["event_time"]),
        sequence=str(found["sequence"]),
        reason=redact(str(found.get("errmsg") or "")),
    )


_READERS: Mapping[int, Callable[[Mapping[str, Any]], AnyEvent]] = {
    0: _push,
    1: _push,
    100: _file,
    332: _status,
    341: _exception,
}
