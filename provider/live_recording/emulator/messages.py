"""The nouns that cross the wire: a request as it came in, and the two things that can be answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

Fields: TypeAlias = dict[str, Any]
"""A JSON object in the vendor's field names."""


class Refusal(NamedTuple):
    """An answer that says no: the vendor's error code and a sentence of ours (the vendor's texts are unstable)."""

    code: str
    message: str


Answer: TypeAlias = Fields | Refusal


@dataclass(frozen=True)
class Request:
    """One HTTP request: header names in lower case, values and body untouched because both are signed."""

    method: str
    query: str
    headers: Mapping[str, str]
    body: bytes
