"""Callbacks in audits and snapshots: what differs from the stack file, without a key or the path of a URL."""

import json
from pathlib import Path

import pytest

from live_recording.account.inventory import open_account
from live_recording.account.snapshot import as_data
from live_recording.account.snapshot_file import snapshot_of
from live_recording.account.snapshot_reader import from_data
from live_recording.config.files import read_settings
from tests.audit.test_audit_verb import GOLDEN, live
from tests.cli.test_check import Scratch
from tests.support.emulated_account import Account

HOOKS, PUSH = "https://hooks.example.com", "push.example.com"
SECRETS = ("x7Kq", "y8Lr", "s3cretKey99")
STACK = f"""
callback_templates:
  newsroom: {{record_notify_url: {HOOKS}/live/x7Kq, callback_key: true}}
  missing: {{record_notify_url: {HOOKS}/live/x7Kq, callback_key: true}}
callback_rules:
  everything: {{domain: {PUSH}, callback_template: newsroom}}
  news: {{domain: {PUSH}, app: news, callback_template: newsroom}}
"""


def template(account: Account, name: str, **fields: str) -> int:
    """Create a callback template outside this tool, and return its id."""
    made = account.in_console("CreateLiveCallbackTemplate", TemplateName=name, **fields)
    return int(made["TemplateId"])


def rule(account: Account, template_id: int, app: str = "") -> None:
    """Create a callback rule outside this tool."""
    account.in_console("CreateLiveCallbackRule", DomainName=PUSH, AppName=app, TemplateId=template_id)


def test_audit_of_callbacks(tmp_path: Path, account: Account, request: pytest.FixtureRequest) -> None:
    """Missing and changed objects, foreign rules, also those that consoles do not show, and unused templates."""
    scratch = Scratch(tmp_path)
    scratch.write("stacks/dev.yaml", STACK)
    changed = {"RecordNotifyUrl": f"{HOOKS}/live/y8Lr", "StreamEndNotifyUrl": f"{HOOKS}/y8Lr"}
    newsroom = template(account, "scratch--dev--newsroom", **changed)
    other = template(account, "other", RecordNotifyUrl=f"{HOOKS}/y8Lr", CallbackKey="s3cretKey99")
    template(account, "unused", RecordNotifyUrl=f"{HOOKS}/y8Lr")
    rule(account, other)
    rule(account, newsroom, "studio")
    done = scratch.run("audit", **live(account))

    lines = "".join(f"{line.strip()}\n" for line in done.stdout.splitlines()[1:])
    expected = GOLDEN / "callbacks.text"
    if request.config.getoption("--rewrite"):
        expected.write_text(lines, encoding="utf-8")

    assert done.returncode == 1
    assert lines == expected.read_text(encoding="utf-8")
    assert not [secret for secret in SECRETS if secret in done.stdout + done.stderr]


def test_snapshot_of_callbacks(tmp_path: Path, account: Account) -> None:
    """A snapshot tells the same as the account, but neither keys nor paths; one without callbacks says so."""
    scratch = Scratch(tmp_path)
    scratch.write("stacks/dev.yaml", STACK.replace("  missing", "  # missing").replace("  news: ", "  # news: "))
    url = {"RecordNotifyUrl": f"{HOOKS}/live/x7Kq", "CallbackKey": "s3cretKey99"}
    rule(account, template(account, "scratch--dev--newsroom", **url))
    taken = scratch.run("snapshot", **live(account)).stdout
    scratch.write("account.json", taken)
    live_audit, audit = scratch.run("audit", **live(account)), scratch.run("audit", "--account", "account.json")

    assert not [secret for secret in SECRETS if secret in taken]
    assert live_audit.stdout.splitlines()[1:] == ["  No differences.", "1 account compared: 0 problems, 0 notices."]
    assert audit.stdout.splitlines()[1:] == live_audit.stdout.splitlines()[1:]
    assert as_data(from_data(json.loads(taken))) == json.loads(taken)

    scratch.write("account.json", json.dumps({**json.loads(taken), "callback_rules": None, "callback_templates": None}))
    unknown = scratch.run("audit", "--account", "account.json")
    assert "Callbacks were not checked: the snapshot does not list them." in unknown.stdout
    settings = read_settings({}.get, account.environment)  # type: ignore[arg-type]  # overloads of get
    assert snapshot_of(open_account(settings)).callback_rules is None
