"""Run the jobs of our GitLab pipeline on this machine: their scripts unchanged, without the steps that install."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent.parent
PIPELINE = ROOT / "examples/gitlab/.gitlab-ci.yml"
INSTALL = re.compile(r"pip install|-m venv")
KEYWORDS = ("workflow", "stages", "default", "variables")


def load() -> dict[str, Any]:
    """Return the pipeline as data."""
    data: dict[str, Any] = yaml.safe_load(PIPELINE.read_text(encoding="utf-8"))
    return data


def jobs() -> dict[str, dict[str, Any]]:
    """Return the jobs with what they extend; names that begin with a period are templates."""
    data = load()

    def whole(job: Mapping[str, Any]) -> dict[str, Any]:
        base = whole(data[job["extends"]]) if "extends" in job else {}
        return base | {key: value for key, value in job.items() if key != "extends"}

    return {name: whole(job) for name, job in data.items() if name not in KEYWORDS and not name.startswith(".")}


def holds(rule: str, variables: Mapping[str, str]) -> bool:
    """Return whether an `if` is true. Supports only what our pipeline uses."""
    python = re.sub(r"\$(\w+)", lambda found: repr(variables.get(found[1], "")), rule).replace("&&", " and ")
    return bool(eval(python, {"__builtins__": {}}))  # noqa: S307 - our own pipeline


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A checkout, and the variables of the project and of the event."""

    checkout: Path
    variables: Mapping[str, str]

    def selected(self) -> list[str]:
        """Return the jobs that run for this event."""
        if not any(holds(rule["if"], self.variables) for rule in load()["workflow"]["rules"]):
            return []
        return [name for name, job in jobs().items() if any(holds(rule["if"], self.variables) for rule in job["rules"])]

    def run(self, name: str, **matrix: str) -> subprocess.CompletedProcess[str]:
        """Run the script of a job as GitLab does: one shell that stops at the first failure."""
        job, default = jobs()[name], load()["default"]
        own = {
            key: re.sub(r"\$(\w+)", lambda found: self.variables.get(found[1], ""), value)
            for key, value in job.get("variables", {}).items()
        }
        lines = [line for line in (*default["before_script"], *job["script"]) if not INSTALL.search(line)]
        return subprocess.run(
            ["bash", "-eo", "pipefail", "-c", "\n".join(lines)],
            cwd=self.checkout, env={**self.variables, **own, **matrix},
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
