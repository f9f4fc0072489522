"""The audit: each account is read once and compared with all stack files that share it.

Stacks share an account if site, endpoint and credentials are the same. A file that was not selected still shows what it
declares, so that none of its objects is reported as undeclared.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from live_recording.account import snapshot_file
from live_recording.account.relays import NOT_LISTED, RELAYS_RECORD
from live_recording.account.snapshot import Snapshot
from live_recording.audit.compare import find_differences
from live_recording.audit.declared import DeclaringFile
from live_recording.audit.messages import AuditMessage, MessageContext, render_difference
from live_recording.config.files import project_name, select_stacks, stack_names
from live_recording.config.settings import Settings
from live_recording.core import json_output
from live_recording.core.errors import ConfigError, ToolError
from live_recording.core.findings import Finding, errors, in_order
from live_recording.core.text import count_of, quoted
from live_recording.core.timefmt import rfc3339
from live_recording.project import StackFile, load_stack
from live_recording.stackfile.model import Stack


@dataclass(frozen=True, slots=True)
class AuditedAccount:
    """One account, the stack files that were compared with it, and the differences."""

    name: str
    files: tuple[str, ...]
    at: str = ""  # when it was read, RFC 3339; "": it could not be read
    messages: tuple[AuditMessage, ...] = ()
    failure: str = ""  # why it could not be read
    notes: tuple[str, ...] = ()  # what is not known about it


@dataclass(frozen=True, slots=True)
class Audit:
    """All audited accounts, the findings of stack files with errors, and notes about what is not known."""

    findings: tuple[Finding, ...]
    accounts: tuple[AuditedAccount, ...]
    notes: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """Return 0 if there is no problem, 1 if there is one, 3 if an account could not be read."""
        if any(account.failure for account in self.accounts):
            return ToolError.status
        has_problem = any(message.is_problem for account in self.accounts for message in account.messages)
        return int(bool(self.findings) or has_problem)


def audit_stacks(stacks: Sequence[str] | None, account: Path | None) -> Audit:
    """Compare these stacks, or all, with their live accounts, or with the one in a snapshot file.

    Raises ConfigError for a stack, a configuration or a snapshot that cannot be used.
    """
    loaded = map(load_stack, select_stacks(stacks))
    selected = [*{(file.stack, file.file): file for file in loaded}.values()]
    snapshot = snapshot_file.read_snapshot(account) if account else None
    groups = _by_account(selected)
    if snapshot:
        _require_one_account(account, snapshot, groups)
    others, notes = _other_files(selected)
    accounts = []
    for identity, group in groups.items():
        if note := _note_about_errors(group):
            notes.append(note)
        else:
            beside = [other for other in others if _account_identity(other.settings) == identity]
            accounts.append(_audit_account(str(account or identity.endpoint), group, beside, snapshot))
            notes += accounts[-1].notes
    accounts.sort(key=lambda audited: (audited.name, audited.files))
    return Audit(_findings_of_broken_files(selected), tuple(accounts), tuple(sorted(notes)))


def _by_account(files: Iterable[StackFile]) -> dict[Settings, list[StackFile]]:
    groups: dict[Settings, list[StackFile]] = {}
    for file in files:
        groups.setdefault(_account_identity(file.settings), []).append(file)
    return groups


def _account_identity(settings: Settings) -> Settings:
    """Return what distinguishes accounts: not the region, which only decides which tasks are listed, nor the guard."""
    return replace(settings, region="", account="")


def _findings_of_broken_files(files: Iterable[StackFile]) -> tuple[Finding, ...]:
    broken = (file.checked for file in files if not file.checked.valid_stack)
    return in_order(finding for checked in broken for finding in checked.findings)


def _note_about_errors(group: Iterable[StackFile]) -> str:
    """Return why the account of these files cannot be compared, or ""."""
    broken = [file.file for file in group if not file.checked.valid_stack]
    if not broken:
        return ""
    files = ", ".join(sorted(file.file for file in group))
    return f"The account of {files} was not compared. Fix {', '.join(broken)} first."


def _require_one_account(
    account: Path | None, snapshot: Snapshot, groups: Mapping[Settings, Sequence[StackFile]]
) -> None:
    """Raise ConfigError unless all stacks can be on the account of the snapshot."""
    advice = "Name the stacks of that account: live-recording audit STACK --account FILE."
    for file in (file for group in groups.values() for file in group):
        if file.settings.site != snapshot.site:
            raise ConfigError(
                f"{quoted(str(account))} is a snapshot of site {snapshot.site}, but stack {file.stack} is on site "
                f"{file.settings.site}. {advice}"
            )
    if len(groups) > 1:
        raise ConfigError(
            f"{quoted(str(account))} is a snapshot of one account, but these stacks are on {len(groups)} by their endpoints or "
            f"key pairs. {advice}"
        )


def _other_files(selected: Iterable[StackFile]) -> tuple[list[StackFile], list[str]]:
    """Return the other stack files of this project, and a note about each that cannot be used."""
    usable, notes = [], []
    known = {file.stack for file in selected}
    for name in stack_names():
        if name in known:
            continue
        try:
            file = load_stack(name)
        except ConfigError as error:
            notes.append(f"Unknown declarations of stack {name}: {error}")
            continue
        if file.checked.valid_stack:
            usable.append(file)
        else:
            notes.append(f"Unknown declarations of {file.file}: it has errors. Run: live-recording check {name}")
    return usable, notes


def _audit_account(
    name: str, group: Sequence[StackFile], beside: Sequence[StackFile], snapshot: Snapshot | None
) -> AuditedAccount:
    files, is_live = tuple(sorted(file.file for file in group)), snapshot is None
    try:
        snapshot = snapshot or _read_account(group)
    except ToolError as failure:
        return AuditedAccount(name, files, failure=str(failure))
    declaring = [
        DeclaringFile(file.file, file.owner, stack, audited=file in group)
        for file in (*group, *beside)
        if (stack := file.checked.valid_stack)
    ]
    by_path = {file.file: file for file in (*group, *beside)}
    stacks, differences = stack_names(), find_differences(snapshot, declaring, project_name())
    messages = (render_difference(MessageContext(by_path, stacks, difference)) for difference in differences)
    name = group[0].settings.describe_account(snapshot.account) if is_live else name
    unknown = (*_unknown_relays(snapshot, is_live=is_live), *_unknown_callbacks(snapshot, declaring, is_live=is_live))
    notes = tuple(f"{name}: {note}" for note in unknown)
    return AuditedAccount(name, files, rfc3339(snapshot.at), tuple(sorted(messages)), notes=notes)


def _unknown_relays(snapshot: Snapshot, *, is_live: bool) -> Iterator[str]:
    if snapshot.relays is None:
        reason = NOT_LISTED if is_live else "the snapshot does not list them"
        yield f"Relay tasks were not checked: {reason}. {RELAYS_RECORD}"


def _unknown_callbacks(snapshot: Snapshot, files: Iterable[DeclaringFile], *, is_live: bool) -> Iterator[str]:
    if snapshot.callback_rules is None and any(_declares_callbacks(file.stack) for file in files):
        yield f"Callbacks were not checked: {snapshot_file.why_callbacks_are_unknown(is_live=is_live)}."


def _declares_callbacks(stack: Stack | None) -> bool:
    return stack is not None and bool(stack.callback_templates or stack.callback_rules)


def _read_account(group: Sequence[StackFile]) -> Snapshot:
    """Return what the account holds now: templates and rules once, tasks as each region lists them."""
    for file in group:
        if reason := file.settings.credentials.problem:
            raise ToolError(reason)
    stacks = {file.settings: file.stack for file in reversed(group)}
    callbacks = any(_declares_callbacks(file.checked.stack) for file in group)
    first, *rest = [
        snapshot_file.take_snapshot(settings, stack=stack, with_relays=True, with_callbacks=callbacks)
        for settings, stack in stacks.items()
    ]
    tasks = {task_id: task for snapshot in (first, *rest) for task_id, task in snapshot.tasks.items()}
    return replace(first, tasks=tasks)


def as_text(audit: Audit) -> str:
    """Return findings, notes, one line per difference by account, and the summary."""
    lines = [*map(str, audit.findings), *audit.notes]
    for account in audit.accounts:
        lines += [heading(account), *(f"  {line}" for line in account.messages or (outcome(account),))]
    return "\n".join([*lines, summary(audit)])


def heading(account: AuditedAccount) -> str:
    """Return which account was read, when, and for which files."""
    at = f" at {account.at}" if account.at else ""
    return f"{account.name}{at}, with {', '.join(account.files)}:"


def outcome(account: AuditedAccount) -> str:
    """Return the line for an account without differences."""
    return account.failure or "No differences."


def summary(audit: Audit) -> str:
    """Return how many accounts were compared, and how many problems and notices there are."""
    messages = [message for account in audit.accounts for message in account.messages]
    problems = sum(message.is_problem for message in messages)
    notices = len(messages) - problems
    compared = count_of(sum(bool(account.at) for account in audit.accounts), "account")
    all_problems = count_of(problems + len(errors(audit.findings)), "problem")
    return f"{compared} compared: {all_problems}, {count_of(notices, 'notice')}."


def as_json(audit: Audit) -> str:
    """Return the audit as JSON."""
    data = {
        "findings": json_output.findings(audit.findings),
        "accounts": [_account_data(account) for account in audit.accounts],
        "notes": list(audit.notes),
    }
    return json_output.as_json(data)


def _account_data(account: AuditedAccount) -> dict[str, Any]:
    return {
        "name": account.name,
        "files": list(account.files),
        "at": account.at,
        "told": [_message_data(message) for message in account.messages],
        "failure": account.failure,
    }


def _message_data(message: AuditMessage) -> dict[str, Any]:
    return {
        "for_information": not message.is_problem,
        "undeclared": not message.is_declared,
        "file": message.file,
        "line": message.line,
        "path": message.path_text,
        "kind": message.kind,
        "thing": message.object_kind,
        "what": message.label,
        "id": message.id,
        "sentence": message.sentence,
    }
