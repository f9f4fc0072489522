"""Which rule records a stream."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider.core.priority import Key, level, ranking, winner

STREAM = Key("push.example.com", "studio", "rehearsal")
NARROW = Key("push.example.com", "studio", "rehearsal")
BY_STREAM = Key("push.example.com", "", "rehearsal")
BY_APP = Key("push.example.com", "studio", "")
WIDE = Key("push.example.com")

LEVEL = {
    "domain-app-stream": (NARROW, 1),
    "domain-stream": (BY_STREAM, 2),
    "domain-app": (BY_APP, 3),
    "domain": (WIDE, 4),
}


@pytest.mark.parametrize(("key", "expected"), LEVEL.values(), ids=LEVEL)
def test_level_is_the_vendors(key: Key, expected: int) -> None:
    """A key with a stream outranks one with an app, and the domain alone comes last."""
    assert level(key) == expected


WINNERS = {
    "narrowest": ([WIDE, BY_APP, BY_STREAM, NARROW], NARROW),
    "stream-outranks-app": ([WIDE, BY_APP, BY_STREAM], BY_STREAM),
    "app-outranks-domain": ([BY_APP, WIDE], BY_APP),
    "domain": ([WIDE], WIDE),
    "nothing": ([], None),
    "another-domain": ([Key("old.example.com")], None),
    "another-app": ([Key("push.example.com", "live", "rehearsal")], None),
    "another-stream": ([Key("push.example.com", "studio", "final")], None),
    "another-case": ([Key("push.example.com", "Studio")], None),
}


@pytest.mark.parametrize(("keys", "expected"), WINNERS.values(), ids=WINNERS)
def test_winner_is_the_narrowest_match(keys: list[Key], expected: Key | None) -> None:
    """One rule at most records a stream: the best among those that apply."""
    assert winner(keys, STREAM) == expected


SHOWN = {
    "whole": (NARROW, "push.example.com/studio/rehearsal"),
    "stream": (BY_STREAM, "push.example.com/*/rehearsal"),
    "app": (BY_APP, "push.example.com/studio/*"),
    "domain": (WIDE, "push.example.com/*/*"),
}


@pytest.mark.parametrize(("key", "expected"), SHOWN.values(), ids=SHOWN)
def test_empty_parts_are_shown_as_stars(key: Key, expected: str) -> None:
    """An empty part means every, and people read that as a star."""
    assert str(key) == expected


NAMES = st.sampled_from(["a", "b"])
PARTS = st.sampled_from(["", "a", "b"])
KEYS = st.builds(Key, NAMES, PARTS, PARTS)
STREAMS = st.builds(Key, NAMES, NAMES, NAMES)


def by_the_table(keys: set[Key], stream: Key) -> Key | None:
    """The winner by the vendor's table, read line by line (feature guide; D set, A set, S set)."""
    for candidate in (
        Key(stream.domain, stream.app, stream.stream),  # 1: D A S
        Key(stream.domain, "", stream.stream),  # 2: D - S
        Key(stream.domain, stream.app, ""),  # 3: D A -
        Key(stream.domain, "", ""),  # 4: D - -
    ):
        if candidate in keys:
            return candidate
    return None


@given(st.sets(KEYS), STREAMS)
def test_winner_agrees_with_the_table(keys: set[Key], stream: Key) -> None:
    """The winner is the first line of the vendor's table for which a rule exists."""
    assert winner(keys, stream) == by_the_table(keys, stream)


@given(st.lists(KEYS, unique=True), STREAMS, st.randoms(use_true_random=False))
def test_winner_does_not_depend_on_order(keys: list[Key], stream: Key, order: Random) -> None:
    """Rules may be listed in any order."""
    shuffled = list(keys)
    order.shuffle(shuffled)

    assert ranking(shuffled, stream) == ranking(keys, stream)


def applies(key: Key, stream: Key) -> bool:
    """Whether each part of the key is empty or the stream's own."""
    return all(part in ("", whole) for part, whole in zip(key, stream, strict=True))


@given(st.sets(KEYS), STREAMS)
def test_ranking_has_every_match_once(keys: set[Key], stream: Key) -> None:
    """Those that apply are ranked without ties, and those that do not are absent."""
    ranked = ranking(keys, stream)

    assert set(ranked) == {key for key in keys if applies(key, stream)}
    assert [level(key) for key in ranked] == sorted({level(key) for key in ranked})
