"""Reviews and a verification as pages, opened in headless Chromium: on a phone and on a desktop, light, dark and on paper.

A machine without Chromium skips these: `apt-get install chromium` brings one, and nothing else is needed.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from live_recording.core.streams import StreamKey
from live_recording.review.html import render_html, render_index
from live_recording.review.overview import Overview, Unaffected
from live_recording.review.text import Verdict
from live_recording.verify import html as verification
from live_recording.verify.intervals import Interval, difference
from live_recording.verify.model import Recording, VerifiedStack
from tests.support.review_samples import REVIEWS

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="There is no Chromium here. Install it: apt-get install chromium."
)
PHONE: ViewportSize = {"width": 390, "height": 900}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
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


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Open a window of a phone, which is closed after the test."""
    with browser.new_context(viewport=PHONE) as opened:
        yield opened


def show(context: BrowserContext, folder: Path, name: str) -> tuple[Page, list[str]]:
    """Return a page, and what the browser complains of or fetches, also later."""
    file = folder / f"{name}.html"
    file.write_text(PAGES[name](), encoding="utf-8")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: said.append(asked.url) if asked.url not in (file.as_uri(), "data:,") else None)
    page.goto(file.as_uri())
    return page, said


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_the_screen(context: BrowserContext, tmp_path: Path, name: str) -> None:
    """Nothing is fetched, nothing goes wrong, the page never scrolls sideways, and tasks do not cover each other."""
    page, said = show(context, tmp_path, name)
    for screen in (PHONE, DESKTOP):
        page.set_viewport_size(screen)
        wide, seen = page.evaluate("() => [document.scrollingElement.scrollWidth, innerWidth]")

        assert wide <= seen == screen["width"]
        assert page.evaluate(COLLISIONS) == []
    if name in ("rich", "huge"):
        assert page.locator(".lanes g").count() == len(REVIEWS[name].tasks)
    assert said == []


@pytest.mark.parametrize("name", sorted(PAGES.keys() - {"huge"}))
def test_page_is_accessible(context: BrowserContext, tmp_path: Path, name: str) -> None:
    """The rules of axe find nothing wrong, contrast included, in both color schemes, which differ."""
    page, _ = show(context, tmp_path, name)
    papers = set()
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)

        assert [found["id"] for found in Axe().run(page).response["violations"]] == [], scheme
        papers.add(page.evaluate("() => getComputedStyle(document.body).backgroundColor"))
    assert len(papers) == 2


def test_changes_are_distinguishable_without_color(context: BrowserContext, tmp_path: Path) -> None:
    """Kept, new, changed and removed tasks differ in pattern and outline."""
    page, _ = show(context, tmp_path, "rich")

    assert len(set(page.evaluate(LOOKS))) == 4
