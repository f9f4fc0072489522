"""What one provider process learns about its run: who declares what, who holds what, what will be new.

Every check of a run comes before its deletes, in one process. So what is known here when a delete arrives is enough to
leave alone what another resource of this run has - a renamed key never ends a recording.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

Thing = tuple[str, Any]  # (kind, natural key) or (kind, id)


@dataclass
class Run:
    """Facts that only grow while a run lasts. Safe to share between threads."""

    held: set[Thing] = field(default_factory=set)  # (kind, id) that a resource of this run has
    adoptable: set[str] = field(default_factory=set)  # ids of templates that a template of this run would take
    leaving: set[str] = field(default_factory=set)  # ids of tasks whose successors look the same to the vendor
    _claims: dict[Thing, str] = field(default_factory=dict)
    _known: set[Thing] = field(default_factory=set)  # natural keys of checks that had an object before
    _replacing: set[Thing] = field(default_factory=set)  # natural keys that a known resource moves to
    _new: dict[str, set[Any]] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)

    def claim(self, thing: Thing, urn: str, olds: Mapping[str, Any]) -> bool:
        """Whether the resource is the only one of this run with this natural key.

        The engine checks a replacement twice, the second time without *olds*; that is the same resource.
        """
        who = urn or (f"known {sorted(olds.items())}" if olds else "new")
        with self._lock:
            if olds:
                self._known.add(thing)
            elif thing in self._replacing:
                return True
            first = self._claims.setdefault(thing, who)
            if first == who == "new":
                self._claims[thing] = "new, and claimed"
                return True
            return first == who

    def move(self, thing: Thing) -> None:
        """Note that a known resource takes this natural key."""
        with self._lock:
            self._replacing.add(thing)

    def moves(self, thing: Thing) -> bool:
        """Whether a known resource of this run takes this natural key."""
        with self._lock:
            return thing in self._replacing

    def hold(self, kind: str, id_: str) -> None:
        """Note that a resource of this run ended with this object; no delete of this run touches it."""
        with self._lock:
            self.held.add((kind, id_))

    def hold_known(self, thing: Thing, id_: str) -> None:
        """The same for a resource that stays as it is, if it was checked: a refresh diffs dropped ones too."""
        with self._lock:
            if thing in self._known:
                self.held.add((thing[0], id_))

    def adds(self, kind: str, key: Any, live: Any) -> int:
        """How many objects of the kind this run adds so far, with this one; *live* are the keys already there."""
        with self._lock:
            new = self._new.setdefault(kind, set())
            new.add(key)
            return len(new - set(live))

    def added(self, kind: str, key: Any) -> None:
        """Note that one of the new objects is there now."""
        with self._lock:
            self._new.setdefault(kind, set()).discard(key)
