"""A review as data: what a plan changes for viewers. Everything in it is sorted; other modules render it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from live_recording.config.where import WhereChange
from live_recording.core.findings import Finding, KeyPath, format_path
from live_recording.stackfile.model import Acknowledgement

LossKind = Literal["stops", "format", "retention"]
TaskChange = Literal["new", "kept", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class Format:
    """One recorded format."""

    name: str  # flv hls mp4 aac mp3
    storage_time: int  # seconds; 0: unlimited
    record_interval: int | None  # seconds per file; None: HLS, which has one file per push
    cos: bool  # stored in COS, where the bucket defines the retention


@dataclass(frozen=True, slots=True)
class EffectiveRule:
    """The rule that decides about a pattern, and the template that it points to."""

    rule: str  # rules.studio of this stack, or "" for a rule that this stack does not manage
    key: str  # push.example.com/studio/*
    level: int  # 1 to 4 of the priority table
    template: str  # key in the stack file if this stack has the template, else its name in the account
    formats: tuple[Format, ...]  # empty: the rule suppresses recording


@dataclass(frozen=True, slots=True)
class Pattern:
    """A set of streams, and the rule that decides about them before and after the plan."""

    name: str  # push.example.com/studio/*
    before: EffectiveRule | None  # None: no rule applies
    after: EffectiveRule | None

    @property
    def changed(self) -> bool:
        """Return whether the recorded formats differ."""
        return recorded_formats(self.before) != recorded_formats(self.after)


def recorded_formats(rule: EffectiveRule | None) -> tuple[Format, ...]:
    """Return what a rule records; nothing if no rule applies."""
    return rule.formats if rule else ()


@dataclass(frozen=True, slots=True)
class Loss:
    """A recording that exists today, or would exist, and that the plan ends or shortens."""

    kind: LossKind
    path: KeyPath  # ("rules", "studio"): the entry that causes the loss; an acknowledgement names it
    what: str  # push.example.com/studio/*, or the full name of a task's stream
    sentence: str  # a complete sentence without the path
    acknowledged: Acknowledgement | None

    @property
    def path_text(self) -> str:
        """Return the path as users read and write it."""
        return format_path(self.path)


@dataclass(frozen=True, slots=True)
class Limit:
    """The use of a limited number of slots during the whole deployment."""

    section: Literal["rules", "templates"]
    before: int
    peak: int  # the maximum at any moment: creates come before deletes
    after: int
    allowed: int
    unmanaged: int  # how many of *before* this stack does not manage


@dataclass(frozen=True, slots=True)
class Channels:
    """Recording channels before and after the plan: of all tasks at the busiest moment, or of one stream of a pattern."""

    name: str  # "tasks", or push.example.com/studio/*
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Notification:
    """Who is notified of what, for the streams of a domain or of one of its apps; "": no notification."""

    name: str  # push.example.com/*
    before: str
    after: str
    notes: tuple[str, ...]  # what changes, but is not shown

    @property
    def changed(self) -> bool:
        """Return whether the plan changes anything."""
        return self.before != self.after or bool(self.notes)


@dataclass(frozen=True, slots=True)
class Task:
    """One recording in the next seven days."""

    name: str  # tasks.final, schedules.derby (2026-11-21T19:45), or the id of an unmanaged task
    stream: str
    start: datetime
    end: datetime
    template: str  # "": no template; such a task records HLS with unlimited retention
    formats: tuple[Format, ...]
    change: TaskChange
    managed: bool
    soon: bool  # is running, or starts within 30 minutes
    overlaps: tuple[str, ...]  # names of other tasks of the same stream at the same time


@dataclass(frozen=True, slots=True, order=True)
class Operation:
    """One resource operation of the plan."""

    op: str  # create, update, replace, delete
    kind: str
    name: str
    fields: tuple[str, ...]  # the changed inputs


@dataclass(frozen=True, slots=True)
class Review:
    """Everything that a reviewer needs to know about a plan."""

    stack: str
    at: datetime  # when the review was created
    account_at: datetime | None  # when the account was read; None: without account data
    refused: tuple[str, ...]  # why the engine rejects this plan; if not empty, nothing else is certain
    losses: tuple[Loss, ...]
    patterns: tuple[Pattern, ...]
    limits: tuple[Limit, ...]
    tasks: tuple[Task, ...]
    later: Mapping[str, str]  # task -> first day on which `pulumi up` can create it
    findings: tuple[Finding, ...]
    acknowledged: tuple[Acknowledgement, ...]
    unmanaged: tuple[str, ...]  # one sentence for each object of the account that this stack does not manage
    operations: tuple[Operation, ...]
    channels: tuple[Channels, ...] = ()
    notifications: tuple[Notification, ...] = ()  # those that change
    time_zone: str = "UTC"  # of the stack file: times for people are shown in it
    account: str = ""  # account, site and endpoint, in one phrase; empty: not known
    where: tuple[WhereChange, ...] = ()  # where or as whom the plan records, other than the last deployment
    missing: tuple[str, ...] = ()  # objects that the state has and the account does not: complete sentences
    unknown_domains: tuple[str, ...] = ()  # declared domains that the account does not have: complete sentences
    warnings: tuple[str, ...] = ()  # what nothing rejects, but does not record either: complete sentences
    conflicts: tuple[str, ...] = ()  # what the account will reject while the plan is applied: complete sentences
    limitations: tuple[str, ...] = ()  # what this review does not cover, and why: complete sentences

    def has_no_new_effect(self, approved: "Review") -> bool:
        """Return whether the plan changes recordings and notifications exactly as the approved one, and loses nothing else.

        The start of a loss does not count: it moves with the clock.
        """
        same_changes = (
            self.changed_patterns == approved.changed_patterns and self.notifications == approved.notifications
        )
        return self.lost <= approved.lost and same_changes

    @property
    def lost(self) -> set[tuple[LossKind, str, str]]:
        """Return the losses without their times."""
        return {(loss.kind, loss.path_text, loss.what) for loss in self.losses}

    @property
    def changed_patterns(self) -> list[Pattern]:
        """Return the patterns whose recorded formats differ."""
        return [pattern for pattern in self.patterns if pattern.changed]

    @property
    def open_losses(self) -> tuple[Loss, ...]:
        """Return the losses that are not acknowledged."""
        return tuple(loss for loss in self.losses if loss.acknowledged is None)

    @property
    def open_where(self) -> tuple[WhereChange, ...]:
        """Return the changes of where and who that are not accepted."""
        return tuple(change for change in self.where if not change.accepted)

    @property
    def stops(self) -> bool:
        """Return whether the deployment must stop: rejected, elsewhere, in conflict with the account, or an open loss."""
        reasons = (self.refused, self.open_where, self.missing, self.unknown_domains, self.conflicts, self.open_losses)
        return any(reasons)
