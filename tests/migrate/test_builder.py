"""Old calls and the stack files that they become, in pairs.

From `golden/migrate/NAME.txt` comes exactly `NAME.yaml` (empty: no file is made), and `NAME.out` is what people read.
A text may begin with options in comments: `# domain: push.example.com`, `# app: live`, `# site: cn`, `# now: 2026-11-20`.
`pytest tests/migrate/test_builder.py --rewrite` writes both anew: read the difference before you keep it.
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
from live_recording.migrate.builder import Migration, migrated, report
from live_recording.migrate.calls import ACTIONS
from live_recording.project import check_text
from tests.support.clock import NOW
from tests.support.emulated_account import in_comments

GOLDEN = Path(__file__).parent.parent / "golden" / "migrate"
TEXTS = sorted(GOLDEN.glob("*.txt"))
DEFAULTS = {"domain": "", "app": "", "site": "intl", "now": NOW.isoformat()}


def made(path: Path) -> Migration:
    """What becomes of a text, under its bare name."""
    text = path.read_text(encoding="utf-8")
    given = in_comments(DEFAULTS, text)
    site, now = SITES[cast("SiteName", given["site"])], datetime.fromisoformat(given["now"])
    return migrated({path.name: text}, given["domain"], given["app"], site, now)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_texts_become_the_expected_files(path: Path, request: pytest.FixtureRequest) -> None:
    """A text becomes exactly the stack file and the notes beside it."""
    seen = made(path)
    pairs = {".yaml": seen.text, ".out": report(seen) + "\n"}
    for suffix, text in pairs.items():
        if request.config.getoption("--rewrite"):
            path.with_suffix(suffix).write_text(text, encoding="utf-8")
        assert text == path.with_suffix(suffix).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_files_pass_check(path: Path) -> None:
    """What is written has no error, now and whenever it is looked at later."""
    text = made(path).text
    given = in_comments(DEFAULTS, path.read_text(encoding="utf-8"))
    for now in (datetime.fromisoformat(given["now"]), datetime(2027, 1, 1, tzinfo=UTC)) if text else ():
        loaded = check_text(
            text, path.name, SITES[cast("SiteName", given["site"])], now, StackRef("live-recording", "golden")
        )
        assert errors(loaded.findings) == ()


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_sentences_are_whole(path: Path) -> None:
    """A note begins like a sentence, ends like one, stays in its line, and says nothing of exceptions."""
    for note in made(path).notes:
        action, colon, sentence = note.sentence.partition(": ")
        assert action in ACTIONS
        assert colon
        assert sentence.isprintable()
        assert sentence.endswith(".")
        assert not sentence.endswith("..")
        assert "Error" not in sentence
        assert "  " not in sentence


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_nothing_is_dropped_in_silence(path: Path) -> None:
    """Of each call there is a task or a note; each note that is no remark on a task stands at the head of the file."""
    seen = made(path)
    lines = [line for line in seen.text.splitlines() if line.lstrip().startswith("#")]

    assert seen.calls <= seen.tasks + len(seen.notes)
    assert not seen.text or all(any(note.sentence in line for line in lines) for note in seen.notes)


def test_every_expectation_has_its_text() -> None:
    """No expected file is left over from a text that is gone."""
    assert {path.stem for path in GOLDEN.iterdir()} == {path.stem for path in TEXTS}


def test_files_keep_their_names_and_order() -> None:
    """Notes of several texts are sorted by file and line, whatever the order in which they are given."""
    call = "tccli live CreateLiveRecord --StreamName a --Highlight 1 --DomainName push.example.com\n"
    texts = {"b.sh": call, "a.sh": f"\n{call}{call}"}
    seen = migrated(texts, "", "", SITES["intl"], NOW)

    assert [(note.file, note.line) for note in seen.notes] == [("a.sh", 2), ("a.sh", 3), ("b.sh", 1)]
    assert seen == migrated(dict(reversed(texts.items())), "", "", SITES["intl"], NOW)


OPTIONS = {
    "domain": (("*.example.com", ""), '--domain cannot be used. "*.example.com" is not a domain name.'),
    "app": (("", "live/final"), '--app cannot be used. "live/final" contains a slash.'),
}


@pytest.mark.parametrize(("options", "sentence"), OPTIONS.values(), ids=OPTIONS)
def test_options_must_be_names(options: tuple[str, str], sentence: str) -> None:
    """An option that is no name is refused before anything is read."""
    with pytest.raises(ConfigError) as refusal:
        migrated({"a": "text"}, *options, SITES["intl"], NOW)
    assert str(refusal.value).startswith(sentence)


def test_site_decides_what_fits() -> None:
    """A length of files that one site takes and the other does not is carried over there only."""
    call = '{"DomainName": "push.example.com", "StreamName": "a", "StartTime": "2026-12-01 20:00:00", "EndTime": "2026-12-01 21:00:00", "StreamParam": "record_interval=36000"}'

    assert migrated({"a": call}, "", "", SITES["cn"], NOW).tasks == 1
    assert migrated({"a": call}, "", "", SITES["intl"], NOW).tasks == 0


def test_account_holds_so_many_templates() -> None:
    """The ways to record beyond what an account holds are left out, and said."""
    call = '{{"DomainName": "push.example.com", "StreamName": "s{0}", "StartTime": "2026-12-01 20:00:00", "EndTime": "2026-12-01 21:00:00", "StreamParam": "record_interval={0}"}}'
    seen = migrated({"a": "\n".join(call.format(1800 + number) for number in range(52))}, "", "", SITES["intl"], NOW)

    assert (seen.templates, seen.tasks, len(seen.notes)) == (50, 50, 2)
    assert "template 51" in seen.notes[0].sentence
    assert errors(check_text(seen.text, "a.yaml", SITES["intl"], NOW, StackRef("a", "b")).findings) == ()


def test_page_shows_what_comes_out() -> None:
    """The calls on the page about migration become the stack file that stands below them."""
    page = (GOLDEN.parents[2] / "docs" / "migration.md").read_text(encoding="utf-8")
    calls, shown = (
        re.findall(rf"^```{kind}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)[0] for kind in ("text", "yaml")
    )

    assert migrated({"calls.txt": calls}, "push.example.com", "live", SITES["intl"], NOW).text == shown
