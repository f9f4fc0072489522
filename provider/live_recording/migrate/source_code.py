"""Calls in programs: JSON and other literals, and fields that are set one by one.

Rule 1: an expression is never worked out: its field is kept as unread.
Rule 2: fields belong together while they stand in one pair of brackets, or are set one after the other.
"""

import json
import re
from bisect import bisect
from collections.abc import Iterator
from typing import Any

from live_recording.migrate.calls import FIELDS, Piece, Unread

_HINT = r"X-TC-Action\W{1,6}(?P<header>\w+)|\b(?:New)?(?P<hint>(?:Create|Stop|Delete|Modify|Describe)(?:Live)?Record[A-Za-z]*)"
_LITERAL = r"""[urb@]?(?:"(?P<double>(?:\\.|[^"\\\n])*)"|'(?P<single>(?:\\.|[^'\\\n])*)'|(?P<number>-?\d+)[uUlLnN]*)"""
_MADE = r"(?:\w+\.(?:String|Int|Int64|Uint64)(?:Ptr)?\(|Long\.valueOf\(|\((?:u?long|int)\)[ ]*)?"  # literals in the clothes of Go, Java and C#
_OTHER = r"(?P<other>(?:[^\n,;(){}]|\{[^{}\n]*\}|\((?:[^()\n]|\([^()\n]*\))*\))*)"  # an expression, up to where the field ends
_VALUE = rf"(?:{_MADE}{_LITERAL}(?=[)\]]*[ \t]*(?:[,;)}}\]\r\n]|//|#|\Z))|{_OTHER})"
_NAMED = rf"(?P<quote>[\"']?)(?P<name>{'|'.join(sorted(FIELDS, key=lambda n: (-len(n), n)))})(?!\w)(?P=quote)"
_SET = r"(?:(?P<member>(?:\.|->|::)(?:[sS]et_?)?)|(?<!\w))"  # on an object, or inside brackets
_FIELD = rf"{_SET}{_NAMED}(?P<item>\s*\])?\s*(?P<sign>:=|=>|=(?!=)|:(?!:)|\()\s*{_VALUE}"
_TOKEN = re.compile(rf"{_HINT}|(?P<text>\"\{{(?:\\.|[^\"\\\n])*\")|(?P<bracket>[{{}})\]])|{_FIELD}")
_STRINGS = re.compile(r"""\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'""")  # a quote that none of these holds is open
_CLOSERS = {"{": "}", "(": ")", "[": "]", ",": "}"}  # a field behind a comma goes on in braces
_METHOD = (".", ">", ":")  # what stands before the name of a method
_BACK = 200  # characters in which the bracket before a field is looked for
_LARGEST = 10_000  # characters of an object that is looked at as a whole
_DECODER = json.JSONDecoder()


class _Group:
    """Fields that belong together; *closer* ends them, "" where they are set one by one."""

    def __init__(self, start: int, closer: str, hint: str | None) -> None:
        self.start, self.closer, self.hint = start, closer, hint
        self.fields: dict[str, Any] = {}


class Program:
    """One pass over a text whose lines end at *ends*."""

    def __init__(self, text: str, ends: list[int]) -> None:
        self.text, self.ends = text, ends
        self.group: _Group | None = None
        self.hint: str | None = None  # the action that was named last, for what comes next
        self.method = (0, "")  # a method that sends a request, and where its argument begins
        self.solid = 0  # up to here all is JSON that has been read

    def pieces(self) -> Iterator[Piece]:
        """What could be calls, in their order."""
        at = 0
        while token := _TOKEN.search(self.text, at):
            at = token.end()
            if token["header"] or token["hint"]:
                yield from self._named(token)
            elif token["text"]:
                yield from self._embedded(token)
            elif token["bracket"] == "{":
                found, at = self._object(token.start())
                yield from found
            elif token["bracket"]:
                if self.group and self.group.closer == token["bracket"]:
                    yield from self._done(at)
            elif token.start() >= self.solid:
                yield from self._field(token)
        yield from self._done()

    def _line(self, at: int) -> int:
        return bisect(self.ends, at - 1) + 1

    def _done(self, end: int | None = None) -> Iterator[Piece]:
        """The fields so far. Those in brackets are cut off without *end*, and where a quote is left open."""
        group, self.group = self.group, None
        if group:
            cut = bool(group.closer) and (end is None or '"' in _STRINGS.sub("", self.text[group.start : end]))
            yield Piece(self._line(group.start), None, group.fields, group.hint, cut)

    def _named(self, token: re.Match[str]) -> Iterator[Piece]:
        """The name of an action: of the request that is made next, or of a method that sends what was set."""
        action = token["header"] or token["hint"].removesuffix("Request")
        before, after = self.text[token.start() - 1 : token.start()], self.text[token.end() : token.end() + 1]
        sends = after == "(" and before in _METHOD
        if self.group and not self.group.closer:
            self.group.hint = self.group.hint or (action if sends else None)
            yield from self._done()
        self.hint = None if sends else action
        self.method = (token.end() + 1, action) if sends else self.method

    def _hinted(self, start: int) -> str | None:
        """The action that is named for what begins at *start*."""
        begins, action = self.method
        near = action and start - begins < _BACK and self.text[begins:start].strip() in ("", "{")
        return action if near else self.hint

    def _embedded(self, token: re.Match[str]) -> Iterator[Piece]:
        """JSON inside a string of a program."""
        try:
            inner = Program(json.loads(token["text"]), [])
        except ValueError:
            return
        inner.hint, self.hint = self._hinted(token.start()), None
        yield from (piece._replace(line=self._line(token.start())) for piece in inner.pieces())

    def _object(self, start: int) -> tuple[list[Piece], int]:
        """What begins at a brace, and where to go on: behind an object of plain values, otherwise inside."""
        before = list(self._done()) if self.group and self.group.closer and start >= self.solid else []
        try:
            read, length = _DECODER.raw_decode(self.text[start : start + _LARGEST])
        except (ValueError, RecursionError):
            return before, start + 1
        end = start + length
        piece = Piece(self._line(start), None, read, str(read.get("Action") or self._hinted(start) or ""))
        nested = any(isinstance(value, dict | list) or str(value).startswith("{") for value in read.values())
        self.solid, self.hint = max(self.solid, end), self.hint if nested else read.get("X-TC-Action")
        return [*before, piece], start + 1 if nested else end

    def _field(self, token: re.Match[str]) -> Iterator[Piece]:
        """One field, beside those that it belongs to."""
        name, alone = token["name"], bool(token["member"] or token["item"])
        if alone and token["sign"] == ":":
            return
        if self.group and (name in self.group.fields or bool(self.group.closer) == alone):
            yield from self._done()
        if not self.group:
            opener = self.text[max(0, token.start() - _BACK) : token.start()].rstrip()[-1:]
            if not alone and opener not in _CLOSERS:
                return
            self.group = _Group(token.start(), "" if alone else _CLOSERS[opener], self._hinted(token.start()))
            self.hint = self.hint if alone else None
        self.group.fields[name] = _value(token)


def _value(token: re.Match[str]) -> str | int:
    """A literal, or what stands in its place."""
    if token["number"] is not None:
        return int(token["number"])
    if token["single"] is not None:
        return str(token["single"].replace("\\'", "'"))
    if token["double"] is None:
        return Unread(token["other"].strip())
    try:
        return str(json.loads(f'"{token["double"]}"'))
    except ValueError:
        return str(token["double"])
