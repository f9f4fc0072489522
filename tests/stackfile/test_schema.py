"""The JSON Schema of a stack file: what editors know of it."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from live_recording.stackfile.schema import stack_schema

ROOT = Path(__file__).parent.parent.parent
SCHEMA = ROOT / "schema" / "stack.schema.json"
STACKS = sorted(path for path in (ROOT / "stacks").glob("*.yaml") if not path.name.startswith("Pulumi."))
OK = sorted((ROOT / "tests" / "golden" / "ok").glob("*.yaml"))
VALIDATOR = Draft202012Validator(stack_schema())


class Core(yaml.SafeLoader):
    """Scalars as YAML 1.2 and editors read them: numbers, booleans, null and text; a date is text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as the base class has it


def _number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int | float:
    text = str(loader.construct_scalar(node))
    return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)


Core.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(~|null|Null|NULL|)\Z"), ["~", "n", "N", ""])
Core.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(true|True|TRUE|false|False|FALSE)\Z"), [*"tTfF"])
Core.add_implicit_resolver("!number", re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\Z"), [*"-+.0123456789"])
Core.add_constructor("!number", _number)


def as_json(text: str) -> Any:
    """Load the text as an editor does: with text keys."""
    return json.loads(json.dumps(yaml.load(text, Loader=Core)))  # noqa: S506 - a safe loader with other scalars


def complaints(text: str) -> list[str]:
    """Where the schema does not hold."""
    return sorted(error.json_path for error in VALIDATOR.iter_errors(as_json(text)))


def test_schema_file_is_the_commands_output() -> None:
    """The file that editors use is the one that the command prints."""
    done = subprocess.run(
        [sys.executable, "-m", "live_recording", "schema"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout == SCHEMA.read_text(encoding="utf-8")


def test_schema_is_valid() -> None:
    """It is a schema of draft 2020-12, and says so."""
    Draft202012Validator.check_schema(stack_schema())

    assert stack_schema()["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


def test_every_field_is_described() -> None:
    """An editor can say what each field is for."""
    for name, definition in stack_schema()["$defs"].items():
        assert definition["additionalProperties"] is False, name
        for field, schema in definition["properties"].items():
            assert schema["description"].endswith("."), f"{name}.{field}"


@pytest.mark.parametrize("path", STACKS, ids=lambda path: path.stem)
def test_stacks_of_this_project_are_valid(path: Path) -> None:
    """What the project shows to its users holds against its own schema, and names it on its first line."""
    text = path.read_text(encoding="utf-8")

    assert complaints(text) == []
    assert text.startswith("# yaml-language-server: $schema=../schema/stack.schema.json\n")


@pytest.mark.parametrize("path", [p for p in OK if p.stem != "empty-sections"], ids=lambda path: path.stem)
def test_good_files_are_valid(path: Path) -> None:
    """A file in which nothing is found is one that editors do not mark."""
    assert complaints(path.read_text(encoding="utf-8-sig")) == []


DERBY = "domain: d.example.com, app: a, stream: s, duration: 2h, template: t"
MISTAKES = {
    "section": ("template: {}", ["$"]),
    "list": ("templates: []", ["$.templates"]),
    "field": ("templates: {a: {mp4: {record_intervall: 1h}}}", ["$.templates.a.mp4"]),
    "field-of-another-format": ("templates: {a: {mp4: {flow_continue_duration: 5m}}}", ["$.templates.a.mp4"]),
    "empty-format": ("templates: {a: {mp4: }}", ["$.templates.a.mp4"]),
    "word-for-a-format": ("templates: {a: {mp4: true}}", ["$.templates.a.mp4"]),
    "yes": ("templates: {a: {delay_live: yes}}", ["$.templates.a.delay_live"]),
    "number-for-text": ("rules: {a: {domain: d.example.com, stream: 012}}", ["$.rules.a.stream"]),
    "boolean-for-text": ("rules: {a: {domain: d.example.com, app: true}}", ["$.rules.a.app"]),
    "zero-rules": ("limits: {rules: 0}", ["$.limits.rules"]),
    "no-app": ('tasks: {a: {domain: d.example.com, app: "", stream: s, end: 2026-11-21T20:00}}', ["$.tasks.a.app"]),
    "no-stream": (
        'tasks: {a: {domain: d.example.com, app: a, stream: "", end: 2026-11-21T20:00}}',
        ["$.tasks.a.stream"],
    ),
    "id-zero": ("rules: {a: {domain: d.example.com, template_id: 0}}", ["$.rules.a.template_id"]),
    "quoted-id-zero": ('rules: {a: {domain: d.example.com, template_id: "0"}}', ["$.rules.a.template_id"]),
    "words-for-a-duration": ("templates: {a: {mp4: {record_interval: 1 hour}}}", ["$.templates.a.mp4.record_interval"]),
    "clock-in-words": (f"schedules: {{a: {{{DERBY}, rrule: FREQ=DAILY, at: 8pm}}}}", ["$.schedules.a.at"]),
    "schedule-without-rrule": (f'schedules: {{a: {{{DERBY}, at: "20:00"}}}}', ["$.schedules.a"]),
    "python-name-of-a-field": (
        f'schedules: {{a: {{{DERBY}, rrule: FREQ=DAILY, at: "20:00", first: 2026-11-21}}}}',
        ["$.schedules.a"],
    ),
    "single-exception": (
        f'schedules: {{a: {{{DERBY}, rrule: FREQ=DAILY, at: "20:00", except: 2026-11-21}}}}',
        ["$.schedules.a.except"],
    ),
    "acknowledged-without-reason": ("acknowledge: [{finding: kept-forever, path: templates}]", ["$.acknowledge[0]"]),
    "no-domain": ("rules: {a: {template: t}}", ["$.rules.a"]),
    "record-true": ("rules: {a: {domain: d.example.com, record: true}}", ["$.rules.a.record"]),
    "two-hyphens": ("rules: {a: {domain: d.example.com, template: a--b}}", ["$.rules.a.template"]),
    "id-of-letters": ("rules: {a: {domain: d.example.com, template_id: x}}", ["$.rules.a.template_id"]),
    "task-without-stream": ("tasks: {a: {domain: d.example.com, app: live}}", ["$.tasks.a"]),
    "stream-type": (
        "tasks: {a: {domain: d.example.com, app: a, stream: s, stream_type: mix}}",
        ["$.tasks.a.stream_type"],
    ),
    "time-as-number": ("tasks: {a: {domain: d.example.com, app: a, stream: s, end: 1790000000}}", ["$.tasks.a.end"]),
    "fraction": ("templates: {a: {mp4: {record_interval: 1.5}}}", ["$.templates.a.mp4.record_interval"]),
    "limit-in-words": ("limits: {rules: many}", ["$.limits.rules"]),
}


@pytest.mark.parametrize(("text", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_typical_mistakes_are_marked(text: str, expected: list[str]) -> None:
    """An editor marks a mistake where it is."""
    assert complaints(text) == expected


def test_scalars_are_read_as_editors_do() -> None:
    """Dates stay text, numbers are numbers, and the words of YAML 1.1 are text."""
    text = "{a: 2026-11-21T20:00, b: 012, c: yes, d: true, e: 1e3, f: , g: '7', 8: x, h: 0x10}"

    assert as_json(text) == {
        "a": "2026-11-21T20:00", "b": 12, "c": "yes", "d": True, "e": 1000.0, "f": None, "g": "7", "8": "x", "h": "0x10",
    }  # fmt: skip
