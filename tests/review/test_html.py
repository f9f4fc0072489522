"""A review as a page: its markup. `test_review_browser.py` opens it.

`golden/review/NAME.html` is the page of the review NAME of `reviews.py`; `--rewrite` rewrites it.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_recording.core.text import escaped
from live_recording.review.html import render_html
from tests.support.review_samples import CONFLICTING, HOSTILE_NAME, HUGE, RADIO, REVIEWS, RICH, UNCHANGED, pattern

GOLDEN = Path(__file__).parent.parent / "golden" / "review"
VOID = {"meta", "link", "wbr"}
CODE_MAY_RUN = ("script", "iframe", "object", "embed", "form", "base")
NAMED_URLS = ("src", "href", "action", "srcset", "xlink:href", "style")


class Element(NamedTuple):
    """One element: its name, its attributes, those around it, and its own text."""

    tag: str
    attributes: dict[str, str | None]
    around: tuple[str, ...]


class Page(HTMLParser):
    """A page as a list of elements; what is not closed in its order fails."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Element] = []
        self.open: list[str] = []
        self.text: list[tuple[str, str]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record the start of an element."""
        assert len(dict(attrs)) == len(attrs)
        self.found.append(Element(tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record an element without content."""
        self.found.append(Element(tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        """Check that an element ends in its order."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text belongs to the innermost element."""
        if self.open:
            self.text.append((self.open[-1], data))

    def all(self, *tags: str) -> Iterator[Element]:
        """Return the elements of these names."""
        return (element for element in self.found if element.tag in tags)

    @property
    def ids(self) -> list[str]:
        """The ids of the page, with repetitions."""
        return [str(element.attributes["id"]) for element in self.found if "id" in element.attributes]


each = pytest.mark.parametrize("name", REVIEWS)


@cache
def html_of(name: str) -> str:
    """Return the page of a review."""
    return render_html(REVIEWS[name])


@pytest.mark.parametrize("name", sorted(set(REVIEWS) - {"huge"}))
def test_page_is_the_expected_one(name: str, request: pytest.FixtureRequest) -> None:
    """Each review yields exactly the page in its file."""
    expected = GOLDEN / f"{name}.html"
    if request.config.getoption("--rewrite"):
        expected.write_text(html_of(name), encoding="utf-8")

    assert html_of(name) == expected.read_text(encoding="utf-8")


@each
def test_page_says_what_it_is(name: str) -> None:
    """The head has doctype, language, title and width for phones."""
    page = Page(html_of(name))
    titles = [text for tag, text in page.text if tag == "title"]

    assert html_of(name).startswith("<!doctype html>\n")
    assert next(page.all("html")).attributes["lang"] == "en"
    assert titles[0].startswith(f"{REVIEWS[name].stack}: ")
    assert any(meta.attributes.get("name") == "viewport" for meta in page.all("meta"))


@each
def test_page_fetches_and_runs_nothing(name: str) -> None:
    """No script, no handler, no address but an empty icon; and the page forbids the rest itself."""
    page = Page(html_of(name))
    named = {str(e.attributes[a]) for e in page.found for a in NAMED_URLS if a in e.attributes}
    handlers = [attribute for e in page.found for attribute in e.attributes if attribute.startswith("on")]

    assert list(page.all(*CODE_MAY_RUN)) == []
    assert named == {"data:,", "position:absolute"}
    assert handlers == []
    assert "url(" not in re.sub(r"url\(#\w+\)", "", html_of(name))
    assert "@import" not in html_of(name)
    assert "default-src 'none'" in html_of(name)


@each
def test_page_can_be_heard(name: str) -> None:
    """Headings in order, tables with captions and heads, drawings with title and description, ids that exist once."""
    page = Page(html_of(name))
    levels = [int(e.tag[1]) for e in page.all("h1", "h2", "h3", "h4")]
    drawings = [n for n, e in enumerate(page.found) if e.tag == "svg" and e.attributes.get("role") == "img"]
    labels = [label for e in page.found for label in str(e.attributes.get("aria-labelledby", "")).split()]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert sum(1 for _ in page.all("table")) == sum(1 for _ in page.all("caption"))
    assert all(e.attributes.get("scope") in ("col", "row") for e in page.all("th"))
    assert all([e.tag for e in page.found[n + 1 : n + 3]] == ["title", "desc"] for n in drawings)
    assert len(page.ids) == len(set(page.ids))
    assert set(labels) <= set(page.ids)


def test_names_from_files_stay_text() -> None:
    """A name with tags in it makes no element, and is shown letter by letter."""
    page = Page(html_of("rich"))
    shown = "".join(text for _, text in page.text)

    assert HOSTILE_NAME in shown
    assert not list(page.all("script"))
    assert "b" not in {e.tag for e in page.found if "title" in e.around}


@settings(max_examples=30)
@given(st.text(min_size=1))
def test_any_name_stays_text(name: str) -> None:
    """Whatever an account calls its streams, templates and tasks, the page stays whole and shows it."""
    seen = replace(RICH.tasks[0], name=name, stream=name, template=name, overlaps=(name,))
    named = replace(UNCHANGED, tasks=(seen,), patterns=(pattern(None, replace(RADIO, template=name), name),))
    plain = replace(
        UNCHANGED,
        tasks=(replace(seen, name="a", stream="a", template="a", overlaps=("a",)),),
        patterns=(pattern(None, replace(RADIO, template="a"), "a"),),
    )
    page, expected = Page(render_html(named)), Page(render_html(plain))

    assert "".join(text for _, text in page.text).count(escaped(name)) >= 7
    assert [e.tag for e in page.found if e.tag != "wbr"] == [e.tag for e in expected.found if e.tag != "wbr"]


def test_every_task_is_drawn_and_listed() -> None:
    """Each task has a bar of its change and a row; each stream a lane."""
    for review, text in ((RICH, html_of("rich")), (HUGE, html_of("huge"))):
        page = Page(text)
        bars = [str(e.attributes["class"]).split()[1] for e in page.all("rect") if "g" in e.around]

        assert sorted(bars) == sorted(task.change for task in review.tasks)
        assert text.count('<p class="lane-name">') == len({task.stream for task in review.tasks})
        assert text.count('<td class="when">') == len(review.tasks)


def test_every_rule_stands_on_its_level() -> None:
    """The priority picture has the four levels in order, and each rule before or after the plan once."""
    text = html_of("rich")
    picture = text[text.index('id="priority"') : text.index('id="limits"')]
    keys = re.findall(r'<p class="rule-key"><b>(\w+)</b> <code>(.*?)</code>', picture)

    assert re.findall(r'class="numeral">(\d)<', picture) == ["1", "2", "3", "4"]
    assert [(change, key.replace("<wbr>", "")) for change, key in keys if "script" not in key] == [
        ("changed", "push.example.com/体育/决赛"),
        ("new", "push.example.com/*/rehearsal"),
        ("changed", "push.example.com/studio/*"),
        ("removed", "old.example.com/*/*"),
        ("changed", "push.example.com/*/*"),
    ]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("unchanged", "None. Everything recorded today stays recorded, in the same formats and for at least as long."),
        ("unchanged", "<p>None.</p>"),
        ("without-account", "Unknown without account data."),
        ("without-account", "The plan alone shows no loss. Other recordings of the account are unknown."),
        ("refused", "Why the plan is rejected"),
        ("obstructed", "Conflicts with the account"),
        ("without-account", "Limitations of this review"),
        ("acknowledged", "Accepted until 2026-12-01: no viewers | @ops"),
    ],
)  # fmt: skip
def test_page_says_what_is_not_there(name: str, sentence: str) -> None:
    """An empty section says why it is empty, and what stops has a heading of its own."""
    assert sentence in html_of(name)


def test_refused_page_promises_nothing() -> None:
    """Of a plan that does not run, nothing is shown but why."""
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", render_html(replace(CONFLICTING, refused=("No.",))))

    assert headings == ["Why the plan is rejected", "Findings"]


def test_empty_account_is_drawn() -> None:
    """Without any rule, task or limit there is nothing to draw, and no drawing fails."""
    page = Page(render_html(replace(UNCHANGED, patterns=(), limits=(), stack="0")))

    assert [e for e in page.all("svg") if e.attributes.get("role") == "img"] == []
