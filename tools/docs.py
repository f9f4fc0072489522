"""Write the parts of the documentation that come from the code: `python tools/docs.py`, or `--check` to compare only.

Models, resources and the catalog of findings are the source. In a page, only the text between `<!-- table: NAME -->` or
`<!-- docstring: NAME -->` and `<!-- end -->` is generated.
"""

from __future__ import annotations

import difflib
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from live_recording import resources
from live_recording.account.diff import REPLACES
from live_recording.core.findings import (
    CATALOG,
    REVIEW_ONLY,
)
from live_recording.core.kinds import KindName
from live_recording.stackfile import (
    names,
    rrule,
    scalars,
    times,
)
from live_recording.stackfile.model import (
    Acknowledgement,
    Flv,
    Format,
    Hls,
    Limits,
    LiveRecord,
    LiveRecordArgs,
    Rule,
    RuleArgs,
    Schedule,
    Stack,
    Task,
    TaskArgs,
    Template,
    TemplateArgs,
)
from live_recording.stackfile.schema import stack_schema
from tools import priority

GOLDEN = ROOT / "tests/golden/err"
REVIEWS = ROOT / "tests/golden/review"
MESSAGES = 3
"""Most messages that an example shows, each worded differently."""
WHOLE_LINES = 9
"""A longer example shows only the entries that its messages are about."""
MESSAGE = re.compile(r"(?P<file>[^:]+):(?P<line>\d+): (?P<text>.*) \[[\w-]+\]")

WORDS: Mapping[Callable[..., Any], str] = {
    scalars.text: "text",
    scalars.boolean: "`true` or `false`",
    scalars.non_negative_int: "whole number",
    scalars.positive: "whole number from 1",
    scalars.identifier: "id",
    times.duration: "duration",
    times.retention: "duration, or `forever`",
    times.moment: "time",
    times.day: "day",
    times.clock: "time of day",
    times.zone: "time zone",
    rrule.rule: "recurrence",
    names.key: "key",
    names.reference: "key",
    names.domain: "domain",
    names.part: "name",
    names.required_name: "name",
    names.vod_file_name: "file name pattern",
    names.cos_bucket_path: "path pattern",
    names.cos_bucket_name: "text",
}
"""What the reader of a field accepts, in words that docs/stack-file.md explains."""

TABLES: Mapping[str, tuple[type[BaseModel], type[BaseModel] | None]] = {
    "Stack": (Stack, None),
    "Template": (Template, None),
    "Rule": (Rule, None),
    "Task": (Task, None),
    "Schedule": (Schedule, None),
    "LiveRecord": (LiveRecord, None),
    "Limits": (Limits, None),
    "Acknowledgement": (Acknowledgement, None),
    "Format": (Format, None),
    "Hls": (Hls, Format),
    "Flv": (Flv, Format),
    "TemplateArgs": (TemplateArgs, None),
    "RuleArgs": (RuleArgs, None),
    "TaskArgs": (TaskArgs, None),
    "LiveRecordArgs": (LiveRecordArgs, None),
}
"""Name in a marker -> the model, and the model whose fields are left out because they have their own table."""

ARGUMENTS: Mapping[str, KindName] = {
    "TemplateArgs": "template",
    "RuleArgs": "rule",
    "TaskArgs": "task",
    "LiveRecordArgs": "live_record",
}
"""The models that are the arguments of a resource: their tables say what a change does."""
KEPT_AS = {"duration": "end"}
"""A field that inputs keep in the form of another one."""

