"""Readers for the scalars of stack files and resource arguments.

The type of the field decides how a scalar is read, never its look: `012` is not a number in one YAML version and ten in
another. A reader returns the value or raises InvalidValue, which says what was seen, what is allowed and what to do.
"""

import re
from dataclasses import dataclass

from live_recording.core.errors import InvalidValue
from live_recording.core.text import SHOWN, escaped, integral, quoted

_NUMBER = re.compile(r"[-+]?(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|[0-9][0-9_]*(\.[0-9]*)?([eE][-+]?[0-9]+)?|\.[0-9]+)")
_WORDS = {"": "empty", "~": "empty", "null": "empty", "true": "a boolean", "false": "a boolean"}
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,15}")
LARGEST = 2**53
"""Larger integers do not survive the engine, whose numbers are floats."""


@dataclass(frozen=True, slots=True)
class PlainScalar:
    """An unquoted scalar of a stack file; *text* is what is written in the file."""

    text: str

    @property
    def other_meaning(self) -> str | None:
        """Return what a YAML parser may read instead of a string: `a number`, `a boolean`, `empty`, or None."""
        return "a number" if _NUMBER.fullmatch(self.text) else _WORDS.get(self.text.lower())


def unwrap(value: object) -> object:
    """Return the text of an unquoted scalar, and any other value as it is."""
    return value.text if isinstance(value, PlainScalar) else value


def is_empty(value: object) -> bool:
    """Return whether nothing is written after the key."""
    return unwrap(value) == ""


def describe(value: object) -> str:
    """Return the value as messages show it, in one line."""
    if isinstance(value, PlainScalar) and value.other_meaning:
        return value.text[:SHOWN] or "nothing"
    return quoted(unwrap(value))


def word(value: object) -> object:
    """Return the text of an unquoted scalar that can only be a string, and any other value as it is."""
    return value.text if isinstance(value, PlainScalar) and not value.other_meaning else value


def text(value: object) -> str:
    """Read a string. An unquoted number or boolean is invalid, because YAML parsers disagree about it."""
    value = integral(value)
    if isinstance(value, PlainScalar):
        return _plain_text(value)
    if isinstance(value, dict | list):
        raise InvalidValue(
            "wrong-type", f'Expected a string, got {quoted(value)}. Quote text with braces: "{{StreamID}}".'
        )
    if not isinstance(value, str):
        raise InvalidValue("wrong-type", f'Expected a string, got {quoted(value)}. Quote it: "{quoted(value)}".')
    return value


def texts(value: object) -> tuple[str, ...]:
    """Read one string, or a list of strings."""
    return tuple(map(text, value)) if isinstance(value, list) else (text(value),)


def _plain_text(value: PlainScalar) -> str:
    meaning = value.other_meaning
    if meaning == "empty":
        raise InvalidValue("wrong-type", "The value is empty; a string is required. Add it, or remove the key.")
    if meaning:
        raise InvalidValue("wrong-type", f'Expected a string, got {meaning}. Quote it: "{value.text[:SHOWN]}".')
    return value.text


def boolean(value: object) -> bool:
    """Read true or false."""
    if isinstance(value, bool):
        return value
    if isinstance(value, PlainScalar):
        if value.text in ("true", "false"):
            return value.text == "true"
        seen, hint = escaped(value.text[:SHOWN]) or "nothing", ""
    else:
        seen, hint = quoted(value), " Remove the quotes." if value in ("true", "false") else ""
    raise InvalidValue("wrong-type", f"Expected true or false, got {seen}.{hint}")


def integer(value: object) -> int:
    """Read an integer that survives the engine."""
    value = integral(value)
    number = int(value.text) if isinstance(value, PlainScalar) and _INTEGER.fullmatch(value.text) else value
    if not isinstance(number, int) or isinstance(number, bool):
        raise InvalidValue("wrong-type", f"Expected an integer such as 50, got {describe(value)}.")
    if abs(number) > LARGEST:
        raise InvalidValue("out-of-range", f"Expected an integer of at most 16 digits, got {quoted(number)}.")
    return number


def non_negative_int(value: object) -> int:
    """Read an integer that is not negative."""
    number = integer(value)
    if number < 0:
        raise InvalidValue("out-of-range", f"Expected 0 or a positive integer, got {number}.")
    return number


def positive(value: object) -> int:
    """Read a positive integer."""
    number = non_negative_int(value)
    if not number:
        raise InvalidValue("out-of-range", "Expected a positive integer, got 0.")
    return number


def only_false(value: object) -> bool:
    """Read false where true has no meaning."""
    if boolean(value):
        raise InvalidValue("out-of-range", "Only `false` is allowed. To record, set `template`.")
    return False


def identifier(value: object) -> str:
    """Read an id of the API: digits, kept as text so that the engine does not round it."""
    number = integer(PlainScalar(value) if isinstance(value, str) else value)
    if number < 1:
        raise InvalidValue("out-of-range", f"Expected a positive id, got {number}. Use the id that the account shows.")
    return str(number)
