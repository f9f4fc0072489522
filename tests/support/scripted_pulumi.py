"""A replacement of the Pulumi CLI that prints what a test wrote, to test how our commands show the output of the CLI."""

import json
import os
from pathlib import Path
from typing import Any

_SCRIPT = """#!/bin/sh
saved=
previous=
for argument; do
    [ "$previous" = --save-plan ] && saved=$(realpath -m "$argument")
    previous=$argument
done
cd {0} || exit 9
[ -n "$saved" ] && [ -f plan.out ] && cp plan.out "$saved"
case " $* " in
*" stack export "*) name=export ;;
*" stack ls "*) name=list ;;
*" preview "*) name=preview ;;
*" up "*) name=up; env >up.env; echo "$*" >>up.arguments ;;
*" config "*) name=config ;;
*) name=other ;;
esac
[ -f $name.out ] && cat $name.out
[ -f $name.err ] && cat $name.err >&2
[ -f $name.out ]
"""


class ScriptedPulumi:
    """A directory for PATH with a `pulumi`; a command without an answer fails."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir()
        script = directory / "pulumi"
        script.write_text(_SCRIPT.format(directory), encoding="utf-8")
        script.chmod(0o755)

    @property
    def path(self) -> str:
        """Return the value of PATH with this `pulumi` first."""
        return f"{self.directory}{os.pathsep}{os.environ['PATH']}"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of the last `up`."""
        lines = (self.directory / "up.env").read_text(encoding="utf-8").splitlines()
        return {name: value for name, _, value in (line.partition("=") for line in lines)}

    @property
    def updates(self) -> list[list[str]]:
        """Return the arguments of each `up`."""
        log = self.directory / "up.arguments"
        return [line.split() for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []

    def answer(self, command: str, out: Any = None, errors: str = "") -> None:
        """Set what a command prints (export, list, preview, up, config or other); without *out* it fails.

        The answer of "plan" is the file that a preview saves.
        """
        files = {"out": out if isinstance(out, str | None) else json.dumps(out), "err": errors or None}
        for extension, text in files.items():
            path = self.directory / f"{command}.{extension}"
            path.unlink(missing_ok=True)
            if text is not None:
                path.write_text(text, encoding="utf-8", errors="surrogatepass")
