"""Every step of the workflows, in order: a pull request, its merge, manual drift, the next day."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from live_recording.ci.reports import ISSUE_MARK
from live_recording.emulator import Emulator
from tests.support import warm_python
from tests.support.clock import NOW
from tests.support.code_hosts import TOKEN, CodeHosts, code_hosts
from tests.support.emulated_account import Account
from tests.support.pulumi_project import Project
from tests.support.workflow_runner import READY, ROOT, WORKFLOWS, Runner, load

FILES = sorted(WORKFLOWS.glob("*.yml"))
TEMPLATE = ROOT / "template/.github/workflows/live-recording.yml"
ALL = [*FILES, TEMPLATE]
OURS = re.compile(r"^(exec |mkdir -p accounts && )?live-recording ")
COPIED = ("Pulumi.yaml", "__main__.py", "tools", ".github")
STACKS = ("dev", "prod")
SEASON = """time_zone: UTC
templates:
  match: {{mp4: {{record_interval: 1h, storage_time: {days}d}}}}
rules:
  everything: {{domain: push.{stack}.example.com, template: match}}
tasks:
  final: {{domain: events.{stack}.example.com, app: live, stream: final, start: 2026-11-21T20:00, duration: 2h, template: match}}
  next: {{domain: events.{stack}.example.com, app: live, stream: next, start: 2026-11-27T10:00, duration: 2h, template: match}}
"""


def git(checkout: Path, *arguments: str) -> str:
    """Run git and return its output."""
    who = ("-c", "user.name=Op", "-c", "user.email=op@example.com")
    return subprocess.run(["git", *who, *arguments], cwd=checkout, capture_output=True, text=True, check=True).stdout


def write(checkout: Path, days: int) -> None:
    """Write the stack files with this retention."""
    for stack in STACKS:
        text = SEASON.format(stack=stack, days=days)
        (checkout / f"stacks/{stack}.yaml").write_text(text, encoding="utf-8")


def commit(runner: Runner, subject: str) -> None:
    """Commit everything to the pull request."""
    git(runner.checkout, "add", ".")
    git(runner.checkout, "commit", "--message", subject)
    runner.context["github.event.pull_request.head.sha"] = git(runner.checkout, "rev-parse", "HEAD").strip()


def trap(runner: Runner) -> None:
    """Change everything that could run with the credentials of a review, and that is not a stack."""
    take = f"touch {runner.store}/taken"
    for name in ("__main__.py", "sitecustomize.py", "tools/pulumi/install.py"):
        (runner.checkout / name).write_text(f"import os\nos.system({take!r})\n", encoding="utf-8")
    project = (runner.checkout / "Pulumi.yaml").read_text(encoding="utf-8")
    (runner.checkout / "Pulumi.yaml").write_text(
        project.replace("virtualenv: .venv", "virtualenv: stacks"), encoding="utf-8"
    )


def acknowledge(runner: Runner) -> None:
    """Add the lines to the stack files that accept a shorter retention."""
    for stack in STACKS:
        with (runner.checkout / f"stacks/{stack}.yaml").open("a", encoding="utf-8") as file:
            file.write("acknowledge:\n")
            for path in ("templates.match", "rules.everything"):
                file.write(
                    f'  - {{finding: recording-loss, path: {path}, reason: "Rights end after a week", until: 2026-11-27}}\n'
                )


def fork(runner: Runner, days: int) -> None:
    """Make the checkout a pull request from a fork that changes the retention."""
    git(runner.checkout, "update-ref", "refs/remotes/origin/main", "main")
    write(runner.checkout, days)
    git(runner.checkout, "commit", "--all", "--message=Keep for another time")
    runner.context["github.event.pull_request.head.repo.full_name"] = "somebody/recordings"


def run_command(runner: Runner, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the checkout, as a person would."""
    path = ":".join([*reversed(runner.path), runner.environment["PATH"]])
    everything = runner.environment | environment | {"PATH": path}
    return subprocess.run(command, cwd=runner.checkout, env=everything, capture_output=True, text=True, check=False)


@pytest.fixture
def account() -> Iterator[Account]:
    """Return an account for all stacks."""
    with Emulator(now=NOW) as emulator:
        yield Account(emulator)


