"""The grammar of sentences: numbers and their nouns, lists, capitals.

Rule 1: every sentence that counts or lists something does it in this way.
"""

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache


def count_of(number: int, noun: str, nouns: str = "") -> str:
    """A number and its noun: `1 rule`, `2 rules`; *nouns* where that is no plain plural."""
    return f"{number} {plural(number, noun, nouns or f'{noun}s')}"


def plural(number: int, one: str, many: str) -> str:
    """The word that goes with the number."""
    return one if number == 1 else many


def join_words(parts: Iterable[str]) -> str:
    """A list: `a`, `a and b`, `a, b and c`; there is at least one."""
    *rest, last = parts
    return f"{', '.join(rest)} and {last}" if rest else last


def capitalize(sentence: str) -> str:
    """A sentence that begins on its own."""
    return sentence[:1].upper() + sentence[1:]


_NUMBER = re.compile(r"[-+]?(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|[0-9][0-9_]*(\.[0-9]*)?([eE][-+]?[0-9]+)?|\.[0-9]+)")
SHOWN = 80  # characters of a value that a sentence quotes
_YAML_WORDS = {"": "empty", "~": "empty", "null": "empty", "true": "a boolean", "false": "a boolean"}


class Plain(str):
    """An unquoted scalar of a file: its text as it stands there."""

    __slots__ = ()


def quoted(value: object) -> str:
    """The value as one line that no terminal and no log can misread, cut where it is very long."""
    value = integral(value)
    if isinstance(value, dict | list | tuple):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, Plain) and _meaning(value):
        return str(value)[:SHOWN] or "nothing"
    shown = json.dumps(value if isinstance(value, str | int | float) else str(value), ensure_ascii=False)
    return escaped(shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}...")


def escaped(shown: str) -> str:
    """The text without what a terminal or the engine's log would take for an instruction."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in shown).replace("<{", "\\u003c{")


def integral(value: object) -> object:
    """Engine numbers arrive as floats; a whole one is an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _meaning(value: Plain) -> str | None:
    """What another YAML reader takes this unquoted text for, if not for text."""
    return "a number" if _NUMBER.fullmatch(value) else _YAML_WORDS.get(value.lower())


@cache
def nearest(name: str, known: tuple[str, ...]) -> str | None:
    """The known name that *name* may be a slip of."""
    return next(iter(get_close_matches(name, known, n=1)), None)
