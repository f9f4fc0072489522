"""The context that checks of a stack get, made from sections of a stack file."""

from typing import Any

from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES, SiteName
from live_recording.lint.context import CheckContext
from live_recording.stackfile.model import Stack
from tests.support.clock import NOW
from tests.support.entries import read_entry

OWNER = StackRef("live-recording", "dev")


def check_context(site: SiteName = "intl", owner: StackRef = OWNER, **sections: Any) -> CheckContext:
    """Return the context for a valid stack with these sections."""
    return CheckContext(read_entry(Stack, sections), frozenset(), SITES[site], NOW, owner)
