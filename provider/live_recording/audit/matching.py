"""Which live object is the one that an entry declares, and how it differs.

A template is known by its name, a rule by its key, a task by everything that the API lists about it. Each live object is
matched once; if several could be meant, the one that is most likely the stack's own.
"""

from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from live_recording.account.diff import drift
from live_recording.account.identity import matching_tasks
from live_recording.account.objects import NO_TEMPLATE, LiveTask, NamedTemplate, ObjectRef
from live_recording.account.snapshot import Snapshot, masked_template
from live_recording.audit.declared import DeclaredObject
from live_recording.core.kinds import CALLBACK_KEY, TEMPLATE_OF, KindName, TemplateKind
from live_recording.core.secret_patterns import HIDDEN
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import CallbackKey, RuleKey, StreamKey
from live_recording.core.text import quoted
from live_recording.core.timefmt import task_time, timestamp
from live_recording.desired.specs import CallbackTemplateSpec
from live_recording.stackfile.callbacks import masked_url


@dataclass(frozen=True, slots=True)
class Match:
    """A declared object, the live one that it is, and what is wrong with that."""

    declared: DeclaredObject
    live: ObjectRef | None = None  # None: the account does not have it
    template_id: str = NO_TEMPLATE  # of a live rule or task
    differences: tuple[str, ...] = ()  # phrases
    stopped_at: str = ""  # RFC 3339; "": the task was not stopped


@dataclass(frozen=True, slots=True, order=True)
class _Unlikeness:
    """What makes it less likely that a live task is the declared one; smaller is more likely."""

    other_template: bool
    stopped: bool
    other_start: bool


