"""The language host, asked by the real CLI."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.pulumi_project import Project, built_here, cli_directory

ASLEEP = "I am asleep."
SLEEPER = f"""
import pathlib, time
pathlib.Path("started").touch()
print("{ASLEEP}")
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def _ours() -> None:
    """Skip without the CLI that we build: these tests are about its language host."""
    if not built_here(cli_directory()):
        pytest.skip("the CLI on PATH has a language host of its own")


def left_over(project: Project) -> list[str]:
    """Command lines of the processes that work in the project's directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(project.directory):
                found.append((process / "cmdline").read_text(encoding="utf-8").replace("\0", " "))
        except OSError:  # it ended while we looked
            continue
    return found


@contextmanager
def asleep(project: Project) -> Iterator[subprocess.Popen[str]]:
    """Start a CLI, and wait until its program sleeps."""
    with project.start("up", "--yes", "--skip-preview") as cli:
        try:
            deadline = time.monotonic() + 60
            while not (project.directory / "started").exists():
                assert time.monotonic() < deadline
                assert cli.poll() is None
                time.sleep(0.05)
            yield cli
        finally:
            cli.kill()


def test_config_reaches_the_program_and_secrets_stay_secret(tmp_path: Path) -> None:
    """The program gets both values and knows which is secret; in the state that one is encrypted wherever it is."""
    project = Project.throwaway(
        tmp_path,
        """
import pulumi
from pulumi.runtime.config import is_config_secret
config = pulumi.Config()
assert not is_config_secret("throwaway:plain")
assert is_config_secret("throwaway:hidden")
pulumi.export("plain", config.require("plain"))
pulumi.export("hidden", config.require_secret("hidden"))
""",
    )
    project.run("config", "set", "plain", "in clear")
    project.run("config", "set", "--secret", "hidden", "behind the curtain")

    project.run("up", "--yes")
    shown = json.loads(project.run("stack", "output", "--json", "--show-secrets").stdout)
    exported = project.run("stack", "export").stdout

    assert shown == {"plain": "in clear", "hidden": "behind the curtain"}
    assert "in clear" in exported
    assert "behind the curtain" not in exported


def test_dynamic_resources_live_their_whole_life(tmp_path: Path) -> None:
    """Preview, a saved plan, up, refresh and destroy work, the last two also with the program."""
    project = Project.throwaway(tmp_path, "import things\nthings.Thing('one')\n")
    (project.directory / "things.py").write_text(
        """
from pulumi.dynamic import CreateResult, Resource, ResourceProvider
class Things(ResourceProvider):
    def create(self, props):
        return CreateResult("1", props)
    def delete(self, id, props):
        open("deleted", "w").close()
class Thing(Resource):
    def __init__(self, name):
        super().__init__(Things(), name, {"size": 3})
