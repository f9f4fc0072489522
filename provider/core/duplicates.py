"""Nothing stands twice: no natural key, no name in the account, no resource name.

Rule 1: of two that collide the later one is the finding, and its sentence names the other.
"""

from collections.abc import Hashable, Iterator, Mapping

from provider.core.findings import Finding, finding
from provider.core.plan import NO_RECORD, template_name
from provider.core.priority import Key
from provider.core.schedule import Window
from provider.core.stack import Stack
from provider.core.values import quoted


def duplicates(stack: Stack, owner: str, spans: Mapping[str, Window]) -> Iterator[Finding]:
    """No natural key and no resource name stands twice."""
    rules = {key: Key(r.domain, r.app, r.stream) for key, r in stack.rules.items()}
    yield from _twice("rules", rules, "for {what}; the vendor keeps one rule per domain, app and stream")
    tasks = {
        key: (t.domain, t.app, t.stream, spans[key], t.template or t.template_id)
        for key, t in stack.tasks.items()
        if key in spans
    }
    yield from _twice("tasks", tasks, "for the same stream, time and template")
    templates = {key: template_name(owner, key, t) for key, t in stack.templates.items()}
    yield from _twice("templates", templates, "with the template_name {what}")
    if NO_RECORD in templates and stack.suppresses:
        yield finding(
            "duplicate-key",
            f"templates.{NO_RECORD}",
            f"{NO_RECORD} is the name of what record: false uses. Rename this template.",
        )


def _twice(section: str, keys: Mapping[str, Hashable], what: str) -> Iterator[Finding]:
    first: dict[Hashable, str] = {}
    for name, key in keys.items():
        other = first.setdefault(key, name)
        if other != name:
            described = what.format(what=quoted(key) if isinstance(key, str) else key)
            yield finding(
                "duplicate-key",
                f"{section}.{name}",
                f"This is {section}.{other} once more: both are {described}. Remove one.",
            )
