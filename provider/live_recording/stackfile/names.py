"""Names: keys of entries, push domains, apps and streams, and the placeholders of file names.

Rule 1: the vendor compares names letter by letter, so nothing is folded or trimmed here.
"""

import re
from collections.abc import Collection
from difflib import get_close_matches

from live_recording.core.errors import InvalidValue
from live_recording.core.text import quoted
from live_recording.stackfile.scalars import text

VOD_PLACEHOLDERS = (
    "StreamID",
    *(f"{edge}{part}" for edge in ("Start", "End")
      for part in ("Year", "Month", "Day", "Hour", "Minute", "Second", "Millisecond")),
)  # fmt: skip
"""Placeholders of VodFileName (CN:32614, RecordParam)."""
COS_PLACEHOLDERS = (*VOD_PLACEHOLDERS, "RecordSource", "RecordId", "RandomID", "Domain", "AppName")
"""Placeholders of CosBucketPath; the last two are in the vendor's sample, not in its list."""
COS_DISTINCT = (*(f"Start{part}" for part in ("Year", "Month", "Day", "Hour", "Minute", "Second")), "RandomID")
"""One of these keeps files from overwriting each other (CN:32614, RecordParam.CosBucketPath)."""


KEY = re.compile(r"[0-9A-Za-z_\u4e00-\u9fff]+(-[0-9A-Za-z_\u4e00-\u9fff]+)*")
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z)({_LABEL}\.)+(?![0-9]+\Z){_LABEL}")
_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")


def key(value: object) -> str:
    """The key of an entry, which is its Pulumi resource name."""
    name = str(value)
    if not KEY.fullmatch(name):
        allowed = "Names are a-z, A-Z, 0-9, _, Chinese characters, and single hyphens inside"
        raise InvalidValue("bad-name", f"The name {quoted(name)} cannot be used. {allowed}.")
    return name


def reference(value: object) -> str:
    """The key of another entry."""
    return key(text(value))


def domain(value: object) -> str:
    """A push domain name."""
    name = text(value)
    if not _DOMAIN.fullmatch(name):
        raise InvalidValue(
            "bad-name", f"{quoted(name)} is no domain name. Write the push domain alone, like push.example.com."
        )
    return name


def part(value: object) -> str:
    """An app or stream name; the vendor compares them letter by letter."""
    name = text(value)
    if name == "*":
        raise InvalidValue(
            "bad-name", 'The vendor knows no wildcards: "*" would match only a name "*". Remove the key to mean every.'
        )
    if "/" in name:
        raise InvalidValue(
            "bad-name", f"{quoted(name)} has a slash in it. Write app and stream in fields of their own."
        )
    if name != name.strip() or not name.isprintable():
        raise InvalidValue("bad-name", f"{quoted(name)} has a space at an end or a control character in it. Remove it.")
    return name


def required_name(value: object) -> str:
    """An app or stream name where every one will not do."""
    name = part(value)
    if not name:
        raise InvalidValue(
            "missing-field", "Nothing stands here, but a task needs the full name of one stream. Write it."
        )
    return name


def _file_name(value: object, known: Collection[str], finding: str) -> str:
    name = text(value)
    for match in _BRACES.finditer(name):
        if match[1] is None:
            missing = {"{": "} after it", "}": "{ before it"}[match[0]]
            raise InvalidValue(finding, f"A {match[0]} in {quoted(name)} has no {missing}.")
        if match[1] not in known:
            near = get_close_matches(match[1], known, n=1, cutoff=0.5) or list(known)[:1]
            raise InvalidValue(
                finding, f"{quoted(match[0])} in {quoted(name)} is no placeholder. Did you mean {{{near[0]}}}?"
            )
    return name


def vod_file_name(value: object) -> str:
    """A VodFileName: text with known placeholders only."""
    return _file_name(value, VOD_PLACEHOLDERS, "bad-placeholder")


def cos_bucket_path(value: object) -> str:
    """A CosBucketPath: begins with a slash, known placeholders only."""
    path = _file_name(value, COS_PLACEHOLDERS, "bad-placeholder")
    if not path.startswith("/"):
        raise InvalidValue(
            "cos-path",
            f"{quoted(path)} does not begin with a slash. Write it like /{{Domain}}/{{AppName}}/{{StreamID}}/{{RandomID}}.",
        )
    return path


def cos_bucket_name(value: object) -> str:
    """A CosBucketName without the account's suffix."""
    name = text(value)
    if re.search(r"-\d{8,}\Z", name):
        raise InvalidValue(
            "cos-path", f"{quoted(name)} ends in the account's APPID. Leave that suffix out, as the API wants it."
        )
    return name
