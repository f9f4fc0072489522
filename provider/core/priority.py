"""Which rule records a stream.

Rule 1: every fact about precedence lives in LEVELS. Rule 2: order of a file never matters; a key exists once.
Source: feature guide, "Enabling Recording for All Live Streams": StreamName outranks AppName. Other clouds do it the
other way round.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Key(NamedTuple):
    """The natural key of a rule; an empty part matches everything."""

    domain: str
    app: str = ""
    stream: str = ""

    def __str__(self) -> str:
        return "/".join((self.domain, self.app or "*", self.stream or "*"))


LEVELS: tuple[tuple[bool, bool], ...] = (
    (True, True),  # 1: app and stream set: wins
    (False, True),  # 2: stream set
    (True, False),  # 3: app set
    (False, False),  # 4: the domain alone
)
"""(app set, stream set) by falling priority."""


def level(key: Key) -> int:
    """The priority of a key: 1 wins over 4."""
    return LEVELS.index((bool(key.app), bool(key.stream))) + 1


def matches(key: Key, stream: Key) -> bool:
    """Whether a rule under *key* applies to the full name *stream*; names are compared letter by letter."""
    return key.domain == stream.domain and key.app in ("", stream.app) and key.stream in ("", stream.stream)


def ranking(keys: Iterable[Key], stream: Key) -> tuple[Key, ...]:
    """The keys that apply to *stream*, winner first."""
    return tuple(sorted({k for k in keys if matches(k, stream)}, key=level))


def winner(keys: Iterable[Key], stream: Key) -> Key | None:
    """The key whose rule records *stream*, or None."""
    return next(iter(ranking(keys, stream)), None)
