"""The assumptions of the emulator, and for each the calls that show whether an account behaves like that.

`docs/emulator.md`, "What is assumed", lists those that matter most. An observation contains codes and own values
only: no text of the API, no domain, no id.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from live_recording.account.client import ApiClient
from live_recording.conformance import callback_probes
from live_recording.conformance.laboratory import ACCEPTED, Laboratory, NotTried
from live_recording.core.timefmt import rfc3339
from live_recording.core.vendor import STREAM_PARAM

DAY = 86_400
UNSET = {"RemoveWatermark": (None, False), "FlvSpecialParam": (None, {"UploadInRecording": False})}
"""Nullable fields -> their forms when they were never set, besides being absent (PY, RecordTemplateInfo)."""

THROTTLES = "Trying it would throttle the account."
NO_LIST = "The API cannot list such recordings, so one that is left could not be found."
NO_PUSH = "It needs a stream that is pushed."
NO_RECEIVER = "It needs a public URL that receives callbacks."
RETIRED = "The API v2 is retired and has another signature."


@dataclass(frozen=True)
class Probe:
    """One assumption. `topic: assumption` is a row of the page."""

    topic: str
    assumption: str
    source: str = ""
    """The document that leaves the question open, or where the answer was observed."""
    expected: str = ""
    """The observation that confirms it."""
    observe: Callable[[Laboratory], str] | None = None
    """Returns what the account does. Raises NotTried."""
    not_tried: str = ""
    """Why nothing is tried, where nothing can be."""

    @property
    def title(self) -> str:
        """Return the assumption in one line."""
        return f"{self.topic}: {self.assumption}"


def order_of_checks(lab: Laboratory) -> str:
    """Send reads with two mistakes each; the code shows which of them is checked first."""
    nowhere = lab.api_of(region="")
    region = lab.code("DescribeRecordTask", {"Bogus": 1}, nowhere)
    unknown = lab.code("DescribeRecordTask", {"Bogus": 1})
    missing = lab.code("DescribeRecordTask", {"StartTime": "soon"})
    return f"{region}, {unknown}, {missing}"


def action_before_signature(lab: Laboratory) -> str:
    """Send an unknown action with a wrong signature."""
    keys = replace(lab.key_pair(), secret_key="conformance")  # noqa: S106 - no secret
    wrong = lab.api_of(credentials=replace(lab.settings.credentials, keys=keys))
    return lab.code("DescribeConformance", {}, wrong)


def quoted_numbers(lab: Laboratory) -> str:
    """Create a template with a number in quotes, and read it back."""
    seen = lab.attempt("CreateLiveRecordTemplate", lab.new_template(Mp4Param={"Enable": "1"}))
    return seen if seen != ACCEPTED else f"{seen}, Enable is {_last_template(lab)['Mp4Param']['Enable']!r}"


def unset_fields(lab: Laboratory) -> str:
    """Read the nullable fields of a template that sets none."""
    read = lab.read_template(lab.template(Mp4Param={"Enable": 1}))
    odd = [name for name, forms in UNSET.items() if name in read and read[name] not in forms]
    return ", ".join(f"{name} is {read[name]!r}" for name in odd) or "null, zero or absent"


def template_names(lab: Laboratory) -> str:
    """Create two templates with one name."""
    body = lab.new_template()
    first = lab.attempt("CreateLiveRecordTemplate", body)
    lab.new_template()  # needs a second slot
    return f"{first}, {lab.attempt('CreateLiveRecordTemplate', body)}"


def modify(lab: Laboratory) -> str:
    """Change one field inside a format, and read the others."""
    made = lab.template(Description="kept", Mp4Param={"Enable": 1, "RecordInterval": 3600})
    seen = lab.attempt("ModifyLiveRecordTemplate", {"TemplateId": made, "Mp4Param": {"StorageTime": DAY}})
    read = lab.read_template(made)
    fields = {"Description": read["Description"], **read["Mp4Param"]}
    names = ("Description", "Enable", "RecordInterval", "StorageTime")
    return ", ".join([seen, *(f"{name} {fields.get(name)}" for name in names)])


def default_list(lab: Laboratory) -> str:
    """List templates without IsDelayLive, while the account has one for slow live."""
    made = lab.template(IsDelayLive=1)
    listed = lab.read("DescribeLiveRecordTemplates", {}).get("Templates") or []
    return "listed" if made in [template["TemplateId"] for template in listed] else "not listed"


def omitted_app(lab: Laboratory) -> str:
    """Create a rule without AppName, and read it back."""
    seen = lab.attempt("CreateLiveRecordRule", lab.rule(lab.template()))
    return seen if seen != ACCEPTED else ", ".join(f'AppName "{rule.get("AppName") or ""}"' for rule in lab.own_rules())


def full_rules(lab: Laboratory) -> str:
    """Create one rule more than the limit, only in an account that already is full."""
    held, limit = lab.count_rules(), lab.limits["rules"]
    if held < limit:
        raise NotTried(f"The account has {held} of {limit} rules; filling it would stop deployments.")
    if not lab.domain:
        raise NotTried("No push domain: the stack declares none. Name one with --domain.")
    rule = {"DomainName": lab.domain, "AppName": "", "StreamName": lab.name, "TemplateId": lab.template()}
    return lab.attempt("CreateLiveRecordRule", rule)


def template_of_task(lab: Laboratory) -> str:
    """Delete a template that a planned task names."""
    made = lab.template()
    lab.task(TemplateId=made)
    return lab.attempt("DeleteLiveRecordTemplate", {"TemplateId": made})


def unknown_template(lab: Laboratory) -> str:
    """Create a task with the id of a deleted template, and read it back."""
    made = lab.template()
    lab.delete("DeleteLiveRecordTemplate", TemplateId=made)
    seen = lab.attempt("CreateRecordTask", lab.new_task(TemplateId=made))
    if seen != ACCEPTED:
        return seen
    same = [task.get("TemplateId") == made for task in lab.own_tasks()]
    return f"{seen}, reads back as {'the same' if all(same) and same else 'another'} id"


def overlapping_tasks(lab: Laboratory) -> str:
    """Create four tasks of one stream that overlap."""
    return ", ".join(
        lab.attempt("CreateRecordTask", lab.new_task(EndTime=lab.new_task()["EndTime"] + number)) for number in range(4)
    )


def stopping(lab: Laboratory) -> str:
    """Stop a planned task, twice."""
    body = {"TaskId": lab.task()}
    first = lab.attempt("StopRecordTask", body)
    stopped = [bool(task.get("Stopped")) for task in lab.own_tasks()]
    effect = "stopped" if stopped == [True] else "not stopped"
    return f"{first}, {effect}, then {lab.attempt('StopRecordTask', body)}"


def unknown_task(lab: Laboratory) -> str:
    """Stop and delete a task that was deleted before."""
    made = lab.task()
    lab.delete("DeleteRecordTask", TaskId=made)
    return ", ".join(lab.attempt(action, {"TaskId": made}) for action in ("StopRecordTask", "DeleteRecordTask"))


def order_of_tasks(lab: Laboratory) -> str:
    """List two tasks, the later one created first."""
    lab.task(minutes=10)
    lab.task()
    starts = [task["StartTime"] for task in lab.own_tasks()]
    return "by start" if starts == sorted(starts) and len(starts) > 1 else "in another order"


def page_of_tasks(lab: Laboratory) -> str:
    """Count the tasks of the first page, if the account has more."""
    window = {"StartTime": lab.server_time, "EndTime": lab.server_time + 7 * DAY}
    answer = lab.read("DescribeRecordTask", window)
    found = len(answer.get("TaskList") or [])
    if not answer.get("ScrollToken"):
        raise NotTried(f"The account has {found} planned tasks, which fit on one page.")
    return str(found)


def earliest_start(lab: Laboratory) -> str:
    """Create a task that starts exactly 6 days from now."""
    if lab.settings.site != "intl":
        raise NotTried("Only site intl has this limit.")
    start = lab.server_time + 6 * DAY
    return lab.attempt("CreateRecordTask", lab.new_task(StartTime=start, EndTime=start + 60))


def storage_mode(lab: Laboratory) -> str:
    """Create a template with `Cold`, and read it back."""
    seen = lab.attempt("CreateLiveRecordTemplate", lab.new_template(Mp4Param={"Enable": 1, "StorageMode": "Cold"}))
    return seen if seen != ACCEPTED else f'{seen}, reads back as "{_last_template(lab)["Mp4Param"].get("StorageMode")}"'


def mp3_interval(lab: Laboratory) -> str:
    """Create templates with values at and beyond both ends of the range."""
    low, high = lab.settings.limits.record_interval["mp3"]
    return ", ".join(
        lab.attempt("CreateLiveRecordTemplate", lab.new_template(Mp3Param={"Enable": 1, "RecordInterval": interval}))
        for interval in (low - 1, low, high, high + 1)
    )


def unknown_domain(lab: Laboratory) -> str:
    """Create a rule and a task for a subdomain that cannot exist, because the name of this run is unique."""
    body = lab.rule(lab.template(), AppName="")
    absent = f"{lab.name.lower()}.{lab.domain}"
    rule = lab.attempt("CreateLiveRecordRule", {**body, "DomainName": absent})
    return f"{rule}, {lab.attempt('CreateRecordTask', {**lab.new_task(), 'DomainName': absent})}"


def live_record(lab: Laboratory, *bodies: dict[str, Any]) -> str:
    """Send invalid live records; one that is accepted anyway is deleted at once."""
    return ", ".join(lab.attempt("CreateLiveRecord", {"StreamName": lab.name, **body}) for body in bodies)


def live_record_sites(lab: Laboratory) -> str:
    """Send a live record without times: a site that does not have the action says so."""
    code = live_record(lab, {})
    return code if code.startswith(("InvalidAction", "UnsupportedOperation", "ActionOffline")) else "known"


def session_token(lab: Laboratory) -> str:
    """Sign with a session token that does not belong to the key."""
    keys = replace(lab.key_pair(), token="conformance")  # noqa: S106 - no secret
    return lab.code("DescribeLiveRecordRules", {}, lab.api_of(credentials=replace(lab.settings.credentials, keys=keys)))


def assume_role(lab: Laboratory) -> str:
    """Assume a role that does not exist, with an invalid name and with a duration that is too long."""
    if not lab.account:
        raise NotTried("The account is unknown: the credentials may not call GetCallerIdentity.")
    sts = ApiClient(lab.settings, service="sts")
    role = {"RoleArn": f"qcs::cam::uin/{lab.account}:roleName/{lab.name}", "RoleSessionName": lab.name}
    bodies = ({**role, "RoleSessionName": "!"}, {**role, "DurationSeconds": 43_201})
    return ", ".join(lab.code("AssumeRole", body, sts) for body in bodies)


def every_app(lab: Laboratory) -> str:
    """List the pushes of the domain without AppName, and with each other app that rules and tasks of the account name."""
    listed = {str(event.get("AppName")) for event in lab.pushes()}
    missing = [app for app in sorted(lab.apps() - {"live"} - listed) if lab.pushes(AppName=app)]
    if missing:
        return "not every app"
    if not listed - {"live"}:
        raise NotTried("No push of the last 29 days has another app than live.")
    return "every app"


def late_window(lab: Laboratory) -> str:
    """Ask for pushes of a window that ends tomorrow."""
    now = datetime.fromtimestamp(lab.server_time, UTC)
    window = {"StartTime": rfc3339(now - timedelta(days=1)), "EndTime": rfc3339(now + timedelta(days=1))}
    return lab.code("DescribeLiveStreamEventList", window)


def before(lab: Laboratory) -> str:
    """Search up to the second in which a known file was created."""
    first = lab.recordings(Limit=1)[0]
    created = first["BasicInfo"]["CreateTime"]
    found = lab.recordings(CreateTime={"After": created, "Before": created}, Limit=100, empty=True)
    return "included" if first["FileId"] in [file["FileId"] for file in found] else "excluded"


def hls_type(lab: Laboratory) -> str:
    """Look at the types of the recordings in VOD."""
    types = {str(file["BasicInfo"].get("Type")).lower() for file in lab.recordings(Limit=100)}
    if not types & {"m3u8", "hls"}:
        raise NotTried("VOD has no HLS recording of the last 29 days.")
    return ", ".join(sorted(types & {"m3u8", "hls"}))


def _last_template(lab: Laboratory) -> dict[str, Any]:
    """Return the template that this run created last."""
    return lab.read_template(lab.last_id("template"))


YESTERDAY = {"StartTime": "2020-01-01 10:00:00", "EndTime": "2020-01-01 11:00:00"}
BACKWARDS = {"StartTime": "2099-01-01 11:00:00", "EndTime": "2099-01-01 10:00:00"}
SOON = {"StartTime": "soon", "EndTime": "later"}
_VALUE = "InvalidParameterValue"
_RECORD = "CreateLiveRecord"

PROBES: tuple[Probe, ...] = (
    Probe(
        "order of checks",
        "region, unknown parameters, missing ones, types, values",
        expected="MissingParameter, UnknownParameter, MissingParameter",
        observe=order_of_checks,
    ),
    Probe(
        "an unknown action with a wrong signature",
        "`InvalidAction`",
        expected="InvalidAction",
        observe=action_before_signature,
    ),
    Probe(
        "numbers and booleans in quotes",
        "accepted, and read back as numbers",
        "sample of CN:32614",
        "accepted, Enable is 1",
        quoted_numbers,
    ),
    Probe(
        "fields that were never set",
        "null, zero or absent; the id of the object decides",
        "CN:32609",
        "null, zero or absent",
        unset_fields,
    ),
    Probe("template names", "need not be unique", "CN:32614", "accepted, accepted", template_names),
    Probe(
        "ModifyLiveRecordTemplate",
        "changes the fields that are sent, also inside formats",
        "CN:32608",
        f"accepted, Description kept, Enable 1, RecordInterval 3600, StorageTime {DAY}",
        modify,
    ),
    Probe(
        "ModifyLiveRecordTemplate: a value out of range",
        "is accepted if the template has it already",
        "CN:32608",
        not_tried="The API does not create a template with such a value.",
    ),
    Probe("listing templates without IsDelayLive", "standard templates only", "CN:32609", "not listed", default_list),
    Probe("a rule without AppName", "applies to every app", "CN:32615", 'AppName ""', omitted_app),
    Probe(
        "code of the 51st rule",
        "`InternalError.RuleOutLimit`",
        "on the list of CreateLiveRecordRule from 2019 to 2021",
        "InternalError.RuleOutLimit",
        full_rules,
    ),
    Probe("a template that only tasks use", "can be deleted", "CN:32612", ACCEPTED, template_of_task),
    Probe(
        "a task with an unknown template",
        "is accepted, as documented, with this id, and records HLS",
        "CN:45983",
        "accepted, reads back as the same id",
        unknown_template,
    ),
    Probe("four overlapping tasks", "accepted", "CN:45983", ", ".join([ACCEPTED] * 4), overlapping_tasks),
    Probe("the last of four overlapping tasks", "does not record: the three that start first do", not_tried=NO_PUSH),
    Probe(
        "stopping a planned task",
        "takes effect; a stopped or finished one does not change",
        "CN:45981",
        "accepted, stopped, then accepted",
        stopping,
    ),
    Probe(
        "stopping or deleting an unknown task",
        "`InvalidParameter`",
        "CN:45981, 45982",
        "InvalidParameter, InvalidParameter",
        unknown_task,
    ),
    Probe("DescribeRecordTask: order", "by start", "CN:56135", "by start", order_of_tasks),
    Probe("DescribeRecordTask: page", "100 tasks", "CN:56135", "100", page_of_tasks),
    Probe("DescribeRecordTask: tokens", "do not expire", "CN:56135", not_tried="It would take days."),
    Probe("how long tasks are listed", "90 days after their end", "CN:56135", not_tried="It would take 90 days."),
    Probe("start exactly 6 days ahead (intl)", "accepted", "IN:37309", ACCEPTED, earliest_start),
    Probe(
        "storage_mode",
        "`normal`, `cold`, `Normal`, `Cold`; reads back as sent",
        "Terraform acceptance test, 2023-11-01",
        'accepted, reads back as "Cold"',
        storage_mode,
    ),
    Probe(
        "record_interval of MP3",
        "as AAC on cn, as all formats on intl",
        "CN:32614, IN:30845",
        f"{_VALUE}, accepted, accepted, {_VALUE}",
        mp3_interval,
    ),
    Probe("undocumented rates on cn", "as on intl", not_tried=THROTTLES),
    Probe("rates", "per account and action", not_tried=THROTTLES),
    Probe(
        "rules and tasks of a domain that the account does not have",
        "accepted",
        "CN:32615, 45983",
        "accepted, accepted",
        unknown_domain,
    ),
    Probe(f"{_RECORD}: sites", "both", "CN:30148, IN:30847", "known", live_record_sites),
    Probe(f"{_RECORD}: rate", "500 per second, as in the newer of two documents", "CN:30148", not_tried=THROTTLES),
    Probe(
        f"{_RECORD}: scheduled without times",
        "`InvalidParameter`",
        "CN:30148",
        "InvalidParameter",
        lambda lab: live_record(lab, {}),
    ),
    Probe(
        f"{_RECORD}: invalid times, or an end before the start or now",
        "`InvalidParameterValue`",
        "CN:30148",
        f"{_VALUE}, {_VALUE}, {_VALUE}",
        lambda lab: live_record(lab, SOON, BACKWARDS, YESTERDAY),
    ),
    Probe(f"{_RECORD}: a start before now", "accepted", "CN:30148", not_tried=NO_LIST),
    Probe(
        f"{_RECORD}: length, and how far ahead", "not limited; 30 minutes in real time", "CN:30148", not_tried=NO_LIST
    ),
    Probe(
        f"{_RECORD}: real-time EndTime",
        "`InvalidParameterValue` if invalid; ignored if empty",
        "CN:30148",
        _VALUE,
        lambda lab: live_record(lab, {"Highlight": 1, "EndTime": "soon"}),
    ),
    Probe(f"{_RECORD}: empty AppName", "`live`", "CN:30148", not_tried=NO_LIST),
    Probe(
        f"{_RECORD}: unknown names in StreamParam, or storage_time above 1500 days",
        "`InvalidParameterValue`",
        "CN:30148",
        f"{_VALUE}, {_VALUE}",
        lambda lab: live_record(
            lab, {**BACKWARDS, "StreamParam": "unknown=1"}, {**BACKWARDS, "StreamParam": f"{STREAM_PARAM[1]}=129600001"}
        ),
    ),
    Probe(
        f"{_RECORD}: 4000 a day, 400 at once",
        "counts scheduled ones, by day in UTC+8; only an immediate start is rejected because of running ones",
        "CN:30148",
        not_tried="It would use up the limit.",
    ),
    Probe(f"{_RECORD}: real-time mode", "does not check whether the stream is live", "CN:30148", not_tried=NO_LIST),
    Probe("deleting a running record", "`FailedOperation.AlterTaskState`", "CN:30147", not_tried=NO_PUSH),
    Probe(
        "StopLiveRecord, DeleteLiveRecord with another StreamName",
        "`ResourceNotFound.TaskId`",
        "CN:30146, 30147",
        not_tried=NO_LIST,
    ),
    Probe(
        "stopping a planned record",
        "takes effect; a stopped or finished one does not change",
        "CN:30146",
        not_tried=NO_LIST,
    ),
    Probe(
        "API v2: codes",
        "4000 parameters and unknown actions, 4100 SecretId, 5100 state file",
        "CN:4723",
        not_tried=RETIRED,
    ),
    Probe("API v2: unknown parameters", "ignored", "CN:4723", not_tried=RETIRED),
    Probe("API v2: an end before the start or now", "4000, also in real time", "CN:4723", not_tried=RETIRED),
    Probe(
        "expired temporary credentials, or another token",
        "`AuthFailure.TokenFailure`",
        "CN:1278",
        "AuthFailure.TokenFailure",
        session_token,
    ),
    Probe(
        "AssumeRole: a role of another account",
        "`ResourceNotFound.RoleNotExist`",
        "CN:1312/48197",
        not_tried="It would name a role of another account.",
    ),
    Probe(
        "AssumeRole: invalid parameters, a duration above 43200",
        "`InvalidParameter.ParamError`, `InvalidParameter.OverTimeError`",
        "CN:1312/48197",
        "InvalidParameter.ParamError, InvalidParameter.OverTimeError",
        assume_role,
    ),
    Probe(
        "a rule, once created",
        "applies to pushes that begin 10 minutes later or more; until then a wider rule applies",
        "feature guide",
        not_tried=NO_PUSH,
    ),
    Probe("DescribeLiveStreamEventList: times", "the end of a push decides", "CN:33186", not_tried=NO_PUSH),
    Probe("DescribeLiveStreamEventList without AppName", "lists every app", "CN:33186", "every app", every_app),
    Probe(
        "DescribeLiveStreamEventList: an end after now, or more than 30 days",
        "`InvalidParameter`",
        "CN:33186",
        "InvalidParameter",
        late_window,
    ),
    Probe("SearchMedia: CreateTime.Before", "is excluded", "CN:31813", "excluded", before),
    Probe(
        "SearchMedia: Offset + Limit above 5000",
        "`InvalidParameterValue.Limit`",
        "CN:31813",
        "InvalidParameterValue.Limit",
        lambda lab: lab.code("SearchMedia", {"Offset": 4_999, "Limit": 2}, lab.vod()),
    ),
    Probe("files: type of HLS", "`m3u8`", "CN:31813", "m3u8", hls_type),
    Probe("files", "created 2 s after their end, spliced HLS after that wait", not_tried=NO_PUSH),
    Probe("a task that starts while three others record its stream", "records nothing", "CN:45983", not_tried=NO_PUSH),
    Probe(
        "a push of less than 10 s",
        "leaves no file, and no part of a spliced one",
        "feature guide",
        not_tried=NO_PUSH,
    ),
    Probe(
        "callback templates: names",
        "need not be unique",
        "Terraform acceptance tests",
        "accepted, accepted",
        callback_probes.names,
    ),
    Probe(
        "a callback template without any URL",
        "`InvalidParameter`",
        "CN:32637",
        "InvalidParameter",
        callback_probes.without_url,
    ),
    Probe(
        "URLs with an internal address in a callback template",
        "accepted",
        "CN:32637, code InvalidParameter.UrlNotSafe",
        "accepted, accepted",
        callback_probes.internal_urls,
    ),
    Probe(
        "a callback URL that is not http:// or https://",
        "`InvalidParameterValue`",
        "CN:32637",
        f"{_VALUE}, {_VALUE}",
        callback_probes.other_schemes,
    ),
    Probe(
        "characters of the description of a callback template",
        "any",
        "CN:32637",
        "accepted and kept, accepted and kept",
        callback_probes.descriptions,
    ),
    Probe(
        "empty texts in ModifyLiveCallbackTemplate",
        "clear the field",
        "CN:32631",
        f"accepted, empty are {', '.join(callback_probes.EMPTIED)}",
        callback_probes.empty_texts,
    ),
    Probe(
        "ModifyLiveCallbackTemplate without RecordStatusNotifyUrl",
        "keeps it",
        "CN:32631",
        not_tried="No list of the API has this URL.",
    ),
    Probe(
        "a second callback rule for a domain and app",
        "replaces the template",
        "CN:32638",
        "accepted, uses the second",
        callback_probes.second_rule,
    ),
    Probe(
        "callback rules of an account", "not limited", "CN:32638", not_tried="Reaching a limit would fill the account."
    ),
    Probe(
        "a callback rule of an app and one of its whole domain",
        "that of the app applies",
        "CN:32638",
        not_tried=NO_PUSH,
    ),
    Probe("a callback rule, once created", "applies 10 minutes later", "IN:31065", not_tried=NO_PUSH),
    Probe("callbacks: retries", "12 after the first attempt, one a minute", "CN:32744", not_tried=NO_RECEIVER),
    Probe("callbacks: a redirect", "is not followed", "CN:32744", not_tried=NO_RECEIVER),
    Probe(
        "callbacks of a template without CallbackKey",
        "have neither sign nor t",
        "trace of 2025-04",
        not_tried=NO_RECEIVER,
    ),
    Probe("event 332: time of record_start_succeeded", "10 s after the start", "CN:102192", not_tried=NO_RECEIVER),
    Probe(
        "event 332: spliced HLS",
        "record_paused after each push; record_ended when none has continued it in time, otherwise record_resumed",
        "CN:102192",
        not_tried=NO_RECEIVER,
    ),
    Probe("event 100 of spliced HLS", "once, for the final file", "CN:47026", not_tried=NO_RECEIVER),
    Probe("DescribeCallbackRecordsList", "each attempt is a record", "PY", not_tried=NO_RECEIVER),
    Probe("DescribeCallbackRecordsList: times", "those of the events", "PY", not_tried=NO_RECEIVER),
)
"""Every row of the page, in its order."""
