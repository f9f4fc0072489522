"""A review as one page for a browser: nothing is fetched, nothing runs, and it prints.

What can be said stands in `review_words`, where things are drawn in `core/timeline`; the template lays them out.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from live_recording.core.streams import LEVEL_NAMES
from live_recording.core.text import escaped
from live_recording.review import text as words
from live_recording.review.model import EffectiveRule, Review, TaskChange
from live_recording.review.text import Code, Words
from live_recording.review.timeline import ROW, SIGNS, timeline

CHANGES: dict[TaskChange, str] = {"kept": "stays", "new": "new", "changed": "changed", "removed": "removed"}
"""How the drawings call what becomes of a rule or task."""


SEPARATORS = re.compile(r"(?<=[/._-])(?=[^/._-])")


class Rule(NamedTuple):
    """One rule in the priority picture."""

    key: str
    change: TaskChange
    before: EffectiveRule | None
    after: EffectiveRule | None


class Level(NamedTuple):
    """One level of the priority picture: the rules that change, and those that stay."""

    number: int
    names: str
    changing: tuple[Rule, ...]
    staying: tuple[Rule, ...]


def html(review: Review) -> str:
    """The page."""
    template = _environment().get_template("review.html.j2")
    return (
        template.render(
            review=review,
            words=words,
            verdict=words.verdict(review),
            levels=tuple(_levels(review)),
            week=timeline(review.tasks, review.at, review.time_zone),
            changed=[pattern for pattern in review.patterns if pattern.changed],
            same=[pattern for pattern in review.patterns if not pattern.changed],
            changes=CHANGES,
            signs=SIGNS,
            share=_share,
            row=ROW,
        )
        + "\n"
    )


def _environment() -> Environment:
    made = Environment(
        autoescape=True,
        loader=PackageLoader("live_recording", "review"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    made.filters |= {"said": said, "code": code}
    return made


def _finalized(value: object) -> object:
    """What the template shows: nothing that a browser or a reader could misread."""
    return escaped(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def said(parts: Words) -> Markup:
    """A sentence, its names as code."""
    return Markup().join(code(part) if isinstance(part, Code) else escape(escaped(part)) for part in parts)


def code(text: str) -> Markup:
    """A name as code, which breaks behind its separators rather than inside a word."""
    parts = SEPARATORS.split(escaped(text))
    return Markup("<code>{}</code>").format(Markup("<wbr>").join(parts))


def _share(number: int, full: int) -> float:
    return round(100 * number / max(full, 1), 2)


def _levels(review: Review) -> Iterator[Level]:
    rules = tuple(_rules(review))
    for number, names in LEVEL_NAMES.items():
        here = [rule for rule in rules if number in {r.level for r in (rule.before, rule.after) if r}]
        yield Level(number, names, _those(here, stay=False), _those(here, stay=True))


def _those(rules: Iterable[Rule], *, stay: bool) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if (rule.change == "kept") is stay)


def _rules(review: Review) -> Iterator[Rule]:
    """Every rule: it wins for its own key, so the patterns know them all."""
    before = {p.before.key: p.before for p in review.patterns if p.before}
    after = {p.after.key: p.after for p in review.patterns if p.after}
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        change: TaskChange = "kept" if old == new else "new" if old is None else "removed" if new is None else "changed"
        yield Rule(key, change, old, new)
