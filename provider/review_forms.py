"""The forms of a review, by the name that a user gives them."""

from collections.abc import Callable, Mapping

from provider.core.review import Review
from provider.review_html import html
from provider.review_json import as_json
from provider.review_markdown import combined, markdown

FORMS: Mapping[str, Callable[[Review], str]] = {"md": markdown, "html": html, "json": as_json}

__all__ = ["FORMS", "combined"]
