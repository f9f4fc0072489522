"""The scalars of a stack file and of resource arguments.

Rule 1: a scalar is read by the type of its field and from its own text, never by what it looks like.
Rule 2: a refusal says what was seen, what is allowed and what to do, under the id of a finding.
"""

import json
import re
from typing import NamedTuple

from pydantic_core import PydanticCustomError

_NUMBER = re.compile(r"[-+]?(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|[0-9][0-9_]*(\.[0-9]*)?([eE][-+]?[0-9]+)?|\.[0-9]+)")
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,15}")
LARGEST = 2**53
"""Larger integers do not survive the engine, whose numbers are floats."""
SHOWN = 80  # characters of a value that a sentence quotes
_YAML_WORDS = {"": "empty", "~": "empty", "null": "empty", "true": "a boolean", "false": "a boolean"}


class Plain(str):
    """An unquoted scalar of a file: its text as it stands there."""

    __slots__ = ()


def refuse(finding: str, sentence: str) -> PydanticCustomError:
    """The refusal *sentence* under the id *finding*."""
    return PydanticCustomError("finding", "{sentence}", {"finding": finding, "sentence": sentence})


class Refused(NamedTuple):
    """What a refusal says, and under the id of which finding."""

    finding: str
    sentence: str


def refused(by: PydanticCustomError) -> Refused:
    """What *by*, a refusal, says."""
    return Refused(**(by.context or {}))


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


def text(value: object) -> str:
    """Text; a bare number or boolean of the file is refused, because another reader may see another value."""
    value = integral(value)
    if isinstance(value, Plain) and (meaning := _meaning(value)):
        if meaning == "empty":
            raise refuse("wrong-type", "Nothing stands here, but text belongs here. Write it, or remove the key.")
        raise refuse("wrong-type", f'This is {meaning}, but text belongs here. Quote it: "{value[:SHOWN]}".')
    if isinstance(value, dict | list):
        raise refuse(
            "wrong-type", f'This is {quoted(value)}, but text belongs here. Quote text with braces: "{{StreamID}}".'
        )
    if not isinstance(value, str):
        raise refuse("wrong-type", f'This is {quoted(value)}, but text belongs here. Quote it: "{quoted(value)}".')
    return str(value)


def boolean(value: object) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Plain) and value in ("true", "false"):
        return value == "true"
    hint = " Remove the quotes." if value in ("true", "false") else ""
    seen = escaped(value[:SHOWN]) or "nothing" if isinstance(value, Plain) else quoted(value)
    raise refuse("wrong-type", f"This is {seen}, but only true or false can stand here.{hint}")


def integer(value: object) -> int:
    """A whole number that survives the engine."""
    value = integral(value)
    number = int(value) if isinstance(value, Plain) and _INTEGER.fullmatch(value) else value
    if not isinstance(number, int) or isinstance(number, bool):
        raise refuse("wrong-type", f"This is {quoted(value)}, but a whole number belongs here, such as 50.")
    if abs(number) > LARGEST:
        raise refuse("out-of-range", f"This is {quoted(number)}, but numbers have at most 16 digits here.")
    return number


def natural(value: object) -> int:
    """A whole number from 0 on."""
    number = integer(value)
    if number < 0:
        raise refuse("out-of-range", f"This is {number}, but only 0 and larger numbers can stand here.")
    return number


def positive(value: object) -> int:
    """A whole number from 1 on."""
    number = natural(value)
    if not number:
        raise refuse("out-of-range", "This is 0, but at least 1 belongs here.")
    return number


def never(value: object) -> bool:
    """The word false, where only that means something."""
    if boolean(value):
        raise refuse("out-of-range", "This is true, but only false can stand here. Name a template to record.")
    return False


def identifier(value: object) -> str:
    """An id that the vendor gave: digits, kept as text so that no engine rounds it."""
    number = integer(Plain(value) if isinstance(value, str) else value)
    if number < 1:
        raise refuse("out-of-range", f"This is {number}, but ids begin at 1. Take the id that the account shows.")
    return str(number)
