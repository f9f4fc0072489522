"""An account, a server, a state, a CLI and files full of attacks: no verb prints or writes one of them in any format."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from live_recording.emulator import Emulator
from tests.audit.test_audit_verb import live
from tests.cli.test_check import Scratch
from tests.support.clock import AT, HOUR, NOW
from tests.support.emulated_account import Account
from tests.support.hostile_texts import (
    ALL_IN_ONE,
    ATTACKS,
    LONG,
    SIGN,
    problems_of_html,
    problems_of_markdown,
    problems_of_text,
    state_with,
)
from tests.support.http_answers import answering
from tests.support.pulumi_project import callers
from tests.support.scripted_pulumi import ScriptedPulumi
from tests.support.verb_runner import run_verb

GOOD = "templates:\n  archive: {mp4: {record_interval: 1h, storage_time: 30d}}\nrules:\n  all: {domain: push0.example.com, template: archive}\n"
TYPE = "pulumi-python:dynamic/live:RecordTemplate"
CHECKS: dict[str, Callable[[str], list[str]]] = {".md": problems_of_markdown, ".html": problems_of_html}


class Attacked(Scratch):
    """A project with stack dev, and a replacement of the Pulumi CLI."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.cli = ScriptedPulumi(directory / "cli")

    def run(self, *arguments: str, **environment: str) -> CompletedProcess[str]:
        """Run the command line in this process."""
        known = {"LIVE_RECORDING_NOW": NOW.isoformat(), "NO_COLOR": "1", "PATH": self.cli.path}
        return run_verb(*arguments, directory=self.directory, environment=callers() | known | environment)

    def expect_harmless(self, *arguments: str, **environment: str) -> CompletedProcess[str]:
        """Run a verb, and check what it prints and each file that it writes."""
        known = {path for path in self.directory.rglob("*") if path.is_file()}
        done = self.run(*arguments, **environment)
        assert "Traceback" not in done.stderr
        assert problems_of_text(done.stderr) == []
        form = arguments[arguments.index("--format") + 1] if "--format" in arguments else "text"
        assert CHECKS.get(f".{form}", problems_of_text)(done.stdout) == []
        if form in ("json", "sarif") and done.stdout:
            assert SIGN not in _keys(json.loads(done.stdout))
        for path in {path for path in self.directory.rglob("*") if path.is_file()} - known:
            text = path.read_bytes().decode()
            assert CHECKS.get(path.suffix, problems_of_text)(text) == [], path
            if path.suffix == ".json" and not path.name.endswith(".preview.json"):  # the CLI wrote that
                assert SIGN not in _keys(json.loads(text))
        return done


def _keys(data: object) -> set[str]:
    """Return all keys of all mappings in JSON data."""
    if isinstance(data, dict):
        return set(data) | {key for value in data.values() for key in _keys(value)}
    return {key for value in data for key in _keys(value)} if isinstance(data, list) else set()


@pytest.fixture(name="scratch")
def _scratch(tmp_path: Path) -> Attacked:
    """Return a project whose stack dev is valid."""
    made = Attacked(tmp_path)
    made.write("stacks/dev.yaml", GOOD)
    return made


@pytest.fixture(name="account")
def _account() -> Iterator[Account]:
    """Return an account in which every name and text is an attack, one of them very long."""
    with Emulator(now=NOW) as emulator:
        emulator.service.restore(state_with([*ATTACKS, ALL_IN_ONE, LONG]))
        emulator.service.account.pushes += [_push(text) for text in (*ATTACKS, ALL_IN_ONE, LONG)]
        yield Account(emulator)


def _push(text: str) -> dict[str, object]:
    """Return a push that ended an hour ago, in the emulator's form, whose app and stream are an attack."""
    names = {"DomainName": "push0.example.com", "AppName": text, "StreamName": text}
    times = {"StartTime": AT - 2 * HOUR, "EndTime": AT - HOUR}
    return {**names, **times, "Delay": 0, "Nameless": False, "Recorded": False}


ACCOUNT_VERBS = {
    "audit": ("audit",),
    "audit-json": ("audit", "--format", "json"),
    "snapshot": ("snapshot", "--stack", "dev"),
    "adopt": ("adopt", "--stack", "dev", "--out", "adopted.yaml"),
    "adopt-force": ("adopt", "--stack", "dev", "--force"),
    "adopt-print": ("adopt", "--stack", "dev", "--out", "-"),
    "verify": ("verify", "dev"),
    "verify-json": ("verify", "dev", "--format", "json"),
    "verify-md": ("verify", "dev", "--format", "md"),
    "verify-html": ("verify", "dev", "--format", "html"),
    "verify-now": ("verify", "dev", "--now"),
    "explain-account": ("explain", "dev", "push0.example.com/live/final", "--account"),
    "list": ("list",),
    "drift": ("drift", "dev", "--out", "drift.txt"),
    "doctor": ("doctor", "--stack", "dev"),
    "doctor-json": ("doctor", "--stack", "dev", "--format", "json"),
}


