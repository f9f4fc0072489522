"""Reads the text of a stack file: scalars keep their own text, everything keeps its line.

Rule 1: the file is read as events of the C parser, so nothing is guessed, and 4,000 tasks take half a second.
Rule 2: what another YAML reader could read differently (anchors, tags, merge keys, directives) is refused.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.text import Plain, quoted

DEPTH_MAX = 12
"""No stack file nests deeper; a bound keeps odd files from exhausting the reader."""


class Document(NamedTuple):
    """A file as nested dicts, lists and scalars, with the line of each path."""

    root: Any
    lines: dict[KeyPath, int]
    findings: tuple[Finding, ...]


class _Refused(Exception):
    def __init__(self, sentence: str, line: int) -> None:
        super().__init__(sentence, line)
        self.sentence, self.line = sentence, line


class _Reader:
    """One pass over the events of a document."""

    def __init__(self, text: str) -> None:
        self.events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self.lines: dict[KeyPath, int] = {}
        self.twice: list[Finding] = []

    def document(self) -> Any:
        """The root of the only document."""
        root: Any = Plain("")
        document: Any
        for number, document in enumerate(e for e in self.events if isinstance(e, yaml.DocumentStartEvent)):
            if number or document.version or document.tags:
                what = "a second document" if number else "a directive"
                raise _Refused(f"The file has {what}. Keep one plain document.", document.start_mark.line + 1)
            root = self.node(next(self.events), ())
        return root

    def node(self, event: Any, path: KeyPath) -> Any:
        """The node that *event* begins."""
        line = event.start_mark.line + 1
        self.lines.setdefault(path, line)
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise _Refused("Anchors (&) and aliases (*) are not read. Write the value where it belongs.", line)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            raise _Refused(f"Tags such as {quoted(tag)} are not read. Write the plain value.", line)
        if len(path) > DEPTH_MAX:
            raise _Refused(f"The file nests deeper than {DEPTH_MAX} levels. No entry needs that.", line)
        if isinstance(event, yaml.ScalarEvent):
            return event.value if event.style else Plain(event.value)
        return self.mapping(path) if isinstance(event, yaml.MappingStartEvent) else self.sequence(path)

    def mapping(self, path: KeyPath) -> dict[str, Any]:
        """The mapping that has just begun."""
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and not event.style:
                raise _Refused("Merge keys (<<) are not read. Write the fields where they belong.", line)
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
                raise _Refused(
                    "A key is plain text, without anchor, alias or tag. Write the name of a field or entry.", line
                )
            inner = (*path, event.value)
            if event.value in found:
                sentence = f"Duplicate key, first defined on line {self.lines[inner]}."
                self.twice.append(Finding.new("duplicate-key", inner, sentence).at("", line))
                self.node(next(self.events), inner)
            else:
                self.lines.setdefault(inner, line)
                found[str(event.value)] = self.node(next(self.events), inner)
        return found

    def sequence(self, path: KeyPath) -> list[Any]:
        """The list that has just begun."""
        found: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.node(event, (*path, len(found))))
        return found


def parse(source: str) -> Document:
    """The tree of a stack file; a file that is not plain YAML has one finding and no root."""
    reader = _Reader(source)
    try:
        root = reader.document()
    except _Refused as refused:
        return Document(None, {}, (Finding.new("bad-yaml", (), refused.sentence).at("", refused.line),))
    except yaml.MarkedYAMLError as error:
        return _not_yaml(*_syntax(error, source))
    except yaml.reader.ReaderError as error:
        code = error.character if isinstance(error.character, int) else ord(error.character)
        what = f"it has the control character U+{code:04X}"
        before = source.encode()[: error.position]  # the C parser counts bytes
        return _not_yaml(f"{what}. Remove it", before.count(b"\n") + 1)
    except (yaml.YAMLError, ValueError) as error:
        return _not_yaml(f"{quoted(str(error).splitlines()[0])}. Save the file as UTF-8 text", 1)
    if root == "":
        return Document(
            None,
            {},
            (Finding.new("wrong-type", (), "The file is empty. Write {} if nothing is to be recorded.").at("", 1),),
        )
    if not isinstance(root, dict):
        seen = "a list" if isinstance(root, list) else quoted(root)
        sentence = f"The file is {seen}, but a mapping with templates, rules or tasks belongs here."
        return Document(None, {}, (Finding.new("wrong-type", (), sentence).at("", 1),))
    return Document(root, reader.lines, tuple(reader.twice))


def _not_yaml(what: str, line: int) -> Document:
    return Document(None, {}, (Finding.new("bad-yaml", (), f"This is not YAML: {what}.").at("", line),))


def _syntax(error: yaml.MarkedYAMLError, source: str) -> tuple[str, int]:
    """What is wrong with the syntax, and where: at the opening of what is never closed."""
    opened, at = error.context_mark, error.problem_mark or error.context_mark
    lines = source.splitlines()
    if at is None or (at.line >= len(lines) and opened is not None):
        at = opened
    line, column = (at.line + 1, at.column + 1) if at else (1, 1)
    if 0 < line <= len(lines) and lines[line - 1][column - 1 : column] == "\t":
        return "a tab stands here, and YAML indents with spaces. Replace it", line
    what = " ".join(str(part) for part in (error.context, error.problem) if part)
    return f"{what}, at column {column}. Mend the syntax; text with {{ }} : or # needs quotes", min(
        line, len(lines) or 1
    )
