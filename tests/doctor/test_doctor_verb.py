"""`live-recording doctor`: one line per subject, what to do, and never a secret."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from live_recording.doctor import machine
from tests.cli.test_check import GOOD, ROOT, Scratch
from tests.support.emulated_account import Account
from tests.support.pulumi_project import INSTALL, cli_directory

PROJECT = (
    "name: scratch\nruntime: {name: python, options: {toolchain: pip, virtualenv: .venv}}\nstackConfigDir: stacks\n"
)
Lines = dict[str, tuple[str, str]]


class Patient(Scratch):
    """A project directory on a machine that has nothing but what a test puts there."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.write("Pulumi.yaml", PROJECT)
        self.write("stacks/dev.yaml", GOOD)
        self.write("stacks/Pulumi.dev.yaml", "config: {live-recording:site: intl}\n")
        shutil.copy(ROOT / "requirements.txt", directory)
        (directory / "bin").mkdir()
        self.home = directory / "home"
        self.bare = {"PATH": str(directory / "bin"), "HOME": str(self.home), "XDG_CACHE_HOME": ""}
        self.bare |= {"PULUMI_HOME": str(self.home), "LIVE_RECORDING_ENDPOINT": "http://127.0.0.1:1"}
        self.bare |= dict.fromkeys(
            ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"), ""
        )

    def examine(self, *arguments: str, **environment: str) -> tuple[int, Lines, str]:
        """Exit code, the lines by subject, and all that was printed."""
        done = self.run("doctor", *arguments, **(self.bare | environment))
        *lines, counted = done.stdout.splitlines()
        assert done.stderr == ""
        assert "Traceback" not in done.stdout
        parsed = [(line[:5].strip(), *line[7:].split(": ", 1)) for line in lines]
        assert all(state in ("ok", "note", "wrong") for state, _, _ in parsed)
        assert all(sentence[0].strip() and "  " not in sentence for _, _, sentence in parsed)
        wrong = sum(state == "wrong" for state, _, _ in parsed)
        assert counted == (f"{wrong} of {len(lines)} must be put right." if wrong else "Nothing has to be done.")
        assert done.returncode == bool(wrong)
        return done.returncode, {subject: (state, sentence) for state, subject, sentence in parsed}, done.stdout

    def script(self, text: str) -> None:
        """A `pulumi` of its own kind on PATH, with its companions."""
        for name in (
            "pulumi",
            "pulumi-language-python",
            "pulumi-language-python-exec",
            "pulumi-resource-pulumi-python",
        ):
            path = self.directory / "bin" / name
            path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
            path.chmod(0o755)


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    """A project with one stack."""
    return Patient(tmp_path)


def keys(account: Account) -> dict[str, str]:
    """Endpoint and key pair of an account in the emulator."""
    emulator = account.emulator
    pair = {"TENCENTCLOUD_SECRET_ID": emulator.secret_id, "TENCENTCLOUD_SECRET_KEY": emulator.secret_key}
    return {"LIVE_RECORDING_ENDPOINT": emulator.url, **pair}


def test_machine_that_is_ready(patient: Patient, account: Account) -> None:
    """With everything in place nothing has to be done, and each line says what was seen."""
    (patient.directory / ".venv").symlink_to(ROOT / ".venv")
    backend = patient.directory / "backend"
    backend.mkdir()
    account.rule(account.template("archive"), "push.example.com")
    surroundings = {"PATH": f"{cli_directory()}:{os.environ['PATH']}", "PULUMI_BACKEND_URL": f"file://{backend}"}
    code, lines, _ = patient.examine(
        **surroundings, PULUMI_CONFIG_PASSPHRASE="", LIVE_RECORDING_NOW="", **keys(account)
    )
    version, packages = (
        ".".join(map(str, sys.version_info[:3])),
        (ROOT / "requirements.txt").read_text(encoding="utf-8").count("=="),
    )

    assert code == 0
    assert lines.pop("Pulumi CLI")[0] == "ok"
    assert lines == {
        "Python": ("ok", f"Python {version} in .venv, with the {packages} packages that requirements.txt pins."),
        "Backend": ("ok", f"file://{backend}, on this machine only."),
        "Encryption (dev)": ("ok", "Secrets are encrypted with PULUMI_CONFIG_PASSPHRASE."),
        "Stacks": ("ok", "dev, each with its Pulumi config."),
        "Endpoint (dev)": (
            "note",
            f"{account.emulator.url} answers on this machine: the emulator, not a real account.",
        ),
        "Credentials (dev)": (
            "ok",
            "The key em... is accepted. The live API does not tell whose account it is; it has 1 recording rule, for push.example.com.",
        ),
        "Region (dev)": ("ok", "ap-singapore lists tasks."),
    }
    assert {action for action, _ in account.changes()} == {""}  # one unsigned request for the time


