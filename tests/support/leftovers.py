"""Accounts as values, as the vendor lists them: what people, other stacks and the vendor leave behind."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from live_recording.account.objects import LiveCallbackTemplate
from live_recording.account.snapshot import Snapshot, without_key
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import CallbackKey, StreamKey
from live_recording.core.vendor import SiteName
from tests.support.clock import AT, DAY, HOUR
from tests.support.live_objects import snapshot

OWNER = StackRef("live-recording", "dev")
PUSH, OLD = "push.example.com", "old.example.com"
MAIN = 1500000001
OFF = {"RecordInterval": 1800, "StorageTime": 0, "Enable": 0, "VodSubAppId": MAIN, "VodFileName": "", "Procedure": "", "StorageMode": "normal", "ClassId": None}  # fmt: skip
ON = {**OFF, "Enable": 1}
MONTH = {"StorageTime": 30 * DAY}
FORMATS = ("FlvParam", "HlsParam", "Mp4Param", "AacParam", "Mp3Param")


def account(
    templates: Mapping[int, Mapping[str, Any]],
    rules: Mapping[StreamKey, int],
    tasks: Sequence[Mapping[str, Any]] = (),
    site: SiteName = "intl",
) -> Snapshot:
    """Return an account as the vendor lists it; formats that a template does not name are off, and tasks have fixed ids."""
    blank = {"Description": "", "IsDelayLive": 0, "HlsSpecialParam": {"FlowContinueDuration": 0}, "FlvSpecialParam": None, "RemoveWatermark": None}  # fmt: skip
    off = blank | dict.fromkeys(FORMATS, OFF)
    ids = {f"task{number}": task for number, task in enumerate(tasks)}
    held = snapshot(
        {str(i): {**off, **given} for i, given in templates.items()},
        {key: str(i) for key, i in rules.items()},
        {i: {"Stopped": 0, **task} for i, task in ids.items()},
        site,
    )
    return replace(held, callback_templates={}, callback_rules={})


def with_callbacks(
    held: Snapshot, templates: Mapping[int, Mapping[str, Any]], rules: Mapping[CallbackKey, int]
) -> Snapshot:
    """Return the account with callbacks, as it is read: without their keys."""
    listed = [without_key(LiveCallbackTemplate.from_api({**raw, "TemplateId": i})) for i, raw in templates.items()]
    ids = {key: str(i) for key, i in rules.items()}
    return replace(held, callback_templates={one.id: one for one in listed}, callback_rules=ids)


def task(stream: str, start: int, end: int, template: int | None = None, **fields: Any) -> dict[str, Any]:
    """Return a live task of the app `live`; times in seconds from now."""
    key = {"DomainName": PUSH, "AppName": "live", "StreamName": stream}
    return key | {"StartTime": AT + start, "EndTime": AT + end, "TemplateId": template or 0} | fields


LEFTOVERS = account(
    {
        1001: {"TemplateName": "archive", "Description": "it's: \"{odd}\"\nnext", "Mp4Param": ON | {"RecordInterval": 3600} | MONTH, "HlsParam": ON | MONTH, "HlsSpecialParam": {"FlowContinueDuration": 300}},
        1002: {"TemplateName": "archive", "FlvParam": ON},
        1003: {"TemplateName": "shop--prod--archive", "FlvParam": ON},
        1004: {"TemplateName": "nothing"},
        1005: {"TemplateName": "slow", "IsDelayLive": 1, "RemoveWatermark": True, "Mp4Param": None, "FlvParam": ON | {"VodSubAppId": 7, "ClassId": 3} | MONTH, "FlvSpecialParam": {"UploadInRecording": True}},
        1006: {"TemplateName": "old-pattern", "Mp4Param": ON | {"VodFileName": "{Stream}"}},
        1007: {"TemplateName": "live-recording--dev--clips", "AacParam": ON | {"StorageMode": "Cold"}},
        1008: {"TemplateName": "no-record", "Description": "012"},
        1009: {"TemplateName": "归档", "Mp4Param": ON},
        1010: {"TemplateName": "half", "Description": "\ud800"},
        1011: {"TemplateName": None, "Mp4Param": ON},
        1012: {"TemplateName": "long", "HlsParam": ON | {"StorageTime": 1501 * DAY}},
        1013: {"TemplateName": "live-recording--dev--no-record"},
    },
    {
        StreamKey(PUSH): 1001,
        StreamKey(PUSH, "studio"): 1001,
        StreamKey(OLD, "studio"): 1001,
        StreamKey(PUSH, "live"): 1002,
        StreamKey(PUSH, "live", "final"): 1003,
        StreamKey(PUSH, "", "rehearsal"): 1004,
        StreamKey(PUSH, "a b", "012"): 1006,
        StreamKey(PUSH, "直播"): 1007,
        StreamKey(PUSH, "gone"): 999,
        StreamKey("bad_name.example.com"): 1005,
        StreamKey(PUSH, "*"): 1005,
        StreamKey(PUSH, "\ud800"): 1005,
        StreamKey(PUSH, "unnamed"): 1011,
        StreamKey(PUSH, "silent"): 1013,
    },
    [
        task("final", HOUR, 3 * HOUR, 1001),
        task("final", HOUR, 3 * HOUR + 1, 1001),
        task("final", HOUR + 7, 4 * HOUR, 1001),
        task("final", 2 * HOUR, 3 * HOUR, 1001),
        task("final", 2 * HOUR, 3 * HOUR + 1, 1001),
        task("final", 3 * HOUR + 1, 4 * HOUR, 1001),
        task("running", -HOUR, HOUR),
        task("over", -2 * HOUR, -HOUR),
        task("stopped", -HOUR, HOUR, Stopped=AT - 60),
        task("double", DAY, DAY + HOUR, 1002),
        task("double", DAY, DAY + HOUR, 1002),
        task("unknown", DAY, DAY + HOUR, 777),
        task("foreign", DAY, DAY + HOUR, 1003),
        task("far", 6 * DAY + 60, 6 * DAY + HOUR),
        task("", DAY, DAY + HOUR),
    ],
)  # fmt: skip
"""Everything that people, other stacks and the vendor can leave behind."""

COS = {"CosBucketName": "bucket", "CosBucketRegion": "ap-guangzhou", "CosBucketPath": "/{Domain}/{RandomID}"}
CN = account(
    {
        1: {"TemplateName": "直播归档", "Mp4Param": ON | MONTH | COS},
        2: {"TemplateName": "cos", "CosStore": 1, "Mp4Param": ON | COS},
    },
    {StreamKey(PUSH, "直播", "比赛"): 1, StreamKey(PUSH): 2},
    [task("比赛", HOUR + 7, 2 * HOUR, 1)],
    "cn",
)
CROWDED = account(
    {i: {"TemplateName": f"t{i}", "Mp4Param": ON | MONTH} for i in range(1, 3)},
    {StreamKey(PUSH, f"app{number:02}"): 1 + number % 2 for number in range(60)},
)
MORE = account(
    {
        1: {"TemplateName": "live-recording--dev--archive", "Mp4Param": ON | MONTH},
        2: {"TemplateName": "theirs", "Mp4Param": ON | MONTH},
        3: {"TemplateName": "clips", "FlvParam": ON | MONTH},
        4: {"TemplateName": "live-recording--dev--no-record", "Description": "Made for record: false; records nothing"},
    },
    {
        StreamKey(PUSH): 1,
        StreamKey(PUSH, "", "rehearsal"): 4,
        StreamKey(PUSH, "studio"): 2,
        StreamKey(OLD): 1,
        StreamKey(OLD, "studio"): 3,
        StreamKey(OLD, "", "quiet"): 4,
    },
    [task("final", DAY, DAY + HOUR, 1), task("final", DAY, DAY + 2 * HOUR, 1), task("derby", DAY, DAY + HOUR, 4)],
)
BEFORE = f"""\
time_zone: America/New_York
templates:
  archive: {{mp4: {{storage_time: 30d}}}}
  clips: {{template_name: clips, flv: {{storage_time: 7d}}}}
