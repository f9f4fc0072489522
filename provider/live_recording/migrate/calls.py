"""The calls that began, ended and arranged recordings before there was a stack file, and how one is told.

Rule 1: a call is told by the name of its action, or else by fields that belong to one action only.
Rule 2: only fields of the table are kept; of common parameters and secrets nothing is, of all others the name.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from live_recording.core.vendor import STREAM_PARAM

Fate = Literal["carried", "ends", "standing"]
STREAM = ("DomainName", "AppName", "StreamName")
TIMES = ("StartTime", "EndTime")


class Action(NamedTuple):
    """What becomes of the calls of an action, its fields, and what tells it: one of *own* and one of *beside*."""

    fate: Fate
    fields: tuple[str, ...]
    own: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()


_LIVE = ("FileFormat", "Highlight", "MixStream", "RecordType", "StreamParam")
_TASK = ("Extension", "StreamType", "TemplateId")
ACTIONS: Mapping[str, Action] = {
    "CreateLiveRecord": Action(  # CN:30148, IN:30847
        "carried", (*STREAM, *TIMES, *_LIVE), frozenset(_LIVE), frozenset({"StreamName", *TIMES})
    ),
    "CreateRecordTask": Action(  # CN:45983, IN:37309
        "carried", (*STREAM, *TIMES, *_TASK), frozenset(_TASK), frozenset({"EndTime"})
    ),
    "CreateRecord": Action(  # API v2, CN:4723
        "carried",
        ("channelId", "startTime", "endTime", "tapeType"),
        frozenset({"channelId", "tapeType"}),
        frozenset({"endTime"}),
    ),
    "StopLiveRecord": Action("ends", ("StreamName", "TaskId")),
    "DeleteLiveRecord": Action("ends", ("StreamName", "TaskId")),
    "StopRecordTask": Action("ends", ("TaskId",)),
    "DeleteRecordTask": Action("ends", ("TaskId",)),
    "StopRecord": Action("ends", ("channelId", "taskId")),
    "DeleteRecord": Action("ends", ("channelId", "taskId")),
    "CreateLiveRecordTemplate": Action("standing", ("TemplateName",)),
    "ModifyLiveRecordTemplate": Action("standing", ("TemplateId", "TemplateName")),
    "DeleteLiveRecordTemplate": Action("standing", ("TemplateId",)),
    "CreateLiveRecordRule": Action("standing", (*STREAM, "TemplateId")),
    "DeleteLiveRecordRule": Action("standing", STREAM),
}
FIELDS = frozenset(name for action in ACTIONS.values() for name in action.fields)
FROM_FILE = "cli-input-json"
"""The option of the vendor's command line whose value is the whole call, or the file that has it."""
_ANSWER = frozenset({"Error", "RequestId", "Response", "Stopped", "TaskList"})
_COMMON = frozenset({
    "action", "version", "region", "timestamp", "nonce", "language", "requestclient", "signature", "signaturemethod",
    "secretid", "secretkey", "token", "profile", "endpoint", "timeout", "output", "filter", "warning", "waiter", "debug",
    "cli-input-json", "cli-unfold-argument", "generate-cli-skeleton", "https-proxy", "role-arn", "role-session-name",
    "use-cvm-role",
})  # fmt: skip
"""Parameters that any call has, and options of the vendor's command line, in lower case."""
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_SECRET = re.compile(r"secret|token|sign|password|credential|auth|txtime", re.IGNORECASE)


class Unread(str):
    """What stands where a value belongs, but is none: an expression, a variable, a placeholder."""

    __slots__ = ()


class Piece(NamedTuple):
    """The fields that stand together at one place of a text, as they stand there."""

    line: int
    action: str | None  # named by the form itself
    fields: Mapping[str, Any]
    hint: str | None = None  # an action that is named nearby
    cut: bool = False  # the text ends, or goes wrong, in the midst of it


class Call(NamedTuple):
    """One call: its known fields as they were written, and the names of those that nobody knows."""

    file: str
    line: int
    action: str
    fields: Mapping[str, Any]
    unknown: tuple[str, ...] = ()
    cut: bool = False

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.file}:{self.line}"


def unquoted(text: str) -> str:
    """The text without URL encoding, in which a plus is a space."""
    plain = text.replace("+", " ")
    return _ENCODED.sub(lambda run: bytes.fromhex(run[0].replace("%", "")).decode("utf-8", "replace"), plain)


def call(file: str, piece: Piece) -> Call | None:
    """The call that a piece is, or None; what describes fields, such as a schema, is none."""
    name = _told(piece)
    if name is None or any(isinstance(piece.fields.get(field), dict | list) for field in ACTIONS[name].fields):
        return None
    action = ACTIONS[name]
    known = {*action.fields, FROM_FILE}
    fields = {field: value for field, value in piece.fields.items() if field in known and value not in (None, "")}
    # Pasted into a URL without encoding, its parts look like fields of their own.
    loose = [f"{param}={piece.fields[param]}" for param in STREAM_PARAM if param in piece.fields]
    if loose and "StreamParam" in known:
        fields["StreamParam"] = "&".join([*(str(fields[f]) for f in ("StreamParam",) if f in fields), *loose])
    rest = piece.fields.keys() - known - {*STREAM_PARAM}
    unknown = sorted(field for field in rest if field and field.lower() not in _COMMON and not _SECRET.search(field))
    return Call(file, piece.line, name, fields, tuple(unknown) if action.fate == "carried" else (), piece.cut)


def _told(piece: Piece) -> str | None:
    """The action of a piece: named by its form, told by its fields, or named nearby."""
    if piece.action is not None:
        return piece.action if piece.action in ACTIONS else None
    names = {name for name in piece.fields if name.lower() not in _COMMON}
    if names & _ANSWER or {"TaskId", "EndTime"} <= names:
        return None
    told = [name for name, action in ACTIONS.items() if names & action.own and names & action.beside]
    if told:
        return told[0]
    if piece.hint:
        known = {*ACTIONS[piece.hint].fields} if piece.hint in ACTIONS else set()
        return piece.hint if names & known and (names <= known or names & {*TIMES}) else None
    if names <= {*STREAM, *TIMES} and {"StreamName", "EndTime"} <= names:
        return "CreateRecordTask" if str(piece.fields["EndTime"]).isdecimal() else "CreateLiveRecord"
    return "StopLiveRecord" if names == {"StreamName", "TaskId"} else None
