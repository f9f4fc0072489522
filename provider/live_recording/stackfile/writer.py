"""Writer of stack files, for adoption and migration. The text parses to the same stack."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from typing import Any

from yaml import ScalarNode
from yaml.emitter import Emitter
from yaml.resolver import Resolver

from live_recording.core.errors import InvalidValue
from live_recording.core.findings import KeyPath
from live_recording.core.text import escaped
from live_recording.core.timefmt import FOREVER, length
from live_recording.stackfile.model import SECTIONS, Stack
from live_recording.stackfile.scalars import PlainScalar, text

SCHEMA = "# yaml-language-server: $schema=../schema/stack.schema.json"
BLOCK = ("templates", "callback_templates")
"""Sections whose entries have several lines; entries of others have one."""
DURATIONS = ("record_interval", "flow_continue_duration", "duration")
RETENTIONS = ("storage_time",)
IDENTIFIERS = ("template_id",)
"""Fields with an id of the API: text that is written as a number, behind the other fields."""


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a section: its key, its fields in order, and the comments above it."""

    key: str
    fields: Mapping[str, Any]
    comments: tuple[str, ...] = ()


def write_sections(
    sections: Mapping[str, Iterable[Item]],
    zone: str | None = "UTC",
    about: Iterable[str] = (),
    *,
    limits: Mapping[str, int] | None = None,
    acknowledge: Iterable[Mapping[str, Any]] = (),
    after: Iterable[str] = (),
) -> str:
    """Return the text of a stack file; *about* and *after* are comments at its beginning and end.

    Empty sections are omitted. Without *zone* the text is meant to be added to another stack file.
    """
    lines = [SCHEMA, *_comments(about, ""), *([f"time_zone: {zone}"] if zone else [])]
    for section, items in sections.items():
        lines += _section(section, (line for item in items for line in _item(item, block=section in BLOCK)))
    lines += ["", f"limits: {_shown('limits', limits)}"] if limits else []
    lines += _section("acknowledge", (f"  - {_shown('', entry)}" for entry in acknowledge))
    ending = _comments(after, "")
    return "\n".join([*lines, *([""] if ending else []), *ending]) + "\n"


def write_stack(
    stack: Stack, about: Iterable[str], comments: Mapping[KeyPath, Sequence[str]], after: Iterable[str] = ()
) -> str:
    """Return the fields that are set in the *stack* as text of a stack file; *comments* are those above entries."""
    content = stack.to_file()
    sections = {
        section: [
            Item(key, _in_order(fields), tuple(comments.get((section, key), ())))
            for key, fields in content.get(section, {}).items()
        ]
        for section in SECTIONS
    }
    return write_sections(
        sections,
        content.get("time_zone"),
        about,
        limits=content.get("limits"),
        acknowledge=content.get("acknowledge", ()),
        after=after,
    )


def _in_order(fields: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted(fields.items(), key=lambda item: item[0] in IDENTIFIERS))


def _section(name: str, entries: Iterator[str]) -> list[str]:
    lines = list(entries)
    return ["", f"{name}:", *lines] if lines else []


def _item(item: Item, *, block: bool) -> list[str]:
    key, head = _scalar(item.key), _comments(item.comments, "  ")
    if not block or not item.fields:
        return [*head, f"  {key}: {_shown('', item.fields)}"]
    return [*head, f"  {key}:", *(f"    {name}: {_shown(name, value)}" for name, value in item.fields.items())]


def _shown(name: str, value: Any) -> str:
    """Return the value of the field *name* as text of a stack file."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {_shown(key, inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_shown('', inner) for inner in value)}]"
    if isinstance(value, str):
        return value if name in IDENTIFIERS else _scalar(value)
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, bool | date):
        return str(value).lower()
    return _number(name, value)


def _number(name: str, value: int) -> str:
    if name in RETENTIONS and value == FOREVER:
        return "forever"
    return length(value) if name in (*DURATIONS, *RETENTIONS) else str(value)


def _time(value: datetime) -> str:
    seconds = ":%S" if value.second else ""
    return value.strftime(f"%Y-%m-%dT%H:%M{seconds}") + _offset(value)


def _offset(value: datetime) -> str:
    """Return the offset of an aware time, or nothing for a wall-clock time."""
    shown = value.strftime("%z")
    return "" if not shown else "Z" if shown == "+0000" else f"{shown[:3]}:{shown[3:5]}"


_EMITTER = Emitter(StringIO(), allow_unicode=True)
_RESOLVER = Resolver()
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _scalar(value: str) -> str:
    """Return the string, quoted if a YAML parser could read something else."""
    if _bare(value):
        return value
    return '"' + "".join(_ESCAPES.get(c) or (c if c.isprintable() else _code(c)) for c in value) + '"'


def _code(c: str) -> str:
    return f"\\u{ord(c):04x}" if c <= "\uffff" else f"\\U{ord(c):08x}"


def _bare(value: str) -> bool:
    try:
        text(PlainScalar(value))
    except InvalidValue:
        return False
    allowed = value.isprintable() and _EMITTER.analyze_scalar(value).allow_flow_plain
    return bool(allowed) and _RESOLVER.resolve(ScalarNode, value, (True, False)) == Resolver.DEFAULT_SCALAR_TAG  # type: ignore[no-untyped-call]


def _comments(lines: Iterable[str], indent: str) -> list[str]:
    return [f"{indent}# {escaped(line)}".rstrip() for line in lines]
