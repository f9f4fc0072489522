"""`live-recording doctor --conformance` as people and scripts call it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from live_recording.emulator import Emulator
from tests.cli.test_check import Scratch
from tests.conformance.test_conformance import DOMAINS, STACK, held
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.terminals import XTERM, watched, without_terminal

RUN = ("doctor", "--conformance", "--stack", "dev")


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Start an account on site intl that lists its domains."""
    with Emulator(now=NOW, domains=DOMAINS) as started:
        yield started


@pytest.fixture
def project(tmp_path: Path) -> Scratch:
    """Return a project with one stack."""
    made = Scratch(tmp_path)
    made.write("stacks/dev.yaml", STACK)
    made.write(
        "stacks/Pulumi.dev.yaml", 'config: {live-recording:site: intl, live-recording:account: "100000000001"}\n'
    )
    return made


def environment(emulator: Emulator) -> dict[str, str]:
    """Return what the command needs besides its own environment."""
    everything = Account.environment_of(emulator)
    return {name: value for name, value in everything.items() if name.startswith(("LIVE_RECORDING_", "TENCENTCLOUD_"))}


USAGE: dict[str, tuple[tuple[str, ...], str]] = {
    "no-consent": (RUN, "there is no terminal to ask for consent. Nothing was created. Add --yes"),
    "no-stack": (("doctor", "--conformance", "--yes"), "Name the stack whose account it is: --stack STACK."),
    "only-yes": (("doctor", "--yes"), "--domain and --yes belong to --conformance."),
    "only-domain": (("doctor", "--domain", "push.example.com"), "--domain and --yes belong to --conformance."),
    "unknown-domain": ((*RUN, "--yes", "--domain", "pusch.example.com"), 'Did you mean "push.example.com"?'),
}


@pytest.mark.parametrize(("arguments", "sentence"), USAGE.values(), ids=USAGE)
def test_misuse_creates_nothing(
    project: Scratch, emulator: Emulator, arguments: tuple[str, ...], sentence: str
) -> None:
    """A mistake in the call ends with 2 and one sentence, before anything is created."""
    done = project.run(*arguments, **environment(emulator))

    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert emulator.changes == []


def test_other_account_stops_the_run(project: Scratch) -> None:
    """The account guard comes before the first call to the recording API."""
    with Emulator(now=NOW, account="100000000002") as other:
        done = project.run(*RUN, "--yes", **environment(other))

        assert done.returncode == 1
        assert "[wrong-account]" in done.stderr
        assert {call["action"] for call in other.log} == {"GetCallerIdentity"}


def test_report_for_scripts(project: Scratch, emulator: Emulator) -> None:
    """With --yes the account is named on standard error, and standard output is the report alone."""
    done = project.run(*RUN, "--yes", "--format", "json", **environment(emulator))
    printed = json.loads(done.stdout)

    assert done.returncode == 0
    assert {row["result"] for row in printed["assumptions"]} == {"confirmed", "not-tried"}
    assert done.stderr.startswith(f"Conformance run on account 100000000001, site intl, {emulator.url}.\n")
    assert held(emulator) == []


def test_terminal_is_asked(project: Scratch, emulator: Emulator) -> None:
    """Without --yes a person decides, after reading where the objects would be created."""
    command = [sys.executable, "-m", "live_recording", *RUN]
    seen = watched(
        command, project.directory, without_terminal(os.environ) | environment(emulator) | XTERM, typed="n\n"
    )

    assert seen.status == 1
    assert "Conformance run on account 100000000001, site intl" in seen.text
    assert "Continue? [y/N]" in seen.text
    assert seen.text.endswith("Nothing was created.\n")
    assert not any(call["action"].startswith("Create") for call in emulator.log)


def test_terminated_run_cleans_up(project: Scratch, emulator: Emulator) -> None:
    """SIGTERM during a call: what was created is deleted, and the report says that it is incomplete."""
    emulator.fault("StopRecordTask", "delay", seconds=3600)
    command = [sys.executable, "-m", "live_recording", *RUN, "--yes"]
    running = subprocess.Popen(
        command,
        cwd=project.directory,
        env=os.environ | environment(emulator),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    created = Event()

    def terminate() -> None:
        while not emulator.service.account.tasks or emulator._gateway.faults.open:
            created.wait(0.05)
        running.send_signal(signal.SIGTERM)

    Thread(target=terminate, daemon=True).start()
    out, _ = running.communicate(timeout=120)

    assert running.returncode == 3
    assert out.splitlines()[-1].startswith("Interrupted. ")
    assert held(emulator) == []
