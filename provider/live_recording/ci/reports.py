"""Keep one comment and one issue up to date. Running again changes nothing else, whatever happened before.

Ours are those that the token's owner wrote and that begin with our marker. All others stay unchanged.
"""

import re
from collections.abc import Callable, Iterable

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from live_recording.ci.api import NoAnswer
from live_recording.ci.host import CodeHost, Post

LONGEST = 60_000
"""Characters. A comment or an issue on GitHub holds 65,536; GitLab allows more."""
REVIEW_MARK = "<!-- live-recording review"
"""Start of every review."""
ISSUE_MARK = "<!-- live-recording issue -->"
CLOSED = "The last run found no problem."
TOO_LONG = "This is too long for a comment. The log of the job has the rest."
ATTEMPTS = 4
"""How often a report is tried if the service does not answer."""

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_WAIT = wait_random_exponential(multiplier=0.25, max=8)


def publish_comment(host: CodeHost, change: str, text: str) -> str:
    """Create or update our review on a pull request or merge request; return what was done.

    Raises NoAnswer if the service does not answer, ToolError if it rejects the comment.
    """
    body = shorten(text if text.startswith(REVIEW_MARK) else f"{REVIEW_MARK} -->\n{text}")

    def attempt() -> str:
        existing = _first(post for post in host.own_comments(change) if post.body.startswith(REVIEW_MARK))
        if existing is None:
            host.create_comment(change, body)
            return f"Created the comment on {change}."
        if existing.body != body:
            host.update_comment(change, existing, body)
        return f"Updated the comment on {change}."

    return _until_answered(attempt)


def publish_issue(host: CodeHost, title: str, text: str) -> str:
    """Create our issue with this title, or update it; return what was done. Raises as `publish_comment`."""
    body = shorten(f"{ISSUE_MARK}\n{text}")

    def attempt() -> str:
        existing = _own_issue(host, title)
        if existing is None:
            host.create_issue(title, body)
            return f"Created the issue {title}."
        host.update_issue(existing, body)
        return f"Updated the issue {title}."

    return _until_answered(attempt)


def close_issue(host: CodeHost, title: str) -> str:
    """Close our issue with this title if it is open; return what was done. Raises as `publish_comment`."""

    def attempt() -> str:
        existing = _own_issue(host, title)
        if existing is None:
            return f"No open issue {title}."
        host.close_issue(existing, CLOSED)
        return f"Closed the issue {title}."

    return _until_answered(attempt)


def _own_issue(host: CodeHost, title: str) -> Post | None:
    return _first(post for post in host.own_open_issues() if post.title == title and post.body.startswith(ISSUE_MARK))


def _first(posts: Iterable[Post]) -> Post | None:
    return next(iter(posts), None)


def _until_answered(attempt: Callable[[], str]) -> str:
    """Try again if the service does not answer. Each attempt looks first, so that nothing is created twice."""
    retrying = Retrying(
        retry=retry_if_exception_type(NoAnswer), wait=_WAIT, stop=stop_after_attempt(ATTEMPTS), reraise=True
    )
    return retrying(attempt)


def shorten(text: str) -> str:
    """Return the text, cut after a line to what a comment holds, with the rest of its Markdown intact."""
    if len(text) <= LONGEST:
        return text
    kept = text[:LONGEST].rpartition("\n")[0]
    fence = _open_fence(kept)
    return "\n".join([kept, *((fence,) if fence else ()), "", TOO_LONG, ""])


def _open_fence(text: str) -> str:
    """Return the fence that closes the code block at the end of a Markdown text, "" outside a block."""
    fence = ""
    for line in text.splitlines():
        found = _FENCE.match(line)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence) and not line[found.end() :].strip():
            fence = ""
    return fence
