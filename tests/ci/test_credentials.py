"""`ci credentials`: exchange the identity token of a job for temporary credentials."""

import json
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from live_recording.config.files import read_settings
from tests.support.code_hosts import JOB_TOKEN, CodeHosts, code_hosts, identity_token
from tests.support.pulumi_project import callers
from tests.support.verb_runner import run_verb

ROLE = "qcs::cam::uin/1:roleName/recordings"
REFUSED = {"Error": {"Code": "AuthFailure", "Message": "role not trusted"}, "RequestId": "r"}
AUDIENCE = "sts.tencentcloudapi.com"
EXPORTS = (
    "export TENCENTCLOUD_SECRET_ID=AKID-1\nexport TENCENTCLOUD_SECRET_KEY=key-1\nexport TENCENTCLOUD_TOKEN=token-1\n"
)
UNTIL = f"Credentials of {ROLE}, valid until 2026-11-20T16:00:00Z.\n"


@pytest.fixture
def hosts() -> Iterator[CodeHosts]:
    """Start the services."""
    with code_hosts() as started:
        yield started


def run(
    hosts: CodeHosts, directory: Path, *options: str, service: str = "github", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command as a job does."""
    variables = callers() | hosts.job(service) | {"LIVE_RECORDING_ENDPOINT": hosts.url} | environment
    return run_verb("ci", "credentials", "--role", ROLE, *options, directory=directory, environment=variables)


def test_token_of_github_is_exchanged(hosts: CodeHosts, tmp_path: Path) -> None:
    """Credentials are printed for `eval` and masked in the log, and the request is the vendor's."""
    done = run(hosts, tmp_path)
    (_, token, token_headers, _), (_, _, headers, body) = hosts.log.sent

    assert (done.returncode, done.stdout) == (0, EXPORTS)
    assert done.stderr == f"::add-mask::AKID-1\n::add-mask::key-1\n::add-mask::token-1\n{UNTIL}"
    assert (token, token_headers["authorization"]) == (
        f"/token?api-version=2&audience={AUDIENCE}",
        f"bearer {JOB_TOKEN}",
    )
    assert headers["authorization"] == "SKIP"
    assert headers["x-tc-action"] == "AssumeRoleWithWebIdentity"
    assert body == {
        "ProviderId": "github",
        "WebIdentityToken": identity_token(AUDIENCE),
        "RoleArn": ROLE,
        "RoleSessionName": "live-recording-4711",
        "DurationSeconds": 7200,
    }  # fmt: skip


TOKENS = {
    "given": {"LIVE_RECORDING_ID_TOKEN": "any-token"},
    "gitlab": {"STS_TENCENTCLOUDAPI_COM_ID_TOKEN": identity_token(AUDIENCE)},
}


@pytest.mark.parametrize("tokens", TOKENS.values(), ids=TOKENS)
def test_token_of_gitlab_is_exchanged(hosts: CodeHosts, tmp_path: Path, tokens: dict[str, str]) -> None:
    """It is in a variable; GitLab has no command that masks a value."""
    done = run(hosts, tmp_path, "--format", "env", "--provider", "own", service="gitlab", **tokens)
    ((_, _, _, body),) = hosts.log.sent

    assert (done.returncode, done.stdout, done.stderr) == (0, EXPORTS.replace("export ", ""), UNTIL)
    assert (body["ProviderId"], body["WebIdentityToken"]) == ("own", *tokens.values())


def test_values_cannot_run_commands(hosts: CodeHosts, tmp_path: Path) -> None:
    """The shell that evaluates the output sets variables only."""
    hostile = "$(touch x)';`id`\n::add-mask::"
    hosts.sts = {"Credentials": dict.fromkeys(("TmpSecretId", "TmpSecretKey", "Token"), hostile), "ExpiredTime": 0}
    done = run(hosts, tmp_path)

    assert [line for line in done.stderr.splitlines() if line.startswith("::")] == [
        "::add-mask::$(touch x)';`id`%0A::add-mask::"
    ] * 3
    words = shlex.split(done.stdout)
    assert words[::2] == ["export"] * 3


SENTENCES = {
    "no-permission": ({"ACTIONS_ID_TOKEN_REQUEST_URL": ""}, (), 3, "No identity token found. GitHub: give the job `permissions: id-token"),
    "not-trusted": ({}, (), 3, f"No credentials for role {ROLE}: role not trusted (AuthFailure, site intl). Check that it trusts the identity provider github"),
    "no-provider": ({"GITHUB_ACTIONS": ""}, (), 2, "The identity provider is unknown. Name it as in CAM: --provider NAME."),
    "no-service": ({"GITHUB_ACTIONS": ""}, ("--provider", "own"), 3, "No identity token found."),
}  # fmt: skip


@pytest.mark.parametrize(("environment", "options", "code", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_errors_are_one_sentence(
    hosts: CodeHosts, tmp_path: Path, environment: dict[str, str], options: tuple[str, ...], code: int, sentence: str
) -> None:
    """Standard output stays empty, and one sentence names the cause."""
    hosts.sts = REFUSED
    done = run(hosts, tmp_path, *options, **environment)

    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.splitlines()) == 1


def test_sites_of_the_stacks_are_asked(hosts: CodeHosts, tmp_path: Path) -> None:
    """Each site has its own STS, and a job may be for stacks of both."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: p\nruntime: python\nstackConfigDir: stacks\n", encoding="utf-8")
    for stack, site in (("dev", "intl"), ("prod", "cn"), ("staging", "cn")):
        (tmp_path / f"stacks/{stack}.yaml").write_text("{}", encoding="utf-8")
        config = json.dumps({"config": {"live-recording:site": site}})
        (tmp_path / f"stacks/Pulumi.{stack}.yaml").write_text(config, encoding="utf-8")
    hosts.sts = REFUSED
    every, one = run(hosts, tmp_path), run(hosts, tmp_path, "--stack", "prod")

    assert "role not trusted (AuthFailure, site cn); role not trusted (AuthFailure, site intl). Check" in every.stderr
    assert "role not trusted (AuthFailure, site cn). Check" in one.stderr


@pytest.mark.parametrize(
    ("site", "host"), [("intl", "https://sts.intl.tencentcloudapi.com"), ("cn", "https://sts.tencentcloudapi.com")]
)
def test_each_site_has_its_own_host(site: str, host: str) -> None:
    """The international page of AssumeRoleWithWebIdentity names sts.intl."""
    assert str(read_settings({"site": site}.get, {}).service_endpoint("sts")) == host
