"""Mapping between our field names and the API's: request bodies, and live objects as inputs.

A create sends only the fields that were set. A change sends whole formats, and a vendor default only where something else
is live. Source of names and defaults: RecordParam, RecordTemplateInfo (CN:32614, CN:32609).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from live_recording.account.objects import LiveTemplate, Raw
from live_recording.core.kinds import FORMATS

Inputs = Mapping[str, Any]
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its API name, and the vendor's default (None: cannot be known)."""

    api: str
    default: Any = None


FORMAT_FIELDS = {
    "record_interval": Field("RecordInterval", 1800),
    "storage_time": Field("StorageTime", 0),
    "vod_sub_app_id": Field("VodSubAppId"),  # the account's main application, whose id the API does not tell
    "vod_file_name": Field("VodFileName", ""),
    "procedure": Field("Procedure", ""),
    "storage_mode": Field("StorageMode", "normal"),
    "class_id": Field("ClassId", 0),
    "cos_bucket_name": Field("CosBucketName", ""),
    "cos_bucket_region": Field("CosBucketRegion", ""),
    "cos_bucket_path": Field("CosBucketPath", ""),
}
SPECIAL_FIELDS = {
    ("hls", "flow_continue_duration"): ("HlsSpecialParam", Field("FlowContinueDuration", 0)),
    ("flv", "upload_in_recording"): ("FlvSpecialParam", Field("UploadInRecording", False)),
}
TEMPLATE_FIELDS = {
    "template_name": Field("TemplateName", ""),
    "description": Field("Description", ""),
    "delay_live": Field("IsDelayLive", False),
    "remove_watermark": Field("RemoveWatermark", False),
    "cos_store": Field("CosStore", False),
}
CREATE_ONLY = ("delay_live", "cos_store")
"""Not among the parameters of ModifyLiveRecordTemplate (CN:32608)."""
_COS_FIELDS = frozenset(field.api for name, field in FORMAT_FIELDS.items() if name.startswith("cos_"))
_AS_NUMBER = ("delay_live", "cos_store")  # booleans of ours that the API writes as 0 and 1


def _out(name: str, value: Any) -> Any:
    return int(value) if name in _AS_NUMBER else value


def _in(name: str, value: Any, field: Field) -> Any:
    """Convert a live value to ours; null reads as the default."""
    if value is None:
        return field.default
    if isinstance(field.default, bool):
        return bool(value)
    return value.lower() if name == "storage_mode" else value


def create_template(inputs: Inputs) -> Body:
    """Return the body of CreateLiveRecordTemplate."""
    body: Body = {f.api: _out(name, inputs[name]) for name, f in TEMPLATE_FIELDS.items() if name in inputs}
    for name, api in FORMATS.items():
        if name in inputs:
            asked = inputs[name]
            body[api] = {"Enable": 1} | {f.api: asked[key] for key, f in FORMAT_FIELDS.items() if key in asked}
    for (name, key), (struct, field) in SPECIAL_FIELDS.items():
        if key in inputs.get(name, {}):
            body[struct] = {field.api: inputs[name][key]}
    return body


def modify_template(inputs: Inputs, live: LiveTemplate, *, cos: bool) -> Body:
    """Return the body of ModifyLiveRecordTemplate that turns the *live* template into the *inputs*.

    Fields that are not sent keep their values, also those that this project does not know. Without *cos* the API of the
    site has no parameters for COS; its console sets them nevertheless.
    """
    body = create_template(_with_defaults(inputs, live.raw))
    for name in CREATE_ONLY:
        body.pop(TEMPLATE_FIELDS[name].api, None)
    body |= {api: {"Enable": 0} for name, api in FORMATS.items() if name not in inputs and _enabled(live.raw, name)}
    if not cos:
        body = {name: _without_cos(value) if isinstance(value, dict) else value for name, value in body.items()}
    return {"TemplateId": int(live.id)} | body


def modified(live: LiveTemplate, body: Body) -> LiveTemplate:
    """Return the template after this body of ModifyLiveRecordTemplate: fields inside formats that are not sent stay."""
    merged = {
        name: {**(live.raw.get(name) or {}), **value} if isinstance(value, dict) else value
        for name, value in body.items()
    }
    return LiveTemplate.from_api({**live.raw, **merged})


def _without_cos(form: Body) -> Body:
    return {name: value for name, value in form.items() if name not in _COS_FIELDS}


def template_inputs(live: LiveTemplate, asked: Inputs) -> Body:
    """Return the live template as inputs: the fields that were *asked* for or differ from the vendor's defaults."""
    raw = live.raw
    found = _fields(TEMPLATE_FIELDS, raw, asked)
    for name, api in FORMATS.items():
        if _enabled(raw, name):
            found[name] = _fields(FORMAT_FIELDS, raw[api], asked.get(name, {}))
    for (name, key), (struct, field) in SPECIAL_FIELDS.items():
        if name in found:
            found[name] |= _fields({key: field}, raw.get(struct) or {}, asked.get(name, {}))
    return found


def effective_template(inputs: Inputs) -> Body:
    """Return the template with the vendor's defaults for unset fields; two descriptions are compared in this form."""
    full = {name: inputs.get(name, f.default) for name, f in TEMPLATE_FIELDS.items()}
    for name in FORMATS:
        if name in inputs:
            full[name] = {key: inputs[name].get(key, f.default) for key, f in FORMAT_FIELDS.items()}
    for (name, key), (_, field) in SPECIAL_FIELDS.items():
        if name in full:
            full[name][key] = inputs[name].get(key, field.default)
    return full


def _enabled(live: Raw, name: str) -> bool:
    return bool((live.get(FORMATS[name]) or {}).get("Enable"))


def _fields(fields: Mapping[str, Field], live: Raw, asked: Inputs) -> Body:
    read = {name: _in(name, live.get(f.api), f) for name, f in fields.items()}
    return {n: v for n, v in read.items() if n in asked or (fields[n].default is not None and v != fields[n].default)}


def _with_defaults(inputs: Inputs, live: Raw) -> Body:
    """Return the inputs, with the vendor's default for each unset field whose live value differs."""
    full: Body = dict(inputs)
    full |= _resets(TEMPLATE_FIELDS, inputs, live)
    for name, api in FORMATS.items():
        if name in inputs:
            full[name] = dict(inputs[name]) | _resets(FORMAT_FIELDS, inputs[name], live.get(api) or {})
    for (name, key), (struct, field) in SPECIAL_FIELDS.items():
        if name in inputs:
            full[name] |= _resets({key: field}, inputs[name], live.get(struct) or {})
    return full


def _resets(fields: Mapping[str, Field], asked: Inputs, live: Raw) -> Body:
    read = {n: (f, _in(n, live.get(f.api), f)) for n, f in fields.items() if n not in asked}
    return {n: f.default for n, (f, v) in read.items() if f.default is not None and v != f.default}
