"""What ends a run and is no finding: one sentence for the person who runs this, and an exit code.

Here are those that any module may raise; what the vendor refuses is in `reactions`.
"""

from typing import NamedTuple

from pydantic_core import PydanticCustomError


class ToolError(Exception):
    """Something failed that is no mistake in a stack file; the text is one sentence for the person who runs this."""

    status = 3  # exit code of the command line


class ConfigError(ToolError):
    """The configuration, or how a command was called, cannot be used; the text says why and what to do."""

    status = 2


class NoCredentials(ToolError):
    """There is nothing to sign with; the text says what to set."""


def refuse(finding: str, sentence: str) -> PydanticCustomError:
    """The refusal *sentence* under the id *finding*."""
    return PydanticCustomError("finding", "{sentence}", {"finding": finding, "sentence": sentence})


class Refused(NamedTuple):
    """What a refusal says, and under the id of which finding."""

    finding: str
    sentence: str


def refused(by: PydanticCustomError) -> Refused:
    """What *by*, a refusal, says."""
    return Refused(**(by.context or {}))
