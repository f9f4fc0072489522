"""Audit: each account is read once and compared with the stack files that share it.

Stacks share an account when site, endpoint and credentials are the same. A file that was not asked about still says
what is declared, so that nothing of it is called undeclared.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from live_recording.account import snapshot_file
from live_recording.account.snapshot import Snapshot
from live_recording.audit.compare import compared
from live_recording.audit.declared import Declaring
from live_recording.audit.messages import AuditMessage, Scene, render_difference
from live_recording.config.files import project_name, select_stacks, stack_names
from live_recording.config.secrets import describe_unreadable_keys
from live_recording.config.settings import Settings
from live_recording.core import json_output
from live_recording.core.errors import ConfigError, ToolError
from live_recording.core.findings import Finding, errors
from live_recording.core.text import count_of, quoted
from live_recording.core.timefmt import rfc3339
from live_recording.project import StackFile, load_stack


class Account(NamedTuple):
    """One account, the stack files that were compared with it, and what differs."""

    name: str
    files: tuple[str, ...]
    at: str = ""  # when it was looked at
    told: tuple[AuditMessage, ...] = ()
    failure: str = ""  # why it could not be looked at


class Audit(NamedTuple):
    """All accounts that were asked about, and the findings of stack files that cannot be used."""

    findings: tuple[Finding, ...]
    accounts: tuple[Account, ...]
    notes: tuple[str, ...]  # what is not known

    @property
    def exit_code(self) -> int:
        """0: nothing to put right; 1: something; 3: an account could not be looked at."""
        if any(account.failure for account in self.accounts):
            return ToolError.status
        return int(
            bool(self.findings) or any(not one.for_information for account in self.accounts for one in account.told)
        )


def audited(stacks: Sequence[str] | None, account: Path | None) -> Audit:
    """The audit of these stacks, or of all, on their live accounts, or on the one that a snapshot file describes.

    Raises ConfigError for a stack, a configuration or a snapshot that cannot be used.
    """
    asked = {(found.stack, found.file): found for found in map(load_stack, select_stacks(stacks))}.values()
    held = snapshot_file.read_snapshot(account) if account else None
    groups = _by_account(asked)
    if held:
        _require_one_account(account, held, groups)
    others, notes = _others(asked)
    made = []
    for identity, group in groups.items():
        if broken := _broken_files(group):
            notes.append(_not_compared(group, broken))
        else:
            beside = [other for other in others if _identity(other.settings) == identity]
            made.append(_account(str(account or identity.endpoint), group, beside, held))
    return Audit(_findings_that_stop(asked), tuple(sorted(made)), tuple(sorted(notes)))


def _broken_files(group: Iterable[StackFile]) -> list[str]:
    return [found.file for found in group if not found.checked.valid_stack]


def _by_account(files: Iterable[StackFile]) -> dict[Settings, list[StackFile]]:
    groups: dict[Settings, list[StackFile]] = {}
    for file in files:
        groups.setdefault(_identity(file.settings), []).append(file)
    return groups


def _findings_that_stop(files: Iterable[StackFile]) -> tuple[Finding, ...]:
    broken = (file.checked for file in files if not file.checked.valid_stack)
    return tuple(sorted(finding for checked in broken for finding in checked.findings))


def _not_compared(group: Iterable[StackFile], broken: Iterable[str]) -> str:
    files = ", ".join(sorted(found.file for found in group))
    return f"The account of {files} was not compared. Fix {', '.join(broken)} first."


def _require_one_account(account: Path | None, held: Snapshot, groups: Mapping[Settings, Sequence[StackFile]]) -> None:
    """Raise ConfigError unless all stacks can be on the account of the snapshot."""
    for found in (found for group in groups.values() for found in group):
        if found.settings.site != held.site:
            raise ConfigError(
                f"{quoted(str(account))} is a snapshot of site {held.site}, but stack {found.stack} is on site "
                f"{found.settings.site}. Name the stacks of that account: live-recording audit STACK --account FILE."
            )
    if len(groups) > 1:
        raise ConfigError(
            f"{quoted(str(account))} is a snapshot of one account, but these stacks are on {len(groups)} by their endpoints or "
            "key pairs. Name the stacks of that account: live-recording audit STACK --account FILE."
        )


def _identity(settings: Settings) -> Settings:
    """What tells accounts apart: everything but the region, which only says where tasks are asked for."""
    return replace(settings, region="")


def _others(asked: Iterable[StackFile]) -> tuple[list[StackFile], list[str]]:
    """The stack files of this project that were not asked about, and a note about each that cannot be used."""
    usable, notes = [], []
    known = {found.stack for found in asked}
    for name in stack_names():
        if name in known:
            continue
        try:
            found = load_stack(name)
        except ConfigError as error:
            notes.append(f"Unknown declarations of stack {name}: {error}")
            continue
        if not found.checked.valid_stack:
            notes.append(f"Unknown declarations of {found.file}: it has errors. Run: live-recording check {name}")
        else:
            usable.append(found)
    return usable, notes


def _account(name: str, group: Sequence[StackFile], beside: Sequence[StackFile], held: Snapshot | None) -> Account:
    files = tuple(sorted(found.file for found in group))
    try:
        held = held or _taken(group)
    except ToolError as failure:
        return Account(name, files, failure=str(failure))
    declaring = [
        Declaring(found.file, found.owner, stack, found in group)
        for found in (*group, *beside)
        if (stack := found.checked.valid_stack)
    ]
    sources = {found.file: found for found in (*group, *beside)}
    stacks, differences = stack_names(), compared(held, declaring, project_name())
    return Account(
        name,
        files,
        rfc3339(held.at),
        tuple(sorted(render_difference(Scene(sources, stacks, one)) for one in differences)),
    )


def _taken(group: Sequence[StackFile]) -> Snapshot:
    """What the account holds now: templates and rules once, tasks as each region lists them."""
    for found in group:
        if why := describe_unreadable_keys(found.stack, found.settings):
            raise ToolError(why)
    first, *rest = [snapshot_file.take_snapshot(settings) for settings in {found.settings: None for found in group}]
    tasks = {task_id: task for one in (first, *rest) for task_id, task in one.tasks.items()}
    return first._replace(tasks=tasks)


def text(found: Audit) -> str:
    """Findings, what is not known, one line per difference by account, and one line that counts."""
    lines = [*map(str, found.findings), *found.notes]
    for account in found.accounts:
        lines += [heading(account), *(f"  {one}" for one in account.told or (outcome(account),))]
    return "\n".join([*lines, conclusion(found)])


def heading(account: Account) -> str:
    """Which account was looked at, when, and for which files."""
    at = f" at {account.at}" if account.at else ""
    return f"{account.name}{at}, with {', '.join(account.files)}:"


def outcome(account: Account) -> str:
    """What there is to say of an account without a difference."""
    return account.failure or "No differences."


def conclusion(found: Audit) -> str:
    """The line that counts."""
    said = [one.for_information for account in found.accounts for one in account.told]
    wrong, known = said.count(False) + len(errors(found.findings)), said.count(True)
    looked_at = count_of(sum(bool(account.at) for account in found.accounts), "account")
    return f"{looked_at} compared: {count_of(wrong, 'problem')}, {count_of(known, 'notice')}."


def as_json(found: Audit) -> str:
    """The same for programs."""
    return json_output.as_json(json_output.as_data(found) | {"findings": json_output.findings(found.findings)})
