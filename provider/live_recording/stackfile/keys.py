"""Keys for things that have none: readable, legal, distinct, and the same again for the same things.

Rule 1: the shortest wish that only one thing has wins; things that share a wish all get their next, longer one.
Rule 2: a number is added where no wish tells two things apart.
"""

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
"""Characters of names that go into a key."""

_WORD = re.compile(r"[0-9A-Za-z_\u4e00-\u9fff]+")

T = TypeVar("T")
KeyCandidates = Sequence[str]
"""Keys that a thing would like, shortest first; the last one is not empty."""


def slug(*names: str) -> str:
    """The names as one key, as far as a key can say them: no accents, one hyphen for whatever is not legal."""
    plain = "".join(c for c in normalize("NFKD", " ".join(names)) if not combining(c))
    return "-".join(_WORD.findall(plain))[:LONGEST].strip("-")


def template(template_id: str, name: str, owner: StackRef) -> KeyCandidates:
    """Wishes for a template: of a default name of *owner* the key in it, else what the name says."""
    own = name.removeprefix(owner.template_name(""))
    return (own if own != name and KEY.fullmatch(own) else slug(name), f"template-{template_id}")


def rule(key: StreamKey) -> KeyCandidates:
    """Wishes for a rule: app and stream, or the domain where both mean every."""
    short = slug(key.app, key.stream) if key.app or key.stream else slug(key.domain)
    words = [word for name in ("app", "stream") if getattr(key, name) for word in (name, getattr(key, name))]
    return (short, slug(*words), slug(key.domain, key.app, key.stream), slug(key.domain, *words), "rule")


def task(stream: StreamKey, start: datetime) -> KeyCandidates:
    """Wishes for a task: its stream and the wall-clock time of its start."""
    stamp = f"{start:%Y%m%dT%H%M}"
    names = (slug(stream.stream), slug(stream.app, stream.stream), slug(*stream.parts))
    return (*(f"{name}-{stamp}" if name else "" for name in names), f"task-{stamp}")


def assign_unique_keys(wishes: Mapping[T, KeyCandidates], taken: Collection[str]) -> dict[T, str]:
    """A key for each thing by its wishes, none of them *taken*."""
    keys: dict[T, str] = {}
    wanted: dict[str, set[T]] = {}
    for thing, options in wishes.items():
        for option in filter(None, options):
            wanted.setdefault(option, set()).add(thing)
    used = set(taken)
    for number in range(max(map(len, wishes.values()), default=0)):
        asked = {thing: options[number] for thing, options in wishes.items() if thing not in keys and options[number:]}
        often = Counter(asked.values())
        won = {thing: wish for thing, wish in asked.items() if wish and often[wish] == 1 and wish not in used}
        keys |= won
        used |= set(won.values())
    for thing, options in wishes.items():
        if thing not in keys:
            base = min(filter(None, options), key=lambda option: len(wanted[option]))  # of equals the shortest
            numbered = (f"{base}-{number}" for number in count(2))
            keys[thing] = next(key for key in chain((base,), numbered) if key not in used)
            used.add(keys[thing])
    return keys
