"""Write the parts of the documentation that come from the code: `python tools/docs.py`, or `--check` to compare only.

Models, resources and the catalog of findings are the source. In a page, only the text between `<!-- table: NAME -->` or
`<!-- docstring: NAME -->` and `<!-- end -->` is generated.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from live_recording import resources
from live_recording.account.diff import REPLACES
from live_recording.core.findings import (
    ACCOUNT_ONLY,
    CATALOG,
    REVIEW_ONLY,
)
from live_recording.core.json_output import as_json
from live_recording.core.kinds import KindName
from live_recording.core.text import join_words
from live_recording.stackfile import (
    callbacks,
    names,
    rrule,
    scalars,
    times,
)
from live_recording.stackfile.entries import Choice, Entry, EntryOf, Field, ListOf, MapOf, Nullable, Scalar, ValueType
from live_recording.stackfile.model import (
    Acknowledgement,
    CallbackRule,
    CallbackRuleArgs,
    CallbackTemplate,
    CallbackTemplateArgs,
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
from live_recording.verify.report import report_schema
from tools import priority

GOLDEN = ROOT / "tests/golden/err"
REVIEWS = ROOT / "tests/golden/review"
OWN_FORMAT = "the format of the stack file"
"""A source that is no document of others."""
WHOLE_LINES = 4
"""A longer example shows only the entries that its message is about."""
MOST_LINES, FEW_LINES = 5, 2
"""An example with more lines than the first ends at the line of its finding, but has at least the second."""
MESSAGES = 2
"""How many messages of a review are shown."""
MESSAGE = r"^[^:\n]+:(\d+): (.*) \[%s\]$"
SHOWS_ITS_VALUE = re.compile(r"config\.|\w+\.[^.: ]+\.[^: ]+: ")
"""A message about a field, or the config: the page needs no example of a file beside it."""

WORDS: Mapping[Callable[..., Any], str] = {
    scalars.text: "text",
    scalars.texts: "list of paths",
    scalars.boolean: "boolean",
    scalars.only_false: "`false`",
    scalars.non_negative_int: "integer",
    scalars.positive: "positive integer",
    scalars.identifier: "id",
    times.duration: "duration",
    times.retention: "retention",
    times.moment: "time",
    times.day: "day",
    times.clock: "time of day",
    times.zone: "time zone",
    rrule.rule: "recurrence",
    names.key: "key",
    names.reference: "key",
    names.domain: "domain",
    names.named_domain: "domain",
    names.part: "name",
    names.required_name: "name",
    names.vod_file_name: "file name pattern",
    names.cos_bucket_path: "path pattern",
    callbacks.notify_url: "URL",
    callbacks.has_callback_key: "boolean",
}
"""What the reader of a field accepts, in words that docs/stack-file.md explains."""

TABLES: Mapping[str, tuple[type[Entry], type[Entry] | None]] = {
    "Stack": (Stack, None),
    "Template": (Template, None),
    "Rule": (Rule, None),
    "Task": (Task, None),
    "Schedule": (Schedule, Task),
    "LiveRecord": (LiveRecord, None),
    "CallbackTemplate": (CallbackTemplate, None),
    "CallbackRule": (CallbackRule, None),
    "Limits": (Limits, None),
    "Acknowledgement": (Acknowledgement, None),
    "Format": (Format, None),
    "Hls": (Hls, Format),
    "Flv": (Flv, Format),
}
"""Name in a marker -> the model, and the model whose equal fields are left out because they have their own table."""

ARGUMENTS: Mapping[KindName, type[Entry]] = {
    "template": TemplateArgs,
    "rule": RuleArgs,
    "task": TaskArgs,
    "live_record": LiveRecordArgs,
    "callback_template": CallbackTemplateArgs,
    "callback_rule": CallbackRuleArgs,
}
"""The arguments of each resource."""
KEPT_AS = {"duration": "end"}
"""A field that inputs keep in the form of another one."""

MARKED = re.compile(r"(<!-- (table|docstring|arguments): (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(name: str) -> str:
    """Return the fields of a model as a Markdown list, without those that have a section of their own."""
    model, base = TABLES[name]
    known = base.fields if base else {}
    return "".join(
        f"{_field(info)}\n"
        for key, info in model.fields.items()
        if key not in ("was", "protect") and (key not in known or known[key].description != info.description)
    )


def _field(known: Field) -> str:
    default = "required" if known.is_required else _default(known.default)
    value = ", ".join(part for part in (_value(known.type), default) if part)
    return f"- **`{known.key}`**{f' ({value})' if value else ''}: {_escaped(known.description)}"


def arguments(name: str) -> str:
    """Return which arguments of a resource are required, and which replace it when they change."""
    kind = next(kind for kind, resource in resources.KINDS.items() if resource.__name__ == name)
    parameters = inspect.signature(resources.KINDS[kind]).parameters
    names = list(ARGUMENTS[kind].fields)
    required = {name for name in names if parameters[name].default is inspect.Parameter.empty}
    replaces = [name for name in names if KEPT_AS.get(name, name) in REPLACES[kind]]
    needed = ", ".join(f"**`{name}`**" for name in names if name in required) or "none"
    is_all_but_ours = replaces == [name for name in names if name != "protect"]  # which is only in the state
    which = "every argument but `protect`" if is_all_but_ours else ", ".join(f"`{name}`" for name in replaces) or "none"
    return f"Required: {needed}. Replaced when this changes: {which}.\n"


def docstring(name: str) -> str:
    """Return the summary of a resource, its errors and its source, without what other pages explain."""
    paragraphs = re.split(r"\n\n|\s+(?=(?:Errors|Source): )", inspect.getdoc(getattr(resources, name)) or "")
    return (
        "\n\n".join([paragraphs[0], *(text for text in paragraphs if text.startswith(("Errors: ", "Source: ")))]) + "\n"
    )


def _default(value: object) -> str:
    plain = isinstance(value, str | int) and value != ""
    return f"default `{str(value).lower() if isinstance(value, bool) else value}`" if plain else ""


def _value(value: ValueType) -> str:
    """Return which values are accepted."""
    match value:
        case Nullable():
            return _value(value.value)
        case Scalar():
            return WORDS[value.reader]
        case Choice():
            return " or ".join(f"`{word}`" for word in value.words)
        case ListOf(item=Scalar()):
            return f"list of {_value(value.item)}s"
        case ListOf(item=Choice()):
            return _value(value.item)
        case ListOf():
            return "list of entries"
        case MapOf(value=EntryOf()):
            return ""
        case MapOf():
            return f"{_value(value.value)}s by key"
    return "mapping"


def _escaped(text: str) -> str:
    return re.sub(r"([<|])", r"\\\1", text)


def findings() -> str:
    """Return docs/findings.md: every kind of finding, with a golden file as its example."""
    head = [
        "# Findings",
        "",
        "`live-recording check` prints findings as `FILE:LINE: PATH: MESSAGE [ID]`. An **error** stops. A **warning** does not, and",
        "can be [acknowledged](stack-file.md#acknowledge). An id never changes its meaning.",
        "",
        f"Only a review reports {', '.join(sorted(REVIEW_ONLY))}, which stops until it is acknowledged. Only plans and deployments",
        f"report {join_words(sorted(ACCOUNT_ONLY))}, which need the account.",
        "",
        "For programs, use `--format json`; for pipelines, [other formats](pipelines.md#findings-in-the-diff). Exit codes: 0 no errors,",
        "1 errors, 2 wrong usage or an unreadable file.",
        "",
        "Each section has one message, without file, line and id, and the entries that it compares. CN and IN are pages of the",
        "vendor's documents for sites cn and intl. This page is generated.",
    ]
    return "\n".join([*head, *(line for id_ in sorted(CATALOG) for line in _kind(id_)), ""])


def _kind(id_: str) -> Iterator[str]:
    kind, example = CATALOG[id_], GOLDEN / f"{id_}.yaml"
    source = "" if kind.source == OWN_FORMAT else f" Source: {kind.source}."
    severity = kind.severity.capitalize() + (", but not for a value that is live" if kind.as_found else "")
    yield from ("", f"## {id_}", "", f"{severity}. {kind.meaning}{source}")
    if id_ in REVIEW_ONLY:
        messages = _lines(REVIEWS / f"{id_}.out")[:MESSAGES]
        yield from ("", "```text", *(line.removesuffix(f" [{id_}]") for line in messages), "```")
    elif example.exists():
        printed = example.with_suffix(".out").read_text(encoding="utf-8")
        line, message = re.findall(MESSAGE % id_, printed, re.MULTILINE)[0]
        if not SHOWS_ITS_VALUE.match(message):
            excerpt = _excerpt(example.read_text(encoding="utf-8-sig").splitlines(), int(line), message)
            yield from ("", "```yaml", *excerpt, "```")
        yield from ("", "```text", message, "```")


def _excerpt(lines: list[str], cited: int, message: str) -> list[str]:
    """Return the lines of the entries that the message cites or names, below the headings of their sections."""
    if len(lines) <= WHOLE_LINES:
        return lines
    section = entry = 0
    kept = {number for number, line in enumerate(lines) if line.startswith("#")}
    entries = []
    for number, line in enumerate(lines):
        section = number if line[:1].strip() else section
        entry = number if line[:3].strip() else entry
        entries.append(entry)
        name = f"{lines[section].partition(':')[0]}.{line.strip().partition(':')[0]}"
        if cited in (section + 1, number + 1) or (number == entry and re.search(rf"\b{re.escape(name)}\b", message)):
            kept |= {section, entry}
    shown = [number for number, line in enumerate(lines) if line and entries[number] in kept]
    if len(shown) > MOST_LINES:
        last = max(cited - 1, shown[FEW_LINES - 1])
        return [*(lines[number] for number in shown if number <= last), "  # ..."]
    return [lines[number] for number in shown]


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def schema() -> str:
    """Return the output of `live-recording schema`."""
    return as_json(stack_schema()) + "\n"


def verify_schema() -> str:
    """Return the JSON Schema of the output of `live-recording verify`."""
    return as_json(report_schema()) + "\n"


RENDERERS: Mapping[str, Callable[[str], str]] = {"table": table, "docstring": docstring, "arguments": arguments}
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
    "schema/verify.schema.json": verify_schema,
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
