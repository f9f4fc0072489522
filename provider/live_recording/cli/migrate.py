"""TODO live_recording.cli.migrate."""

from pathlib import Path
from typing import Annotated

import typer

from live_recording.cli.options import SiteOption
from live_recording.cli.output import FINDINGS, USAGE, print_error, write_output
from live_recording.config.files import current_time as now_files
from live_recording.config.files import read_text
from live_recording.core.vendor import SITES


def migrate(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files with calls, in any form.")],
    domain: Annotated[str, typer.Option("--domain", metavar="D", help="Push domain of calls that name none.")] = "",
    application: Annotated[str, typer.Option("--app", metavar="A", help="App of calls that name none.")] = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write there instead of printing.")] = None,
    site: Annotated[SiteOption, typer.Option(help="Whose rules apply.")] = SiteOption.intl,
) -> None:
    """Turn old calls into tasks of a stack file.

    Calls of CreateLiveRecord, of the retired CreateRecord and of CreateRecordTask, in scripts, logs and notes.

    Example: live-recording migrate calls.txt --out stacks/old.yaml
    """
    from live_recording.migrate.builder import migrated, report

    texts = {name: read_text(Path(name), "file of calls") for name in files}
    made = migrated(texts, domain, application, SITES[site.value], now_files())
    if made.text:
        write_output(made.text, out)
    print_error(report(made))
    raise typer.Exit(FINDINGS if made.lost else 0 if made.calls else USAGE)
