"""The scalars of a stack file and of resource arguments.

Rule 1: a scalar is read by the type of its field and from its own text, never by what it looks like.
Rule 2: a refusal says what was seen, what is allowed and what to do, under the id of a finding.
"""

import json
import re

from pydantic_core import PydanticCustomError

_NUMBER = re.compile(r"[-+]?(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|\d[\d_]*(\.\d*)?([eE][-+]?\d+)?|\.\d+)")
_INTEGER = re.compile(r"0|-?[1-9]\d{0,18}")
_YAML_WORDS = {"": "empty", "~": "empty", "null": "empty", "true": "a boolean", "false": "a boolean"}


class Plain(str):
    """An unquoted scalar of a file: its text as it stands there."""

    __slots__ = ()


def refuse(finding: str, sentence: str) -> PydanticCustomError:
    """The refusal *sentence* under the id *finding*."""
    return PydanticCustomError("finding", "{sentence}", {"finding": finding, "sentence": sentence})


def quoted(value: object) -> str:
    """The value as one line that no terminal and no log can misread."""
    value = integral(value)
    if isinstance(value, Plain) and _meaning(value):
        return str(value) or "nothing"
    shown = json.dumps(value if isinstance(value, str | int | float | bool) else str(value), ensure_ascii=False)
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
        raise refuse("wrong-type", f'This is {meaning}, but text belongs here. Quote it: "{value}".')
    if not isinstance(value, str):
        raise refuse("wrong-type", f'This is {quoted(value)}, but text belongs here. Quote it: "{value}".')
    return str(value)


def boolean(value: object) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Plain) and value in ("true", "false"):
        return value == "true"
    raise refuse("wrong-type", f"This is {quoted(value)}, but only true or false (unquoted) can stand here.")


def integer(value: object) -> int:
    """A whole number."""
    value = integral(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, Plain) and _INTEGER.fullmatch(value):
        return int(value)
    raise refuse("wrong-type", f"This is {quoted(value)}, but a whole number belongs here, such as 17016.")


def identifier(value: object) -> str:
    """An id that the vendor gave: digits, kept as text so that no engine rounds it."""
    if isinstance(value, str) and not isinstance(value, Plain) and _INTEGER.fullmatch(value):
        return value
    number = integer(value)
    if number < 1:
        raise refuse("out-of-range", f"This is {number}, but ids begin at 1. Take the id that the account shows.")
    return str(number)
