"""Secrets that the environment, the config, the CLI and the server repeat: no verb prints or writes one of them.

The path of a URL that receives callbacks is one of them: it is in the stack file, and only its host may be shown.
"""

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.cli.test_hostile_texts import GOOD, Attacked
from tests.support.http_answers import answering

NAMES = (
    *("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_TOKEN", "PGPASSWORD", "PULUMI_ACCESS_TOKEN"),
    *("PULUMI_CONFIG_PASSPHRASE", "AWS_SECRET_ACCESS_KEY", "GH_TOKEN", "DB_PASSWORD", "OTHER_API_KEY"),
    "LIVE_RECORDING_ID_TOKEN",
)
PARTS = ("PASSWORD", "QUERY", "CALLBACK", "PATH")
"""Secrets inside the values of variables, and in a URL of the stack file."""
CONFIG = [f"canary-config-{name}" for name in ("key", "role-id", "role-key", "role-token")]
"""Secrets that a process learns while it runs: of the config, and of a role that it assumes."""
ROLE = "qcs::cam::uin/100000000001:roleName/recorder"
SECRETS = st.lists(
    st.text("abcdefghijklmnopqrstuvwxyzABCDEF0123456789/+=%&<@ \\\"'-", min_size=12, max_size=40).map(
        lambda t: f"canary{t}x"
    ),
    min_size=len(NAMES) + len(PARTS),
    max_size=len(NAMES) + len(PARTS),
    unique=True,
)
PLAIN = [f"canary-{name.lower()}-0" for name in (*NAMES, *PARTS)]
ENCRYPTED = "config:\n  live-recording:secretId: {secure: v1:x}\n  live-recording:secretKey: {secure: v1:y}\n"
CALLBACKS = """
callback_templates:
  newsroom: {{record_notify_url: "https://hooks.example.com/{path}", callback_key: true}}
  insecure: {{record_notify_url: "http://hooks.example.com/{path}"}}
callback_rules:
  all: {{domain: push0.example.com, callback_template: newsroom}}
"""
VERBS = (
    *(("check", "--format", form) for form in ("text", "json", "sarif")),
    *(("plan", "dev"), ("plan",), ("deploy", "dev"), ("snapshot", "--stack", "dev"), ("audit",), ("doctor",)),
    *(("audit", "--format", "json"), ("doctor", "--format", "json"), ("adopt", "--stack", "dev", "--out", "adopted.yaml")),
    *(("explain", "dev", "push.example.com/live/final"), ("migrate", "calls.txt"), ("no-such-verb",)),
    *(("verify", "dev"), ("verify", "dev", "--now", "--format", "json"), ("list",), ("list", "--format", "json")),
    *(("drift", "dev", "--out", "drift.md"), ("ci", "comment", "calls.txt", "--platform", "github", "--number", "1")),
    *(("ci", "issue", "Drift", "calls.txt", "--platform", "github"), ("ci", "credentials", "--role", ROLE, "--provider", "p")),
)  # fmt: skip