@pytest.fixture
def hosts() -> Iterator[CodeHosts]:
    """Start GitHub."""
    with code_hosts() as started:
        yield started


@pytest.fixture
def runner(account: Account, hosts: CodeHosts, tmp_path: Path) -> Runner:
    """Return a machine with the project checked out."""
    checkout = tmp_path / "checkout"
    (checkout / "stacks").mkdir(parents=True)
    for name in COPIED:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy2)(ROOT / name, checkout / name)
    (checkout / ".venv").symlink_to(warm_python.virtualenv())
    cli = Project(checkout, tmp_path)
    live = {name: account.environment[name] for name in ("LIVE_RECORDING_ENDPOINT", "LIVE_RECORDING_NOW")}
    keys = {"ID": account.emulator.secret_id, "KEY": account.emulator.secret_key}
    context = {f"secrets.TENCENTCLOUD_{kind}_{name}": keys[name] for kind in ("SECRET", "READER") for name in keys}
    context |= {
        "vars.PULUMI_BACKEND_URL": cli.environment["PULUMI_BACKEND_URL"],
        "secrets.PULUMI_CONFIG_PASSPHRASE": "for tests only",
        "github.repository": "broadcaster/recordings",
        "github.event.pull_request.head.repo.full_name": "broadcaster/recordings",
        "github.event.pull_request.number": "7",
        "github.base_ref": "main",
        "github.event.pull_request.user.login": "editor",
        "github.token": TOKEN,
    }
    write(checkout, 30)
    (checkout / ".gitignore").write_text(
        ".venv\nprovider\nplans\naccounts\nfindings.sarif\n__pycache__\n", encoding="utf-8"
    )
    for stack in STACKS:
        cli.run("stack", "init", stack)
    git(checkout, "init", "--initial-branch=main")
    git(checkout, "add", ".")
    git(checkout, "commit", "--message=Season")
    job = {name: value for name, value in hosts.github().items() if name not in ("GH_TOKEN", "GITHUB_REF")}
    return Runner(checkout, tmp_path / "store", cli.environment | live | job, context)


def passed(done: list[subprocess.CompletedProcess[str]]) -> bool:
    """Return whether a job ran and all its steps passed. Print the output of those that failed."""
    failed = [one for one in done if one.returncode]
    print(*(f"{one.args[-1]}\n{one.stdout}{one.stderr}" for one in failed), sep="\n")  # noqa: T201 - pytest shows it
    return bool(done) and not failed


def test_a_change_goes_through_the_pipeline(runner: Runner, account: Account, hosts: CodeHosts) -> None:
    """Merged, reviewed, stopped, acknowledged, deployed, drifted and topped up a day later."""
    for stack in STACKS:
        assert passed(runner.job("deploy", "deploy", stack=stack))
    assert len(account.state["templates"]) == len(account.rules()) == len(account.state["tasks"]) == len(STACKS)

    git(runner.checkout, "checkout", "-b", "shorter")
    write(runner.checkout, 7)
    trap(runner)
    commit(runner, "Keep for a week only")
    account.emulator.clear_log()
    assert passed(runner.job("pull-request", "check"))
    assert [each["stack"] for each in json.loads(runner.outputs["stacks"])] == list(STACKS)
    (runner.store / "taken").unlink()  # by the code of the pull request, which has no credentials there
    assert not passed(runner.job("review", "review"))
    (comment,) = hosts.comments
    assert comment.body.splitlines()[1].startswith("**Not in this review**: this pull request also changes 4 paths")
    assert comment.body.count("acknowledge") >= len(STACKS)
    assert not (runner.store / "taken").exists(), "code of the pull request had the credentials"
    assert (runner.store / "artifacts/review/dev.html").exists()
    assert account.actions() == []

    git(runner.checkout, "checkout", "shorter")
    git(runner.checkout, "reset", "--hard", "main")
    write(runner.checkout, 7)
    acknowledge(runner)
    commit(runner, "Acknowledge it")
    assert passed(runner.job("review", "review"))
    (comment,) = hosts.comments
    assert "each accepted with a reason" in comment.body
    git(runner.checkout, "checkout", "main")
    git(runner.checkout, "merge", "shorter")
    assert passed(runner.job("deploy", "deploy", stack="dev"))
    assert account.actions() == ["ModifyLiveRecordTemplate"]
    assert sorted(t["Mp4Param"]["StorageTime"] for t in account.state["templates"]) == [7 * 86400, 30 * 86400]

    drift_is_reported(runner, account, hosts)

    account.emulator.set_now(NOW + timedelta(days=1))
    runner.environment["LIVE_RECORDING_NOW"] = (NOW + timedelta(days=1)).isoformat()
    account.emulator.clear_log()
    assert passed(runner.job("top-up", "top-up", stack="dev"))
    assert account.actions() == ["CreateRecordTask"]


