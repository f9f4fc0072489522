"""Emulations of GitHub and GitLab on one loopback port: comments, issues, identity tokens, and the vendor's STS.

They answer only the requests that our commands send, check the token, and keep who wrote what.
"""

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

ME, TOKEN, JOB_TOKEN = "bot", "token-of-the-bot", "token-of-the-job"
GIVEN = {
    "Credentials": {"TmpSecretId": "AKID-1", "TmpSecretKey": "key-1", "Token": "token-1"},
    "ExpiredTime": 1795190400,
    "RequestId": "r",
}
MAX_LENGTH = 65_536
"""Characters of a comment or an issue on GitHub."""


@dataclass
class Post:
    """A comment or an issue."""

    author: str
    body: str
    title: str = ""
    state: str = "open"


@dataclass
class Fault:
    """What happens to the next requests that change something: an error *before* or *after* it is done, or a redirect."""

    when: str
    status: int = 502
    count: int = 1


@dataclass
class Requests:
    """What was sent: method, path, headers, body."""

    sent: list[tuple[str, str, Mapping[str, str], Any]] = field(default_factory=list)


class CodeHosts(ThreadingHTTPServer):
    """Both services, with one pull request, which is also a merge request: number 7."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.comments: list[Post] = []
        self.issues: list[Post] = []
        self.fault: Fault | None = None
        self.sts: Mapping[str, Any] = GIVEN
        self.odd_answer: object = None  # what every request is answered with
        self.log = Requests()

    @property
    def url(self) -> str:
        """Return the address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def github(self) -> dict[str, str]:
        """Return the variables of a job of GitHub."""
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "broadcaster/recordings",
            "GITHUB_REF": "refs/pull/7/merge",
            "GITHUB_RUN_ID": "4711",
            "GITHUB_GRAPHQL_URL": f"{self.url}/graphql",
            "GH_TOKEN": TOKEN,
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}/token?api-version=2",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": JOB_TOKEN,
        }

    def gitlab(self) -> dict[str, str]:
        """Return the variables of a job of GitLab."""
        return {
            "GITLAB_CI": "true",
            "CI_PROJECT_ID": "42",
            "CI_MERGE_REQUEST_IID": "7",
            "CI_JOB_ID": "4711",
            "CI_API_V4_URL": f"{self.url}/api/v4",
            "GITLAB_TOKEN": TOKEN,
        }

    def job(self, service: str) -> dict[str, str]:
        """Return the variables of a job, by the name of the service."""
        return {"github": self.github, "gitlab": self.gitlab}[service]()


@contextmanager
def code_hosts() -> Iterator[CodeHosts]:
    """Start both services."""
    with CodeHosts() as hosts:
        thread = threading.Thread(target=hosts.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield hosts
        finally:
            hosts.shutdown()
            thread.join()


def identity_token(audience: str) -> str:
    """Return an unsigned identity token for an audience."""
    parts = ({"alg": "none"}, {"aud": audience, "sub": "repo:broadcaster/recordings"})
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), ""])


class _Rejected(Exception):
    """A request that is answered with an error."""


