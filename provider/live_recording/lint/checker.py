"""All checks of a stack file. Each one is a function that takes a CheckContext and yields findings."""

from collections.abc import Callable, Iterator

from live_recording.core.findings import Finding
from live_recording.lint import (
    callback_coverage,
    callback_templates,
    duplicates,
    live_records,
    quotas,
    references,
    tasks,
    template_names,
    templates,
    time_warnings,
    warnings,
)
from live_recording.lint.acknowledgements import unacknowledged
from live_recording.lint.context import CheckContext

Check = Callable[[CheckContext], Iterator[Finding]]


def unresolved_times(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding for each task, schedule and live record whose time cannot be resolved."""
    yield from context.recordings.findings


CHECKS: tuple[Check, ...] = (
    unresolved_times,
    template_names.bad_stack_name,
    templates.check_templates,
    callback_templates.check_callback_templates,
    tasks.check_tasks,
    tasks.too_many_overlaps,
    live_records.check_live_records,
    references.unknown_field,
    references.unknown_template,
    references.missing_field,
    references.generations_mixed,
    references.duplicate_former_key,
    duplicates.duplicate_rule,
    duplicates.duplicate_task,
    duplicates.duplicate_live_record,
    duplicates.duplicate_template_name,
    duplicates.duplicate_callback_rule,
    duplicates.duplicate_callback_template_name,
    quotas.too_many_rules,
    quotas.too_many_templates,
    quotas.too_many_callback_templates,
    quotas.nearly_full,
    warnings.redundant_rule,
    warnings.nothing_to_suppress,
    warnings.overridden,
    warnings.kept_forever,
    warnings.cos_authorization,
    warnings.records_hls_forever,
    warnings.too_short,
    warnings.deleted_at_once,
    warnings.doubtful_name,
    warnings.recorded_twice,
    callback_templates.insecure_callback,
    callback_coverage.no_callback,
    time_warnings.assumed_time_zone,
    time_warnings.never_records,
    time_warnings.skipped_day,
)


def check_stack(context: CheckContext) -> tuple[Finding, ...]:
    """Return every finding about the stack, each one once, unsorted and without file and line."""
    findings = dict.fromkeys(finding for check in CHECKS for finding in check(context))
    return tuple(unacknowledged(findings, context.stack.acknowledge, context.now))
