"""`live-recording adopt`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from live_recording.cli.options import AccountOption, StackOption, require_valid_stack
from live_recording.cli.output import print_error, print_output, write_output

if TYPE_CHECKING:
    from live_recording.account.snapshot import Snapshot
    from live_recording.config.settings import Settings
    from live_recording.stackfile.model import Stack


def adopt(
    stack: StackOption,
    domain: Annotated[
        list[str] | None, typer.Option("--domain", metavar="D", help="Adopt only this push domain. Repeatable.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help="Stack file to write. Default: the stack's file. Use - to print it."
        ),
    ] = None,
    import_file: Annotated[
        Path | None,
        typer.Option("--import-file", metavar="FILE", help="Import file to write. Default: STACK.import.json."),
    ] = None,
    account: AccountOption = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
) -> None:
    """Write a stack file for what the account already holds.

    Also writes the file for `pulumi import`. Changes nothing in the account. Lists what was not adopted.

    Example: live-recording adopt --stack prod
    """
    from live_recording.adopt import builder, messages
    from live_recording.config.files import project_name, write_file
    from live_recording.core.stack_ref import StackRef
    from live_recording.project import locate_stack

    name, path, settings = locate_stack(stack)
    to_stdout = out == Path("-")
    target, imports = out or path, import_file or Path(f"{name}.import.json")
    declared = None if target == path else _declared(stack, path)
    _refuse_existing((imports,) if to_stdout else (target, imports), path, force=force)
    snapshot = _read_account(account, settings, name)
    owner = StackRef(project_name(), name)
    adoption = builder.adopt_account(snapshot, owner, domain or (), declared, is_live=account is None)
    if adoption.resources:
        write_file(imports, builder.import_file(adoption))
    if adoption.text:
        write_output(adoption.text, None if to_stdout else target, overwrite=True)
    print_summary = print_error if to_stdout else print_output
    print_summary(messages.summary(adoption, name, str(target), str(imports)))
    print_summary(f"Adopted from {settings.describe_account(snapshot.account)}.")


def _declared(stack: str, path: Path) -> "Stack | None":
    """Return what the stack file at the path declares already, None if it does not exist."""
    from live_recording.project import load_stack

    return require_valid_stack(load_stack(stack)) if path.is_file() else None


def _read_account(file: Path | None, settings: "Settings", stack: str) -> "Snapshot":
    from live_recording.account.snapshot_file import read_snapshot, take_snapshot

    return read_snapshot(file, settings.site) if file else take_snapshot(settings, stack=stack, with_callbacks=True)


def _refuse_existing(files: tuple[Path, ...], stack_file: Path, *, force: bool) -> None:
    from live_recording.core.errors import ConfigError

    for file in files:
        if file.exists() and not force:
            advice = "Delete it, choose another file, or use --force."
            if file == stack_file:
                advice = (
                    "To write only what it does not declare yet, use --out FILE. To replace it, use --force: "
                    "its current content is lost."
                )
            raise ConfigError(f"{file} already exists, and adopt does not overwrite files. {advice}")