class _Handler(BaseHTTPRequestHandler):
    server: CodeHosts

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_PUT(self) -> None:
        self._handle()

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _handle(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.loads(content) if content else None
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.log.sent.append((self.command, self.path, headers, body))
        if self.server.odd_answer is not None:
            self._answer(200, self.server.odd_answer)
            return
        changes = self.command != "GET" and not str((body or {}).get("query", "")).startswith("query")
        fault = self.server.fault if changes else None
        if fault:
            fault.count -= 1
            self.server.fault = fault if fault.count else None
        if fault and fault.when == "before":
            self._answer(fault.status, {"message": f"failed, with {TOKEN}"})
            return
        try:
            answer = self._respond(urlsplit(self.path), headers, body)
        except _Rejected as refusal:
            self._answer(401, {"message": str(refusal)})
            return
        self._answer(fault.status if fault else 200, answer)

    def _answer(self, status: int, data: object) -> None:
        content = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if status // 100 == 3:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(content)

    def _respond(self, url: Any, headers: Mapping[str, str], body: Any) -> Any:
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/token":
            return {"value": identity_token(query["audience"])}
        if "x-tc-action" in headers:
            return {"Response": self.server.sts}
        if url.path == "/graphql":
            if headers.get("authorization") != f"bearer {TOKEN}":
                raise _Rejected(f"Bad credentials: {headers.get('authorization')}")
            return {"data": _graphql(self.server, body["query"], body["variables"])}
        if headers.get("private-token") != TOKEN:
            raise _Rejected("401 Unauthorized")
        return _gitlab(self.server, f"{self.command} {url.path.removeprefix('/api/v4')}", query, body or {})


def _graphql(hosts: CodeHosts, query: str, given: Mapping[str, Any]) -> Any:
    if len(given.get("body", "")) > MAX_LENGTH:
        raise _Rejected("Body is too long (maximum is 65536 characters)")
    (kind, name) = re.findall(r"^(query|mutation) (\w+)", query)[0]
    return {"repository": _read(hosts, name, given)} if kind == "query" else _write(hosts, name, given)


def _read(hosts: CodeHosts, name: str, given: Mapping[str, Any]) -> Any:
    open_issues = [issue for issue in hosts.issues if issue.state == "open"]
    readers: dict[str, Callable[[], Any]] = {
        "Comments": lambda: {"pullRequest": {"comments": _page(hosts.comments, given, hosts.comments)}},
        "Issues": lambda: {"issues": _page(open_issues, given, hosts.issues)},
        "PullRequest": lambda: {"pullRequest": {"id": "PR"}},
        "Repository": lambda: {"id": "R"},
    }
    return readers[name]()


def _write(hosts: CodeHosts, name: str, given: Mapping[str, Any]) -> Any:
    match name:
        case "AddComment":
            if given["subject"] == "PR":
                hosts.comments.append(Post(ME, given["body"]))
        case "UpdateComment":
            hosts.comments[int(given["id"])].body = given["body"]
        case "CreateIssue":
            hosts.issues.append(Post(ME, given["body"], given["title"]))
        case "UpdateIssue":
            hosts.issues[int(given["id"])].body = given["body"]
        case "CloseIssue":
            hosts.issues[int(given["id"])].state = "closed"
        case _:
            raise _Rejected(f"unknown operation {name}")
    return {}


def _page(posts: list[Post], given: Mapping[str, Any], numbered: list[Post]) -> Any:
    start = int(given["after"] or 0)
    shown = posts[start : start + given["size"]]
    end = start + len(shown)
    nodes = [
        {"id": str(numbered.index(one)), "title": one.title, "body": one.body, "viewerDidAuthor": one.author == ME}
        for one in shown
    ]  # fmt: skip
    return {"nodes": nodes, "pageInfo": {"hasNextPage": end < len(posts), "endCursor": str(end)}}


def _gitlab(hosts: CodeHosts, request: str, query: Mapping[str, str], given: Mapping[str, Any]) -> Any:
    number = int(found[1]) - 1 if (found := re.search(r"/(?:notes|issues)/(\d+)", request)) else 0
    match re.sub(r"/(notes|issues)/\d+", r"/\1/N", request).replace("/projects/42", ""):
        case "GET /user":
            return {"id": 1, "username": ME}
        case "GET /merge_requests/7/notes":
            return _rest_page(hosts.comments, query, hosts.comments)
        case "POST /merge_requests/7/notes":
            hosts.comments.append(Post(ME, given["body"]))
        case "PUT /merge_requests/7/notes/N":
            hosts.comments[number].body = given["body"]
        case "GET /issues":
            shown = [issue for issue in hosts.issues if issue.state == "open" or query["state"] != "opened"]
            return _rest_page(shown, query, hosts.issues)
        case "POST /issues":
            hosts.issues.append(Post(ME, given["description"], given["title"]))
        case "POST /issues/N/notes":
            pass
        case "PUT /issues/N":
            issue = hosts.issues[number]
            issue.body = given.get("description", issue.body)
            issue.state = "closed" if given.get("state_event") == "close" else issue.state
        case _:
            raise _Rejected(f"unknown request {request}")
    return {}


def _rest_page(posts: list[Post], query: Mapping[str, str], numbered: list[Post]) -> Any:
    start = (int(query["page"]) - 1) * int(query["per_page"])
    return [
        {
            "id": numbered.index(one) + 1,
            "iid": numbered.index(one) + 1,
            "title": one.title,
            "body": one.body,
            "description": one.body,
            "system": False,
            "author": {"id": 1 if one.author == ME else 2},
        }
        for one in posts[start : start + int(query["per_page"])]
    ]
