"""Find API calls in JSON objects: in bodies of requests, lists, log lines, events, and strings that contain JSON."""

import json
import re
from bisect import bisect
from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import Any

from live_recording.migrate.calls import FIELDS, FieldGroup

_TOKEN = re.compile(
    r"X-TC-Action\W{1,6}(?P<header>\w+)"
    r"|\b(?P<action>(?:Create|Stop|Delete|Modify|Describe)(?:Live)?Record[A-Za-z]*)"
    r"|(?P<text>\"\{(?:\\.|[^\"\\\n])*\")"
    r"|(?P<brace>\{)"
)
_NAMES = "|".join(sorted(FIELDS, key=lambda name: (-len(name), name)))
_FIELD = re.compile(rf'"({_NAMES})"\s*:\s*("(?:\\.|[^"\\\n])*"|-?\d+)')
_LARGEST = 10_000  # characters of one object; bounds the work when many braces do not close
_DECODER = json.JSONDecoder()


class JsonScanner:
    """Scan a text once, and remember the action that was named last."""

    def __init__(self, text: str, line_ends: list[int]) -> None:
        self._text, self._line_ends = text, line_ends
        self._hint: str | None = None  # the action that was named last; for the next object

    def groups(self) -> Iterator[FieldGroup]:
        """Yield the objects that could be calls, in their order."""
        position = 0
        while token := _TOKEN.search(self._text, position):
            position = token.end()
            if name := token["header"] or token["action"]:
                self._hint = name.removesuffix("Request")
            elif token["text"]:
                yield from self._object_in_string(token)
            else:
                position = yield from self._object(token.start())

    def _line(self, position: int) -> int:
        return bisect(self._line_ends, position - 1) + 1

    def _object_in_string(self, token: re.Match[str]) -> Iterator[FieldGroup]:
        try:
            inner = JsonScanner(json.loads(token["text"]), [])
        except ValueError:
            return
        inner._hint, self._hint = self._hint, None
        yield from (replace(group, line=self._line(token.start())) for group in inner.groups())

    def _object(self, start: int) -> Generator[FieldGroup, None, int]:
        """Yield the object at a brace; return where to continue: after it, or inside it if it contains others."""
        try:
            fields, length = _DECODER.raw_decode(self._text[start : start + _LARGEST])
        except (ValueError, RecursionError):
            yield from self._incomplete_object(start)
            return start + 1
        action = str(fields.get("Action") or self._hint or "")
        yield FieldGroup(self._line(start), None, fields, action)
        if any(_contains_objects(value) for value in fields.values()):
            return start + 1
        self._hint = fields.get("X-TC-Action")
        return start + length

    def _incomplete_object(self, start: int) -> Iterator[FieldGroup]:
        end = self._text.find("{", start + 1, start + _LARGEST)
        segment = self._text[start : end if end > 0 else start + _LARGEST]
        fields = {name: _literal(value) for name, value in _FIELD.findall(segment)}
        if fields:
            yield FieldGroup(self._line(start), None, fields, self._hint, incomplete=True)
            self._hint = None


def _contains_objects(value: Any) -> bool:
    return isinstance(value, dict | list) or str(value).startswith("{")


def _literal(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.strip('"')
