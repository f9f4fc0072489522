"""Make text safe to leave this process: no secret of the environment or that it was given, no character that acts.

Invariant: everything that is printed, logged, written or handed to the engine passes through here.
"""

import os

from live_recording.core.redaction import printable, redact

_GIVEN: set[str] = set()
"""Secrets that are not in the environment: of the Pulumi config, of a profile, of a temporary sign-in."""


def remember_secrets(*secrets: str | None) -> None:
    """Remove these values from every later output."""
    _GIVEN.update(secret for secret in secrets if secret)


def redacted(text: str) -> str:
    """Return the text of another program or exception without secrets."""
    return redact(text, os.environ, _GIVEN)


def printable_output(text: str) -> str:
    """Return text without secrets, safe for terminals and logs."""
    return printable(text, os.environ, _GIVEN)
