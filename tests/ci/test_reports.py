"""`ci comment` and `ci issue` on both services: they update what they created, and leave the rest unchanged."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from live_recording.ci.reports import CLOSED, ISSUE_MARK, LONGEST, shorten
from tests.support.code_hosts import ME, TOKEN, CodeHosts, Fault, Post, code_hosts
from tests.support.pulumi_project import callers
from tests.support.verb_runner import run_verb

FIRST = "<!-- live-recording review: dev -->\n**Recording loss**\n"
SECOND = "<!-- live-recording review: dev, prod -->\n**Nothing changes**\n"
OTHERS = ((FIRST, "fan"), ("Coverage: 97 %", ME))
"""A comment of another user with the same marker, and a comment of another job with the same token."""
SERVICES = ("github", "gitlab")


@dataclass(frozen=True, slots=True)
class Job:
    """A job of a service, in a directory with reports."""

    hosts: CodeHosts
    service: str
    directory: Path

    def run(self, *arguments: str, text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `live-recording ci`, with a report in report.md."""
        (self.directory / "report.md").write_text(text, encoding="utf-8")
        variables = callers() | self.hosts.job(self.service) | environment
        return run_verb("ci", *arguments, directory=self.directory, environment=variables)

    def passes(self, *arguments: str, text: str = "", **environment: str) -> str:
        """Run it, and return what it printed."""
        done = self.run(*arguments, text=text, **environment)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    @property
    def comments(self) -> list[str]:
        """Return the comments."""
        return [comment.body for comment in self.hosts.comments]


@pytest.fixture(params=SERVICES)
def job(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Job]:
    """Start a job on each service, in a change with comments of others."""
    with code_hosts() as hosts:
        hosts.comments += [Post(author, body) for body, author in OTHERS]
        yield Job(hosts, request.param, tmp_path)


def test_review_is_one_comment(job: Job) -> None:
    """A second review replaces the first one, and comments of others stay unchanged."""
    assert job.passes("comment", "report.md", text=FIRST) == "Created the comment on 7.\n"
    assert job.passes("comment", "report.md", text=SECOND) == "Updated the comment on 7.\n"

    assert job.comments == [*(body for body, _ in OTHERS), SECOND]


def test_comment_on_a_later_page_is_found(job: Job) -> None:
    """A busy change has more comments than one answer holds."""
    job.hosts.comments += [Post("fan", f"Comment {number}") for number in range(150)] + [Post(ME, FIRST)]
    job.passes("comment", "report.md", text=SECOND)

    assert job.comments.count(SECOND) == 1
    assert FIRST not in job.comments[2:]


def test_drift_is_one_issue_until_it_is_over(job: Job) -> None:
    """The issue is opened, updated, closed, and opened again; one of a person with the same title stays unchanged."""
    personal = Post("fan", "Is there any?", "Drift")
    untitled = Post(ME, f"{ISSUE_MARK}\nAnother one", "Drift of prod")
    job.hosts.issues += [personal, untitled]
    seen = []
    for text in ("One rule.", "Two rules.", None, None, "Another one."):
        job.passes("issue", "Drift", "report.md" if text else "--close", text=text or "")
        seen.append([(issue.state, issue.body.removeprefix(f"{ISSUE_MARK}\n")) for issue in job.hosts.issues[2:]])

    closed = ("closed", "Two rules.")
    assert seen == [
        [("open", "One rule.")], [("open", "Two rules.")], [closed], [closed], [closed, ("open", "Another one.")]
    ]  # fmt: skip
    assert (personal.state, personal.body, untitled.state) == ("open", "Is there any?", "open")
    sent = [str(body) for _, _, _, body in job.hosts.log.sent]
    assert sum(CLOSED in body for body in sent) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_failing_service_gets_no_second_comment(job: Job, when: str) -> None:
    """If it is unknown whether the comment was created, the next attempt looks first."""
    job.hosts.fault = Fault(when)
    job.passes("comment", "report.md", text=FIRST)

    assert job.comments[2:] == [FIRST]


def test_service_that_keeps_failing_is_one_sentence(job: Job) -> None:
    """The error names the request and what to do; the token that the answer repeats is not shown."""
    job.hosts.fault = Fault("before", 503, count=9)
    done = job.run("comment", "report.md", text=FIRST)

    assert done.returncode == 3
    assert "503" in done.stderr
    assert done.stderr.endswith("Run again.\n")
    assert len(done.stderr.splitlines()) == 1
    assert TOKEN not in done.stdout + done.stderr


