"""TODO live_recording.cli.adopt."""

from pathlib import Path
from typing import Annotated

import typer

from live_recording import project
from live_recording.cli.options import AccountOption, StackOption, usable
from live_recording.cli.output import print_error, print_output, write_output
from live_recording.config import files
from live_recording.core.errors import ConfigError
from live_recording.core.stack_ref import StackRef


def adopt(
    stack: StackOption,
    domain: Annotated[
        list[str] | None, typer.Option("--domain", metavar="D", help="Only this push domain; may be repeated.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Default: the stack's file; - prints it.")
    ] = None,
    import_file: Annotated[
        Path | None, typer.Option("--import-file", metavar="FILE", help="Default: STACK.import.json.")
    ] = None,
    account: AccountOption = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Write the stack file for what an account holds.

    And the file with which Pulumi takes it over. Nothing in the account changes. What stays unmanaged is listed.

    Example: live-recording adopt --stack prod
    """
    from live_recording.account import snapshot_file
    from live_recording.adopt import builder, messages

    name, path, settings = project.locate_stack(stack)
    printed = out == Path("-")
    target, imports = out or path, import_file or Path(f"{name}.import.json")
    declared = usable(project.load_stack(stack)) if target != path and path.is_file() else None
    for file in (imports,) if printed else (target, imports):
        if file.exists() and not force:
            raise ConfigError(f"{file} is there already, and adopt overwrites nothing. {_beside(file == path)}")
    held = snapshot_file.read_snapshot(account, settings.site) if account else snapshot_file.take_snapshot(settings)
    owner = StackRef(files.project_name(), name)
    made = builder.adopted(held, owner, domain or (), declared)
    if made.resources:
        files.write_file(imports, builder.import_file(made))
    if made.text:
        write_output(made.text, None if printed else target, force=True)
    (print_error if printed else print_output)(messages.summary(made, name, str(target), str(imports)))


def _beside(own: bool) -> str:
    if own:
        return (
            "With --out FILE it writes what that file does not say yet; with --force it writes the file anew, and what "
            "stands there is lost."
        )
    return "Remove it, name another, or use --force."
