"""What an old call records: which stream, when and how, in the terms of a stack file.

A value that a call does not give, and that has no documented default, is not guessed: the call is rejected.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from live_recording.core.errors import InvalidValue
from live_recording.core.kinds import FORMATS
from live_recording.core.streams import StreamKey
from live_recording.core.text import quoted
from live_recording.core.timefmt import FOREVER
from live_recording.core.vendor import STORAGE_TIME_MAX, STREAM_PARAM, V2_INTERVAL, Site
from live_recording.core.windows import Window
from live_recording.migrate.calls import FROM_FILE, Call
from live_recording.migrate.values import (
    china_time,
    flag,
    invalid_value,
    object_id,
    required_text,
    stream_params,
    text_value,
    unix_time,
)
from live_recording.stackfile import names


@dataclass(frozen=True, slots=True)
class RecordingFormat:
    """The format and retention of a recording; each becomes one template."""

    format: str
    record_interval: int | None  # seconds; None: the vendor's default
    storage_time: int  # seconds; 0: forever


@dataclass(frozen=True, slots=True)
class Options:
    """The domain and the app of calls that have none, and the site whose limits apply."""

    domain: str
    app: str
    site: Site


@dataclass(frozen=True, slots=True)
class Remark:
    """A fact about a call; *lost*: a part of the call is not in the stack file."""

    sentence: str
    lost: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """What one call records."""

    call: Call
    key: StreamKey
    mixed: bool
    window: Window
    template: RecordingFormat | str | None  # a new template, the id of a template, or None: HLS that is kept forever
    remarks: tuple[Remark, ...] = ()


def recording_of_call(call: Call, options: Options) -> Recording:
    """Return what the call records. Raise InvalidValue if it cannot be migrated."""
    if call.incomplete:
        raise InvalidValue("missing-field", "The call is cut off or is not valid. Paste the whole call.")
    if FROM_FILE in call.fields:
        raise InvalidValue("missing-field", f"Its values are in another file ({FROM_FILE}). Name that file too.")
    recording = READERS[call.action](call, options)
    unknown = (Remark(f"Unknown field {quoted(name)} was left out.", lost=True) for name in call.unknown)
    return replace(recording, remarks=(*recording.remarks, *unknown))


def _live_record(call: Call, options: Options) -> Recording:
    _reject_real_time(call, "Highlight")
    app = required_text(call, "AppName", options.app or "live")  # the documented default, CN:30148
    key, remarks = _key(required_text(call, "DomainName", options.domain), app, required_text(call, "StreamName"))
    window = Window(china_time(call, "StartTime"), china_time(call, "EndTime"))
    template, more = _recording_format(call, options.site)
    return Recording(call, key, flag(call, "MixStream"), window, template, (*remarks, *more))


def _record_task(call: Call, options: Options) -> Recording:
    app = required_text(call, "AppName", options.app)
    key, remarks = _key(required_text(call, "DomainName", options.domain), app, required_text(call, "StreamName"))
    window = Window(unix_time(call, "StartTime") if "StartTime" in call.fields else None, unix_time(call, "EndTime"))
    template = object_id(call, "TemplateId") or None
    if "Extension" in call.fields:
        remarks = (*remarks, Remark("Extension was left out: it has no effect.", lost=False))
    return Recording(call, key, flag(call, "StreamType"), window, template, remarks)


def _record(call: Call, options: Options) -> Recording:
    _reject_real_time(call, "tapeType")
    domain, app = required_text(call, "domain", options.domain), required_text(call, "app", options.app)
    key, remarks = _key(domain, app, required_text(call, "channelId"))
    window = Window(china_time(call, "startTime"), china_time(call, "endTime"))
    template = RecordingFormat("flv", V2_INTERVAL, FOREVER)
    return Recording(call, key, mixed=False, window=window, template=template, remarks=remarks)


def _tape(call: Call, options: Options) -> Recording:
    """Read the oldest call. It names neither a retention nor a file length, so the vendor's defaults apply."""
    real_time = "Param.n.task_sub_type"
    _reject_real_time(call, real_time)
    domain = required_text(call, "Param.s.domain", options.domain)
    app = required_text(call, "Param.s.path", options.app)
    key, remarks = _key(domain, app, required_text(call, "Param.s.channel_id"))
    window = Window(china_time(call, "Param.s.start_time"), china_time(call, "Param.s.end_time"))
    format_, more = _format(call, "Param.s.record_type", "Param.s.file_format")
    if real_time not in call.fields:
        more.append(Remark(f"{real_time} is missing; the recording is read as a scheduled one.", lost=False))
    template = RecordingFormat(format_, None, FOREVER)
    return Recording(call, key, mixed=False, window=window, template=template, remarks=(*remarks, *more))


