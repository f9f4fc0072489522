"""Names of apps and streams that no encoder can push under.

Names are English letters, digits and symbols (CN:35257), and the API compares them exactly. A rule with another name uses
one of 50 slots and records nothing. Such names come from a paste: out of a console, an encoder's address or a chat.
"""

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

from live_recording.core.text import quoted

_ADDRESS = re.compile(r"://|[?&#]|:[^@]*@|\btx(?:Secret|Time)=", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"\{\{[^{}]*\}\}|[$%]?\{[^{}]*\}?|\}|\$[A-Za-z_]\w*|\$\(.*|<[^<>]*>|\[[A-Za-z_]\w*\]|%[A-Za-z_]{2,}%|%\([A-Za-z_]\w*\)s|%[sd]"
)
"""What shells, media servers and templates replace: ${STREAM}, {StreamID}, $name, <name>, [stream], %NAME%, %s."""
_DOUBTFUL = (
    (
        re.compile(r"%[0-9A-Fa-f]{2}"),
        "looks percent-encoded ({found}), and matches only this exact name. Write the name that the encoder uses.",
    ),
    (
        re.compile(r"^\^|\$$|[|\\]|\[[^\]]*\]|\(.*\)"),
        "looks like a regular expression ({found}), and matches only this exact name. Add a rule for each name.",
    ),
    (
        re.compile(r"\.(?:flv|m3u8)$", re.IGNORECASE),
        "looks like an address for players ({found}), and matches only this exact name. Write the name that the encoder uses.",
    ),
)
"""Names that a stream can have, but that hardly one has, and what to write instead."""
_QUOTATION_MARKS = ("'", '"', "`")
_TYPOGRAPHIC = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-"),
}


def problem_of_name(name: str) -> str:
    """Return why no stream can have *name* as its app or stream name, and what to write instead; "" if one can.

    What may be a secret of a push address (txSecret) is not shown.
    """
    return next((message for problem in _PROBLEMS if (message := problem(name))), "")


def problem_of_names(*names: str) -> str:
    """Return why no stream can have one of these names, or "" if one can have all of them."""
    return next((problem for name in names if (problem := problem_of_name(name))), "")


def doubt_about_name(name: str) -> str:
    """Return why hardly a stream has this possible name, and what to write instead; "" if many can have it."""
    for form, message in _DOUBTFUL:
        if found := form.search(name):
            return f"{quoted(name)} {message.format(found=quoted(found[0]))}"
    return ""


def describe_address(name: str) -> str:
    """Return that *name* is a part of a push address, without showing what may be its key; "" if it is not."""
    plain = unquote(unicodedata.normalize("NFKC", name)).removesuffix("?")
    if not _ADDRESS.search(plain):
        return ""
    before = re.split("[?&#]", plain)[0]
    if not before or _ADDRESS.search(before):
        return "This is a part of an address, not a name."
    return f"{quoted(before)} is followed by parameters (after ?, & or #), which are not part of the name."


def _address(name: str) -> str:
    problem = describe_address(name)
    return f"{problem} Write only the name. Domain, app and stream have their own fields." if problem else ""


def _slash(name: str) -> str:
    return f"{quoted(name)} contains a slash. Write app and stream in separate fields." if "/" in name else ""


def _wildcard(name: str) -> str:
    if "*" not in name and not name.endswith("?"):
        return ""
    return (
        f"Wildcards are not supported: {quoted(name)} matches only this exact name. "
        "To match every name, remove the key. To match some names, add a rule for each."
    )


def _placeholder(name: str) -> str:
    found = _PLACEHOLDER.search(name)
    if found is None:
        return ""
    return f"Placeholders are not supported: {quoted(found[0])} matches only this exact text. Write the full name."


def _other_characters(name: str) -> str:
    character = next((c for c in name if not "!" <= c <= "~"), "")
    if not character:
        return ""
    if "\ufffd" in name:  # what decoders write for bytes that are not UTF-8
        return "The name is not encoded as UTF-8. Write it without URL encoding."
    plain = _plain_form(name)
    hint = f" Did you mean {quoted(plain)}?" if plain and not problem_of_name(plain) else ""
    return (
        f"{quoted(name)} contains {_describe_character(character)}. "
        f"Names of apps and streams have English letters, digits and symbols only.{hint}"
    )


def _quotation_marks(name: str) -> str:
    if len(name) < 2 or name[0] not in _QUOTATION_MARKS or name[0] != name[-1]:  # noqa: PLR2004 - a pair
        return ""
    return f"The quotation marks are a part of the name {quoted(name)}. Write {quoted(name[1:-1])}."


_PROBLEMS: tuple[Callable[[str], str], ...] = (
    _address,
    _slash,
    _wildcard,
    _placeholder,
    _other_characters,
    _quotation_marks,
)
"""Each returns what is wrong with a name and what to do, or ""; the first that applies is reported."""


def _plain_form(name: str) -> str:
    """Return the name with ASCII characters for typographic and full-width ones, without outer quotes; "" if it has others."""
    plain = unicodedata.normalize("NFKC", name).translate(_TYPOGRAPHIC)
    plain = "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Cc")).strip(" \"'`")
    return plain if all("!" <= c <= "~" for c in plain) else ""


def _describe_character(character: str) -> str:
    if character == " ":
        return "a space"
    return f"U+{ord(character):04X} ({unicodedata.name(character, 'control character').lower()})"
