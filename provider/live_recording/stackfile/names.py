"""Readers for names: keys of entries, push domains, apps and streams, and file names with placeholders."""

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches

from live_recording.core.errors import InvalidValue
from live_recording.core.text import escaped, nearest, quoted
from live_recording.stackfile.scalars import text
from live_recording.stackfile.stream_names import describe_address, problem_of_name

VOD_PLACEHOLDERS = (
    "StreamID",
    *(f"{edge}{part}" for edge in ("Start", "End")
      for part in ("Year", "Month", "Day", "Hour", "Minute", "Second", "Millisecond")),
)  # fmt: skip
"""Placeholders of VodFileName (CN:32614, RecordParam)."""
COS_PLACEHOLDERS = (*VOD_PLACEHOLDERS, "RecordSource", "RecordId", "RandomID", "Domain", "AppName")
"""Placeholders of CosBucketPath; the last two are in the sample of the API page, not in its list."""
COS_DISTINCT = (*(f"Start{part}" for part in ("Year", "Month", "Day", "Hour", "Minute", "Second")), "RandomID")
"""One of these keeps files from overwriting each other (CN:32614, RecordParam.CosBucketPath)."""


KEY = re.compile(r"[0-9A-Za-z_\u4e00-\u9fff]+(-[0-9A-Za-z_\u4e00-\u9fff]+)*")
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z)({_LABEL}\.)+(?![0-9]+\Z){_LABEL}")
_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")


def key(value: object) -> str:
    """Read the key of an entry, which is its Pulumi resource name."""
    name = str(value)
    if not KEY.fullmatch(name):
        allowed = "Use a-z, A-Z, 0-9, _, Chinese characters, and single hyphens between them"
        raise InvalidValue("bad-name", f"Invalid name {quoted(name)}. {allowed}.")
    return name


def reference(value: object) -> str:
    """Read the key of another entry."""
    return key(text(value))


def domain(value: object) -> str:
    """Read the name of a push domain."""
    name = text(value)
    if not _DOMAIN.fullmatch(name):
        problem = describe_address(name) or f"{quoted(name)} is not a domain name."
        raise InvalidValue("bad-name", f"{problem} Write only the push domain, such as push.example.com.")
    return name


def named_domain(value: object, domains: Mapping[str, str]) -> str:
    """Read a push domain, or a name of *domains*, which has no dot."""
    if not domains or "." in text(value):
        return domain(value)
    name = text(value)
    if name not in domains:
        near = nearest(name, tuple(domains))
        advice = (
            f"Did you mean {quoted(near)}?" if near else f"Names under domains: {', '.join(map(escaped, domains))}."
        )
        raise InvalidValue(
            "bad-name", f"{quoted(name)} is neither a domain, which has a dot, nor the name of one. {advice}"
        )
    return domains[name]


def part(value: object) -> str:
    """Read the name of an app or stream. The API compares names exactly, so nothing is folded or trimmed."""
    name = text(value)
    problem = problem_of_name(name)
    if problem:
        raise InvalidValue("bad-name", problem)
    return name


def required_name(value: object) -> str:
    """Read the name of an app or stream where an empty one is not allowed."""
    name = part(value)
    if not name:
        raise InvalidValue("missing-field", "The value is empty; the full name of one stream is required. Add it.")
    return name


def _file_name(value: object, known: Collection[str]) -> str:
    name = text(value)
    for match in _BRACES.finditer(name):
        if match[1] is None:
            other = {"{": "}", "}": "{"}[match[0]]
            raise InvalidValue("bad-placeholder", f"A {match[0]} in {quoted(name)} has no matching {other}.")
        if match[1] not in known:
            near = get_close_matches(match[1], known, n=1, cutoff=0.5) or list(known)[:1]
            raise InvalidValue(
                "bad-placeholder",
                f"Unknown placeholder {quoted(match[0])} in {quoted(name)}. Did you mean {{{near[0]}}}?",
            )
    return name


def vod_file_name(value: object) -> str:
    """Read a VodFileName: text with known placeholders only."""
    return _file_name(value, VOD_PLACEHOLDERS)


def cos_bucket_path(value: object) -> str:
    """Read a CosBucketPath: text with known placeholders only. That it begins with a slash is checked by `lint`."""
    return _file_name(value, COS_PLACEHOLDERS)
