"""The request schemas as tables: which parameters each action takes, of which JSON type, and which values.

This file has the constraints on single parameters; constraints that depend on the account are in the module of the
action. `validation.py` applies these tables.
Source: the API pages IN/CN 30845 and following, per action the ids in the table below.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote

from live_recording.emulator.assumptions import DEFAULT, Assumptions
from live_recording.emulator.sites import DAY, Site

VALUE = "InvalidParameterValue"
PARAMETER = "InvalidParameter"  # the only parameter code on the lists of the RecordTask family


@dataclass(frozen=True)
class Allowed:
    """A set of values and the words for it, to follow "Allowed is"."""

    words: str
    holds: Callable[[Any], bool]


@dataclass(frozen=True)
class Field:
    """One parameter: `kind` is its JSON type, or the schema of a nested object."""

    kind: "type[int | str | list[str]] | Schema"
    allowed: Allowed | None = None
    required: bool = False
    code: str | None = None
    """The refusal of a value that is not allowed, where it is not the action's own."""


Schema: TypeAlias = Mapping[str, Field]


@dataclass(frozen=True)
class Action:
    """One action: its parameters, the code for values out of range, its calls per second, whether Region is needed."""

    fields: Schema
    code: str
    rate: int
    regional: bool = False


def between(low: int, high: int) -> Allowed:
    """Allow whole numbers, both ends included."""
    return Allowed(f"a whole number from {low} to {high}", lambda value: low <= value <= high)


def among(*values: int | str) -> Allowed:
    """Allow these values and no others."""
    return Allowed(
        " or ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in values), values.__contains__
    )


def matching(pattern: str, words: str) -> Allowed:
    """Texts that match as a whole."""
    compiled = re.compile(pattern)
    return Allowed(words, lambda value: compiled.fullmatch(value) is not None)


def any_case(*values: str) -> Allowed:
    """Allow these values, in lower or upper case."""
    return Allowed(f"{among(*values).words}, in any case", lambda value: value.lower() in values)


_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
DOMAIN = matching(
    rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)+{_LABEL}",
    "a domain name such as push.example.com: two or more labels of letters, digits and hyphens",
)  # assumed: no source spells the syntax out
MOMENTS = ("Year", "Month", "Day", "Hour", "Minute", "Second", "Millisecond")
PLACEHOLDERS = ("StreamID", *(f"Start{moment}" for moment in MOMENTS), *(f"End{moment}" for moment in MOMENTS))
FILE_NAME = matching(
    rf"(?:[^{{}}]|\{{(?:{'|'.join(PLACEHOLDERS)})\}})*",
    "a text whose braces hold one of " + ", ".join(PLACEHOLDERS),
)  # CN:45983, RecordParam.VodFileName
LONGEST_STORAGE = 1500 * DAY
FOREVER_OR_SECONDS = between(0, LONGEST_STORAGE)
FLAG = Field(int, among(0, 1))
NUMBER = Field(int)
TEXT = Field(str)
UNSIGNED = Field(int, between(0, 2**64 - 1))
FILLED = matching(r"(?s).*\S.*", "a text that is not empty")
BUCKET = matching(
    r"(?!.*-\d{8,}\Z).*", "the bucket's name without its -<appid> ending"
)  # CN, since 2025-05-29; an APPID has 8 digits or more
COS_PARAM: Schema = {"CosBucketName": Field(str, BUCKET), "CosBucketRegion": TEXT, "CosBucketPath": TEXT}


STREAM_PARAM: Mapping[str, tuple[int, int]] = {"record_interval": (1800, 7200), "storage_time": (0, LONGEST_STORAGE)}
"""CN:30148; that storage_time has the limit of StorageTime, and that nothing else is known, is assumed."""


STREAM_WORDS = " and ".join(f"{name} ({low} to {high})" for name, (low, high) in STREAM_PARAM.items())


def stream_param(text: str) -> bool:
    """Return whether a StreamParam is a query of known numbers in range, plain or URL-encoded once more."""
    pairs = parse_qsl(unquote(text), keep_blank_values=True)
    return bool(pairs or not text) and all(
        name in STREAM_PARAM
        and re.fullmatch("[0-9]{1,10}", value)
        and STREAM_PARAM[name][0] <= int(value) <= STREAM_PARAM[name][1]
        for name, value in pairs
    )


def record_param(site: Site, assumed: Assumptions, name: str) -> Field:
    """Return RecordParam for the format *name* of a site (IN:30845, CN:32614)."""
    interval = site.intervals.get(name)
    fields: Schema = {
        "RecordInterval": Field(int, between(*interval)) if interval else UNSIGNED,
        "StorageTime": Field(int, FOREVER_OR_SECONDS),
        "Enable": FLAG,
        "VodSubAppId": UNSIGNED,
        "VodFileName": Field(str, FILE_NAME, code="InvalidParameter.InvalidVodFileName"),
        "Procedure": TEXT,
        "StorageMode": Field(str, among(*assumed.storage_modes)),
        "ClassId": NUMBER,
    }
    return Field({**fields, **(COS_PARAM if site.cos else {})})


