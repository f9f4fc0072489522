"""Run the steps of our workflows on this machine, in order: `run` steps unchanged, actions by their effects."""

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from sarif_pydantic import Sarif

ROOT = Path(__file__).parent.parent.parent
WORKFLOWS = ROOT / ".github/workflows"
READY = ROOT / ".github/actions/ready/action.yml"
HEREDOC = re.compile(r"^(\w+)<<END\n(.*?)\nEND$", re.MULTILINE | re.DOTALL)
OPERATORS = {"&&": " and ", "||": " or ", "!=": "!=", "==": "=="}


def load(path: Path) -> dict[str, Any]:
    """Return a workflow or action as data. YAML reads its key `on` as a boolean."""
    data: dict[object, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {("on" if name is True else str(name)): value for name, value in data.items()}


@dataclass
class Runner:
    """A machine that runs jobs in *checkout*. Caches and artifacts are in *store*."""

    checkout: Path
    store: Path
    environment: dict[str, str]
    context: dict[str, str]  # such as github.repository -> value; missing ones are empty
    path: list[str] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)  # of the last job
    ref: str = ""  # what a checkout without `ref` gets; "": what is checked out

    def __post_init__(self) -> None:
        self.store.mkdir(parents=True)

    def job(self, workflow: str, name: str, **matrix: str) -> list[subprocess.CompletedProcess[str]]:
        """Run a job and return its `run` steps. After a failed step only those that ask for it run."""
        file = load(WORKFLOWS / f"{workflow}.yml")
        job = file["jobs"][name]
        context = self.context | {f"matrix.{key}": value for key, value in matrix.items()}
        self.ref = "main" if "pull_request_target" in file["on"] else ""
        if "if" in job and not self._holds(job["if"], context, failed=False):
            return []
        done: list[subprocess.CompletedProcess[str]] = []
        for step in job["steps"]:
            failed = any(one.returncode for one in done)
            wanted = self._holds(step["if"], context, failed=failed) if "if" in step else True
            states = "if" in step and re.search(r"\b(always|failure)\(\)", step["if"])
            if wanted and (states or not failed):
                done += self._step(step, context, job.get("env", {}))
                context |= self._outputs(step)
        self.outputs = {name: self._text(value, context) for name, value in job.get("outputs", {}).items()}
        return done

    def _outputs(self, step: Mapping[str, Any]) -> dict[str, str]:
        """Return the outputs of a step, as the name of a context value -> value."""
        file = self.store / "GITHUB_OUTPUT"
        written = file.read_text(encoding="utf-8") if file.exists() else ""
        file.unlink(missing_ok=True)
        return {f"steps.{step.get('id')}.outputs.{name}": value for name, value in HEREDOC.findall(written)}

    def _step(
        self, step: Mapping[str, Any], context: Mapping[str, str], env: Mapping[str, str]
    ) -> list[subprocess.CompletedProcess[str]]:
        if "run" in step:
            return [self._run(step["run"], context, {**env, **step.get("env", {})})]
        action = step["uses"].partition("@")[0]
        if action == "./.github/actions/ready":
            # The virtualenv of the tests is installed already, and there is no role here.
            steps = [one for one in load(READY)["runs"]["steps"] if "run" in one and "if" not in one]
            done = [self._run(one["run"], context, env) for one in steps if one["name"] != "Install"]
            self.path += (self.store / "GITHUB_PATH").read_text(encoding="utf-8").split()
            return done
        given = {name: self._text(str(value), context) for name, value in step.get("with", {}).items()}
        ACTIONS[action](self, given)
        return []

    def _run(
        self, command: str, context: Mapping[str, str], env: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        files = {name: str(self.store / name) for name in ("GITHUB_PATH", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
        given = {name: self._text(str(value), context) for name, value in env.items()}
        path = ":".join([*reversed(self.path), self.environment["PATH"]])
        everything = {**self.environment, **files, **given, "PATH": path}
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self._text(command, context)],
            cwd=self.checkout, env=everything, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    @staticmethod
    def _text(text: str, context: Mapping[str, str]) -> str:
        def value(found: re.Match[str]) -> str:
            return next(filter(None, (context.get(name.strip(), "") for name in found[1].split("||"))), "")

        return re.sub(r"\$\{\{ *([\w. |]+?) *\}\}", value, text)

    def _holds(self, condition: str, context: Mapping[str, str], *, failed: bool) -> bool:
        """Return whether an `if` is true. Supports only what our workflows use."""

        def files(pattern: str) -> str:
            return "".join(str(path) for path in self.checkout.glob(pattern))

        python = re.sub(r"&&|\|\|", lambda found: OPERATORS[found[0]], condition)
        python = re.sub(
            r"\b(?:github|vars|inputs|matrix)\.[\w.]+", lambda found: repr(context.get(found[0], "")), python
        )
        names = {"always": lambda: True, "failure": lambda: failed, "hashFiles": files}
        return bool(eval(python, {"__builtins__": {}}, names))  # noqa: S307 - our own workflows

    def copy(self, source: Path, target: Path) -> None:
        """Copy the files of a directory, or those that match a pattern."""
        target.mkdir(parents=True, exist_ok=True)
        found = [*source.parent.glob(source.name)] if "*" in source.name else [*source.glob("*")]
        for path in found:
            shutil.copy(path, target)


def _check_out(runner: Runner, given: Mapping[str, str]) -> None:
    """Check out what the workflow asks for; without that, what the event is about."""
    ref = given.get("ref") or runner.ref
    if ref:
        subprocess.run(["git", "checkout", "--quiet", ref], cwd=runner.checkout, check=True)


def _sarif(runner: Runner, given: Mapping[str, str]) -> None:
    Sarif.model_validate_json((runner.checkout / given["sarif_file"]).read_text(encoding="utf-8"))


def _restore(runner: Runner, given: Mapping[str, str]) -> None:
    for path in (runner.store / "cache").glob(f"{given['restore-keys']}*"):
        runner.copy(path, runner.checkout / given["path"])


ACTIONS: Mapping[str, Callable[[Runner, Mapping[str, str]], None]] = {
    "actions/checkout": _check_out,
    "github/codeql-action/upload-sarif": _sarif,
    "actions/upload-artifact": lambda runner, given: runner.copy(
        runner.checkout / given["path"], runner.store / "artifacts" / given["name"]
    ),
    "actions/cache/save": lambda runner, given: runner.copy(
        runner.checkout / given["path"], runner.store / "cache" / given["key"]
    ),
    "actions/cache/restore": _restore,
}
