"""Plan, review and apply one stack."""

import signal
from collections.abc import Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Protocol

from live_recording.account import snapshot_file
from live_recording.account.inventory import AccountInventory, open_account
from live_recording.config import files
from live_recording.config.pulumi_cli import COMMANDS, child_environment, pulumi_command
from live_recording.config.stack_state import State, read_state
from live_recording.core.stack_name import StackName
from live_recording.core.text import command_of, join_words
from live_recording.desired.moments import moments
from live_recording.pipeline.apply import Update, run_update
from live_recording.pipeline.checkpoints import VARIABLE, skips_checkpoints
from live_recording.pipeline.engine_plan import changes_nothing, parse_plan
from live_recording.pipeline.locks import remove_abandoned
from live_recording.pipeline.passes import Basis, Passes, Planned, passes_after
from live_recording.pipeline.plan import Plan, open_stack, plan_stack, write_review
from live_recording.project import StackFile, input_contents

WITHOUT_CHECKPOINTS = (
    "Applying without checkpoints: {creates:,} creates, which another run finds. If this run is killed, run the same command "
    "again before any other change."
)
LOCK_REMOVED = (
    "The lock of a killed run (process {processes} of this machine) is removed. Planning again. If the stack file changed since "
    "that run, run live-recording audit afterwards: it lists what that run left."
)


class Outcome(Enum):
    """How a deployment ended: its exit code, and what to do.

    `{out}` is the directory of plans, `{unlock}` the command that removes the lock of a killed run.
    """

    applied = 0, "Applied."
    unchanged = 0, "Nothing to change."
    stopped = 1, "Nothing was applied. Read {out}/review.md."
    changed = (
        1,
        "Not applied: the plan became stale and the new plan has other effects. Read {out}/review.md, then run again.",
    )
    partly_applied = (
        1,
        "Partly applied: the plan became stale and the new plan has other effects. Read {out}/review.md, then run again.",
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


class Observer(Protocol):
    """Shows what a deployment found, before the deployment continues."""

    def planned(self, plan: Plan, number: int) -> None:
        """Show a plan that was reviewed. Nothing of it is applied yet."""

    def announced(self, sentence: str) -> None:
        """Show what the deployment does next besides applying the plan, and what follows from it."""


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
    observer: Observer,
    accepted: Collection[str] = (),
    *,
    checkpoints: bool = False,
) -> Deployment:
    """Plan, review and apply a stack. A stale plan is repeated once, and applied if it has no other effects.

    With its state in a directory, the lock of a run that was killed on this machine is removed, and the plan counts as stale.

    Args:
        name: Name of the stack, or path of its file.
        directory: Where to write plans and reviews.
        observer: Shows each plan before it is applied.
        accepted: As for `plan_stack`.
        checkpoints: Let Pulumi write the state after every step, also where a killed run can be repaired without.
    """
    first = Attempt.plan_now(name, directory, accepted)
    observer.planned(first.plan, 1)
    if first.plan.review.stops:
        return Deployment(Outcome.stopped, (first.plan,))
    passes = first.passes()
    if passes is Passes.none:
        return Deployment(Outcome.unchanged, (first.plan,))
    update = first.apply(passes, observer, checkpoints=checkpoints)
    if not update.stale and not _unlock(update, observer):
        return Deployment(_outcome(update), (first.plan,))
    second = Attempt.plan_now(name, directory, accepted)
    observer.planned(second.plan, 2)
    plans = first.plan, second.plan
    if second.plan.review.stops or not second.plan.review.has_no_new_effect(first.plan.review):
        is_partly_applied = passes is Passes.update and not update.locked
        return Deployment(Outcome.partly_applied if is_partly_applied else Outcome.changed, plans)
    return Deployment(_outcome(second.apply(Passes.preview_and_update, observer, checkpoints=checkpoints)), plans)


def _unlock(update: Update, observer: Observer) -> bool:
    """Remove the lock that stopped an update if its run was killed on this machine. Returns whether it was removed."""
    if not update.locked or not remove_abandoned(update.locks):
        return False
    processes = join_words(str(lock.process) for lock in update.locks)
    observer.announced(LOCK_REMOVED.format(processes=processes))
    return True


@contextmanager
def _reading_state(stack: str) -> Iterator[Future[State]]:
    """Read the state of a stack while the body runs: the CLI takes as long as the account. Yields the future state.

    The CLI has a process group of its own, so an interrupt of the body is sent to it.
    """
    with ThreadPoolExecutor(max_workers=1) as reader:
        try:
            yield reader.submit(read_state, stack)
        except KeyboardInterrupt:
            COMMANDS.interrupt(signal.SIGINT)
            raise


def _outcome(update: Update) -> Outcome:
    if update.exit_code == 0:
        return Outcome.applied
    if update.exit_code < 0:
        return Outcome.killed
    return Outcome.locked if update.locked else Outcome.failed


@dataclass(frozen=True, slots=True)
class Attempt:
    """A plan, and what it was computed from."""

    name: str  # of the stack, as the user named it
    plan: Plan
    stack: StackFile
    live: AccountInventory | None  # None without credentials
    began: datetime
    basis: Basis

    @classmethod
    def plan_now(cls, name: str, directory: Path, accepted: Collection[str]) -> "Attempt":
        """Plan and review a stack. What a change after this moment would change is read before the plan is created."""
        with _reading_state(StackName.parse(name).for_pulumi) as state:
            contents, stack = input_contents(name), open_stack(name)
            stack.settings.require_changes_allowed(preview=False)
            began = stack.settings.now()
            live = open_account(stack.settings) if stack.settings.has_credentials else None
            account = snapshot_file.snapshot_of(live, with_relays=True) if live else None
            basis = Basis(contents, state.result(), account)
        plan = plan_stack(stack, directory, basis.state, account, accepted)
        write_review((plan,), directory, pages=plan.review.stops or bool(plan.review.operations))
        return cls(name, plan, stack, live, began, basis)

    def passes(self) -> Passes:
        """Return what `pulumi up` still has to run."""
        settings, declared = self.stack.settings, self.stack.checked.stack
        plan = parse_plan(files.read_text(self.plan.file, "plan", largest=files.LARGEST_DATA))
        times = tuple(moments(declared, settings.limits, self.began)) if declared else ()
        planned = Planned(self.began, self.plan.types, changes_nothing(plan, self.basis.state), times)
        return passes_after(planned, settings.now(), self.is_basis_same)

    def is_basis_same(self) -> bool:
        """Return whether what the plan was computed from is the same now. Reads all of it again."""
        with _reading_state(self.plan.pulumi_name) as state:
            account = snapshot_file.snapshot_of(self.live) if self.live else None
            return self.basis.is_same(Basis(input_contents(self.name), state.result(), account))

    def apply(self, passes: Passes, observer: Observer, *, checkpoints: bool) -> Update:
        """Apply the plan."""
        command = pulumi_command(
            self.plan.pulumi_name, "up", "--yes", "--suppress-progress", "--plan", str(self.plan.file), *passes.options
        )
        environment, operations = child_environment(), [operation.op for operation in self.plan.review.operations]
        if not checkpoints and skips_checkpoints(self.plan.types, operations, environment):
            environment[VARIABLE] = "true"
            observer.announced(WITHOUT_CHECKPOINTS.format(creates=len(operations)))
        return run_update(command, environment)
