"""How calls stand in texts: queries, and lines for the vendor's command line and for curl; programs are another module's.

Rule 1: only the form is read here; which call it is, and what it means, is judged elsewhere.
Rule 2: what is read is taken out of the text, so that nothing is read twice. Commented lines are no calls.
"""

import json
import re
import shlex
from bisect import bisect
from collections.abc import Callable
from typing import Any

from live_recording.migrate.calls import FIELDS, FROM_FILE, Call, Piece, Unread, call, unquoted
from live_recording.migrate.source_code import Program

_REMARK = re.compile(r"^[ \t]*(?:#|//)[^\n]*", re.MULTILINE)
_VALUE = r"(?:\d{4}-\d\d-\d\d[ ]\d\d:\d\d(?::\d\d)?|[^\s&\"'`\\<>()|;]*)"
_PAIR = rf"(?<![\w.-])[A-Za-z][\w.-]*={_VALUE}"
_ONE = re.compile(rf"([A-Za-z][\w.-]*)=({_VALUE})")
_QUERY = re.compile(rf"{_PAIR}(?:[\s\\^]*&[\s\\^]*{_PAIR})+")
_QUOTED = r"'[^']*'|\"(?:\\.|[^\"\\])*\""
_BARE = r"[^\n'\"\\^`;|<>&]|&(?=[^\s&])"  # up to where the shell begins another command
_COMMAND = re.compile(
    rf"\b(?:tccli|qcloudcli)(?:\.exe)?[ \t]+live[ \t]+(\w+)((?:{_QUOTED}|[\\^`](?:\r?\n|.)|{_BARE})*)", re.DOTALL
)
_CURL = re.compile(
    rf"(?:(?:-d|-H|--header|--data(?:-raw|-urlencode)?)[ \t=]+(?:{_QUOTED}|[^\s'\"])+(?:[ \t]|[\\^`]\r?\n)*){{2,}}"
)
_WRAP = re.compile(r"[\\^`]\r?\n")  # where a line of a shell goes on


def calls(file: str, text: str) -> list[Call]:
    """The calls in a text, in the order of its lines."""
    found = (call(file, piece) for piece in sorted(_pieces(text), key=lambda piece: piece.line))
    return [one for one in found if one]


def _pieces(text: str) -> list[Piece]:
    """Everything in the text that could be a call."""
    text = _REMARK.sub(_blank, text.replace("&amp;", "&"))
    ends = [found.start() for found in re.finditer("\n", text)]
    found: list[Piece] = []

    def taking(reader: Callable[[re.Match[str], int], Piece | None]) -> Callable[[re.Match[str]], str]:
        def take(match: re.Match[str]) -> str:
            piece = reader(match, bisect(ends, match.start()) + 1)
            found.extend([piece] if piece else [])
            return _blank(match) if piece else match[0]

        return take

    text = _CURL.sub(taking(_sent), _COMMAND.sub(taking(_command), _QUERY.sub(taking(_query), text)))
    return [*found, *Program(text, ends).pieces()]


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _query(match: re.Match[str], line: int) -> Piece | None:
    """A query that names its action and says something of it; a link to the action's page says nothing."""
    sent = {name: unquoted(value) for name, value in _ONE.findall(match[0])}
    return Piece(line, sent["Action"], sent) if "Action" in sent and sent.keys() & FIELDS else None


def _sent(match: re.Match[str], line: int) -> Piece | None:
    """What curl sends piece by piece; what it encodes itself stands there as it is."""
    sent: dict[str, Any] = {}
    option = ""
    try:
        words = shlex.split(_WRAP.sub(" ", match[0]))
    except ValueError:
        return None
    for word in words:
        name, sign, value = word.partition("=")
        if sign and not word.startswith("-"):
            sent[name] = value if option.endswith("urlencode") else unquoted(value)
        option = word
    return Piece(line, sent["Action"], sent) if "Action" in sent and sent.keys() & FIELDS else None


def _command(match: re.Match[str], line: int) -> Piece | None:
    """A line for the vendor's command line, with options."""
    action, rest = match.groups()
    cut = match.string[match.end() : match.end() + 1] in ("'", '"')
    try:
        words = shlex.split(_WRAP.sub(" ", rest))
    except ValueError:
        words, cut = [], True
    fields: dict[str, Any] = {}
    name = None
    for word in words:
        if word.startswith("--"):
            name, sign, value = word[2:].partition("=")
            fields[name] = value if sign else Unread(word)  # until a value follows
        elif name is not None:
            fields[name] = word if isinstance(fields[name], Unread) else f"{fields[name]} {word}"
    return Piece(line, action, fields | _object(fields.get(FROM_FILE, "")), cut=cut) if fields or cut else None


def _object(text: str) -> dict[str, Any]:
    """The fields of a JSON object; of anything else none."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return read | {FROM_FILE: ""} if isinstance(read, dict) else {}
