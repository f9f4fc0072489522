"""Rules about a whole stack: how its entries relate.

Rule 1: each rule is one function that yields findings; CHECKS lists them all.
Rule 2: a rule sees the stack, the site, the time and the owner of default names - nothing live.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from provider.core import entries
from provider.core.duplicates import duplicates
from provider.core.findings import Finding, finding
from provider.core.limits import OVERLAPS_MAX, Site
from provider.core.plan import template_name
from provider.core.priority import Key
from provider.core.quotas import too_many
from provider.core.schedule import Window, crowded
from provider.core.stack import Rule, Stack, Task
from provider.core.values import quoted


@dataclass(frozen=True)
class Context:
    """What the rules look at."""

    stack: Stack
    broken: frozenset[tuple[str, str]]  # entries of the file that could not be read
    site: Site
    now: datetime
    owner: str  # <project>--<stack>, the beginning of default template names

    @cached_property
    def windows(self) -> dict[str, Window | Finding]:
        """When each task runs, by key."""
        return {k: entries.window(("tasks", k), t, self.stack.time_zone) for k, t in self.stack.tasks.items()}

    @property
    def spans(self) -> dict[str, Window]:
        """The tasks whose time can be told."""
        return {key: span for key, span in self.windows.items() if isinstance(span, Window)}

    def names(self, section: str) -> set[str]:
        """The keys of a section, those of unreadable entries too."""
        return {*getattr(self.stack, section), *(key for where, key in self.broken if where == section)}


def one_entry_each(on: Context) -> Iterator[Finding]:
    """What is wrong with single templates and tasks."""
    if "--" in on.owner.replace("--", "", 1) or on.owner.endswith("-"):
        stack = on.owner.partition("--")[2]
        yield finding(
            "bad-name", "", f"The stack name {quoted(stack)} has two hyphens in a row or one at its end. Rename it."
        )
    for key, template in on.stack.templates.items():
        yield from entries.template(("templates", key), template, template_name(on.owner, key, template), on.site)
    for key, span in on.windows.items():
        yield from [span] if isinstance(span, Finding) else entries.task(("tasks", key), span, on.now)


def template_references(on: Context) -> Iterator[Finding]:
    """Each rule names one template, each task at most one, and they exist."""
    known = on.names("templates")
    for section, items in (("rules", on.stack.rules), ("tasks", on.stack.tasks)):
        for key, entry in items.items():
            path = f"{section}.{key}"
            given = [name for name in ("template", "template_id", "record") if getattr(entry, name, None) is not None]
            if len(given) > 1:
                yield finding(
                    "unknown-field",
                    f"{path}.{given[1]}",
                    f"{given[1]} cannot stand beside {given[0]}. Keep one of them.",
                )
            if entry.template is not None and entry.template not in known:
                listed = (
                    f"Templates of this file: {', '.join(sorted(known))}." if known else "This file has no templates."
                )
                yield finding(
                    "unknown-template", f"{path}.template", f"There is no template {quoted(entry.template)}. {listed}"
                )
            if not given:
                yield _without_template(path, entry)


def _without_template(path: str, entry: Rule | Task) -> Finding:
    if isinstance(entry, Rule):
        return finding(
            "missing-field", path, "The rule says nothing to do. Add template, template_id, or record: false."
        )
    return finding(
        "records-hls-forever",
        path,
        "Without template the vendor records this task as HLS and keeps it for ever. Name a template.",
    )


def renames(on: Context) -> Iterator[Finding]:
    """A former key is free, and one entry only comes from it."""
    for section in ("templates", "rules", "tasks"):
        items: Mapping[str, Any] = getattr(on.stack, section)
        taken = Counter(entry.was for entry in items.values() if entry.was)
        for key, entry in items.items():
            if entry.was in on.names(section):
                why = f"{section}.{entry.was} is still declared, so nothing was renamed from it"
            elif taken[entry.was] > 1:
                why = f"{taken[entry.was]} entries say that they were {entry.was}"
            else:
                continue
            yield finding(
                "duplicate-key",
                f"{section}.{key}.was",
                f"{why[0].upper()}{why[1:]}. Keep was on the renamed entry only.",
            )


def overlaps(on: Context) -> Iterator[Finding]:
    """No stream has more tasks open at once than the vendor starts."""
    by_stream: dict[Key, dict[str, Window]] = {}
    for key, span in on.spans.items():
        task = on.stack.tasks[key]
        by_stream.setdefault(Key(task.domain, task.app, task.stream), {})[key] = span
    for stream, windows in by_stream.items():
        for key in crowded(windows, on.now, OVERLAPS_MAX):
            yield finding(
                "too-many-overlaps",
                f"tasks.{key}",
                f"More than {OVERLAPS_MAX} tasks record {stream} at one time, but the vendor starts only {OVERLAPS_MAX}. "
                "Move or remove this one.",
            )


CHECKS: tuple[Callable[[Context], Iterator[Finding]], ...] = (
    one_entry_each,
    template_references,
    lambda on: duplicates(on.stack, on.owner, on.spans),
    renames,
    lambda on: too_many(on.stack.limits, {s: len(on.names(s)) for s in ("rules", "templates")}, on.stack.suppresses),
    overlaps,
)


def check(on: Context) -> tuple[Finding, ...]:
    """Every finding about the stack, unsorted; its place in the file is not known here."""
    return tuple(found for rule in CHECKS for found in rule(on))
