"""Plan, review and apply one stack."""

import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

from live_recording.config.printing import printable_output
from live_recording.config.pulumi_cli import child_environment, pulumi_command
from live_recording.core.text import command_of
from live_recording.pipeline.checkpoints import VARIABLE, skips_checkpoints
from live_recording.pipeline.plan import Plan, open_stack, plan_stack, read_account, write_review

STALE_PLAN_MARKERS = ("violates plan", "is not allowed by the plan", "but none were seen")
"""Parts of the engine's errors for a saved plan that no longer matches what it would do."""
LOCK_MARKERS = ("the stack is currently locked by", "[409] Conflict")
"""Parts of the CLI's errors for a stack that another run changes (*observed*; the second is Pulumi Cloud's, *assumed*)."""
WITHOUT_CHECKPOINTS = (
    "Applying without checkpoints: {creates:,} creates, which another run finds. If this run is killed, run the same command "
    "again before any other change."
)


class Outcome(Enum):
    """How a deployment ended: its exit code, and what to do.

    `{out}` is the directory of plans, `{unlock}` the command that removes the lock of a killed run.
    """

    applied = 0, "Applied."
    stopped = 1, "Nothing was applied. Read {out}/review.md."
    changed = (
        1,
        "Not applied: the plan became stale and the new plan has other effects. Read {out}/review.md, then run again.",
    )
    failed = 3, "Pulumi failed, see above. Fix the error and run again."
    locked = (
        3,
        "Not applied: another run has locked the stack. Wait for its end. If it was killed, run this, then run again: {unlock}",
    )
    killed = (
        3,
        "Pulumi was killed. Wait half a minute for its last calls, run this, then run again before any other change: {unlock}",
    )

    def __init__(self, exit_code: int, sentence: str) -> None:
        self.exit_code = exit_code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment that ended: its outcome, and its plans, the second only if the first became stale."""

    outcome: Outcome
    plans: tuple[Plan, ...]

    @property
    def unlock_command(self) -> str:
        """Return the command that removes the lock of a killed run."""
        return command_of("pulumi", "cancel", "--yes", "--stack", self.plans[0].pulumi_name)


def deploy_stack(
    name: str,
    directory: Path,
    report: Callable[[str], None],
    accepted: Collection[str] = (),
    *,
    checkpoints: bool = False,
) -> Deployment:
    """Plan, review and apply a stack. A stale plan is repeated once, and applied if it has no other effects.

    Args:
        name: Name of the stack, or path of its file.
        directory: Where to write plans and reviews.
        report: Called with a sentence about a plan that is applied without checkpoints.
        accepted: As for `plan_stack`.
        checkpoints: Let Pulumi write the state after every step, also where a killed run can be repaired without.
    """
    stack = open_stack(name)
    stack.settings.require_changes_allowed(preview=False)
    first = plan_stack(stack, directory, read_account(stack, None), accepted)
    write_review((first,), directory)
    if first.review.stops:
        return Deployment(Outcome.stopped, (first,))
    apply = partial(_apply, report=report, checkpoints=checkpoints)
    outcome, stale = apply(first)
    if not stale:
        return Deployment(outcome, (first,))
    second = plan_stack(stack, directory, read_account(stack, None), accepted)
    write_review((second,), directory)
    if second.review.stops or not second.review.has_no_new_effect(first.review):
        return Deployment(Outcome.changed, (first, second))
    outcome, _ = apply(second)
    return Deployment(outcome, (first, second))


def _apply(plan: Plan, report: Callable[[str], None], *, checkpoints: bool) -> tuple[Outcome, bool]:
    """Apply a plan and show the output. Return the outcome, and whether the plan was stale.

    An interrupted run is never stale: what it did not do is not missing because of the plan.
    """
    command = pulumi_command(plan.pulumi_name, "up", "--yes", "--suppress-progress", "--plan", str(plan.file))
    environment, operations = child_environment(), [operation.op for operation in plan.review.operations]
    if not checkpoints and skips_checkpoints(plan.types, operations, environment):
        environment[VARIABLE] = "true"
        report(WITHOUT_CHECKPOINTS.format(creates=len(operations)))
    seen = set[str]()
    with (
        # A process group of its own: a signal to ours reaches the CLI once, so that it can release the lock.
        subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        ) as process,
        _forward_signals(process) as forwarded,
    ):
        for line in process.stdout or ():
            sys.stdout.write(printable_output(line))
            sys.stdout.flush()
            seen |= {marker for marker in (*STALE_PLAN_MARKERS, *LOCK_MARKERS) if marker in line}
        process.wait()
    outcome = _outcome(process.returncode, seen)
    return outcome, outcome is Outcome.failed and not seen.isdisjoint(STALE_PLAN_MARKERS) and not forwarded


def _outcome(exit_code: int, seen: Collection[str]) -> Outcome:
    """Return how `pulumi up` ended; *seen*: the markers in its output. A negative exit code is a signal."""
    if exit_code == 0:
        return Outcome.applied
    if exit_code < 0:
        return Outcome.killed
    return Outcome.failed if set(LOCK_MARKERS).isdisjoint(seen) else Outcome.locked


@contextmanager
def _forward_signals(process: "subprocess.Popen[str]") -> Iterator[set[int]]:
    """Forward SIGINT and SIGTERM to a process; yield the set of signals that were forwarded."""
    forwarded = set[int]()

    def forward(number: int, _: object) -> None:
        forwarded.add(number)
        process.send_signal(number)

    handlers = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield forwarded
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
