"""Shared files and named domains: what a stack takes from them, and where each finding is."""

from collections.abc import Mapping

import pytest

from live_recording.core.errors import ConfigError
from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES
from live_recording.project import CheckedStack, SharedReader, check_text
from tests.support.clock import NOW

SHARED = """\
templates:
  archive: {mp4: {record_interval: 1h, storage_time: 30d}}
  clips: {mp4: {record_interval: 1h, storage_time: 7d}}
rules:
  everything: {domain: main, template: archive}
  studio: {domain: main, app: studio, template: clips}
"""
OWN = "extends: shared/a.yaml\ndomains: {main: push.example.com}\n"


def reader(files: Mapping[str, str]) -> SharedReader:
    """Return a reader of these files."""

    def read(stack_file: str, named: str) -> tuple[str, bytes]:
        if named not in files:
            raise ConfigError(f"{named} of {stack_file} not found.")
        return f"stacks/{named}", files[named].encode()

    return read


def check(text: str, **shared: str) -> CheckedStack:
    """Check a stack file; *shared* are the files shared/a.yaml and so on."""
    files = {f"shared/{name}.yaml": content for name, content in shared.items()}
    return check_text(text, "stacks/dev.yaml", SITES["intl"], NOW, StackRef("p", "dev"), reader(files))


def found(checked: CheckedStack) -> list[str]:
    """Return the findings as users see them."""
    return [str(finding) for finding in checked.findings]


def test_entries_of_shared_files_belong_to_the_stack() -> None:
    """With the domain that the stack gives them; each knows its file and line."""
    checked = check(f"{OWN}rules:\n  news: {{domain: main, app: news, template: clips}}\n", a=SHARED)

    assert found(checked) == []
    assert checked.stack
    assert sorted(checked.stack.templates) == ["archive", "clips"]
    assert {key: rule.domain for key, rule in checked.stack.rules.items()} == dict.fromkeys(
        ("everything", "studio", "news"), "push.example.com"
    )
    assert checked.sources.locate(("rules", "studio", "app")) == ("stacks/shared/a.yaml", 6)
    assert checked.sources.locate(("rules", "news")) == ("stacks/dev.yaml", 4)
    assert checked.sources.shared_at(("rules", "news")) == ""
    assert [source.name for source in checked.sources.files] == ["stacks/shared/a.yaml"]


def test_entry_of_the_stack_file_replaces_the_shared_one() -> None:
    """As a whole: a format of the shared template that the stack's does not name is not recorded."""
    checked = check(f"{OWN}templates:\n  archive: {{hls: {{storage_time: 3d}}}}\n", a=SHARED)

    assert found(checked) == []
    assert checked.stack
    assert checked.stack.templates["archive"].mp4 is None
    assert checked.sources.locate(("templates", "archive")) == ("stacks/dev.yaml", 4)
    assert checked.stack.templates["clips"].mp4


@pytest.mark.parametrize("null", ["null", "~"])
def test_null_removes_a_shared_entry(null: str) -> None:
    """What still refers to it is reported at its own place."""
    checked = check(f"{OWN}templates:\n  clips: {null}\n", a=SHARED)

    assert checked.stack
    assert sorted(checked.stack.templates) == ["archive"]
    (finding,) = checked.findings
    assert (finding.id, finding.file, finding.line) == ("unknown-template", "stacks/shared/a.yaml", 6)
    assert finding.sentence == 'Unknown template "clips". This file defines "archive". Used by stacks/dev.yaml.'


@pytest.mark.parametrize("value", ["null", "", "~"])
def test_empty_entry_removes_nothing_else(value: str) -> None:
    """Neither an entry that no shared file has, nor a shared one whose replacement is missing."""
    key = "clips" if not value else "own"
    (finding,) = check(f"{OWN}templates:\n  {key}: {value}\n", a=SHARED).findings

    assert (finding.id, finding.file, finding.line) == ("wrong-type", "stacks/dev.yaml", 4)


