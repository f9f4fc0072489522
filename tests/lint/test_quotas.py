"""Limits of the number of rules and templates."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.lint.context import CheckContext
from live_recording.lint.quotas import nearly_full, quota_exceeded, too_many_rules, too_many_templates
from tests.support.check_context import check_context


def declares(
    rules: int, templates: int, limits: dict[str, int] | None = None, *, built_in: bool = False
) -> CheckContext:
    """Return the context for a stack with so many entries; *built_in*: one rule needs the built-in template."""
    entries: dict[str, Any] = {f"r{n}": {"domain": "push.example.com", "app": f"a{n}"} for n in range(rules)}
    if built_in:
        entries["r0"] = {"domain": "push.example.com", "record": False}
    return check_context(rules=entries, templates={f"t{n}": {} for n in range(templates)}, limits=limits or {})


CASES: dict[str, tuple[CheckContext, list[str], list[str]]] = {
    "few": (declares(44, 44), [], []),
    "nine-tenths": (declares(45, 44), [], ["rules"]),
    "built-in-makes-nine-tenths": (declares(1, 44, built_in=True), [], ["templates"]),
    "full": (declares(50, 50), [], ["rules", "templates"]),
    "built-in-is-one-too-many": (declares(1, 50, built_in=True), ["templates"], []),
    "too-many": (declares(51, 60), ["rules", "templates"], []),
    "raised": (declares(89, 0, {"rules": 100}), [], []),
    "raised-and-nearly-full": (declares(90, 0, {"rules": 100}), [], ["rules"]),
    "lowered": (declares(9, 1, {"rules": 10, "templates": 1}), [], ["rules", "templates"]),
}


@pytest.mark.parametrize(("context", "exceeded", "nearly"), CASES.values(), ids=CASES)
def test_declared_numbers_against_limits(context: CheckContext, exceeded: list[str], nearly: list[str]) -> None:
    """More than the limit is an error; from nine tenths up to the limit is a warning; never both."""
    errors = [*too_many_rules(context), *too_many_templates(context)]

    assert [(f.id, f.path) for f in errors] == [(f"too-many-{section}", (section,)) for section in exceeded]
    assert [(f.id, f.path) for f in nearly_full(context)] == [("nearly-full", (section,)) for section in nearly]


def test_many_rules_are_not_compared() -> None:
    """Warnings that compare rules are not skipped silently, also where the limit is raised."""
    assert [*too_many_rules(declares(500, 0, {"rules": 1000}))] == []
    (note,) = too_many_rules(declares(501, 0, {"rules": 1000}))
    assert (note.id, note.severity) == ("redundant-rule", "warning")


def test_sentences_count() -> None:
    """A message has the number, the limit and what to do; the built-in template is explained."""
    (rules,) = too_many_rules(declares(53, 0))
    (templates,) = too_many_templates(declares(1, 50, built_in=True))
    (nearly,) = nearly_full(declares(1, 45, built_in=True))

    assert rules.sentence == (
        "53 rules are declared, but the limit is 50. Remove 3, or raise limits.rules if your quota was raised."
    )
    assert templates.sentence == (
        "51 templates are declared (including the built-in one for record: false), but the limit is 50. "
        "Remove 1, or raise limits.templates if your quota was raised."
    )
    assert nearly.sentence == (
        "46 of 50 templates are declared (including the built-in one for record: false). "
        "Request a higher quota from Tencent Cloud before you need more."
    )


@given(st.integers(1, 60), st.integers(0, 80), st.booleans())
def test_error_and_warning_exclude_each_other(limit: int, count: int, built_in: bool) -> None:
    """For any numbers there is an error, a warning or nothing."""
    context = declares(1, count, {"templates": limit}, built_in=built_in)
    total = count + built_in
    is_exceeded, is_nearly_full = bool([*too_many_templates(context)]), _warns(nearly_full, context)

    assert is_exceeded == (total > limit)
    assert is_nearly_full == (not is_exceeded and 10 * total >= 9 * limit)


def _warns(check: Callable[[CheckContext], Any], context: CheckContext) -> bool:
    return any(finding.path == ("templates",) for finding in check(context))


ACCOUNTS = {
    "one-fits": (49, 1, False),
    "one-does-not": (50, 1, True),
    "nothing-new": (50, 0, False),
    "nothing-new-in-a-full-account": (60, 0, False),
    "many": (40, 11, True),
}


@pytest.mark.parametrize(("live", "new", "expected"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_new_objects_must_fit_in_addition_to_live_ones(live: int, new: int, expected: bool) -> None:
    """A deployment deletes last, so live and new objects must fit together; without new objects nothing is exceeded."""
    assert bool(quota_exceeded("rules", live, new, 50, "Advice")) == expected


def test_exceeded_quota_has_advice() -> None:
    """The message has the numbers, the advice of the caller, and the other ways out."""
    rules, template = quota_exceeded("rules", 50, 1, 50, "Move it"), quota_exceeded("templates", 1, 1, 1, "Change it")

    assert rules is not None
    assert template is not None
    assert (rules.id, template.id) == ("too-many-rules", "too-many-templates")
    assert rules.sentence == (
        "The account has 50 of 50 rules, and this deployment needs at least 1 more before it deletes any. "
        "Move it. Or delete some first, or raise limits.rules in the stack file if your quota was raised."
    )
    assert template.sentence == (
        "The account has 1 of 1 template, and this deployment needs at least 1 more before it deletes any. "
        "Change it. Or delete some first, or raise limits.templates in the stack file if your quota was raised."
    )
