"""Apply a plan with `pulumi up`, show its output, and tell how it ended."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from live_recording.config.printing import printable_output
from live_recording.pipeline.locks import Lock, parse_lock

STALE_PLAN_MARKERS = ("violates plan", "is not allowed by the plan", "but none were seen")
"""Parts of the engine's errors for a saved plan that no longer matches what it would do."""
LOCK_MARKERS = ("the stack is currently locked by", "[409] Conflict")
"""Parts of the CLI's errors for a stack that another run changes (*observed*; the second is Pulumi Cloud's, *assumed*)."""


@dataclass(frozen=True, slots=True)
class Update:
    """A `pulumi up` that ended."""

    exit_code: int  # negative: the signal that killed it
    markers: frozenset[str]  # of those above, in its output
    interrupted: bool  # whether we forwarded a signal to it
    locks: tuple[Lock, ...]  # that kept it from running, as far as they are in a directory

    @property
    def locked(self) -> bool:
        """Return whether another run has locked the stack."""
        return self.exit_code > 0 and not self.markers.isdisjoint(LOCK_MARKERS)

    @property
    def stale(self) -> bool:
        """Return whether the plan was stale. An interrupted run never shows that: what it did not do is not missing."""
        return (
            self.exit_code > 0
            and not self.locked
            and not self.interrupted
            and not self.markers.isdisjoint(STALE_PLAN_MARKERS)
        )


def run_update(command: Sequence[str], environment: dict[str, str]) -> Update:
    """Run `pulumi up` to its end, show its output, and forward SIGINT and SIGTERM to it."""
    seen, locks = set[str](), list[Lock]()
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
        for text in process.stdout or ():
            line = text.removesuffix("\n")  # a killed CLI ends inside a line
            sys.stdout.write(printable_output(line) + "\n")
            sys.stdout.flush()
            seen |= {marker for marker in (*STALE_PLAN_MARKERS, *LOCK_MARKERS) if marker in line}
            if lock := parse_lock(line):
                locks.append(lock)
        process.wait()
    return Update(process.returncode, frozenset(seen), bool(forwarded), tuple(locks))


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
