"""Recording channels: one per format, counted at the busiest moment."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.streams import StreamKey
from live_recording.emulator import Emulator
from live_recording.review.channels import peak_of
from live_recording.review.intervals import RecordingInterval
from live_recording.review.model import Channels, Format
from live_recording.review.text import describe_channels
from tests.support.clock import NOW
from tests.support.review_stack import STACK, Changing, edited

FORMATS = (Format("mp4", 0, 60, cos=False), Format("hls", 0, None, cos=False))


def interval(start: int, length: int, formats: int) -> RecordingInterval:
    """Return a recording that starts after so many minutes."""
    at = NOW + timedelta(minutes=start)
    stream = StreamKey("push.example.com", "live", "x")
    return RecordingInterval("1", stream, at, at + timedelta(minutes=length), FORMATS[:formats])


@given(st.lists(st.builds(interval, st.integers(0, 50), st.integers(1, 20), st.integers(0, 2)), max_size=8))
def test_peak_is_the_most_at_any_minute(intervals: list[RecordingInterval]) -> None:
    """Compared with a count at each minute."""
    minutes = (NOW + timedelta(minutes=minute) for minute in range(80))
    counts = (sum(len(one.formats) for one in intervals if one.start <= at < one.end) for at in minutes)

    assert peak_of(intervals) == max(counts)


def test_review_of_more_channels() -> None:
    """One more format adds a channel to each stream of the rules, and to the task that uses the template."""
    changed = edited(("clips: {flv: {storage_time: 7d}}", "clips: {flv: {storage_time: 7d}, hls: {storage_time: 7d}}"))
    with Emulator(now=NOW) as emulator:
        review = Changing(emulator).up(STACK).review(changed)

    assert review.channels == (Channels("tasks", 1, 2), Channels("push.example.com/studio/*", 1, 2))
    assert [str(describe_channels(channels)) for channels in review.channels] == [
        "All tasks of the account: at most 2 channels at once, was 1.",
        "Each stream of push.example.com/studio/*: 2 channels, was 1.",
    ]
