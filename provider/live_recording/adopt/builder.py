"""From a live account to a stack file, and to the import file that hands its objects to Pulumi.

Rule 1: the checks themselves say what cannot stand in a file; that stays out, with their sentence as the reason.
Rule 2: what is imported is what the program then declares, so that the preview after it is empty.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from live_recording import resources
from live_recording.account.snapshot import Snapshot
from live_recording.adopt.entries import KINDS, Adopted, Adoption, AdoptionRequest, Entry, adoption
from live_recording.adopt.exclusions import ObjectRef
from live_recording.adopt.messages import about, after, comments, left
from live_recording.audit.declared import Declaring, declared_by
from live_recording.core.errors import ConfigError
from live_recording.core.findings import Finding, KeyPath, errors, format_path
from live_recording.core.kinds import SECTION_OF, KindName
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import PART_NAMES, StreamKey
from live_recording.core.text import quoted
from live_recording.core.urn import PROVIDER_KEY
from live_recording.core.vendor import SITES, Site, SiteName
from live_recording.desired.declarations import NO_RECORD
from live_recording.desired.recordings import scheduled_recordings
from live_recording.lint.checker import check_stack
from live_recording.lint.context import CheckContext
from live_recording.resources import rule
from live_recording.resources.inputs import normalize_inputs
from live_recording.stackfile.model import Stack
from live_recording.stackfile.reader import parse
from live_recording.stackfile.times import instant
from live_recording.stackfile.validation import validate
from live_recording.stackfile.writer import Item, written

ZONES: Mapping[SiteName, str] = {"cn": "Asia/Shanghai", "intl": "UTC"}
"""In which zone times are written where no stack file says it."""
SECTIONS = {kind: SECTION_OF[kind] for kind in KINDS}
IDS: Mapping[KindName, str] = {"template": "template_id", "task": "task_id"}
"""Outputs beside the inputs."""
CANNOT = "A stack file cannot declare it"


def adopted(
    snapshot: Snapshot, owner: StackRef, domains: Collection[str] = (), declared: Stack | None = None
) -> Adopted:
    """The account as a stack file of *owner*; with *declared*, what that stack does not say yet.

    *declared* is a stack without errors. With *domains*, only their rules and tasks, and the templates that these use.
    Raises ConfigError for a domain that nothing is for, or where no file can be made.
    """
    there = {key.domain for key in snapshot.rules} | {task.stream.domain for task in snapshot.tasks.values()}
    for domain in sorted({*domains} - there):
        known = ", ".join(map(quoted, sorted(there))) or "none"
        raise ConfigError(f"The account has no rule or task for {quoted(domain)}. Its push domains: {known}.")
    return _Draft(snapshot, owner, tuple(sorted({*domains})), declared).adopted()


def import_file(made: Adopted) -> str:
    """The text of a file for `pulumi import -f FILE --generate-code=false --protect=false --yes`."""
    return json.dumps({"resources": made.resources}, indent=2) + "\n"


@dataclass(frozen=True)
class _Draft:
    """A stack file in the making."""

    live: Snapshot
    owner: StackRef
    domains: tuple[str, ...]
    declared: Stack | None

    @property
    def site(self) -> Site:
        return SITES[self.live.site]

    @cached_property
    def base(self) -> Stack:
        """The stack that the new entries come into."""
        return self.declared or Stack(time_zone=ZONES[self.live.site])

    @cached_property
    def limits(self) -> dict[str, int]:
        """Limits that the account is beyond already: the vendor must have raised them."""
        held = {"rules": len(self.live.rules), "templates": len(self.live.templates)}
        return {section: count for section, count in held.items() if count > getattr(self.base.limits, section)}

    def adopted(self) -> Adopted:
        """What the checks let into the file, and what the account has beside it."""
        found, new, findings = self._accepted_entries()
        accepted = self._news(findings)
        text = self._text(found, new, _acknowledgements(accepted, self.live.at, found)) if new else ""
        counts = {section: sum(e.kind == kind for e in new) for kind, section in SECTIONS.items()}
        ids = {id_: sum(f.id == id_ for f in accepted) for id_ in sorted({f.id for f in accepted})}
        imported = tuple(self._resource(entry) for entry in found.entries)
        return Adopted(text, counts, imported, left(found), ids, self.declared is not None)

    def _accepted_entries(self) -> tuple[Adoption, list[Entry], tuple[Finding, ...]]:
        """Return the adoption without the entries that the checks reject, its new entries, and the warnings about them.

        Leaving an entry out can make another one impossible, so this is repeated until nothing is rejected.
        """
        asked, refused = self._asked(), dict[ObjectRef, str]()
        while True:
            found = adoption(self.live, asked, refused)
            new = [entry for entry in found.entries if not entry.declared]
            findings = self._findings(self._text(found, new)) if new else ()
            wrong = dict(self._refused(errors(findings), new))
            if not wrong:
                return found, new, findings
            refused |= wrong

    def _asked(self) -> AdoptionRequest:
        taken: dict[KindName, set[str]] = {
            "template": {*self.base.templates, NO_RECORD},
            "rule": {*self.base.rules, NO_RECORD},
            "task": {*self.base.tasks, *scheduled_recordings(self.base, self.live.at).tasks, NO_RECORD},
        }
        by = Declaring(self.owner.stack, self.owner, self.base)
        items = tuple(declared_by(by, self.site, self.live.at))
        return AdoptionRequest(self.owner, self.base.time_zone, self.domains, items, taken)

    def _text(self, found: Adoption, new: Sequence[Entry], acknowledge: Iterable[Mapping[str, Any]] = ()) -> str:
        sections: dict[str, list[Item]] = {section: [] for section in SECTIONS.values()}
        for entry in new:
            told = comments(entry, self.live, found)
            sections[SECTIONS[entry.kind]].append(Item(entry.key, self._fields(entry), told))
        whole = self.declared is None
        head = about(found, new, self.domains, part=not whole, beyond=self.limits)
        zone = self.base.time_zone if whole else None
        return written(sections, zone, head, limits=self.limits, acknowledge=acknowledge, after=after(left(found)))

    def _fields(self, entry: Entry) -> dict[str, Any]:
        """The entry as a file has it: what is the default there is left out."""
        given = dict(entry.inputs)
        if entry.kind == "template":
            default = given["template_name"] == self.owner.template_name(entry.key)
            return {name: value for name, value in given.items() if not (default and name == "template_name")}
        times: dict[str, Any] = {name: self._wall(given[name]) for name in ("start", "end") if name in given}
        return {name: given[name] for name in PART_NAMES if given[name]} | times | self._source(entry)

    def _source(self, entry: Entry) -> dict[str, Any]:
        """Return the field that says with which template an entry records."""
        is_built_in = entry.template == NO_RECORD and NO_RECORD not in self.base.templates
        if is_built_in and entry.kind == "rule":
            return {"record": False}
        if entry.template and not is_built_in:
            return {"template": entry.template}
        return {"template_id": int(entry.inputs["template_id"])} if "template_id" in entry.inputs else {}

    def _wall(self, at: str) -> datetime:
        """The time as a clock of the file's zone shows it; with its offset where that would mean another one."""
        shown = datetime.fromisoformat(at).astimezone(ZoneInfo(self.base.time_zone))
        bare = shown.replace(tzinfo=None)
        return bare if instant(bare, self.base.time_zone) == shown else shown

    def _findings(self, text: str) -> tuple[Finding, ...]:
        """What the checks say about the stack with the new entries in it."""
        tree = parse(text)
        if tree.root is None:
            return tree.findings
        shaped = validate(tree.root)
        part, base = shaped.stack, self.base
        merged = {section: {**getattr(base, section), **getattr(part, section)} for section in SECTIONS.values()}
        stack = base.model_copy(update={**merged, "limits": base.limits.model_copy(update=self.limits)})
        return (
            *shaped.findings,
            *check_stack(CheckContext(stack, shaped.unreadable_entries, self.site, self.live.at, self.owner)),
        )

    def _refused(self, found: Iterable[Finding], new: Iterable[Entry]) -> Iterator[tuple[ObjectRef, str]]:
        """The entries that the checks refuse. Raises ConfigError where it is not an entry that they refuse."""
        entries = {f"{SECTIONS[entry.kind]}.{entry.key}": entry for entry in new}
        for finding in sorted(found):
            path, field = _entry_path(finding.path)
            if path not in entries:
                raise ConfigError(f"The account cannot be written as a stack file. {finding}")
            entry = entries[path]
            yield (entry.kind, entry.id), f"{CANNOT}{field and f' ({field})'}: {finding.sentence}"

    def _news(self, findings: Iterable[Finding]) -> list[Finding]:
        """The warnings that the stack did not have before."""
        context = CheckContext(self.base, frozenset(), self.site, self.live.at, self.owner)
        before = {(finding.id, finding.path) for finding in check_stack(context)}
        return [finding for finding in findings if (finding.id, finding.path) not in before]

    def _resource(self, entry: Entry) -> dict[str, Any]:
        """The entry as an import file has it."""
        type_, provider = resources.state_reference(entry.kind)
        id_ = rule.rule_id(entry.id) if isinstance(entry.id, StreamKey) else entry.id
        inputs, _ = normalize_inputs(entry.kind, entry.inputs, frozenset(), self.site, self.live.at, self.owner)
        inputs[PROVIDER_KEY] = provider
        outputs = {**inputs, **({IDS[entry.kind]: id_} if entry.kind in IDS else {})}
        return {"type": type_, "name": entry.key, "id": id_, "inputs": inputs, "outputs": outputs}


def _entry_path(path: KeyPath) -> tuple[str, str]:
    """Return the entry that contains *path*, and the rest of the path."""
    return format_path(path[:2]), format_path(path[2:])


def _acknowledgements(accepted: Iterable[Finding], at: datetime, found: Adoption) -> Iterator[dict[str, Any]]:
    """One for each warning and entry; for tasks one in all, which ends with the last of them."""
    reason = f"as found when adopted on {at:%Y-%m-%d}"
    last = max((task.window.end.date() for task in found.held.tasks.values()), default=at.date())
    covered: dict[tuple[str, str], date | None] = {}
    for finding in accepted:
        path, _ = _entry_path(finding.path)
        task = path.startswith("tasks.")
        covered[finding.id, "tasks" if task else path] = last if task else None
    for (id_, path), until in sorted(covered.items(), key=lambda item: item[0]):
        yield {"finding": id_, "path": path, "reason": reason} | ({"until": until} if until else {})
