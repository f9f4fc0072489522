"""The arguments of a resource, normalised: what the engine keeps in its state.

Rule 1: durations are seconds, times RFC 3339 UTC, our own defaults filled, the vendor's not.
Rule 2: a value that is not known yet is not judged; everything else is.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

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
from live_recording.lint.templates import TemplateToCheck, check_template
from live_recording.stackfile.fields import Entry
from live_recording.stackfile.model import LiveRecordArgs, RuleArgs, TaskArgs, TemplateArgs
from live_recording.stackfile.validation import refusals

ARGS: Mapping[KindName, type[Entry]] = {
    "template": TemplateArgs,
    "rule": RuleArgs,
    "task": TaskArgs,
    "live_record": LiveRecordArgs,
}

STAND_IN = "not-known-yet.example.com"
"""In place of a needed field that is not known yet, so that the others can be judged; all needed fields are names."""

Normal = tuple[dict[str, Any], tuple[Finding, ...]]


def normalize_inputs(
    kind: KindName,
    given: Mapping[str, Any],
    unknown: frozenset[str],
    site: Site,
    now: datetime,
    owner: StackRef | None = None,
) -> Normal:
    """The inputs without the *unknown* top-level fields, and what is wrong with them; *owner* where it is known."""
    fields = ARGS[kind].model_fields
    awaited = {name: STAND_IN for name in unknown if name in fields and fields[name].is_required()}
    try:
        args = ARGS[kind].model_validate({**awaited, **given})
    except ValidationError as error:
        return dict(given), tuple(refusals(ARGS[kind], error))
    inputs, found = _judged(args, given, unknown, site, now, owner)
    return {name: value for name, value in inputs.items() if name not in awaited}, found


def _judged(
    args: Entry, given: Mapping[str, Any], unknown: frozenset[str], site: Site, now: datetime, owner: StackRef | None
) -> Normal:
    inputs = args.model_dump(exclude_none=True)
    if isinstance(args, TemplateArgs):
        name = None if "template_name" in unknown else args.template_name or ""
        return inputs, tuple(check_template(TemplateToCheck((), args, name, owner, site)))
    if isinstance(args, TaskArgs):
        return _task(given, inputs, args, unknown, now)
    if isinstance(args, LiveRecordArgs):
        return _live_record(given, inputs, args, unknown, now)
    return inputs, tuple(_rule(inputs, unknown))


def _rule(inputs: Mapping[str, Any], unknown: frozenset[str]) -> Iterator[Finding]:
    if "template_id" not in {*inputs, *unknown}:
        yield Finding.new("missing-field", (), "The field template_id is missing. A rule binds a key to a template.")


def _task(
    given: Mapping[str, Any], inputs: dict[str, Any], args: TaskArgs, unknown: frozenset[str], now: datetime
) -> Normal:
    if unknown & TIME_FIELDS:
        return _untimed(given, inputs), tuple(_offsets(args))
    span = resolve_window((), args, "")
    if not isinstance(span, Window):
        return dict(given), (span,)
    rest = {name: value for name, value in inputs.items() if name not in TIME_FIELDS}
    times = {"start": rfc3339(span.start)} if span.start else {}
    return rest | times | {"end": rfc3339(span.end)}, tuple(tasks.check_task_window((), span, now))


def _live_record(
    given: Mapping[str, Any], inputs: dict[str, Any], args: LiveRecordArgs, unknown: frozenset[str], now: datetime
) -> Normal:
    found = tuple(live_record_checks.out_of_range((), args))
    if unknown & {*TIME_FIELDS, "highlight"}:
        return _untimed(given, inputs), (*found, *_offsets(args))
    span = resolve_live_record_window((), args, "")
    if isinstance(span, Finding):
        return dict(given), (span, *found)
    return LiveRecordSpec(args, span).to_inputs(), (
        *found,
        *(live_record_checks.check_live_record_window((), span, now) if span else ()),
    )


def _untimed(given: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs while one of the times is not known, and so none can be worked out."""
    return {name: given[name] if name in TIME_FIELDS else value for name, value in inputs.items()}


def _offsets(args: TaskArgs | LiveRecordArgs) -> Iterator[Finding]:
    for name in ("start", "end"):
        at = resolve_time((name,), getattr(args, name), "")
        if isinstance(at, Finding):
            yield at
