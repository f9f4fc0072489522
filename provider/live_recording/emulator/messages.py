"""The messages: a request as received, and the two kinds of answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Fields: TypeAlias = dict[str, Any]
"""A JSON object in the vendor's field names."""
STREAM = ("DomainName", "AppName", "StreamName")
"""The fields that name a stream."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error answer: the vendor's error code and our own message (the vendor's texts are unstable)."""

    code: str
    message: str


Answer: TypeAlias = Fields | Refusal


@dataclass(frozen=True, slots=True)
class Call:
    """One authorized call: what is asked, where, and with which key."""

    action: str
    body: Fields
    region: str = ""
    secret_id: str = ""


@dataclass(frozen=True)
class Request:
    """One HTTP request: header names in lower case, values and body untouched because both are signed."""

    method: str
    query: str
    headers: Mapping[str, str]
    body: bytes


def is_same_stream(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two objects or bodies name the same stream."""
    return all(one[name] == other[name] for name in STREAM)


def page_of(
    found: Sequence[Fields], body: Fields, size: int = 10, most: int | None = None
) -> tuple[list[Fields], Fields]:
    """Return a page of what was found, and the numbers of the answer. Of more than *most* the rest is on no page."""
    number, size = body.get("PageNum", 1), body.get("PageSize", size)
    rows = list(found[:most][(number - 1) * size : number * size])
    pages = -(-len(found) // size)
    return rows, {"PageNum": number, "PageSize": size, "TotalNum": len(found), "TotalPage": pages}
