"""The types of fields: for each its reader and its JSON Schema."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from live_recording.stackfile import callbacks, names, rrule, scalars, times
from live_recording.stackfile.entries import Scalar


def _read(reader: Callable[[Any], Any], **schema: Any) -> Scalar:
    return Scalar(reader, dict(sorted(schema.items())))


_SECONDS = {"minimum": 0, "type": "integer"}
_LENGTH = {"pattern": r"^(0|[1-9][0-9]*)[smhd]?$", "type": "string"}
_TEXT = {"type": "string"}
_ID = [{"minimum": 1, "type": "integer"}, {"pattern": r"^[1-9][0-9]*$", "type": "string"}]
Text = Annotated[str, _read(scalars.text, type="string")]
Flag = Annotated[bool, _read(scalars.boolean, type="boolean")]
Integer = Annotated[int, _read(scalars.non_negative_int, type="integer", minimum=0)]
Positive = Annotated[int, _read(scalars.positive, type="integer", minimum=1)]
Identifier = Annotated[str, _read(scalars.identifier, anyOf=_ID)]
Duration = Annotated[int, _read(times.duration, anyOf=[_SECONDS, _LENGTH], examples=["90s", "30m", "1h", "7d"])]
Retention = Annotated[
    int, _read(times.retention, anyOf=[_SECONDS, _LENGTH, {"const": "forever"}], examples=["30d", "forever"])
]
Moment = Annotated[
    datetime, _read(times.moment, type="string", examples=["2026-11-21T20:00", "2026-11-21T20:00+08:00"])
]
Day = Annotated[date, _read(times.day, type="string", format="date")]
Clock = Annotated[str, _read(times.clock, type="string", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Rule = Annotated[str, _read(rrule.rule, type="string", examples=["FREQ=WEEKLY;BYDAY=SA"])]
Zone = Annotated[str, _read(times.zone, type="string", examples=["Asia/Shanghai", "UTC"])]
Key = Annotated[str, _read(names.key, type="string", pattern=f"^{names.KEY.pattern}$")]
Reference = Annotated[str, _read(names.reference, type="string", pattern=f"^{names.KEY.pattern}$")]
Domain = Annotated[str, _read(names.domain, type="string", examples=["push.example.com"])]
Paths = Annotated[tuple[str, ...], _read(scalars.texts, anyOf=[_TEXT, {"items": _TEXT, "type": "array"}])]
NamedDomain = Annotated[
    str,
    Scalar(names.named_domain, {"type": "string", "examples": ["push.example.com", "main"]}, uses_domains=True),
]
Part = Annotated[str, _read(names.part, type="string")]
FullPart = Annotated[str, _read(names.required_name, type="string", minLength=1)]
VodFileName = Annotated[str, _read(names.vod_file_name, type="string")]
CosPath = Annotated[str, _read(names.cos_bucket_path, type="string")]
StreamType = Literal["live", "mixed"]
FileFormat = Literal["flv", "hls", "mp4", "aac", "mp3"]
RecordType = Literal["video", "audio"]
StorageMode = Literal["normal", "cold"]
NoRecord = Annotated[Literal[False], _read(scalars.only_false, type="boolean", const=False)]
Url = Annotated[str, _read(callbacks.notify_url, type="string", pattern="^https?://", examples=[callbacks.URL_EXAMPLE])]
CallbackKey = Annotated[str, _read(callbacks.callback_key, type="string")]
HasCallbackKey = Annotated[bool, _read(callbacks.has_callback_key, type="boolean")]
ExceptionLevel = Literal["error", "warning", "info"]