CALLBACK_URLS = (
    "StreamBeginNotifyUrl",
    "StreamEndNotifyUrl",
    "RecordNotifyUrl",
    "SnapshotNotifyUrl",
    "PornCensorshipNotifyUrl",
    "PushExceptionNotifyUrl",
    "StreamMixNotifyUrl",
)
CN_CALLBACK_URLS = ("RecordStatusNotifyUrl", "RecordExceptionNotifyUrl", "AudioAuditNotifyUrl")
EXCEPTION_LEVELS = ("error", "warning", "info")
CALLBACK_URL = matching(r"|https?://[^\s/]+(?:/\S*)?", "a URL that begins with http:// or https://")  # assumed


def short(most: int, pattern: str, words: str) -> Allowed:
    """Allow texts that match as a whole and have at most so many bytes."""
    compiled = re.compile(pattern)
    return Allowed(
        f"{words}, of at most {most} bytes",
        lambda value: len(value.encode()) <= most and compiled.fullmatch(value) is not None,
    )


def callback_template(site: Site) -> Schema:
    """Return the optional fields of a callback template (CN:32637, IN:30815); the vendor's sample breaks the characters of Description."""
    url = Field(str, CALLBACK_URL)
    extras: Schema = {
        **dict.fromkeys(CN_CALLBACK_URLS, url),
        "RecordExceptionLevels": Field(
            list, Allowed(f"a list of {', '.join(EXCEPTION_LEVELS)}", lambda value: set(value) <= set(EXCEPTION_LEVELS))
        ),
    }
    return {
        "Description": Field(str, short(1024, r"(?s).*", "a text")),
        **dict.fromkeys(CALLBACK_URLS, url),
        "CallbackKey": TEXT,
        **(extras if site.callback_extras else {}),
    }


FORMATS = ("FlvParam", "HlsParam", "Mp4Param", "AacParam", "Mp3Param")


CALLBACK_RECORDS = Action(
    {
        "StartTime": Field(str, FILLED, required=True),
        "EndTime": Field(str, FILLED, required=True),
        "StreamName": Field(str, FILLED, required=True),
        "PageNum": Field(int, between(1, 100_000)),
        "PageSize": Field(int, between(1, 100)),
        "EventType": Field(int, among(0, 1, 100, 200)),
        "ResultCode": NUMBER,
    },
    PARAMETER,
    100,
)


