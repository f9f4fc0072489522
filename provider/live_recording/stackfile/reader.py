"""Parser for the text of a stack file: scalars keep their text, and each path its line.

The events of the C parser are read, so no scalar is interpreted, and 4,000 tasks take half a second. Syntax that another
YAML parser could read differently (anchors, tags, merge keys, directives) is not supported.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.text import quoted
from live_recording.stackfile.lookalikes import lookalike_in_key, lookalike_near, merge_marker
from live_recording.stackfile.scalars import PlainScalar, describe, is_empty

FIELDS_MAX = 100
"""Keys of the file, or of an entry."""
DUPLICATES_MAX = 100
DEPTH_MAX = 12
"""No stack file nests deeper; the limit keeps malformed files from exhausting the parser."""
TOO_DEEP = f"The file nests deeper than {DEPTH_MAX} levels. Check the indentation and brackets."
PARSER_TOO_DEEP = "exceeded maximum nesting depth"
"""What the parser says at 1,000 brackets; PyYAML before 6.0.4 has no such limit."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file as nested dicts, lists and scalars, with the line of each path. *root* is None if it is not a mapping."""

    root: dict[str, Any] | None
    lines: dict[KeyPath, int]
    findings: tuple[Finding, ...]


class _Unsupported(Exception):
    """Syntax that stack files do not support."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message, line)
        self.message, self.line = message, line


class _Parser:
    """One pass over the events of a document."""

    def __init__(self, text: str) -> None:
        self.events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self.lines: dict[KeyPath, int] = {}
        self.duplicates: list[Finding] = []

    def document(self) -> Any:
        """Return the root of the only document."""
        root: Any = PlainScalar("")
        document: Any
        for number, document in enumerate(e for e in self.events if isinstance(e, yaml.DocumentStartEvent)):
            line = document.start_mark.line + 1
            if number:
                raise _Unsupported("The file has a second document. Only one plain document is supported.", line)
            if document.version or document.tags:
                raise _Unsupported("YAML directives are not supported. Remove the line.", line)
            root = self.node(next(self.events), ())
        return root

    def node(self, event: Any, path: KeyPath) -> Any:
        """Return the node that *event* begins."""
        line = event.start_mark.line + 1
        self.lines.setdefault(path, line)
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise _Unsupported("YAML anchors and aliases are not supported. Write the value inline.", line)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            raise _Unsupported(f"YAML tags such as {quoted(tag)} are not supported. Write the plain value.", line)
        if len(path) > DEPTH_MAX:
            raise _Unsupported(TOO_DEEP, line)
        if isinstance(event, yaml.ScalarEvent):
            return event.value if event.style else PlainScalar(event.value)
        return self.mapping(path) if isinstance(event, yaml.MappingStartEvent) else self.sequence(path)

    def mapping(self, path: KeyPath) -> dict[str, Any]:
        """Return the mapping that has just begun."""
        values: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            key = _key(event)
            inner = (*path, key)
            self._require_few_mistakes(path, values, line)
            if key in values:
                message = f"Duplicate key, first defined on line {self.lines[inner]}."
                self.duplicates.append(Finding.new("duplicate-key", inner, message).at("", line))
                self.node(next(self.events), inner)
            else:
                self.lines.setdefault(inner, line)
                values[key] = self.node(next(self.events), inner)
        return values

    def _require_few_mistakes(self, path: KeyPath, values: Collection[str], line: int) -> None:
        """Raise _Unsupported if there are more findings than anyone reads: a large file must not take minutes."""
        if len(path) != 1 and len(values) >= FIELDS_MAX:  # a section has any number of entries
            raise _Unsupported(f"This mapping has more than {FIELDS_MAX} keys. No entry has so many.", line)
        if len(self.duplicates) >= DUPLICATES_MAX:
            raise _Unsupported(
                f"More than {DUPLICATES_MAX} keys are duplicates. Check that this is the right file.", line
            )

    def sequence(self, path: KeyPath) -> list[Any]:
        """Return the list that has just begun."""
        values: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            values.append(self.node(event, (*path, len(values))))
        return values


def _key(event: Any) -> str:
    line = event.start_mark.line + 1
    if not isinstance(event, yaml.ScalarEvent):
        raise _Unsupported("A key must be plain text. Write the name of a field or entry.", line)
    if event.value == "<<" and not event.style:
        raise _Unsupported("YAML merge keys (<<) are not supported. Write the fields inline.", line)
    if event.anchor or event.tag:
        raise _Unsupported("A key cannot have an anchor or a tag. Write the plain name of a field or entry.", line)
    problem = None if event.style else lookalike_in_key(event.value)
    if problem:
        raise _Unsupported(problem, line)
    return str(event.value)


def parse(content: str | bytes) -> Document:
    """Parse a stack file. A file that is not plain YAML in UTF-8, or not a mapping, has one finding and no root."""
    try:
        source = content if isinstance(content, str) else content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _rejected("bad-yaml", *_encoding_error(error))
    marker = merge_marker(source)
    if marker:
        return _rejected("bad-yaml", *marker)
    try:
        return _document(source)
    except _Unsupported as error:
        return _rejected("bad-yaml", error.message, error.line)
    except yaml.MarkedYAMLError as error:
        return _rejected("bad-yaml", *_syntax_error(error, source))
    except yaml.reader.ReaderError as error:
        code = error.character if isinstance(error.character, int) else ord(error.character)
        before = source.encode()[: error.position]  # the C parser counts bytes
        message = f"Invalid YAML: control character U+{code:04X}. Remove it."
        return _rejected("bad-yaml", message, before.count(b"\n") + 1)
    except (yaml.YAMLError, ValueError) as error:
        reason = quoted(str(error).splitlines()[0])
        return _rejected("bad-yaml", f"Invalid YAML: {reason}. Save the file as UTF-8 text.", 1)


def _document(source: str) -> Document:
    parser = _Parser(source)
    root = parser.document()
    if isinstance(root, dict):
        return Document(root, parser.lines, tuple(parser.duplicates))
    if is_empty(root):
        return _rejected("wrong-type", "The file is empty. Write {} to record nothing.", 1)
    lookalike = lookalike_near(source, parser.lines[()])
    if lookalike:
        return _rejected("bad-yaml", *lookalike)
    seen = "a list" if isinstance(root, list) else describe(root)
    return _rejected("wrong-type", f"Expected a mapping with templates, rules or tasks, got {seen}.", 1)


def _rejected(finding_id: str, message: str, line: int) -> Document:
    return Document(None, {}, (Finding.new(finding_id, (), message).at("", line),))


def _encoding_error(error: UnicodeDecodeError) -> tuple[str, int]:
    """Return the message for a file that is not UTF-8, and its line."""
    content = error.object
    if b"\0" in content[:100]:
        return "The file is not UTF-8 text; it looks like UTF-16. Save it as UTF-8.", 1
    line = content.count(b"\n", 0, error.start) + 1
    return f"The file is not UTF-8 text (byte {error.start + 1}){_likely_encoding(content)}. Save it as UTF-8.", line


def _likely_encoding(content: bytes) -> str:
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return "; it may be GBK"


def _syntax_error(error: yaml.MarkedYAMLError, source: str) -> tuple[str, int]:
    """Return the message for a syntax error and its line: for a bracket or quote that is never closed, its opening."""
    message, line = _parser_message(error, source)
    if error.problem == PARSER_TOO_DEEP:
        return TOO_DEEP, line
    return lookalike_near(source, line) or (message, line)


def _parser_message(error: yaml.MarkedYAMLError, source: str) -> tuple[str, int]:
    lines = source.splitlines()
    mark = error.problem_mark
    if mark is None or (mark.line >= len(lines) and error.context_mark is not None):
        mark = error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if 0 < line <= len(lines) and lines[line - 1][column - 1 : column] == "\t":
        return "Invalid YAML: a tab is used for indentation. Use spaces.", line
    problem = " ".join(str(part) for part in (error.context, error.problem) if part)
    message = f"Invalid YAML: {problem}, at column {column}. Text with {{ }} : or # needs quotes."
    return message, min(line, len(lines) or 1)
