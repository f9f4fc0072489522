"""The reviews of many stacks in one comment."""

import re
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.review.combined import render_combined
from live_recording.review.html import render_index
from live_recording.review.markdown import code, render_markdown
from live_recording.review.model import Review
from live_recording.review.overview import Overview, Unaffected
from live_recording.review.text import Verdict
from tests.support.review_samples import HUGE, REJECTED, REVIEWS, RICH, UNCHANGED

COMMENT_MAX = 65_536
"""Characters of a comment on GitHub."""


def test_one_stack_has_its_own_comment() -> None:
    """There is nothing to combine."""
    assert render_combined((RICH,), {}) == render_markdown(RICH)


def test_stacks_that_stop_come_first() -> None:
    """Then those that change, then the others in one line; the details have the same order."""
    stacks = [replace(review, stack=f"s{number}") for number, review in enumerate((UNCHANGED, RICH, REJECTED, HUGE))]
    lines = render_combined(stacks, {"gone": Verdict("No stack file", "It does not exist.")}).splitlines()
    listed = [line.split(":")[0] for line in lines if line.startswith("- `")]
    stopping = [code(review.stack) for review in stacks if review.stops]

    assert listed[: len(stopping) + 1] == [f"- {name}" for name in ("`gone`", *stopping)]
    assert "- Nothing changes in 1 stack: `s0`." in lines
    assert [line for line in lines if line.startswith("## ")][: len(stopping)] == [f"## {name}" for name in stopping]


@given(st.lists(st.sampled_from(list(REVIEWS.values())), min_size=2, max_size=120), st.randoms())
def test_no_stack_that_stops_is_missing(reviews: list[Review], random: Random) -> None:
    """Whatever the number, the order and the size of the reviews."""
    stacks = [replace(review, stack=f"stack-{number}") for number, review in enumerate(reviews)]
    random.shuffle(stacks)
    text = render_combined(stacks, {})

    assert len(text) < COMMENT_MAX
    assert [review.stack for review in stacks if review.stops and code(review.stack) not in text] == []


@given(st.lists(st.text(min_size=1, max_size=300), min_size=1, max_size=60))
def test_paths_without_effect_come_first(paths: list[str]) -> None:
    """One sentence, whatever the paths are called."""
    marked, notice, empty, title = render_combined((UNCHANGED,), {}, paths).split("\n")[:4]

    assert marked.startswith("<!-- live-recording review")
    assert notice.startswith(f"**Not in this review**: this pull request also changes {len(paths)} path")
    assert notice.isprintable()
    assert (empty, title) == ("", "### Recording reviews")


def test_paths_without_effect_are_bounded() -> None:
    """A thousand stacks that stop still fit into the comment."""
    stacks = [replace(RICH, stack=f"venue-{index}") for index in range(1000)]
    text = render_combined(stacks, {}, ["\U000e0041" * 300] * 1000)

    assert len(text) < COMMENT_MAX
    assert all(code(review.stack) in text for review in stacks)


def test_index_and_comment_of_a_thousand_stacks_show_every_loss() -> None:
    """With losses at random places, each losing stack is in both, and on the page each loss too, in the same order."""
    random = Random(7)  # noqa: S311 - reviews at random places, always the same
    losing = set(random.sample(range(1000), 100))
    stacks = [replace(RICH if n in losing else UNCHANGED, stack=f"venue-{n:04}") for n in range(1000)]
    random.shuffle(stacks)
    page, comment = render_index(Overview.of(stacks, {})), render_combined(stacks, {})
    expected = [review.stack for review in stacks if review.stops]

    assert re.findall(r"venue-\d+(?=\.html)", page)[:100] == expected
    assert re.findall(r"^- `(venue-\d+)`", comment, re.MULTILINE)[:100] == expected
    assert page.count(RICH.open_losses[0].sentence) == 100
    assert "Nothing changes in 900 stacks" in page
    assert "Nothing changes in 900 stacks" in comment


def test_stacks_that_were_not_planned_are_one_line() -> None:
    """In the comment about one stack, in that about many, and on the page."""
    unaffected = Unaffected("origin/main", ("a", "b"))
    line = "2 stacks were not planned, because none of their files differs from"
    for reviews in ((RICH,), (RICH, UNCHANGED), ()):
        comment = render_combined(reviews, {}, unaffected=unaffected)
        assert f"- {line} `origin/main`: `a`, `b`." in comment.splitlines()
        assert line in render_index(Overview.of(reviews, {}, unaffected))


@pytest.mark.parametrize("place", [0, 28, 56])
def test_one_loss_among_many_stacks_is_shown(place: int) -> None:
    """With its sentence and the line that would acknowledge it, whatever its position."""
    stacks = [replace(UNCHANGED, stack=f"quiet-{number}") for number in range(57)]
    stacks[place] = replace(RICH, stack="losing")
    lines = render_combined(stacks, {}).splitlines()

    assert lines[2].startswith("- `losing`: **Recording loss**")
    assert RICH.open_losses[0].path_text in lines[3]
    assert "finding: recording-loss" in lines[3]
    assert sum("quiet-" in line for line in lines[1:]) == 1


@pytest.mark.parametrize("number", [2, 30, 100, 300, 1000])
def test_every_losing_stack_has_its_count(number: int) -> None:
    """A thousand stacks that stop fit into one comment; up to some hundred, each also shows a loss."""
    stacks = [replace(RICH, stack=f"venue-{index}") for index in range(number)]
    text = render_combined(stacks, {})
    listed = text.partition("\n\n")[0].splitlines()[2:]
    rows = [row for row in listed if row.startswith("- ")]
    losses = [row for row in listed if RICH.open_losses[0].path_text in row]

    assert len(text) < COMMENT_MAX
    assert [code(review.stack) in row for review, row in zip(stacks, rows, strict=True)] == [True] * number
    assert all(re.search(rf"\b{len(RICH.open_losses)} (unacknowledged )?losses", row) for row in rows)
    assert number > 300 or len(losses) >= number
