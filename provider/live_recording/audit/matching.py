"""Which live object is the one that an entry declares, and what differs.

Rule 1: templates are known by name, rules by key, tasks by all that the vendor lists of them.
Rule 2: each live object is taken once; of several that could be meant, the one that is likeliest the stack's own.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from live_recording.account.diff import drift
from live_recording.account.identity import matching_tasks
from live_recording.account.objects import NO_TEMPLATE, LiveTask
from live_recording.account.snapshot import Snapshot
from live_recording.audit.declared import Item
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import StreamKey
from live_recording.core.text import quoted
from live_recording.core.timefmt import task_time, timestamp


class Match(NamedTuple):
    """What became of a declared object: the live one that it is, if any, and what is wrong with that."""

    item: Item
    live: str | None  # its id, of a rule its template's; None: it is not live
    template: str = NO_TEMPLATE  # the id of the template that a live rule or task has
    details: tuple[str, ...] = ()
    stopped: str = ""  # when somebody stopped the task


class ObjectMatcher:
    """An account, from which declared objects take what they are; the rest stays in the lists."""

    def __init__(self, held: Snapshot) -> None:
        self._held, self._now = held, int(held.at.timestamp())
        self._ids: dict[tuple[str, str], str | None] = {}  # (stack, template) -> the live one
        self.templates, self.rules = dict(held.templates), dict(held.rules)
        self.tasks = {task_id: task for task_id, task in held.tasks.items() if task.end > self._now}

    def name(self, template_id: str) -> str:
        """The name of a live template."""
        template = self._held.templates.get(template_id)
        return template.name if template else ""

    def has(self, template_id: str) -> bool:
        """Whether the account has the template, or none is meant."""
        return template_id in (NO_TEMPLATE, *self._held.templates)

    def owner(self, template_id: str) -> StackRef | None:
        """Return the stack that owns a live template by its name, or None."""
        return StackRef.of_template(self.name(template_id))

    def called(self, template_id: str) -> str:
        """A template as sentences name it."""
        name = self.name(template_id)
        return (
            "no template" if template_id == NO_TEMPLATE else f"template {template_id}" + (name and f" ({quoted(name)})")
        )

    def take(self, items: Sequence[Item]) -> Iterator[Match]:
        """What became of each declared template, rule and task."""
        templates, rules, tasks = ([i for i in items if i.declared.kind == k] for k in ("template", "rule", "task"))
        keys = {StreamKey.from_inputs(item.declared.inputs) for item in rules}
        bound = {template for key, template in self.rules.items() if key in keys}
        yield from [self._template(item, bound) for item in templates]
        yield from [self._rule(item) for item in rules]
        yield from self._tasks(tasks)

    def _template(self, item: Item, bound: set[str]) -> Match:
        """By its name, or the one that it had before its entry was renamed."""
        declared, inputs = item.declared, item.declared.inputs
        names = {inputs["template_name"]}
        if declared.previous_name and inputs["template_name"] == item.owner.template_name(declared.name):
            names.add(item.owner.template_name(declared.previous_name))
        found = {i: drift(live, inputs) for i, live in self.templates.items() if live.name in names}
        best = min(found, key=lambda i: (i not in bound, len(found[i]), int(i)), default=None)
        self._ids[item.place.stack, declared.name] = best
        self.templates.pop(best or "", None)
        return Match(item, best, details=found.get(best or "", ()))

    def _rule(self, item: Item) -> Match:
        live = self.rules.pop(StreamKey.from_inputs(item.declared.inputs), None)
        return Match(item, live, live, self._binding(item, live)) if live else Match(item, None)

    def _wanted(self, item: Item) -> str | None:
        """The id of the template that a rule or task is bound to; None while that is not live."""
        declared = item.declared
        if declared.template:
            return self._ids.get((item.place.stack, declared.template))
        return str(declared.inputs.get("template_id", NO_TEMPLATE))

    def _binding(self, item: Item, live: str) -> tuple[str, ...]:
        wanted, key = self._wanted(item), item.declared.template
        named = quoted(key) if key else self.called(str(wanted))
        return () if live == wanted else (f"it has {self.called(live)}, but {named} is declared",)

    def _tasks(self, items: Sequence[Item]) -> Iterator[Match]:
        """Each task with the live one that is most like it; those that are more alike choose first."""
        found: dict[int, Match] = {}
        for _, _, number, task_id in sorted(self._task_pairs(items)):
            if number not in found and task_id in self.tasks:
                task = self.tasks.pop(task_id)
                stopped = task_time(task.stopped_at) if task.stopped_at else ""
                item, template = items[number], task.template_id
                found[number] = Match(item, task_id, template, self._binding(item, template), stopped)
        yield from (found.get(number) or Match(item, None) for number, item in enumerate(items))

    def _task_pairs(self, items: Sequence[Item]) -> Iterator[tuple[tuple[bool, bool, bool], int, int, str]]:
        """Yield how unlike, start, number and id of each declared task and each live one that it could be."""
        near: dict[tuple[StreamKey, int], dict[str, LiveTask]] = {}
        for task_id, task in self.tasks.items():
            near.setdefault((task.stream, task.end), {})[task_id] = task
        for number, item in enumerate(items):
            inputs = item.declared.inputs
            candidates = near.get((StreamKey.from_inputs(inputs), timestamp(inputs["end"])), {})
            for task_id, task in candidates.items():
                unlike = self._unlike(item, task)
                if unlike is not None:
                    yield unlike, task.start, number, task_id

    def _unlike(self, item: Item, task: LiveTask) -> tuple[bool, bool, bool] | None:
        """What is worse with a live task: another template, stopped, created late; None: it is no candidate."""
        inputs, template = item.declared.inputs, task.template_id
        if not matching_tasks({**inputs, "template_id": template}, {"": task}, self._now):
            return None
        stopped, other = bool(task.stopped_at), template != self._wanted(item)
        if other and (stopped or self.owner(template) not in (None, item.owner)):
            return None
        return other, stopped, "start" not in inputs or task.start != timestamp(inputs["start"])