@pytest.mark.parametrize("verb", ACCOUNT_VERBS.values(), ids=ACCOUNT_VERBS)
def test_names_in_the_account_stay_text(scratch: Attacked, account: Account, verb: tuple[str, ...]) -> None:
    """Names of templates, apps, streams and tasks are shown, and change nothing but the characters that show them."""
    assert scratch.expect_harmless(*verb, **live(account))


def _answer(data: object) -> bytes:
    return json.dumps({"Response": data}).encode()


ERROR = {"Code": f"InvalidParameter.{ALL_IN_ONE}", "Message": ALL_IN_ONE + LONG}
SERVERS = {
    "error": (_answer({"Error": ERROR, "RequestId": ALL_IN_ONE}), "application/json"),
    "denied": (_answer({"Error": ERROR | {"Code": "AuthFailure"}, "RequestId": ALL_IN_ONE}), "application/json"),
    "identity": (_answer({"AccountId": ALL_IN_ONE, "Rules": None, "RequestId": "x"}), "application/json"),
    "content-type": (b"{}", f"text/html; {ATTACKS[7]}"),
}
SERVER_VERBS = (
    *list(ACCOUNT_VERBS.values())[:4],
    ACCOUNT_VERBS["doctor"],
    ACCOUNT_VERBS["verify"],
    ("plan", "dev"),
    ("deploy", "dev"),
)


@pytest.fixture(name="server")
def _server(request: pytest.FixtureRequest) -> Iterator[str]:
    """Start a server with the answer of the parameter; return its URL."""
    with answering(lambda _: request.param[0], request.param[1]) as url:
        yield url


@pytest.mark.parametrize("server", SERVERS.values(), ids=SERVERS, indirect=True)
def test_answers_of_a_server_stay_text(scratch: Attacked, server: str, request: pytest.FixtureRequest) -> None:
    """Error codes, messages and RequestIds are shown on one line, whatever they contain."""
    keys = {"TENCENTCLOUD_SECRET_ID": "emulator", "TENCENTCLOUD_SECRET_KEY": "emulator"}
    scratch.cli.answer("export", {"deployment": {"resources": []}})
    for verb in SERVER_VERBS[: 1 if "content-type" in request.node.callspec.id else None]:  # that one is retried
        done = scratch.expect_harmless(*verb, LIVE_RECORDING_ENDPOINT=server, **keys)
        assert len(done.stdout + done.stderr) < 20_000, verb


HOSTILE_STATE = {
    "deployment": {
        "resources": [
            {"urn": f"urn:pulumi:dev::x::{TYPE}::{text}", "type": type_, "id": text, "inputs": inputs, "outputs": {"account": text}}
            for text in (ALL_IN_ONE,)
            for type_, inputs in ((TYPE, {}), (f"other{text}", {"__provider": text}))
        ]
    }
}  # fmt: skip
STEP = {"op": ALL_IN_ONE, "urn": f"urn:pulumi:dev::scratch::{TYPE}::{ALL_IN_ONE}", "detailedDiff": {ALL_IN_ONE: {}}}
CREATE = {
    "op": "create",
    "urn": f"urn:pulumi:dev::scratch::{TYPE}::{ALL_IN_ONE}",
    "newState": {"inputs": {"template_name": ALL_IN_ONE, "description": ALL_IN_ONE, "mp4": {"storage_time": 1.0}}},
}
PLANS = {
    "operation": {"steps": [STEP], "diagnostics": []},
    "create": {"steps": [CREATE], "diagnostics": []},
    "rejected": {"steps": [], "diagnostics": [{"urn": CREATE["urn"], "message": f"error: {ALL_IN_ONE}", "severity": "error"}]},
    "failed": {"steps": [], "diagnostics": [{"urn": CREATE["urn"], "message": f"error: Exception calling application: {ALL_IN_ONE}", "severity": "error"}]},
}  # fmt: skip


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_names_in_a_plan_stay_text(scratch: Attacked, account: Account, plan: object) -> None:
    """Reviews of any format, the comment on a pull request, and what `up` prints."""
    scratch.cli.answer("export", {"deployment": {"resources": []}})
    scratch.cli.answer("list", [{"name": f"{ALL_IN_ONE}", "resourceCount": 1}])
    scratch.cli.answer("preview", plan, ALL_IN_ONE)
    scratch.cli.answer("up", ALL_IN_ONE)
    scratch.write("plan.json", json.dumps(plan))
    for verb in (("plan", "dev"), ("plan",), ("deploy", "dev")):
        scratch.expect_harmless(*verb, **live(account))
    for form in ("md", "html", "json"):
        scratch.expect_harmless("review", "--stack", "dev", "--plan", "plan.json", "--format", form, **live(account))


