"""Each way to sign in, against the emulator or a server that records what it gets; and where requests never go."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from live_recording.account.api_errors import AccessDenied, Redirected
from live_recording.account.client import ApiClient
from live_recording.config.files import read_settings
from live_recording.config.settings import Settings
from live_recording.emulator import Emulator

ROLE = "qcs::cam::uin/100000000001:roleName/recorder"
RULES = "DescribeLiveRecordRules"
SOON = 9_000_000_000
"""A time of expiry in the far future, in seconds since 1970."""


def settings(environment: Mapping[str, str], home: Path = Path("/nowhere"), **config: str) -> Settings:
    """Return the settings of this environment and config."""
    return read_settings(config.get, {"HOME": str(home), **environment})


def pair(emulator: Emulator) -> dict[str, str]:
    """Return endpoint and key pair of an emulator as variables."""
    return {
        "LIVE_RECORDING_ENDPOINT": emulator.url,
        "TENCENTCLOUD_SECRET_ID": emulator.secret_id,
        "TENCENTCLOUD_SECRET_KEY": emulator.secret_key,
    }


class Recorder:
    """A loopback server: path or action -> (status, headers, JSON); it keeps every request."""

    def __init__(self, answers: Mapping[str, tuple[int, Mapping[str, str], Any]]) -> None:
        self.answers = answers
        self.requests: list[tuple[str, Mapping[str, str], str]] = []
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                name = self.headers.get("X-TC-Action", self.path)
                recorder.requests.append((name, dict(self.headers), body))
                status, headers, answer = recorder.answers.get(name, (404, {}, {}))
                content = json.dumps(answer).encode()
                self.send_response(status)
                for key, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = answer  # noqa: N815 - the names of the library

            def log_message(self, *_: object) -> None:
                """Print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def recorder(answers: Mapping[str, tuple[int, Mapping[str, str], Any]]) -> Iterator[Recorder]:
    """Run a recorder."""
    server = Recorder(answers)
    try:
        yield server
    finally:
        server.stop()


def answered(fields: Mapping[str, Any]) -> tuple[int, Mapping[str, str], Any]:
    """Return a successful answer of the API."""
    return 200, {}, {"Response": {**fields, "RequestId": "r"}}


