"""Print results and errors, write files, and end with the right exit code.

Invariant: nothing but credentials that were asked for leaves the command line without `printable_output`, which removes secrets and characters that a terminal or the
log of a pipeline would interpret, whatever the verbs and their messages did before.
"""

import codecs
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer
from typer.core import TyperGroup

from live_recording.config.printing import printable_output
from live_recording.core.text import escaped, escaped_output

if TYPE_CHECKING:
    from rich.console import RenderableType

T = TypeVar("T")

FINDINGS, USAGE, FAILED = 1, 2, 3
"""Exit codes besides 0: findings that stop; a mistake in the call; the tool failed (network, account)."""

PLAIN_TEXT = ("NO_COLOR", "CI")
"""Environment variables that ask for plain text."""
COLORLESS_TERMINALS = ("dumb", "unknown")
"""Values of TERM."""


class TextOrJson(StrEnum):
    """The output formats of most verbs."""

    text = "text"
    json = "json"


class ListFormat(StrEnum):
    """The output formats of the list of stacks."""

    text = "text"
    json = "json"
    gitlab = "gitlab"


class FindingsFormat(StrEnum):
    """The output formats of findings."""

    text = "text"
    json = "json"
    sarif = "sarif"
    github = "github"
    gitlab = "gitlab"
    junit = "junit"


class ReviewFormat(StrEnum):
    """The output formats of a review."""

    md = "md"
    html = "html"
    json = "json"


class VerbGroup(TyperGroup):
    """The verbs. Reports every exception as one sentence; LIVE_RECORDING_DEBUG adds the traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a verb, and end with the exit code of its error."""
        logging.basicConfig(handlers=[_ErrorOutput()], format="%(message)s", force=True)
        try:
            sys.exit(super().main(*args, **{**kwargs, "standalone_mode": False}) or 0)
        except typer.Abort:
            exit_code, sentence = FINDINGS, "Aborted."
        except typer.TyperException as error:
            exit_code, sentence = USAGE, _usage_error(error)
        except Exception as error:  # noqa: BLE001 - the last one that can report it
            exit_code, sentence = _report(error)
        print_error(sentence)
        sys.exit(exit_code)


class _ErrorOutput(logging.Handler):
    """Prints log messages as errors."""

    def emit(self, record: logging.LogRecord) -> None:
        print_error(self.format(record))


def _usage_error(error: typer.TyperException) -> str:
    """Return how the verb is called, and what is wrong with this call, which is one line."""
    shown = StringIO()
    error.show(shown)  # type: ignore[attr-defined]  # all that are raised have it
    usage, label, problem = shown.getvalue().partition("Error: ")
    return f"{usage}{label}{escaped(problem.rstrip())}"


def _report(error: Exception) -> tuple[int, str]:
    """Return the exit code and the text for an exception, with its traceback if that is wanted."""
    from live_recording.config.files import debug_enabled
    from live_recording.core.errors import ToolError

    details = f"{''.join(traceback.format_exception(error))}\n" if debug_enabled() else ""
    if isinstance(error, ToolError):
        return error.status, f"{details}{error}"
    name, advice = type(error).__name__, "Please report it with the output of LIVE_RECORDING_DEBUG=1."
    return FAILED, f"{details}This is a bug: {name}: {escaped(str(error))}. {advice}"


def print_result(
    value: T, output_format: StrEnum, renderers: Mapping[str, Callable[[T], str]], draw: "Callable[[T], RenderableType]"
) -> None:
    """Print a value in a format.

    Args:
        value: The result of a verb.
        output_format: One of the keys of *renderers*. `text` on a terminal with colors is drawn.
        renderers: Format -> function that returns the text.
        draw: Returns the value for a terminal, with the same content as `text`.
    """
    out = _standard_output()
    if output_format == "text" and _has_colors(out):
        from rich.console import Console

        from live_recording.cli.rich_output import Printable

        console = Console(file=out, highlight=False, markup=False, emoji=False)
        console.print(Printable(draw(value), printable_output))
    else:
        print_output(renderers[output_format](value))


def print_output(text: str, *, prefix: str = "") -> None:
    """Print to standard output, after a *prefix* of ours that is printed as it is. Escapes what its encoding lacks."""
    _write(prefix + printable_output(text))


def print_credentials(text: str, masks: str) -> None:
    """Print credentials for the program that asked for them: the only text that keeps its secrets.

    *masks*, which may be empty, are commands that hide them in the log of GitHub; they go to standard error first.
    """
    if masks and sys.stderr is not None:
        lines = (f"::{escaped_output(line.removeprefix('::'))}\n" for line in masks.split("\n"))
        sys.stderr.write("".join(lines))
        sys.stderr.flush()
    _write(escaped_output(text))


def _write(shown: str) -> None:
    out = _standard_output()
    try:
        out.write(shown if shown.endswith("\n") else shown + "\n")
        out.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())  # or Python writes again when it exits
        if not isinstance(error, BrokenPipeError):  # the reader of a pipe may stop early
            raise _output_error(error.strerror or str(error)) from None


def print_commands(text: str) -> None:
    """Print lines that GitHub Actions executes if they begin with `::`.

    The caller has encoded every value, so that no value begins a line. The rest of each line is printed as any other text.
    """
    for line in text.split("\n"):
        is_command = line.startswith("::")
        print_output(line.removeprefix("::") if is_command else line, prefix="::" if is_command else "")


def _standard_output() -> TextIOWrapper:
    """Return standard output, set to escape what its encoding lacks. Raises ToolError if it is closed."""
    if not isinstance(sys.stdout, TextIOWrapper):
        raise _output_error("standard output is closed")
    codecs.register_error("live-recording.escape", _escape_as_json)
    sys.stdout.reconfigure(errors="live-recording.escape")
    return sys.stdout


def _output_error(reason: str) -> Exception:
    from live_recording.core.errors import ToolError

    return ToolError(f"Cannot write the output: {reason}.")


def _escape_as_json(error: UnicodeError) -> tuple[str, int]:
    """Escape what an encoding lacks as JSON does, so that JSON stays JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def _has_colors(out: TextIOWrapper) -> bool:
    """Return whether the output is a terminal with colors, and nothing asks for plain text."""
    from live_recording.config.files import environment

    variables = environment()
    plain = any(variables.get(name) for name in PLAIN_TEXT) or variables.get("TERM", "dumb") in COLORLESS_TERMINALS
    return out.isatty() and not plain


def write_output(text: str, out: Path | None, *, overwrite: bool = False) -> None:
    """Print the text, or write it to a file. Raises ConfigError if the file exists, unless *overwrite*."""
    from live_recording.config.files import write_file
    from live_recording.core.errors import ConfigError

    if out is None:
        print_output(text)
    elif out.exists() and not overwrite:
        raise ConfigError(f"{out} already exists. Nothing was written. Choose another file, or delete it first.")
    else:
        write_file(out, text)


def print_error(text: str) -> None:
    """Print to standard error."""
    with suppress(OSError):  # nothing reads it
        if sys.stderr is not None:
            sys.stderr.write(f"{printable_output(text)}\n")
            sys.stderr.flush()


def print_progress(text: str) -> None:
    """Print what long work is doing to standard error, if that is a terminal."""
    if sys.stderr is not None and sys.stderr.isatty():
        print_error(text)


def exit_with(text: str, code: int = USAGE) -> NoReturn:
    """Print to standard error, and exit."""
    print_error(text)
    raise typer.Exit(code)
