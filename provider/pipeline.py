"""What a pipeline runs: plan stacks and review the plans, then apply exactly what was reviewed.

Rule 1: every step is the real CLI; nothing is applied that was not planned and reviewed in the same job.
Rule 2: a plan that time has overtaken is made once more, and applied only where it means no more for viewers.
Rule 3: a stack that cannot be planned hides no other one.
"""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from provider import config, sealed, snapshot
from provider.core.review import Review
from provider.core.snapshot import Snapshot
from provider.failures import Failure
from provider.review import reviewed
from provider.review_forms import FORMS, combined
from provider.settings import NAMESPACE
from provider.sources import Source, source

OVERTAKEN = ("violates plan", "is not allowed by the plan", "but none were seen")
"""How the engine says that a saved plan does not fit any more: something else happens, or something does not."""
NOTHING: Mapping[str, tuple[str, str]] = {}
NO_STACK = "no stack named"
"""How the CLI says that the backend has no such stack."""


class Planned(NamedTuple):
    """One stack that was planned: its review, and the plan that `pulumi up --plan` takes."""

    stack: str
    review: Review
    plan: Path


class Ended(Enum):
    """How a deployment ended: its exit code, and what to do."""

    applied = 0, "Applied."
    stopped = 1, "Nothing was applied. Read {out}/review.md."
    changed = 1, "Not applied: by now the plan means something else. Read {out}/review.md; if it is right, run again."
    failed = 3, "Pulumi ended with an error: see above. Run it again once that is mended."


def plan(asked: Source, directory: Path, held: Snapshot | None) -> Planned:
    """Plan a stack into *directory*: STACK.preview.json, STACK.plan, and the review in all forms."""
    config.make(directory)
    base = directory / asked.stack
    saved = base.with_name(f"{asked.stack}.plan")
    done = _pulumi(asked.stack, "preview", "--json", "--save-plan", str(saved))
    config.write(base.with_name(f"{asked.stack}.preview.json"), done.stdout)
    if NO_STACK in done.stderr:
        raise Failure(f"The backend has no stack {asked.stack} yet. Make it once: pulumi stack init {asked.stack}")
    if not done.stdout.strip():
        raise Failure(f"pulumi preview of stack {asked.stack} ended without a plan: {_reason(done.stderr)}")
    found = reviewed(asked, done.stdout, held)
    if done.returncode and not found.refused:
        raise Failure(f"pulumi preview of stack {asked.stack} failed: {_reason(done.stderr)}")
    for form, said in FORMS.items():
        config.write(base.with_name(f"{asked.stack}.{form}"), said(found))
    return Planned(asked.stack, found, saved)


def held(asked: Source, account: Path | None) -> Snapshot | None:
    """The snapshot in the file, else the live account; None without credentials."""
    if account:
        return snapshot.read(account)
    return snapshot.taken(asked.settings) if asked.settings.source else None


def abandoned() -> Mapping[str, str]:
    """Stacks of this project that hold resources, and whose stack file is not there any more: what that means.

    None where the backend cannot be asked: then the plans say why.
    """
    done = _pulumi(None, "stack", "ls", "--json")
    listed = json.loads(done.stdout) if not done.returncode else []
    names = sorted(each["name"].rpartition("/")[2] for each in listed if each.get("resourceCount"))
    files = {name: config.stack_path(name, config.stack_config(name)("recordings")) for name in names}
    return {
        name: f"There is no {path} any more. What it declared stays in the account, and nothing more is created. "
        f"To end it: pulumi destroy --stack {name}"
        for name, path in files.items()
        if not path.is_file()
    }


def planned(
    stacks: Iterable[str], directory: Path, beside: Mapping[str, str]
) -> tuple[tuple[Planned, ...], Mapping[str, Failure]]:
    """All stacks, planned one after the other, and those that could not be; one review of all of them as review.md.

    *beside*: what is said there of stacks that are abandoned.
    """
    made, failed = [], {}
    for stack in stacks:
        try:
            asked = _opened(stack)
            made.append(plan(asked, directory, held(asked, None)))
        except Failure as failure:
            if config.debug():
                raise
            failed[stack] = failure
    without = {stack: ("No stack file", why) for stack, why in beside.items()}
    without |= {stack: ("Not planned", str(failure)) for stack, failure in failed.items()}
    _combine(made, directory, without)
    return tuple(made), failed


def _combine(made: Iterable[Planned], directory: Path, beside: Mapping[str, tuple[str, str]] = NOTHING) -> None:
    config.make(directory)
    config.write(directory / "review.md", combined((one.review for one in made), beside))


def deploy(stack: str, directory: Path) -> tuple[Ended, tuple[Planned, ...]]:
    """Plan, review and apply a stack; its plans, the second one only where time overtook the first."""
    asked = _opened(stack)
    asked.settings.refuse_changes(preview=False)
    first = plan(asked, directory, held(asked, None))
    _combine((first,), directory)
    if first.review.stops:
        return Ended.stopped, (first,)
    ended, overtaken = _up(first)
    if not overtaken:
        return ended, (first,)
    second = plan(asked, directory, held(asked, None))
    _combine((second,), directory)
    if second.review.stops or not second.review.means_no_more_than(first.review):
        return Ended.changed, (first, second)
    return _up(second)[0], (first, second)


def _opened(stack: str) -> Source:
    """The stack, its key pair read by Pulumi where only Pulumi can read it."""
    asked = source(stack)
    settings = asked.settings
    pair = {"secretId": settings.secret_id, "secretKey": settings.secret_key}
    for key in sealed.missing(stack, settings):
        if key in pair:
            done = _pulumi(asked.stack, "config", "get", f"{NAMESPACE}:{key}")
            if done.returncode:
                raise Failure(f"Pulumi cannot read {key} of stack {asked.stack}: {_reason(done.stderr)}")
            pair[key] = done.stdout.strip()
    if all(pair.values()):
        settings = replace(settings, secret_id=pair["secretId"], secret_key=pair["secretKey"], source="keys")
    if why := sealed.sealed(stack, settings):
        raise Failure(why)
    return asked._replace(settings=settings)


def _up(made: Planned) -> tuple[Ended, bool]:
    """Apply a plan while its output is shown: how that ended, and whether time had overtaken the plan.

    The CLI has a process group of its own: who ends this program ends it once, so that it can give the lock back. What
    it leaves undone then is not missing for lack of a plan.
    """
    command = _command(made.stack, "up", "--yes", "--suppress-progress", "--plan", str(made.plan))
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
            overtaken |= any(words in line for words in OVERTAKEN)
    for number, handler in before.items():
        signal.signal(number, handler)
    failed = running.returncode != 0
    return (Ended.failed if failed else Ended.applied), failed and overtaken and not sent


def _pulumi(stack: str | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(_command(stack, *arguments), capture_output=True, text=True, check=False)


def _command(stack: str | None, *arguments: str) -> list[str]:
    found = shutil.which("pulumi")
    if found is None:
        raise Failure(
            "There is no pulumi on the path. Install it, or run `make setup` and put the directory that "
            "`python3 tools/pulumi/install.py` prints on the path."
        )
    return [found, "--non-interactive", *arguments, *(("--stack", stack) if stack else ())]


def _reason(said: str) -> str:
    return " ".join(said.split())[-500:] or "it said nothing."
