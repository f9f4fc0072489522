"""Rules about a whole stack: how its entries relate.

Rule 1: each rule is one function that yields findings; CHECKS lists them all.
Rule 2: a rule sees the stack, the site, the time and the owner of default names - nothing live.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from live_recording.core.findings import Finding, KeyPath, format_path
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import StreamKey
from live_recording.core.vendor import OVERLAPS_MAX, Site
from live_recording.core.windows import Window, overlap_violations
from live_recording.desired.declarations import template_name
from live_recording.desired.recordings import AnySlot, ScheduledRecordings, TaskSlot, scheduled_recordings
from live_recording.lint import live_records, tasks, templates, warnings
from live_recording.lint.acknowledgements import acknowledged
from live_recording.lint.duplicates import duplicates
from live_recording.lint.quotas import nearly_full, too_many
from live_recording.lint.references import generations, renames, template_references
from live_recording.stackfile.model import SECTIONS, Stack


@dataclass(frozen=True)
class Context:
    """What the rules look at."""

    stack: Stack
    broken: frozenset[tuple[str, str]]  # entries of the file that could not be read
    site: Site
    now: datetime
    owner: StackRef

    @cached_property
    def agenda(self) -> ScheduledRecordings:
        """What is recorded at a time."""
        return scheduled_recordings(self.stack, self.now)

    @property
    def slots(self) -> Mapping[str, TaskSlot]:
        """Tasks and near occurrences whose time can be told."""
        return self.agenda.slots

    @property
    def unfinished(self) -> Iterator[AnySlot]:
        """What is being recorded, or will be."""
        yield from (slot for slot in (*self.slots.values(), *self.agenda.live.values()) if slot.window.end > self.now)

    def names(self, section: str) -> set[str]:
        """The keys of a section, those of unreadable entries too."""
        return {*getattr(self.stack, section), *(key for where, key in self.broken if where == section and key)}

    @property
    def counts(self) -> dict[str, int]:
        """How many rules and templates are declared."""
        return {section: len(self.names(section)) for section in ("rules", "templates")}


def one_entry_each(on: Context) -> Iterator[Finding]:
    """What is wrong with single templates, tasks, schedules and live records."""
    bad_owner = tuple(templates.owner(on.owner, on.site))
    yield from bad_owner
    for key, template in on.stack.templates.items():
        name = None if bad_owner and template.template_name is None else template_name(on.owner, key, template)
        yield from templates.template(("templates", key), template, name, on.site, on.owner)
    yield from on.agenda.findings
    spans = {slot.path: slot.window for slot in on.slots.values()}  # one occurrence speaks for its schedule
    for path, span in spans.items():
        yield from tasks.task(path, span, on.now)
    for key, entry in on.stack.live_records.items():
        yield from live_records.lengths(("live_records", key), entry)
    for slot in on.agenda.live.values():
        yield from live_records.times(slot.path, slot.window, on.now)


def overlaps(on: Context) -> Iterator[Finding]:
    """No stream has more tasks open at once than the vendor starts."""
    by_stream: dict[StreamKey, dict[str, Window]] = {}
    for name, slot in on.slots.items():
        by_stream.setdefault(slot.stream, {})[name] = slot.window
    for stream, windows in by_stream.items():
        told: set[KeyPath] = set()
        for name, *others in overlap_violations(windows, on.now, OVERLAPS_MAX):
            path = on.slots[name].path
            if path not in told:
                told.add(path)
                beside = ", ".join(
                    [*dict.fromkeys(format_path(on.slots[other].path) for other in others)][:OVERLAPS_MAX]
                )
                sentence = (
                    f"Besides {beside} this would be one task too many at one time for {stream}: the vendor starts only"
                )
                yield Finding.new("too-many-overlaps", path, f"{sentence} {OVERLAPS_MAX}. Move or remove one of them.")


CHECKS: tuple[Callable[[Context], Iterator[Finding]], ...] = (
    one_entry_each,
    lambda on: template_references(on.stack, on.names("templates"), ("templates", "") in on.broken),
    lambda on: generations({section: on.names(section) for section in SECTIONS}),
    lambda on: duplicates(on.stack, on.owner, on.agenda),
    lambda on: renames(on.stack, {section: on.names(section) for section in SECTIONS}),
    lambda on: too_many(on.stack.limits, on.counts, on.stack.suppresses),
    overlaps,
    lambda on: nearly_full(on.stack.limits, on.counts, on.stack.suppresses),
    lambda on: warnings.rules(on.stack),
    lambda on: warnings.retention(on.stack, {key for where, key in on.broken if where == "templates"}),
    lambda on: warnings.recordings(on.stack, on.unfinished),
)


def check(on: Context) -> tuple[Finding, ...]:
    """Every finding about the stack, unsorted; its place in the file is not known here."""
    found = dict.fromkeys(found for rule in CHECKS for found in rule(on))
    return tuple(acknowledged(found, on.stack.acknowledge, on.now))
