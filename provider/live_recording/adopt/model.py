"""What adoption works with: the request, the entries, the objects that are left out, and the result."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from live_recording.account.objects import ObjectRef
from live_recording.account.snapshot import Snapshot
from live_recording.audit.declared import DeclaredObject
from live_recording.core.kinds import KindName
from live_recording.core.stack_ref import StackRef
from live_recording.stackfile.model import Stack

KINDS: tuple[KindName, ...] = ("template", "rule", "task", "callback_template", "callback_rule")
"""The kinds that can be adopted, in dependency order."""


@dataclass(frozen=True, slots=True)
class AdoptionRequest:
    """Who adopts what: the stack, and what its stack file declares already."""

    owner: StackRef
    time_zone: str  # of the times in keys
    domains: Collection[str] = ()  # adopt only their rules and tasks, and the templates of these; empty: everything
    declared: tuple[DeclaredObject, ...] = ()
    is_live: bool = True  # False: the account is a snapshot, which has neither keys nor paths of URLs
    used_keys: Mapping[KindName, Collection[str]] = field(default_factory=dict)  # new entries get other keys


@dataclass(frozen=True, slots=True)
class Entry:
    """A live object as an entry of the stack file."""

    ref: ObjectRef
    key: str
    inputs: Mapping[str, Any]  # complete inputs of the resource
    template: str | None = None  # key of its template; None: it has a template_id, or no template
    is_declared: bool = False  # by the stack file as it is
    has_key: bool = False  # of a callback template; no input has the key
    is_importable: bool = True  # False: it has a key, which no file may contain; `pulumi up` adopts it

    @property
    def kind(self) -> KindName:
        """Return the kind of the object."""
        return self.ref.kind


@dataclass(frozen=True, slots=True)
class Selection:
    """The objects of an account that become entries, and the reasons why others do not."""

    entries: tuple[Entry, ...]  # in dependency order
    excluded: Mapping[ObjectRef, str]
    account: Snapshot  # the requested part of the account

    @property
    def new(self) -> tuple[Entry, ...]:
        """Return the entries that the stack file does not have yet."""
        return tuple(entry for entry in self.entries if not entry.is_declared)


@dataclass(frozen=True, slots=True)
class SkippedObject:
    """A live object that was not adopted."""

    description: str
    reason: str

    def __str__(self) -> str:
        return f"{self.description}: {self.reason}"


@dataclass(frozen=True, slots=True)
class AdoptionResult:
    """The new entries as a stack and as text, the resources to import, and the objects that were not adopted."""

    stack: Stack
    text: str  # "" if nothing is new
    counts: Mapping[KindName, int]  # new entries by kind, for kinds that have any
    resources: tuple[Mapping[str, Any], ...]  # of the import file
    keyed: tuple[str, ...]  # new callback templates whose keys have to be set
    unread: str  # a sentence if callbacks were not read, or ""
    skipped: tuple[SkippedObject, ...]
    acknowledged: Mapping[str, int]  # number of existing findings that the text acknowledges, by id
    is_partial: bool  # the entries have to be moved into the existing stack file
