"""Settings under the real CLI: program and provider process use what every verb uses, from each source."""

import json
import shutil
from pathlib import Path

import pytest

from tests.pipeline.test_pipeline import Pipeline
from tests.support.emulated_account import Account

STACK = """
templates:
  archive: {cos_store: true, mp4: {cos_bucket_name: b, cos_bucket_region: r, cos_bucket_path: "/{RandomID}"}}
rules:
  all: {domain: push.example.com, template: archive}
"""
"""Valid on site cn only."""
NOWHERE = "http://127.0.0.1:1"
OF_THE_USER = {
    "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true",
    "PULUMI_OPTION_DIFF": "true",
    "PULUMI_OPTION_SUPPRESS_OUTPUTS": "true",
    "PULUMI_STACK": "another",
    "PULUMI_CONFIG": "{}",
    "PULUMI_DEBUG_COMMANDS": "true",
}
"""Variables of a user that change what the CLI does or prints."""


@pytest.fixture
def pipeline(tmp_path: Path, cn_account: Account) -> Pipeline:
    """Return a project of another name with stack dev, on an empty account of site cn; no variable says where it is."""
    project = Pipeline(tmp_path, cn_account, "sports")
    del project.environment["LIVE_RECORDING_ENDPOINT"]
    return project


def configure(pipeline: Pipeline, project: dict[str, str], stack: dict[str, str]) -> None:
    """Write values into Pulumi.yaml and into the stack's config."""
    declared = (pipeline.directory / "Pulumi.yaml").read_text(encoding="utf-8").partition("config:")[0]
    for path, head, values in (("Pulumi.yaml", declared, project), ("stacks/Pulumi.dev.yaml", "", stack)):
        lines = "".join(f"  live-recording:{key}: {value}\n" for key, value in values.items())
        (pipeline.directory / path).write_text(f"{head}config:\n{lines}" if lines else head, encoding="utf-8")


def test_program_and_provider_use_the_settings_of_the_verbs(pipeline: Pipeline, cn_account: Account) -> None:
    """Values of Pulumi.yaml count in plan, deploy and preview; those of the stack win; a misspelt key stops all.

    The engine keeps what was applied, so that a deployment elsewhere needs --accept-where.
    """
    url = cn_account.emulator.url
    pipeline.write(STACK)
    configure(pipeline, {"site": "cn", "endpoint": url}, {})

    status, said = pipeline.call("plan", "organization/sports/dev", **OF_THE_USER)
    assert status == 0, said
    plans = pipeline.directory / "plans"
    assert json.loads((plans / "dev.json").read_text(encoding="utf-8"))["limits"][0]["after"] == 1
    assert plans.stat().st_mode & 0o777 == 0o700
    assert {
        path.name: oct(path.stat().st_mode & 0o777) for path in plans.iterdir() if path.stat().st_mode & 0o077
    } == {}
    status, said = pipeline.call("deploy", "organization/sports/dev", **OF_THE_USER)
    assert status == 0, said
    assert cn_account.actions() == ["CreateLiveRecordRule", "CreateLiveRecordTemplate"]

    configure(pipeline, {"site": "intl", "endpoint": NOWHERE}, {"site": "cn", "endpoint": url})
    pipeline.run("preview", "--expect-no-changes", "--stack", "dev")

    shutil.copy(pipeline.directory / "stacks/dev.yaml", pipeline.directory / "stacks/copy.yaml")
    configure(pipeline, {"site": "cn", "endpoint": url}, {"recordings": "stacks/copy.yaml"})
    status, said = pipeline.call("deploy", "dev")
    assert status == 1, said
    assert "Where changes: recordings differs from the last deployment." in said
    assert pipeline.applied_config()["live-recording:site"] == "cn"
    assert "live-recording:recordings" not in pipeline.applied_config()
    status, said = pipeline.call("deploy", "dev", "--accept-where", "recordings")
    assert status == 0, said
    assert pipeline.applied_config()["live-recording:recordings"] == "stacks/copy.yaml"

    configure(pipeline, {"site": "cn", "endpoint": url}, {"sites": "cn"})
    cn_account.emulator.clear_log()
    finding = 'Unknown key "sites" in the namespace live-recording. Did you mean "site"? [unknown-config]'
    checked = pipeline.call("check", "dev")[1].splitlines()[0]
    assert checked == f"stacks/Pulumi.dev.yaml:2: config.live-recording:sites: {finding}"
    done = pipeline.run("preview", "--stack", "dev", check=False)
    assert done.returncode
    assert checked in done.stdout
    assert cn_account.emulator.log == []
