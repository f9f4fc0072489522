"""What a stack file may say: entries by key, and what holds for all of them.

Rule 1: an entry has the arguments of its resource, and what only a file needs: names of other entries, former names.
"""

from pydantic import Field

from provider.core.fields import Entry, Integer, Key, NoRecord, Zone
from provider.core.models import RuleArgs, TaskArgs, TemplateArgs


class _Named(Entry):
    was: Key | None = Field(None, description="The entry's former key: renames without touching the recording.")


class Template(_Named, TemplateArgs):
    """How something is recorded. Without any format it records nothing."""


class Rule(_Named, RuleArgs):
    """Which streams a template records: one of template, template_id and record: false."""

    template: Key | None = Field(None, description="Key of a template of this file.")
    record: NoRecord | None = Field(
        None, description="false: these streams are not recorded, whatever wider rules say."
    )


class Task(_Named, TaskArgs):
    """One recording with a beginning and an end, whatever the rules say."""

    template: Key | None = Field(None, description="Key of a template of this file.")


class Limits(Entry):
    """What the vendor allows this account; raise a number here when the vendor has raised it."""

    rules: Integer = Field(50, ge=1, description="Recording rules of the account.")
    templates: Integer = Field(50, ge=1, description="Recording templates of the account.")


class Stack(Entry):
    """What one environment records."""

    time_zone: Zone = Field("UTC", description="Zone of times without an offset.")
    templates: dict[Key, Template] = Field({}, description="How to record, by key.")
    rules: dict[Key, Rule] = Field({}, description="What to record always, by key.")
    tasks: dict[Key, Task] = Field({}, description="What to record at a time, by key.")
    limits: Limits = Field(Limits(), description="Limits of the account.")

    @property
    def suppresses(self) -> bool:
        """Whether any rule says `record: false`."""
        return any(rule.record is False for rule in self.rules.values())
