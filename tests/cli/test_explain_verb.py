"""`live-recording explain`, as people and pipelines call it."""

import json
from pathlib import Path

import pytest
import requests

from tests.cli.test_check import Scratch
from tests.support.clock import AT
from tests.support.emulated_account import Account
from tests.support.verb_runner import run_verb

STACK = """\
time_zone: Asia/Shanghai
templates:
  archive: {mp4: {storage_time: 30d}}
  clips: {flv: {storage_time: 7d}}
rules:
  everything: {domain: push.example.com, template: archive}
  studio: {domain: push.example.com, app: studio, template: clips}
  quiet: {domain: push.example.com, stream: quiet, record: false}
tasks:
  final: {domain: events.example.com, app: live, stream: final, start: 2026-11-21T20:00, duration: 2h, template: clips}
schedules:
  derby: {domain: events.example.com, app: live, stream: final, rrule: "FREQ=WEEKLY;BYDAY=SA", at: "20:30", duration: 2h}
"""


@pytest.fixture
def project(tmp_path: Path) -> Scratch:
    """Return a project with one stack."""
    made = Scratch(tmp_path)
    made.write("stacks/dev.yaml", STACK)
    return made


TEXTS: dict[str, tuple[list[str], str]] = {
    "recorded": (
        ["push.example.com/studio/rehearsal"],
        (
            "At 2026-11-20T12:00:00Z push.example.com/studio/rehearsal is recorded by rules.studio, with clips, "
            "because it matches domain and app (level 3).\n"
            "  rules.everything does not record it: it matches the domain alone (level 4), and level 3 takes precedence.\n"
            '  rules.quiet does not record it: it matches stream "quiet", not "rehearsal".\n'
            "  No task records it at that time.\n"
        ),
    ),
    "suppressed": (
        ["push.example.com/studio/quiet"],
        (
            "At 2026-11-20T12:00:00Z push.example.com/studio/quiet is not recorded: rules.quiet suppresses it "
            "because it matches domain and stream (level 2).\n"
            "  rules.everything does not record it: it matches the domain alone (level 4), and level 2 takes precedence.\n"
            "  rules.studio does not record it: it matches domain and app (level 3), and level 2 takes precedence.\n"
            "  No task records it at that time.\n"
        ),
    ),
    "tasks-in-the-zone-of-the-file": (
        ["events.example.com/live/final", "--at", "2026-11-21T21:00"],
        (
            "At 2026-11-21T13:00:00Z events.example.com/live/final is not recorded by any rule.\n"
            '  rules.everything does not record it: it matches domain "push.example.com", not "events.example.com".\n'
            '  rules.quiet does not record it: it matches domain "push.example.com", not "events.example.com".\n'
            '  rules.studio does not record it: it matches domain "push.example.com", not "events.example.com".\n'
            "  schedules.derby records it, as HLS that is kept indefinitely, until 2026-11-21T14:30:00Z.\n"
            "  tasks.final records it, with clips, until 2026-11-21T14:00:00Z.\n"
        ),
    ),
}


@pytest.mark.parametrize(("arguments", "expected"), TEXTS.values(), ids=TEXTS)
def test_answer_for_people(project: Scratch, arguments: list[str], expected: str) -> None:
    """The winner comes first, then the other rules with reasons, then the tasks; no winner is no failure."""
    done = project.run("explain", "dev", *arguments)

    assert (done.returncode, done.stdout, done.stderr) == (0, expected, "")


def test_answer_for_programs(project: Scratch) -> None:
    """JSON has the same content."""
    done = project.run("explain", "dev", "push.example.com/live/final", "--format", "json")

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "stream": "push.example.com/live/final",
        "at": "2026-11-20T12:00:00Z",
        "winner": {
            "path": "rules.everything",
            "key": "push.example.com/*/*",
            "template": "archive",
            "detail": "it matches the domain alone (level 4)",
            "shared_at": "",
        },
        "records": True,
        "losers": [
            {"path": "rules.quiet", "why": 'it matches stream "quiet", not "final"', "shared_at": ""},
            {"path": "rules.studio", "why": 'it matches app "studio", not "live"', "shared_at": ""},
        ],
        "tasks": [],
    }


