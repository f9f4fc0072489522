"""The API calls that started, stopped and configured recordings, and how they are recognized.

Common parameters and secrets of a call are dropped. Of other unknown fields only the name is kept.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from live_recording.core.vendor import STREAM_PARAM

Effect = Literal["records", "ends", "configures", "unknown"]
STREAM = ("DomainName", "AppName", "StreamName")
TIMES = ("StartTime", "EndTime")


@dataclass(frozen=True, slots=True)
class Action:
    """An action of the API: its effect, its fields, and the fields that identify it.

    Without the name of its action, a call is recognized by one field of *own* together with one of *required*.
    """

    effect: Effect
    fields: tuple[str, ...]
    own: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()


_LIVE = ("FileFormat", "Highlight", "MixStream", "RecordType", "StreamParam")
_TASK = ("Extension", "StreamType", "TemplateId")
INTERFACE = "interface"
"""The parameter of the vendor's oldest API that names the action."""
OTHER_INTERFACE = "common_access"
"""The name for every action of that API that is not in the table: the path of its address."""
_OLDEST = frozenset({"appid", INTERFACE, "cmd", "t"})
"""Its parameters of every call, besides the signature."""
ACTIONS: Mapping[str, Action] = {
    "CreateLiveRecord": Action(  # CN:30148, IN:30847
        "records", (*STREAM, *TIMES, *_LIVE), frozenset(_LIVE), frozenset({"StreamName", *TIMES})
    ),
    "CreateRecordTask": Action(  # CN:45983, IN:37309
        "records", (*STREAM, *TIMES, *_TASK), frozenset(_TASK), frozenset({"EndTime"})
    ),
    "CreateRecord": Action(  # API v2, CN:4723
        "records",
        ("channelId", "startTime", "endTime", "tapeType"),
        frozenset({"channelId", "tapeType"}),
        frozenset({"endTime"}),
    ),
    "Live_Tape_Start": Action(  # CN:9567
        "records",
        tuple(
            f"Param.{name}"
            for name in (
                "s.channel_id",
                "s.start_time",
                "s.end_time",
                "n.task_sub_type",
                "s.file_format",
                "s.record_type",
                "s.domain",
                "s.path",
            )
        ),
        ignored=_OLDEST,
    ),
    "Live_Tape_Stop": Action("ends", ("Param.s.channel_id", "Param.n.task_id")),  # CN:9568
    OTHER_INTERFACE: Action("unknown", (INTERFACE,)),
    "StopLiveRecord": Action("ends", ("StreamName", "TaskId")),
    "DeleteLiveRecord": Action("ends", ("StreamName", "TaskId")),
    "StopRecordTask": Action("ends", ("TaskId",)),
    "DeleteRecordTask": Action("ends", ("TaskId",)),
    "StopRecord": Action("ends", ("channelId", "taskId")),
    "DeleteRecord": Action("ends", ("channelId", "taskId")),
    "CreateLiveRecordTemplate": Action("configures", ("TemplateName",)),
    "ModifyLiveRecordTemplate": Action("configures", ("TemplateId", "TemplateName")),
    "DeleteLiveRecordTemplate": Action("configures", ("TemplateId",)),
    "CreateLiveRecordRule": Action("configures", (*STREAM, "TemplateId")),
    "DeleteLiveRecordRule": Action("configures", STREAM),
}
FIELDS = frozenset(name for action in ACTIONS.values() for name in action.fields)
FROM_FILE = "cli-input-json"
"""The option of the vendor's command line whose value is the whole call, or the file that contains it."""
_RESPONSE = frozenset({"Error", "RequestId", "Response", "Stopped", "TaskList"})
_COMMON = frozenset({
    "action", "version", "region", "timestamp", "nonce", "language", "requestclient", "signature", "signaturemethod",
    "secretid", "secretkey", "token", "profile", "endpoint", "timeout", "output", "filter", "warning", "waiter", "debug",
    "cli-input-json", "cli-unfold-argument", "generate-cli-skeleton", "https-proxy", "role-arn", "role-session-name",
    "use-cvm-role",
})  # fmt: skip
"""Parameters of every call, and options of the vendor's command line, in lower case."""
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_SECRET = re.compile(r"secret|token|sign|password|credential|auth|txtime", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MissingValue:
    """The value of a command-line option that has none."""


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Unchanged fields from one place of a text. They may be a call."""

    line: int
    action: str | None  # named by the form itself
    fields: Mapping[str, Any]
    hint: str | None = None  # an action that is named nearby
    incomplete: bool = False  # the form does not end


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its known fields, unchanged, and the names of its unknown fields."""

    file: str
    line: int
    action: str
    fields: Mapping[str, Any]
    unknown: tuple[str, ...] = ()
    incomplete: bool = False

    @property
    def location(self) -> str:
        """Return the file and the line of the call."""
        return f"{self.file}:{self.line}"


def url_decoded(text: str) -> str:
    """Return the text without URL encoding; a plus is a space."""
    plain = text.replace("+", " ")
    return _ENCODED.sub(lambda run: bytes.fromhex(run[0].replace("%", "")).decode("utf-8", "replace"), plain)


def recognize_call(file: str, group: FieldGroup) -> Call | None:
    """Return the call that the fields are, or None. A description of fields, such as a schema, is not a call."""
    name = _action_of(group)
    if name is None or any(isinstance(group.fields.get(field), dict | list) for field in ACTIONS[name].fields):
        return None
    action = ACTIONS[name]
    unknown = tuple(sorted(_unknown_fields(group, action))) if action.effect == "records" else ()
    return Call(file, group.line, name, _known_fields(group, action), unknown, group.incomplete)


def _known_fields(group: FieldGroup, action: Action) -> dict[str, Any]:
    known = {*action.fields, FROM_FILE}
    fields = {field: value for field, value in group.fields.items() if field in known and value not in (None, "")}
    # In a URL, a StreamParam that is not encoded falls apart into fields of its own.
    parts = [f"{param}={group.fields[param]}" for param in STREAM_PARAM if param in group.fields]
    if parts and "StreamParam" in known:
        first = [str(fields["StreamParam"])] if "StreamParam" in fields else []
        fields["StreamParam"] = "&".join([*first, *parts])
    return fields


def _unknown_fields(group: FieldGroup, action: Action) -> Iterator[str]:
    for field in group.fields.keys() - {*action.fields, *action.ignored, FROM_FILE, *STREAM_PARAM}:
        if field and field.lower() not in _COMMON and not _SECRET.search(field):
            yield field


def _action_of(group: FieldGroup) -> str | None:
    """Return the action that the form names, that the fields show, or that is named nearby."""
    if group.action is not None:
        return group.action if group.action in ACTIONS else None
    return _action_by_fields(group)


def _action_by_fields(group: FieldGroup) -> str | None:
    """Return the action that the fields show, or that is named nearby."""
    names = {name for name in group.fields if name.lower() not in _COMMON}
    if names & _RESPONSE or {"TaskId", "EndTime"} <= names:
        return None
    by_fields = [name for name, action in ACTIONS.items() if _has_own_fields(names, action)]
    if by_fields:
        return by_fields[0]
    return _hinted_action(group.hint, names) if group.hint else _action_by_shared_fields(group, names)


def _has_own_fields(names: set[str], action: Action) -> bool:
    return bool(names & action.own and names & action.required)


def _hinted_action(hint: str, names: set[str]) -> str | None:
    """Return the action that is named nearby if the fields fit it."""
    known = {*ACTIONS[hint].fields} if hint in ACTIONS else set()
    fits = names & known and (names <= known or names & {*TIMES})
    return hint if fits else None


def _action_by_shared_fields(group: FieldGroup, names: set[str]) -> str | None:
    """Return the action of fields that several actions have; Unix seconds are a CreateRecordTask."""
    if names <= {*STREAM, *TIMES} and {"StreamName", "EndTime"} <= names:
        return "CreateRecordTask" if str(group.fields["EndTime"]).isdecimal() else "CreateLiveRecord"
    return "StopLiveRecord" if names == {"StreamName", "TaskId"} else None
