"""Text for messages: numbers with their nouns, lists, quoted values."""

import json
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

SHOWN = 80
"""How many characters of a value a message shows."""


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
    """Return the text without sequences that a terminal or the engine's log would interpret."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text).replace("<{", "\\u003c{")


def integral(value: object) -> object:
    """Return a whole float as an integer, and any other value as it is: the engine sends all numbers as floats."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


@cache
def nearest(name: str, known: tuple[str, ...]) -> str | None:
    """Return the known name that is most similar to a misspelled one, or None."""
    return next(iter(get_close_matches(name, known, n=1)), None)