def test_no_winner_for_programs(project: Scratch) -> None:
    """Where no rule matches the winner is null, and tasks are listed."""
    done = project.run(
        "explain", "dev", "events.example.com/live/final", "--at", "2026-11-21T12:10Z", "--format", "json"
    )
    answer = json.loads(done.stdout)

    assert (done.returncode, answer["winner"], answer["records"]) == (0, None, False)
    assert answer["tasks"] == [
        {
            "path": "tasks.final",
            "key": "final",
            "template": "clips",
            "detail": "until 2026-11-21T14:00:00Z",
            "shared_at": "",
        }
    ]


WHEN = {
    "utc": ("2026-11-21T12:00Z", "2026-11-21T12:00:00Z"),
    "zone-of-the-file": ("2026-11-21T20:00", "2026-11-21T12:00:00Z"),
    "offset": ("2026-11-21T20:00+09:00", "2026-11-21T11:00:00Z"),
}


@pytest.mark.parametrize(("at", "expected"), WHEN.values(), ids=WHEN)
def test_time_is_read_as_in_the_file(project: Scratch, at: str, expected: str) -> None:
    """A time without an offset is one of the file's zone."""
    done = project.run("explain", "dev", "push.example.com/live/final", "--at", at)

    assert done.stdout.startswith(f"At {expected} ")


FORM = (
    "is not the full name of a stream. Use DOMAIN/APP/STREAM, such as push.example.com/live/final, without wildcards."
)
NAME = "push.example.com/live/final"
USAGE = {
    "domain-alone": (["dev", "push.example.com"], f'"push.example.com" {FORM}'),
    "two-parts": (["dev", "push.example.com/live"], f'"push.example.com/live" {FORM}'),
    "four-parts": (["dev", f"{NAME}/x"], f'"{NAME}/x" {FORM}'),
    "empty-part": (["dev", "push.example.com//final"], f'"push.example.com//final" {FORM}'),
    "wildcard": (["dev", "push.example.com/live/*"], f'"push.example.com/live/*" {FORM}'),
    "no-domain": (["dev", "push/live/final"], f'"push/live/final" {FORM}'),
    "empty-time": (["dev", NAME, "--at", ""], "Invalid --at. Expected a time"),
    "engine-sequence": (["dev", "<{%reset%}>"], f'"\\u003c{{%reset%}}>" {FORM}'),
    "unknown-stack": (["prd", NAME], 'Stack file "stacks/prd.yaml" not found. Stacks in this project: dev.'),
    "no-stream": (["dev"], "Missing argument 'DOMAIN/APP/STREAM'"),
    "unreadable-time": (
        ["dev", NAME, "--at", "tomorrow"],
        "Invalid --at. Expected a time such as 2026-11-21T20:00",
    ),
    "end-of-the-calendar": (["dev", NAME, "--at", "9999-12-31T23:59-12:00"], "The year 9999 is out of range."),
    "sarif": (["dev", NAME, "--format", "sarif"], "'sarif' is not one of"),
}