def test_state_and_cli_stay_text(scratch: Attacked, account: Account) -> None:
    """The state of another user, and a CLI that prints attacks whatever is asked."""
    for command in ("export", "list", "preview", "config", "other"):
        scratch.cli.answer(command, None, ALL_IN_ONE)
    for verb in (("plan",), ("deploy", "dev"), ("doctor",), ("audit",), ("snapshot", "--stack", "dev")):
        scratch.expect_harmless(*verb, **live(account))
    scratch.cli.answer("export", HOSTILE_STATE)
    for verb in (("plan",), ("deploy", "dev"), ("audit",), ("snapshot", "--stack", "dev")):
        scratch.expect_harmless(*verb, **live(account))
    for command in ("list", "preview", "config", "other"):
        scratch.cli.answer(command, ALL_IN_ONE)
    for verb in (("plan",), ("deploy", "dev"), ("doctor",)):
        scratch.expect_harmless(*verb, **live(account))


def _yaml(text: str) -> str:
    return json.dumps(text)  # YAML reads JSON's escapes, also those of surrogates


def _stack_with(text: str) -> str:
    """Return a stack file with a text in every place."""
    shown = _yaml(text)
    return f"""time_zone: {shown}
templates:
  {shown}: {{mp4: {{storage_time: {shown}}}, template_name: {shown}, description: {shown}}}
  archive: {{mp4: {{vod_file_name: {shown}}}, {shown}: 1}}
rules:
  {shown}: {{domain: {shown}, app: {shown}, stream: {shown}, template: {shown}}}
tasks:
  {shown}: {{domain: {shown}, app: {shown}, stream: {shown}, start: {shown}, end: {shown}}}
schedules:
  a: {{domain: push.example.com, app: a, stream: s, rrule: {shown}, at: {shown}, duration: {shown}}}
acknowledge:
  - {{finding: {shown}, path: {shown}, reason: {shown}, until: {shown}}}
{shown}: {shown}
"""


@pytest.mark.parametrize("text", [*ATTACKS, LONG], ids=lambda text: text[:8].encode("unicode_escape").decode())
def test_values_in_a_stack_file_stay_text(scratch: Attacked, text: str) -> None:
    """Every key and value of a stack file, in every format of `check`."""
    scratch.write("stacks/dev.yaml", _stack_with(text))
    for form in ("text", "json", "sarif", "gitlab", "junit"):
        done = scratch.expect_harmless("check", "--format", form)
        assert done.returncode == 1
        assert LONG not in done.stdout
    annotations = scratch.run("check", "--format", "github").stdout.splitlines()
    assert all(re.match(r"::(error|warning) file=stacks/dev\.yaml,line=\d+,title=", line) for line in annotations[:-1])
    for verb in (("explain", "dev", "push.example.com/live/final"), ("audit",)):
        assert scratch.expect_harmless(*verb).returncode == 1


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: text[:8].encode("unicode_escape").decode())
def test_values_in_config_stay_text(scratch: Attacked, text: str) -> None:
    """Keys and values of Pulumi config, of a snapshot, of calls, and of the command line itself."""
    for key in ("site", "region", "account", "endpoint", "recordings", "profile", "roleArn", "secretKey", text):
        scratch.write("stacks/Pulumi.dev.yaml", f"config:\n  {_yaml(f'live-recording:{key}')}: {_yaml(text)}\n")
        scratch.expect_harmless("check", "dev")
        scratch.expect_harmless("doctor")
    scratch.write("stacks/Pulumi.dev.yaml", f"config: {_yaml(text)}\nenvironment: [{_yaml(text)}]\n")
    scratch.expect_harmless("check")
    scratch.write("snapshot.json", json.dumps({"version": text, "site": text, text: text}))
    scratch.expect_harmless("audit", "--account", "snapshot.json")
    call = json.dumps(
        {
            "Action": "CreateLiveRecord",
            "AppName": text,
            "DomainName": text,
            "StreamName": text,
            "EndTime": text,
            text: text,
        }
    )
    scratch.write(
        "calls.txt",
        f"{call}\nhttps://live.tencentcloudapi.com/?Action=CreateRecordTask&StreamName={text}&EndTime={text}\n",
    )
    scratch.expect_harmless("migrate", "calls.txt", "--out", "migrated.yaml")
    for arguments in (("check", text), (text,), ("check", f"--{text}"), ("check", "--format", text), ("explain", "dev", text),
                      ("explain", "dev", "a.example.com/b/c", "--at", text), ("migrate", f"{text}.txt"), ("deploy", f"{text}.yaml"),
                      ("adopt", "--stack", "dev", "--domain", text), ("emulate", "--site", text), ("emulate", "--now", text),
                      ("emulate", "--account", text), ("emulate", "--domain", text), ("emulate", "--state", f"{text}/x"),
                      ("policy", text), ("review", "--stack", "dev", "--plan", text)):  # fmt: skip
        if not any("\0" in argument for argument in arguments):
            scratch.expect_harmless(*arguments)
