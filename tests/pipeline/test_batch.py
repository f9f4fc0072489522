"""Many stacks in one `plan`: accounts are read once, failures stay apart, and a signal ends every command.

A script replaces `pulumi`: it has an empty state and plans nothing. `test_pipeline` plans with the real one.
"""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.cli.test_check import Scratch, scratch
from tests.reliability.test_kills import wait
from tests.support.emulated_account import Account
from tests.support.verb_runner import run_verb

__all__ = ["scratch"]

FAKE = """#!/bin/sh
for stack; do :; done
case "$*" in
    *"stack export"*) echo '{"version": 3, "deployment": {}}' ;;
    *"stack ls"*) echo '[]' ;;
    *preview*)
        echo $stack >> "${0%/*}/previews"
        if [ -e wait ]; then echo $$ >> waiting; exec sleep 300; fi
        echo '{"steps": [{"op": "same", "urn": "urn:pulumi:'$stack'::scratch::pulumi:pulumi:Stack::scratch-'$stack'"}]}' ;;
esac
"""
STACKS = ("a", "b", "c")


@pytest.fixture
def project(scratch: Scratch) -> Scratch:
    """Return a project with three stacks, and the script on its own."""
    for name in STACKS:
        scratch.write(f"stacks/{name}.yaml", "templates: {}\n")
    tools = scratch.directory / "bin"
    tools.mkdir()
    (tools / "pulumi").write_text(FAKE, encoding="utf-8")
    (tools / "pulumi").chmod(0o755)
    return scratch


def environment(project: Scratch, account: Account) -> dict[str, str]:
    """Return the environment of a run."""
    return account.environment | {"PATH": f"{project.directory / 'bin'}:/usr/bin:/bin", "NO_COLOR": "1"}


def committed(project: Scratch) -> None:
    """Commit the project."""
    who = ("-c", "user.name=Op", "-c", "user.email=op@example.com")
    for command in (("init", "-q"), ("add", "."), ("commit", "-qm", "Season")):
        subprocess.run(["git", *who, *command], cwd=project.directory, check=True)


def test_account_is_read_once(project: Scratch, account: Account) -> None:
    """By one review and by three; verdicts are in the order of the stacks, whichever ends first."""
    calls = []
    for stacks in (("a",), STACKS):
        account.emulator.clear_log()
        done = run_verb(
            "plan", *stacks, "--jobs", "3", directory=project.directory, environment=environment(project, account)
        )
        assert done.returncode == 0, done.stderr
        calls.append(Counter(call["action"] for call in account.emulator.log))

    assert calls[0] == calls[1]
    assert [line[0] for line in done.stdout.splitlines() if ": No changes" in line] == list(STACKS)
    progress = [line for line in done.stderr.splitlines() if line.endswith(" of 3)")]
    assert sorted(line.partition(" (")[0] for line in progress) == [f"{name}: planned" for name in STACKS]
    assert [line.partition("(")[2] for line in progress] == ["1 of 3)", "2 of 3)", "3 of 3)"]
    assert (project.directory / "plans/index.html").exists()


def test_one_edited_stack_of_thirty_is_one_preview(project: Scratch, account: Account) -> None:
    """The account is read as for one stack, and one line names the others."""
    names = [f"s{number:02}" for number in range(30)]
    for name in STACKS:
        (project.directory / f"stacks/{name}.yaml").unlink()
    (project.directory / "stacks/common").mkdir()
    project.write("stacks/common/live.yaml", "time_zone: UTC\n")
    for name in names:
        project.write(f"stacks/{name}.yaml", "extends: common/live.yaml\n")
    project.write(".gitignore", "bin/\nplans/\n")
    committed(project)

    with (project.directory / "stacks/s07.yaml").open("a", encoding="utf-8") as file:
        file.write("# edited\n")
    account.emulator.clear_log()
    done = run_verb("plan", "--changed", "HEAD", directory=project.directory, environment=environment(project, account))
    calls = Counter(call["action"] for call in account.emulator.log)
    review = (project.directory / "plans/review.md").read_text(encoding="utf-8")

    assert done.returncode == 0, done.stderr
    assert (project.directory / "bin/previews").read_text(encoding="utf-8") == "s07\n"
    assert calls["DescribeLiveRecordTemplates"] == 2, "of standard and of slow live templates"
    assert [line for line in review.splitlines() if "`s08`" in line and "`s29`" in line]


