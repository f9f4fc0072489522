"""Plan stacks with the Pulumi CLI and review each plan. Changes no account."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from live_recording.account import snapshot_file
from live_recording.account.snapshot import Snapshot
from live_recording.config.files import create_private_directory, make_private, write_file
from live_recording.config.pulumi_cli import error_reason, run_pulumi
from live_recording.config.settings import NAMESPACE
from live_recording.config.sources import read_stack_config
from live_recording.config.stack_state import State, accounts_in_state, applied_configs, types_in_state
from live_recording.config.where import WhereChange, where_changes
from live_recording.core.errors import ToolError
from live_recording.pipeline.listing import declared_file, describe_missing_file
from live_recording.project import StackFile, load_stack
from live_recording.review.build import build_review
from live_recording.review.combined import render_combined
from live_recording.review.formats import FORMATS
from live_recording.review.model import Review
from live_recording.review.overview import Overview, Unaffected
from live_recording.review.preview import parse_preview
from live_recording.review.text import Verdict
from live_recording.stackfile.model import Stack

NO_STACK_MARKER = "no stack named"
"""Part of the CLI's error for a stack that the backend does not have."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one stack: its review, and the file for `pulumi up --plan`."""

    stack: str
    pulumi_name: str  # what the CLI's --stack takes
    review: Review
    file: Path
    types: frozenset[str]  # of the resources in the state and in the plan


def plan_stack(
    stack: StackFile,
    directory: Path,
    state: State,
    account: Snapshot | None,
    accepted: Collection[str] = (),
    base: Stack | None = None,
) -> Plan:
    """Plan and review a stack. Raises ToolError if it cannot be planned.

    Writes STACK.preview.json and STACK.plan into the directory.

    Args:
        stack: The stack.
        directory: Where to write.
        state: Its state, as `read_state` returns it: that raises if Pulumi would run code of others.
        account: What its account holds, None if that is not known.
        accepted: Config keys that say where or who, and that may differ from the last deployment.
        base: The stack before the change that is planned, None if that is not known.
    """
    create_private_directory(directory)
    where = _where_changes(stack, state, accepted)
    plan_file = directory / f"{stack.stack}.plan"
    done = run_pulumi(stack.pulumi_name, "preview", "--json", "--save-plan", str(plan_file))
    write_file(directory / f"{stack.stack}.preview.json", done.stdout, private=True)
    make_private(plan_file)
    if NO_STACK_MARKER in done.stderr:
        raise ToolError(f"The backend has no stack {stack.stack}. Create it once: pulumi stack init {stack.stack}")
    if not state:
        raise ToolError(f"pulumi stack export of stack {stack.stack} failed, so the plan cannot be compared with it.")
    if not done.stdout.strip():
        raise ToolError(f"pulumi preview of stack {stack.stack} printed no plan: {error_reason(done.stderr)}")
    preview = parse_preview(done.stdout, stack.owner)
    review = build_review(stack, preview, account, stack.settings.now(), where, base)
    if done.returncode and not review.refused:
        raise ToolError(f"pulumi preview of stack {stack.stack} failed: {error_reason(done.stderr)}")
    return Plan(stack.stack, stack.pulumi_name, review, plan_file, types_in_state(state) | preview.types)


def _where_changes(stack: StackFile, state: State, accepted: Collection[str]) -> tuple[WhereChange, ...]:
    current = read_stack_config(stack.pulumi_name)
    applied = applied_configs(state, current.project, current.stack)
    return where_changes(applied, current, accounts_in_state(state), accepted)


def read_account(stack: StackFile, snapshot: Path | None) -> Snapshot | None:
    """Return the snapshot in the file, else a new one of the live account, None without credentials."""
    if snapshot:
        return snapshot_file.read_snapshot(snapshot)
    return snapshot_file.take_snapshot(stack.settings, with_relays=True) if stack.settings.has_credentials else None


def stacks_without_file(removed: Collection[str] = ()) -> Mapping[str, str]:
    """Return the stacks of this project that have resources but no stack file, with what that means.

    If the backend cannot be read, these are the stacks whose files are known to be *removed*: then planning reports why.
    """
    listed = run_pulumi(None, "stack", "ls", "--json")
    stacks = [] if listed.returncode else json.loads(listed.stdout)
    names = {stack["name"].rpartition("/")[2] for stack in stacks if stack.get("resourceCount")}
    paths = {name: declared_file(name) for name in sorted(removed if listed.returncode else names)}
    return {name: describe_missing_file(name, path) for name, path in paths.items() if not path.is_file()}


def write_review(
    plans: Iterable[Plan],
    directory: Path,
    not_planned: Mapping[str, Verdict] | None = None,
    without_effect: Sequence[str] = (),
    unaffected: Unaffected | None = None,
    *,
    pages: bool = True,
) -> None:
    """Write the review of each plan in all formats, the combined review as review.md, and the page over all as index.html.

    Args:
        plans: The plans.
        directory: Where to write.
        not_planned: Stacks that have no plan but should -> why.
        without_effect: Paths that a pull request changes, but that these plans do not use.
        unaffected: Stacks that need no plan.
        pages: Whether to write HTML; if not, that of an earlier run is deleted.
    """
    create_private_directory(directory)
    reviews, verdicts = [plan.review for plan in plans], not_planned or {}
    for review in reviews:
        for extension in FORMATS:
            _write_format(review, extension, directory, pages=pages)
    combined = render_combined(reviews, verdicts, without_effect, unaffected)
    write_file(directory / "review.md", combined, private=True)
    _write_index(Overview.of(reviews, verdicts, unaffected), directory / "index.html", pages=pages)


def _write_format(review: Review, extension: str, directory: Path, *, pages: bool) -> None:
    path = directory / f"{review.stack}.{extension}"
    if pages or extension != "html":
        write_file(path, FORMATS[extension](review), private=True)
    else:
        path.unlink(missing_ok=True)


def _write_index(overview: Overview, path: Path, *, pages: bool) -> None:
    if not pages:
        path.unlink(missing_ok=True)
        return
    from live_recording.review.html import render_index  # its template engine is slow to import

    write_file(path, render_index(overview), private=True)


def not_planned_verdicts(without_file: Mapping[str, str], failures: Mapping[str, ToolError]) -> dict[str, Verdict]:
    """Return the verdicts of stacks without a plan: those without a stack file, and those that failed."""
    verdicts = {stack: Verdict("No stack file", sentence) for stack, sentence in without_file.items()}
    return verdicts | {stack: Verdict("Not planned", str(error)) for stack, error in failures.items()}


def open_stack(name: str) -> StackFile:
    """Load a stack. Lets Pulumi decrypt the key pair if it is encrypted in the config."""
    stack = load_stack(name)
    config = read_stack_config(name).revealed(partial(_decrypt, stack.pulumi_name))
    return replace(stack, settings=config.settings())


def _decrypt(stack: str, key: str) -> str:
    done = run_pulumi(stack, "config", "get", f"{NAMESPACE}:{key}")
    if done.returncode:
        raise ToolError(f"Pulumi cannot decrypt {key} of stack {stack}: {error_reason(done.stderr)}")
    return done.stdout.strip()