@pytest.mark.parametrize("answer", [{}, [], "text", {"data": {"repository": {}}, "id": 1}], ids=str)
@pytest.mark.parametrize("verb", [("comment", "report.md"), ("issue", "Drift", "report.md")], ids=lambda verb: verb[0])
def test_answer_of_another_form_is_one_sentence(job: Job, answer: object, verb: tuple[str, ...]) -> None:
    """The error names the request, the status and what to check; it is no bug of ours."""
    job.hosts.odd_answer = answer
    done = job.run(*verb, text=FIRST)

    assert (done.returncode, done.stdout) == (3, "")
    assert "with status 200, but not in the form of its API. Check that http://127.0.0.1:" in done.stderr
    assert done.stderr.endswith(" is the address of that API, then run again.\n")
    assert len(done.stderr.splitlines()) == 1


def test_wrong_token_is_rejected_and_not_shown(job: Job) -> None:
    """The error says what to check."""
    variable = {"github": "GH_TOKEN", "gitlab": "GITLAB_TOKEN"}[job.service]
    done = job.run("comment", "report.md", text=FIRST, **{variable: "not-the-token"})

    assert done.returncode == 3
    assert "401" in done.stderr
    assert done.stderr.endswith("Check the token and its permissions.\n")
    assert "not-the-token" not in done.stderr
    assert job.comments == [body for body, _ in OTHERS]


def test_redirects_are_not_followed(job: Job) -> None:
    """The next host would get the token."""
    job.hosts.fault = Fault("before", 307)
    done = job.run("comment", "report.md", text=FIRST)

    assert done.returncode == 3
    assert "(307), which is not followed" in done.stderr
    assert [path for _, path, _, _ in job.hosts.log.sent if "elsewhere" in path] == []


def test_text_of_others_starts_no_quick_action(job: Job) -> None:
    """GitLab executes lines that begin with a slash, as the owner of the token."""
    job.passes("comment", "report.md", text=FIRST + "/merge\n  /close\na/b\n")
    expected = {"github": "/merge\n  /close\na/b\n", "gitlab": "\\/merge\n  \\/close\na/b\n"}

    assert job.comments[2] == FIRST + expected[job.service]


USAGE = {
    "outside": ({"GITHUB_ACTIONS": "", "GITLAB_CI": ""}, "This is not a job of GitHub or GitLab"),
    "no-change": ({"GITHUB_REF": "refs/heads/main", "CI_MERGE_REQUEST_IID": ""}, "This job is not of a "),
    "no-token": ({"GH_TOKEN": "", "GITLAB_TOKEN": ""}, " not set. "),
    "no-project": ({"GITHUB_REPOSITORY": "", "CI_PROJECT_ID": ""}, " is not set. A job of Git"),
    "no-tls": (
        {"GITHUB_GRAPHQL_URL": "http://git.example.com", "CI_API_V4_URL": "http://git.example.com"},
        'The address "http://git.example.com" of ',
    ),
}


@pytest.mark.parametrize(("environment", "sentence"), USAGE.values(), ids=USAGE)
def test_mistakes_are_one_sentence(job: Job, environment: dict[str, str], sentence: str) -> None:
    """Nothing is sent, and the sentence says what to set."""
    done = job.run("comment", "report.md", text=FIRST, **environment)

    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert job.hosts.log.sent == []


def test_service_and_number_can_be_named(job: Job) -> None:
    """Any machine with a token can comment."""
    named = ("--platform", job.service, "--number", "7")
    job.passes("comment", "report.md", *named, text=FIRST, GITHUB_ACTIONS="", GITLAB_CI="", GITHUB_REF="")

    assert job.comments[2:] == [FIRST]


@pytest.mark.parametrize("arguments", [("Drift",), ("Drift", "report.md", "--close")])
def test_issue_is_opened_or_closed_on_demand_only(job: Job, arguments: tuple[str, ...]) -> None:
    """A forgotten file closes no issue."""
    done = job.run("issue", *arguments, text="One rule.")

    assert (done.returncode, job.hosts.log.sent) == (2, [])


LINE = "a rule was created outside Pulumi\n"
CUTS = {
    "closed": (f"```text\n{LINE}```\n{LINE * 4000}", ""),
    "open": (f"## audit\n\n```text\n{LINE * 4000}```\n", "```"),
    "longer": (f"````text\n```\n{LINE * 4000}````\n", "````"),
    "tildes": (f"~~~\n```\n{LINE * 4000}~~~\n", "~~~"),
}


@pytest.mark.parametrize(("text", "fence"), CUTS.values(), ids=CUTS)
def test_report_fits(text: str, fence: str) -> None:
    """What is left out is reported below the code block, which is closed by its own fence."""
    cut = shorten(text)

    assert LONGEST - 100 < len(cut) < LONGEST + 200
    assert cut.endswith(f"{LINE}{fence}\n\nThis is too long for a comment. The log of the job has the rest.\n".replace("\n\n\n", "\n\n"))  # fmt: skip