def test_time_zone_of_a_shared_file_is_the_default() -> None:
    """The stack file's own wins."""
    shared = "time_zone: Asia/Shanghai\n"
    assert (stack := check(OWN, a=shared).stack)
    assert stack.time_zone == "Asia/Shanghai"
    assert (stack := check(f"{OWN}time_zone: Asia/Tokyo\n", a=shared).stack)
    assert stack.time_zone == "Asia/Tokyo"


TWO = "extends: [shared/a.yaml, shared/b.yaml]\ndomains: {main: push.example.com}\n"
MISTAKES = {
    "two-files-with-one-key": (
        TWO,
        {"a": SHARED, "b": "templates:\n  clips: {mp4: {}}\n"},
        "stacks/shared/b.yaml:2: templates.clips: The same key is in stacks/shared/a.yaml:3. Keep it in one shared file. Used by stacks/dev.yaml. [duplicate-key]",
    ),
    "not-found": (
        TWO,
        {"a": SHARED},
        "stacks/dev.yaml:1: extends[1]: shared/b.yaml of stacks/dev.yaml not found. [unknown-file]",
    ),
    "bad-yaml": (
        OWN,
        {"a": "templates: {a: &x {}}\n"},
        "stacks/shared/a.yaml:1: YAML anchors and aliases are not supported. Write the value inline. Used by stacks/dev.yaml. [bad-yaml]",
    ),
    "limits": (
        OWN,
        {"a": f"{SHARED}limits: {{rules: 9}}\n"},
        "stacks/shared/a.yaml:7: limits: A shared file cannot have limits. Move it to the stack file. Used by stacks/dev.yaml. [unknown-field]",
    ),
    "extends": (
        OWN,
        {"a": f"extends: b.yaml\n{SHARED}"},
        "stacks/shared/a.yaml:1: extends: A shared file cannot have extends. Move it to the stack file. Used by stacks/dev.yaml. [unknown-field]",
    ),
    "list": (
        OWN,
        {"a": "rules: [1]\n"},
        'stacks/shared/a.yaml:1: rules: Expected named entries, got a list. Write "archive: {...}" instead of "- ...". Used by stacks/dev.yaml. [wrong-type]',
    ),
    "unknown-section": (
        OWN,
        {"a": "rulez: {}\n"},
        'stacks/shared/a.yaml:1: rulez: Unknown field "rulez". Did you mean rules? Used by stacks/dev.yaml. [unknown-field]',
    ),
    "unknown-name-of-a-domain": (
        "extends: shared/a.yaml\ndomains: {mian: push.example.com}\n",
        {"a": "rules:\n  all: {domain: main, record: false}\n"},
        'stacks/shared/a.yaml:2: rules.all.domain: "main" is neither a domain, which has a dot, nor the name of one. Did you mean "mian"? Used by stacks/dev.yaml. [bad-name]',
    ),
    "number": (
        "extends: 5\n",
        {},
        'stacks/dev.yaml:1: extends: Expected a string, got a number. Quote it: "5". [wrong-type]',
    ),
}


@pytest.mark.parametrize(("text", "shared", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_mistake_is_reported_where_it_is(text: str, shared: dict[str, str], expected: str) -> None:
    """With file and line, and the stack file that uses the shared one."""
    assert expected in found(check(text, **shared))


def test_invalid_domain_is_reported_once() -> None:
    """Not at each entry that uses its name; names and domains cannot be confused, because a name has no dot."""
    rules = "".join(f"  r{number}: {{domain: main, app: a{number}, template: t}}\n" for number in range(3))
    text = f"domains: {{main: nope, push.example.com: a.example.com}}\ntemplates:\n  t: {{mp4: {{}}}}\nrules:\n{rules}"
    errors = [(finding.path_text, finding.id) for finding in check(text).findings if finding.severity == "error"]

    assert errors == [("domains.main", "bad-name"), ("domains.push.example.com", "bad-name")]
