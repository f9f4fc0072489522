"""`live-recording doctor`: one line per check, what to do, and never a secret."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from live_recording import __version__
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
        assert counted == (f"{wrong} of {len(lines)} checks failed." if wrong else "All checks passed.")
        assert done.returncode == bool(wrong)
        return done.returncode, {subject: (state, sentence) for state, subject, sentence in parsed}, done.stdout

    def script(self, text: str) -> None:
        """Put a script on PATH as `pulumi`, with its companions."""
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
    """Return a project with one stack."""
    return Patient(tmp_path)


def keys(account: Account) -> dict[str, str]:
    """Endpoint and key pair of an account in the emulator."""
    emulator = account.emulator
    pair = {"TENCENTCLOUD_SECRET_ID": emulator.secret_id, "TENCENTCLOUD_SECRET_KEY": emulator.secret_key}
    return {"LIVE_RECORDING_ENDPOINT": emulator.url, **pair}


def test_machine_that_is_ready(patient: Patient, account: Account) -> None:
    """Every line says what was seen, and nothing is wrong."""
    (patient.directory / ".venv").symlink_to(sys.prefix)
    backend = patient.directory / "backend"
    backend.mkdir()
    account.rule(account.template("archive"), "push.example.com")
    surroundings = {"PATH": f"{cli_directory()}:{os.environ['PATH']}", "PULUMI_BACKEND_URL": f"file://{backend}"}
    code, lines, _ = patient.examine(
        **surroundings, PULUMI_CONFIG_PASSPHRASE="", LIVE_RECORDING_NOW="", **keys(account)
    )
    python = ".".join(map(str, sys.version_info[:3]))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert code == 0
    assert lines.pop("Pulumi CLI")[0] == "ok"
    assert lines == {
        "Python": (
            "ok",
            f"Python {python} in .venv, with live-recording {__version__} and its {len(project['dependencies'])} requirements.",
        ),
        "Backend": ("ok", f"file://{backend}, on this machine only."),
        "Encryption (dev)": ("ok", "Secrets are encrypted with PULUMI_CONFIG_PASSPHRASE."),
        "Stacks": ("ok", "dev, each with its Pulumi config."),
        "Endpoint (dev)": (
            "note",
            f"{account.emulator.url} is on this machine: the emulator, not a real account.",
        ),
        "Credentials (dev)": (
            "ok",
            "The key em... of the environment works. The account has 1 recording rule, for push.example.com.",
        ),
        "Identity (dev)": (
            "ok",
            "Account 100000000001 on site intl. To allow only this account: pulumi config set live-recording:account 100000000001",
        ),
        "Permissions (dev)": (
            "note",
            "live:DescribeLiveDomains is refused. Domains are not checked without it. Grant what this prints: live-recording policy reader.",
        ),
        "Region (dev)": ("ok", "Tasks in ap-singapore can be listed."),
    }
    assert {action for action, _ in account.changes()} == {""}  # one unsigned request for the time


def test_machine_that_has_nothing(patient: Patient) -> None:
    """An empty directory lists everything that a newcomer has to do first."""
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
    assert lines["Project"][1] == "Pulumi.yaml not found. Change to the root directory of the project."
    assert lines["Pulumi CLI"][1] == "pulumi is not on PATH. Install 3.254 or newer, or build it: make setup"
    assert (
        lines["Stacks"][1]
        == "No stack files found in stacks/. Create stacks/dev.yaml, or change to the root directory of the project."
    )
    assert lines["Endpoint"][1].startswith(
        "http://127.0.0.1:1 cannot be reached: Connection refused. Start the emulator there"
    )
    assert lines["Credentials"] == ("note", "Not checked: the endpoint cannot be reached.")


def install(patient: Patient, name: str, version: str, *requirements: str) -> None:
    """Put the metadata of a distribution into the virtualenv of the project."""
    packages = next((patient.directory / ".venv").glob("lib/*/site-packages"))
    directory = packages / f"{name.replace('-', '_')}-{version}.dist-info"
    directory.mkdir()
    metadata = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {needed}" for needed in requirements)]
    (directory / "METADATA").write_text("\n".join([*metadata, ""]), encoding="utf-8")


def test_packages_of_the_virtualenv_are_checked(patient: Patient) -> None:
    """What the installed distribution requires has to be installed; a team's repository pins one line."""
    assert patient.examine()[1]["Python"] == (
        "wrong",
        f"The virtualenv .venv (named in Pulumi.yaml) does not exist. {machine.INSTALL}",
    )
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", patient.directory / ".venv"], check=True)
    patient.write("requirements.txt", "live-recording==0.9  # what runs\n")
    problem = ".venv: live-recording is not installed."
    assert patient.examine()[1]["Packages"] == ("wrong", f"{problem} {machine.INSTALL}")

    install(patient, "live-recording", "0.9", "nothing-like-it>=1.10", "for-tests>=1; extra == 'tests'")
    problem = ".venv: live-recording 0.9 needs nothing-like-it>=1.10 (not installed)."
    assert patient.examine()[1]["Packages"] == ("wrong", f"{problem} {machine.INSTALL}")

    install(patient, "nothing-like-it", "1.9.2")
    assert "needs nothing-like-it>=1.10 (1.9.2)." in patient.examine()[1]["Packages"][1]

    shutil.rmtree(next((patient.directory / ".venv").glob("lib/*/*/nothing_like_it*")))
    install(patient, "nothing-like-it", "1.10")
    _, lines, _ = patient.examine()
    assert "Packages" not in lines
    assert lines["Python"][1].endswith("in .venv, with live-recording 0.9 and its 1 requirement.")

    patient.write("requirements.txt", "live-recording[emulator-tls]==0.10\n")
    problem = ".venv: live-recording is 0.9, but requirements.txt pins 0.10."
    assert patient.examine()[1]["Packages"] == ("wrong", f"{problem} {machine.INSTALL}")


