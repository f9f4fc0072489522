"""The GitLab pipeline: which jobs run when, and their scripts in order on a scratch repository."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from live_recording.ci.reports import ISSUE_MARK
from live_recording.emulator import Emulator
from tests.support.clock import NOW
from tests.support.code_hosts import ME, CodeHosts, Post, code_hosts
from tests.support.emulated_account import Account
from tests.support.gitlab_runner import Pipeline, jobs, load
from tests.support.live_project import LiveProject
from tests.support.sdk_client import control

MATCH = """templates:
  match: {{mp4: {{record_interval: 1h, storage_time: {days}d}}}}
rules:
  everything: {{domain: push.example.com, template: match}}
"""
OWN = {"CI_MERGE_REQUEST_PROJECT_ID": "42", "CI_DEFAULT_BRANCH": "main"}
EVENTS = {
    "merge request": ({"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "42"}, ["check", "review"]),
    "fork": ({"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "43"}, ["check", "review-without-keys"]),
    "merge": ({"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"}, ["list-stacks", "each-stack"]),
    "branch": ({"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "shorter"}, []),
    "schedule": ({"CI_PIPELINE_SOURCE": "schedule"}, ["list-stacks", "each-stack"]),
    "merge, each stack": ({"CI_PIPELINE_SOURCE": "parent_pipeline"}, ["deploy"]),
    "day, each stack": ({"CI_PIPELINE_SOURCE": "parent_pipeline", "TASK": "top-up"}, ["top-up"]),
    "night, each stack": ({"CI_PIPELINE_SOURCE": "parent_pipeline", "TASK": "drift"}, ["drift"]),
    "morning, each stack": ({"CI_PIPELINE_SOURCE": "parent_pipeline", "TASK": "verify"}, ["verify"]),
    "now, each stack": ({"CI_PIPELINE_SOURCE": "parent_pipeline", "TASK": "verify-now"}, ["verify-now"]),
}  # fmt: skip


@pytest.mark.parametrize(("event", "expected"), EVENTS.values(), ids=EVENTS)
def test_events_start_jobs(event: dict[str, str], expected: list[str]) -> None:
    """Each event starts its jobs only; a merge request from a fork gets no credentials."""
    assert Pipeline(Path(), OWN | event).selected() == expected


def test_a_new_stack_edits_no_pipeline(tmp_path: Path) -> None:
    """The child pipeline has a job for each stack file that there is, with its account."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: recordings\nruntime: python\nstackConfigDir: stacks\n", "utf-8")
    (tmp_path / "stacks/Pulumi.new.yaml").write_text("config: {live-recording:account: 100000000001}\n", "utf-8")
    for name in ("dev", "new"):
        (tmp_path / f"stacks/{name}.yaml").write_text(MATCH.format(days=30), "utf-8")
    event = {"CI_PIPELINE_SOURCE": "schedule", "TASK": "drift", "PATH": f"{sys.prefix}/bin:{os.environ['PATH']}"}
    parent = Pipeline(tmp_path, OWN | event)
    assert parent.run("list-stacks").returncode == 0
    child = parent.child("each-stack")

    assert child.selected() == ["drift"]
    for job in ("deploy", "top-up", "drift"):
        assert child.instances(job) == [
            {"STACK": "dev", "ACCOUNT": "any"},
            {"STACK": "new", "ACCOUNT": "100000000001"},
        ]


def test_one_deployment_at_a_time() -> None:
    """Deployment and top-up have the stack's environment, whose variables are protected; those of an account wait."""
    deploy, top_up = jobs(load())["deploy"], jobs(load())["top-up"]
    group = "live-recording-$ACCOUNT"

    assert (deploy["environment"], deploy["resource_group"], deploy["interruptible"]) == ("$STACK", group, False)
    assert {key: deploy[key] for key in deploy if key != "rules"} == {
        key: top_up[key] for key in top_up if key != "rules"
    }


@pytest.fixture
def hosts() -> Iterator[CodeHosts]:
    """Start GitLab."""
    with code_hosts() as started:
        yield started


def test_a_change_goes_through_the_pipeline(tmp_path: Path, hosts: CodeHosts) -> None:
    """Deployed, changed, reviewed in one note, compared at night: the issue is opened on drift and closed after it."""
    with Emulator(now=NOW) as emulator:
        account = Account(emulator)
        project = LiveProject(tmp_path, account)
        base = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": "HEAD"}
        pipeline = Pipeline(project.directory, project.environment | hosts.gitlab() | base)
        project.write(MATCH.format(days=30))
        git = ("git", "-c", "user.name=Op", "-c", "user.email=op@example.com")
        for command in (("init",), ("add", "stacks", "Pulumi.yaml"), ("commit", "--message=Season")):
            subprocess.run([*git, *command], cwd=project.directory, capture_output=True, check=True)
        deployed = pipeline.run("deploy", STACK="dev")
        assert deployed.returncode == 0, deployed.stdout + deployed.stderr
        assert len(account.rules()) == 1

        project.write(MATCH.format(days=7))
        assert pipeline.run("check").returncode == 0
        assert (project.directory / "code-quality.json").read_text(encoding="utf-8") == "[]\n"
        assert pipeline.run("review").returncode == 1, "a retention is shortened"
        (note,) = hosts.comments
        assert "MP4 retention drops from 30 days to 7 days" in note.body

        project.write(MATCH.format(days=30))
        hosts.issues.append(Post(ME, ISSUE_MARK, "Drift check of dev"))
        assert pipeline.run("drift", STACK="dev").returncode == 0
        assert [issue.state for issue in hosts.issues] == ["closed"]
        account.in_console("DeleteLiveRecordRule", DomainName="push.example.com", AppName="", StreamName="")
        drifted = pipeline.run("drift", STACK="dev")
        _, issue = hosts.issues
        assert (drifted.returncode, issue.title, issue.state) == (1, "Drift check of dev", "open"), drifted.stderr
        assert "Drift: the account does not match stack dev.\n" in issue.body
        assert "push.example.com" in issue.body

        times = {"start": (NOW + timedelta(hours=1)).isoformat(), "end": (NOW + timedelta(hours=2)).isoformat()}
        emulator.set_now(NOW + timedelta(hours=4))
        control(emulator.port, "POST", "pushes", {"domain": "push.example.com", "app": "live", "stream": "a"} | times)
        later = {"STACK": "dev", "LIVE_RECORDING_NOW": (NOW + timedelta(hours=4)).isoformat()}
        assert pipeline.run("verify", **later).returncode == 1, "the rule was deleted"
        assert hosts.issues[-1].title == "Recordings of dev"
        assert "| **not recorded** | `push.example.com/live/a` |" in hosts.issues[-1].body
        assert pipeline.run("verify-now", **later).returncode == 0


@pytest.mark.parametrize("job", ["review", "deploy", "drift"])
def test_job_without_credentials_stops(tmp_path: Path, hosts: CodeHosts, job: str) -> None:
    """A role that gives no credentials is an error, not a run without an account."""
    roles = dict.fromkeys(("TENCENTCLOUD_ROLE", "TENCENTCLOUD_READER_ROLE"), "qcs::cam::uin/1:roleName/recorder")
    path = {"PATH": f"{sys.prefix}/bin:{os.environ['PATH']}"}
    done = Pipeline(tmp_path, hosts.gitlab() | roles | path).run(job, STACK="dev")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("No identity token found.")
    assert len(done.stderr.splitlines()) == 1
