"""The types of fields: for each its reader and its JSON Schema."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from live_recording.core.errors import InvalidValue
from live_recording.stackfile import callbacks, names, rrule, scalars, times

INVALID_VALUE: Literal["invalid_value"] = "invalid_value"
"""pydantic's type of the error that a reader of a field raises."""


def _reported(reader: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return *reader* as pydantic calls it: an invalid value is reported by pydantic's own exception."""

    @wraps(reader)
    def validate(value: Any) -> Any:
        try:
            return reader(value)
        except InvalidValue as error:
            context = {"finding_id": error.finding_id, "message": error.message}
            raise PydanticCustomError(INVALID_VALUE, "{message}", context) from None

    return validate


def _read(reader: Callable[[Any], Any], **schema: Any) -> Any:
    return BeforeValidator(_reported(reader)), WithJsonSchema(schema)


_SECONDS = {"type": "integer", "minimum": 0}
_LENGTH = {"type": "string", "pattern": r"^(0|[1-9][0-9]*)[smhd]?$"}
_TEXT = {"type": "string"}
_ID = [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": r"^[1-9][0-9]*$"}]
Text = Annotated[str, *_read(scalars.text, type="string")]
Flag = Annotated[bool, *_read(scalars.boolean, type="boolean")]
Integer = Annotated[int, *_read(scalars.non_negative_int, type="integer", minimum=0)]
Positive = Annotated[int, *_read(scalars.positive, type="integer", minimum=1)]
Identifier = Annotated[str, *_read(scalars.identifier, anyOf=_ID)]
Duration = Annotated[int, *_read(times.duration, anyOf=[_SECONDS, _LENGTH], examples=["90s", "30m", "1h", "7d"])]
Retention = Annotated[
    int, *_read(times.retention, anyOf=[_SECONDS, _LENGTH, {"const": "forever"}], examples=["30d", "forever"])
]
Moment = Annotated[
    datetime, *_read(times.moment, type="string", examples=["2026-11-21T20:00", "2026-11-21T20:00+08:00"])
]
Day = Annotated[date, *_read(times.day, type="string", format="date")]
Clock = Annotated[str, *_read(times.clock, type="string", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Rule = Annotated[str, *_read(rrule.rule, type="string", examples=["FREQ=WEEKLY;BYDAY=SA"])]
Zone = Annotated[str, *_read(times.zone, type="string", examples=["Asia/Shanghai", "UTC"])]
Key = Annotated[str, *_read(names.key, type="string", pattern=f"^{names.KEY.pattern}$")]
Reference = Annotated[str, *_read(names.reference, type="string", pattern=f"^{names.KEY.pattern}$")]
Domain = Annotated[str, *_read(names.domain, type="string", examples=["push.example.com"])]
Paths = Annotated[tuple[str, ...], *_read(scalars.texts, anyOf=[_TEXT, {"type": "array", "items": _TEXT}])]


def named_domain(value: Any, info: ValidationInfo) -> str:
    """Read a push domain, or the name of one; validation passes the names as its context."""
    domain: str = _reported(lambda name: names.named_domain(name, info.context or {}))(value)
    return domain


NamedDomain = Annotated[
    str,
    BeforeValidator(named_domain),
    WithJsonSchema({"type": "string", "examples": ["push.example.com", "main"]}),
]
Part = Annotated[str, *_read(names.part, type="string")]
FullPart = Annotated[str, *_read(names.required_name, type="string", minLength=1)]
VodFileName = Annotated[str, *_read(names.vod_file_name, type="string")]
CosPath = Annotated[str, *_read(names.cos_bucket_path, type="string")]
StreamType = Annotated[Literal["live", "mixed"], BeforeValidator(scalars.word)]
FileFormat = Annotated[Literal["flv", "hls", "mp4", "aac", "mp3"], BeforeValidator(scalars.word)]
RecordType = Annotated[Literal["video", "audio"], BeforeValidator(scalars.word)]
StorageMode = Annotated[Literal["normal", "cold"], BeforeValidator(scalars.word)]
NoRecord = Annotated[Literal[False], BeforeValidator(_reported(scalars.only_false))]
Url = Annotated[
    str, *_read(callbacks.notify_url, type="string", pattern="^https?://", examples=[callbacks.URL_EXAMPLE])
]
CallbackKey = Annotated[str, *_read(callbacks.callback_key, type="string")]
HasCallbackKey = Annotated[bool, *_read(callbacks.has_callback_key, type="boolean")]
ExceptionLevel = Annotated[Literal["error", "warning", "info"], BeforeValidator(scalars.word)]


class Entry(BaseModel):
    """A mapping with fixed keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