def test_machine_that_has_nothing(patient: Patient) -> None:
    """In an empty directory everything is told that a newcomer has to do first."""
    shutil.rmtree(patient.directory / "stacks")
    (patient.directory / "Pulumi.yaml").unlink()
    code, lines, _ = patient.examine(LIVE_RECORDING_NOW="")

    assert code == 1
    assert {subject for subject, (state, _) in lines.items() if state == "wrong"} == {
        "Project",
        "Pulumi CLI",
        "Stacks",
        "Endpoint",
    }
    assert lines["Project"][1] == "There is no Pulumi.yaml here. Run this in the directory of the project."
    assert lines["Pulumi CLI"][1] == "There is no pulumi on PATH. Install 3.254 or newer, or build one: make setup"
    assert (
        lines["Stacks"][1]
        == "No stack files found in stacks/. Create stacks/dev.yaml, or change to the root directory of the project."
    )
    assert lines["Endpoint"][1].startswith(
        "http://127.0.0.1:1 cannot be reached: Connection refused. Start the emulator there"
    )
    assert lines["Credentials"] == ("note", "Not tried, because the endpoint cannot be reached.")


def test_virtualenv_is_looked_into(patient: Patient) -> None:
    """One that is missing, one without the packages, and one with another version are told with what to do."""
    assert patient.examine()[1]["Python"] == (
        "wrong",
        "The virtualenv .venv that Pulumi.yaml names is not there. Run: make setup",
    )
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", patient.directory / ".venv"], check=True)
    patient.write("requirements.txt", "# what runs\nnothing-like-it==1.0\n")
    assert patient.examine()[1]["Packages"] == (
        "wrong",
        ".venv differs from requirements.txt: nothing-like-it missing (not 1.0). Run: .venv/bin/python -m pip install -r requirements.txt",
    )
    packages = next((patient.directory / ".venv").glob("lib/*/site-packages"))
    (packages / "nothing_like_it-0.9.dist-info").mkdir()
    (packages / "nothing_like_it-0.9.dist-info/METADATA").write_text(
        "Name: nothing-like-it\nVersion: 0.9\n", encoding="utf-8"
    )
    assert "nothing-like-it 0.9 (not 1.0)" in patient.examine()[1]["Packages"][1]
    patient.write("Pulumi.yaml", "name: scratch\nruntime: python\n")
    assert patient.examine()[1]["Python"][0] == "note"


CLIS = {
    "old": ("echo v3.100.0", "is v3.100.0, but 3.254 or newer is needed. Install it, or build one: make setup"),
    "odd": ("echo hello", "does not tell its version, but 3.254 or newer is needed."),
    "silent": ("exit 1", "does not tell its version, but 3.254 or newer is needed."),
    "binary": ("printf '\\377\\376'", "does not tell its version, but 3.254 or newer is needed."),
}


@pytest.mark.parametrize(("text", "sentence"), CLIS.values(), ids=CLIS)
def test_cli_that_will_not_do(patient: Patient, text: str, sentence: str) -> None:
    """Its place and version are told; nothing is asked of it then."""
    patient.script(text)
    _, lines, _ = patient.examine()

    assert lines["Pulumi CLI"][0] == "wrong"
    assert lines["Pulumi CLI"][1].startswith(f"{patient.directory}/bin/pulumi {sentence}")
    assert "Backend" not in lines


def test_cli_without_its_language_host(patient: Patient) -> None:
    """A CLI that cannot run Python programs is told before `up` tells it."""
    patient.script("echo v3.300.0")
    (patient.directory / "bin/pulumi-language-python").unlink()

    assert "comes without pulumi-language-python, so it cannot run Python." in patient.examine()[1]["Pulumi CLI"][1]


