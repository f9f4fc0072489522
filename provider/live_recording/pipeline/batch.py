"""Plan many stacks at the same time.

Each account is read once, in a thread of its own, so that an account that does not answer delays no stack of another one.
Results are in the order of the stacks, whichever ends first.
"""

import os
import signal
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from live_recording.account.snapshot import Snapshot
from live_recording.config.files import debug_enabled
from live_recording.config.pulumi_cli import COMMANDS, Interrupted
from live_recording.config.settings import Settings
from live_recording.config.stack_state import read_state
from live_recording.core.errors import ConfigError, ToolError
from live_recording.pipeline.base import stack_at
from live_recording.pipeline.plan import Plan, open_stack, plan_stack, read_account
from live_recording.project import StackFile

READERS = 16
"""How many accounts are read at the same time."""


def default_jobs() -> int:
    """Return how many previews run at the same time by default: one per processor that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def plan_stacks(
    names: Sequence[str],
    directory: Path,
    jobs: int,
    report: Callable[[str], None],
    accepted: Collection[str] = (),
    base: str = "",
) -> tuple[tuple[Plan, ...], Mapping[str, ToolError]]:
    """Plan stacks. Return the plans and the failures. Raises Interrupted after a signal, once all commands ended.

    Args:
        names: Names of stacks, or paths of their files.
        directory: Where to write.
        jobs: How many previews run at the same time.
        report: Called with a line for each stack that ends, unless there is only one.
        accepted: As for `plan_stack`.
        base: The commit with which the stack files are compared; "": none.
    """
    ended: SimpleQueue[tuple[str, Future[Plan]] | None] = SimpleQueue()
    results: dict[str, Plan | ToolError] = {}
    with _forward_signals(ended), ThreadPoolExecutor(jobs) as planners, ThreadPoolExecutor(READERS) as readers:
        _Batch(directory, accepted, base, planners, readers, ended).start(names)
        while len(results) < len(names):
            outcome = ended.get()
            if outcome is None:
                raise Interrupted
            name, planned = outcome
            results[name] = _result(planned)
            if len(names) > 1:
                how = "planned" if isinstance(results[name], Plan) else "not planned"
                report(f"{name}: {how} ({len(results)} of {len(names)})")
    ordered = [(name, results[name]) for name in names]
    plans = tuple(result for _, result in ordered if isinstance(result, Plan))
    return plans, {name: result for name, result in ordered if isinstance(result, ToolError)}


class _Batch:
    """Stacks that are being planned. Each of them ends with an entry in *ended*."""

    def __init__(
        self,
        directory: Path,
        accepted: Collection[str],
        base: str,
        planners: ThreadPoolExecutor,
        readers: ThreadPoolExecutor,
        ended: "SimpleQueue[tuple[str, Future[Plan]] | None]",
    ) -> None:
        self._directory = directory
        self._accepted = accepted
        self._base = base
        self._planners = planners
        self._readers = readers
        self._ended = ended
        self._accounts: dict[Settings, Future[Snapshot | None]] = {}

    def start(self, names: Sequence[str]) -> None:
        """Open all stacks, then plan each one as soon as its account is read."""
        opening = [(name, self._planners.submit(open_stack, name)) for name in names]
        opened = set[str]()
        for name, stack in opening:
            try:
                self._start_one(name, stack.result(), opened)
            except ToolError as error:
                failed: Future[Plan] = Future()
                failed.set_exception(error)
                self._ended.put((name, failed))

    def _start_one(self, name: str, stack: StackFile, opened: set[str]) -> None:
        if stack.stack in opened:
            raise ConfigError(f"Stack {stack.stack} is named more than once. Name it once.")
        opened.add(stack.stack)
        account = self._accounts.get(stack.settings)
        if account is None:
            account = self._accounts[stack.settings] = self._readers.submit(read_account, stack, None)
        account.add_done_callback(lambda read: self._plan(name, stack, read))

    def _plan(self, name: str, stack: StackFile, account: "Future[Snapshot | None]") -> None:
        def run() -> Plan:
            base = stack_at(self._base, stack) if self._base else None
            held, state = account.result(), read_state(stack.pulumi_name)
            return plan_stack(stack, self._directory, state, held, self._accepted, base)

        planned = self._planners.submit(run)
        planned.add_done_callback(lambda done: self._ended.put((name, done)))


def _result(planned: "Future[Plan]") -> Plan | ToolError:
    """Return the plan of a stack, or why it has no plan."""
    try:
        return planned.result()
    except ToolError as error:
        if debug_enabled():
            raise
        return error


@contextmanager
def _forward_signals(ended: "SimpleQueue[tuple[str, Future[Plan]] | None]") -> Iterator[None]:
    """Forward SIGINT and SIGTERM to all commands, start no more of them, and wake the thread that waits for plans."""

    def forward(number: int, _: object) -> None:
        COMMANDS.interrupt(number)
        ended.put(None)

    handlers = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
