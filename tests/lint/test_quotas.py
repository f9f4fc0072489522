"""How many rules and templates an account may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.lint.quotas import full, nearly_full, too_many
from live_recording.stackfile.model import Limits

FILES: dict[str, tuple[Limits, int, int, bool, list[str], list[str]]] = {
    "little": (Limits(), 44, 44, False, [], []),
    "nine-tenths": (Limits(), 45, 44, False, [], ["rules"]),
    "built-in-makes-nine-tenths": (Limits(), 0, 44, True, [], ["templates"]),
    "just-full": (Limits(), 50, 50, False, [], ["rules", "templates"]),
    "built-in-is-one-too-many": (Limits(), 0, 50, True, ["templates"], []),
    "too-many": (Limits(), 51, 60, False, ["rules", "templates"], []),
    "raised": (Limits(rules=100), 89, 0, False, [], []),
    "raised-and-nearly-full": (Limits(rules=100), 90, 0, False, [], ["rules"]),
    "lowered": (Limits(rules=10, templates=1), 9, 1, False, [], ["rules", "templates"]),
}


@pytest.mark.parametrize(
    ("limits", "rules", "templates", "builtin", "over", "nearly"), FILES.values(), ids=FILES
)  # fmt: skip
def test_declared_numbers_against_limits(
    limits: Limits, rules: int, templates: int, builtin: bool, over: list[str], nearly: list[str]
) -> None:
    """Above the limit is an error, from nine tenths up to it a warning, and never both."""
    declared = {"rules": rules, "templates": templates}

    assert [(f.id, f.path_text) for f in too_many(limits, declared, builtin)] == [(f"too-many-{at}", at) for at in over]
    assert [(f.id, f.path_text) for f in nearly_full(limits, declared, builtin)] == [
        ("nearly-full", at) for at in nearly
    ]


def test_sentences_count() -> None:
    """A sentence says how many there are, how many may be, and what to do; the built-in template is explained."""
    (over,) = too_many(Limits(), {"rules": 53}, builtin=True)
    (with_builtin,) = too_many(Limits(), {"templates": 50}, builtin=True)
    (nearly,) = nearly_full(Limits(), {"templates": 45}, builtin=True)

    assert over.sentence == (
        "53 rules are declared, but the account may hold 50. "
        "Remove 3, or raise limits.rules if the vendor has raised it."
    )
    assert with_builtin.sentence == (
        "51 templates are declared (one of them is made for record: false), but the account may hold 50. "
        "Remove 1, or raise limits.templates if the vendor has raised it."
    )
    assert nearly.sentence == (
        "46 of 50 templates are declared (one of them is made for record: false). "
        "Ask the vendor for more before the next one is needed."
    )


@given(st.integers(1, 500), st.integers(0, 600), st.booleans())
def test_error_and_warning_share_the_line(allowed: int, count: int, builtin: bool) -> None:
    """Whatever the numbers are, there is an error, a warning or nothing, as they say."""
    limits, declared = Limits(templates=allowed), {"templates": count}
    all_in_all = count + builtin
    over, nearly = bool([*too_many(limits, declared, builtin)]), bool([*nearly_full(limits, declared, builtin)])

    assert over == (all_in_all > allowed)
    assert nearly == (not over and 10 * all_in_all >= 9 * allowed)


ACCOUNTS = {
    "one-fits": (49, 1, False),
    "one-does-not": (50, 1, True),
    "nothing-new": (50, 0, False),
    "nothing-new-in-a-full-account": (60, 0, False),
    "many": (40, 11, True),
}


@pytest.mark.parametrize(("live", "new", "expected"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_new_objects_fit_beside_the_live_ones(live: int, new: int, expected: bool) -> None:
    """A run deletes last, so what is live and what is new must fit together; what adds nothing always fits."""
    assert bool(full("rules", live, new, 50, "Advice")) == expected


def test_full_account_is_told_with_a_way_out() -> None:
    """The sentence counts, gives the advice, and names the other ways out."""
    rules, template = full("rules", 50, 1, 50, "Move it"), full("templates", 1, 1, 1, "Change it")

    assert rules is not None
    assert template is not None
    assert (rules.id, template.id) == ("too-many-rules", "too-many-templates")
    assert rules.sentence == (
        "The account holds 50 rules, and this run adds at least 1 before it deletes any: 51, but 50 are allowed. "
        "Move it. Or remove some first, or raise limits.rules in the stack file if the vendor has raised it."
    )
    assert template.sentence == (
        "The account holds 1 template, and this run adds at least 1 before it deletes any: 2, but 1 is allowed. "
        "Change it. Or remove some first, or raise limits.templates in the stack file if the vendor has raised it."
    )
