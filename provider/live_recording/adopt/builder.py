"""Build a stack file from a live account, and the import file that puts its objects into a Pulumi state.

What is imported is what the program then declares, so the preview after the import is empty. Entries that the checks of
stack files reject are left out, with the finding as the reason.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from live_recording import resources
from live_recording.account.objects import ObjectRef, Ref
from live_recording.account.snapshot import Snapshot
from live_recording.account.snapshot_file import why_callbacks_are_unknown
from live_recording.adopt.entries import select_entries
from live_recording.adopt.messages import entry_comments, head_comments, skipped_objects, tail_comments
from live_recording.adopt.model import KINDS, AdoptionRequest, AdoptionResult, Entry, Selection
from live_recording.audit.declared import DeclaringFile, declared_objects
from live_recording.core.errors import ConfigError
from live_recording.core.findings import Finding, KeyPath, errors, format_path
from live_recording.core.kinds import CALLBACK_KEY, SECTION_OF, KindName
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import PART_NAMES, RuleKey
from live_recording.core.text import quoted
from live_recording.core.urn import PROVIDER_KEY
from live_recording.core.vendor import SITES, Site, SiteName
from live_recording.desired.declarations import NO_RECORD
from live_recording.desired.recordings import scheduled_recordings
from live_recording.lint.checker import check_stack
from live_recording.lint.context import CheckContext
from live_recording.resources import rule
from live_recording.resources.inputs import normalize_inputs
from live_recording.stackfile.model import Acknowledgement, Stack
from live_recording.stackfile.times import instant
from live_recording.stackfile.validation import validate
from live_recording.stackfile.writer import write_stack

DEFAULT_ZONES: Mapping[SiteName, str] = {"cn": "Asia/Shanghai", "intl": "UTC"}
"""The time zone of a new stack file."""
ID_OUTPUTS: Mapping[KindName, str] = {
    "template": "template_id",
    "task": "task_id",
    "callback_template": "template_id",
}
"""The output that has the id of the object."""


def adopt_account(
    account: Snapshot,
    owner: StackRef,
    domains: Collection[str] = (),
    declared: Stack | None = None,
    *,
    is_live: bool = True,
) -> AdoptionResult:
    """Return the account as a stack file of *owner*; with *declared*, a stack without errors, what it lacks.

    With *domains*, adopt only their rules and tasks, and the templates that these use. A snapshot from a file is not *is_live*.
    Raises ConfigError for a domain without rules and tasks, or if no stack file can be written.
    """
    known = {key.domain for key in (*account.rules, *account.rules_of("callback_rule"))}
    known |= {task.stream.domain for task in account.tasks.values()}
    for domain in sorted({*domains} - known):
        push_domains = ", ".join(map(quoted, sorted(known))) or "none"
        raise ConfigError(f"The account has no rule or task for {quoted(domain)}. Its push domains: {push_domains}.")
    return _Builder(account, owner, tuple(sorted({*domains})), declared, is_live).build()


def import_file(result: AdoptionResult) -> str:
    """Return the text of a file for `pulumi import -f FILE --generate-code=false --protect=false --yes`."""
    return json.dumps({"resources": result.resources}, indent=2) + "\n"


@dataclass(frozen=True, slots=True)
class _Draft:
    """A selection of entries, the new ones as a stack, and what the checks say about it."""

    selection: Selection
    stack: Stack
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Builder:
    """Builds the stack file of one adoption."""

    account: Snapshot
    owner: StackRef
    domains: tuple[str, ...]
    declared: Stack | None
    is_live: bool

    @property
    def site(self) -> Site:
        return SITES[self.account.site]

    @cached_property
    def base(self) -> Stack:
        """Return the stack that the new entries are added to."""
        return self.declared or Stack(time_zone=DEFAULT_ZONES[self.account.site])

    @cached_property
    def raised_limits(self) -> dict[str, int]:
        """Return the limits that the account already exceeds: the vendor must have raised them."""
        used = {
            "rules": len(self.account.rules),
            "templates": len(self.account.templates),
            "callback_templates": len(self.account.templates_of("callback_template")) if self.is_live else 0,
        }
        return {section: count for section, count in used.items() if count > getattr(self.base.limits, section)}

    @cached_property
    def request(self) -> AdoptionRequest:
        """Return what is to be adopted beside the existing entries."""
        used_keys: dict[KindName, set[str]] = {
            "template": {*self.base.templates, NO_RECORD},
            "rule": {*self.base.rules, NO_RECORD},
            "task": {*self.base.tasks, *scheduled_recordings(self.base, self.account.at).tasks, NO_RECORD},
            "callback_template": {*self.base.callback_templates},
            "callback_rule": {*self.base.callback_rules},
        }
        file = DeclaringFile(self.owner.stack, self.owner, self.base)
        declared = tuple(declared_objects(file, self.site, self.account.at))
        return AdoptionRequest(self.owner, self.base.time_zone, self.domains, declared, self.is_live, used_keys)

    @property
    def unread(self) -> str:
        """Return a sentence if callbacks were not read, else ""."""
        if self.account.callback_rules is not None:
            return ""
        advice = (
            "`live-recording policy reader --callbacks` prints the permissions."
            if self.is_live
            else "Run adopt with credentials, without --account."
        )
        return f"Callbacks were not read: {why_callbacks_are_unknown(is_live=self.is_live)}. {advice}"

    def build(self) -> AdoptionResult:
        draft = self._accepted_draft()
        selection = draft.selection
        accepted = self._new_findings(draft.findings)
        acknowledge = tuple(_acknowledgements(accepted, selection.account))
        stack = draft.stack.replace(acknowledge=acknowledge)
        ids = [finding.id for finding in accepted]
        return AdoptionResult(
            stack=stack,
            text=self._text(stack, selection) if selection.new else "",
            counts=Counter(entry.kind for entry in selection.new),
            resources=tuple(self._import_resource(entry) for entry in selection.entries if entry.is_importable),
            keyed=tuple(entry.key for entry in selection.new if entry.has_key),
            unread=self.unread,
            skipped=skipped_objects(selection),
            acknowledged={id_: ids.count(id_) for id_ in sorted({*ids})},
            is_partial=self.declared is not None,
        )

    def _accepted_draft(self) -> _Draft:
        """Return the draft that the checks accept.

        Each round leaves out the entries that were rejected. That can change others: a rule then names its template by
        id, or another template of the same name can be declared.
        """
        rejected: dict[ObjectRef, str] = {}
        while True:
            selection = select_entries(self.account, self.request, rejected)
            stack, findings = self._check(selection.new)
            reasons = _rejections((error for error in errors(findings) if not error.live_values), selection.new)
            if not reasons:
                return _Draft(selection, stack, findings)
            rejected |= reasons

    def _check(self, entries: Collection[Entry]) -> tuple[Stack, tuple[Finding, ...]]:
        """Return the new entries as a stack, and the findings about all entries, old and new, together."""
        content: dict[str, Any] = {} if self.declared else {"time_zone": self.base.time_zone}
        if self.raised_limits:
            content["limits"] = self.raised_limits
        sections = [SECTION_OF[kind] for kind in KINDS]
        for entry in entries:
            content.setdefault(SECTION_OF[entry.kind], {})[entry.key] = self._fields(entry)
        validated = validate(content)
        new, base = validated.stack, self.base
        merged = {section: {**getattr(base, section), **getattr(new, section)} for section in sections}
        limits = base.limits.replace(**self.raised_limits)
        stack = base.replace(**merged, limits=limits)
        context = CheckContext(stack, validated.unreadable_entries, self.site, self.account.at, self.owner)
        return new, (*validated.findings, *check_stack(context))

    def _fields(self, entry: Entry) -> dict[str, Any]:
        """Return the fields of an entry, without those that have their default."""
        inputs = dict(entry.inputs)
        if entry.kind in ("template", "callback_template"):
            if inputs["template_name"] == self.owner.template_name(entry.key):
                del inputs["template_name"]
            return inputs | ({CALLBACK_KEY: True} if entry.has_key else {})
        stream = {name: inputs[name] for name in PART_NAMES if inputs.get(name)}
        times = {name: self._file_time(inputs[name]) for name in ("start", "end") if name in inputs}
        return stream | times | self._template_field(entry)

    def _template_field(self, entry: Entry) -> dict[str, Any]:
        """Return the field that says with which template an entry records."""
        is_built_in = entry.template == NO_RECORD and NO_RECORD not in self.base.templates
        if is_built_in and entry.kind == "rule":
            return {"record": False}
        if entry.kind == "callback_rule" and entry.template:
            return {"callback_template": entry.template}
        if entry.template and not is_built_in:
            return {"template": entry.template}
        return {"template_id": entry.inputs["template_id"]} if "template_id" in entry.inputs else {}

    def _file_time(self, rfc3339: str) -> datetime:
        """Return the wall-clock time in the file's zone; with its offset if the wall-clock time is ambiguous."""
        time = datetime.fromisoformat(rfc3339).astimezone(ZoneInfo(self.base.time_zone))
        wall_clock = time.replace(tzinfo=None)
        return wall_clock if instant(wall_clock, self.base.time_zone) == time else time

    def _new_findings(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings that the existing stack does not have."""
        context = CheckContext(self.base, frozenset(), self.site, self.account.at, self.owner)
        existing = {(finding.id, finding.path) for finding in check_stack(context)}
        return [finding for finding in findings if (finding.id, finding.path) not in existing]

    def _text(self, stack: Stack, selection: Selection) -> str:
        head = head_comments(
            selection,
            self.domains,
            self.owner.stack,
            is_partial=self.declared is not None,
            raised_limits=self.raised_limits,
            unread=self.unread,
        )
        comments: dict[KeyPath, tuple[str, ...]] = {
            (SECTION_OF[entry.kind], entry.key): entry_comments(entry, self.account, selection)
            for entry in selection.new
        }
        return write_stack(stack, head, comments, tail_comments(skipped_objects(selection)))

    def _import_resource(self, entry: Entry) -> dict[str, Any]:
        """Return the entry as a resource of the import file."""
        type_, provider = resources.state_reference(entry.kind)
        id_ = _resource_id(entry.ref.id)
        inputs, _ = normalize_inputs(entry.kind, entry.inputs, frozenset(), self.site, self.account.at, self.owner)
        inputs[PROVIDER_KEY] = provider
        ids = {ID_OUTPUTS[entry.kind]: id_} if entry.kind in ID_OUTPUTS else {}
        return {"type": type_, "name": entry.key, "id": id_, "inputs": inputs, "outputs": {**inputs, **ids}}


def _resource_id(ref: Ref) -> str:
    return rule.rule_id(ref) if isinstance(ref, RuleKey) else ref


def _rejections(findings: Iterable[Finding], entries: Iterable[Entry]) -> dict[ObjectRef, str]:
    """Return why the checks reject entries. Raises ConfigError for an error that is not about one entry."""
    entry_at: dict[KeyPath, Entry] = {(SECTION_OF[entry.kind], entry.key): entry for entry in entries}
    reasons: dict[ObjectRef, str] = {}
    for finding in sorted(findings):
        entry = entry_at.get(finding.path[:2])
        if entry is None:
            raise ConfigError(f"The account cannot be written as a stack file. {finding}")
        field = f" ({format_path(finding.path[2:])})" if finding.path[2:] else ""
        reasons[entry.ref] = f"A stack file cannot declare it{field}: {finding.sentence}"
    return reasons


def _acknowledgements(found: Iterable[Finding], account: Snapshot) -> Iterator[Acknowledgement]:
    """Yield one acknowledgement for each finding and entry; for all tasks together one, until the last one ends."""
    last_end = max((task.window.end for task in account.tasks.values()), default=account.at)
    accepted = {
        (finding.id, "tasks" if finding.path[0] == "tasks" else format_path(finding.path[:2])) for finding in found
    }
    for finding_id, path in sorted(accepted):
        until = {"until": last_end.date()} if path == "tasks" else {}
        reason = f"as found when adopted on {account.at:%Y-%m-%d}"
        yield Acknowledgement(finding=finding_id, path=path, reason=reason, **until)
