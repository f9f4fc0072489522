"""`tools/oidc`: exchange the identity token of a job for temporary credentials."""

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
    """GitHub's token service and the vendor's STS on one port, with a log of their requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.sts: dict[str, Any] = GIVEN
        self.requests: list[tuple[str, dict[str, str], Any]] = []

    def run(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the tool as a job does."""
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
    """Answers the requests to both services."""

    server: Services

    def do_GET(self) -> None:
        """Answer as GitHub."""
        self._answer({"value": "of-identity"}, None)

    def do_POST(self) -> None:
        """Answer as the vendor."""
        self._answer({"Response": self.server.sts}, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, said: object, body: object) -> None:
        self.server.requests.append((self.path, dict(self.headers.items()), body))
        made = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(made)))
        self.end_headers()
        self.wfile.write(made)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def services() -> Iterator[Services]:
    """Start both services."""
    with Services() as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def test_token_is_exchanged(services: Services) -> None:
    """Credentials are printed and masked, and the request has the vendor's form."""
    done = services.run()
    (token, _, _), (sts, headers, body) = services.requests

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
        {"ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:1/?"}, GIVEN, "No identity token from GitHub: <urlopen error"
    ),
    "not-trusted": ({}, REFUSED, f"No credentials for role {ROLE}: role not trusted (AuthFailure). Check that it trusts"),
    "no-answer": ({"STS_URL": "http://127.0.0.1:1"}, GIVEN, f"No credentials for role {ROLE}: <urlopen error"),
}  # fmt: skip


@pytest.mark.parametrize(("environment", "sts", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_errors_are_one_sentence(
    services: Services, environment: dict[str, str], sts: dict[str, Any], sentence: str
) -> None:
    """Standard output stays empty, and one sentence names the cause."""
    services.sts = sts
    done = services.run(**environment)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.splitlines()) == 1