def test_what_the_change_adds_too_late_is_reported(project: Scratch, account: Account) -> None:
    """A task that was over long ago and that the base does not have; those of the base finished in the ordinary way."""
    task = "  {}: {{domain: push.example.com, app: live, stream: final, start: 2026-10-{}T08:00Z, duration: 2h}}\n"
    shared = project.directory / "stacks/common/tasks.yaml"
    shared.parent.mkdir()
    shared.write_text("tasks:\n" + task.format("old", 10), encoding="utf-8")
    project.write("stacks/a.yaml", "extends: common/tasks.yaml\ntime_zone: UTC\n")
    committed(project)
    with shared.open("a", encoding="utf-8") as file:
        file.write(task.format("late", 12))
    done = run_verb("plan", "--changed", "HEAD", directory=project.directory, environment=environment(project, account))
    findings = json.loads((project.directory / "plans/a.json").read_text(encoding="utf-8"))["findings"]

    assert done.returncode == 0, done.stderr
    assert [
        (each["id"], each["path"], each["file"], each["line"]) for each in findings if each["id"] == "never-records"
    ] == [("never-records", "tasks.late", "stacks/common/tasks.yaml", 3)]


def test_account_that_cannot_be_read_fails_its_stacks_only(project: Scratch, account: Account) -> None:
    """Each of them has the reason; the others are planned, with one job too."""
    for name in ("a", "b"):
        project.write(f"stacks/Pulumi.{name}.yaml", "config: {live-recording:account: 100000000009}\n")
    done = run_verb("plan", "--jobs", "1", directory=project.directory, environment=environment(project, account))
    assert done.returncode == 1
    assert "c: No changes" in done.stdout
    for name in ("a", "b"):
        assert f"{name}: Not planned: These credentials belong to account 100000000001, but" in done.stderr


def test_stack_that_is_named_twice_is_planned_once(project: Scratch, account: Account) -> None:
    """Two runs would write the same files at the same time."""
    done = run_verb(
        "plan", "a", "stacks/a.yaml", directory=project.directory, environment=environment(project, account)
    )
    assert done.returncode == 2
    assert "stacks/a.yaml: Not planned: Stack a is named more than once. Name it once." in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_every_command(project: Scratch, account: Account, number: signal.Signals) -> None:
    """A signal to our process alone, as a cancelled job sends it: no command outlives it, and no review is written."""
    project.write("wait", "")
    running = subprocess.Popen(
        [sys.executable, "-m", "live_recording", "plan", "--jobs", "2"],
        cwd=project.directory,
        env=environment(project, account),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    waiting = project.directory / "waiting"
    for _ in wait("two previews had begun"):
        if waiting.exists() and len(waiting.read_text(encoding="utf-8").splitlines()) == 2:
            break
    running.send_signal(number)
    _, errors = running.communicate(timeout=60)

    assert (running.returncode, errors.splitlines()[-1]) == (3, "Interrupted. Nothing was changed.")
    assert [pid for pid in waiting.read_text(encoding="utf-8").split() if Path("/proc", pid).exists()] == []
    assert [*(project.directory / "plans").iterdir()] == []


def test_jobs_have_no_effect_on_snapshots(project: Scratch, account: Account) -> None:
    """An option without effect is rejected."""
    done = run_verb(
        "plan", "--accounts", "x", "--jobs", "2", directory=project.directory, environment=environment(project, account)
    )

    assert (done.returncode, done.stderr.partition(":")[0]) == (2, "--jobs has no effect with --accounts")