""",
        encoding="utf-8",
    )

    assert "+ 2 to create" in project.run("preview", "--save-plan", "plan.json").stdout
    assert "+ 2 created" in project.run("up", "--yes", "--plan", "plan.json").stdout
    assert "2 unchanged" in project.run("refresh", "--yes", "--skip-preview", "--run-program").stdout
    assert "- 2 deleted" in project.run("destroy", "--yes", "--skip-preview", "--run-program").stdout
    assert (project.directory / "deleted").exists()


def test_preview_shows_how_the_program_ended(tmp_path: Path) -> None:
    """What it logged, its traceback from its own lines on, an unknown exit code, and what it printed; each once."""
    project = Project.throwaway(tmp_path, "")

    def previewed(program: str) -> tuple[int, str, list[str]]:
        (project.directory / "__main__.py").write_text(program, encoding="utf-8")
        done = project.run("preview", "--json", check=False)
        shown = json.loads(done.stdout).get("diagnostics", [])
        return done.returncode, done.stdout + done.stderr, [one["message"].strip() for one in shown]

    refusal = 'import sys, pulumi\npulumi.log.error("One thing.")\npulumi.log.error("Another thing.")\nsys.exit(32)\n'
    code, everything, messages = previewed(refusal)
    assert code
    assert messages == ["error: One thing.", "error: Another thing."]
    assert "Traceback" not in everything

    code, _, messages = previewed('def main():\n    raise ValueError("of no use")\nmain()\n')
    assert code
    assert len(messages) == 1
    assert "ValueError: of no use" in messages[0]
    assert messages[0].count("Traceback") == 1
    assert "pulumi-language-python-exec" not in messages[0]

    code, everything, _ = previewed("import sys\nsys.exit(7)\n")
    assert code
    assert "program exited with non-zero exit code: 7" in everything

    code, everything, _ = previewed('import sys\nprint("to one")\nprint("to the other", file=sys.stderr)\n')
    assert code == 0
    assert "to one" in everything
    assert "to the other" in everything


def test_interrupt_ends_program_and_host_quietly(tmp_path: Path) -> None:
    """Ctrl-C ends everything within seconds, without a word from the host."""
    project = Project.throwaway(tmp_path, SLEEPER)
    with asleep(project) as cli:
        cli.send_signal(signal.SIGINT)
        output, _ = cli.communicate(timeout=15)

    assert cli.returncode != 0
    assert "pulumi-language-python" not in output
    assert left_over(project) == []


def test_nothing_outlives_a_killed_engine(tmp_path: Path) -> None:
    """The engine cannot say that it was killed; host and program end anyway, within 15 seconds."""
    project = Project.throwaway(tmp_path, SLEEPER)
    with asleep(project) as cli:
        assert any("pulumi-language-python 127" in each for each in left_over(project))
        cli.kill()
    deadline = time.monotonic() + 15
    while left_over(project) and time.monotonic() < deadline:
        time.sleep(0.2)

    assert left_over(project) == []


def test_about_names_interpreter_and_packages(tmp_path: Path) -> None:
    """`pulumi about` shows the interpreter of the virtualenv and what is installed there."""
    about = json.loads(Project.throwaway(tmp_path, "").run("about", "--json").stdout)

    assert about["runtime"]["executable"] == str(Path(sys.prefix) / "bin" / "python")
    assert about["runtime"]["version"] == ".".join(map(str, sys.version_info[:3]))
    assert "live-recording" in {each["name"] for each in about["dependencies"]}


def test_install_runs_pip(tmp_path: Path) -> None:
    """`pulumi install` installs requirements.txt and shows pip's own words, a failure included."""
    project = Project.throwaway(tmp_path, "")
    requirements = project.directory / "requirements.txt"
    requirements.write_text("pulumi\n", encoding="utf-8")
    satisfied = project.run("install")
    requirements.write_text("./no-such-folder\n", encoding="utf-8")
    failed = project.run("install", check=False)

    assert "Requirement already satisfied: pulumi" in satisfied.stdout + satisfied.stderr
    assert failed.returncode != 0
    assert "pip ended with exit code 1" in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize("relative", [False, True], ids=["absolute", "relative"])
def test_virtualenv_is_found_as_the_project_file_has_it(tmp_path: Path, relative: bool) -> None:
    """Absolute or relative to the project file, also from a folder below."""
    project = Project.throwaway(tmp_path, "import sys\nprint(f'prefix={sys.prefix}')\n")
    (tmp_path / "their venv").symlink_to(sys.prefix)
    file = project.directory / "Pulumi.yaml"
    path = "../their venv" if relative else sys.prefix
    file.write_text(file.read_text(encoding="utf-8").replace(sys.prefix, path), encoding="utf-8")
    (project.directory / "below").mkdir()

    done = project.run("preview", "--cwd", "below")

    assert f"prefix={tmp_path / 'their venv' if relative else sys.prefix}" in done.stdout


def test_missing_virtualenv_is_one_sentence(tmp_path: Path) -> None:
    """Where there is no virtualenv the user learns how to make it, without a traceback."""
    project = Project.throwaway(tmp_path, "")
    yaml = project.directory / "Pulumi.yaml"
    yaml.write_text(yaml.read_text(encoding="utf-8").replace(sys.prefix, "../nowhere"), encoding="utf-8")

    done = project.run("preview", check=False)
    output = done.stdout + done.stderr

    assert done.returncode != 0
    assert f'There is no virtualenv in "{tmp_path / "nowhere"}", where the project file has it.' in output
    assert 'Run "make setup"' in output
    assert "Traceback" not in output