class Leaky:
    """A project whose Pulumi CLI and whose server repeat every secret, in every spelling."""

    def __init__(self, directory: Path, secrets: list[str], learned: Sequence[str] = ()) -> None:
        self.project = Attacked(directory)
        self.secrets = [*secrets, *learned]
        self.said_by_server = [*secrets[:-1], *learned][-8:]
        named = dict(zip((*NAMES, *PARTS), secrets, strict=True))
        parts = {name: named.pop(name) for name in PARTS}
        password, query = (quote(parts[name], safe="") for name in ("PASSWORD", "QUERY"))
        self.backend = f"postgres://state:{password}@db.example.com/state?sslpassword={query}"
        self.environment = named | {
            "PULUMI_BACKEND_URL": self.backend,
            "LIVE_RECORDING_CALLBACK_KEYS": json.dumps({"newsroom": parts["CALLBACK"]}),
            "GITHUB_REPOSITORY": "example/recordings",
        }
        path = quote(parts["PATH"], safe="")
        self.said = "\n".join(f"env {each}" for secret in [*secrets[:-1], self.backend] for each in spellings(secret))
        self.project.write("stacks/dev.yaml", GOOD + CALLBACKS.format(path=path))
        self.project.write("calls.txt", "x")
        for command in ("export", "list", "preview", "up", "config", "other"):
            self.project.cli.answer(command, None, self.said)

    def answer(self, action: str) -> bytes:
        """Return temporary credentials for a role, and an error that repeats every secret to other calls."""
        if action == "AssumeRole":
            credentials = dict(zip(("TmpSecretId", "TmpSecretKey", "Token"), CONFIG[1:], strict=True))
            return json.dumps(
                {"Response": {"Credentials": credentials, "ExpiredTime": 1 << 40, "RequestId": "r"}}
            ).encode()
        error = {"Code": "InvalidParameter", "Message": " ".join(self.said_by_server)}
        graphql = {"errors": [{"message": error["Message"]}], "data": None}
        return json.dumps({"Response": {"Error": error, "RequestId": self.said_by_server[-1]}, **graphql}).encode()

    def expect_silence(self, *verb: str, **environment: str) -> None:
        """Run a verb; neither its output nor a file that it writes contains a secret."""
        known = {path for path in self.project.directory.rglob("*") if path.is_file()}
        done = self.project.run(
            *verb, **{name: value for name, value in (self.environment | environment).items() if value}
        )
        written = {path for path in self.project.directory.rglob("*") if path.is_file()} - known
        outputs = {"stdout": done.stdout, "stderr": done.stderr} | {str(path): path.read_text() for path in written}
        for name, text in outputs.items():
            for secret in self.secrets:
                assert not [each for each in spellings(secret) if each in text], (verb, name)


def spellings(secret: str) -> tuple[str, ...]:
    """Return a secret as other programs write it."""
    return secret, json.dumps(secret)[1:-1], quote(secret), quote(secret, safe=""), escape(secret, quote=False)


@settings(max_examples=3, phases=[Phase.generate])  # an example is 26 runs; shrinking would take minutes
@given(SECRETS)
def test_no_verb_repeats_a_secret(secrets: list[str]) -> None:
    """Of the environment, of the backend's URL, and of the CLI's errors; also in tracebacks."""
    with TemporaryDirectory() as directory:
        leaky = Leaky(Path(directory), secrets)
        with answering(leaky.answer) as server:
            for number, verb in enumerate(VERBS):
                debug = "1" if number % 2 else ""
                leaky.expect_silence(
                    *verb, LIVE_RECORDING_ENDPOINT=server, GITHUB_GRAPHQL_URL=server, LIVE_RECORDING_DEBUG=debug
                )


@pytest.mark.parametrize("debug", ["", "1"])
def test_secrets_of_the_config_are_not_repeated(tmp_path: Path, debug: str) -> None:
    """Where the key pair comes from the config or a profile, and where a role is assumed with it."""
    leaky = Leaky(tmp_path, PLAIN, CONFIG)
    cli, keys = (
        leaky.project.cli,
        {"TENCENTCLOUD_SECRET_ID": "", "TENCENTCLOUD_SECRET_KEY": "", "TENCENTCLOUD_TOKEN": ""},
    )
    leaky.project.write("stacks/Pulumi.dev.yaml", ENCRYPTED + f"  live-recording:roleArn: {ROLE}\n")
    cli.answer("config", f"{CONFIG[0]}\n")
    cli.answer("export", {"deployment": {"resources": []}})
    with answering(leaky.answer) as server:
        for verb in (("plan", "dev"), ("deploy", "dev")):
            leaky.expect_silence(*verb, LIVE_RECORDING_ENDPOINT=server, LIVE_RECORDING_DEBUG=debug, **keys)
    plain = f"config:\n  live-recording:secretKey: {CONFIG[0]}\n"
    leaky.project.write("stacks/Pulumi.dev.yaml", plain)
    for each in VERBS:
        leaky.expect_silence(*each, LIVE_RECORDING_DEBUG=debug, **keys)


def test_up_shows_no_secret_of_the_cli(tmp_path: Path) -> None:
    """`deploy` passes the output of `pulumi up` on line by line."""
    leaky = Leaky(tmp_path, PLAIN)
    leaky.project.cli.answer("export", {"deployment": {"resources": []}})
    leaky.project.cli.answer("preview", {"steps": [], "diagnostics": []}, leaky.said)
    leaky.project.cli.answer("up", leaky.said)
    leaky.expect_silence("deploy", "dev", TENCENTCLOUD_SECRET_ID="", TENCENTCLOUD_SECRET_KEY="")
