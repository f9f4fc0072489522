"""The scalars of a stack file and of resource arguments.

Rule 1: a scalar is read by the type of its field and from its own text, never by what it looks like.
Rule 2: a refusal says what was seen, what is allowed and what to do, under the id of a finding.
"""

import re

from live_recording.core.errors import InvalidValue
from live_recording.core.text import SHOWN, Plain, _meaning, escaped, integral, quoted

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,15}")
LARGEST = 2**53
"""Larger integers do not survive the engine, whose numbers are floats."""


def text(value: object) -> str:
    """Text; a bare number or boolean of the file is refused, because another reader may see another value."""
    value = integral(value)
    if isinstance(value, Plain) and (meaning := _meaning(value)):
        if meaning == "empty":
            raise InvalidValue("wrong-type", "Nothing stands here, but text belongs here. Write it, or remove the key.")
        raise InvalidValue("wrong-type", f'This is {meaning}, but text belongs here. Quote it: "{value[:SHOWN]}".')
    if isinstance(value, dict | list):
        raise InvalidValue(
            "wrong-type", f'This is {quoted(value)}, but text belongs here. Quote text with braces: "{{StreamID}}".'
        )
    if not isinstance(value, str):
        raise InvalidValue(
            "wrong-type", f'This is {quoted(value)}, but text belongs here. Quote it: "{quoted(value)}".'
        )
    return str(value)


def boolean(value: object) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Plain) and value in ("true", "false"):
        return value == "true"
    hint = " Remove the quotes." if value in ("true", "false") else ""
    seen = escaped(value[:SHOWN]) or "nothing" if isinstance(value, Plain) else quoted(value)
    raise InvalidValue("wrong-type", f"This is {seen}, but only true or false can stand here.{hint}")


def integer(value: object) -> int:
    """A whole number that survives the engine."""
    value = integral(value)
    number = int(value) if isinstance(value, Plain) and _INTEGER.fullmatch(value) else value
    if not isinstance(number, int) or isinstance(number, bool):
        raise InvalidValue("wrong-type", f"This is {quoted(value)}, but a whole number belongs here, such as 50.")
    if abs(number) > LARGEST:
        raise InvalidValue("out-of-range", f"This is {quoted(number)}, but numbers have at most 16 digits here.")
    return number


def non_negative_int(value: object) -> int:
    """A whole number from 0 on."""
    number = integer(value)
    if number < 0:
        raise InvalidValue("out-of-range", f"This is {number}, but only 0 and larger numbers can stand here.")
    return number


def positive(value: object) -> int:
    """A whole number from 1 on."""
    number = non_negative_int(value)
    if not number:
        raise InvalidValue("out-of-range", "This is 0, but at least 1 belongs here.")
    return number


def only_false(value: object) -> bool:
    """The word false, where only that means something."""
    if boolean(value):
        raise InvalidValue("out-of-range", "This is true, but only false can stand here. Name a template to record.")
    return False


def identifier(value: object) -> str:
    """An id that the vendor gave: digits, kept as text so that no engine rounds it."""
    number = integer(Plain(value) if isinstance(value, str) else value)
    if number < 1:
        raise InvalidValue("out-of-range", f"This is {number}, but ids begin at 1. Take the id that the account shows.")
    return str(number)
