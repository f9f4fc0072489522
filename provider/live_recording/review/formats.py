"""The forms of a review, by the name that a user gives them."""

from collections.abc import Callable, Mapping

from live_recording.review.html import html
from live_recording.review.json_format import as_json
from live_recording.review.markdown import combined, markdown
from live_recording.review.model import Review

FORMS: Mapping[str, Callable[[Review], str]] = {"md": markdown, "html": html, "json": as_json}

__all__ = ["FORMS", "combined"]
