"""Which passes a deployment runs, whatever happens at any moment between its plan and its end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.config.settings import Settings
from live_recording.pipeline import deploy
from live_recording.pipeline.passes import AHEAD, OLDEST, OUR_TYPES, Passes, Planned, passes_after
from tests.support import review_stack
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.engine_double import urn
from tests.support.provider_in_process import ProviderInProcess
from tests.support.pulumi_project import callers
from tests.support.scripted_pulumi import ScriptedPulumi
from tests.support.verb_runner import run_verb

PLANNED = Planned(NOW, OUR_TYPES, changes_nothing=False, moments=())
OTHERS = OUR_TYPES | {"aws:s3/bucket:Bucket"}
distances = st.timedeltas(timedelta(minutes=-5), timedelta(minutes=5))


@given(st.booleans(), st.booleans(), distances, st.lists(distances), st.booleans())
def test_a_pass_is_saved_only_where_nothing_happened(
    ours: bool, nothing: bool, age: timedelta, moments: list[timedelta], same: bool
) -> None:
    """No `up` without changes, no preview without a fresh look, and neither if time can have changed the plan."""
    types = OUR_TYPES if ours else OTHERS
    planned = Planned(NOW, types, changes_nothing=nothing, moments=[NOW + moment for moment in moments])

    passes = passes_after(planned, NOW + age, lambda: same)

    if passes is Passes.none:
        assert ours
        assert nothing
        assert not any(timedelta(0) <= moment <= age for moment in moments)
    elif passes is Passes.update:
        assert ours
        assert same
        assert timedelta(0) <= age <= OLDEST
        assert not any(timedelta(0) <= moment <= age + AHEAD for moment in moments)
    elif ours and same and timedelta(0) <= age <= OLDEST:
        assert any(timedelta(0) <= moment <= age + AHEAD for moment in moments)


def test_account_is_read_again_only_to_save_a_pass() -> None:
    """It costs calls, so it comes last."""

    def read() -> bool:
        raise AssertionError

    assert passes_after(replace(PLANNED, changes_nothing=True), NOW, read) is Passes.none
    assert passes_after(replace(PLANNED, types=OTHERS), NOW, read) is Passes.preview_and_update
    assert passes_after(PLANNED, NOW + OLDEST * 2, read) is Passes.preview_and_update


class Project:
    """A project whose Pulumi is scripted: the state and the plans are those of the engine's double."""

    def __init__(self, directory: Path, account: Account) -> None:
        self.directory, self.account = directory, account
        self.cli = ScriptedPulumi(directory / "cli")
        self.changing = review_stack.Changing(account.emulator).up(review_stack.STACK)
        (directory / "stacks").mkdir()
        (directory / "Pulumi.yaml").write_text(
            "name: live-recording\nruntime: python\nstackConfigDir: stacks\n", "utf-8"
        )
        self.export()
        self.declare(review_stack.STACK)
        self.cli.answer("up", "Done.")

    def export(self, **more: Any) -> None:
        """Make the double's state the one of the CLI."""
        known = self.changing.engine.state.items()
        resources = [{"urn": urn(*key), "type": urn(*key).split("::")[2], "outputs": old.outputs} for key, old in known]
        self.cli.answer("export", {"deployment": {"resources": resources} | more})

    def declare(self, text: str) -> None:
        """Write the stack file, and the plan that the CLI prints and saves."""
        (self.directory / "stacks/dev.yaml").write_text(text, encoding="utf-8")
        settings = self.changing.settings
        declared = review_stack.resources_of(review_stack.stack_file(text, settings))
        self.cli.answer("preview", self.changing.engine.preview(ProviderInProcess(settings), declared))
        goal: dict[str, Any] = {
            "inputDiff": {} if text == review_stack.STACK else {"updates": {"mp4": {}}},
            "outputDiff": {},
        }
        known = self.changing.engine.state.items()
        plans = {urn(*key): {"goal": goal, "steps": ["same"], "state": old.outputs} for key, old in known}
        self.cli.answer("plan", {"resourcePlans": plans})
        self.account.emulator.clear_log()

    def deploy(self) -> CompletedProcess[str]:
        """Run `live-recording deploy dev`."""
        environment = callers() | self.account.environment | {"PATH": self.cli.path}
        return run_verb("deploy", "dev", directory=self.directory, environment=environment)

    @property
    def previews(self) -> list[bool]:
        """Return for each `up` whether it has a preview."""
        return ["--skip-preview" not in arguments for arguments in self.cli.updates]


