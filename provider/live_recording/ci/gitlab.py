"""Notes and issues on GitLab, by its REST API.

Source: https://docs.gitlab.com/api/notes, https://docs.gitlab.com/api/issues
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from live_recording.ci.api import Api
from live_recording.ci.host import PAGE, PAGES, Post, require_variable
from live_recording.core.errors import ConfigError, ToolError
from live_recording.core.text import quoted

URL = "https://gitlab.com/api/v4"
TOKEN_ADVICE = "Create a project access token with the scope `api`, and store it as a masked variable. CI_JOB_TOKEN cannot write notes."  # noqa: S105 - advice
PROJECT_ADVICE = "A job of GitLab has it; elsewhere set it to the id of the project."
Written = tuple[object, Post]
"""The id of an author, and what that author wrote."""
_QUICK_ACTION = re.compile(r"^(\s*)/", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class GitLab:
    """A project on GitLab; implements `CodeHost`."""

    api: Api
    project: str

    @classmethod
    def of_job(cls, environment: Mapping[str, str]) -> "GitLab":
        """Return the project of this job, with the token in GITLAB_TOKEN."""
        project = require_variable(environment, ("CI_PROJECT_ID",), PROJECT_ADVICE)
        if not project.isdecimal():
            raise ConfigError(f"CI_PROJECT_ID is {quoted(project)}. Set it to the number of the project.")
        token = require_variable(environment, ("GITLAB_TOKEN",), TOKEN_ADVICE)
        ca_file = environment.get("REQUESTS_CA_BUNDLE") or environment.get("CI_SERVER_TLS_CA_FILE", "")
        api = Api("GitLab", environment.get("CI_API_V4_URL") or URL, {"PRIVATE-TOKEN": token}, ca_file)
        return cls(api, f"/projects/{project}")

    def own_comments(self, change: str) -> Iterator[Post]:
        """Yield our notes on a merge request."""
        me = self._me()
        for author, post in self._pages(self._notes(change), {"sort": "asc"}, _note):
            if author == me:
                yield post

    def create_comment(self, change: str, body: str) -> None:
        """Write a note on a merge request."""
        self.api.change("POST", self._notes(change), {"body": _inert(body)})

    def update_comment(self, change: str, comment: Post, body: str) -> None:
        """Replace the text of a note."""
        self.api.change("PUT", f"{self._notes(change)}/{comment.id}", {"body": _inert(body)})

    def own_open_issues(self) -> Iterator[Post]:
        """Yield our open issues, the newest first."""
        me = self._me()
        query = {"state": "opened", "author_id": str(me), "scope": "all"}
        for author, post in self._pages(f"{self.project}/issues", query, _issue):
            if author == me:
                yield post

    def create_issue(self, title: str, body: str) -> None:
        """Create an issue."""
        self.api.change("POST", f"{self.project}/issues", {"title": title, "description": _inert(body)})

    def update_issue(self, issue: Post, body: str) -> None:
        """Replace the text of an issue."""
        self.api.change("PUT", f"{self.project}/issues/{issue.id}", {"description": _inert(body)})

    def close_issue(self, issue: Post, comment: str) -> None:
        """Write a note on an issue and close it."""
        self.api.change("POST", f"{self.project}/issues/{issue.id}/notes", {"body": _inert(comment)})
        self.api.change("PUT", f"{self.project}/issues/{issue.id}", {"state_event": "close"})

    def _me(self) -> object:
        """Return the id of the token's owner."""
        return self.api.ask("GET", "/user", lambda user: user["id"])

    def _notes(self, change: str) -> str:
        if not change.isdecimal():
            raise ConfigError(f"{quoted(change)} is not the number of a merge request. Name it: --number NUMBER.")
        return f"{self.project}/merge_requests/{change}/notes"

    def _pages(self, path: str, query: Mapping[str, str], read: Callable[[Any], Written]) -> Iterator[Written]:
        for page in range(1, PAGES + 1):
            paged = {**query, "per_page": str(PAGE), "page": str(page)}
            found = self.api.ask("GET", path, lambda entries: [read(entry) for entry in entries], query=paged)
            yield from found
            if len(found) < PAGE:
                return
        raise ToolError(f"GitLab has more than {PAGES * PAGE} entries at {path}. Nothing was written.")


def _note(note: Any) -> Written:
    """Return a note; one that GitLab itself wrote has no author."""
    return None if note["system"] else note["author"]["id"], Post(str(note["id"]), note["body"])


def _issue(issue: Any) -> Written:
    return issue["author"]["id"], Post(str(issue["iid"]), issue["description"] or "", issue["title"])


def _inert(text: str) -> str:
    """Return the text without quick actions: GitLab executes a line that begins with a slash, such as `/merge`."""
    return _QUICK_ACTION.sub(r"\1\\/", text)
