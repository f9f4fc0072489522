"""The messages: a request as received, and the two kinds of answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Fields: TypeAlias = dict[str, Any]
"""A JSON object in the vendor's field names."""


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
