"""The moments at which time alone changes what a stack declares, or what the API does with it."""

from collections.abc import Iterator
from datetime import datetime

from live_recording.core.vendor import Site
from live_recording.core.windows import creatable_from
from live_recording.desired.recordings import scheduled_recordings
from live_recording.stackfile.model import Stack


def moments(stack: Stack, site: Site, now: datetime) -> Iterator[datetime]:
    """Yield when each recording near *now* becomes creatable, begins and ends, in no order."""
    for recording in scheduled_recordings(stack, now).all:
        window = recording.window
        yield creatable_from(window, site)
        yield window.end
        if window.start:
            yield window.start
