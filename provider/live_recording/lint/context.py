"""What the checks of a whole stack can see: the stack, its site, the time and its owner, but no account."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from live_recording.core.findings import KeyPath
from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import Site
from live_recording.desired.declarations import name_in_account
from live_recording.desired.recordings import AnyOccurrence, ScheduledRecordings, scheduled_recordings
from live_recording.stackfile.model import Stack


@dataclass(frozen=True)
class CheckContext:
    """A stack to check. *unreadable* are the (section, key) pairs that validation rejected; key "": the whole section."""

    stack: Stack
    unreadable: frozenset[tuple[str, str]]
    site: Site
    now: datetime
    owner: StackRef

    @cached_property
    def recordings(self) -> ScheduledRecordings:
        """Return the tasks and live records that have a time."""
        return scheduled_recordings(self.stack, self.now)

    @cached_property
    def unfinished(self) -> tuple[AnyOccurrence, ...]:
        """Return the recordings that run now or will run; of each schedule only one."""
        recordings = [recording for recording in self.recordings.all if recording.window.end > self.now]
        return tuple({recording.path: recording for recording in recordings}.values())

    @cached_property
    def unresolved(self) -> frozenset[KeyPath]:
        """Return the paths of the entries whose time cannot be resolved."""
        return frozenset(finding.path[:2] for finding in self.recordings.findings)

    @cached_property
    def names_in_account(self) -> dict[str, str]:
        """Return the name in the account of each template, by key."""
        return {key: name_in_account(self.owner, key, entry) for key, entry in self.stack.templates.items()}

    @cached_property
    def callback_names_in_account(self) -> dict[str, str]:
        """Return the name in the account of each callback template, by key."""
        return {key: name_in_account(self.owner, key, entry) for key, entry in self.stack.callback_templates.items()}

    def keys(self, section: str) -> set[str]:
        """Return the keys of a section, including those of unreadable entries."""
        return {*getattr(self.stack, section), *self.unreadable_keys(section)}

    def unreadable_keys(self, section: str) -> set[str]:
        """Return the keys of a section's unreadable entries."""
        return {key for name, key in self.unreadable if name == section and key}
