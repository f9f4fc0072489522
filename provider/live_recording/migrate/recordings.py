"""What an old call records: which stream, when and how, in the terms of a stack file.

Rule 1: what a call does not say, and has no documented default, is not invented: the call is refused in one sentence.
Rule 2: what does not come along of a call that is carried over stands in a remark.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from live_recording.core.errors import InvalidValue
from live_recording.core.kinds import FORMATS
from live_recording.core.streams import StreamKey
from live_recording.core.text import quoted
from live_recording.core.timefmt import FOREVER
from live_recording.core.vendor import STORAGE_TIME_MAX, STREAM_PARAM, V2_INTERVAL, Site
from live_recording.core.windows import Window
from live_recording.migrate.calls import FROM_FILE, Call
from live_recording.migrate.values import china, flag, needed, number, params, text, unix, wrong
from live_recording.stackfile import names


class Shape(NamedTuple):
    """How something is recorded: what makes one template."""

    format: str
    record_interval: int | None  # seconds; None: the vendor's default
    storage_time: int  # seconds; 0: for ever


class Options(NamedTuple):
    """What the user says where calls say nothing, and the site whose limits apply."""

    domain: str
    app: str
    site: Site


class Remark(NamedTuple):
    """What is worth knowing of a call; *lost*: a part of it did not come along."""

    sentence: str
    lost: bool


class Recording(NamedTuple):
    """What one call records."""

    call: Call
    key: StreamKey
    mixed: bool
    window: Window
    template: Shape | str | None  # one to make, the id of one, or none: HLS for ever
    remarks: tuple[Remark, ...] = ()


def recording(call: Call, options: Options) -> Recording | str:
    """What the call records, or why it cannot be carried over."""
    if call.cut:
        return "It is cut off: its quotes or brackets do not close. Paste the whole call."
    if FROM_FILE in call.fields:
        return f"Its values stand in another file ({FROM_FILE}). Name that file too."
    try:
        made = READERS[call.action](call, options)
    except InvalidValue as refusal:
        return refusal.message
    left = (Remark(f"{quoted(name)} is none of its fields and was left out.", lost=True) for name in call.unknown)
    return made._replace(remarks=(*made.remarks, *left))


def _live_record(call: Call, options: Options) -> Recording:
    _refuse_real_time(call, "Highlight")
    app = needed(call, "AppName", options.app or "live")  # the documented default, CN:30148
    key, cut = _key(needed(call, "DomainName", options.domain), app, needed(call, "StreamName"))
    window = Window(china(call, "StartTime"), china(call, "EndTime"))
    shape, remarks = _shape(call, options.site)
    return Recording(call, key, flag(call, "MixStream"), window, shape, (*cut, *remarks))


def _record_task(call: Call, options: Options) -> Recording:
    app = needed(call, "AppName", options.app)
    key, cut = _key(needed(call, "DomainName", options.domain), app, needed(call, "StreamName"))
    window = Window(unix(call, "StartTime") if "StartTime" in call.fields else None, unix(call, "EndTime"))
    template = number(call, "TemplateId") or None
    more = Remark("Extension was left out; the vendor gives it no meaning.", lost=False)
    remarks = (*cut, more) if "Extension" in call.fields else cut
    return Recording(call, key, flag(call, "StreamType"), window, template, remarks)


def _record(call: Call, options: Options) -> Recording:
    _refuse_real_time(call, "tapeType")
    domain, app = needed(call, "domain", options.domain), needed(call, "app", options.app)
    key, cut = _key(domain, app, needed(call, "channelId"))
    window = Window(china(call, "startTime"), china(call, "endTime"))
    return Recording(call, key, mixed=False, window=window, template=Shape("flv", V2_INTERVAL, FOREVER), remarks=cut)


READERS: Mapping[str, Callable[[Call, Options], Recording]] = {
    "CreateLiveRecord": _live_record,
    "CreateRecordTask": _record_task,
    "CreateRecord": _record,
}


def _refuse_real_time(call: Call, field: str) -> None:
    if flag(call, field):
        why = f"It records in real time ({field}=1), from the moment of the call on, and no file can name that."
        advice = "To record at once, write a task with end and without start, and apply it."
        raise InvalidValue("missing-field", f"{why} {advice}")


def _key(domain: str, app: str, stream: str) -> tuple[StreamKey, tuple[Remark, ...]]:
    """Domain, app and stream, and whether a key for pushing was cut off the stream's name."""
    (domain, _, _), (app, _, _), (stream, cut, _) = (name.partition("?") for name in (domain, app, stream))
    if "@" in domain:
        raise InvalidValue(
            "bad-name", "DomainName is more than a domain. Write the push domain alone, like push.example.com."
        )
    found = StreamKey(names.domain(domain), names.required_name(app), names.required_name(stream))
    if "\ufffd" in "".join(found.parts):
        raise InvalidValue("bad-name", "A name in it is not encoded as UTF-8. Write it plainly.")
    sentence = "What follows the question mark in its stream name was left out: a key for pushing is no part of a name."
    return found, (Remark(sentence, lost=True),) if cut else ()


def _shape(call: Call, site: Site) -> tuple[Shape, tuple[Remark, ...]]:
    """The template that a CreateLiveRecord asks for."""
    kind, form = (text(call, "RecordType") or "video").lower(), (text(call, "FileFormat") or "flv").lower()
    if kind not in ("video", "audio"):
        raise wrong("RecordType", kind, "video or audio belongs there")
    if form not in FORMATS:
        raise wrong("FileFormat", form, f"one of {', '.join(FORMATS)} belongs there")
    made = "aac" if kind == "audio" and form not in ("aac", "mp3") else form  # templates have no RecordType
    asked, strange = params(call)
    interval, kept = asked.get("record_interval"), asked.get("storage_time", FOREVER)
    low, high = site.record_interval[made]
    if made != "hls" and interval is not None and not low <= interval <= high:
        raise wrong("record_interval", interval, f"{low} to {high} seconds belong there")
    if kept > STORAGE_TIME_MAX:
        raise wrong("storage_time", kept, f"at most {STORAGE_TIME_MAX} seconds belong there")
    sound = f"It asks for sound alone as {form}, which no template can do. The task records aac instead."
    more = f"StreamParam says more than {' and '.join(STREAM_PARAM)}. The rest was left out."
    remarks = (
        (made != form, Remark(sound, lost=True)),
        (strange, Remark(more, lost=True)),
        (made == "hls" and interval is not None, Remark("record_interval was left out: HLS ignores it.", lost=False)),
    )
    shape = Shape(made, None if made == "hls" else interval, kept)
    return shape, tuple(remark for applies, remark in remarks if applies)
