"""`live-recording migrate`."""

from pathlib import Path
from typing import Annotated

import typer

from live_recording.cli.options import OutOption, SiteChoice, SiteOption
from live_recording.cli.output import FINDINGS, USAGE, print_error, write_output


def migrate(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scripts, logs and notes that contain calls.")],
    domain: Annotated[
        str, typer.Option("--domain", metavar="D", help="Push domain of calls that do not name one.")
    ] = "",
    application: Annotated[str, typer.Option("--app", metavar="A", help="App of calls that do not name one.")] = "",
    out: OutOption = None,
    site: SiteChoice = SiteOption.intl,
) -> None:
    """Convert old API calls to tasks of a stack file.

    Reads CreateLiveRecord, the retired CreateRecord and Live_Tape_Start, and CreateRecordTask.

    Example: live-recording migrate calls.txt --out stacks/old.yaml
    """
    from live_recording.config.files import current_time, read_text
    from live_recording.core.vendor import SITES
    from live_recording.migrate.builder import migrate_calls, render_report

    texts = {name: read_text(Path(name), "file of calls") for name in files}
    migration = migrate_calls(texts, domain, application, SITES[site.value], current_time())
    if migration.text:
        write_output(migration.text, out)
    print_error(render_report(migration))
    if not migration.calls:
        raise typer.Exit(USAGE)
    if migration.lost:
        raise typer.Exit(FINDINGS)
