"""Keys for things that have none."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import StreamKey
from live_recording.stackfile import keys
from live_recording.stackfile.names import KEY

AT = datetime(2026, 11, 21, 20, tzinfo=UTC)
OWNER = StackRef("live-recording", "dev")
CANDIDATES = st.lists(st.text(max_size=8), max_size=3).map(
    lambda names: (*(keys.slug(name) for name in names), "thing")
)


@pytest.mark.parametrize(
    ("names", "key"),
    [
        (("archive",), "archive"),
        (("MP4_1h 30d",), "MP4_1h-30d"),
        (("live", "studio/camera"), "live-studio-camera"),
        (("a--b", "-c-"), "a-b-c"),
        (("比赛 1",), "比赛-1"),
        (("café",), "cafe"),
        (("カメラ",), ""),
        (("x" * 59 + "-y",), "x" * 59),
    ],
    ids=["legal", "space", "two-names", "hyphens", "chinese", "accents", "nothing-legal", "cut-at-a-hyphen"],
)
def test_slug_keeps_what_a_key_can_say(names: tuple[str, ...], key: str) -> None:
    """What no key may have becomes one hyphen, accents go, and long names are cut."""
    assert keys.slug(*names) == key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("live-recording--dev--clips", "clips"),
        ("live-recording--dev--a--b", "live-recording-dev-a-b"),
        ("Archive", "Archive"),
    ],
    ids=["own-default-name", "not-a-default-name", "any-name"],
)
def test_template_is_called_what_its_name_says(name: str, key: str) -> None:
    """A default name of this stack gives the key that is in it."""
    assert keys.template("1001", name, OWNER)[0] == key


PUSH, OLD = "push.example.com", "old.example.com"


def test_rules_get_the_shortest_keys_that_tell_them_apart() -> None:
    """App and stream are enough until two rules share them; then the field is named, then the domain."""
    rules = {
        StreamKey(PUSH): "push-example-com",
        StreamKey(PUSH, "live", "final"): "live-final",
        StreamKey(PUSH, "studio"): "push-example-com-studio",
        StreamKey(OLD, "studio"): "old-example-com-studio",
        StreamKey(PUSH, "", "studio"): "stream-studio",
        StreamKey(PUSH, "", "カ"): "stream",
    }

    assert keys.assign_unique_keys({key: keys.rule(key) for key in rules}, ()) == rules


def test_tasks_are_called_by_stream_and_start() -> None:
    """The app, then a number, tells tasks apart that start in the same minute."""
    asked = {
        1: keys.task(StreamKey(PUSH, "live", "final"), AT),
        2: keys.task(StreamKey(PUSH, "studio", "cup"), AT),
        3: keys.task(StreamKey(PUSH, "live", "cup"), AT),
        4: keys.task(StreamKey(PUSH, "live", "cup"), AT),
        5: keys.task(StreamKey(PUSH, "カ", "カ"), AT),
    }

    assert keys.assign_unique_keys(asked, {"final-20261121T2000"}) == {
        1: "live-final-20261121T2000",
        2: "studio-cup-20261121T2000",
        3: "live-cup-20261121T2000",
        4: "live-cup-20261121T2000-2",
        5: "push-example-com-20261121T2000",
    }


@given(
    st.dictionaries(st.integers(), CANDIDATES, max_size=12), st.sets(st.sampled_from(["thing", "a", "0", "thing-2"]))
)
def test_keys_are_legal_distinct_and_free(candidates: dict[int, tuple[str, ...]], taken: set[str]) -> None:
    """Every object gets a valid and unique key, for any preferred keys."""
    made = keys.assign_unique_keys(candidates, taken)

    assert made.keys() == candidates.keys()
    assert all(KEY.fullmatch(key) for key in made.values())
    assert len({*made.values()} - taken) == len(candidates)
