"""The grammar of sentences: numbers and their nouns, lists, capitals.

Rule 1: every sentence that counts or lists something does it in this way.
"""

from collections.abc import Iterable


def counted(number: int, noun: str, nouns: str = "") -> str:
    """A number and its noun: `1 rule`, `2 rules`; *nouns* where that is no plain plural."""
    return f"{number} {plural(number, noun, nouns or f'{noun}s')}"


def plural(number: int, one: str, many: str) -> str:
    """The word that goes with the number."""
    return one if number == 1 else many


def series(parts: Iterable[str]) -> str:
    """A list: `a`, `a and b`, `a, b and c`; there is at least one."""
    *rest, last = parts
    return f"{', '.join(rest)} and {last}" if rest else last


def opened(sentence: str) -> str:
    """A sentence that begins on its own."""
    return sentence[:1].upper() + sentence[1:]
