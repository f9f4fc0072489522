"""Keys for objects that have none: readable, valid, unique, and the same every time for the same objects."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import chain, count
from typing import TypeVar
from unicodedata import combining, normalize

from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import StreamKey
from live_recording.stackfile.names import KEY

LONGEST = 60
"""Maximum number of characters of a key from names."""

_WORD = re.compile(r"[0-9A-Za-z_\u4e00-\u9fff]+")

T = TypeVar("T")
KeyCandidates = Sequence[str]
"""Possible keys of an object, the shortest first; the last one is not empty."""


def slug(*names: str) -> str:
    """Join names to a key: without accents, and with one hyphen in place of invalid characters."""
    plain = "".join(c for c in normalize("NFKD", " ".join(names)) if not combining(c))
    return "-".join(_WORD.findall(plain))[:LONGEST].strip("-")


def template(template_id: str, name: str, owner: StackRef) -> KeyCandidates:
    """Return candidates for a template: the key in a default name of *owner*, else the name."""
    own = name.removeprefix(owner.template_name(""))
    return (own if own != name and KEY.fullmatch(own) else slug(name), f"template-{template_id}")


def rule(key: StreamKey) -> KeyCandidates:
    """Return candidates for a rule: app and stream, or the domain if it has neither."""
    short = slug(key.app, key.stream) if key.app or key.stream else slug(key.domain)
    words = [word for name in ("app", "stream") if getattr(key, name) for word in (name, getattr(key, name))]
    return (short, slug(*words), slug(key.domain, key.app, key.stream), slug(key.domain, *words), "rule")


def task(stream: StreamKey, start: datetime) -> KeyCandidates:
    """Return candidates for a task: its stream and the wall-clock time of its start."""
    stamp = f"{start:%Y%m%dT%H%M}"
    names = (slug(stream.stream), slug(stream.app, stream.stream), slug(*stream.parts))
    return (*(f"{name}-{stamp}" if name else "" for name in names), f"task-{stamp}")


def assign_unique_keys(candidates: Mapping[T, KeyCandidates], taken: Collection[str]) -> dict[T, str]:
    """Assign a unique key to each object, none of them *taken*.

    The first candidate that only one object has wins; objects that share one get their next candidate. An object whose
    candidates are all shared gets the rarest of them with a number.
    """
    keys: dict[T, str] = {}
    for position in range(max(map(len, candidates.values()), default=0)):
        proposed = {
            thing: options[position]
            for thing, options in candidates.items()
            if thing not in keys and options[position:]
        }
        shared = Counter(proposed.values())
        used = {*taken, *keys.values()}
        keys |= {thing: key for thing, key in proposed.items() if key and shared[key] == 1 and key not in used}
    return keys | _numbered_keys(candidates, keys.keys(), {*taken, *keys.values()})


def _numbered_keys(candidates: Mapping[T, KeyCandidates], done: Collection[T], used: set[str]) -> dict[T, str]:
    """Assign keys to the objects that are not *done*, with a number where the key is *used*."""
    frequency = Counter(option for options in candidates.values() for option in set(options))
    keys: dict[T, str] = {}
    for thing, options in candidates.items():
        if thing not in done:
            rarest = min(filter(None, options), key=lambda option: frequency[option])  # of equals the shortest
            numbered = (f"{rarest}-{number}" for number in count(2))
            keys[thing] = next(key for key in chain((rarest,), numbered) if key not in used)
            used.add(keys[thing])
    return keys