@pytest.fixture
def project(tmp_path: Path, account: Account) -> Project:
    """Return a deployed project."""
    return Project(tmp_path, account)


LONGER = review_stack.edited(("storage_time: 30d", "storage_time: 60d"))
TASK_SOON = "  soon: {domain: push.example.com, app: live, stream: x, start: 2026-11-20T12:01Z, duration: 1h, template: clips}\n"


def after_plan(monkeypatch: pytest.MonkeyPatch, intervene: Callable[[], object]) -> None:
    """Let something happen as soon as the first plan is created."""
    passes, pending = deploy.Attempt.passes, [intervene]

    def intervene_and_decide(attempt: deploy.Attempt) -> Passes:
        if pending:
            pending.pop()()
        return passes(attempt)

    monkeypatch.setattr(deploy.Attempt, "passes", intervene_and_decide)


def test_nothing_to_change_ends_after_the_plan(project: Project) -> None:
    """No `up` is started, each list of the account is read once, and the page of an earlier plan does not stay."""
    project.declare(LONGER)
    project.deploy()
    pages = [project.directory / "plans" / name for name in ("dev.html", "index.html")]
    assert all(page.exists() for page in pages)
    (project.cli.directory / "up.arguments").unlink()
    project.declare(review_stack.STACK)

    done = project.deploy()

    assert not any(page.exists() for page in pages)
    assert (project.directory / "plans/dev.md").exists()

    assert (done.returncode, done.stdout.splitlines()[-1], project.cli.updates) == (0, "Nothing to change.", [])
    calls = [call["action"] for call in project.account.emulator.log]
    assert calls.count("DescribeLiveRecordRules") == 1


def test_nothing_to_change_after_an_interrupted_run_is_applied(project: Project) -> None:
    """The state still lists an operation as pending, which only an `up` can tell."""
    project.export(pending_operations=[{"resource": {}, "type": "creating"}])

    done = project.deploy()

    assert (done.returncode, done.stdout.splitlines()[-1], len(project.cli.updates)) == (0, "Applied.", 1)