def actions(site: Site, assumed: Assumptions = DEFAULT) -> Mapping[str, Action]:
    """Return every supported action. Rates of cn that no source gives are assumed to be those of intl."""
    template_id = Field(int, required=True)
    template_name = matching(*site.template_name)
    template: Schema = {
        "Description": TEXT,
        **{name: record_param(site, assumed, name) for name in FORMATS},
        "HlsSpecialParam": Field({"FlowContinueDuration": Field(int, between(0, 1800))}),
        "FlvSpecialParam": Field({"UploadInRecording": Field(bool)}),
        "RemoveWatermark": Field(bool),
    }
    created = {"IsDelayLive": FLAG, **({"CosStore": FLAG} if site.cos else {})}
    domain = Field(str, DOMAIN, required=True, code="InvalidParameter.DomainFormatError")
    key: Schema = {"DomainName": domain, "AppName": TEXT, "StreamName": TEXT}
    callback = callback_template(site)
    modifiable = {name: field for name, field in callback.items() if name != "StreamMixNotifyUrl"}  # PY
    callback_key: Schema = {"DomainName": domain, "AppName": Field(str, required=True)}
    callback_name = short(255, *site.template_name)
    filled = Field(str, FILLED, required=True)
    when = Field(int, UNSIGNED.allowed, required=True)
    task: Schema = {
        "StreamName": filled,
        "DomainName": Field(str, DOMAIN, required=True),
        "AppName": filled,
        "EndTime": when,
        "StartTime": UNSIGNED,
        "StreamType": FLAG,
        "TemplateId": UNSIGNED,
        "Extension": TEXT,
    }
    live_record: Schema = {
        "StreamName": filled,
        "AppName": TEXT,
        "DomainName": Field(str, DOMAIN),
        "StartTime": TEXT,
        "EndTime": TEXT,
        "RecordType": Field(str, any_case("video", "audio")),
        "FileFormat": Field(str, any_case("flv", "hls", "mp4", "aac", "mp3")),
        "Highlight": FLAG,
        "MixStream": FLAG,
        "StreamParam": Field(
            str,
            Allowed(f"{STREAM_WORDS}, joined by &", stream_param),
            code=assumed.stream_param_code,
        ),
    }
    live_record_id: Schema = {"StreamName": filled, "TaskId": Field(int, required=True)}
    task_id: Schema = {"TaskId": Field(str, required=True)}
    domains: Schema = {
        "DomainStatus": FLAG,
        "DomainType": FLAG,
        "PageSize": Field(int, between(10, 100)),
        "PageNum": Field(int, between(1, 100_000)),
        "IsDelayLive": FLAG,
        "DomainPrefix": TEXT,
        "PlayType": Field(int, between(1, 3)),
    }
    window: Schema = {"StartTime": when, "EndTime": when}
    filters: Schema = {"StreamName": TEXT, "DomainName": TEXT, "AppName": TEXT, "ScrollToken": TEXT}
    return {
        # IN:30845 30838 30840 30839 30842
        "CreateLiveRecordTemplate": Action(
            {"TemplateName": Field(str, template_name, required=True), **template, **created}, VALUE, 200
        ),
        "ModifyLiveRecordTemplate": Action(
            {"TemplateId": template_id, "TemplateName": Field(str, template_name), **template}, VALUE, 200
        ),
        "DescribeLiveRecordTemplate": Action({"TemplateId": template_id}, VALUE, 500),
        "DescribeLiveRecordTemplates": Action({"IsDelayLive": FLAG}, VALUE, 500),
        "DeleteLiveRecordTemplate": Action({"TemplateId": template_id}, VALUE, 200),
        # IN:30846 30843 30841
        "CreateLiveRecordRule": Action({**key, "TemplateId": template_id}, VALUE, 200),
        "DeleteLiveRecordRule": Action(key, VALUE, 200),
        "DescribeLiveRecordRules": Action({}, VALUE, 500),
        # CN:32637 32631 32633 32632 32635
        "CreateLiveCallbackTemplate": Action(
            {"TemplateName": Field(str, callback_name, required=True), **callback}, VALUE, 200
        ),
        "ModifyLiveCallbackTemplate": Action(
            {"TemplateId": template_id, "TemplateName": Field(str, callback_name), **modifiable}, VALUE, 200
        ),
        "DescribeLiveCallbackTemplate": Action({"TemplateId": template_id}, VALUE, 500),
        "DescribeLiveCallbackTemplates": Action({}, VALUE, 500),
        "DeleteLiveCallbackTemplate": Action({"TemplateId": template_id}, VALUE, 200),
        # CN:32638 32636 32634
        "CreateLiveCallbackRule": Action({**callback_key, "TemplateId": template_id}, VALUE, 200),
        "DeleteLiveCallbackRule": Action(callback_key, VALUE, 200),
        "DescribeLiveCallbackRules": Action({}, VALUE, 500),
        # IN:37309 37307 37308 56133
        "CreateRecordTask": Action(task, PARAMETER, 20, regional=True),
        "StopRecordTask": Action(task_id, PARAMETER, 20, regional=True),
        "DeleteRecordTask": Action(task_id, PARAMETER, 20, regional=True),
        "DescribeRecordTask": Action({**window, **filters}, PARAMETER, 20, regional=True),
        # IN:30847 30837 30844; an older text gives CreateLiveRecord 100 calls per second
        "CreateLiveRecord": Action(live_record, VALUE, 500),
        "StopLiveRecord": Action(live_record_id, VALUE, 200),
        "DeleteLiveRecord": Action(live_record_id, VALUE, 200),
        # IN:30800, CN:33186; CN:20470
        "DescribeLiveStreamEventList": Action(
            {
                "StartTime": filled,
                "EndTime": filled,
                "AppName": TEXT,
                "DomainName": TEXT,
                "StreamName": TEXT,
                "PageNum": Field(int, between(1, 1000)),
                "PageSize": Field(int, between(1, 100)),
                "IsFilter": FLAG,
                "IsStrict": FLAG,
                "IsAsc": FLAG,
            },
            PARAMETER,
            300,
        ),
        "DescribeLiveStreamState": Action(
            {"AppName": filled, "DomainName": filled, "StreamName": filled}, PARAMETER, 300
        ),
        # PY; the rate is assumed
        **({"DescribeCallbackRecordsList": CALLBACK_RECORDS} if site.callback_extras else {}),
        "DescribeLivePullStreamTasks": Action(
            {
                "TaskId": TEXT,
                "PageNum": Field(int, between(1, 100_000)),
                "PageSize": Field(int, between(1, 20)),
                "SpecifyTaskId": TEXT,
            },
            PARAMETER,
            100,
        ),
        # IN:35186, CN:33857
        "DescribeLiveDomains": Action(domains, VALUE, 200),
    }
