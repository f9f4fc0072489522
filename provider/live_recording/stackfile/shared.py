"""Shared files: a stack file takes the entries of the files that it names in `extends`.

Sections merge by key. An entry of the stack file replaces the shared entry of its key as a whole; `key: null` removes it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.text import escaped
from live_recording.stackfile.model import SECTIONS
from live_recording.stackfile.reader import Document
from live_recording.stackfile.scalars import PlainScalar, is_empty, unwrap, word
from live_recording.stackfile.validation import section_message

EXTENDS = "extends"
NOT_SHARED = (EXTENDS, "domains", "limits", "acknowledge")
"""Keys of a stack file that a shared file cannot have."""
NULL = ("null", "~")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A parsed file, and its name in messages."""

    name: str
    document: Document

    def line_of(self, path: KeyPath) -> int:
        """Return the line of *path*, or of the nearest part of the file that contains it."""
        while path and path not in self.document.lines:
            path = path[:-1]
        return self.document.lines.get(path, 1)


@dataclass(frozen=True, slots=True)
class SourceMap:
    """Where each part of a stack is written."""

    own: SourceFile
    files: tuple[SourceFile, ...] = ()  # the shared ones
    shared: Mapping[KeyPath, SourceFile] = field(default_factory=dict)  # entry or setting -> its file

    def locate(self, path: KeyPath) -> tuple[str, int]:
        """Return the file and the line of *path*, or of the nearest part that contains it."""
        source = self.shared.get(path[:2]) or self.shared.get(path[:1]) or self.own
        return source.name, source.line_of(path)

    def shared_at(self, path: KeyPath) -> str:
        """Return file and line of *path* if they are in a shared file, else ""."""
        file, line = self.locate(path)
        return "" if file == self.own.name else f"{escaped(file)}:{line}"


@dataclass(frozen=True, slots=True)
class MergedFiles:
    """A stack file together with its shared files."""

    root: dict[str, Any]
    sources: SourceMap
    findings: tuple[Finding, ...]  # with file and line


def extended_files(document: Document) -> list[tuple[KeyPath, str]]:
    """Return the shared files that a document names, each with its path in the document; validation reports other values."""
    value = (document.root or {}).get(EXTENDS, [])
    named: list[tuple[KeyPath, Any]] = [((EXTENDS,), value)]
    if isinstance(value, list):
        named = [((EXTENDS, index), name) for index, name in enumerate(value)]
    return [(path, str(unwrap(name))) for path, name in named if isinstance(word(name), str)]


def merge(own: SourceFile, shared: Sequence[SourceFile]) -> MergedFiles:
    """Return a stack file with the entries of its shared files; every document has a root."""
    collected = _Collected()
    for source in shared:
        collected.add(source)
    root = {**collected.settings, **(own.document.root or {})}
    for section, entries in collected.entries.items():
        root[section] = _merged_section(entries, root.get(section))
    origins = {path: source for path, source in collected.origins.items() if not _is_own(own.document, path)}
    return MergedFiles(root, SourceMap(own, tuple(shared), origins), tuple(collected.findings))


def _is_own(document: Document, path: KeyPath) -> bool:
    """Return whether the stack file itself has the entry or setting."""
    return path in document.lines


def _merged_section(shared: Mapping[str, Any], own: Any) -> Any:
    if own is None or is_empty(own):
        return dict(shared)
    if not isinstance(own, dict):
        return own  # validation reports it
    removed = {key for key, entry in own.items() if key in shared and _is_null(entry)}
    return {key: entry for key, entry in {**shared, **own}.items() if key not in removed}


def _is_null(entry: Any) -> bool:
    return isinstance(entry, PlainScalar) and entry.text.lower() in NULL


@dataclass(slots=True)
class _Collected:
    """What the shared files have so far."""

    settings: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    origins: dict[KeyPath, SourceFile] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, source: SourceFile) -> None:
        """Add a shared file."""
        root = source.document.root or {}
        self.findings += [finding.at(source.name, source.line_of(finding.path)) for finding in _mistakes(root)]
        for name, value in root.items():
            if name in SECTIONS and isinstance(value, dict):
                for key, entry in value.items():
                    if self._is_new(source, (name, key)):
                        self.entries.setdefault(name, {})[key] = entry
            elif name not in (*NOT_SHARED, *SECTIONS) and self._is_new(source, (name,)):
                self.settings[name] = value

    def _is_new(self, source: SourceFile, path: KeyPath) -> bool:
        """Remember the file of a path. If another file has it, add a finding instead."""
        other = self.origins.setdefault(path, source)
        if other is source:
            return True
        message = f"The same key is in {escaped(other.name)}:{other.line_of(path)}. Keep it in one shared file."
        self.findings.append(Finding.new("duplicate-key", path, message).at(source.name, source.line_of(path)))
        return False


def _mistakes(root: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what a shared file cannot have."""
    for name, value in root.items():
        if name in NOT_SHARED:
            yield Finding.new("unknown-field", (name,), f"A shared file cannot have {name}. Move it to the stack file.")
        elif name in SECTIONS and not isinstance(value, dict) and not is_empty(value):
            yield Finding.new("wrong-type", (name,), section_message(name, value))
