"""How every verb ends: what is printed, which exit code, and one sentence for what went wrong."""

import codecs
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

import typer
from rich.console import Console, RenderableType
from typer.core import TyperGroup

from live_recording.config import files
from live_recording.config.files import debug_enabled, write_file
from live_recording.core.errors import ConfigError, ToolError

FINDINGS, USAGE = 1, ConfigError.status
"""Exit codes beside 0: findings that stop; a mistake in the call. What fails ends with the status of its failure."""

PLAIN = ("NO_COLOR", "CI")
"""Variables that ask for plain text when they are set."""
NO_COLOURS = ("dumb", "unknown")
"""Terminals that have no colours, by their TERM."""


class Form(StrEnum):
    """For people or for programs."""

    text = "text"
    json = "json"


class ReviewForm(StrEnum):
    """For a pull request comment, a browser or programs."""

    md = "md"
    html = "html"
    json = "json"


class Verbs(TyperGroup):
    """The verbs; none of them ends in a traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run what was asked for, and say in a sentence what stopped it."""
        try:
            return super().main(*args, **kwargs)
        except Exception as error:
            if debug_enabled():
                raise
            bug = f"This is a bug: {type(error).__name__}: {error}. Please report it, with LIVE_RECORDING_DEBUG=1 set."
            print_error(str(error) if isinstance(error, ToolError) else bug)
            sys.exit(error.status if isinstance(error, ToolError) else ToolError.status)


def print_output(text: str) -> None:
    """Print to standard output; what the terminal cannot show is escaped."""
    out = _output()
    try:
        out.write(text if text.endswith("\n") else text + "\n")
        out.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())  # or Python tries again when it ends
        if not isinstance(error, BrokenPipeError):  # who reads a pipe may stop when they have seen enough
            raise ToolError(f"The output cannot be written: {error.strerror or error}.") from None


def present(text: str, draw: Callable[[], RenderableType]) -> None:
    """Print the text; where a person looks at a terminal, what *draw* makes of the same content."""
    out = _output()
    if _coloured(out):
        Console(file=out, highlight=False, markup=False, emoji=False).print(draw())
    else:
        print_output(text)


def _output() -> TextIOWrapper:
    """Standard output, which may know ASCII only. Raises Failure where there is none."""
    if not isinstance(sys.stdout, TextIOWrapper):
        raise ToolError("The output cannot be written: standard output is closed.")
    sys.stdout.reconfigure(errors=_ESCAPING)
    return sys.stdout


def _escape(error: UnicodeError) -> tuple[str, int]:
    """What an encoding lacks, as JSON writes it, so that JSON stays JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


_ESCAPING = "live-recording.escape"
codecs.register_error(_ESCAPING, _escape)


def _coloured(out: TextIOWrapper) -> bool:
    """Whether that is a terminal that has colours, and nobody asked for plain text."""
    environment = files.environment()
    plain = any(environment.get(name) for name in PLAIN) or environment.get("TERM", "dumb") in NO_COLOURS
    return out.isatty() and not plain


def write_output(text: str, out: Path | None, *, force: bool = False) -> None:
    """Print, or write to a file; one that is there is only overwritten with *force*."""
    if out is None:
        print_output(text)
    elif out.exists() and not force:
        raise ConfigError(
            f"{out} is there already, and nothing was written. Name another file, or remove that one first."
        )
    else:
        write_file(out, text)


def print_error(sentence: str) -> None:
    """Say something to the person at the terminal, beside the output."""
    with suppress(OSError):  # nobody listens any more
        Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True).print(sentence)


def exit_with(sentence: str, code: int = USAGE) -> NoReturn:
    """End with a sentence and an exit code."""
    print_error(sentence)
    raise typer.Exit(code)
