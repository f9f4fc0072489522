"""What a plan changes for viewers: the nouns of a review.

Rule 1: a review is data; `provider/review*.py` word and draw it. Rule 2: everything in it is sorted.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from live_recording.core.findings import Finding
from live_recording.stackfile.model import Acknowledgement

LossKind = Literal["stops", "format", "retention"]
TaskChange = Literal["new", "kept", "changed", "removed"]


class Format(NamedTuple):
    """One format that is recorded."""

    name: str  # flv hls mp4 aac mp3
    storage_time: int  # seconds; 0 is for ever
    record_interval: int | None  # seconds; None: it has none (HLS)
    cos: bool  # in COS, where the bucket decides how long files are kept


class EffectiveRule(NamedTuple):
    """What decides about a pattern: a rule, and the template that it points to."""

    rule: str  # rules.studio of this stack, or "" for a rule that this stack does not manage
    key: str  # push.example.com/studio/*
    level: int  # 1 to 4 of the priority table
    template: str  # key of the stack file where this stack has it, else the name in the account
    formats: tuple[Format, ...]  # none: it suppresses recording


class Pattern(NamedTuple):
    """One line of the priority picture: who decides about these streams before and after."""

    name: str  # push.example.com/studio/*
    before: EffectiveRule | None  # None: no rule applies
    after: EffectiveRule | None

    @property
    def changed(self) -> bool:
        """Whether anything that a viewer could notice differs."""
        return _effect(self.before) != _effect(self.after)


def _effect(recorder: EffectiveRule | None) -> tuple[Format, ...]:
    return recorder.formats if recorder else ()


class Loss(NamedTuple):
    """Something that is recorded today, or would be, and will not be any more."""

    kind: LossKind
    path: str  # rules.studio: the entry whose change does it; what an acknowledgement names
    what: str  # push.example.com/studio/*, or the full name of a task's stream
    sentence: str  # a whole sentence without the path
    acknowledged: Acknowledgement | None


class Limit(NamedTuple):
    """A number that the vendor limits, during the whole deployment."""

    section: Literal["rules", "templates"]
    before: int
    peak: int  # the most at any moment, because creates come before deletes
    after: int
    allowed: int
    unmanaged: int  # of those before, how many this stack does not manage


class Task(NamedTuple):
    """One recording of the next seven days."""

    name: str  # tasks.final, schedules.derby (2026-11-21T19:45), or the id of an unmanaged one
    stream: str
    start: datetime
    end: datetime
    template: str  # "" : none, HLS kept for ever
    formats: tuple[Format, ...]
    change: TaskChange
    managed: bool
    soon: bool  # starts within 30 minutes, or runs
    overlaps: tuple[str, ...]  # names of other tasks of the same stream at the same time


class Operation(NamedTuple):
    """One resource operation, as the engine plans it."""

    op: str  # create, update, replace, delete
    kind: str
    name: str
    fields: tuple[str, ...]  # what differs


class Review(NamedTuple):
    """Everything that a reviewer needs to know."""

    stack: str
    at: datetime  # when it was made
    account_at: datetime | None  # when the account was looked at; None: it was not
    refused: tuple[str, ...]  # why the engine would not run this plan; then nothing else is certain
    losses: tuple[Loss, ...]
    patterns: tuple[Pattern, ...]
    limits: tuple[Limit, ...]
    tasks: tuple[Task, ...]
    later: Mapping[str, str]  # task -> day from which an `up` creates it
    findings: tuple[Finding, ...]
    acknowledged: tuple[Acknowledgement, ...]
    unmanaged: tuple[str, ...]  # what the account holds and this stack does not manage, one line each
    operations: tuple[Operation, ...]
    time_zone: str = "UTC"  # of the stack file: times for people are shown in it
    obstacles: tuple[str, ...] = ()  # what the account will refuse while the plan is applied: whole sentences
    unsaid: tuple[str, ...] = ()  # what this review cannot tell, and why: whole sentences

    def means_no_more_than(self, other: "Review") -> bool:
        """Whether viewers get from this plan what they get from the other one, and lose nothing that they do not lose there.

        When a loss begins does not count: it moves with the clock.
        """
        lost, lost_there = ({(loss.kind, loss.path, loss.what) for loss in one.losses} for one in (self, other))
        changed, changed_there = ([p for p in one.patterns if p.changed] for one in (self, other))
        return lost <= lost_there and changed == changed_there

    @property
    def stops(self) -> bool:
        """Whether somebody has to act: it is refused, or will be, or loses a recording that nobody acknowledged."""
        return bool(self.refused or self.obstacles) or any(loss.acknowledged is None for loss in self.losses)
