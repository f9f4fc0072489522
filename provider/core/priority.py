"""Which rule records a stream.

Rule 1: every fact about precedence lives in LEVELS. Rule 2: order of a file never matters; a key exists once.
Source: feature guide, "Enabling Recording for All Live Streams": StreamName outranks AppName. Other clouds do it the
other way round.
"""

from collections.abc import Collection, Container, Mapping
from typing import Any, NamedTuple

from provider.core.values import escaped


class Key(NamedTuple):
    """The natural key of a rule; an empty part matches everything."""

    domain: str
    app: str = ""
    stream: str = ""

    @classmethod
    def of(cls, inputs: Mapping[str, Any]) -> "Key":
        """The key of a rule, or the full name of a task's stream, by the inputs of the resource."""
        return cls(inputs.get("domain", ""), inputs.get("app", ""), inputs.get("stream", ""))

    def __str__(self) -> str:
        return escaped("/".join((self.domain, self.app or "*", self.stream or "*")))


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


def candidates(stream: Key) -> tuple[Key, ...]:
    """The keys under which a rule would apply to the full name *stream*, by falling priority; names match exactly."""
    return tuple(Key(stream.domain, stream.app * app, stream.stream * name) for app, name in LEVELS)


def matches(key: Key, stream: Key) -> bool:
    """Whether a rule under *key* applies to the full name *stream*."""
    return key in candidates(stream)


def ranking(keys: Container[Key], stream: Key) -> tuple[Key, ...]:
    """The keys that apply to *stream*, winner first."""
    return tuple(key for key in dict.fromkeys(candidates(stream)) if key in keys)


def winner(keys: Container[Key], stream: Key) -> Key | None:
    """The key whose rule records *stream*, or None."""
    return next(iter(ranking(keys, stream)), None)


def heirs(keys: Collection[Key], key: Key) -> frozenset[Key | None]:
    """What would record the streams that *key* wins, if *key* were not there; None stands for nothing."""
    rest = set(keys) - {key}
    names = {key}
    if key.stream and not key.app:  # inherited app by app, except where a narrower rule wins anyway
        apps = {k.app for k in rest if k.domain == key.domain and k.app and not k.stream}
        names |= {Key(key.domain, app, key.stream) for app in apps} - rest
    return frozenset(winner(rest, name) for name in names)
