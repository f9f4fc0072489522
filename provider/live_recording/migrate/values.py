"""Read the fields of old calls as values: text, numbers, China time, Unix seconds.

A message shows only short values; a longer one could contain a secret. Placeholders and variables are rejected.
"""

import re
from datetime import UTC, datetime

from live_recording.core.errors import InvalidValue
from live_recording.core.text import integral, quoted
from live_recording.core.timefmt import CHINA
from live_recording.core.vendor import STREAM_PARAM
from live_recording.migrate.calls import Call, MissingValue, url_decoded
from live_recording.stackfile.times import YEARS

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_PLACEHOLDER = re.compile(r"[${}]|%s|%d(?![0-9A-Fa-f])|\A<")
_SHOWN = 24  # characters of a value that a message shows
_MILLISECONDS = 10**11
_MISSING_OPTION = {
    "DomainName": "The push domain is missing. Add DomainName, or use --domain.",
    "AppName": "The app is missing. Add AppName, or use --app.",
    "Param.s.domain": "The push domain is missing. Use --domain.",
    "Param.s.path": "The app is missing. Use --app.",
    "domain": "API v2 calls have no push domain. Use --domain.",
    "app": "API v2 calls have no app. Use --app.",
}


def text_value(call: Call, field: str) -> str:
    """Return the text of a field, or "" if the call does not have it. Raise InvalidValue for a placeholder."""
    value = call.fields.get(field, "")
    if isinstance(value, MissingValue):
        raise InvalidValue("missing-field", f"{field} has no value. Add it.")
    text = str(integral(int(value) if isinstance(value, bool) else value))
    if _PLACEHOLDER.search(text):
        raise InvalidValue("wrong-type", f"{field} contains a placeholder or a variable. Replace it with the value.")
    return text


def invalid_value(field: str, value: object, expected: str) -> InvalidValue:
    """Return the error for a value that is not the *expected* one."""
    shown = quoted(value) if len(str(value)) <= _SHOWN else "a longer text"
    return InvalidValue("out-of-range", f"{field}: expected {expected}, got {shown}.")


def required_text(call: Call, field: str, default: str = "") -> str:
    """Return the text of a field, or the default. Raise InvalidValue if there is neither."""
    text = text_value(call, field) or default
    if not text:
        raise InvalidValue("missing-field", _MISSING_OPTION.get(field, f"{field} is missing. Add it."))
    return text


def flag(call: Call, field: str) -> bool:
    """Return a field that is 0 or 1; the default is 0."""
    text = text_value(call, field) or "0"
    if text not in ("0", "1"):
        raise invalid_value(field, text, "0 or 1")
    return text == "1"


def object_id(call: Call, field: str) -> str:
    """Return the digits of an id, or "" if it is not set or 0."""
    text = text_value(call, field).lstrip("0")
    if text and not re.fullmatch("[1-9][0-9]{0,14}", text):
        raise invalid_value(field, text, "a number, such as 17016")
    return text


def china_time(call: Call, field: str) -> datetime:
    """Return a time that the call gives in China time, plain or URL-encoded."""
    text = url_decoded(required_text(call, field)).strip()
    try:
        time = datetime.fromisoformat(text).replace(tzinfo=CHINA) if _TIME.fullmatch(text) else None
    except ValueError:
        time = None
    if time is None or time.year not in YEARS:
        raise invalid_value(field, text, "a China time, such as 2017-01-01 10:10:01")
    return time.astimezone(UTC)


def unix_time(call: Call, field: str) -> datetime:
    """Return a time that the call gives in Unix seconds."""
    text = required_text(call, field)
    seconds = int(text) if re.fullmatch("[0-9]{1,15}", text) else 0
    if seconds >= _MILLISECONDS:
        raise invalid_value(field, text, "Unix seconds, not milliseconds")
    time = datetime.fromtimestamp(seconds, UTC)
    if time.year not in YEARS:
        raise invalid_value(field, text, "Unix seconds, such as 1597017600")
    return time


def stream_params(call: Call) -> tuple[dict[str, int], bool]:
    """Return the known parameters in StreamParam, in seconds, and whether it has unknown ones."""
    known: dict[str, int] = {}
    has_unknown = False
    for param in filter(None, url_decoded(text_value(call, "StreamParam")).strip("?&").split("&")):
        name, _, value = param.partition("=")
        if name not in STREAM_PARAM:
            has_unknown = True
        elif not re.fullmatch("[0-9]{1,12}", value):
            raise invalid_value(name, value, "whole seconds")
        else:
            known[name] = int(value)
    return known, has_unknown