def drift_is_reported(runner: Runner, account: Account, hosts: CodeHosts) -> None:
    """Check that an issue is open while the account differs, and while the comparison or the verification fails."""
    assert passed(runner.job("drift", "drift", stack="dev"))
    rule = account.in_console("DescribeLiveRecordRules")["Rules"][0]
    account.in_console("DeleteLiveRecordRule", DomainName=rule["DomainName"], AppName="", StreamName="")
    drifted = rule["DomainName"].split(".")[1]
    assert not passed(runner.job("drift", "drift", stack=drifted))
    (issue,) = hosts.issues
    assert issue.title == f"Drift check of {drifted}"
    assert issue.body.startswith(f"{ISSUE_MARK}\nDrift: the account does not match stack {drifted}.")
    assert f"push.{drifted}.example.com" in issue.body

    keys = {
        f"TENCENTCLOUD_{name}": runner.context[f"secrets.TENCENTCLOUD_{name}"] for name in ("SECRET_ID", "SECRET_KEY")
    }
    assert run_command(runner, "pulumi", "up", "--refresh", "--yes", "--stack", drifted, **keys).returncode == 0
    assert passed(runner.job("drift", "drift", stack=drifted))
    assert [issue.state for issue in hosts.issues] == ["closed"]
    assert passed(runner.job("verify", "recordings", stack="dev"))
    runner.context["github.event.schedule"] = "*/10 * * * *"
    assert runner.job("verify", "recordings", stack="dev") == []
    runner.context["secrets.TENCENTCLOUD_READER_KEY"] = "revoked"
    assert not passed(runner.job("verify", "pushes", stack="dev"))
    assert hosts.issues[-1].title == "Pushes of dev"
    looked, _ = runner.job("drift", "drift", stack="dev")[-2:]
    assert looked.returncode == 3
    assert hosts.issues[-1].body.startswith(f"{ISSUE_MARK}\nThe comparison of the account with stack dev failed.")