rules:
  everything: {{domain: {PUSH}, template: archive}}
  quiet: {{domain: {PUSH}, stream: rehearsal, record: false}}
  studio: {{domain: {PUSH}, app: studio, template: archive}}
tasks:
  final: {{domain: {PUSH}, app: live, stream: final, start: 2026-11-21T12:00Z, duration: 1h, template: archive}}
  derby-20261121T0700: {{domain: {PUSH}, app: live, stream: d, start: 2026-11-21T12:00Z, duration: 1h, template: archive}}
acknowledge:
  - {{finding: recorded-twice, path: tasks, reason: meant}}
"""

HOOKS, SECRET = "https://hooks.example.com", "CanaryCanary0123456789"
FILES = {"RecordNotifyUrl": f"{HOOKS}/live/x7Kq"}
CALLBACKS = with_callbacks(
    account({1: {"TemplateName": "archive", "Mp4Param": ON | MONTH}}, {StreamKey(PUSH): 1, StreamKey(OLD): 1}),
    {
        1: {"TemplateName": "newsroom", "Description": "", "CallbackKey": SECRET, **FILES},
        2: {"TemplateName": "open", "StreamBeginNotifyUrl": "http://hooks.example.com", "CallbackKey": "", **FILES},
        3: {"TemplateName": "shop--prod--all", "CallbackKey": SECRET, **FILES},
        4: {"TemplateName": "odd-key", "CallbackKey": f"{SECRET}!", **FILES},
        5: {"TemplateName": "login", "RecordNotifyUrl": f"https://user:{SECRET}@hooks.example.com/live"},
        6: {"TemplateName": "newsroom", **FILES},
        7: {"TemplateName": "live-recording--dev--desk", "CallbackKey": SECRET, "StreamEndNotifyUrl": f"{HOOKS}/x7Kq"},
        8: {"TemplateName": "silent"},
    },
    {
        CallbackKey(PUSH): 1,
        CallbackKey(PUSH, "studio"): 2,
        CallbackKey(PUSH, "news"): 1,
        CallbackKey(PUSH, "shop"): 3,
        CallbackKey(PUSH, "odd"): 4,
        CallbackKey(PUSH, "login"): 5,
        CallbackKey(PUSH, "gone"): 999,
        CallbackKey(PUSH, "a/b"): 1,
        CallbackKey(OLD, "studio"): 2,
    },
)
"""Callbacks with a key and without one, of another stack, and some that no stack can declare."""
CN_CALLBACKS = with_callbacks(
    account({}, {}, site="cn"),
    {
        1: {
            "TemplateName": "新闻",
            "RecordExceptionNotifyUrl": f"{HOOKS}/x7Kq",
            "RecordExceptionLevels": ["alarm", "error"],
        },
        2: {"TemplateName": "desk", "RecordExceptionNotifyUrl": "", "RecordExceptionLevels": ["error"], **FILES},
    },
    {CallbackKey(PUSH): 1},
)
CALLBACKS_BEFORE = f"""\
templates:
  archive: {{template_name: archive, mp4: {{storage_time: 30d}}}}
