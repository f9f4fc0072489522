"""What ends a run and is no finding: one sentence for the person who runs this, and an exit code.

Here are those that any module may raise; what the vendor refuses is in `reactions`.
"""


class Failure(Exception):
    """Something failed that is no mistake in a stack file; the text is one sentence for the person who runs this."""

    status = 3  # exit code of the command line


class ConfigError(Failure):
    """The configuration, or how a command was called, cannot be used; the text says why and what to do."""

    status = 2


class NoCredentials(Failure):
    """There is nothing to sign with; the text says what to set."""
