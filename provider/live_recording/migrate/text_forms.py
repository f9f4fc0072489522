"""Find API calls in texts: queries, `tccli` commands, what `curl` sends, and JSON.

Each form is removed from the text once it is read, so nothing is read twice. Commented lines are not calls.
Source code of programs is not read; it is only detected, so that a message can say what to do.
"""

import json
import re
import shlex
from bisect import bisect
from collections.abc import Callable
from typing import Any

from live_recording.migrate.calls import (
    ACTIONS,
    FIELDS,
    FROM_FILE,
    INTERFACE,
    OTHER_INTERFACE,
    Call,
    FieldGroup,
    MissingValue,
    recognize_call,
    url_decoded,
)
from live_recording.migrate.json_objects import JsonScanner

_COMMENT = re.compile(r"^[ \t]*(?:#|//)[^\n]*", re.MULTILINE)
_VALUE = r"(?:\d{4}-\d\d-\d\d[ ]\d\d:\d\d(?::\d\d)?|[^\s&\"'`\\<>()|;]{0,4000}+)"
"""Bounded and never given back: a search begins at each name, and `a=a=a=` has many."""
_PAIR = rf"(?<![\w.-])[A-Za-z][\w.-]*={_VALUE}"
_NAME_AND_VALUE = re.compile(rf"([A-Za-z][\w.-]*)=({_VALUE})")
_QUERY = re.compile(rf"{_PAIR}(?:[\s\\^]*&[\s\\^]*{_PAIR})+")
_QUOTED = r"'[^']*'|\"(?:\\.|[^\"\\])*\""
_UNQUOTED = r"[^\n'\"\\^`;|<>&]|&(?=[^\s&])"  # up to where the shell begins another command
_COMMAND = re.compile(
    rf"\b(?:tccli|qcloudcli)(?:\.exe)?[ \t]+live[ \t]+(\w+)((?:{_QUOTED}|[\\^`](?:\r?\n|.)|{_UNQUOTED})*)", re.DOTALL
)
_CURL = re.compile(
    rf"(?:(?:-d|-H|--header|--data(?:-raw|-urlencode)?)[ \t=]+(?:{_QUOTED}|[^\s'\"])+(?:[ \t]|[\\^`]\r?\n)*){{2,}}"
)
_LINE_CONTINUATION = re.compile(r"[\\^`]\r?\n")
_SOURCE_CODE = re.compile(
    r"(?:Create|Stop|Delete)(?:Live)?Record(?:Task)?Request\b"  # a request class of any SDK
    r"|(?:\.|->|::)(?:Create|Stop|Delete)(?:Live)?Record(?:Task)?\("  # a method of a client
    r"|(?:\.|->)(?:[sS]et_?)?(?:StreamName|DomainName|AppName|StartTime|EndTime)\s*(?:=(?!=)|:=|\()"  # a field of a request
    r"|'(?:StreamName|channelId)'\s*(?:=>|:|\])|\"(?:StreamName|channelId)\"\s*(?:=>|\])"  # a dict or an array
    r"|(?:=\s|\(|,\s)[\"']Live_Tape_(?:Start|Stop)[\"']"  # the name of the oldest call in a program
)

Reader = Callable[[re.Match[str], int], FieldGroup | None]


def find_calls(file: str, text: str) -> list[Call]:
    """Return the calls in a text, in the order of its lines."""
    groups = sorted(_field_groups(text), key=lambda group: group.line)
    return [call for group in groups if (call := recognize_call(file, group))]


def source_code_line(text: str) -> int | None:
    """Return the first line that is source code of a program that makes a call, or None."""
    match = _SOURCE_CODE.search(_without_comments(text))
    return text.count("\n", 0, match.start()) + 1 if match else None


def _without_comments(text: str) -> str:
    return _COMMENT.sub(_blank, text)


def _field_groups(text: str) -> list[FieldGroup]:
    """Return everything in the text that could be a call."""
    text = _without_comments(text.replace("&amp;", "&"))
    line_ends = [match.start() for match in re.finditer("\n", text)]
    groups: list[FieldGroup] = []
    for pattern, reader in ((_QUERY, _read_query), (_COMMAND, _read_command), (_CURL, _read_curl)):
        text = pattern.sub(_reading(reader, line_ends, groups), text)
    return [*groups, *JsonScanner(text, line_ends).groups()]


def _reading(reader: Reader, line_ends: list[int], groups: list[FieldGroup]) -> Callable[[re.Match[str]], str]:
    """Return a replacement function that adds what *reader* reads to *groups*, and blanks it out."""

    def replace(match: re.Match[str]) -> str:
        group = reader(match, bisect(line_ends, match.start()) + 1)
        if group is None:
            return match[0]
        groups.append(group)
        return _blank(match)

    return replace


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _read_query(match: re.Match[str], line: int) -> FieldGroup | None:
    """Read a query that names its action and a field. A link to the page of an action has no field."""
    fields = {name: url_decoded(value) for name, value in _NAME_AND_VALUE.findall(match[0])}
    return _named_group(line, fields)


def _read_curl(match: re.Match[str], line: int) -> FieldGroup | None:
    """Read the options of curl; what curl encodes itself is not encoded here."""
    words = _words(match[0])
    if words is None:
        return None
    fields: dict[str, Any] = {}
    for option, word in zip(["", *words], words, strict=False):
        name, equals, value = word.partition("=")
        if equals and not word.startswith("-"):
            fields[name] = value if option.endswith("urlencode") else url_decoded(value)
    return _named_group(line, fields)


def _named_group(line: int, fields: dict[str, Any]) -> FieldGroup | None:
    if "Action" in fields:
        return FieldGroup(line, fields["Action"], fields) if fields.keys() & FIELDS else None
    if INTERFACE in fields and ("appid" in fields or any(name.startswith("Param.") for name in fields)):
        interface = fields[INTERFACE]
        return FieldGroup(line, interface if interface in ACTIONS else OTHER_INTERFACE, fields)
    return None


def _read_command(match: re.Match[str], line: int) -> FieldGroup | None:
    """Read a command for the vendor's command line that has options."""
    action, rest = match.groups()
    words = _words(rest)
    open_quote = match.string[match.end() : match.end() + 1] in ("'", '"')
    fields = _options(words or [])
    fields |= _json_fields(fields.get(FROM_FILE, ""))
    incomplete = words is None or open_quote
    return FieldGroup(line, action, fields, incomplete=incomplete) if fields or incomplete else None


def _words(command: str) -> list[str] | None:
    """Return the words of a command as a shell splits it, or None if a quote is open."""
    try:
        return shlex.split(_LINE_CONTINUATION.sub(" ", command))
    except ValueError:
        return None


def _options(words: list[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    name = None
    for word in words:
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            fields[name] = value if equals else MissingValue()  # until a value follows
        elif name is not None:
            fields[name] = word if isinstance(fields[name], MissingValue) else f"{fields[name]} {word}"
    return fields


def _json_fields(value: Any) -> dict[str, Any]:
    """Return the fields of a JSON object, or none if the value is not one."""
    try:
        fields = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return {}
    return fields | {FROM_FILE: ""} if isinstance(fields, dict) else {}
