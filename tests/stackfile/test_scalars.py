"""How the scalars of a file and of arguments are read."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.errors import InvalidValue
from live_recording.core.text import integral, quoted
from live_recording.stackfile.scalars import (
    PlainScalar,
    boolean,
    describe,
    identifier,
    integer,
    non_negative_int,
    only_false,
    positive,
    text,
)

READERS: dict[str, Callable[[object], Any]] = {
    "text": text,
    "boolean": boolean,
    "integer": integer,
    "identifier": identifier,
}

READ = {
    "plain-text": (text, PlainScalar("studio"), "studio"),
    "quoted-number-is-text": (text, "012", "012"),
    "yes-is-text": (text, PlainScalar("yes"), "yes"),
    "date-is-text": (text, PlainScalar("2026-11-21"), "2026-11-21"),
    "version-is-text": (text, PlainScalar("1.2.3"), "1.2.3"),
    "empty-quotes-are-text": (text, "", ""),
    "true": (boolean, PlainScalar("true"), True),
    "false": (boolean, PlainScalar("false"), False),
    "boolean-of-the-engine": (boolean, True, True),
    "plain-integer": (integer, PlainScalar("17016"), 17016),
    "zero": (integer, PlainScalar("0"), 0),
    "negative": (integer, PlainScalar("-3"), -3),
    "whole-float-of-the-engine": (integer, 50.0, 50),
    "plain-id": (identifier, PlainScalar("17016"), "17016"),
    "quoted-id": (identifier, "17016", "17016"),
    "id-of-the-engine": (identifier, 17016.0, "17016"),
}


@pytest.mark.parametrize(("reader", "given_", "expected"), READ.values(), ids=READ)
def test_scalar_is_read_by_the_type_of_its_field(
    reader: Callable[[object], Any], given_: object, expected: object
) -> None:
    """What a scalar means is decided by its field, not by its look."""
    assert reader(given_) == expected
    assert type(reader(given_)) is type(expected)


REFUSED = {
    "text-leading-zero": (
        text,
        PlainScalar("012"),
        "wrong-type",
        'Expected a string, got a number. Quote it: "012".',
    ),
    "text-integer": (text, PlainScalar("7"), "wrong-type", 'Expected a string, got a number. Quote it: "7".'),
    "text-float": (text, PlainScalar("1.5"), "wrong-type", 'Expected a string, got a number. Quote it: "1.5".'),
    "text-exponent": (
        text,
        PlainScalar("1e3"),
        "wrong-type",
        'Expected a string, got a number. Quote it: "1e3".',
    ),
    "text-hex": (text, PlainScalar("0x1F"), "wrong-type", 'Expected a string, got a number. Quote it: "0x1F".'),
    "text-grouped": (
        text,
        PlainScalar("1_000"),
        "wrong-type",
        'Expected a string, got a number. Quote it: "1_000".',
    ),
    "text-boolean": (
        text,
        PlainScalar("True"),
        "wrong-type",
        'Expected a string, got a boolean. Quote it: "True".',
    ),
    "text-from-engine": (text, 12.0, "wrong-type", 'Expected a string, got 12. Quote it: "12".'),
    "boolean-in-quotes": (
        boolean,
        "true",
        "wrong-type",
        'Expected true or false, got "true". Remove the quotes.',
    ),
    "boolean-number": (
        boolean,
        1.0,
        "wrong-type",
        "Expected true or false, got 1.",
    ),
    "id-zero": (
        identifier,
        PlainScalar("0"),
        "out-of-range",
        "Expected a positive id, got 0. Use the id that the account shows.",
    ),
    "quoted-id-zero": (
        identifier,
        "0",
        "out-of-range",
        "Expected a positive id, got 0. Use the id that the account shows.",
    ),
    "negative-id": (
        identifier,
        "-5",
        "out-of-range",
        "Expected a positive id, got -5. Use the id that the account shows.",
    ),
    "natural-negative": (
        non_negative_int,
        PlainScalar("-1"),
        "out-of-range",
        "Expected 0 or a positive integer, got -1.",
    ),
    "positive-zero": (positive, PlainScalar("0"), "out-of-range", "Expected a positive integer, got 0."),
    "never-true": (
        only_false,
        PlainScalar("true"),
        "out-of-range",
        "Only `false` is allowed. To record, set `template`.",
    ),
}


@pytest.mark.parametrize(("reader", "given_", "kind", "sentence"), REFUSED.values(), ids=REFUSED)
def test_other_scalars_are_refused_in_a_sentence(
    reader: Callable[[object], Any], given_: object, kind: str, sentence: str
) -> None:
    """A refusal carries the id of a finding and says what was seen and what belongs there."""
    with pytest.raises(InvalidValue) as refusal:
        reader(given_)

    assert refusal.value.args == (kind, sentence)


@pytest.mark.parametrize(
    "value", ["1.0", "1e3", "0x10", "010", "1_000", "+5", "-0", "--1", "1 ", "one", "1\uff12", "\uff17", "9" * 19]
)
def test_only_plain_decimals_are_whole_numbers(value: str) -> None:
    """What YAML versions read differently is no whole number."""
    with pytest.raises(InvalidValue) as refusal:
        integer(PlainScalar(value))

    assert refusal.value.finding_id == "wrong-type"


@pytest.mark.parametrize("reader", [integer, non_negative_int, positive, identifier])
@pytest.mark.parametrize("value", [1e300, -1e300, 2.0**60, 10**18, "1\uff12", "9" * 19, float("inf"), float("nan")])
def test_numbers_that_the_engine_would_change_are_refused(reader: Callable[[object], Any], value: object) -> None:
    """A number of more than 16 digits would be rounded, and digits of another script are not digits here."""
    with pytest.raises(InvalidValue) as refusal:
        reader(value)

    assert refusal.value.finding_id in ("wrong-type", "out-of-range")
    assert len(refusal.value.message) < 200


@pytest.mark.parametrize("value", ["yes", "no", "on", "off", "y", "True", "FALSE", "1", "0"])
def test_only_true_and_false_are_booleans(value: str) -> None:
    """Other words for yes and no are refused, because YAML versions disagree about them."""
    with pytest.raises(InvalidValue) as refusal:
        boolean(PlainScalar(value))

    assert refusal.value.finding_id == "wrong-type"


SHOWN = {
    "text": ("studio", '"studio"'),
    "whole-float": (5.0, "5"),
    "boolean": (True, "true"),
    "chinese": ("模板", '"模板"'),
    "newline": ("a\nb", '"a\\nb"'),
    "escape": ("\x1b[31m", '"\\u001b[31m"'),
    "right-to-left-mark": ("a\u202eb", '"a\\u202eb"'),
    "colour-sequence-of-the-engine": ("<{%reset%}>", '"\\u003c{%reset%}>"'),
    "quotes": ('a"b', '"a\\"b"'),
}


@pytest.mark.parametrize(("value", "expected"), SHOWN.values(), ids=SHOWN)
def test_values_are_shown_escaped(value: object, expected: str) -> None:
    """A value of a file can neither move a cursor nor colour a log."""
    assert quoted(value) == expected


DESCRIBED = {
    "number": (PlainScalar("012"), "012"),
    "nothing": (PlainScalar(""), "nothing"),
    "text": (PlainScalar("studio"), '"studio"'),
    "quoted-number": ("012", '"012"'),
    "list": ([], "a list"),
}


@pytest.mark.parametrize(("value", "expected"), DESCRIBED.values(), ids=DESCRIBED)
def test_unquoted_scalars_are_shown_as_written(value: object, expected: str) -> None:
    """An unquoted number is shown without quotes, so that a quoted one looks different."""
    assert describe(value) == expected


@given(st.text() | st.floats() | st.booleans() | st.integers() | st.lists(st.text(), max_size=2))
def test_shown_values_are_one_printable_line(value: object) -> None:
    """Whatever a value is, it is shown in one line without control characters and without engine sequences."""
    shown = quoted(value)

    assert shown.isprintable()
    assert "<{" not in shown


@given(st.integers(-(2**53), 2**53))
def test_engine_numbers_become_integers_again(number: int) -> None:
    """A whole number survives the engine, which knows floats only."""
    assert integral(float(number)) == number
    assert isinstance(integral(float(number)), int)


@given(
    st.sampled_from(sorted(READERS)),
    st.text().map(PlainScalar)
    | st.text()
    | st.floats(-(2**53), 2**53)
    | st.booleans()
    | st.none()
    | st.lists(st.none(), max_size=2),
)
def test_readers_answer_or_refuse(reader: str, value: object) -> None:
    """A reader returns a value that it reads as itself, or refuses with a sentence; it never fails otherwise."""
    try:
        read = READERS[reader](value)
    except InvalidValue as refusal:
        sentence = refusal.message
    else:
        sentence = "." if READERS[reader](read) == read else "It reads differently the second time"

    assert sentence.endswith(".")
