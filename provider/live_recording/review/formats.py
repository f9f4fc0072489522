"""The output formats of a review, by file ending. Add a format here."""

from collections.abc import Callable, Mapping

from live_recording.review.html import render_html
from live_recording.review.json_format import render_json
from live_recording.review.markdown import render_markdown
from live_recording.review.model import Review

FORMATS: Mapping[str, Callable[[Review], str]] = {"md": render_markdown, "html": render_html, "json": render_json}