@pytest.mark.parametrize(("arguments", "sentence"), USAGE.values(), ids=USAGE)
def test_wrong_usage_ends_with_2(project: Scratch, arguments: list[str], sentence: str) -> None:
    """Wrong usage is reported on standard error, without a traceback."""
    done = project.run("explain", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_time_that_clocks_skip_ends_with_2(project: Scratch) -> None:
    """A time that does not exist in the zone of the file is refused."""
    project.write("stacks/ny.yaml", "time_zone: America/New_York\n")
    done = project.run("explain", "ny", NAME, "--at", "2026-03-08T02:30")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Invalid --at. 2026-03-08T02:30 does not exist in America/New_York (skipped by")


def test_stack_with_errors_is_not_explained(project: Scratch) -> None:
    """A file with errors has no answer, so its findings are printed instead."""
    project.write("stacks/dev.yaml", "rules:\n  all: {domain: push.example.com, template: gone}\n")
    done = project.run("explain", "dev", NAME)

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == (
        'stacks/dev.yaml:2: rules.all.template: Unknown template "gone". This file defines no templates. [unknown-template]\n'
        "1 file checked: 1 error, 0 warnings.\n"
    )


def test_stack_with_warnings_is_explained(project: Scratch) -> None:
    """A warning does not stop the answer, and is not part of it."""
    project.write("stacks/dev.yaml", "rules:\n  all: {domain: push.example.com, record: false}\n")
    done = project.run("explain", "dev", NAME)

    assert (done.returncode, done.stderr) == (0, "")
    assert "is not recorded: rules.all suppresses it" in done.stdout
    assert "nothing-to-suppress" not in done.stdout


@pytest.fixture
def odd_account(account: Account) -> Account:
    """Return an account in which others record too."""
    theirs = account.template("manual", Mp4Param={"Enable": 1})
    account.rule(theirs, "push.example.com")
    account.rule(theirs, "push.example.com", "studio")
    account.rule(account.template("empty", Description="no format"), "push.example.com", "studio", "rehearsal")
    times = {"StartTime": AT + 60, "EndTime": AT + 3600, "TemplateId": int(theirs)}
    account.in_console("CreateRecordTask", DomainName="push.example.com", AppName="studio", StreamName="guest", **times)
    for status in ("enable", "pause"):
        relay = {
            "DomainName": "push.example.com",
            "AppName": "studio",
            "StreamName": "guest",
            "StartTime": "2026-11-20T10:00:00Z",
            "EndTime": "2026-11-21T10:00:00Z",
            "RecordTemplateId": theirs,
            "Status": status,
        }
        requests.post(f"{account.emulator.url}/_control/relays", json=relay, timeout=10).raise_for_status()
    return account


def _explain(project: Scratch, account: Account, *arguments: str) -> list[str]:
    done = run_verb(
        "explain", "dev", *arguments, "--account", directory=project.directory, environment=account.environment
    )
    assert (done.returncode, done.stderr) == (0, "")
    return str(done.stdout).splitlines()


def test_account_adds_what_the_file_does_not_declare(project: Scratch, odd_account: Account) -> None:
    """The rule that decides in the account comes first, then undeclared rules, tasks and relay tasks of this stream."""
    lines = _explain(project, odd_account, "push.example.com/studio/guest", "--at", "2026-11-20T12:30Z")
    head, *live = lines[lines.index("  No task records it at that time.") + 1 :]
    task = odd_account.state["tasks"][0]["TaskId"]

    assert head.startswith("In account 100000000001, site intl,")
    assert live == [
        (
            "  The rule for push.example.com/studio/*, declared as rules.studio, records it: it has template 1001 "
            '("manual") and matches domain and app.'
        ),
        f'  Task {task}, not declared in this file, records it: until 2026-11-20T13:00:00Z with template 1001 ("manual").',
        (
            "  Relay task relay-1, not declared in this file, records it: until 2026-11-21T10:00:00Z with template 1001 "
            '("manual").'
        ),
    ]


def test_account_shows_why_nothing_records(project: Scratch, odd_account: Account) -> None:
    """A live rule whose template has no format suppresses the stream; declared rules are explained by the file."""
    lines = _explain(project, odd_account, "push.example.com/studio/rehearsal")

    assert lines[-1] == (
        "  The rule for push.example.com/studio/rehearsal, not declared in this file, does not record it: "
        "its template has no format."
    )


def test_account_without_permission_and_for_programs(project: Scratch, odd_account: Account) -> None:
    """Without the permission for relay tasks the answer says so; JSON has the same content under `live`."""
    odd_account.emulator.deny("DescribeLivePullStreamTasks")
    answer = json.loads("\n".join(_explain(project, odd_account, "push.example.com/live/x", "--format", "json")))

    (rule,) = answer["live"]["recorders"]
    assert (rule["kind"], rule["declared_as"], rule["records"]) == ("rule", "rules.everything", True)
    assert answer["live"]["notes"] == [
        (
            "Relay tasks were not checked: the credentials may not call live:DescribeLivePullStreamTasks. They can record with "
            "templates of this account."
        )
    ]
