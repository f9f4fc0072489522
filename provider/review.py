"""Gate 3: what a plan changes for viewers, put together from the plan, the account and the stack file."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from provider.core import blame, losses, obstacles, outlook
from provider.core.acknowledge import in_force
from provider.core.airtime import airings, gaps, live_airing
from provider.core.coverage import patterns, recorder, untold
from provider.core.findings import errors
from provider.core.forecast import Forecast, forecast
from provider.core.kinds import CLASS_OF
from provider.core.plan import Declared, Plan, plan
from provider.core.priority import Key
from provider.core.recollection import recollected
from provider.core.review import Format, Limit, Loss, Operation, Review
from provider.core.snapshot import Snapshot
from provider.core.stack import Stack
from provider.core.steps import Step, path
from provider.failures import ConfigError, Failure
from provider.preview import Preview, preview
from provider.sources import Source

BLIND = (
    "The account was not looked at: what was before is what the state of this stack remembers. What others record, how "
    "full the account is, and what somebody changed by hand cannot be said."
)


def reviewed(source: Source, plan_text: str, snapshot: Snapshot | None) -> Review:
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
        raise Failure(f"pulumi preview of stack {source.stack} failed: {seen.failed[0]}")
    review, stack = _of_file(source, seen, snapshot), source.loaded.stack
    return review if stack is None or review.refused else _of_account(review, stack, source, seen, snapshot)


def _of_file(source: Source, seen: Preview, snapshot: Snapshot | None) -> Review:
    """What the stack file and the plan say without a look at what is recorded."""
    now, found, stack = source.settings.now(), source.loaded.findings, source.loaded.stack
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


def _of_account(review: Review, stack: Stack, source: Source, seen: Preview, snapshot: Snapshot | None) -> Review:
    """The review with what the account records before and after."""
    now, owner = review.at, source.owner
    planned = Plan((), {}, {}, {}) if seen.destroys else plan(stack, owner, source.settings.limits, now)
    if not seen.destroys:
        _refuse_other_file(seen.steps, planned.declared, source.file)
    taken = snapshot or recollected(seen.steps, planned.declared, source.settings.site, now)
    made = forecast(taken, seen.steps, planned.declared, owner, now)
    found = patterns(made.before, made.after)
    lost = losses.of_patterns(found, partial(blame.of_pattern, before=made.before, after=made.after))
    ended = _ended(made, seen.steps, planned.declared, stack, now)
    limits = outlook.limits(made, stack.limits) if snapshot else ()
    return review._replace(
        losses=losses.judged((*lost, *ended), review.acknowledged),
        patterns=tuple(found.values()),
        limits=limits,
        tasks=outlook.tasks(made, stack.tasks, now),
        later=dict(sorted(planned.later.items())),
        unmanaged=outlook.unmanaged(made, owner, now) if snapshot else (),
        obstacles=tuple(sorted({*made.obstacles, *_too_many(limits)})),
        unsaid=tuple(sorted({*review.unsaid, *_untold(made)})),
    )


def _operations(steps: Iterable[Step]) -> tuple[Operation, ...]:
    return tuple(sorted(Operation(step.op, CLASS_OF[step.kind], step.name, step.fields) for step in steps))


def _refuse_other_file(steps: Iterable[Step], declared: Iterable[Declared], file: str) -> None:
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
    made: Forecast, steps: tuple[Step, ...], declared: Iterable[Declared], stack: Stack, now: datetime
) -> Iterator[Loss]:
    before, after = made.before, made.after

    def by_rule(stream: Key) -> tuple[Format, ...]:
        found = recorder(after, stream)
        return found.formats if found else ()

    live = [step for step in steps if step.kind == "live_record"]
    ended = [live_airing(step.id, step.old, now) for step in live if step.old]
    begun = [live_airing("", step.new, now) for step in live if step.new]
    begun += [
        live_airing("", one.inputs, now)
        for one in declared
        if one.kind == "live_record" and one.name not in {step.name for step in live}
    ]
    had = [*airings(before.account, now).values(), *(one for one in ended if one.end > now)]
    has = [*airings(after.account, now).values(), *begun]
    blamed = partial(blame.of_recording, before=before, after=after, steps=steps, tasks=stack.tasks)
    return losses.of_recordings(gaps(had, has, by_rule, now), blamed, stack.time_zone)


def _too_many(limits: Iterable[Limit]) -> Iterator[str]:
    for one in limits:
        if one.peak > max(one.before, one.allowed):
            yield obstacles.crowded(one.section, one.peak, one.allowed)


def _untold(made: Forecast) -> Iterator[str]:
    for picture in (made.before, made.after):
        for at, template_id in untold(picture).items():
            rule = picture.rule(at) or f"The rule for {at}"
            yield f"{rule}: What template {template_id} records is not known, so nothing is said of the streams of {at}."
