"""Errors that end a run with one sentence and an exit code, and the error of a single value.

What the API rejects is in `account.api_errors`.
"""


class ToolError(Exception):
    """A failure that is not a mistake in a stack file; the text is one sentence for the user."""

    status = 3  # exit code of the command line


class ConfigError(ToolError):
    """An invalid configuration or command line; the text says why and what to do."""

    status = 2


class NoCredentials(ToolError):
    """There are no credentials; the text says what to set."""


class InvalidValue(Exception):
    """A value that a field does not accept: the id of the finding, and a message for the user."""

    def __init__(self, finding_id: str, message: str) -> None:
        super().__init__(finding_id, message)
        self.finding_id = finding_id
        self.message = message

    def __str__(self) -> str:
        return self.message
