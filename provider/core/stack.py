"""What a stack file may say: entries by key, and what holds for all of them.

Rule 1: an entry has the arguments of its resource, and what only a file needs: names of other entries, former names.
"""

from pydantic import Field

from provider.core import priority
from provider.core.fields import Clock, Day, Duration, Entry, Key, NoRecord, Positive, Reference, Text, Zone
from provider.core.fields import Rule as Rrule
from provider.core.limits import RULES, TEMPLATES
from provider.core.models import LiveRecordArgs, Recorded, RuleArgs, TaskArgs, TemplateArgs

SECTIONS = ("templates", "rules", "tasks", "schedules", "live_records")
"""Those with entries by key, which may say what their key was."""


class _Named(Entry):
    was: Reference | None = Field(None, description="The entry's former key: renames without touching the recording.")


class Template(_Named, TemplateArgs):
    """How something is recorded. Without any format it records nothing."""


class Rule(_Named, RuleArgs):
    """Which streams a template records: one of template, template_id and record: false."""

    template: Reference | None = Field(None, description="Key of a template of this file.")
    record: NoRecord | None = Field(
        None, description="false: these streams are not recorded, whatever wider rules say."
    )

    @property
    def natural(self) -> priority.Key:
        """What there is one rule for."""
        return priority.Key(self.domain, self.app, self.stream)


class Task(_Named, TaskArgs):
    """One recording with a beginning and an end, whatever the rules say."""

    template: Reference | None = Field(None, description="Key of a template of this file.")


class Schedule(_Named, Recorded):
    """A recording that recurs: each occurrence becomes a task named <key>-<yyyymmddThhmm>."""

    template: Reference | None = Field(None, description="Key of a template of this file.")
    rrule: Rrule = Field(
        description="Days, as RFC 5545 says: FREQ DAILY, WEEKLY, MONTHLY or YEARLY, and BY-rules for days."
    )
    at: Clock = Field(description="Time of day at which each recording starts, in the schedule's zone.")
    duration: Duration = Field(description="How long each recording lasts: elapsed time, at most 24 h.")
    time_zone: Zone | None = Field(None, description="Zone of at and of all days. Default: the file's.")
    first: Day | None = Field(
        None, alias="from", description="First day; needed with COUNT, INTERVAL, MONTHLY and YEARLY."
    )
    last: Day | None = Field(None, alias="until", description="Last day.")
    skipped: tuple[Day, ...] = Field((), alias="except", description="Days without a recording.")


class LiveRecord(_Named, LiveRecordArgs):
    """One recording by the deprecated CreateLiveRecord; never beside tasks or schedules."""


class Acknowledgement(Entry):
    """A warning that is known and accepted."""

    finding: Text = Field(description="Id of the warning, such as kept-forever.")
    path: Text = Field(description="The entry that it is about, such as templates.clips; what is inside it too.")
    reason: Text = Field(description="Why it is accepted.")
    until: Day | None = Field(None, description="Last day on which it is accepted.")


class Limits(Entry):
    """What the vendor allows this account; raise a number here when the vendor has raised it."""

    rules: Positive = Field(RULES, description="Recording rules of the account.")
    templates: Positive = Field(TEMPLATES, description="Recording templates of the account.")


class Stack(Entry):
    """What one environment records."""

    time_zone: Zone = Field("UTC", description="Zone of times without an offset.")
    templates: dict[Key, Template] = Field({}, description="How to record, by key.")
    rules: dict[Key, Rule] = Field({}, description="What to record always, by key.")
    tasks: dict[Key, Task] = Field({}, description="What to record at a time, by key.")
    schedules: dict[Key, Schedule] = Field({}, description="What to record again and again, by key.")
    live_records: dict[Key, LiveRecord] = Field(
        {}, description="Recordings by the deprecated CreateLiveRecord, by key; never beside tasks or schedules."
    )
    limits: Limits = Field(Limits(), description="Limits of the account.")
    acknowledge: tuple[Acknowledgement, ...] = Field((), description="Warnings that are known and accepted.")

    @property
    def suppresses(self) -> bool:
        """Whether any rule says `record: false`."""
        return any(rule.record is False for rule in self.rules.values())
