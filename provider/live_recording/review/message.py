"""A sentence made of text and code, which each output format renders in its own way."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of prose."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """A name from a file or from the account, shown as code."""

    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence, or a part of one; `str` gives it as plain text."""

    fragments: tuple[Text | Code, ...] = ()

    @classmethod
    def of(cls, *parts: "str | Code | Message") -> "Message":
        """Create a message from prose, code and other messages."""
        fragments: list[Text | Code] = []
        for part in parts:
            if isinstance(part, Message):
                fragments.extend(part.fragments)
            elif isinstance(part, Code):
                fragments.append(part)
            elif part:
                fragments.append(Text(part))
        return cls(tuple(fragments))

    @classmethod
    def join(cls, separator: str, messages: Iterable["Message"]) -> "Message":
        """Join messages with a separator between them."""
        joined = cls()
        for message in messages:
            joined = cls.of(joined, separator, message) if joined else message
        return joined

    def __bool__(self) -> bool:
        return bool(self.fragments)

    def __str__(self) -> str:
        return "".join(fragment.text for fragment in self.fragments)
