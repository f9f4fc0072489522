"""Which rule records a stream."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.streams import StreamKey, level, ranking, winning_rule

STREAM = StreamKey("push.example.com", "studio", "rehearsal")
NARROW = StreamKey("push.example.com", "studio", "rehearsal")
BY_STREAM = StreamKey("push.example.com", "", "rehearsal")
BY_APP = StreamKey("push.example.com", "studio", "")
WIDE = StreamKey("push.example.com")

LEVEL = {
    "domain-app-stream": (NARROW, 1),
    "domain-stream": (BY_STREAM, 2),
    "domain-app": (BY_APP, 3),
    "domain": (WIDE, 4),
}


@pytest.mark.parametrize(("key", "expected"), LEVEL.values(), ids=LEVEL)
def test_level_is_the_vendors(key: StreamKey, expected: int) -> None:
    """A key with a stream outranks one with an app, and the domain alone comes last."""
    assert level(key) == expected


WINNERS = {
    "narrowest": ([WIDE, BY_APP, BY_STREAM, NARROW], NARROW),
    "stream-outranks-app": ([WIDE, BY_APP, BY_STREAM], BY_STREAM),
    "app-outranks-domain": ([BY_APP, WIDE], BY_APP),
    "domain": ([WIDE], WIDE),
    "nothing": ([], None),
    "another-domain": ([StreamKey("old.example.com")], None),
    "another-app": ([StreamKey("push.example.com", "live", "rehearsal")], None),
    "another-stream": ([StreamKey("push.example.com", "studio", "final")], None),
    "another-case": ([StreamKey("push.example.com", "Studio")], None),
}


@pytest.mark.parametrize(("keys", "expected"), WINNERS.values(), ids=WINNERS)
def test_winner_is_the_narrowest_match(keys: list[StreamKey], expected: StreamKey | None) -> None:
    """One rule at most records a stream: the best among those that apply."""
    assert winning_rule(keys, STREAM) == expected


SHOWN = {
    "whole": (NARROW, "push.example.com/studio/rehearsal"),
    "stream": (BY_STREAM, "push.example.com/*/rehearsal"),
    "app": (BY_APP, "push.example.com/studio/*"),
    "domain": (WIDE, "push.example.com/*/*"),
}


@pytest.mark.parametrize(("key", "expected"), SHOWN.values(), ids=SHOWN)
def test_empty_parts_are_shown_as_stars(key: StreamKey, expected: str) -> None:
    """An empty part means every, and people read that as a star."""
    assert str(key) == expected


NAMES = st.sampled_from(["a", "b"])
PARTS = st.sampled_from(["", "a", "b"])
KEYS = st.builds(StreamKey, NAMES, PARTS, PARTS)
STREAMS = st.builds(StreamKey, NAMES, NAMES, NAMES)


def by_the_table(keys: set[StreamKey], stream: StreamKey) -> StreamKey | None:
    """Return the winner by the vendor's table, read line by line (feature guide; D set, A set, S set)."""
    for candidate in (
        StreamKey(stream.domain, stream.app, stream.stream),  # 1: D A S
        StreamKey(stream.domain, "", stream.stream),  # 2: D - S
        StreamKey(stream.domain, stream.app, ""),  # 3: D A -
        StreamKey(stream.domain, "", ""),  # 4: D - -
    ):
        if candidate in keys:
            return candidate
    return None


@given(st.sets(KEYS), STREAMS)
def test_winner_agrees_with_the_table(keys: set[StreamKey], stream: StreamKey) -> None:
    """The winner is the first line of the vendor's table for which a rule exists."""
    assert winning_rule(keys, stream) == by_the_table(keys, stream)


@given(st.lists(KEYS, unique=True), STREAMS, st.randoms(use_true_random=False))
def test_winner_does_not_depend_on_order(keys: list[StreamKey], stream: StreamKey, order: Random) -> None:
    """Rules may be listed in any order."""
    shuffled = list(keys)
    order.shuffle(shuffled)

    assert ranking(shuffled, stream) == ranking(keys, stream)


def applies(key: StreamKey, stream: StreamKey) -> bool:
    """Whether each part of the key is empty or the stream's own."""
    return all(part in ("", whole) for part, whole in zip(key.parts, stream.parts, strict=True))


@given(st.sets(KEYS), STREAMS)
def test_ranking_has_every_match_once(keys: set[StreamKey], stream: StreamKey) -> None:
    """Those that apply are ranked without ties, and those that do not are absent."""
    ranked = ranking(keys, stream)

    assert set(ranked) == {key for key in keys if applies(key, stream)}
    assert [level(key) for key in ranked] == sorted({level(key) for key in ranked})
