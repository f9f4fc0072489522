"""The fields of old calls as values: text, numbers, times in China, Unix seconds.

Rule 1: a refusal shows only short values that have the right place, never an expression, for it could hold a secret.
Rule 2: nothing is worked out: a variable, a placeholder or a call of a function is no value.
"""

import re
from datetime import UTC, datetime

from live_recording.core.errors import InvalidValue
from live_recording.core.text import integral, quoted
from live_recording.core.timefmt import CHINA
from live_recording.core.vendor import STREAM_PARAM
from live_recording.migrate.calls import Call, Unread, unquoted
from live_recording.stackfile.times import YEARS

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_PLACEHOLDER = re.compile(r"[${}]|%s|%d(?![0-9A-Fa-f])|\A<")
_SHOWN = 24  # characters of a value that a sentence shows
_MILLISECONDS = 10**11
_STREAM, _START, _END = "which stream is recorded", "when the recording starts", "when the recording ends"
MISSING = {
    **{
        field: f"It does not say {what}: {field} is missing. Add it."
        for what, fields in (
            (_STREAM, ("StreamName", "channelId")),
            (_START, ("StartTime", "startTime")),
            (_END, ("EndTime", "endTime")),
        )
        for field in fields
    },
    "DomainName": "It does not name the push domain: DomainName is missing. Add it, or give --domain.",
    "AppName": "It does not name the app: AppName is missing. Add it, or give --app.",
    "domain": "API v2 names a channel, but no push domain. Give --domain.",
    "app": "API v2 names a channel, but no app. Give --app.",
}


def text(call: Call, field: str) -> str:
    """The text of a field, empty where the call does not have it. Raises a refusal for what is no value."""
    value = call.fields.get(field, "")
    value = integral(int(value) if isinstance(value, bool) else value)
    if isinstance(value, Unread) or _PLACEHOLDER.search(str(value)):
        raise InvalidValue(
            "wrong-type", f"{field} is no value but something that a program fills in. Write the value into the call."
        )
    return str(value)


def wrong(field: str, value: object, allowed: str) -> InvalidValue:
    """The refusal of a value."""
    seen = f"is {quoted(value)}" if len(str(value)) <= _SHOWN else "is a longer text"
    return InvalidValue("out-of-range", f"{field} {seen}, but {allowed}.")


def needed(call: Call, field: str, default: str = "") -> str:
    """The text of a field, or the default; a refusal where there is neither."""
    given = text(call, field) or default
    if not given:
        raise InvalidValue("missing-field", MISSING[field])
    return given


def flag(call: Call, field: str) -> bool:
    """A field that is 0 or 1; left out it is 0."""
    given = text(call, field) or "0"
    if given not in ("0", "1"):
        raise wrong(field, given, "0 or 1 belongs there")
    return given == "1"


def number(call: Call, field: str) -> str:
    """The digits of an id; empty where it is left out or 0."""
    given = text(call, field).lstrip("0")
    if given and not re.fullmatch("[1-9][0-9]{0,14}", given):
        raise wrong(field, given, "a number belongs there, such as 17016")
    return given


def china(call: Call, field: str) -> datetime:
    """A time in China, plain or URL-encoded."""
    given = unquoted(needed(call, field)).strip()
    try:
        made = datetime.fromisoformat(given).replace(tzinfo=CHINA) if _TIME.fullmatch(given) else None
    except ValueError:
        made = None
    if made is None or made.year not in YEARS:
        raise wrong(field, given, "a time in China belongs there, such as 2017-01-01 10:10:01")
    return made.astimezone(UTC)


def unix(call: Call, field: str) -> datetime:
    """A time in Unix seconds."""
    given = needed(call, field)
    seconds = int(given) if re.fullmatch("[0-9]{1,15}", given) else 0
    if seconds >= _MILLISECONDS:
        raise wrong(field, given, "whole seconds belong there, and these look like milliseconds")
    made = datetime.fromtimestamp(seconds, UTC)
    if made.year not in YEARS:
        raise wrong(field, given, "Unix seconds belong there, such as 1597017600")
    return made


def params(call: Call) -> tuple[dict[str, int], bool]:
    """What StreamParam says, plain or URL-encoded, in seconds; and whether it says more than is known."""
    found: dict[str, int] = {}
    strange = False
    for param in filter(None, unquoted(text(call, "StreamParam")).strip("?&").split("&")):
        name, _, value = param.partition("=")
        if name not in STREAM_PARAM:
            strange = True
        elif not re.fullmatch("[0-9]{1,12}", value):
            raise wrong(name, value, "whole seconds belong there")
        else:
            found[name] = int(value)
    return found, strange