def test_project_without_a_virtualenv_is_noted(patient: Patient) -> None:
    """Pulumi uses the Python on PATH then."""
    patient.write("Pulumi.yaml", "name: scratch\nruntime: python\n")

    assert patient.examine()[1]["Python"][0] == "note"


def test_requirements_have_the_form_that_is_checked() -> None:
    """`NAME>=VERSION` is the only form that the doctor compares."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert [text for text in project["dependencies"] if not re.fullmatch(r"[\w.-]+>=[\d.]+", text)] == []


CLIS = {
    "old": ("echo v3.100.0", "is v3.100.0. Install 3.254 or newer, or build it: make setup"),
    "odd": ("echo hello", "does not print its version. Install 3.254 or newer"),
    "silent": ("exit 1", "does not print its version. Install 3.254 or newer"),
    "binary": ("printf '\\377\\376'", "does not print its version. Install 3.254 or newer"),
}


@pytest.mark.parametrize(("text", "sentence"), CLIS.values(), ids=CLIS)
def test_unusable_cli(patient: Patient, text: str, sentence: str) -> None:
    """Its path and version are reported; it is not used any further."""
    patient.script(text)
    _, lines, _ = patient.examine()

    assert lines["Pulumi CLI"][0] == "wrong"
    assert lines["Pulumi CLI"][1].startswith(f"{patient.directory}/bin/pulumi {sentence}")
    assert "Backend" not in lines


def test_cli_without_its_language_host(patient: Patient) -> None:
    """A CLI that cannot run Python programs is wrong."""
    patient.script("echo v3.300.0")
    (patient.directory / "bin/pulumi-language-python").unlink()

    assert "cannot run Python: pulumi-language-python not found." in patient.examine()[1]["Pulumi CLI"][1]


def test_cli_that_make_setup_built_is_found(patient: Patient) -> None:
    """Without a CLI on PATH the built one is used; the note says how to add it to PATH."""
    patient.script("echo v3.300.0")
    built = patient.home / ".cache/live-recording/pulumi-3.300.0/abc"
    shutil.move(patient.directory / "bin", built)
    state, sentence = patient.examine()[1]["Pulumi CLI"]

    assert (state, sentence[:45]) == ("note", "v3.300.0, built by make setup, is not on PATH")
    assert 'export PATH="$(python3 tools/pulumi/install.py):$PATH"' in sentence


BACKENDS = {
    "not-logged-in": ("exit 3", "Pulumi is not logged in to a backend."),
    "secret-in-its-url": ("echo 'error: cannot open postgres://me:hunter2@db/x' >&2; exit 1", "cannot open postgres://***@db/x. Fix this, or choose another backend"),
    "silent": ("exit 1", "pulumi whoami printed nothing. Fix this, or choose another backend"),
    "no-json": ("echo me", "pulumi whoami printed nothing. Fix this, or choose another backend"),
    "gone": ("""echo '{"url": "file:///nowhere/at/all"}'""", "The state directory /nowhere/at/all is not writable."),
}  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), BACKENDS.values(), ids=BACKENDS)
def test_backend_that_cannot_be_used(patient: Patient, text: str, sentence: str) -> None:
    """The error of `pulumi whoami` is reported in one sentence, without passwords."""
    patient.script(f'[ "$1" = version ] && echo v3.300.0 && exit\n{text}')
    state, said = patient.examine()[1]["Backend"]

    assert (state, said[: len(sentence)]) == ("wrong", sentence)


def test_cli_that_hangs_is_given_up(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command has its own time."""
    patient.script('[ "$1" = version ] && echo v3.300.0 && exit\nexec sleep 600')
    monkeypatch.setattr(machine, "SECONDS", 1.0)
    monkeypatch.setenv("PATH", f"{patient.directory}/bin:/usr/bin:/bin")
    lines = {line.subject: line for line in machine.check_pulumi([])}

    assert lines["Backend"].sentence.startswith("pulumi whoami did not answer within 1 second")


def test_oldest_cli_is_the_installers() -> None:
    """The doctor and `make setup` require the same version."""
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
    "file-gone": (SELF, "config: {}\n", {"PULUMI_CONFIG_PASSPHRASE_FILE": "gone"}, "wrong", "names gone, which does not exist"),
}  # fmt: skip


@pytest.mark.parametrize(("url", "config", "environment", "state", "sentence"), ENCRYPTION.values(), ids=ENCRYPTION)
def test_encryption_of_a_stack(
    patient: Patient, url: str, config: str, environment: dict[str, str], state: str, sentence: str
) -> None:
    """The line names what encrypts the secrets, and whether it is available."""
    patient.script(f"""[ "$1" = version ] && echo v3.300.0 && exit\necho '{{"url": "{url}"}}'""")
    patient.write("stacks/Pulumi.dev.yaml", config)
    seen, said = patient.examine(**environment)[1]["Encryption (dev)"]

    assert (seen, sentence in said) == (state, True)
