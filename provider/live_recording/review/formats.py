"""The output formats of a review, by file ending. Add a format here."""

from collections.abc import Callable, Mapping

from live_recording.review.json_format import render_json
from live_recording.review.markdown import render_markdown
from live_recording.review.model import Review


def _render_html(review: Review) -> str:
    """Return the page. Its template engine is slow to import, and not needed for the other formats."""
    from live_recording.review.html import render_html

    return render_html(review)


FORMATS: Mapping[str, Callable[[Review], str]] = {"md": render_markdown, "html": _render_html, "json": render_json}
