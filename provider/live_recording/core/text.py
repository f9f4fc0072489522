"""Text for messages: numbers with their nouns, lists, quoted values."""

import json
import re
import shlex
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

from live_recording.core.secret_patterns import without_secrets

SHOWN = 80
"""How many characters of a value a message shows."""
SHELL_NAME = re.compile(r"[A-Za-z0-9._][A-Za-z0-9._-]*")
"""Names that may be part of a command that users paste: of stacks and projects."""

_LAYOUT = ("\n", "\t")
_LAYOUT_PARTS = re.compile(r"([\n\t])")
_COMMAND_LINE = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_COMMAND_ANYWHERE = re.compile(r"#(?=#(?:\[|vso\[|teamcity\[))")


def count_of(number: int, noun: str, nouns: str = "") -> str:
    """Return a number with its noun: `1 rule`, `2 rules`; *nouns* is an irregular plural."""
    return f"{number} {plural(number, noun, nouns or f'{noun}s')}"


def plural(number: int, one: str, many: str) -> str:
    """Return the word for this number of things."""
    return one if number == 1 else many


def join_words(words: Iterable[str]) -> str:
    """Join at least one word to a list: `a`, `a and b`, `a, b and c`."""
    *rest, last = words
    return f"{', '.join(rest)} and {last}" if rest else last


def capitalize(sentence: str) -> str:
    """Return the sentence with a capital first letter; the rest is unchanged."""
    return sentence[:1].upper() + sentence[1:]


def quoted(value: object) -> str:
    """Return the value on one line, safe for terminals and logs; a very long one is cut."""
    value = integral(value)
    if isinstance(value, dict | list | tuple):
        return "a mapping" if isinstance(value, dict) else "a list"
    shown = json.dumps(value if isinstance(value, str | int | float) else str(value), ensure_ascii=False)
    return escaped(shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}...")


def escaped(text: str) -> str:
    """Return the text on one line, without characters that a terminal, a log or the engine would interpret.

    Hides what looks like a secret. Replaces control, format and bidirectional characters, and everything else that is not printable, as JSON does.
    """
    return _escape(without_secrets(text)).replace("<{", "\\u003c{")


def escaped_output(text: str) -> str:
    """Return the text of one or more lines, safe for terminals and for the logs of pipelines.

    The last line of defense, for any output: JSON stays the same JSON. In addition to what `escaped` replaces, no line
    begins with `::` and none contains `##[`, which GitHub and Azure execute as commands.
    """
    text = "".join(part if part in _LAYOUT else _escape(part) for part in _LAYOUT_PARTS.split(text))
    return _COMMAND_ANYWHERE.sub("\\\\u0023", _COMMAND_LINE.sub(r"\1\\u003a", text))


def _escape(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else _json_escape(c) for c in text)


def _json_escape(character: str) -> str:
    """Return a character as JSON escapes it; a surrogate pair beyond the basic plane."""
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[index]:02x}{units[index + 1]:02x}" for index in range(0, len(units), 2))


def command_of(*words: str) -> str:
    """Return a shell command for pasting, each word quoted where necessary."""
    return shlex.join(words)


def integral(value: object) -> object:
    """Return a whole float as an integer, and any other value as it is: the engine sends all numbers as floats."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


@cache
def nearest(name: str, known: tuple[str, ...]) -> str | None:
    """Return the known name that is most similar to a misspelled one, or None."""
    return next(iter(get_close_matches(name, known, n=1)), None)