def temporary(number: int, expires: int) -> dict[str, Any]:
    """Return the answer of STS with temporary credentials."""
    given = {"TmpSecretId": f"tmp-id-{number}", "TmpSecretKey": f"tmp-key-{number}", "Token": f"token-{number}"}
    return {"Credentials": given, "ExpiredTime": expires}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Start an emulator of the default account."""
    with Emulator() as started:
        yield started


def test_order_of_sources(tmp_path: Path) -> None:
    """Environment, config, profile, OIDC, instance: the first that is set signs."""
    (tmp_path / ".tencentcloud").mkdir()
    (tmp_path / ".tencentcloud/credentials").write_text(
        "[default]\nsecret_id = d\nsecret_key = dk\n[league]\nsecret_id = l\nsecret_key = lk\n", encoding="utf-8"
    )
    config = {"secretId": "c", "secretKey": "ck", "profile": "league", "instanceRole": "recorder"}
    variables = {"TENCENTCLOUD_SECRET_ID": "e", "TENCENTCLOUD_SECRET_KEY": "ek", "TKE_ROLE_ARN": "x"}

    def source(environment: Mapping[str, str], *keys: str, home: Path = tmp_path) -> tuple[str, str]:
        found = settings(environment, home, **{key: config[key] for key in keys}).credentials
        return found.source, found.keys.secret_id or found.instance_role

    assert source(variables, *config) == ("environment", "e")
    assert source({}, *config) == ("config", "c")
    assert source({}, "profile", "instanceRole") == ("profile", "l")
    assert source({"TENCENTCLOUD_PROFILE": "default"}, "profile") == ("profile", "d")
    assert source({}, "instanceRole") == ("profile", "d")
    assert source({"TKE_ROLE_ARN": "x"}, "instanceRole", home=Path("/nowhere")) == ("oidc", "")
    assert source({}, "instanceRole", home=Path("/nowhere")) == ("instance", "recorder")
    assert source({}, home=Path("/nowhere")) == ("", "")


def test_unknown_profile_is_no_other_one(tmp_path: Path) -> None:
    """A stack that names a profile never uses the default one; the message lists what there is."""
    (tmp_path / ".tencentcloud").mkdir()
    (tmp_path / ".tencentcloud/credentials").write_text("[default]\nsecret_id = d\nsecret_key = k\n", encoding="utf-8")
    found = settings({}, tmp_path, profile="legue")

    assert not found.has_credentials
    assert found.credentials_advice == 'Profile "legue" is not in ~/.tencentcloud/credentials. Profiles there: default.'


@pytest.mark.parametrize("variable", ["TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"])
def test_token_of_either_name_is_sent(variable: str) -> None:
    """Both names are in use; the token belongs to the key pair of the environment."""
    with recorder({RULES: answered({"Rules": []})}) as server:
        keys = {"TENCENTCLOUD_SECRET_ID": "id", "TENCENTCLOUD_SECRET_KEY": "key", "LIVE_RECORDING_ENDPOINT": server.url}
        ApiClient(settings(keys | {variable: "token"})).read(RULES, {})

    assert server.requests[0][1]["X-TC-Token"] == "token"


def test_role_is_assumed_once_for_all_services(emulator: Emulator) -> None:
    """A stack's role needs no key pair of its own: the calls are signed with the role's temporary credentials."""
    own = settings(pair(emulator), roleArn=ROLE, roleSessionName="ci", externalId="league-7")
    ApiClient(own).read(RULES, {})
    identity = ApiClient(own, service="sts").read("GetCallerIdentity", {})

    assert (identity["Type"], identity["UserId"].rpartition(":")[2]) == ("CAMRole", "ci")
    assumed = [call["body"] for call in emulator.log if call["action"] == "AssumeRole"]
    assert [(body["RoleArn"], body["ExternalId"]) for body in assumed] == [(ROLE, "league-7")]


def test_role_that_cannot_be_assumed_is_reported(emulator: Emulator) -> None:
    """The message names the action that was rejected."""
    other = settings(pair(emulator), roleArn="qcs::cam::uin/100000000009:roleName/recorder")

    with pytest.raises(Exception, match=r"AssumeRole was rejected: The account 100000000001 does not have this role"):
        ApiClient(other)


def test_expired_credentials_are_renewed() -> None:
    """Temporary credentials that have expired are replaced before the next call."""
    answers: dict[str, tuple[int, Mapping[str, str], Any]] = {RULES: answered({"Rules": []})}
    with recorder(answers) as server:
        keys = {"TENCENTCLOUD_SECRET_ID": "id", "TENCENTCLOUD_SECRET_KEY": "key", "LIVE_RECORDING_ENDPOINT": server.url}
        answers["AssumeRole"] = answered(temporary(1, expires=0))
        client = ApiClient(settings(keys, roleArn=ROLE))
        answers["AssumeRole"] = answered(temporary(2, expires=SOON))
        client.read(RULES, {})
        client.read(RULES, {})

    assert [name for name, _, _ in server.requests] == ["AssumeRole", "AssumeRole", RULES, RULES]
    assert [headers["X-TC-Token"] for name, headers, _ in server.requests if name == RULES] == ["token-2", "token-2"]


def test_role_of_an_instance_may_assume_another() -> None:
    """One machine, no stored key, and a role for each stack: the metadata service signs AssumeRole."""
    path = "/latest/meta-data/cam/security-credentials/ci"
    metadata = {"Code": "Success", "TmpSecretId": "i", "TmpSecretKey": "k", "Token": "machine", "ExpiredTime": SOON}
    answers = {path: (200, {}, metadata), "AssumeRole": answered(temporary(1, SOON)), RULES: answered({"Rules": []})}
    with recorder(answers) as server:
        own = settings({"LIVE_RECORDING_ENDPOINT": server.url}, instanceRole="ci", roleArn=ROLE)
        ApiClient(own).read(RULES, {})

    tokens = {name: headers.get("X-TC-Token") for name, headers, _ in server.requests}
    assert tokens == {path: None, "AssumeRole": "machine", RULES: "token-1"}


def test_instance_without_the_role_is_reported() -> None:
    """The metadata service does not know the role; nothing else is tried."""
    with recorder({}) as server:
        own = settings({"LIVE_RECORDING_ENDPOINT": server.url}, instanceRole="ci")
        with pytest.raises(
            AccessDenied, match="no credentials for instanceRole ci: the metadata service does not know"
        ):
            ApiClient(own)


def test_role_of_a_pod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token file of the pod is exchanged; the request is not signed."""
    (tmp_path / "token").write_text("pod-token", encoding="utf-8")
    variables = {
        "TKE_REGION": "ap-guangzhou",
        "TKE_PROVIDER_ID": "tke",
        "TKE_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
        "TKE_ROLE_ARN": ROLE,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    answers = {"AssumeRoleWithWebIdentity": answered(temporary(1, SOON)), RULES: answered({"Rules": []})}
    with recorder(answers) as server:
        ApiClient(settings({"LIVE_RECORDING_ENDPOINT": server.url, **variables})).read(RULES, {})

    exchange, call = server.requests
    assert json.loads(exchange[2])["WebIdentityToken"] == "pod-token"
    assert exchange[1]["Authorization"] == "SKIP"
    assert call[1]["X-TC-Token"] == "token-1"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    """Another host would get the session token and the body."""
    with recorder({}) as other, recorder({RULES: (status, {"Location": other.url}, {})}) as server:
        keys = {"TENCENTCLOUD_SECRET_ID": "id", "TENCENTCLOUD_SECRET_KEY": "key", "TENCENTCLOUD_TOKEN": "token"}
        client = ApiClient(settings(keys | {"LIVE_RECORDING_ENDPOINT": server.url}))
        with pytest.raises(Redirected, match=rf"the response is a redirect \({status}\), which is not followed"):
            client.read(RULES, {})

    assert (len(server.requests), other.requests) == (1, [])


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_loopback_requests_use_no_proxy(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """A request to this machine stays on it."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with recorder({}) as proxy, recorder({RULES: answered({"Rules": []})}) as server:
        monkeypatch.setenv(variable, proxy.url)
        keys = {"TENCENTCLOUD_SECRET_ID": "id", "TENCENTCLOUD_SECRET_KEY": "key", "LIVE_RECORDING_ENDPOINT": server.url}
        ApiClient(settings(keys)).read(RULES, {})

    assert (len(server.requests), proxy.requests) == (1, [])


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_loopback_requests_over_tls_use_no_proxy(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """The same over https: the proxy, which refuses every connection, is not asked."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "http://127.0.0.1:1")
    with Emulator(tls=True) as emulator:
        trusted = {"REQUESTS_CA_BUNDLE": str(emulator.ca_file)}
        assert ApiClient(settings(pair(emulator) | trusted)).read(RULES, {})["Rules"] == []


def test_services_are_at_the_hosts_of_the_site() -> None:
    """STS has a host on each site; a loopback endpoint answers all services."""
    assert str(settings({}, site="intl").service_endpoint("sts")) == "https://sts.intl.tencentcloudapi.com"
    assert str(settings({}, site="cn").service_endpoint("sts")) == "https://sts.tencentcloudapi.com"
    loopback = settings({"LIVE_RECORDING_ENDPOINT": "http://127.0.0.1:5"}, site="cn")
    assert str(loopback.service_endpoint("sts")) == "http://127.0.0.1:5"
