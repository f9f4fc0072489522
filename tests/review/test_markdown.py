"""A review as a comment on a pull request.

`golden/review/NAME.md` is the comment about the review NAME of `reviews.py`; `--rewrite` rewrites it.
"""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from live_recording.core.text import escaped
from live_recording.review.markdown import MORE, ROOM, code, plain, render_markdown
from live_recording.review.model import Review
from tests.support.review_samples import HOSTILE_NAME, HUGE, REJECTED, REVIEWS, RICH, UNCHANGED

GOLDEN = Path(__file__).parent.parent / "golden" / "review"
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OUR_TAGS = {
    *["p", "strong", "em", "h3", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "br"]
}
"""The Markdown that the comment uses besides code; text from files stays text."""


def rows(text: str) -> list[int]:
    """Return the number of cells in each row of each table."""
    cells = [token.type for token in READER.parse(text) if token.type in ("tr_open", "td_open", "th_open")]
    return [len(row.split()) for row in " ".join(cells).split("tr_open")[1:]]


@pytest.mark.parametrize("name", REVIEWS)
def test_comment_is_the_expected_one(name: str, request: pytest.FixtureRequest) -> None:
    """Each review yields exactly the comment in its file."""
    expected, seen = GOLDEN / f"{name}.md", render_markdown(REVIEWS[name])
    if request.config.getoption("--rewrite"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(seen, encoding="utf-8")

    assert seen == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", REVIEWS)
def test_comment_begins_with_its_marker_and_the_verdict(name: str) -> None:
    """A pipeline finds the comment by its hidden first line; people read the bold second one."""
    marker, verdict, *_ = render_markdown(REVIEWS[name]).splitlines()

    assert marker == f"<!-- live-recording review: {REVIEWS[name].stack} -->"
    assert re.fullmatch(r"\*\*[^*]+\*\*", verdict)


def sized(losses: int, patterns: int, tasks: int, lists: int) -> Review:
    """Return a review with this many items of each kind."""
    return replace(
        HUGE,
        losses=(HUGE.losses * 9)[:losses],
        patterns=(HUGE.patterns * 4)[:patterns],
        tasks=HUGE.tasks[:tasks],
        findings=HUGE.findings[:lists],
        unmanaged=HUGE.unmanaged[:lists],
        operations=HUGE.operations[:lists],
        conflicts=HUGE.unmanaged[: lists // 3],
        limitations=HUGE.unmanaged[: lists // 7],
        later=dict(list(HUGE.later.items())[:lists]),
    )


SIZES = st.integers(0, 4) | st.integers(0, 200)


@given(SIZES, SIZES, SIZES, SIZES)
def test_comment_is_always_under_60_lines(losses: int, patterns: int, tasks: int, lists: int) -> None:
    """Whatever the size of the review, the comment is short, and says where it was cut."""
    review = sized(losses, patterns, tasks, lists)
    text = render_markdown(review)

    assert len(text.splitlines()) <= ROOM.lines < 60
    assert len(rows(text)) == sum(line.startswith("| ") for line in text.splitlines())
    if losses + patterns + tasks + lists > 60:
        assert MORE in text


@given(SIZES, SIZES, SIZES, SIZES)
def test_losses_are_cut_last(losses: int, patterns: int, tasks: int, lists: int) -> None:
    """If a loss is omitted, everything else except rejections has one line."""
    review = replace(sized(losses, patterns, tasks, lists), conflicts=())
    text = render_markdown(review)
    shown = text.count("MP4 retention drops")

    assert shown == losses or ("<details>" not in text and not rows(text))
    assert shown == losses or f"... and {losses - shown} more: {MORE}" in text


def test_comment_fits_into_a_comment() -> None:
    """Long names cut rows too: a comment of GitHub holds 65,536 letters."""
    long = replace(HUGE, losses=tuple(replace(one, sentence=one.sentence * 100) for one in HUGE.losses))

    assert 50_000 < len(render_markdown(long)) < 65_536


def test_refusals_are_cut_last_too() -> None:
    """A refused plan is about its reasons, however many."""
    many = replace(REJECTED, refused=HUGE.unmanaged * 2, findings=HUGE.findings)
    text = render_markdown(many)

    assert text.count("\n- Rule other-") == len(text.splitlines()) - 9
    assert "... and 50 more" in text


def test_cut_tasks_leave_those_that_matter() -> None:
    """Where tasks are cut, those that change, overlap or start soon stay, in the order of time."""
    text = render_markdown(RICH)
    shown = re.findall(r"^\| \w{3} \d\d [^|]*\|[^|]*\| `([^`]*)` ", text, re.MULTILINE)
    order = [task.name for task in RICH.tasks]
    telling = {task.name for task in RICH.tasks if task.soon or task.change != "kept"}

    assert "more: see" in text
    assert shown == sorted(shown, key=order.index)
    assert set(shown) <= telling


@pytest.mark.parametrize("name", REVIEWS)
def test_names_from_files_stay_text(name: str) -> None:
    """No name makes a tag, a cell, a mention or a link to an issue."""
    made = READER.render(render_markdown(REVIEWS[name]))
    prose = re.sub(r"<code>.*?</code>|<!--.*?-->", "", made)
    tags = set(re.findall(r"</?(\w+)", prose))

    assert "<script" not in made
    assert tags <= OUR_TAGS
    assert not re.search(r"[@#]\w", prose)


def test_tables_have_the_cells_of_their_heads() -> None:
    """A name with pipes and backticks does not move the cells beside it."""
    tables = READER.render(render_markdown(RICH)).split("<table>")[1:]

    assert HOSTILE_NAME.count("|") == 1
    for table in tables:
        counts = {row.count("<td") + row.count("<th>") for row in table.split("</table>")[0].split("<tr>")[1:]}
        assert len(counts) == 1


@given(st.text(min_size=1))
def test_text_is_shown_as_it_is(text: str) -> None:
    """In a table and in a list, what people see is the text, spaces at its ends aside."""
    shown = escaped(text)
    for made, pattern in (
        (f"| a |\n|---|\n| x{plain(text)}x |", r"<td>x(.*)x</td>"),
        (f"- x{plain(text)}x", r"<li>x(.*)x</li>"),
    ):
        found = re.search(pattern, READER.render(made))

        assert found
        assert unescape(found[1]).replace("\u200b", "") == shown


@given(st.text(alphabet="-+#=.)1a> ", min_size=1).filter(lambda text: text.strip() == text))
def test_text_does_not_begin_a_block(text: str) -> None:
    """A sentence that begins like a heading, a list or a number stays a sentence."""
    found = re.fullmatch(r"<ul>\n<li>(.*)</li>\n</ul>\n", READER.render(f"- {plain(text)}"))

    assert found
    assert unescape(found[1]).replace("\u200b", "") == text


@given(st.text(min_size=1).filter(lambda text: escaped(text).strip(" ")))
def test_code_is_shown_as_it_is(text: str) -> None:
    """In a table and in a list, a name keeps every character."""
    for made, pattern in (
        (f"| a |\n|---|\n| {code(text)} |", r"<td><code>(.*)</code></td>"),
        (f"- {code(text)}", r"<li><code>(.*)</code></li>"),
    ):
        found = re.search(pattern, READER.render(made))

        assert found
        assert unescape(found[1]).strip(" ") == escaped(text).strip(" ")


def test_stack_name_cannot_end_the_marker() -> None:
    """The hidden line stays hidden, whatever the stack is called."""
    marker = render_markdown(replace(UNCHANGED, stack="a--> <b>")).splitlines()[0]

    assert marker.count("-->") == 1
    assert marker.endswith(" -->")
