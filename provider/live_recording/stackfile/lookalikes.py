"""Characters that look like YAML's own, and the markers of an unresolved merge: what breaks a file in a way hard to see."""

import re
import unicodedata

from live_recording.core.text import quoted

_ASCII = {
    **dict.fromkeys("\uff1a\ufe55\ua789", ":"),
    **dict.fromkeys("\uff0c\u3001\ufe50", ","),
    **dict.fromkeys("\u201c\u201d\u201e\uff02", '"'),
    **dict.fromkeys("\u2018\u2019\uff07", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\uff0d", "-"),
    "\uff5b": "{",
    "\uff5d": "}",
    "\uff3b": "[",
    "\uff3d": "]",
    "\uff03": "#",
    **dict.fromkeys("\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u202f\u205f\u3000\ufeff", " "),
}  # fmt: skip
_LOOKALIKE = re.compile(f"[{''.join(_ASCII)}]")
_OPENING = ("{", "[", "\uff5b", "\uff3b")
"""What begins a mapping or a list in one line."""
_MARKER = re.compile(r"^(<{7}|>{7}|\|{7}|={7})(?= |\r?$)", re.MULTILINE)


def merge_marker(source: str) -> tuple[str, int] | None:
    """Return the message for the first merge conflict marker, and its line; None without a marker."""
    marker = _MARKER.search(source)
    if marker is None:
        return None
    message = f"Merge conflict marker {marker[0]}. Resolve the conflict, and remove its markers."
    return message, source.count("\n", 0, marker.start()) + 1


def lookalike_in_key(key: str) -> str | None:
    """Return the message for a key that contains a look-alike, or None. No valid key has one."""
    found = _LOOKALIKE.search(key)
    return _message(found[0]) if found else None


def lookalike_near(source: str, line: int) -> tuple[str, int] | None:
    """Return the message for the look-alike that explains a syntax error on *line*, and its line, or None.

    A parser reports a key without its colon on the next line that has one.
    """
    lines = source.splitlines()[:line]
    written = [number for number, text in enumerate(lines, 1) if text.strip() and not text.lstrip().startswith("#")]
    for number in reversed(written[-2:]):
        found = _structural(lines[number - 1])
        if found:
            return _message(found), number
    return None


def _structural(line: str) -> str | None:
    """Return the first look-alike of a line that takes the place of YAML's syntax: not one inside a block's text."""
    value = re.search(r":\s+", line, re.ASCII)
    is_text = value is not None and line[value.end() : value.end() + 1] not in _OPENING
    found = _LOOKALIKE.search(line[: value.end()] if value and is_text else line)
    return found[0] if found else None


def _message(character: str) -> str:
    name = unicodedata.name(character, "byte order mark").lower()
    meant = "a space" if _ASCII[character] == " " else quoted(_ASCII[character])
    return f"Invalid YAML: U+{ord(character):04X} ({name}) in place of {meant}. Replace it."
