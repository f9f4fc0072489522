"""TODO live_recording.pipeline.deploy."""

import signal
import subprocess
import sys
from enum import Enum
from pathlib import Path

from live_recording.pipeline.plan import Planned, combine, held, open_stack, plan
from live_recording.pipeline.pulumi_cli import pulumi_command

STALE_PLAN_MARKERS = ("violates plan", "is not allowed by the plan", "but none were seen")
"""How the engine says that a saved plan does not fit any more: something else happens, or something does not."""


class Ended(Enum):
    """How a deployment ended: its exit code, and what to do."""

    applied = 0, "Applied."
    stopped = 1, "Nothing was applied. Read {out}/review.md."
    changed = 1, "Not applied: by now the plan means something else. Read {out}/review.md; if it is right, run again."
    failed = 3, "Pulumi ended with an error: see above. Run it again once that is mended."


def deploy(stack: str, directory: Path) -> tuple[Ended, tuple[Planned, ...]]:
    """Plan, review and apply a stack; its plans, the second one only where time overtook the first."""
    asked = open_stack(stack)
    asked.settings.require_changes_allowed(preview=False)
    first = plan(asked, directory, held(asked, None))
    combine((first,), directory)
    if first.review.stops:
        return Ended.stopped, (first,)
    ended, overtaken = _up(first)
    if not overtaken:
        return ended, (first,)
    second = plan(asked, directory, held(asked, None))
    combine((second,), directory)
    if second.review.stops or not second.review.means_no_more_than(first.review):
        return Ended.changed, (first, second)
    return _up(second)[0], (first, second)


def _up(made: Planned) -> tuple[Ended, bool]:
    """Apply a plan while its output is shown: how that ended, and whether time had overtaken the plan.

    The CLI has a process group of its own: who ends this program ends it once, so that it can give the lock back. What
    it leaves undone then is not missing for lack of a plan.
    """
    command = pulumi_command(made.stack, "up", "--yes", "--suppress-progress", "--plan", str(made.plan))
    overtaken, sent = False, set[int]()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0
    ) as running:

        def hand_on(number: int, _: object) -> None:
            sent.add(number)
            running.send_signal(number)

        before = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
        for line in running.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            overtaken |= any(words in line for words in STALE_PLAN_MARKERS)
    for number, handler in before.items():
        signal.signal(number, handler)
    failed = running.returncode != 0
    return (Ended.failed if failed else Ended.applied), failed and overtaken and not sent
