"""TODO live_recording.pipeline.plan."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from live_recording.account import snapshot_file
from live_recording.account.snapshot import Snapshot
from live_recording.config import secrets
from live_recording.config.files import create_directory, debug_enabled, stack_config_reader, stack_path, write_file
from live_recording.config.settings import NAMESPACE
from live_recording.core.errors import ToolError
from live_recording.pipeline.pulumi_cli import pulumi, reason
from live_recording.project import StackFile, load_stack
from live_recording.review.build import reviewed
from live_recording.review.formats import FORMS, combined
from live_recording.review.model import Review

NOTHING: Mapping[str, tuple[str, str]] = {}
NO_STACK = "no stack named"
"""How the CLI says that the backend has no such stack."""


class Planned(NamedTuple):
    """One stack that was planned: its review, and the plan that `pulumi up --plan` takes."""

    stack: str
    review: Review
    plan: Path


def plan(asked: StackFile, directory: Path, held: Snapshot | None) -> Planned:
    """Plan a stack into *directory*: STACK.preview.json, STACK.plan, and the review in all forms."""
    create_directory(directory)
    base = directory / asked.stack
    saved = base.with_name(f"{asked.stack}.plan")
    done = pulumi(asked.stack, "preview", "--json", "--save-plan", str(saved))
    write_file(base.with_name(f"{asked.stack}.preview.json"), done.stdout)
    if NO_STACK in done.stderr:
        raise ToolError(f"The backend has no stack {asked.stack} yet. Make it once: pulumi stack init {asked.stack}")
    if not done.stdout.strip():
        raise ToolError(f"pulumi preview of stack {asked.stack} ended without a plan: {reason(done.stderr)}")
    found = reviewed(asked, done.stdout, held)
    if done.returncode and not found.refused:
        raise ToolError(f"pulumi preview of stack {asked.stack} failed: {reason(done.stderr)}")
    for form, said in FORMS.items():
        write_file(base.with_name(f"{asked.stack}.{form}"), said(found))
    return Planned(asked.stack, found, saved)


def held(asked: StackFile, account: Path | None) -> Snapshot | None:
    """The snapshot in the file, else the live account; None without credentials."""
    if account:
        return snapshot_file.read_snapshot(account)
    return snapshot_file.take_snapshot(asked.settings) if asked.settings.source else None


def stacks_without_file() -> Mapping[str, str]:
    """Stacks of this project that hold resources, and whose stack file is not there any more: what that means.

    None where the backend cannot be asked: then the plans say why.
    """
    done = pulumi(None, "stack", "ls", "--json")
    listed = json.loads(done.stdout) if not done.returncode else []
    names = sorted(each["name"].rpartition("/")[2] for each in listed if each.get("resourceCount"))
    files = {name: stack_path(name, stack_config_reader(name)("recordings")) for name in names}
    return {
        name: f"There is no {path} any more. What it declared stays in the account, and nothing more is created. "
        f"To end it: pulumi destroy --stack {name}"
        for name, path in files.items()
        if not path.is_file()
    }


def planned(
    stacks: Iterable[str], directory: Path, beside: Mapping[str, str]
) -> tuple[tuple[Planned, ...], Mapping[str, ToolError]]:
    """All stacks, planned one after the other, and those that could not be; one review of all of them as review.md.

    *beside*: what is said there of stacks that are abandoned.
    """
    made, failed = [], {}
    for stack in stacks:
        try:
            asked = open_stack(stack)
            made.append(plan(asked, directory, held(asked, None)))
        except ToolError as failure:
            if debug_enabled():
                raise
            failed[stack] = failure
    without = {stack: ("No stack file", why) for stack, why in beside.items()}
    without |= {stack: ("Not planned", str(failure)) for stack, failure in failed.items()}
    combine(made, directory, without)
    return tuple(made), failed


def combine(made: Iterable[Planned], directory: Path, beside: Mapping[str, tuple[str, str]] = NOTHING) -> None:
    """Write the combined review of these plans as DIRECTORY/review.md."""
    create_directory(directory)
    write_file(directory / "review.md", combined((one.review for one in made), beside))


def open_stack(stack: str) -> StackFile:
    """The stack, its key pair read by Pulumi where only Pulumi can read it."""
    asked = load_stack(stack)
    settings = asked.settings
    pair = {"secretId": settings.secret_id, "secretKey": settings.secret_key}
    for key in secrets.unreadable_keys(stack, settings):
        if key in pair:
            done = pulumi(asked.stack, "config", "get", f"{NAMESPACE}:{key}")
            if done.returncode:
                raise ToolError(f"Pulumi cannot read {key} of stack {asked.stack}: {reason(done.stderr)}")
            pair[key] = done.stdout.strip()
    if all(pair.values()):
        settings = replace(settings, secret_id=pair["secretId"], secret_key=pair["secretKey"], source="keys")
    if why := secrets.describe_unreadable_keys(stack, settings):
        raise ToolError(why)
    return replace(asked, settings=settings)
