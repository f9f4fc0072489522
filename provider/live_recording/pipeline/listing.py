"""List the stacks of this project for people and pipelines, from files alone: without Pulumi, network and credentials."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from live_recording.config.files import stack_path
from live_recording.config.sources import STACK_FILE, has_environment, read_written_config
from live_recording.core import json_output
from live_recording.core.errors import ConfigError
from live_recording.core.text import command_of
from live_recording.core.vendor import DEFAULT_SITE

NO_STACKS = "No stacks."
GITLAB_JOB = ".stacks"
"""What jobs of a GitLab pipeline extend to run once for each stack."""
ANY_ACCOUNT = "any"
"""The account of stacks without a configured one."""


@dataclass(frozen=True, slots=True)
class ListedStack:
    """A stack as its files describe it. None: not configured, or only Pulumi knows it."""

    stack: str
    file: str | None
    site: str | None
    account: str | None
    problem: str = ""  # why the config cannot be read


def declared_file(stack: str) -> Path:
    """Return the path of a stack's file, which may not exist. Raises ConfigError for invalid config."""
    return stack_path(stack, read_written_config(stack).get(STACK_FILE))


def describe_missing_file(stack: str, path: Path) -> str:
    """Return what it means that a stack has no stack file."""
    return (
        f"{path} does not exist. Its objects stay in the account, and nothing more is created. To delete them: "
        f"{command_of('pulumi', 'destroy', '--stack', stack)}"
    )


def list_stack(stack: str) -> ListedStack:
    """Return what the files say about a stack. A stack with invalid config is listed too, so that it is not overlooked."""
    try:
        config = read_written_config(stack)
        site = config.get("site") or (None if has_environment(stack) else DEFAULT_SITE)
        return ListedStack(stack, str(declared_file(stack)), site, config.get("account"))
    except ConfigError as error:
        return ListedStack(stack, None, None, None, str(error))


def as_text(stacks: Iterable[ListedStack]) -> str:
    """Return one line for each stack."""
    return "\n".join(map(_line, stacks)) or NO_STACKS


def _line(stack: ListedStack) -> str:
    if stack.problem:
        return f"{stack.stack}: unknown"
    return f"{stack.stack}: {stack.file}, site {stack.site or 'unknown'}, account {stack.account or 'not configured'}"


def as_json(stacks: Iterable[ListedStack]) -> str:
    """Return a JSON list with an object for each stack."""
    fields = ("stack", "file", "site", "account")
    return json_output.as_json([{field: getattr(stack, field) for field in fields} for stack in stacks])


def as_gitlab(stacks: Iterable[ListedStack]) -> str:
    """Return the hidden job of a child pipeline whose matrix has STACK and ACCOUNT of each stack. JSON is YAML.

    Source: https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#dynamic-child-pipelines
    """
    matrix = [{"STACK": stack.stack, "ACCOUNT": stack.account or ANY_ACCOUNT} for stack in stacks]
    return json_output.as_json({GITLAB_JOB: {"parallel": {"matrix": matrix}}})
