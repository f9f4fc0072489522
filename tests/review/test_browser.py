"""Reviews and a verification as pages, opened in headless Chromium: on a phone and on a desktop, light, dark and on paper.

A machine without Chromium skips these: `apt-get install chromium` brings one, and nothing else is needed.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from playwright.sync_api import Browser, Page, sync_playwright

from live_recording.core.streams import StreamKey
from live_recording.review.html import render_html, render_index
from live_recording.review.overview import Overview, Unaffected
from live_recording.review.text import Verdict
from live_recording.verify import html as verification
from live_recording.verify.intervals import Interval, difference
from live_recording.verify.model import Recording, VerifiedStack
from tests.support.review_samples import REVIEWS

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="There is no Chromium here. Install it: apt-get install chromium."),
]
PHONE, DESKTOP = 390, 1280
INDEX, VERIFICATION = "all stacks", "verification"
"""The names of the page over all reviews, and of the page of `verify`."""
OVERVIEW = Overview.of(
    REVIEWS.values(),
    {"gone": Verdict("No stack file", "stacks/gone.yaml does not exist.")},
    Unaffected("main", ("a", "b")),
)
FINAL, START = StreamKey("push.example.com", "live", "final"), datetime(2026, 11, 20, 20, tzinfo=UTC)
MATCH = Interval(START, START + timedelta(hours=2))
LOST = Interval(START + timedelta(minutes=30), START + timedelta(hours=1))
KEPT = difference((MATCH,), (LOST,))
RECORDINGS = (
    Recording(FINAL, "tasks.final", "both", "mp4", MATCH, "partly recorded", (LOST,), ("1",), "", (MATCH,), KEPT),
    Recording(FINAL, "tasks.final", "both", "hls", MATCH, "recorded", (), ("2",), "", (MATCH,), (MATCH,)),
)
VERIFIED = VerifiedStack("dev", Interval(START - timedelta(days=1), MATCH.end), RECORDINGS, ("Files are unknown: no.",))
PAGES: dict[str, Callable[[], str]] = {
    **{name: partial(render_html, review) for name, review in REVIEWS.items()},
    INDEX: partial(render_index, OVERVIEW),
    VERIFICATION: partial(verification.render_html, [VERIFIED]),
}
COLLISIONS = """() => [...document.querySelectorAll('.lanes svg')].flatMap(svg => {
  const edges = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll('g')].map(g => [...g.querySelectorAll('rect, text')].map(e => e.getBoundingClientRect()));
  const meet = (a, b) => a.left < b.right - .5 && b.left < a.right - .5 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
  return boxes.flatMap((mine, n) => [
    ...mine.filter(box => box.left < edges.left - 1 || box.right > edges.right + 1 || box.bottom > edges.bottom + 1).map(() => 'outside'),
    ...boxes.slice(n + 1).flatMap(others => mine.flatMap(box => others.filter(other => meet(box, other)).map(() => 'overlap'))),
  ]);
})"""
"""What is wrong with the drawing of tasks: boxes of two tasks that meet, or that leave the lane."""
LOOKS = """() => ['kept', 'new', 'changed', 'removed'].map(change => {
  const style = getComputedStyle(document.querySelector(`.legend .bar.${change}`));
  return style.fill.startsWith('url') ? style.fill : `${style.fill === 'none' ? 'empty' : 'full'} ${style.strokeDasharray}`;
})"""
"""How the four kinds of bars look without colour."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all pages; as root it has no sandbox of its own."""
    with sync_playwright() as driver:
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        started = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield started
        started.close()


def opened(browser: Browser, folder: Path, name: str, width: int, **context: object) -> tuple[Page, list[str]]:
    """Return a page, and what the browser complained of or fetched."""
    file = folder / f"{name}.html"
    file.write_text(PAGES[name](), encoding="utf-8")
    page = browser.new_context(viewport={"width": width, "height": 900}, **context).new_page()  # type: ignore[arg-type]  # options by name
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: said.append(asked.url))
    page.goto(file.as_uri())
    return page, [line for line in said if line not in (file.as_uri(), "data:,")]


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("name", PAGES)
def test_page_fits_the_screen(browser: Browser, tmp_path: Path, name: str, width: int) -> None:
    """Nothing is fetched, nothing goes wrong, and the page itself never scrolls sideways."""
    page, said = opened(browser, tmp_path, name, width)
    wide, seen = page.evaluate("() => [document.scrollingElement.scrollWidth, innerWidth]")

    assert said == []
    assert wide <= seen == width


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("name", ["rich", "huge"])
def test_tasks_do_not_cover_each_other(browser: Browser, tmp_path: Path, name: str, width: int) -> None:
    """Bars and labels do not overlap and stay inside their lane, with the fonts of the browser."""
    page, _ = opened(browser, tmp_path, name, width)

    assert page.evaluate(COLLISIONS) == []
    assert page.locator(".lanes g").count() == len(REVIEWS[name].tasks)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", sorted(PAGES.keys() - {"huge"}))
def test_page_is_accessible(browser: Browser, tmp_path: Path, name: str, scheme: str) -> None:
    """The rules of axe find nothing wrong, contrast included, in both schemes."""
    page, _ = opened(browser, tmp_path, name, PHONE, color_scheme=scheme)

    assert [found["id"] for found in Axe().run(page).response["violations"]] == []


def test_schemes_differ(browser: Browser, tmp_path: Path) -> None:
    """The page follows the scheme that its reader has chosen."""
    papers = {
        opened(browser, tmp_path, "rich", PHONE, color_scheme=scheme)[0].evaluate(
            "() => getComputedStyle(document.body).backgroundColor"
        )
        for scheme in ("light", "dark")
    }

    assert len(papers) == 2


def test_changes_are_distinguishable_without_color(browser: Browser, tmp_path: Path) -> None:
    """Kept, new, changed and removed tasks differ in pattern and outline."""
    page, _ = opened(browser, tmp_path, "rich", DESKTOP)

    assert len(set(page.evaluate(LOOKS))) == 4


def test_page_prints_what_is_folded(browser: Browser, tmp_path: Path) -> None:
    """On paper nothing is hidden: folded operations and patterns are printed."""
    page, _ = opened(browser, tmp_path, "rich", DESKTOP)
    folded = page.get_by_text("update RecordTemplate")
    hidden = folded.evaluate(
        "(e) => e.checkVisibility({contentVisibilityAuto: true}) && e.getBoundingClientRect().height > 0"
    )
    page.emulate_media(media="print")
    printed = folded.evaluate(
        "(e) => e.checkVisibility({contentVisibilityAuto: true}) && e.getBoundingClientRect().height > 0"
    )

    assert (hidden, printed) == (False, True)
    assert page.evaluate("() => document.scrollingElement.scrollWidth <= innerWidth")


def test_wide_tables_scroll_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    """On a phone a table scrolls inside itself, and can be reached without a pointer."""
    page, _ = opened(browser, tmp_path, "rich", PHONE)
    wide = page.get_by_role("region", name="Changes.")
    wide.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(e) => e.scrollLeft > 0", arg=wide.element_handle())

    assert wide.evaluate("(e) => e.scrollWidth > e.clientWidth")
