"""Gate 3: what a plan changes for viewers, put together from the plan, the account and the stack file."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from live_recording.account import conflicts
from live_recording.account.snapshot import Snapshot
from live_recording.core.errors import ConfigError, ToolError
from live_recording.core.findings import errors
from live_recording.core.kinds import CLASS_OF
from live_recording.core.streams import StreamKey
from live_recording.desired.declarations import DesiredResource, DesiredState, desired_resources
from live_recording.lint.acknowledgements import in_force
from live_recording.project import StackFile
from live_recording.review import losses, upcoming
from live_recording.review.changes import PlannedChange, path
from live_recording.review.coverage import patterns, recorder, untold
from live_recording.review.intervals import gaps, live_record_interval, recording_intervals
from live_recording.review.model import Format, Limit, Loss, Operation, Review
from live_recording.review.ownership import snapshot_from_state
from live_recording.review.preview import Preview, preview
from live_recording.review.simulation import SimulatedPlan, simulate_plan
from live_recording.stackfile.model import Stack

BLIND = (
    "The account was not looked at: what was before is what the state of this stack remembers. What others record, how "
    "full the account is, and what somebody changed by hand cannot be said."
)


def reviewed(source: StackFile, plan_text: str, snapshot: Snapshot | None) -> Review:
    """The review of a plan (the output of `pulumi preview --json`) of the stack *source*; without *snapshot* a blind one.

    Raises ConfigError when the text is no preview of this stack as its file is now, or the snapshot is of another site;
    Failure when the preview broke off.
    """
    if snapshot and snapshot.site != source.settings.site:
        raise ConfigError(
            f"The snapshot is of an account on site {snapshot.site}, but stack {source.stack} is on site {source.settings.site}. "
            "Take one with the credentials of this stack."
        )
    seen = preview(plan_text, source.owner)
    if seen.failed and not seen.refused:
        raise ToolError(f"pulumi preview of stack {source.stack} failed: {seen.failed[0]}")
    review, stack = _of_file(source, seen, snapshot), source.checked.stack
    return review if stack is None or review.refused else _of_account(review, stack, source, seen, snapshot)


def _of_file(source: StackFile, seen: Preview, snapshot: Snapshot | None) -> Review:
    """What the stack file and the plan say without a look at what is recorded."""
    now, found, stack = source.settings.now(), source.checked.findings, source.checked.stack
    return Review(
        stack=source.stack,
        at=now,
        account_at=snapshot.at if snapshot else None,
        refused=tuple(sorted({*map(str, errors(found)), *seen.refused})),
        losses=(),
        patterns=(),
        limits=(),
        tasks=(),
        later={},
        findings=tuple(one for one in found if one.severity == "warning"),
        acknowledged=in_force(stack.acknowledge, now) if stack else (),
        unmanaged=(),
        operations=_operations(seen.steps),
        time_zone=stack.time_zone if stack else "UTC",
        unsaid=seen.unsaid if snapshot else (*seen.unsaid, BLIND),
    )


def _of_account(review: Review, stack: Stack, source: StackFile, seen: Preview, snapshot: Snapshot | None) -> Review:
    """The review with what the account records before and after."""
    now, owner = review.at, source.owner
    planned = (
        DesiredState((), {}, {}, {}) if seen.destroys else desired_resources(stack, owner, source.settings.limits, now)
    )
    if not seen.destroys:
        _refuse_other_file(seen.steps, planned.resources, source.file)
    taken = snapshot or snapshot_from_state(seen.steps, planned.resources, source.settings.site, now)
    made = simulate_plan(taken, seen.steps, planned.resources, owner, now)
    found = patterns(made.before, made.after)
    lost = losses.of_patterns(found, partial(losses.cause_of_pattern_loss, before=made.before, after=made.after))
    ended = _ended(made, seen.steps, planned.resources, stack, now)
    limits = upcoming.limits(made, stack.limits) if snapshot else ()
    return review._replace(
        losses=losses.judged((*lost, *ended), review.acknowledged),
        patterns=tuple(found.values()),
        limits=limits,
        tasks=upcoming.tasks(made, stack.tasks, now),
        later=dict(sorted(planned.later.items())),
        unmanaged=upcoming.unmanaged(made, owner, now) if snapshot else (),
        obstacles=tuple(sorted({*made.conflicts, *_too_many(limits)})),
        unsaid=tuple(sorted({*review.unsaid, *_untold(made)})),
    )


def _operations(steps: Iterable[PlannedChange]) -> tuple[Operation, ...]:
    return tuple(sorted(Operation(step.op, CLASS_OF[step.kind], step.name, step.fields) for step in steps))


def _refuse_other_file(steps: Iterable[PlannedChange], declared: Iterable[DesiredResource], file: str) -> None:
    """Rules and templates come and go with the file alone; tasks do so with time too."""
    names = {(one.kind, one.name) for one in declared}
    for step in steps:
        stands, goes = (step.kind, step.name) in names, step.op == "delete"
        if step.kind in ("rule", "template") and stands == goes:
            does, has = ("deletes", "declares it") if goes else (f"{step.op}s", "does not have it")
            raise ConfigError(
                f"The plan was made from another version of {file}: it {does} {path(step.kind, step.name, ())}, and the file "
                f"{has}. Run pulumi preview --json again."
            )


def _ended(
    made: SimulatedPlan,
    steps: tuple[PlannedChange, ...],
    declared: Iterable[DesiredResource],
    stack: Stack,
    now: datetime,
) -> Iterator[Loss]:
    before, after = made.before, made.after

    def by_rule(stream: StreamKey) -> tuple[Format, ...]:
        found = recorder(after, stream)
        return found.formats if found else ()

    live = [step for step in steps if step.kind == "live_record"]
    ended = [live_record_interval(step.id, step.old, now) for step in live if step.old]
    begun = [live_record_interval("", step.new, now) for step in live if step.new]
    begun += [
        live_record_interval("", one.inputs, now)
        for one in declared
        if one.kind == "live_record" and one.name not in {step.name for step in live}
    ]
    had = [*recording_intervals(before.account, now).values(), *(one for one in ended if one.end > now)]
    has = [*recording_intervals(after.account, now).values(), *begun]
    blamed = partial(losses.cause_of_recording_loss, before=before, after=after, steps=steps, tasks=stack.tasks)
    return losses.of_recordings(gaps(had, has, by_rule, now), blamed, stack.time_zone)


def _too_many(limits: Iterable[Limit]) -> Iterator[str]:
    for one in limits:
        if one.peak > max(one.before, one.allowed):
            yield conflicts.over_quota_during_deployment(one.section, one.peak, one.allowed)


def _untold(made: SimulatedPlan) -> Iterator[str]:
    for picture in (made.before, made.after):
        for at, template_id in untold(picture).items():
            rule = picture.rule(at) or f"The rule for {at}"
            yield f"{rule}: What template {template_id} records is not known, so nothing is said of the streams of {at}."