class ObjectMatcher:
    """Matches declared objects with an account. `templates`, `rules` and `tasks` are the live objects without a match."""

    def __init__(self, account: Snapshot) -> None:
        self._account, self._now = account, int(account.at.timestamp())
        self._matched_templates: dict[tuple[str, str, str], str] = {}  # (kind, file, key of the entry) -> id
        self.callback_templates = dict(account.callback_templates or {})
        self.callback_rules = dict(account.callback_rules or {})
        self.templates, self.rules = dict(account.templates), dict(account.rules)
        self.tasks = {task_id: task for task_id, task in account.tasks.items() if task.end > self._now}

    def has_template(self, template_id: str, kind: TemplateKind = "template") -> bool:
        """Return whether the account has the template, or none is meant."""
        return template_id == NO_TEMPLATE or template_id in self._account.templates_of(kind)

    def template_owner(self, template_id: str, kind: TemplateKind = "template") -> StackRef | None:
        """Return the stack that owns a live template according to its name, or None."""
        return StackRef.of_template(self._template_name(template_id, kind))

    def is_used_by_callback_rule(self, template_id: str) -> bool:
        """Return whether any callback rule of the account points to the callback template."""
        return template_id in self._account.rules_of("callback_rule").values()

    def describe_template(self, template_id: str, kind: TemplateKind = "template") -> str:
        """Return a template as messages name it."""
        if template_id == NO_TEMPLATE:
            return "no template"
        name = self._template_name(template_id, kind)
        return f"template {template_id} ({quoted(name)})" if name else f"template {template_id}"

    def match_all(self, objects: Sequence[DeclaredObject]) -> list[Match]:
        """Return a match for each declared object: templates, then rules, then tasks."""
        matches: list[Match] = []
        for rule_kind, template_kind in TEMPLATE_OF.items():
            rules = _of_kind(rule_kind, objects)
            in_use = self._templates_of(rules)
            matches += [self._match_template(declared, in_use) for declared in _of_kind(template_kind, objects)]
            matches += [self._match_rule(declared) for declared in rules]
        return [*matches, *self._match_tasks(_of_kind("task", objects))]

    def _templates_of(self, rules: Sequence[DeclaredObject]) -> set[str]:
        """Return the templates that the live rules with these keys point to."""
        found = (self._unmatched_rules(declared.kind).get(_key(declared)) for declared in rules)
        return {template_id for template_id in found if template_id}

    def _template_name(self, template_id: str, kind: TemplateKind) -> str:
        template = self._account.templates_of(kind).get(template_id)
        return template.name if template else ""

    def _unmatched_templates(self, kind: KindName) -> MutableMapping[str, Any]:
        return self.templates if kind == "template" else self.callback_templates

    def _unmatched_rules(self, kind: KindName) -> MutableMapping[Any, str]:
        return self.rules if kind == "rule" else self.callback_rules

    def _match_template(self, declared: DeclaredObject, in_use: set[str]) -> Match:
        """Match a template by its name, or by the one that it had before its entry was renamed."""
        resource, inputs = declared.resource, declared.resource.inputs
        names = {inputs["template_name"]}
        if resource.previous_name and inputs["template_name"] == declared.owner.template_name(resource.name):
            names.add(declared.owner.template_name(resource.previous_name))
        free = self._unmatched_templates(declared.kind)
        candidates = {i: _drift(template, declared) for i, template in free.items() if template.name in names}
        if not candidates:
            return Match(declared)
        best = min(candidates, key=lambda i: (i not in in_use, len(candidates[i]), int(i)))
        self._matched_templates[declared.kind, declared.location.file, resource.name] = best
        del free[best]
        return Match(declared, ObjectRef(declared.kind, best), differences=candidates[best])

    def _match_rule(self, declared: DeclaredObject) -> Match:
        key = _key(declared)
        template_id = self._unmatched_rules(declared.kind).pop(key, None)
        if template_id is None:
            return Match(declared)
        return Match(declared, ObjectRef(declared.kind, key), template_id, self._other_template(declared, template_id))

    def _match_tasks(self, tasks: Sequence[DeclaredObject]) -> Iterator[Match]:
        """Match each task with the most similar live one; the most similar pairs are matched first."""
        matches: dict[int, Match] = {}
        for _, _, number, task_id in sorted(self._task_pairs(tasks)):
            if number not in matches and task_id in self.tasks:
                matches[number] = self._match_task(tasks[number], self.tasks.pop(task_id))
        yield from (matches.get(number) or Match(declared) for number, declared in enumerate(tasks))

    def _match_task(self, declared: DeclaredObject, live: LiveTask) -> Match:
        stopped_at = task_time(live.stopped_at) if live.stopped_at else ""
        differences = self._other_template(declared, live.template_id)
        return Match(declared, ObjectRef("task", live.id), live.template_id, differences, stopped_at)

    def _task_pairs(self, tasks: Sequence[DeclaredObject]) -> Iterator[tuple[_Unlikeness, int, int, str]]:
        """Yield each declared task with each live one that it may be: unlikeness, start, number of the declared one, id."""
        live: dict[tuple[StreamKey, int], list[tuple[str, LiveTask]]] = {}
        for task_id, task in self.tasks.items():
            live.setdefault((task.stream, task.end), []).append((task_id, task))
        for number, declared in enumerate(tasks):
            inputs = declared.resource.inputs
            for task_id, task in live.get((StreamKey.from_inputs(inputs), timestamp(inputs["end"])), ()):
                unlikeness = self._unlikeness(declared, task)
                if unlikeness is not None:
                    yield unlikeness, task.start, number, task_id

    def _unlikeness(self, declared: DeclaredObject, task: LiveTask) -> _Unlikeness | None:
        """Return how unlikely it is that the live task is the declared one, or None if it cannot be."""
        inputs = declared.resource.inputs
        if not matching_tasks({**inputs, "template_id": task.template_id}, {task.id: task}, self._now):
            return None
        stopped, other_template = bool(task.stopped_at), task.template_id != self._declared_template(declared)
        if other_template and (stopped or self.template_owner(task.template_id) not in (None, declared.owner)):
            return None
        other_start = "start" not in inputs or task.start != timestamp(inputs["start"])
        return _Unlikeness(other_template, stopped, other_start)

    def _declared_template(self, declared: DeclaredObject) -> str | None:
        """Return the id of the template that a rule or task should have, or None if that template is not live."""
        resource = declared.resource
        if resource.template:
            return self._matched_templates.get((resource.template_kind, declared.location.file, resource.template))
        return str(resource.inputs.get("template_id", NO_TEMPLATE))

    def _other_template(self, declared: DeclaredObject, live: str) -> tuple[str, ...]:
        """Return a phrase if the live rule or task has another template than the declared one."""
        wanted, key = self._declared_template(declared), declared.resource.template
        if live == wanted:
            return ()
        kind = declared.template_kind
        name = quoted(key) if key else self.describe_template(str(wanted), kind)
        return (f"it has {self.describe_template(live, kind)}, but {name} is declared",)


def _key(declared: DeclaredObject) -> RuleKey:
    """Return the key of a declared rule or callback rule."""
    key_type = StreamKey if declared.kind == "rule" else CallbackKey
    return key_type.from_inputs(declared.resource.inputs)


def _drift(template: NamedTemplate, declared: DeclaredObject) -> tuple[str, ...]:
    """Return how a live template differs. Of callbacks digests are compared, which snapshots have instead of URLs and keys."""
    inputs = declared.resource.inputs
    if not isinstance(declared.spec, CallbackTemplateSpec):
        return drift(template, inputs)
    masked = {name: masked_url(value) if name.endswith("_notify_url") else value for name, value in inputs.items()}
    key = {CALLBACK_KEY: HIDDEN} if declared.spec.has_key else {}
    return drift(replace(template, raw=masked_template(template.raw)), masked | key)


def _of_kind(kind: str, objects: Iterable[DeclaredObject]) -> list[DeclaredObject]:
    return [declared for declared in objects if declared.kind == kind]
