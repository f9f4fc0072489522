"""What the live account adds to the explanation of a stream: rules, tasks and relay tasks that no entry of the file declares."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from live_recording.account.api_mapping import template_inputs
from live_recording.account.objects import LiveTask
from live_recording.account.relays import NOT_LISTED, RELAYS_RECORD
from live_recording.account.snapshot import Snapshot
from live_recording.audit.matching import ObjectMatcher
from live_recording.core.kinds import FORMATS
from live_recording.core.streams import LEVEL_NAMES, StreamKey, level, ranking
from live_recording.core.text import capitalize, escaped
from live_recording.core.timefmt import rfc3339, task_time
from live_recording.desired.recordings import scheduled_recordings
from live_recording.stackfile.model import Stack

Kind = Literal["rule", "task", "relay"]


@dataclass(frozen=True, slots=True)
class LiveRecorder:
    """A live rule, task or relay task that matches the stream."""

    kind: Kind
    what: str  # as messages name it
    template: str  # as messages name it
    records: bool
    declared_as: str  # path of the entry in the stack file; "": not declared
    detail: str  # why a rule decides or not; until when a task runs

    @property
    def sentence(self) -> str:
        """Return what it does, and whether the stack file declares it."""
        declared = f"declared as {self.declared_as}" if self.declared_as else "not declared in this file"
        verb = "records it" if self.records else "does not record it"
        return capitalize(f"{self.what}, {declared}, {verb}: {self.detail}.")


@dataclass(frozen=True, slots=True)
class LiveRecorders:
    """What the account has for one stream: its rules, the deciding one first, then undeclared tasks and relay tasks."""

    account: str
    at: str  # when the account was read
    recorders: tuple[LiveRecorder, ...]
    notes: tuple[str, ...]  # what is not known

    def lines(self) -> list[str]:
        """Return the explanation in lines of text."""
        head = f"In {self.account}, read at {self.at}:"
        lines = [one.sentence for one in self.recorders] or ["No rule, task or relay task records it."]
        return [head, *(f"  {line}" for line in (*lines, *self.notes))]


def live_recorders(snapshot: Snapshot, account: str, stack: Stack, stream: StreamKey, at: datetime) -> LiveRecorders:
    """Return what the account has for *stream* at the time *at*; *account* is its name in messages."""
    matcher = ObjectMatcher(snapshot)
    recorders = (*_rules(snapshot, matcher, stack, stream), *_tasks(snapshot, matcher, stack, stream, at))
    relays = tuple(_relays(snapshot, matcher, stream, at))
    notes = (f"Relay tasks were not checked: {NOT_LISTED}. {RELAYS_RECORD}",) if snapshot.relays is None else ()
    return LiveRecorders(account, rfc3339(snapshot.at), (*recorders, *relays), notes)


def _rules(snapshot: Snapshot, matcher: ObjectMatcher, stack: Stack, stream: StreamKey) -> Iterator[LiveRecorder]:
    declared = {rule.natural: f"rules.{key}" for key, rule in stack.rules.items()}
    winner, *others = ranking(snapshot.rules, stream) or (None,)
    if winner is None:
        return
    template = snapshot.rules[winner]
    described, problem = matcher.describe_template(template), _no_recording(snapshot, template)
    reason = problem or f"it has {described} and matches {LEVEL_NAMES[level(winner)]}"
    yield LiveRecorder("rule", f"the rule for {winner}", described, not problem, declared.get(winner, ""), reason)
    for key in others:
        if key not in declared:  # the explanation of the file says why the declared ones lose
            reason = f"the rule for {winner} takes precedence"
            described = matcher.describe_template(snapshot.rules[key])
            yield LiveRecorder("rule", f"the rule for {key}", described, records=False, declared_as="", detail=reason)


def _no_recording(snapshot: Snapshot, template_id: str) -> str:
    """Return why a rule with this template records nothing, or ""."""
    template = snapshot.templates.get(template_id)
    if template is None:
        return f"its template {escaped(template_id)} does not exist"
    has_format = bool(template_inputs(template, {}).keys() & FORMATS.keys())
    return "" if has_format else "its template has no format"


def _tasks(
    snapshot: Snapshot, matcher: ObjectMatcher, stack: Stack, stream: StreamKey, at: datetime
) -> Iterator[LiveRecorder]:
    declared = {(one.stream, one.window.start, one.window.end) for one in scheduled_recordings(stack, at).all}
    for task in sorted(snapshot.tasks.values(), key=lambda task: (task.start, task.id)):
        window = task.window
        is_declared = declared & {(stream, window.start, window.end), (stream, None, window.end)}
        if task.stream == stream and _is_active(task, at) and not is_declared:
            described = matcher.describe_template(task.template_id)
            detail = f"until {task_time(task.end)} with {described}"
            yield LiveRecorder("task", f"task {escaped(task.id)}", described, True, "", detail)


def _is_active(task: LiveTask, at: datetime) -> bool:
    return task.start <= at.timestamp() < task.end and not task.stopped_at


def _relays(snapshot: Snapshot, matcher: ObjectMatcher, stream: StreamKey, at: datetime) -> Iterator[LiveRecorder]:
    for relay in sorted(snapshot.relays or (), key=lambda relay: relay.id):
        if relay.records(stream, at):
            described = matcher.describe_template(relay.template_id)
            detail = f"until {escaped(relay.end)} with {described}"
            yield LiveRecorder("relay", f"relay task {escaped(relay.id)}", described, True, "", detail)
