"""Builds a review from a plan, the account and the stack file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from live_recording.account import conflicts
from live_recording.account.snapshot import Snapshot
from live_recording.config.where import WhereChange
from live_recording.core.errors import ConfigError, ToolError
from live_recording.core.findings import Finding, errors, format_path
from live_recording.core.kinds import CALLBACK_KINDS, CLASS_OF
from live_recording.core.streams import StreamKey
from live_recording.desired.declarations import DesiredResource, DesiredState, desired_resources
from live_recording.lint.acknowledgements import covers, in_force
from live_recording.project import StackFile
from live_recording.review import account_check, notifications, upcoming
from live_recording.review.changes import PlannedChange, entry_path
from live_recording.review.channels import count_channels
from live_recording.review.coverage import effective_rule, find_patterns, rules_with_unknown_template
from live_recording.review.intervals import (
    RecordingInterval,
    live_record_interval,
    recording_gaps,
    recording_intervals,
)
from live_recording.review.losses import (
    acknowledge_losses,
    cause_of_pattern_loss,
    cause_of_recording_loss,
    pattern_losses,
    recording_losses,
)
from live_recording.review.model import Format, Limit, Loss, Operation, Review, recorded_formats
from live_recording.review.never_recorded import never_recorded
from live_recording.review.ownership import snapshot_from_state
from live_recording.review.preview import Preview
from live_recording.review.simulation import SimulatedPlan, simulate_plan
from live_recording.stackfile.model import Stack

Kinded = TypeVar("Kinded", PlannedChange, DesiredResource)
FROM_FILE_ALONE = ("rule", "template", *CALLBACK_KINDS)
"""Kinds that change with the stack file alone; tasks also change with time."""
NO_ACCOUNT_DATA = (
    'No account data: "before" comes from this stack\'s Pulumi state only. Unknown are recordings of other stacks, '
    "free slots, and changes made outside this stack."
)


def build_review(
    source: StackFile,
    preview: Preview,
    snapshot: Snapshot | None,
    now: datetime,
    where: tuple[WhereChange, ...] = (),
    base: Stack | None = None,
) -> Review:
    """Return the review of a plan; *snapshot* None: without account data.

    *where* is what differs from the last deployment in where or as whom the stack records. *base* is the stack before the
    change, None if that is not known.

    Raises ConfigError if the snapshot is of another site; ToolError if the preview failed.
    """
    if snapshot and snapshot.site != source.settings.site:
        raise ConfigError(
            f"The snapshot is from an account on site {snapshot.site}, but stack {source.stack} is on site "
            f"{source.settings.site}. Take a snapshot with the credentials of this stack."
        )
    if snapshot:
        account_check.require_same_account(source.settings.account, snapshot.account, preview.changes)
    if preview.failed and not preview.refused:
        raise ToolError(f"pulumi preview of stack {source.stack} failed: {preview.failed[0]}")
    review, stack = replace(_review_of_file(source, preview, snapshot, now), where=where), source.checked.stack
    if stack is None or review.refused:
        return review
    return _with_recordings(review, stack, source, preview, snapshot, base)


def _review_of_file(source: StackFile, preview: Preview, snapshot: Snapshot | None, now: datetime) -> Review:
    """Return what the stack file and the plan show without a look at recordings."""
    findings, stack = source.checked.findings, source.checked.stack
    return Review(
        stack=source.stack,
        at=now,
        account_at=snapshot.at if snapshot else None,
        refused=tuple(sorted({*map(str, errors(findings)), *preview.refused})),
        losses=(),
        patterns=(),
        limits=(),
        tasks=(),
        later={},
        findings=tuple(finding for finding in findings if finding.severity == "warning"),
        acknowledged=in_force(stack.acknowledge, now) if stack else (),
        unmanaged=(),
        account=source.settings.describe_account(snapshot.account) if snapshot else "",
        operations=_operations(preview.changes),
        time_zone=stack.time_zone if stack else "UTC",
        limitations=preview.limitations if snapshot else (*preview.limitations, NO_ACCOUNT_DATA),
    )


def _with_recordings(
    review: Review, stack: Stack, source: StackFile, preview: Preview, snapshot: Snapshot | None, base: Stack | None
) -> Review:
    """Return the review with what the account records before and after the plan."""
    now, owner = review.at, source.owner
    changes = _recordings(preview.changes)
    desired = _desired_after(preview, stack, source, now)
    resources = _recordings(desired.resources)
    account = snapshot or snapshot_from_state(changes, resources, source.settings.site, now)
    plan = simulate_plan(account, changes, resources, owner, now)
    notified = notifications.notifications_of(preview.changes, desired.resources)
    patterns = find_patterns(plan.before, plan.after)
    losses = [
        *pattern_losses(patterns, partial(cause_of_pattern_loss, before=plan.before, after=plan.after)),
        *_recording_losses(plan, changes, resources, stack, now),
    ]
    declared = tuple(resource for resource in desired.resources if "domain" in resource.inputs)
    missed = never_recorded(source, stack, base, changes, snapshot, now)
    limits = upcoming.limits_during(plan, stack.limits) if snapshot else ()
    return replace(
        review,
        refused=tuple(sorted({*review.refused, *plan.protected})),
        findings=review.findings
        if preview.destroys
        else tuple(sorted({*review.findings, *_not_acknowledged(missed, review)})),
        losses=acknowledge_losses([_located(loss, source) for loss in losses], review.acknowledged),
        patterns=tuple(patterns.values()),
        limits=limits,
        channels=tuple(
            count_channels(
                recording_intervals(plan.before.account, now).values(),
                recording_intervals(plan.after.account, now).values(),
                patterns.values(),
            )
        ),
        tasks=upcoming.upcoming_tasks(plan, stack.tasks, now),
        later=dict(sorted(desired.later.items())),
        unmanaged=upcoming.unmanaged_objects(plan, owner, now) if snapshot else (),
        missing=account_check.missing_objects(plan.missing, changes, snapshot.account, stack) if snapshot else (),
        unknown_domains=account_check.unknown_domains(declared, snapshot),
        notifications=tuple(notified.changed()),
        warnings=(
            *notified.lost(plan.after),
            *account_check.disabled_domains(declared, snapshot),
            *account_check.templates_of_relays(changes, snapshot),
        ),
        conflicts=tuple(sorted({*plan.conflicts, *_over_quota(limits)})),
        limitations=tuple(
            sorted(
                {
                    *review.limitations,
                    *_unknown_templates(plan),
                    *account_check.unchecked_domains(declared, snapshot),
                    *account_check.unchecked_relays(changes, snapshot),
                }
            )
        ),
    )


def _desired_after(preview: Preview, stack: Stack, source: StackFile, now: datetime) -> DesiredState:
    """Return what the stack file declares; nothing if the plan destroys the stack."""
    if preview.destroys:
        return DesiredState((), {}, {}, {})
    desired = desired_resources(stack, source.owner, source.settings.limits, now)
    _check_same_file(preview.changes, desired.resources, source.file)
    return desired


def _recordings(things: Iterable[Kinded]) -> tuple[Kinded, ...]:
    """Return the changes or resources that are not callbacks."""
    return tuple(thing for thing in things if thing.kind not in CALLBACK_KINDS)


def _not_acknowledged(findings: Iterable[Finding], review: Review) -> Iterator[Finding]:
    for finding in findings:
        if not any(covers(entry, finding.id, finding.path) for entry in review.acknowledged):
            yield finding


def _located(loss: Loss, source: StackFile) -> Loss:
    """Return the loss with its place if its entry is in a shared file."""
    place = source.checked.sources.shared_at(loss.path)
    return replace(loss, sentence=f"{loss.sentence} Declared in {place}.") if place else loss


def _operations(changes: Iterable[PlannedChange]) -> tuple[Operation, ...]:
    return tuple(sorted(Operation(change.op, CLASS_OF[change.kind], change.name, change.fields) for change in changes))


def _check_same_file(changes: Iterable[PlannedChange], declared: Iterable[DesiredResource], file: str) -> None:
    """Raise ConfigError if the plan was created from another version of the file."""
    names = {(resource.kind, resource.name) for resource in declared}
    for change in changes:
        is_declared, is_deleted = (change.kind, change.name) in names, change.op == "delete"
        if change.kind in FROM_FILE_ALONE and is_declared == is_deleted:
            entry = format_path(entry_path(change.kind, change.name, ()))
            conflict = (
                f"it deletes {entry}, which the file declares"
                if is_deleted
                else f"it {change.op}s {entry}, which the file does not declare"
            )
            raise ConfigError(
                f"The plan was created from another version of {file}: {conflict}. Run `pulumi preview --json` again."
            )


def _recording_losses(
    plan: SimulatedPlan,
    changes: tuple[PlannedChange, ...],
    declared: Iterable[DesiredResource],
    stack: Stack,
    now: datetime,
) -> Iterator[Loss]:
    before, after = plan.before, plan.after

    def formats_by_rule(stream: StreamKey) -> tuple[Format, ...]:
        return recorded_formats(effective_rule(after, stream))

    gaps = recording_gaps(
        [*recording_intervals(before.account, now).values(), *_live_records_before(changes, now)],
        [*recording_intervals(after.account, now).values(), *_live_records_after(changes, declared, now)],
        formats_by_rule,
        now,
    )
    cause_of = partial(cause_of_recording_loss, before=before, after=after, changes=changes, tasks=stack.tasks)
    return recording_losses(gaps, cause_of, stack.time_zone)


def _live_records_before(changes: Sequence[PlannedChange], now: datetime) -> Iterator[RecordingInterval]:
    """Yield the live records that change and are not finished; the API does not list the others."""
    for change in changes:
        if change.kind == "live_record" and change.old:
            interval = live_record_interval(change.id, change.old, now)
            if interval.end > now:
                yield interval


def _live_records_after(
    changes: Sequence[PlannedChange], declared: Iterable[DesiredResource], now: datetime
) -> Iterator[RecordingInterval]:
    changing = {change.name: change for change in changes if change.kind == "live_record"}
    for change in changing.values():
        if change.new:
            yield live_record_interval("", change.new, now)
    for resource in declared:
        if resource.kind == "live_record" and resource.name not in changing:
            yield live_record_interval("", resource.inputs, now)


def _over_quota(limits: Iterable[Limit]) -> Iterator[str]:
    for limit in limits:
        if limit.peak > max(limit.before, limit.allowed):
            yield conflicts.over_quota_during_deployment(limit.section, limit.peak, limit.allowed)


def _unknown_templates(plan: SimulatedPlan) -> Iterator[str]:
    for view in (plan.before, plan.after):
        for key, template_id in rules_with_unknown_template(view).items():
            rule = view.rule(key) or f"The rule for {key}"
            yield f"{rule}: the formats of template {template_id} are unknown, so {key} is not reviewed."
