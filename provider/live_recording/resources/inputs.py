"""Normalizes the arguments of a resource to the inputs that the engine keeps in its state, and checks their form.

Durations are whole seconds, times RFC 3339 UTC. Our own defaults are filled in, the vendor's are not. A value that is not yet
known is not checked; everything else is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from live_recording.core.findings import Finding
from live_recording.core.kinds import KindName
from live_recording.core.stack_ref import StackRef
from live_recording.core.timefmt import rfc3339
from live_recording.core.vendor import Site
from live_recording.core.windows import Window
from live_recording.desired.live_records import resolve_live_record_window
from live_recording.desired.specs import LiveRecordSpec
from live_recording.desired.windows import TIME_FIELDS, resolve_time, resolve_window
from live_recording.lint import live_records as live_record_checks
from live_recording.lint import tasks
from live_recording.lint.callback_templates import CallbackTemplateToCheck, check_callback_template
from live_recording.lint.templates import TemplateToCheck, check_template
from live_recording.stackfile.entries import Entry
from live_recording.stackfile.model import (
    CallbackRuleArgs,
    CallbackTemplateArgs,
    LiveRecordArgs,
    RuleArgs,
    TaskArgs,
    TemplateArgs,
)

ARGS: Mapping[KindName, type[Entry]] = {
    "template": TemplateArgs,
    "rule": RuleArgs,
    "task": TaskArgs,
    "live_record": LiveRecordArgs,
    "callback_template": CallbackTemplateArgs,
    "callback_rule": CallbackRuleArgs,
}

PLACEHOLDER = "not-known-yet.example.com"
"""Replaces a required field that is not yet known, so that the others can be checked; all required fields are names."""

Normalized = tuple[dict[str, Any], tuple[Finding, ...]]
"""Inputs, and what is wrong with them."""


@dataclass(frozen=True, slots=True)
class _Request:
    """What is to be normalized, and by whose rules."""

    given: Mapping[str, Any]
    unknown: frozenset[str]
    site: Site
    now: datetime
    owner: StackRef | None


def normalize_inputs(
    kind: KindName,
    given: Mapping[str, Any],
    unknown: frozenset[str],
    site: Site,
    now: datetime,
    owner: StackRef | None = None,
) -> Normalized:
    """Return the inputs without the *unknown* top-level fields, and what is wrong with them.

    *owner* is the stack, if it is known: a template must not have another stack's default name.
    """
    fields = ARGS[kind].fields
    awaited = {name: PLACEHOLDER for name in unknown if name in fields and fields[name].is_required}
    args, mistakes = ARGS[kind].read({**awaited, **given})
    if args is None or mistakes:
        return dict(given), tuple(mistakes)
    inputs, findings = _normalize(args, _Request(given, unknown, site, now, owner))
    return {name: value for name, value in inputs.items() if name not in awaited}, findings


def _normalize(args: Entry, request: _Request) -> Normalized:
    inputs = args.to_inputs()
    if isinstance(args, CallbackTemplateArgs):
        return _normalize_callback_template(args, request)
    if isinstance(args, TemplateArgs):
        name = None if "template_name" in request.unknown else args.template_name or ""
        return inputs, tuple(check_template(TemplateToCheck((), args, name, request.owner, request.site)))
    if isinstance(args, TaskArgs):
        return _normalize_task(inputs, args, request)
    if isinstance(args, LiveRecordArgs):
        return _normalize_live_record(inputs, args, request)
    return inputs, tuple(_missing_template(inputs, request.unknown))


def _normalize_callback_template(args: CallbackTemplateArgs, request: _Request) -> Normalized:
    name = None if "template_name" in request.unknown else args.template_name or ""
    template = CallbackTemplateToCheck((), args, name, request.owner, request.site, request.unknown)
    return args.to_inputs(), tuple(check_callback_template(template))


def _missing_template(inputs: Mapping[str, Any], unknown: frozenset[str]) -> Iterator[Finding]:
    if "template_id" not in inputs and "template_id" not in unknown:
        yield Finding.new("missing-field", (), "Required field `template_id` is missing. A rule needs a template.")


def _normalize_task(inputs: dict[str, Any], args: TaskArgs, request: _Request) -> Normalized:
    if request.unknown & TIME_FIELDS:
        return _with_times_as_given(inputs, request), tuple(_missing_offsets(args))
    span = resolve_window((), args, "")
    if not isinstance(span, Window):
        return dict(request.given), (span,)
    times = {"start": rfc3339(span.start)} if span.start else {}
    times["end"] = rfc3339(span.end)
    rest = {name: value for name, value in inputs.items() if name not in TIME_FIELDS}
    return rest | times, tuple(tasks.check_task_window((), span, request.now))


def _normalize_live_record(inputs: dict[str, Any], args: LiveRecordArgs, request: _Request) -> Normalized:
    findings = tuple(live_record_checks.out_of_range((), args))
    if request.unknown & {*TIME_FIELDS, "highlight"}:
        return _with_times_as_given(inputs, request), (*findings, *_missing_offsets(args))
    span = resolve_live_record_window((), args, "")
    if isinstance(span, Finding):
        return dict(request.given), (span, *findings)
    if span is not None:
        findings += tuple(live_record_checks.check_live_record_window((), span, request.now))
    return LiveRecordSpec(args, span).to_inputs(), findings


def _with_times_as_given(inputs: Mapping[str, Any], request: _Request) -> dict[str, Any]:
    """Return the inputs with the times as they were given: while one of them is unknown, none can be computed."""
    return {name: request.given[name] if name in TIME_FIELDS else value for name, value in inputs.items()}


def _missing_offsets(args: TaskArgs | LiveRecordArgs) -> Iterator[Finding]:
    for name in ("start", "end"):
        time = resolve_time((name,), getattr(args, name), "")
        if isinstance(time, Finding):
            yield time
