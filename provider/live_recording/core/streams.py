"""Keys of rules and names of streams, and which rule records a stream.

LEVELS has every fact about precedence. Source: feature guide, "Enabling Recording for All Live Streams": StreamName takes
precedence over AppName. Other clouds do the opposite.
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

    @property
    def pattern(self) -> str:
        """Return the parts joined, a star for every app or stream, not escaped: for data, not for messages."""
        return "/".join((self.domain, self.app or "*", self.stream or "*"))

    def __str__(self) -> str:
        return escaped(self.pattern)


@dataclass(frozen=True, slots=True, order=True)
class CallbackKey:
    """The key of a callback rule: a domain and an app; an empty app is every app."""

    domain: str
    app: str = ""

    @classmethod
    def from_inputs(cls, inputs: Mapping[str, Any]) -> "CallbackKey":
        """Return the key from the inputs of the resource."""
        return cls(inputs.get("domain", ""), inputs.get("app", ""))

    @property
    def parts(self) -> tuple[str, str]:
        """Return domain and app."""
        return self.domain, self.app

    def __str__(self) -> str:
        return escaped("/".join((self.domain, self.app or "*")))


RuleKey = StreamKey | CallbackKey
"""What identifies a rule, or a callback rule."""
PART_NAMES = ("domain", "app", "stream")
"""The inputs that make up a key."""
LEVELS: tuple[tuple[bool, bool], ...] = (
    (True, True),  # 1: app and stream set, the highest priority
    (False, True),  # 2: stream set
    (True, False),  # 3: app set
    (False, False),  # 4: the domain alone
)
"""(app set, stream set) in order of priority."""


def level(key: StreamKey) -> int:
    """Return the priority of a key: 1 wins over 4."""
    return LEVELS.index((bool(key.app), bool(key.stream))) + 1


def candidates(stream: StreamKey) -> tuple[StreamKey, ...]:
    """Return the keys whose rules would apply to a stream, in order of priority. Names match exactly."""
    return tuple(
        StreamKey(stream.domain, stream.app if app_set else "", stream.stream if stream_set else "")
        for app_set, stream_set in LEVELS
    )


def matches(key: StreamKey, stream: StreamKey) -> bool:
    """Return whether a rule with this key applies to the stream."""
    return key in candidates(stream)


def ranking(keys: Container[StreamKey], stream: StreamKey) -> tuple[StreamKey, ...]:
    """Return the keys that apply to the stream, the winning one first."""
    return tuple(key for key in dict.fromkeys(candidates(stream)) if key in keys)


def winning_rule(keys: Container[StreamKey], stream: StreamKey) -> StreamKey | None:
    """Return the key of the rule that records the stream, or None."""
    return next(iter(ranking(keys, stream)), None)


def fallbacks(keys: Collection[StreamKey], key: StreamKey) -> frozenset[StreamKey | None]:
    """Return the keys that would record the streams of *key* without its rule; None means that no rule would."""
    rest = set(keys) - {key}
    names = {key}
    if key.stream and not key.app:  # each app has its own fallback, unless a narrower rule wins already
        apps = {k.app for k in rest if k.domain == key.domain and k.app and not k.stream}
        names |= {StreamKey(key.domain, app, key.stream) for app in apps} - rest
    return frozenset(winning_rule(rest, name) for name in names)


LEVEL_NAMES = {1: "domain, app and stream", 2: "domain and stream", 3: "domain and app", 4: "the domain alone"}
"""The parts that the key of a rule has, by level."""
