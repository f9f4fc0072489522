"""A review as one page for a browser: it fetches nothing, runs nothing, and can be printed.

`text` has the sentences, `timeline` the positions of the drawing; the template `review.html.j2` lays them out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from live_recording.core.streams import LEVEL_NAMES
from live_recording.core.text import capitalize, count_of, escaped
from live_recording.review import text
from live_recording.review.message import Code, Message
from live_recording.review.model import EffectiveRule, Review, TaskChange
from live_recording.review.overview import Overview, why_not_planned
from live_recording.review.timeline import ROW, SIGNS, draw_timeline

CHANGE_NAMES: dict[TaskChange, str] = {"kept": "unchanged", "new": "new", "changed": "changed", "removed": "removed"}
"""How the page names the change of a rule or task."""
SEPARATORS = re.compile(r"(?<=[/._-])(?=[^/._-])")
TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z)")


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One rule of the priority table, before and after the plan."""

    key: str
    change: TaskChange
    before: EffectiveRule | None
    after: EffectiveRule | None


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the priority table with its rules."""

    number: int
    names: str
    changed: tuple[RuleChange, ...]
    unchanged: tuple[RuleChange, ...]


def render_html(review: Review) -> str:
    """Return the page."""
    page = page_environment("review").get_template("review.html.j2")
    rendered = page.render(
        review=review,
        text=text,
        verdict=text.verdict_of(review),
        levels=tuple(_levels(review)),
        week=draw_timeline(review.tasks, review.at, review.time_zone),
        changed_patterns=[pattern for pattern in review.patterns if pattern.changed],
        unchanged_patterns=[pattern for pattern in review.patterns if not pattern.changed],
        change_names=CHANGE_NAMES,
        signs=SIGNS,
        percent=_percent,
        capitalize=capitalize,
        count_of=count_of,
        row=ROW,
    )
    return f"{rendered}\n"


def render_index(overview: Overview) -> str:
    """Return the page over all stacks, with links to the page of each review beside it."""
    page = page_environment("review").get_template("index.html.j2")
    rendered = page.render(overview=overview, text=text, count_of=count_of, why_not_planned=why_not_planned)
    return f"{rendered}\n"


@cache
def page_environment(package: str) -> Environment:
    """Return what renders the pages of a package; they may include the style sheet of this one."""
    environment = Environment(
        autoescape=True,
        loader=ChoiceLoader([PackageLoader("live_recording", name) for name in (package, "review")]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.filters |= {"message": render_message, "code": code, "times": with_whole_times}
    return environment


def _finalize(value: object) -> object:
    """Return a value without characters that a browser or a reader could misread."""
    return escaped(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def render_message(message: Message) -> Markup:
    """Return a message as HTML."""
    return Markup().join(
        code(fragment.text) if isinstance(fragment, Code) else escape(escaped(fragment.text))
        for fragment in message.fragments
    )


def code(value: str) -> Markup:
    """Return text as code that can break after its separators instead of inside a word."""
    parts = SEPARATORS.split(escaped(value))
    return Markup("<code>{}</code>").format(Markup("<wbr>").join(parts))


def with_whole_times(value: str) -> Markup:
    """Return text in which no line ends inside a time."""
    parts = TIME.split(escaped(value))  # every second one is a time
    return Markup().join(
        Markup('<span class="when">{}</span>').format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )


def _percent(number: int, full: int) -> float:
    return round(100 * number / max(full, 1), 2)


def _levels(review: Review) -> Iterator[Level]:
    rules = tuple(_rule_changes(review))
    for number, names in LEVEL_NAMES.items():
        on_level = [rule for rule in rules if number in {r.level for r in (rule.before, rule.after) if r}]
        changed, unchanged = _split_by_change(on_level)
        yield Level(number, names, changed, unchanged)


def _split_by_change(rules: Iterable[RuleChange]) -> tuple[tuple[RuleChange, ...], tuple[RuleChange, ...]]:
    rules = tuple(rules)
    changed = tuple(rule for rule in rules if rule.change != "kept")
    return changed, tuple(rule for rule in rules if rule.change == "kept")


def _rule_changes(review: Review) -> Iterator[RuleChange]:
    """Yield every rule: each one wins for its own key, so the patterns contain all of them."""
    before = {pattern.before.key: pattern.before for pattern in review.patterns if pattern.before}
    after = {pattern.after.key: pattern.after for pattern in review.patterns if pattern.after}
    for key in sorted(before.keys() | after.keys()):
        yield RuleChange(key, _change(before.get(key), after.get(key)), before.get(key), after.get(key))


def _change(before: EffectiveRule | None, after: EffectiveRule | None) -> TaskChange:
    if before == after:
        return "kept"
    if before is None:
        return "new"
    return "removed" if after is None else "changed"
