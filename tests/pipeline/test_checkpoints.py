"""When a deployment skips checkpoints: many creates, all of objects that another run finds."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from bench.rivals import Size, stack_file
from live_recording.pipeline.checkpoints import FEW_CREATES, VARIABLE, skips_checkpoints
from tests.support import review_stack
from tests.support.emulated_account import Account
from tests.support.provider_in_process import ProviderInProcess
from tests.support.pulumi_project import callers
from tests.support.scripted_pulumi import ScriptedPulumi
from tests.support.verb_runner import run_verb

ENGINE = {"pulumi:pulumi:Stack", "pulumi:providers:pulumi-python"}
OURS = {f"pulumi-python:dynamic/live:{name}" for name in ("RecordTemplate", "RecordRule", "RecordTask")}
LIVE_RECORD = "pulumi-python:dynamic/live:LiveRecord"
MANY = ["create"] * (FEW_CREATES + 1)
CASES: dict[str, tuple[set[str], list[str], dict[str, str], bool]] = {
    "many": (ENGINE | OURS, MANY, {}, True),
    "one-kind": ({LIVE_RECORD.replace("LiveRecord", "RecordTask")}, ["create"] * 4000, {"PULUMI_HOME": "h"}, True),
    "few": (ENGINE | OURS, MANY[1:], {}, False),
    "nothing": (ENGINE | OURS, [], {}, False),
    "update": (ENGINE | OURS, [*MANY, "update"], {}, False),
    "replace": (ENGINE | OURS, [*MANY, "replace"], {}, False),
    "delete": (ENGINE | OURS, [*MANY, "delete"], {}, False),
    "live-record": (ENGINE | OURS | {LIVE_RECORD}, MANY, {}, False),
    "other-dynamic-resource": (ENGINE | OURS | {"pulumi-python:dynamic:Resource"}, MANY, {}, False),
    "other-provider": (ENGINE | OURS | {"pulumi:providers:aws"}, MANY, {}, False),
    "other-package": (ENGINE | OURS | {"aws:s3/bucket:Bucket"}, MANY, {}, False),
    "component": (ENGINE | OURS | {"platform:index:Channel"}, MANY, {}, False),
    "not-a-type": (ENGINE | OURS | {""}, MANY, {}, False),
    "user-turned-it-off": (ENGINE | OURS, MANY, {VARIABLE: "false"}, False),
    "user-turned-it-on": (ENGINE | OURS | {LIVE_RECORD}, ["create"], {VARIABLE: "true"}, False),
}
"""Types, operations, environment -> whether the tool turns checkpoints off by itself."""


@pytest.mark.parametrize(("types", "operations", "environment", "skips"), CASES.values(), ids=CASES)
def test_checkpoints_are_skipped_where_another_run_repairs(
    types: set[str], operations: list[str], environment: dict[str, str], skips: bool
) -> None:
    """Never with a live record, something of others, another operation, few creates, or a decision of the user."""
    assert skips_checkpoints(types, operations, environment) is skips


class Deployment(NamedTuple):
    """A run of `deploy` that creates 51 of our resources, and what comes of it."""

    says: bool  # that it skips checkpoints
    value: str | None  # of the variable of the CLI that applies the plan
    options: tuple[str, ...] = ()
    set_by_user: str | None = None  # the same variable
    in_state: str = "pulumi:pulumi:Stack"  # a type
    in_plan: str = "pulumi:providers:pulumi-python"  # a type


DEPLOYMENTS = {
    "default": Deployment(says=True, value="true"),
    "option": Deployment(says=False, value=None, options=("--checkpoints",)),
    "user-turned-it-off": Deployment(says=False, value="false", set_by_user="false"),
    "live-record-in-state": Deployment(says=False, value=None, in_state=LIVE_RECORD),
    "others-in-plan": Deployment(says=False, value=None, in_plan="aws:s3/bucket:Bucket"),
}


@pytest.mark.parametrize("deployment", DEPLOYMENTS.values(), ids=DEPLOYMENTS)
def test_deploy_says_that_it_skips_checkpoints(tmp_path: Path, account: Account, deployment: Deployment) -> None:
    """Only the CLI that applies a plan gets the variable, and a user's choice stays."""
    text = stack_file(Size(1, 0, FEW_CREATES))
    changing = review_stack.Changing(account.emulator)
    declared = review_stack.resources_of(review_stack.stack_file(text, changing.settings))
    plan = json.loads(changing.engine.preview(ProviderInProcess(changing.settings), declared))
    plan["steps"].append({"op": "create", "urn": f"urn:pulumi:dev::live-recording::{deployment.in_plan}::other"})
    cli = ScriptedPulumi(tmp_path / "cli")
    cli.answer("export", {"deployment": {"resources": [{"type": deployment.in_state, "urn": "urn:x"}]}})
    cli.answer("preview", plan)
    cli.answer("plan", {})
    cli.answer("up", "Done.")
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks/dev.yaml").write_text(f"time_zone: UTC\n{text}", encoding="utf-8")
    (tmp_path / "Pulumi.yaml").write_text("name: live-recording\nruntime: python\nstackConfigDir: stacks\n", "utf-8")

    environment = callers() | account.environment | {"PATH": cli.path}
    if deployment.set_by_user:
        environment[VARIABLE] = deployment.set_by_user
    done = run_verb("deploy", "dev", *deployment.options, directory=tmp_path, environment=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ("Applying without checkpoints: 51 creates, " in done.stdout) is deployment.says
    assert cli.environment.get(VARIABLE) == deployment.value