def test_nothing_to_change_until_a_task_began(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What begins or becomes due while the plan is created is for the `up`, as without this shortcut."""
    after_plan(monkeypatch, lambda: monkeypatch.setattr(Settings, "now", lambda _: NOW + timedelta(hours=2)))

    assert project.deploy().stdout.splitlines()[-1] == "Applied."
    assert project.previews == [True]


def test_change_is_applied_without_a_second_preview(project: Project) -> None:
    """The verdict comes first. The account is read once more, with no more calls than the preview would need."""
    project.declare(LONGER)

    verdict, *_, output, outcome = project.deploy().stdout.splitlines()
    assert verdict.startswith("dev, plan 1: No recording loss: 1 pattern changes.")
    assert (output, outcome) == ("Done.", "Applied.")
    assert project.previews == [False]
    calls = [call["action"] for call in project.account.emulator.log]
    assert {name: calls.count(name) for name in ("DescribeLiveRecordRules", "DescribeLiveDomains", "GetCallerIdentity")} == {
        "DescribeLiveRecordRules": 2, "DescribeLiveDomains": 1, "GetCallerIdentity": 1,
    }  # fmt: skip


def edit_file(project: Project) -> None:
    """Another program writes the stack file."""
    path = project.directory / "stacks/dev.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")


def edit_config(project: Project) -> None:
    """Another program writes the config."""
    (project.directory / "stacks/Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")


def add_rule(project: Project) -> None:
    """Another user creates a rule."""
    project.account.rule(project.account.template("other"), "push.example.com", "news")


def add_task(project: Project) -> None:
    """Another user creates a task."""
    task = {"DomainName": "push.example.com", "AppName": "live", "StreamName": "x"}
    start = int(NOW.timestamp()) + 3600
    project.account.in_console("CreateRecordTask", **task, StartTime=start, EndTime=start + 3600)


def change_template(project: Project) -> None:
    """Another user edits a template."""
    template_id = int(project.account.state["templates"][0]["TemplateId"])
    project.account.in_console("ModifyLiveRecordTemplate", TemplateId=template_id, Description="edited")


INTERVENTIONS: dict[str, Callable[[Project], object]] = {
    "file": edit_file,
    "config": edit_config,
    "state": lambda project: project.export(metadata={"integrity": "another run ended"}),
    "lost-backend": lambda project: project.cli.answer("export"),
    "rule": add_rule,
    "task": add_task,
    "template": change_template,
}


@pytest.mark.parametrize("intervene", INTERVENTIONS.values(), ids=INTERVENTIONS)
def test_whatever_changes_after_the_plan_brings_the_preview_back(
    project: Project, monkeypatch: pytest.MonkeyPatch, intervene: Callable[[Project], object]
) -> None:
    """Another user changed the files, the state or the account between the plan and the look at them."""
    project.declare(LONGER)
    after_plan(monkeypatch, lambda: intervene(project))

    project.deploy()

    assert project.previews == [True]


@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=2), timedelta(hours=2)], ids=str)
def test_time_brings_the_preview_back(project: Project, monkeypatch: pytest.MonkeyPatch, late: timedelta) -> None:
    """A task begins in a minute, the plan is old, or both."""
    project.declare(LONGER + (TASK_SOON if not late else ""))
    after_plan(monkeypatch, lambda: monkeypatch.setattr(Settings, "now", lambda _: NOW + late))

    project.deploy()

    assert project.previews == [True]


STALE = "error: resource urn:x violates plan: properties changed"


def test_change_during_the_update_is_planned_again(project: Project) -> None:
    """The engine enforces the plan at each resource. A new plan without other effects is applied, with a preview."""
    project.declare(LONGER)
    fail_first_update(project)

    done = project.deploy()

    assert (done.returncode, done.stdout.splitlines()[-1], project.previews) == (0, "Applied.", [False, True])


def test_other_change_during_the_update_is_reported(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Part of the plan may be applied, and the message says so."""
    project.declare(LONGER)
    fail_first_update(project)
    is_basis_same = deploy.Attempt.is_basis_same

    def look_and_change(attempt: deploy.Attempt) -> bool:
        is_same = is_basis_same(attempt)
        project.declare(review_stack.edited(("storage_time: 30d", "storage_time: 1d")))
        return is_same

    monkeypatch.setattr(deploy.Attempt, "is_basis_same", look_and_change)
    done = project.deploy()

    assert (done.returncode, project.previews) == (1, [False])
    assert done.stdout.splitlines()[-1].startswith(
        "Partly applied: the plan became stale and the new plan has other effects."
    )


def fail_first_update(project: Project) -> None:
    """Let the engine find the plan stale in the first `up`, and not in the next."""
    script = project.cli.directory / "pulumi"
    text = script.read_text(encoding="utf-8")
    once = f'up.env; echo "$*" >>up.arguments; if [ ! -e failed ]; then touch failed; echo "{STALE}"; exit 1; fi ;;'
    script.write_text(text.replace('up.env; echo "$*" >>up.arguments ;;', once), encoding="utf-8")
