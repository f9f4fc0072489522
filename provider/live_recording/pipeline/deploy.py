"""Plan, review and apply one stack."""

import signal
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from live_recording.config.printing import printable_output
from live_recording.config.pulumi_cli import child_environment, pulumi_command
from live_recording.pipeline.plan import Plan, open_stack, plan_stack, read_account, write_review

STALE_PLAN_MARKERS = ("violates plan", "is not allowed by the plan", "but none were seen")
"""Parts of the engine's errors for a saved plan that no longer matches what it would do."""


class Outcome(Enum):
    """How a deployment ended: its exit code, and what to do. `{out}` is the directory of plans."""

    applied = 0, "Applied."
    stopped = 1, "Nothing was applied. Read {out}/review.md."
    changed = (
        1,
        "Not applied: the plan became stale and the new plan has other effects. Read {out}/review.md, then run again.",
    )
    failed = 3, "Pulumi failed, see above. Fix the error and run again."

    def __init__(self, exit_code: int, sentence: str) -> None:
        self.exit_code = exit_code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment that ended: its outcome, and its plans, the second only if the first became stale."""

    outcome: Outcome
    plans: tuple[Plan, ...]


def deploy_stack(name: str, directory: Path, accepted: Collection[str] = ()) -> Deployment:
    """Plan, review and apply a stack. A stale plan is repeated once, and applied if it has no other effects.

    *accepted*: as for `plan_stack`.
    """
    stack = open_stack(name)
    stack.settings.require_changes_allowed(preview=False)
    first = plan_stack(stack, directory, read_account(stack, None), accepted)
    write_review((first,), directory)
    if first.review.stops:
        return Deployment(Outcome.stopped, (first,))
    outcome, stale = _apply(first)
    if not stale:
        return Deployment(outcome, (first,))
    second = plan_stack(stack, directory, read_account(stack, None), accepted)
    write_review((second,), directory)
    if second.review.stops or not second.review.has_no_new_effect(first.review):
        return Deployment(Outcome.changed, (first, second))
    outcome, _ = _apply(second)
    return Deployment(outcome, (first, second))


def _apply(plan: Plan) -> tuple[Outcome, bool]:
    """Apply a plan and show the output. Return the outcome, and whether the plan was stale.

    An interrupted run is never stale: what it did not do is not missing because of the plan.
    """
    command = pulumi_command(plan.pulumi_name, "up", "--yes", "--suppress-progress", "--plan", str(plan.file))
    stale = False
    with (
        # A process group of its own: a signal to ours reaches the CLI once, so that it can release the lock.
        subprocess.Popen(
            command,
            env=child_environment(),
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
            stale |= any(marker in line for marker in STALE_PLAN_MARKERS)
        process.wait()
    if process.returncode == 0:
        return Outcome.applied, False
    return Outcome.failed, stale and not forwarded


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
