"""What one provider process learns about its run: which resource declares what, and what it will create.

In a full run the engine calls every check before every delete, in one process. So when a delete arrives, the registry knows
enough to leave alone what another resource of the run has: renaming an entry never ends a recording.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from live_recording.account.objects import ObjectRef, Ref
from live_recording.account.reconcile import HeldObjects
from live_recording.core.kinds import KindName, TemplateKind

NaturalKey = tuple[KindName, Any]
"""Kind and natural key of a resource: what there can be only one of in an account."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What the registry knows after a resource was checked."""

    is_duplicate: bool = False  # another resource of this run has the natural key
    is_moving: bool = False  # an existing resource takes this natural key
    new_objects: int = 0  # objects of the kind that this run creates so far, this one included; 0: it needs no slot


@dataclass
class RunRegistry(HeldObjects):
    """Facts that only grow during a run. Safe to share between threads."""

    _adoptable: set[ObjectRef] = field(default_factory=set)  # templates that a template of this run would adopt
    _owners: dict[NaturalKey, str] = field(default_factory=dict)
    _checked: set[NaturalKey] = field(default_factory=set)  # of resources that the state has
    _moving: set[NaturalKey] = field(default_factory=set)
    _new: dict[KindName, set[Any]] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)

    def claim(self, natural_key: NaturalKey, urn: str, olds: Mapping[str, Any]) -> bool:
        """Register the resource under its natural key; return False if another resource of this run has the key.

        The engine checks a replacement twice, the second time without *olds*: that is the same resource.
        """
        resource = urn or (f"known {sorted(olds.items())}" if olds else "new")
        with self._lock:
            if olds:
                self._checked.add(natural_key)
            elif natural_key in self._moving:
                return True
            first = self._owners.setdefault(natural_key, resource)
            if first == resource == "new":  # without a URN two new resources look the same
                self._owners[natural_key] = "new, registered"
                return True
            return first == resource

    def mark_moving(self, natural_key: NaturalKey) -> None:
        """Register that an existing resource takes this natural key."""
        with self._lock:
            self._moving.add(natural_key)

    def is_moving(self, natural_key: NaturalKey) -> bool:
        """Return whether an existing resource takes this natural key."""
        with self._lock:
            return natural_key in self._moving

    def mark_held(self, kind: KindName, ref: Ref) -> None:
        """Register that a resource of this run ended with this object; no delete of the run touches it."""
        with self._lock:
            self.refs.add(ObjectRef(kind, ref))

    def mark_held_if_checked(self, natural_key: NaturalKey, ref: Ref) -> None:
        """Register that a resource keeps its object, if it was checked: a refresh also diffs resources that were dropped."""
        with self._lock:
            if natural_key in self._checked:
                self.refs.add(ObjectRef(natural_key[0], ref))

    def mark_replaced_task(self, task_id: str) -> None:
        """Register that the task is replaced by one that looks the same in the API's list."""
        with self._lock:
            self.replaced_tasks.add(task_id)

    def mark_adoptable(self, kind: TemplateKind, template_id: str) -> None:
        """Register that a template of this run would adopt this one."""
        with self._lock:
            self._adoptable.add(ObjectRef(kind, template_id))

    def adoptable_templates(self, kind: TemplateKind) -> frozenset[str]:
        """Return the ids of the templates of a kind that a template of this run would adopt."""
        with self._lock:
            return frozenset(str(one.id) for one in self._adoptable if one.kind == kind)

    def count_new(self, kind: KindName, key: Any, live: Collection[Any]) -> int:
        """Register a new object; return how many of its kind this run creates so far, without those already *live*."""
        with self._lock:
            new = self._new.setdefault(kind, set())
            new.add(key)
            return len(new - set(live))

    def mark_created(self, kind: KindName, key: Any) -> None:
        """Register that one of the new objects now exists."""
        with self._lock:
            self._new.setdefault(kind, set()).discard(key)