def test_cli_that_make_setup_built_is_found(patient: Patient) -> None:
    """Without one on PATH the built one is used, and the line says how to get it there."""
    patient.script("echo v3.300.0")
    built = patient.home / ".cache/live-recording/pulumi-3.300.0/abc"
    shutil.move(patient.directory / "bin", built)
    state, sentence = patient.examine()[1]["Pulumi CLI"]

    assert (state, sentence[:42]) == ("note", "v3.300.0 was built by make setup, and is n")
    assert 'export PATH="$(python3 tools/pulumi/install.py):$PATH"' in sentence


BACKENDS = {
    "not-logged-in": ("exit 3", "Pulumi is not logged in, so it has no place for its state."),
    "secret-in-its-url": ("echo 'error: cannot open postgres://me:hunter2@db/x' >&2; exit 1", "cannot open postgres://***@db/x. Mend that, or choose another backend"),
    "silent": ("exit 1", "pulumi whoami said nothing. Mend that, or choose another backend"),
    "no-json": ("echo me", "pulumi whoami said nothing. Mend that, or choose another backend"),
    "gone": ("""echo '{"url": "file:///nowhere/at/all"}'""", "Nothing can be written into /nowhere/at/all, where state is kept."),
}  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), BACKENDS.values(), ids=BACKENDS)
def test_backend_that_cannot_be_used(patient: Patient, text: str, sentence: str) -> None:
    """What `pulumi whoami` says is told in a sentence, without passwords."""
    patient.script(f'[ "$1" = version ] && echo v3.300.0 && exit\n{text}')
    state, said = patient.examine()[1]["Backend"]

    assert (state, said[: len(sentence)]) == ("wrong", sentence)


def test_cli_that_hangs_is_given_up(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command has its own time."""
    patient.script('[ "$1" = version ] && echo v3.300.0 && exit\nexec sleep 600')
    monkeypatch.setattr(machine, "SECONDS", 1.0)
    monkeypatch.setenv("PATH", f"{patient.directory}/bin:/usr/bin:/bin")
    lines = {line.subject: line for line in machine.pulumi([])}

    assert lines["Backend"].sentence.startswith("pulumi whoami gave no answer within 1 second")


def test_oldest_cli_is_the_installers() -> None:
    """What the doctor finds too old is what `make setup` does not use."""
    stated = re.search(r"^OLDEST = \((\d+), (\d+)\)", INSTALL.read_text(encoding="utf-8"), re.MULTILINE)

    assert stated
    assert tuple(map(int, stated.groups())) == machine.OLDEST_CLI


SELF, CLOUD = "file:///", "https://api.pulumi.com"
ENCRYPTION = {
    "passphrase-missing": (SELF, "encryptionsalt: v1:x\n", {}, "wrong", "PULUMI_CONFIG_PASSPHRASE is not set"),
    "own-backend": (SELF, "config: {}\n", {}, "wrong", "PULUMI_CONFIG_PASSPHRASE is not set"),
    "salt-in-the-cloud": (CLOUD, "encryptionsalt: v1:x\n", {}, "wrong", "PULUMI_CONFIG_PASSPHRASE is not set"),
    "cloud": (CLOUD, "config: {}\n", {}, "ok", "Secrets are encrypted by the backend."),
    "key-service": (SELF, "secretsprovider: awskms://alias/x?region=y\n", {}, "ok", "Secrets are encrypted by awskms://alias/x."),
    "file": (SELF, "config: {}\n", {"PULUMI_CONFIG_PASSPHRASE_FILE": "Pulumi.yaml"}, "ok", "with the passphrase in Pulumi.yaml"),
    "file-gone": (SELF, "config: {}\n", {"PULUMI_CONFIG_PASSPHRASE_FILE": "gone"}, "wrong", "names gone, which is not there"),
}  # fmt: skip


@pytest.mark.parametrize(("url", "config", "environment", "state", "sentence"), ENCRYPTION.values(), ids=ENCRYPTION)
def test_encryption_of_a_stack(
    patient: Patient, url: str, config: str, environment: dict[str, str], state: str, sentence: str
) -> None:
    """What encrypts the secrets of a stack, and whether it is there."""
    patient.script(f"""[ "$1" = version ] && echo v3.300.0 && exit\necho '{{"url": "{url}"}}'""")
    patient.write("stacks/Pulumi.dev.yaml", config)
    seen, said = patient.examine(**environment)[1]["Encryption (dev)"]

    assert (seen, sentence in said) == (state, True)
