"""Mutated stack files: each is read, and then rejected with messages or planned, and nothing else happens."""

import json
import signal
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live_recording.config.files import read_stack_file
from live_recording.core.findings import CATALOG, errors
from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES, SiteName
from live_recording.desired.declarations import desired_resources, later_tasks
from live_recording.lint import report
from live_recording.project import CheckedStack, check_text
from live_recording.stackfile.model import Stack
from live_recording.stackfile.schema import stack_schema
from tests.cli.test_check import Scratch
from tests.support.clock import NOW
from tests.support.mutated_stacks import NASTY, SIZE_MAX, mutated
from tests.support.thoroughness import examples

OWNER = StackRef("live-recording", "dev")
FILE = "stacks/dev.yaml"
BATCHES, BATCH = examples(6, 16), 300
HANG = 30.0  # seconds of CPU after which a reading counts as endless; none takes a tenth of that
MEMORY_MAX = 32 * 1024 * 1024  # bytes that reading one file may take for itself


@contextmanager
def named(what: str) -> Iterator[None]:
    """Whatever goes wrong inside, an endless search too, fails with the name of what was read."""

    def endless(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError("reading this does not end")

    before = signal.signal(signal.SIGVTALRM, endless)
    signal.setitimer(signal.ITIMER_VIRTUAL, HANG)
    try:
        yield
    except Exception as error:
        raise AssertionError(f"{what}: {error!r}") from error
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def judged(source: str | bytes, site: SiteName) -> CheckedStack:
    """Read the file as `check` and the program do, report it in each form, and plan it if it has no errors."""
    loaded = check_text(source, FILE, SITES[site], NOW, OWNER)
    stopped = errors(loaded.findings)
    assert loaded.stack is not None or stopped, "nothing could be read, and nothing says why"
    text = source if isinstance(source, str) else source.decode(errors="replace")
    lines = len(text.splitlines()) or 1
    for found in loaded.findings:
        if found.file == FILE:  # others are in a shared file
            assert 1 <= found.line <= lines, f"line {found.line} of {lines}: {found}"
        assert str(found).isprintable(), f"more than one plain line: {str(found)!r}"
    waiting = {}
    if loaded.stack is not None and not stopped:
        made = desired_resources(loaded.stack, OWNER, SITES[site], NOW)
        waiting = later_tasks(loaded.stack, SITES[site], NOW)
        assert made.later == waiting
        assert len({(declared.kind, declared.name) for declared in made.resources}) == len(made.resources)
    _reported(report.FileReport(FILE, loaded.findings, waiting))
    return loaded


def _reported(checked: report.FileReport) -> None:
    """Each form has each finding, and can be written as UTF-8."""
    forms = [form([checked]) for form in (report.as_text, report.as_json, report.as_sarif)]
    assert len(forms[0].encode().split(b"\n")) == len(checked.findings) + len(checked.later) + 1
    assert len(json.loads(forms[1])["findings"]) == len(checked.findings)
    assert len(json.loads(forms[2])["runs"][0]["results"]) == len(checked.findings)


def read(data: bytes, path: Path) -> CheckedStack:
    """Check a file with these bytes."""
    path.write_bytes(data)
    return judged(read_stack_file(path), "cn" if len(data) % 2 else "intl")


@pytest.mark.parametrize("batch", range(BATCHES))
def test_mutated_files_are_refused_or_planned(batch: int, tmp_path: Path) -> None:
    """Whatever befalls a stack file of this project, it is read to an end: `mutated(N)` makes the one that fails again."""
    kinds: Counter[str] = Counter()
    for number in range(batch * BATCH, (batch + 1) * BATCH):
        data = mutated(number)
        assert len(data) <= SIZE_MAX
        with named(f"mutated({number})"):
            loaded = read(data, tmp_path / "stack.yaml")
        findings = loaded.findings
        kinds.update({finding.id for finding in findings} if errors(findings) else {"planned"})
        kinds.update({"not-text"} if any("not UTF-8" in finding.sentence for finding in findings) else ())

    # What is read goes all the way: without this a reader that refuses everything would pass.
    assert {"not-text", "planned", "bad-yaml"} <= kinds.keys()
    assert len(kinds.keys() & CATALOG.keys()) > len(CATALOG) / 2


SECTIONS = [*Stack.fields, "live_record", "Rules"]
FIELDS = sorted({name for model in stack_schema()["$defs"].values() for name in model.get("properties", ())})
WORDS = [word for piece in NASTY if (word := piece.decode("utf-8", "ignore")).isprintable() and len(word) < 100]
SCALARS = st.sampled_from([*WORDS, None, True, False, 0, -1, 50, 2**63, 1.5, float("nan"), NOW.date(), NOW]) | st.text(
    max_size=9
)


def _mapping(names: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from([*(names * (2 * len(WORDS) // len(names) + 1)), *WORDS]), values, max_size=6)


ENTRIES = _mapping(["a", "b", "archive", "x-y"], _mapping(FIELDS, SCALARS | _mapping(FIELDS, SCALARS)))
ANYTHING = SCALARS | st.lists(_mapping(FIELDS, SCALARS) | st.lists(SCALARS, max_size=3), max_size=3)
TREES = _mapping(SECTIONS, ENTRIES | ENTRIES | ANYTHING)


@pytest.mark.parametrize("site", SITES)
@settings(max_examples=examples(200, 800), derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(tree=TREES, flow=st.booleans())
def test_invented_structures_are_refused_or_planned(site: SiteName, tree: dict[str, Any], flow: bool) -> None:
    """Any structure that YAML can write is read to an end."""
    source = yaml.safe_dump(tree, allow_unicode=True, default_flow_style=flow)
    with named("the structure shown"):
        judged(source, site)


def test_reading_gives_its_memory_back(tmp_path: Path) -> None:
    """A small file takes little memory however odd it is, and leaves nothing behind."""
    files = [mutated(number) for number in range(BATCH // 3)]
    tracemalloc.start()
    try:
        for data in files:
            read(data, tmp_path / "stack.yaml")
        first, _ = tracemalloc.get_traced_memory()
        for data in files:
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            read(data, tmp_path / "stack.yaml")
            assert tracemalloc.get_traced_memory()[1] - before < MEMORY_MAX
        again, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert again - first < sum(map(len, files)), "the second reading of the same files left something behind"


def repeated(line: str, times: int, head: str = "") -> str:
    """So many entries, numbered."""
    return head + "".join(line.replace("#", str(number)) for number in range(times))


TASK = "  t#: {domain: push.example.com, app: live, stream: s, start: 2026-11-21T20:00Z, duration: 1#m, template: a}\n"
LARGE = {
    "tasks-all-at-once": repeated(TASK, 2000, "tasks:\n"),
    "keys-all-the-same": repeated("  same: {domain: push.example.com, template: a}\n", 4000, "rules:\n"),
    "fields-all-unknown": repeated("  t#: {mp4: {}, mp#: {}, description#: x}\n", 1000, "templates:\n"),
    "days-that-never-come": repeated(
        "  s#: {domain: push.example.com, app: a#, stream: s, rrule: FREQ=DAILY;BYMONTH=1;BYYEARDAY=300, at: '20:00', duration: 1h}\n",
        12,
        "schedules:\n",
    ),
    "brackets": "[" * 1_000_000,
    "dashes": "- " * 300_000,
    "one-long-text": f"time_zone: {'x' * 1_000_000}\n",
    "list-of-numbers": f"templates: [{'1, ' * 100_000}]",
}


@pytest.mark.parametrize("name", LARGE)
def test_large_file_is_judged_in_proportion(name: str) -> None:
    """What is said about a large file grows with the file, not with its square, and its end is reached."""
    with named(name):
        loaded = judged(LARGE[name], "intl")

    assert errors(loaded.findings)
    assert sum(len(str(found)) for found in loaded.findings) < 10 * len(LARGE[name])


ODD = {
    "nothing": (b"", 1, "stack.yaml:1: The file is empty."),
    "byte-order-mark-alone": (b"\xef\xbb\xbf", 1, "stack.yaml:1: The file is empty."),
    "utf-16": ("time_zone: UTC\n".encode("utf-16"), 1, "stack.yaml:1: The file is not UTF-8 text; it looks like UTF-16. Save it as UTF-8. [bad-yaml]"),
    "half-a-surrogate": (b"time_zone: \xed\xa0\x80\n", 1, "stack.yaml:1: The file is not UTF-8 text (byte 12). Save it as UTF-8."),
    "gbk": ("time_zone: UTC\n# \u8db3\u7403\u6bd4\u8d5b\n".encode("gbk"), 1, "stack.yaml:2: The file is not UTF-8 text (byte 18); it may be GBK. Save it as UTF-8."),
    "nul-behind-chinese": ("# 例子例子\na: 1\nb: \0\n\n\n\n\n\n".encode(), 1, "stack.yaml:3: Invalid YAML: control character U+0000."),
    "escape-sequence": (b"time_zone: \x1b[2J\n", 1, "stack.yaml:1: Invalid YAML: control character U+001B."),
    "old-line-ends": (b"time_zone: UTC\rtemplates: {}\r", 0, "1 file checked, no problems found."),
    "turned-around-key": ('templates: {"arch\u202eive": {}}\nrules: {a: {domain: d.example.com, template: archive}}\n'.encode(), 1, 'Did you mean "arch\\u202eive"?'),
    "brackets": (b"[" * 1_000_000, 1, "stack.yaml:1: The file nests deeper than 12 levels."),
    "markers-of-the-engine": (b"time_zone: '<{%reset%}>'\n", 1, 'Unknown time zone "\\u003c{%reset%}>".'),
}  # fmt: skip


@pytest.mark.parametrize(("data", "status", "said"), ODD.values(), ids=ODD)
def test_command_refuses_odd_bytes_in_plain_words(data: bytes, status: int, said: str, tmp_path: Path) -> None:
    """The command says what is wrong with odd bytes and where, in printable lines, and never shows a traceback."""
    scratch = Scratch(tmp_path)
    (tmp_path / "stack.yaml").write_bytes(data)
    done = scratch.run("check", "stack.yaml")

    assert done.returncode == status
    assert said in (done.stderr if status == 2 else done.stdout)
    assert (done.stdout if status == 2 else done.stderr) == ""
    assert all(line.isprintable() for line in (done.stdout + done.stderr).split("\n"))
    assert "Traceback" not in done.stdout + done.stderr