READERS: Mapping[str, Callable[[Call, Options], Recording]] = {
    "CreateLiveRecord": _live_record,
    "CreateRecordTask": _record_task,
    "CreateRecord": _record,
    "Live_Tape_Start": _tape,
}


def _reject_real_time(call: Call, field: str) -> None:
    if flag(call, field):
        reason = f"Real-time recordings ({field}=1) start with the call and cannot be declared in a file."
        advice = "To record at once, add a task with end and without start, and deploy it."
        raise InvalidValue("missing-field", f"{reason} {advice}")


def _key(domain: str, app: str, stream: str) -> tuple[StreamKey, tuple[Remark, ...]]:
    """Return the key of the stream without its push parameters, and a remark if there were any."""
    (domain, _, _), (app, _, _), (stream, question_mark, _) = (name.partition("?") for name in (domain, app, stream))
    if "@" in domain:
        raise InvalidValue("bad-name", "DomainName must be a push domain only, such as push.example.com.")
    key = StreamKey(names.domain(domain), names.required_name(app), names.required_name(stream))
    sentence = "StreamName had push parameters after a question mark; they were left out."
    return key, (Remark(sentence, lost=True),) if question_mark else ()


def _recording_format(call: Call, site: Site) -> tuple[RecordingFormat, tuple[Remark, ...]]:
    """Return the template that a CreateLiveRecord needs, and remarks about what it cannot say."""
    format_, remarks = _format(call, "RecordType", "FileFormat")
    params, has_unknown_params = stream_params(call)
    if has_unknown_params:
        known = " and ".join(STREAM_PARAM)
        remarks.append(Remark(f"StreamParam has parameters other than {known}; they were left out.", lost=True))
    interval, storage_time = params.get("record_interval"), params.get("storage_time", FOREVER)
    if format_ == "hls" and interval is not None:
        remarks.append(Remark("record_interval was left out: HLS ignores it.", lost=False))
        interval = None
    low, high = site.record_interval[format_]
    if interval is not None and not low <= interval <= high:
        raise invalid_value("record_interval", interval, f"{low} to {high} seconds")
    if storage_time > STORAGE_TIME_MAX:
        raise invalid_value("storage_time", storage_time, f"at most {STORAGE_TIME_MAX} seconds")
    return RecordingFormat(format_, interval, storage_time), tuple(remarks)


def _format(call: Call, type_field: str, format_field: str) -> tuple[str, list[Remark]]:
    """Return the format that two fields of a call name. Templates have no type: audio needs an audio format."""
    record_type = (text_value(call, type_field) or "video").lower()
    format_ = (text_value(call, format_field) or "flv").lower()
    if record_type not in ("video", "audio"):
        raise invalid_value(type_field, record_type, "video or audio")
    if format_ not in FORMATS:
        raise invalid_value(format_field, format_, f"one of {', '.join(FORMATS)}")
    if record_type == "audio" and format_ not in ("aac", "mp3"):
        sentence = f"Templates cannot record audio alone as {format_}. The task records aac instead."
        return "aac", [Remark(sentence, lost=True)]
    return format_, []
