"""Which service the pipeline runs on, and what its comments and issues have in common."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from live_recording.core.errors import ConfigError
from live_recording.core.text import join_words

PAGE = 100
"""Comments or issues per request."""
PAGES = 100
"""How many pages are read at most."""


class Platform(StrEnum):
    """The services with comments and issues."""

    github = "github"
    gitlab = "gitlab"


MARKS: Mapping[Platform, str] = {Platform.github: "GITHUB_ACTIONS", Platform.gitlab: "GITLAB_CI"}
"""Service -> the variable that it sets in every job."""

CHANGES: Mapping[Platform, str] = {Platform.github: "pull request", Platform.gitlab: "merge request"}
"""Service -> what it calls a proposed change."""


@dataclass(frozen=True, slots=True)
class Post:
    """A comment or an issue."""

    id: str
    body: str
    title: str = ""  # of an issue


class CodeHost(Protocol):
    """A project on GitHub or GitLab, used as the owner of a token."""

    def own_comments(self, change: str) -> Iterable[Post]:
        """Yield the comments of the token's owner on a pull request or merge request, by its number."""

    def create_comment(self, change: str, body: str) -> None:
        """Comment on a pull request or merge request."""

    def update_comment(self, change: str, comment: Post, body: str) -> None:
        """Replace the text of a comment."""

    def own_open_issues(self) -> Iterable[Post]:
        """Yield the open issues that the token's owner created."""

    def create_issue(self, title: str, body: str) -> None:
        """Create an issue."""

    def update_issue(self, issue: Post, body: str) -> None:
        """Replace the text of an issue."""

    def close_issue(self, issue: Post, comment: str) -> None:
        """Comment on an issue and close it."""


def detect_platform(environment: Mapping[str, str]) -> Platform | None:
    """Return the service whose job this is, None outside both."""
    return next((platform for platform, variable in MARKS.items() if environment.get(variable)), None)


def require_platform(environment: Mapping[str, str], chosen: Platform | None) -> Platform:
    """Return the chosen service, else the one whose job this is. Raises ConfigError outside both."""
    platform = chosen or detect_platform(environment)
    if platform is None:
        raise ConfigError(
            f"This is not a job of GitHub or GitLab ({join_words(MARKS.values())} are not set). "
            "Name the service: --platform github or --platform gitlab."
        )
    return platform


def change_of_job(environment: Mapping[str, str], platform: Platform) -> str:
    """Return the number of the pull request or merge request that this job runs for. Raises ConfigError without one."""
    if platform is Platform.gitlab:
        number = environment.get("CI_MERGE_REQUEST_IID", "")
    else:
        found = re.fullmatch(r"refs/pull/(\d+)/\w+", environment.get("GITHUB_REF", ""))
        number = found[1] if found else ""
    if not number:
        raise ConfigError(f"This job is not of a {CHANGES[platform]}. Name it: --number NUMBER.")
    return number


def require_variable(environment: Mapping[str, str], names: tuple[str, ...], advice: str) -> str:
    """Return the value of the first variable that is set. Raises ConfigError, with advice, if there is no such."""
    for name in names:
        if environment.get(name):
            return environment[name]
    raise ConfigError(f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} not set. {advice}")
