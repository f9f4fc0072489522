"""Who is notified of what, before and after a plan: the callback rules that the plan changes, and what they point to.

"Before" comes from the state in the plan. Invariant: nothing shows more of a URL than its host, nor anything of a key.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from live_recording.core.kinds import CALLBACK_KINDS
from live_recording.core.streams import CallbackKey
from live_recording.core.text import escaped, join_words
from live_recording.desired.declarations import DesiredResource
from live_recording.desired.specs import CallbackTemplateSpec
from live_recording.lint.callback_coverage import is_notified
from live_recording.review.changes import Inputs, PlannedChange
from live_recording.review.model import Notification
from live_recording.review.ownership import AccountView
from live_recording.stackfile.callbacks import shown_url

FILES = "record_notify_url"
EVENTS: Mapping[str, str] = {
    FILES: "files",
    "record_status_notify_url": "recording status",
    "record_exception_notify_url": "recording problems",
    "stream_begin_notify_url": "push begins",
    "stream_end_notify_url": "push ends",
    "push_exception_notify_url": "push problems",
    "snapshot_notify_url": "screenshots",
    "porn_censorship_notify_url": "picture reviews",
    "audio_audit_notify_url": "sound reviews",
}
"""The field of a URL, and what is sent to it."""


@dataclass(frozen=True, slots=True)
class _Target:
    """A callback template as far as it is known; *inputs* None: a template that this stack does not manage."""

    name: str
    inputs: Inputs | None

    @property
    def urls(self) -> dict[str, str]:
        return {field: str(self.inputs[field]) for field in EVENTS if self.inputs and self.inputs.get(field)}

    @property
    def is_signed(self) -> bool:
        return bool(self.inputs and self.inputs.get("callback_key"))

    @property
    def may_notify_of_files(self) -> bool:
        return self.inputs is None or FILES in self.urls

    def describe(self) -> str:
        """Return what is sent where, such as `newsroom: files to https://hooks.example.com/..., signed`."""
        if self.inputs is None:
            return self.name
        by_url: dict[str, list[str]] = {}
        for field, url in self.urls.items():
            by_url.setdefault(shown_url(url), []).append(EVENTS[field])
        sent = [f"{join_words(events)} to {url}" for url, events in by_url.items()]
        return escaped(f"{self.name}: {', '.join(sent) or 'nothing'}{', signed' if self.is_signed else ', not signed'}")


@dataclass(frozen=True, slots=True)
class Notifications:
    """The callback rules of the stack before and after a plan, by domain and app."""

    before: Mapping[CallbackKey, _Target]
    after: Mapping[CallbackKey, _Target]
    new_keys: frozenset[str]  # callback templates whose key changes

    def changed(self) -> Iterator[Notification]:
        """Yield who is notified of what, where that changes; sorted."""
        for key in sorted({*self.before, *self.after}):
            before, after = self.before.get(key), self.after.get(key)
            notes = tuple(self._notes(before, after)) if before and after else ()
            notification = Notification(str(key), _describe(before), _describe(after), notes)
            if notification.changed:
                yield notification

    def _notes(self, before: _Target, after: _Target) -> Iterator[str]:
        """Yield what changes, but is not shown."""
        paths = [EVENTS[field] for field, url in before.urls.items() if _only_path_differs(url, after.urls.get(field))]
        if paths:
            yield f"another path for {join_words(paths)}"
        if before.is_signed and after.is_signed and after.name in self.new_keys:
            yield "another key"

    def lost(self, recorded: AccountView) -> Iterator[str]:
        """Yield a warning for what is recorded after the plan, but for whose files no notification is sent any more."""
        account = recorded.account
        domains = {key.domain for key in account.rules} | {task.stream.domain for task in account.tasks.values()}
        after = {key: target.may_notify_of_files for key, target in self.after.items()}
        for key, target in sorted(self.before.items(), key=lambda item: item[0]):
            if key.domain in domains and target.may_notify_of_files and not is_notified(after, key):
                yield f"{key}: after this plan no notification is sent for its files. It stays recorded."


def notifications_of(changes: Iterable[PlannedChange], declared: Iterable[DesiredResource]) -> Notifications:
    """Return the notifications before and after the *changes*; *declared* is all that the stack file declares."""
    changes = [change for change in changes if change.kind in CALLBACK_KINDS]
    changing = {(change.kind, change.name) for change in changes}
    unchanged = [resource for resource in declared if (resource.kind, resource.name) not in changing]
    templates = [change for change in changes if change.kind == "callback_template"]
    new_keys = frozenset(change.name for change in templates if "callback_key" in change.fields)
    return Notifications(_targets(_before(changes), unchanged), _targets(_after(changes), unchanged), new_keys)


def _describe(target: _Target | None) -> str:
    return target.describe() if target else ""


def _only_path_differs(before: str, after: str | None) -> bool:
    return after is not None and before != after and shown_url(before) == shown_url(after)


Rules = dict[CallbackKey, tuple[str | None, str]]
"""Domain and app of a callback rule, and its template: the resource, or None and an id."""


@dataclass(frozen=True, slots=True)
class _Side:
    """The callback objects of the plan on one side: templates by resource, and rules."""

    templates: dict[str, Inputs]
    rules: Rules


def _before(changes: Iterable[PlannedChange]) -> _Side:
    old = [change for change in changes if change.op != "create"]
    return _Side(
        {change.name: change.old for change in old if change.kind == "callback_template"},
        {CallbackKey.from_inputs(c.old): (c.old_template, _id(c.old)) for c in old if c.kind == "callback_rule"},
    )


def _after(changes: Iterable[PlannedChange]) -> _Side:
    new = [change for change in changes if change.op != "delete"]
    return _Side(
        {change.name: change.new for change in new if change.kind == "callback_template"},
        {CallbackKey.from_inputs(c.new): (c.template, _id(c.new)) for c in new if c.kind == "callback_rule"},
    )


def _targets(side: _Side, unchanged: Iterable[DesiredResource]) -> dict[CallbackKey, _Target]:
    templates, rules = dict(side.templates), dict(side.rules)
    for resource in unchanged:
        if isinstance(resource.spec, CallbackTemplateSpec):
            templates[resource.name] = {**resource.inputs, "callback_key": resource.spec.has_key}
        elif resource.kind == "callback_rule":
            rules[CallbackKey.from_inputs(resource.inputs)] = resource.template, _id(resource.inputs)
    return {
        key: _Target(name, templates.get(name)) if name else _Target(f"template {escaped(id_)}", None)
        for key, (name, id_) in rules.items()
    }


def _id(inputs: Inputs) -> str:
    return str(inputs.get("template_id", "unknown"))