rules:
  everything: {{domain: {PUSH}, template: archive}}
callback_templates:
  newsroom: {{template_name: newsroom, record_notify_url: {HOOKS}/live/x7Kq, callback_key: true}}
callback_rules:
  everything: {{domain: {PUSH}, callback_template: newsroom}}
  studio: {{domain: {PUSH}, app: studio, template_id: 2}}
"""


CASES: dict[str, tuple[Snapshot, tuple[str, ...], str]] = {
    "leftovers": (LEFTOVERS, (), ""),
    "one-domain": (LEFTOVERS, (OLD,), ""),
    "cn": (CN, (), ""),
    "more-rules-than-fifty": (CROWDED, (), ""),
    "later": (MORE, (), BEFORE),
    "nothing-new": (account({1: {"TemplateName": "clips", "FlvParam": ON}}, {}), (), BEFORE),
    "empty": (account({}, {}), (), ""),
    "callbacks": (CALLBACKS, (), ""),
    "callbacks-of-one-domain": (CALLBACKS, (OLD,), ""),
    "callbacks-cn": (CN_CALLBACKS, (), ""),
    "callbacks-later": (CALLBACKS, (), CALLBACKS_BEFORE),
    "callbacks-unread": (replace(CALLBACKS, callback_templates=None, callback_rules=None), (), ""),
}
"""Name -> the account, the domains that are asked for, and the stack file that is there."""
