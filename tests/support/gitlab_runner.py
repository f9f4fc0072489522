"""Run the jobs of our GitLab pipeline on this machine: their scripts unchanged, without the steps that install."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent.parent
PIPELINE = ROOT / "examples/gitlab/.gitlab-ci.yml"
INSTALL = re.compile(r"pip install|-m venv")
KEYWORDS = ("workflow", "stages", "default", "variables")

Config = dict[str, Any]


def load() -> Config:
    """Return the pipeline as data."""
    data: Config = yaml.safe_load(PIPELINE.read_text(encoding="utf-8"))
    return data


def jobs(data: Config) -> dict[str, Config]:
    """Return the jobs with what they extend; names that begin with a period are templates."""

    def whole(job: Config) -> Config:
        names = job.get("extends", [])
        merged: Config = {}
        for name in [names] if isinstance(names, str) else names:
            merged |= whole(data[name])
        return merged | {key: value for key, value in job.items() if key != "extends"}

    return {name: whole(job) for name, job in data.items() if name not in KEYWORDS and not name.startswith(".")}


def holds(rule: str, variables: Mapping[str, str]) -> bool:
    """Return whether an `if` is true. Supports only what our pipeline uses."""
    python = re.sub(r"\$(\w+)", lambda found: repr(variables.get(found[1])), rule)
    python = python.replace("&&", " and ").replace("||", " or ").replace("null", "None")
    return bool(eval(python, {"__builtins__": {}}))  # noqa: S307 - our own pipeline


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A checkout, and the variables of the project and of the event."""

    checkout: Path
    variables: Mapping[str, str]
    config: Config = field(default_factory=load)

    @property
    def jobs(self) -> dict[str, Config]:
        """Return all jobs of the pipeline."""
        return jobs(self.config)

    def selected(self) -> list[str]:
        """Return the jobs that run for this event."""
        if not any(holds(rule["if"], self.variables) for rule in self.config["workflow"]["rules"]):
            return []
        return [
            name for name, job in self.jobs.items() if any(holds(rule["if"], self.variables) for rule in job["rules"])
        ]

    def child(self, name: str) -> "Pipeline":
        """Return the child pipeline that a job starts, from our own file and what an earlier job wrote."""
        local, artifact = self.jobs[name]["trigger"]["include"]
        assert local == {"local": PIPELINE.name}
        assert artifact["job"] in self.jobs[name]["needs"]
        assert artifact["artifact"] in self.jobs[artifact["job"]]["artifacts"]["paths"]
        written = yaml.safe_load((self.checkout / artifact["artifact"]).read_text(encoding="utf-8"))
        return Pipeline(
            self.checkout, {**self.variables, "CI_PIPELINE_SOURCE": "parent_pipeline"}, self.config | written
        )

    def instances(self, name: str) -> list[dict[str, str]]:
        """Return the variables of each run of a job."""
        matrix: list[dict[str, str]] = self.jobs[name]["parallel"]["matrix"]
        return matrix

    def run(self, name: str, **matrix: str) -> subprocess.CompletedProcess[str]:
        """Run the script of a job as GitLab does: one shell that stops at the first failure."""
        job, default = self.jobs[name], self.config["default"]
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
