"""What should have been recorded: each task of the period, and each push of it by the rule that applies.

A rule counts once it has been in effect for RULE_DELAY before the push begins; which rule applies is decided among all
rules of the account, because a narrower rule of another stack takes precedence.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from live_recording.account.api_mapping import effective_template, template_inputs
from live_recording.account.objects import LiveTemplate
from live_recording.core.findings import format_path
from live_recording.core.kinds import FORMATS
from live_recording.core.streams import StreamKey, winning_rule
from live_recording.core.timefmt import FOREVER, rfc3339
from live_recording.core.vendor import TASK_MAX
from live_recording.desired.recordings import AnyOccurrence, TimedEntry, scheduled_recordings
from live_recording.desired.specs import TemplateSpec
from live_recording.stackfile.model import LiveRecord, Rule, Schedule, Stack, Task
from live_recording.verify.intervals import Interval
from live_recording.verify.model import Expectation, ExpectedFormat, Push

Formats = tuple[ExpectedFormat, ...]
_Template = tuple[str, Formats | None]
"""The name of a template, as the stack file names it, and its formats; None: they are not known."""
RULE_DELAY = timedelta(minutes=10)
"""A rule applies 5 to 10 minutes after it was created or changed (feature guide)."""
NO_TEMPLATE = (ExpectedFormat("hls", FOREVER),)
"""What a task without template records (CreateRecordTask, CN:45983, IN:37309)."""


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What the account says about what should be recorded."""

    templates: Mapping[str, LiveTemplate] = field(default_factory=dict)  # by id
    rules: Mapping[StreamKey, datetime | None] = field(default_factory=dict)  # key -> last change; None: not known
    task_starts: Mapping[tuple[StreamKey, datetime], datetime] = field(default_factory=dict)  # stream and end -> start


def expected_tasks(stack: Stack, period: Interval, facts: AccountFacts) -> Iterator[Expectation]:
    """Yield the tasks, occurrences and live records that run in the *period*, in the order of their names."""
    recordings = scheduled_recordings(stack, period.start, period.length)
    for _, occurrence in sorted((recording.name, recording) for recording in recordings.all):
        start = occurrence.window.start or facts.task_starts.get((occurrence.stream, occurrence.window.end))
        window = Interval(start or occurrence.window.end - TASK_MAX, occurrence.window.end)
        if window.overlaps(period):
            yield _expected_task(stack, occurrence, window, facts, has_start=start is not None)


def tasks_without_start(stack: Stack, period: Interval) -> Iterator[Interval]:
    """Yield the times in which tasks without `start` may have begun: only the account knows when they were created."""
    for task in scheduled_recordings(stack, period.start, period.length).tasks.values():
        span = Interval(task.window.end - TASK_MAX, task.window.end)
        if task.window.start is None and span.overlaps(period):
            yield span


def _expected_task(
    stack: Stack, occurrence: AnyOccurrence, window: Interval, facts: AccountFacts, *, has_start: bool
) -> Expectation:
    template, forms = _recorded_by_task(stack, occurrence.entry, facts)
    unknown = _unknown_template(template, forms)
    if not occurrence.stream.domain:
        unknown = "It has no `domain`. Add the push domain of the stream."
    if not has_start:
        unknown = "It has no `start`, and the account does not tell when the task began. Add `start`."
    path = format_path(occurrence.path)
    return Expectation(occurrence.stream, path, template, window, () if unknown else forms or (), unknown)


def _recorded_by_task(stack: Stack, entry: TimedEntry, facts: AccountFacts) -> _Template:
    if isinstance(entry, LiveRecord):
        return f"file_format {entry.file_format}", (ExpectedFormat(entry.file_format, entry.storage_time or FOREVER),)
    if entry.template or entry.template_id:
        return _template(stack, entry, facts)
    return "no template", NO_TEMPLATE


def _unknown_template(template: str, forms: Formats | None) -> str:
    return "" if forms is not None else f"The account does not have {template}, so its formats are not known."


def expected_pushes(
    stack: Stack,
    pushes: Iterable[Push],
    period: Interval,
    facts: AccountFacts,
    unknown_pushes: Mapping[str, str],
) -> Iterator[Expectation]:
    """Yield the pushes that ended in the *period* and that a rule of the stack should have recorded.

    Of a domain whose pushes are not known, for a reason in *unknown_pushes*, yield each rule instead.
    """
    yield from _rules_with_unknown_pushes(stack, period, facts, unknown_pushes)
    declared = {rule.natural: (format_path(("rules", name)), rule) for name, rule in stack.rules.items()}
    keys = declared.keys() | facts.rules.keys()
    for push in sorted(pushes):
        key = winning_rule(keys, push.stream)
        if key is None or key not in declared or not period.start < push.time.end <= period.end:
            continue
        path, rule = declared[key]
        if rule.record is not False:
            template, forms = _template(stack, rule, facts)
            unknown, exempt = _unknown_template(template, forms), _too_new(facts.rules.get(key), push)
            yield Expectation(push.stream, path, template, push.time, forms or (), unknown, exempt)


def _rules_with_unknown_pushes(
    stack: Stack, period: Interval, facts: AccountFacts, unknown_pushes: Mapping[str, str]
) -> Iterator[Expectation]:
    for name, rule in stack.rules.items():
        if rule.record is not False and (reason := unknown_pushes.get(rule.domain)):
            template, _ = _template(stack, rule, facts)
            yield Expectation(rule.natural, format_path(("rules", name)), template, period, (), reason)


def _too_new(changed: datetime | None, push: Push) -> str:
    """Return why a rule did not apply yet when the push began, or "" if it did; *changed*: its last change, if known."""
    if changed is None or push.time.start >= changed + RULE_DELAY:
        return ""
    return f"The push began before the rule took effect: it was created or changed at {rfc3339(changed)}."


def _template(stack: Stack, entry: Rule | Task | Schedule, facts: AccountFacts) -> _Template:
    if entry.template:
        inputs = TemplateSpec(entry.template, stack.templates[entry.template]).to_inputs()
        return entry.template, template_formats(inputs)
    live = facts.templates.get(entry.template_id or "")
    return f"template_id {entry.template_id}", template_formats(template_inputs(live, {})) if live else None


def template_formats(inputs: Mapping[str, object]) -> Formats:
    """Return the formats of a template, with the API's defaults."""
    full = effective_template(inputs)
    return tuple(
        ExpectedFormat(
            name,
            full[name]["storage_time"],
            full[name].get("flow_continue_duration", 0),
            bool(full["cos_store"]),
            full[name]["vod_sub_app_id"],
        )
        for name in FORMATS
        if name in full
    )
