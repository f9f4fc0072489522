"""`live-recording list`: the stacks of a project, for people and for the matrix of a pipeline."""

import json

import pytest

from tests.cli.test_check import GOOD, Scratch, scratch

__all__ = ["scratch"]


def listed(scratch: Scratch) -> list[dict[str, str | None]]:
    """Return the stacks as a pipeline reads them; neither Pulumi nor git is on PATH."""
    done = scratch.run("list", "--format", "json", PATH="")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, str | None]] = json.loads(done.stdout)
    return found


@pytest.fixture
def stacks(scratch: Scratch) -> Scratch:
    """Return a project with one stack of each kind."""
    for name in ("prod", "dev", "Pulumi-like"):
        scratch.write(f"stacks/{name}.yaml", GOOD)
    (scratch.directory / "shared").mkdir()
    scratch.write("shared/live.yaml", GOOD)
    scratch.write(
        "stacks/Pulumi.prod.yaml", "config: {live-recording:site: cn, live-recording:account: 100000000001}\n"
    )
    scratch.write("stacks/Pulumi.named.yaml", "config: {live-recording:recordings: shared/live.yaml}\n")
    scratch.write("stacks/Pulumi.no-file.yaml", "config: {live-recording:site: cn}\n")
    return scratch


def test_every_stack_is_listed_with_its_file(stacks: Scratch) -> None:
    """Sorted; the file is the one that the config names, if it names one. The default site is intl."""
    assert [tuple(stack.values()) for stack in listed(stacks)] == [
        ("Pulumi-like", "stacks/Pulumi-like.yaml", "intl", None),
        ("dev", "stacks/dev.yaml", "intl", None),
        ("named", "shared/live.yaml", "intl", None),
        ("prod", "stacks/prod.yaml", "cn", "100000000001"),
    ]
    assert [*listed(stacks)[0]] == ["stack", "file", "site", "account"]


def test_text_is_one_line_for_each_stack(stacks: Scratch) -> None:
    """It has the same content."""
    assert stacks.run("list").stdout.splitlines()[2:] == [
        "named: shared/live.yaml, site intl, account not configured",
        "prod: stacks/prod.yaml, site cn, account 100000000001",
    ]


def test_gitlab_starts_a_job_for_each_stack(stacks: Scratch) -> None:
    """The values are text, as a matrix needs them, also where no account is configured."""
    matrix = json.loads(stacks.run("list", "--format", "gitlab").stdout)[".stacks"]["parallel"]["matrix"]

    assert matrix[2:] == [{"STACK": "named", "ACCOUNT": "any"}, {"STACK": "prod", "ACCOUNT": "100000000001"}]


def test_what_only_pulumi_knows_is_null(scratch: Scratch) -> None:
    """An ESC environment may have the site and the account, but listing never asks Pulumi."""
    scratch.write("stacks/dev.yaml", GOOD)
    scratch.write("stacks/Pulumi.dev.yaml", "environment: [prod]\nconfig: {live-recording:region: ap-tokyo}\n")

    assert listed(scratch) == [{"stack": "dev", "file": "stacks/dev.yaml", "site": None, "account": None}]


@pytest.mark.parametrize("config", ["a: [", "config: {live-recording:recordings: ../../outside.yaml}\n"])
def test_stack_with_invalid_config_hides_no_other(scratch: Scratch, config: str) -> None:
    """It is listed too: its own job then fails with the reason, and the other stacks are deployed."""
    for name in ("dev", "prod"):
        scratch.write(f"stacks/{name}.yaml", GOOD)
    scratch.write("stacks/Pulumi.dev.yaml", config)

    assert [stack["stack"] for stack in listed(scratch)] == ["dev", "prod"]
    assert listed(scratch)[0]["file"] is None
    assert scratch.run("list").stderr.startswith("dev: ")
