"""Several runs at the same time, with room for one: one wins, the other gets the reason, nothing is lost."""

from pathlib import Path

import pytest

from live_recording.emulator import Emulator
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject

UP = ("up", "--yes", "--skip-preview", "--stack")
CREATE = "CreateLiveRecordRule"
HELD = 4.0  # seconds for which the first creates wait, so that both runs have seen the free slot
LIMIT = 50


def stack(app: str) -> str:
    """Return a stack file with one template and one rule."""
    return (
        "templates: {archive: {mp4: {storage_time: 30d}}}\n"
        f"rules: {{only: {{domain: push.example.com, app: {app}, template: archive}}}}\n"
    )


def filled(account: Account, rules: int) -> None:
    """Create so many rules outside Pulumi."""
    theirs = account.template("by-hand")
    for number in range(rules):
        account.rule(theirs, "push.example.com", f"a{number}")


@pytest.mark.parametrize("held", [HELD, 0.0], ids=["both-saw-the-slot", "any-order"])
def test_two_stacks_and_one_free_slot(tmp_path: Path, held: float) -> None:
    """At 49 of 50 rules two stacks add one each: one succeeds, the other is refused; later it fits."""
    with Emulator(now=NOW, rule_limit=LIMIT) as emulator:
        account = Account(emulator)
        project = LiveProject(tmp_path, account)
        project.init("prod")
        filled(account, LIMIT - 1)
        before = account.rules()
        for name in ("dev", "prod"):
            project.write(stack(name), name)
        if held:
            emulator.fault(CREATE, "delay", count=2, seconds=held)
        runs = {name: project.start(*UP, name) for name in ("dev", "prod")}
        said = {name: run.communicate(timeout=90)[0] for name, run in runs.items()}

        won = [name for name, run in runs.items() if run.returncode == 0]
        assert len(won) == 1, said
        (lost,) = set(runs) - set(won)
        rules = account.rules()
        assert len(rules) == LIMIT
        assert {key: template for key, template in rules.items() if key in before} == before
        assert ("push.example.com", won[0], "") in rules
        sentence = [
            line
            for line in said[lost].splitlines()
            if "50" in line and ("RuleOutLimit" in line or "needs at least 1 more" in line)
        ]
        assert len(sentence) >= 1, said[lost]
        assert "Traceback" not in said[lost]

        project.run("destroy", "--yes", "--skip-preview", "--stack", won[0])
        project.run(*UP, lost)
        assert account.rules().keys() == before.keys() | {("push.example.com", lost, "")}
        assert sorted(t["TemplateName"] for t in account.state["templates"]) == [
            "by-hand",
            f"live-recording--{lost}--archive",
        ]


def test_two_runs_of_one_stack(tmp_path: Path, account: Account) -> None:
    """The engine refuses a second run of the same stack while the first one runs, and nothing changes."""
    project = LiveProject(tmp_path, account)
    project.write(stack("dev"))
    account.emulator.fault(CREATE, "delay", seconds=HELD)
    first = project.start(*UP, "dev")
    while account.emulator._gateway.faults.open:
        assert first.poll() is None
    second = project.run(*UP, "dev", check=False)
    said, _ = first.communicate(timeout=90)

    assert first.returncode == 0, said
    assert second.returncode
    assert "locked" in second.stdout + second.stderr
    assert "Traceback" not in second.stdout + second.stderr
    assert account.actions() == ["CreateLiveRecordRule", "CreateLiveRecordTemplate"]
    project.run("preview", "--expect-no-changes", "--stack", "dev")


def test_two_stacks_that_declare_one_key(tmp_path: Path, account: Account) -> None:
    """Two stacks create the rule for one key at once: one has it, the other's error names the template that has it."""
    project = LiveProject(tmp_path, account)
    project.init("prod")
    for name in ("dev", "prod"):
        project.write(stack("same"), name)
    account.emulator.fault(CREATE, "delay", count=2, seconds=HELD)
    runs = {name: project.start(*UP, name) for name in ("dev", "prod")}
    said = {name: run.communicate(timeout=90)[0] for name, run in runs.items()}

    won = [name for name, run in runs.items() if run.returncode == 0]
    assert len(won) == 1, said
    (lost,) = set(runs) - set(won)
    names = {str(t["TemplateId"]): t["TemplateName"] for t in account.state["templates"]}
    assert {key: names[used] for key, used in account.rules().items()} == {
        ("push.example.com", "same", ""): f"live-recording--{won[0]}--archive"
    }
    assert "rule for push.example.com/same/*" in said[lost]
    assert "Traceback" not in said[lost]
