"""`live-recording migrate`: output, exit codes, and files that are never overwritten."""

from pathlib import Path

import pytest

from tests.cli.test_check import Scratch
from tests.support.legacy_calls import FORMS, SECRETS

FIELDS = {"DomainName": "push.example.com", "StreamName": "final", "StartTime": "2026-11-21 20:00:00", "EndTime": "2026-11-21 22:30:00"}  # fmt: skip
WRITTEN = """\
# yaml-language-server: $schema=../schema/stack.schema.json
# Written by live-recording migrate from old calls. Times are China time, as in the calls.
time_zone: Asia/Shanghai

templates:
  flv-forever:
    flv: {storage_time: forever}

tasks:
  final-20261121T2000: {domain: push.example.com, app: live, stream: final, start: 2026-11-21T20:00, end: 2026-11-21T22:30, template: flv-forever}
"""
COUNTED = "1 call read; 1 task and 1 template written.\n"
REAL_TIME = "tccli live CreateLiveRecord --DomainName push.example.com --StreamName a --Highlight 1\n"
V2 = "/v2/index.php?Action=CreateRecord&channelId=final&tapeType=0&startTime=2026-11-21 20:00:00&endTime=2026-11-21 22:30:00\n"


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """Create a directory without texts."""
    return Scratch(tmp_path)


def test_stack_file_goes_to_standard_output(scratch: Scratch) -> None:
    """The stack file is printed on standard output and the report on standard error; exit code 0."""
    scratch.write("calls.sh", FORMS["url"](FIELDS))
    done = scratch.run("migrate", "calls.sh")

    assert (done.returncode, done.stdout, done.stderr) == (0, WRITTEN, COUNTED)


def test_file_that_is_written_passes_check(scratch: Scratch) -> None:
    """With --out a file is written that passes `check`; a second run does not overwrite it."""
    scratch.write("calls.json", FORMS["json_pretty"](FIELDS))
    first = scratch.run("migrate", "calls.json", "--out", "stacks/old.yaml")
    checked = scratch.run("check", "old")
    again = scratch.run("migrate", "calls.json", "--out", "stacks/old.yaml")

    assert (first.returncode, first.stdout, first.stderr) == (0, "", COUNTED)
    assert (scratch.directory / "stacks/old.yaml").read_text(encoding="utf-8") == WRITTEN
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "[kept-forever]" in checked.stdout
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr.startswith("stacks/old.yaml already exists. Nothing was written.")


def test_what_is_left_out_ends_with_1(scratch: Scratch) -> None:
    """The other calls are written, and each omission is reported with file and line."""
    scratch.write("a.sh", f"{FORMS['tccli'](FIELDS)}\n\n{REAL_TIME}")
    scratch.write("b.txt", V2)
    done = scratch.run("migrate", "b.txt", "a.sh")

    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if not line.startswith("#")] == [line for line in WRITTEN.splitlines() if not line.startswith("#")]  # fmt: skip
    real_time, retired, counted = done.stderr.splitlines()
    assert real_time.startswith("a.sh:7: CreateLiveRecord: Real-time recordings (Highlight=1)")
    assert retired == "b.txt:1: CreateRecord: API v2 calls have no push domain. Use --domain."
    assert counted == "3 calls read; 1 task and 1 template written. 2 notes say what was left out."


def test_options_fill_in_what_calls_leave_out(scratch: Scratch) -> None:
    """With a push domain and an app, a channel of API v2 becomes a stream."""
    scratch.write("v2.txt", V2)
    done = scratch.run("migrate", "v2.txt", "--domain", "push.example.com", "--app", "live")

    assert (done.returncode, done.stderr) == (0, COUNTED)
    assert "flv: {record_interval: 30m, storage_time: forever}" in done.stdout


def test_no_migrated_call_writes_no_file(scratch: Scratch) -> None:
    """If no call can be migrated, no file is written."""
    scratch.write("calls.sh", REAL_TIME)
    done = scratch.run("migrate", "calls.sh", "--out", "old.yaml")

    assert (done.returncode, done.stdout) == (1, "")
    assert "none could be migrated" in done.stderr
    assert not (scratch.directory / "old.yaml").exists()


USAGE = {
    "source-code": (["old.py"], "old.py:1: This is source code of a program, which is not read."),
    "no-call": (["prose.txt"], "No calls found. Supported forms: URLs"),
    "empty-file": (["empty.txt"], "No calls found. Supported forms: URLs"),
    "no-file": (["gone.txt"], 'File of calls "gone.txt" not found.'),
    "one-of-two": (["prose.txt", "gone.txt"], 'File of calls "gone.txt" not found.'),
    "directory": (["."], '"." is a directory, not a file of calls.'),
    "binary": (["binary"], 'File of calls "binary" is not valid UTF-8 text (byte 2). Save it as UTF-8.'),
    "no-domain": (["prose.txt", "--domain", "a b"], '--domain: "a b" is not a domain name.'),
    "no-argument": ([], "Missing argument"),
}


@pytest.mark.parametrize(("arguments", "sentence"), USAGE.values(), ids=USAGE)
def test_wrong_usage_ends_with_2(scratch: Scratch, arguments: list[str], sentence: str) -> None:
    """Errors are printed on standard error without a traceback, and nothing is written."""
    scratch.write("prose.txt", "Call CreateLiveRecord.\n")
    scratch.write("empty.txt", "")
    scratch.write("old.py", "req = models.CreateRecordTaskRequest()\n")
    (scratch.directory / "binary").write_bytes(b"\x01\xff\xfe\x00")
    done = scratch.run("migrate", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_secrets_are_not_copied(scratch: Scratch) -> None:
    """Keys and signatures in the texts are neither written nor printed."""
    scratch.write(
        "all.txt",
        "\n\n".join(form(FIELDS) for form in FORMS.values()) + REAL_TIME.replace("--", f"--token {SECRETS[3]} --"),
    )
    done = scratch.run("migrate", "all.txt")

    assert [secret for secret in SECRETS if secret in done.stdout + done.stderr] == []
