"""`tools/oidc`: the identity token of a job becomes credentials that end by themselves."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
GIVEN = {"Credentials": {"TmpSecretId": "AKID-1", "TmpSecretKey": "key-1", "Token": "token-1"}, "RequestId": "r"}
REFUSED = {"Error": {"Code": "AuthFailure", "Message": "role not trusted"}, "RequestId": "r"}
ROLE = "qcs::cam::uin/1:roleName/recordings"


class Services(ThreadingHTTPServer):
    """GitHub's token service and the vendor's STS, and what each was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.sts: dict[str, Any] = GIVEN
        self.asked: list[tuple[str, dict[str, str], Any]] = []

    def run(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """The tool in a job."""
        url = f"http://127.0.0.1:{self.server_address[1]}"
        job = {
            "ROLE": ROLE,
            "PROVIDER": "github",
            "STS_URL": f"{url}/sts",
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{url}/token?api-version=2",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-the-job",
        }
        return subprocess.run(
            [sys.executable, ROOT / "tools/oidc"], env=job | environment, capture_output=True, text=True, check=False
        )


class Handler(BaseHTTPRequestHandler):
    """Answers both."""

    server: Services

    def do_GET(self) -> None:
        """GitHub's."""
        self._answer({"value": "of-identity"}, None)

    def do_POST(self) -> None:
        """The vendor's."""
        self._answer({"Response": self.server.sts}, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, said: object, body: object) -> None:
        self.server.asked.append((self.path, dict(self.headers.items()), body))
        made = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(made)))
        self.end_headers()
        self.wfile.write(made)

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def services() -> Iterator[Services]:
    """Both, on one port."""
    with Services() as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def test_token_is_exchanged_at_once(services: Services) -> None:
    """What is printed needs no token any more; GitHub is told what to hide, and what was asked has the vendor's form."""
    done = services.run()
    (token, _, _), (sts, headers, body) = services.asked

    assert done.stdout.splitlines() == [
        "TENCENTCLOUD_SECRET_ID=AKID-1", "TENCENTCLOUD_SECRET_KEY=key-1", "TENCENTCLOUD_TOKEN=token-1"
    ]  # fmt: skip
    assert done.stderr.splitlines() == ["::add-mask::AKID-1", "::add-mask::key-1", "::add-mask::token-1"]
    assert (token, sts) == ("/token?api-version=2&audience=sts.tencentcloudapi.com", "/sts")
    assert headers["Authorization"] == "SKIP"
    assert headers["X-Tc-Action"] == "AssumeRoleWithWebIdentity"
    assert (body["RoleArn"], body["ProviderId"], body["WebIdentityToken"]) == (ROLE, "github", "of-identity")


SENTENCES = {
    "no-permission": ({"ACTIONS_ID_TOKEN_REQUEST_URL": ""}, GIVEN, "ACTIONS_ID_TOKEN_REQUEST_URL is not set."),
    "no-github": (
        {"ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:1/?"}, GIVEN, "GitHub gave no identity token: <urlopen error"
    ),
    "not-trusted": ({}, REFUSED, f"The role {ROLE} was not given: role not trusted (AuthFailure). Does it trust"),
    "no-answer": ({"STS_URL": "http://127.0.0.1:1"}, GIVEN, f"The role {ROLE} was not given: <urlopen error"),
}  # fmt: skip


@pytest.mark.parametrize(("environment", "sts", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_what_is_missing_is_said(
    services: Services, environment: dict[str, str], sts: dict[str, Any], sentence: str
) -> None:
    """Nothing is printed that could be taken for credentials, and one sentence says whose fault it is."""
    services.sts = sts
    done = services.run(**environment)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.splitlines()) == 1
