"""Which rule records a stream.

Rule 1: every fact about precedence lives in LEVELS. Rule 2: order of a file never matters; a key exists once.
Source: feature guide, "Enabling Recording for All Live Streams": StreamName outranks AppName. Other clouds do it the
other way round.
"""

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from typing import Any

from live_recording.core.text import escaped


@dataclass(frozen=True, slots=True, order=True)
class StreamKey:
    """The key of a rule, or the full name of a stream; an empty part of a key matches everything."""

    domain: str
    app: str = ""
    stream: str = ""

    @classmethod
    def from_inputs(cls, inputs: Mapping[str, Any]) -> "StreamKey":
        """Return the key of a rule, or the full name of a task's stream, from the inputs of the resource."""
        return cls(inputs.get("domain", ""), inputs.get("app", ""), inputs.get("stream", ""))

    @property
    def parts(self) -> tuple[str, str, str]:
        """Return domain, app and stream."""
        return self.domain, self.app, self.stream

    def to_inputs(self) -> dict[str, str]:
        """Return the parts by the names of the inputs of a resource."""
        return dict(zip(PART_NAMES, self.parts, strict=True))

    def __str__(self) -> str:
        return escaped("/".join((self.domain, self.app or "*", self.stream or "*")))


PART_NAMES = ("domain", "app", "stream")
"""The inputs that make up a key."""
LEVELS: tuple[tuple[bool, bool], ...] = (
    (True, True),  # 1: app and stream set: wins
    (False, True),  # 2: stream set
    (True, False),  # 3: app set
    (False, False),  # 4: the domain alone
)
"""(app set, stream set) by falling priority."""


def level(key: StreamKey) -> int:
    """The priority of a key: 1 wins over 4."""
    return LEVELS.index((bool(key.app), bool(key.stream))) + 1


def candidates(stream: StreamKey) -> tuple[StreamKey, ...]:
    """The keys under which a rule would apply to the full name *stream*, by falling priority; names match exactly."""
    return tuple(
        StreamKey(stream.domain, stream.app if app_set else "", stream.stream if stream_set else "")
        for app_set, stream_set in LEVELS
    )


def matches(key: StreamKey, stream: StreamKey) -> bool:
    """Whether a rule under *key* applies to the full name *stream*."""
    return key in candidates(stream)


def ranking(keys: Container[StreamKey], stream: StreamKey) -> tuple[StreamKey, ...]:
    """The keys that apply to *stream*, winner first."""
    return tuple(key for key in dict.fromkeys(candidates(stream)) if key in keys)


def winning_rule(keys: Container[StreamKey], stream: StreamKey) -> StreamKey | None:
    """The key whose rule records *stream*, or None."""
    return next(iter(ranking(keys, stream)), None)


def fallbacks(keys: Collection[StreamKey], key: StreamKey) -> frozenset[StreamKey | None]:
    """What would record the streams that *key* wins, if *key* were not there; None stands for nothing."""
    rest = set(keys) - {key}
    names = {key}
    if key.stream and not key.app:  # inherited app by app, except where a narrower rule wins anyway
        apps = {k.app for k in rest if k.domain == key.domain and k.app and not k.stream}
        names |= {StreamKey(key.domain, app, key.stream) for app in apps} - rest
    return frozenset(winning_rule(rest, name) for name in names)


LEVEL_NAMES = {1: "domain, app and stream", 2: "domain and stream", 3: "domain and app", 4: "the domain alone"}
"""What a rule of each level names."""
