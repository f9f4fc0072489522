"""Comments and issues on GitHub, by its GraphQL API: only that one says who wrote them as seen by the token.

Source: https://docs.github.com/graphql/reference
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from live_recording.ci.api import Api, T
from live_recording.ci.host import PAGE, PAGES, Post, require_variable
from live_recording.core.errors import ConfigError, ToolError
from live_recording.core.text import quoted

URL = "https://api.github.com/graphql"
TOKEN_ADVICE = "In a workflow: `GH_TOKEN: ${{ github.token }}` in the `env` of this step."  # noqa: S105 - advice
REPOSITORY_ADVICE = "A job of GitHub Actions has it; elsewhere set it to OWNER/NAME."

_REPOSITORY = """query {name}($owner: String!, $name: String!, {variables}$size: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{ id {content} }}
}}"""
COMMENTS = _REPOSITORY.format(
    name="Comments",
    variables="$number: Int!, ",
    content="""pullRequest(number: $number) { id comments(first: $size, after: $after) {
    nodes { id body viewerDidAuthor } pageInfo { hasNextPage endCursor } } }""",
)
ISSUES = _REPOSITORY.format(
    name="Issues",
    variables="",
    content="""issues(states: OPEN, first: $size, after: $after, orderBy: {field: CREATED_AT, direction: DESC}) {
    nodes { id title body viewerDidAuthor } pageInfo { hasNextPage endCursor } }""",
)
PULL_REQUEST = """query PullRequest($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) { id } }
}"""
REPOSITORY = """query Repository($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { id }
}"""
ADD_COMMENT = """mutation AddComment($subject: ID!, $body: String!) {
  addComment(input: {subjectId: $subject, body: $body}) { subject { id } }
}"""
UPDATE_COMMENT = """mutation UpdateComment($id: ID!, $body: String!) {
  updateIssueComment(input: {id: $id, body: $body}) { issueComment { id } }
}"""
CREATE_ISSUE = """mutation CreateIssue($repository: ID!, $title: String!, $body: String!) {
  createIssue(input: {repositoryId: $repository, title: $title, body: $body}) { issue { id } }
}"""
UPDATE_ISSUE = """mutation UpdateIssue($id: ID!, $body: String!) {
  updateIssue(input: {id: $id, body: $body}) { issue { id } }
}"""
CLOSE_ISSUE = """mutation CloseIssue($id: ID!) {
  closeIssue(input: {issueId: $id}) { issue { id } }
}"""


@dataclass(frozen=True, slots=True)
class GitHub:
    """A repository on GitHub; implements `CodeHost`."""

    api: Api
    repository: Mapping[str, str] = field(default_factory=dict)  # owner and name

    @classmethod
    def of_job(cls, environment: Mapping[str, str]) -> "GitHub":
        """Return the repository of this job, with the token in GH_TOKEN or GITHUB_TOKEN."""
        full_name = require_variable(environment, ("GITHUB_REPOSITORY",), REPOSITORY_ADVICE)
        owner, slash, name = full_name.partition("/")
        if not slash:
            raise ConfigError(f"GITHUB_REPOSITORY is {quoted(full_name)}. Set it to OWNER/NAME.")
        token = require_variable(environment, ("GH_TOKEN", "GITHUB_TOKEN"), TOKEN_ADVICE)
        url = environment.get("GITHUB_GRAPHQL_URL") or URL
        headers = {"Authorization": f"bearer {token}"}
        return cls(
            Api("GitHub", url, headers, environment.get("REQUESTS_CA_BUNDLE", "")), {"owner": owner, "name": name}
        )

    def own_comments(self, change: str) -> Iterator[Post]:
        """Yield our comments on a pull request."""
        for repository in self._pages(COMMENTS, ("pullRequest", "comments"), number=_number(change)):
            yield from repository

    def create_comment(self, change: str, body: str) -> None:
        """Comment on a pull request."""
        subject = self._ask(
            PULL_REQUEST,
            lambda found: found["repository"]["pullRequest"]["id"],
            **self.repository,
            number=_number(change),
        )
        self._change(ADD_COMMENT, subject=subject, body=body)

    def update_comment(self, change: str, comment: Post, body: str) -> None:  # noqa: ARG002 - an id is enough here
        """Replace the text of a comment."""
        self._change(UPDATE_COMMENT, id=comment.id, body=body)

    def own_open_issues(self) -> Iterator[Post]:
        """Yield our open issues, the newest first."""
        for issues in self._pages(ISSUES, ("issues",)):
            yield from issues

    def create_issue(self, title: str, body: str) -> None:
        """Create an issue."""
        repository = self._ask(REPOSITORY, lambda found: found["repository"]["id"], **self.repository)
        self._change(CREATE_ISSUE, repository=repository, title=title, body=body)

    def update_issue(self, issue: Post, body: str) -> None:
        """Replace the text of an issue."""
        self._change(UPDATE_ISSUE, id=issue.id, body=body)

    def close_issue(self, issue: Post, comment: str) -> None:
        """Comment on an issue and close it."""
        self._change(ADD_COMMENT, subject=issue.id, body=comment)
        self._change(CLOSE_ISSUE, id=issue.id)

    def _pages(self, query: str, keys: tuple[str, ...], **variables: Any) -> Iterator[list[Post]]:
        """Yield the posts of each page that the token's owner wrote. Raises ToolError if there are too many pages."""
        after: str | None = None
        for _ in range(PAGES):
            posts, after = self._ask(
                query, partial(_page, keys), **self.repository, **variables, size=PAGE, after=after
            )
            yield posts
            if after is None:
                return
        raise ToolError(f"GitHub has more than {PAGES * PAGE} {keys[-1]} here. Nothing was written.")

    def _change(self, mutation: str, **variables: Any) -> None:
        self._ask(mutation, lambda _: None, **variables)

    def _ask(self, query: str, read: Callable[[Any], T], **variables: Any) -> T:
        return self.api.ask("POST", "", lambda answer: read(_data(answer)), {"query": query, "variables": variables})


def _data(answer: Any) -> Any:
    """Return the data of an answer. Raises ToolError if it has errors instead."""
    if answer.get("errors"):
        reasons = "; ".join(str(error.get("message", "")) for error in answer["errors"])
        raise ToolError(f"GitHub rejected the request: {reasons[:300]}. Check the token and its permissions.")
    return answer["data"]


def _page(keys: tuple[str, ...], data: Any) -> tuple[list[Post], str | None]:
    """Return our posts of a page, and the cursor of the next one; None: this is the last one."""
    found = data["repository"]
    for key in keys:
        found = found[key]
    posts = [
        Post(node["id"], node["body"], node.get("title", "")) for node in found["nodes"] if node["viewerDidAuthor"]
    ]
    more = found["pageInfo"]
    return posts, more["endCursor"] if more["hasNextPage"] else None


def _number(change: str) -> int:
    if not change.isdecimal():
        raise ConfigError(f"{quoted(change)} is not the number of a pull request. Name it: --number NUMBER.")
    return int(change)