MARKED = re.compile(r"(<!-- (table|docstring): (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(name: str) -> str:
    """Return the fields of a model as a Markdown table; `was` comes last."""
    model, base = TABLES[name]
    known, kind = base.model_fields if base else {}, ARGUMENTS.get(name)
    fields = sorted(model.model_fields.items(), key=lambda field: field[0] == "was")
    head = ["field", "value", "default", "a change" if kind else "meaning"]
    rows = (head, *(_cells(key, info, kind) for key, info in fields if key not in known))
    first, *rest = (f"| {' | '.join(cells)} |" for cells in rows)
    return "\n".join([first, "|" + "---|" * len(head), *rest]) + "\n"


def _cells(name: str, info: FieldInfo, kind: KindName | None) -> list[str]:
    required = info.is_required() or (kind is not None and _required(name, kind))
    default = "required" if required else _default(info.default)
    change = "replaces" if kind and KEPT_AS.get(name, name) in REPLACES[kind] else "in place"
    return [f"`{info.alias or name}`", _value(info), default, change if kind else _escaped(info.description or "")]


def _required(name: str, kind: KindName) -> bool:
    """Return whether the constructor of the resource requires this argument."""
    return inspect.signature(resources.KINDS[kind]).parameters[name].default is inspect.Parameter.empty


def docstring(name: str) -> str:
    """Return the docstring of a resource, with a paragraph for its errors and one for its source."""
    return re.sub(r"\s+(Errors|Source): ", r"\n\n\1: ", inspect.getdoc(getattr(resources, name)) or "") + "\n"


def _default(value: object) -> str:
    plain = isinstance(value, str | int) and value != ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`" if plain else ""


def _value(info: FieldInfo) -> str:
    parts = [info.annotation, *info.metadata, *_parts(info.annotation)]
    literals = [part for part in parts if get_origin(part) is Literal]
    if literals:
        return " or ".join(f"`{str(value).lower()}`" for value in get_args(literals[0]))
    sections = [part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)]
    read = next((WORDS[inspect.unwrap(part.func)] for part in parts if isinstance(part, BeforeValidator)), "")
    if get_origin(info.annotation) is tuple:
        return "list of entries" if sections else f"list of {read}s"
    return "entries by key" if get_origin(info.annotation) is dict else "mapping" if sections else read


def _parts(annotation: object) -> Iterator[object]:
    """Yield the parts of an annotation: types, literals and validators."""
    for part in get_args(annotation):
        yield part
        yield from getattr(part, "__metadata__", ())
        yield from _parts(part)


def _escaped(text: str) -> str:
    return re.sub(r"([<|])", r"\\\1", text)


def findings() -> str:
    """Return docs/findings.md: every kind of finding, with a golden file as its example."""
    head = [
        "# Findings",
        "",
        "`live-recording check` reports these findings, each as `FILE:LINE: PATH: MESSAGE [ID]`. An **error** stops; a",
        "**warning** does not, and can be [acknowledged](stack-file.md#acknowledge). An id never changes its meaning. A plan",
        "that the account would reject uses the same ids.",
        "",
        f"Only a review reports {', '.join(sorted(REVIEW_ONLY))}, which is about a change. It stops until it is acknowledged.",
        "",
        "`--format json` is for programs, `--format sarif` for code scanning. Exit codes: 0 no errors, 1 errors, 2 wrong usage",
        "or an unreadable file.",
        "",
        "Each example shows some messages and the entries that they are about. CN and IN are page numbers of the vendor's",
        "documents, for sites cn and intl. `python tools/docs.py` generates this page.",
        "",
        f"Errors:\n{_links('error')}.",
        "",
        f"Warnings:\n{_links('warning')}.",
    ]
    return "\n".join([*head, *(line for id_ in sorted(CATALOG) for line in _kind(id_)), ""])


def _links(severity: str) -> str:
    ids = (id_ for id_, kind in sorted(CATALOG.items()) if kind.severity == severity)
    return ",\n".join(f"[{id_}](#{id_})" for id_ in ids)


def _kind(id_: str) -> Iterator[str]:
    kind, example = CATALOG[id_], GOLDEN / f"{id_}.yaml"
    yield from ("", f"## {id_}", "", f"{kind.severity.capitalize()}. {kind.meaning} Source: {kind.source}.")
    if id_ in REVIEW_ONLY:
        before, after = (_lines(REVIEWS / f"{id_}.{version}.yaml") for version in ("before", "after"))
        change = list(difflib.unified_diff(before, after, lineterm="", n=len(before)))
        yield from ("", "```diff", *change[3:], "```")  # without the names of the files and the line numbers
        yield from ("", "```text", *_lines(REVIEWS / f"{id_}.out"), "```")
    elif example.exists():
        messages, excerpt = _example(id_, example)
        yield from ("", "```yaml", *excerpt, "```", "", "```text", *messages, "```")


def _example(id_: str, file: Path) -> tuple[list[str], list[str]]:
    """Return some messages of a golden file, each worded differently, and the entries that they are about."""
    printed = (line for line in _lines(file.with_suffix(".out")) if line.endswith(f"[{id_}]"))
    found = [message for line in printed if (message := MESSAGE.fullmatch(line))]
    first = {_wording(message["text"]): message for message in reversed(found)}.values()
    shown = sorted(first, key=found.index)[:MESSAGES]
    texts = [message["text"] for message in shown]
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    return texts, _excerpt(lines, {int(message["line"]) for message in shown}, " ".join(texts))


def _wording(message: str) -> str:
    """Return a message without its path, quoted values and numbers: equal for two messages of one kind."""
    return re.sub(r'"[^"]*"|[\w.]*\d[\w.:+-]*', "", message.partition(": ")[2])


def _excerpt(lines: list[str], cited: set[int], text: str) -> list[str]:
    """Return the lines of the entries that the messages cite or name, below the headings of their sections."""
    if len(lines) <= WHOLE_LINES:
        return lines
    section = entry = 0
    kept = {number for number, line in enumerate(lines) if line.startswith("#")}
    places = []
    for number, line in enumerate(lines):
        section = number if line[:1].strip() else section
        entry = number if line[:3].strip() else entry
        places.append((section, entry))
        name = f"{lines[section].partition(':')[0]}.{line.strip().partition(':')[0]}"
        if number + 1 in cited or (number == entry and re.search(rf"\b{re.escape(name)}\b", text)):
            kept |= {section, entry}
    return [line for line, (_, entry) in zip(lines, places, strict=True) if line and entry in kept]


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def schema() -> str:
    """Return the output of `live-recording schema`."""
    return json.dumps(stack_schema(), indent=2, ensure_ascii=False) + "\n"


RENDERERS: Mapping[str, Callable[[str], str]] = {"table": table, "docstring": docstring}
"""The kind of a marker -> the function that renders it."""


def page(path: str) -> Callable[[], str]:
    """Return a function that renders the page with current tables and docstrings."""

    def render() -> str:
        text = (ROOT / path).read_text(encoding="utf-8")
        return MARKED.sub(lambda found: found[1] + RENDERERS[found[2]](found[3]) + found[4], text)

    return render


FILES: Mapping[str, Callable[[], str]] = {
    "docs/findings.md": findings,
    "docs/priority.svg": priority.picture,
    "docs/resources.md": page("docs/resources.md"),
    "docs/stack-file.md": page("docs/stack-file.md"),
    "schema/stack.schema.json": schema,
}
"""Generated file -> the function that renders it."""


def stale() -> list[str]:
    """Return the generated files that differ from the code."""
    return [path for path, made in FILES.items() if not _is(path, made())]


def _is(path: str, text: str) -> bool:
    return (ROOT / path).exists() and (ROOT / path).read_text(encoding="utf-8") == text


def main(arguments: Iterable[str]) -> int:
    """Write the stale files, or with --check only print their names."""
    found = stale()
    for path in found:
        if "--check" not in arguments:
            (ROOT / path).write_text(FILES[path](), encoding="utf-8")
        print(path)
    return int("--check" in arguments and bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
