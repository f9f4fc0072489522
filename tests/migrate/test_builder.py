"""Old calls and the stack files that they become, in pairs.

`golden/migrate/NAME.txt` becomes exactly `NAME.yaml` (empty: no file is written); `NAME.out` is the report.
A text may begin with options in comments: `# domain: push.example.com`, `# app: live`, `# site: cn`, `# now: 2026-11-20`.
`pytest tests/migrate/test_builder.py --rewrite` writes both again: read the difference before you commit it.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from live_recording.core.errors import ConfigError
from live_recording.core.findings import errors
from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES, SiteName
from live_recording.migrate.builder import SOURCE_CODE, Migration, migrate_calls, render_report
from live_recording.migrate.calls import ACTIONS
from live_recording.project import check_text
from tests.support.clock import NOW
from tests.support.emulated_account import in_comments

GOLDEN = Path(__file__).parent.parent / "golden" / "migrate"
TEXTS = sorted(GOLDEN.glob("*.txt"))
DEFAULTS = {"domain": "", "app": "", "site": "intl", "now": NOW.isoformat()}


def migrate(path: Path) -> Migration:
    """Migrate a text under its bare name."""
    text = path.read_text(encoding="utf-8")
    given = in_comments(DEFAULTS, text)
    site, now = SITES[cast("SiteName", given["site"])], datetime.fromisoformat(given["now"])
    return migrate_calls({path.name: text}, given["domain"], given["app"], site, now)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_texts_become_the_expected_files(path: Path, request: pytest.FixtureRequest) -> None:
    """A text becomes exactly the expected stack file and report."""
    seen = migrate(path)
    pairs = {".yaml": seen.text, ".out": render_report(seen) + "\n"}
    for suffix, text in pairs.items():
        if request.config.getoption("--rewrite"):
            path.with_suffix(suffix).write_text(text, encoding="utf-8")
        assert text == path.with_suffix(suffix).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_files_pass_check(path: Path) -> None:
    """The file has no error, now and later."""
    text = migrate(path).text
    given = in_comments(DEFAULTS, path.read_text(encoding="utf-8"))
    for now in (datetime.fromisoformat(given["now"]), datetime(2027, 1, 1, tzinfo=UTC)) if text else ():
        loaded = check_text(
            text, path.name, SITES[cast("SiteName", given["site"])], now, StackRef("live-recording", "golden")
        )
        assert errors(loaded.findings) == ()


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_sentences_are_whole(path: Path) -> None:
    """A note is a sentence on one line without exception names."""
    for note in migrate(path).notes:
        action, colon, sentence = note.sentence.partition(": ")
        if note.sentence == SOURCE_CODE:
            continue
        assert action in ACTIONS
        assert colon
        assert sentence.isprintable()
        assert sentence.endswith(".")
        assert not sentence.endswith("..")
        assert "Error" not in sentence
        assert "  " not in sentence


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_every_call_has_a_task_or_a_note(path: Path) -> None:
    """Each call has a task or a note, and each note is a comment in the file."""
    seen = migrate(path)
    lines = [line for line in seen.text.splitlines() if line.lstrip().startswith("#")]

    assert seen.calls <= seen.tasks + len(seen.notes)
    assert not seen.text or all(any(note.sentence in line for line in lines) for note in seen.notes)


def test_every_expectation_has_its_text() -> None:
    """No expected file is left over from a deleted text."""
    assert {path.stem for path in GOLDEN.iterdir()} == {path.stem for path in TEXTS}


def test_files_keep_their_names_and_order() -> None:
    """Notes of several texts are sorted by file and line, in whatever order the texts are given."""
    call = "tccli live CreateLiveRecord --StreamName a --Highlight 1 --DomainName push.example.com\n"
    texts = {"b.sh": call, "a.sh": f"\n{call}{call}"}
    seen = migrate_calls(texts, "", "", SITES["intl"], NOW)

    assert [(note.file, note.line) for note in seen.notes] == [("a.sh", 2), ("a.sh", 3), ("b.sh", 1)]
    assert seen == migrate_calls(dict(reversed(texts.items())), "", "", SITES["intl"], NOW)


OPTIONS = {
    "domain": (("*.example.com", ""), '--domain: "*.example.com" is not a domain name.'),
    "app": (("", "live/final"), '--app: "live/final" contains a slash.'),
}


@pytest.mark.parametrize(("options", "sentence"), OPTIONS.values(), ids=OPTIONS)
def test_options_must_be_names(options: tuple[str, str], sentence: str) -> None:
    """An option that is not a name is rejected before anything is read."""
    with pytest.raises(ConfigError) as error:
        migrate_calls({"a": "text"}, *options, SITES["intl"], NOW)
    assert str(error.value).startswith(sentence)


def test_site_decides_what_fits() -> None:
    """A record_interval that only one site accepts is migrated for that site only."""
    call = '{"DomainName": "push.example.com", "StreamName": "a", "StartTime": "2026-12-01 20:00:00", "EndTime": "2026-12-01 21:00:00", "StreamParam": "record_interval=36000"}'

    assert migrate_calls({"a": call}, "", "", SITES["cn"], NOW).tasks == 1
    assert migrate_calls({"a": call}, "", "", SITES["intl"], NOW).tasks == 0


def test_template_limit_is_respected() -> None:
    """Calls that need a template beyond the limit are left out, with a note."""
    call = '{{"DomainName": "push.example.com", "StreamName": "s{0}", "StartTime": "2026-12-01 20:00:00", "EndTime": "2026-12-01 21:00:00", "StreamParam": "record_interval={0}"}}'
    seen = migrate_calls(
        {"a": "\n".join(call.format(1800 + number) for number in range(52))}, "", "", SITES["intl"], NOW
    )

    assert (seen.templates, seen.tasks, len(seen.notes)) == (50, 50, 2)
    assert "template 51" in seen.notes[0].sentence
    assert errors(check_text(seen.text, "a.yaml", SITES["intl"], NOW, StackRef("a", "b")).findings) == ()


def test_page_shows_the_result() -> None:
    """The calls on the page about migration become the stack file below them."""
    page = (GOLDEN.parents[2] / "docs" / "migration.md").read_text(encoding="utf-8")
    calls, shown = (
        re.findall(rf"^```{kind}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)[0] for kind in ("text", "yaml")
    )

    assert migrate_calls({"calls.txt": calls}, "push.example.com", "live", SITES["intl"], NOW).text == shown