def test_a_fork_is_reviewed_without_keys(runner: Runner, account: Account) -> None:
    """Its change is planned against a copy of the account, and nothing is sent to the account itself."""
    assert passed(runner.job("deploy", "deploy", stack="prod"))
    fork(runner, 7)
    account.emulator.clear_log()

    assert runner.job("review", "review") == []
    *_, planned, shown = runner.job("pull-request", "review-without-keys", stack="prod")
    assert (planned.returncode, shown.returncode) == (1, 0), "a retention is shortened"
    summary = (runner.store / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8")
    assert summary.count("MP4 retention drops from 30 days to 7 days") == 2
    assert account.emulator.log == []


def test_a_fork_is_reviewed_before_any_snapshot(runner: Runner) -> None:
    """Without a snapshot the stack files are compared, and the review says so. Dependabot, say, gets no keys either."""
    fork(runner, 7)
    runner.context["github.event.pull_request.head.repo.full_name"] = runner.context["github.repository"]
    runner.context["github.event.pull_request.user.login"] = "dependabot[bot]"

    assert runner.job("review", "review") == []
    *_, planned, _ = runner.job("pull-request", "review-without-keys", stack="dev")
    summary = (runner.store / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8")

    assert planned.returncode == 1
    assert "push.dev.example.com/\\*/\\*: MP4 retention drops from 30 days to 7 days" in summary
    assert "No account data." in summary


def test_a_fork_adds_and_removes_stacks(runner: Runner) -> None:
    """A stack that only one of the two commits has is reported too."""
    git(runner.checkout, "update-ref", "refs/remotes/origin/main", "main")
    (runner.checkout / "stacks/dev.yaml").rename(runner.checkout / "stacks/new.yaml")
    runner.job("pull-request", "check")  # sets the path
    base = ("--changed", "origin/main", "--accounts", "accounts")
    done = run_command(runner, "live-recording", "plan", *base, "dev", "new", "prod")
    review = (runner.checkout / "plans/review.md").read_text(encoding="utf-8")

    assert done.returncode == 0, done.stderr
    assert "- `dev`: **No stack file**: stacks/dev.yaml does not exist." in review
    assert review.count("**Uncertain") == 1
    assert "| `push.dev.example.com/*/*` | nothing | `match`: MP4 30 days" in review


def test_unknown_base_is_an_error(runner: Runner) -> None:
    """A commit that does not exist is reported; the change is not treated as a first deployment."""
    done = run_command(runner, "live-recording", "plan", "dev", "--changed", "origin/mian", "--accounts", "accounts")

    assert (done.returncode, done.stderr) == (2, 'Commit "origin/mian" not found. Fetch it, or choose another one.\n')


@pytest.mark.parametrize("path", [path for path in ALL if path.stem != "ci"], ids=lambda path: path.stem)
def test_matrices_come_from_the_list_of_stacks(path: Path) -> None:
    """Adding a stack edits no workflow."""
    jobs = load(path)["jobs"]
    for job in jobs.values():
        matrix = job.get("strategy", {}).get("matrix")
        lister = job.get("needs")
        assert matrix is None or matrix == {"include": f"${{{{ fromJSON(needs.{lister}.outputs.stacks) }}}}"}
        assert matrix is None or "live-recording list --format json" in str(jobs[lister]["steps"])


@pytest.mark.parametrize("path", [*ALL, READY], ids=lambda path: path.stem)
def test_actions_are_pinned(path: Path) -> None:
    """Every third-party action is pinned to a commit, with its version in a comment."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if "uses: " in line]
    foreign = [line for line in lines if "uses: ./" not in line]

    assert all(len(line.partition("@")[2].split(" # v")[0]) == 40 and " # v" in line for line in foreign)


def test_jobs_install_only_locked_packages() -> None:
    """The runtime lock with hashes, then the package itself without dependencies; no development tools."""
    (install,) = [step["run"] for step in load(READY)["runs"]["steps"] if step.get("name") == "Install"]
    commands = [line.split() for line in install.splitlines() if "pip install" in line]

    assert [("--require-hashes" in words, "--no-deps" in words, words[-1]) for words in commands] == [
        (True, False, "requirements.txt"),
        (False, True, "."),
    ]


JOBS = [pytest.param(job, id=f"{path.stem}-{name}") for path in ALL for name, job in load(path)["jobs"].items()]


@pytest.mark.parametrize("job", JOBS)
def test_secrets_are_set_at_the_steps_that_need_them(job: dict[str, Any]) -> None:
    """Only our own commands get a secret: no other step, no action, and nothing else of the job."""
    rest = {**job, "steps": [step for step in job["steps"] if not OURS.search(step.get("run", ""))]}

    assert "secrets." not in str(rest)


@pytest.mark.parametrize("job", JOBS)
def test_jobs_end_and_keep_no_token(job: dict[str, Any]) -> None:
    """Each job has a time limit, and leaves no token in the checkout for later steps."""
    checkouts = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]

    assert job["timeout-minutes"] <= 60
    assert [step["with"]["persist-credentials"] for step in checkouts] == [False] * len(checkouts)


def test_code_of_pull_requests_gets_no_secrets() -> None:
    """The workflow of the pull request names no secret; that of the base checks out nothing else."""
    assert "{{ secrets" not in (WORKFLOWS / "pull-request.yml").read_text(encoding="utf-8")
    review = load(WORKFLOWS / "review.yml")
    (job,) = review["jobs"].values()
    (checkout,) = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]

    assert list(review["on"]) == ["pull_request_target"]
    template = load(TEMPLATE)["jobs"]["review"]
    assert template["if"] == f"github.event_name == 'pull_request_target' && {job['if']}"
    assert (template["steps"][0]["uses"], "ref" in template["steps"][0]["with"]) == (checkout["uses"], False)
    assert sorted(checkout["with"]) == ["fetch-depth", "persist-credentials"]
    assert job["if"] == (
        "github.event.pull_request.head.repo.full_name == github.repository "
        "&& github.event.pull_request.user.login != 'dependabot[bot]'"
    )
