"""The arguments of a resource, normalised: what the engine keeps in its state.

Rule 1: durations are seconds, times RFC 3339 UTC, our own defaults filled, the vendor's not.
Rule 2: a value that is not known yet is not judged; everything else is.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from provider.core import entries, schedule
from provider.core.diff import KindName
from provider.core.fields import Entry
from provider.core.findings import Finding, finding
from provider.core.limits import Site
from provider.core.models import RuleArgs, TaskArgs, TemplateArgs
from provider.core.refusals import refusals
from provider.core.schedule import Window
from provider.core.times import rfc3339

ARGS: Mapping[KindName, type[Entry]] = {"template": TemplateArgs, "rule": RuleArgs, "task": TaskArgs}
_TIMES = frozenset({"start", "end", "duration"})

Normal = tuple[dict[str, Any], tuple[Finding, ...]]


def normalised(
    kind: KindName, given: Mapping[str, Any], unknown: frozenset[str], site: Site, now: datetime, owner: str = ""
) -> Normal:
    """The inputs without the *unknown* top-level fields, and what is wrong with them; *owner* where it is known."""
    try:
        args = ARGS[kind].model_validate(given)
    except ValidationError as error:
        found = tuple(f for f in refusals(ARGS[kind], error) if not _awaited(f, unknown))
        if found:
            return dict(given), found
        return {name: value for name, value in given.items() if name not in unknown}, ()
    inputs = args.model_dump(exclude_none=True)
    if isinstance(args, TemplateArgs):
        name = None if "template_name" in unknown else args.template_name or ""
        return inputs, tuple(entries.template((), args, name, site, owner))
    if isinstance(args, TaskArgs):
        return _task(given, inputs, args, unknown, now)
    return inputs, tuple(_rule(inputs, unknown))


def _awaited(found: Finding, unknown: frozenset[str]) -> bool:
    return found.id == "missing-field" and any(f"field {name} is" in found.sentence for name in unknown)


def _rule(inputs: Mapping[str, Any], unknown: frozenset[str]) -> Iterator[Finding]:
    if "template_id" not in {*inputs, *unknown}:
        yield finding("missing-field", "", "The field template_id is missing. A rule binds a key to a template.")


def _task(
    given: Mapping[str, Any], inputs: dict[str, Any], args: TaskArgs, unknown: frozenset[str], now: datetime
) -> Normal:
    if unknown & _TIMES:
        return {name: given[name] if name in _TIMES else value for name, value in inputs.items()}, ()
    span = schedule.window((), args, "")
    if not isinstance(span, Window):
        return dict(given), (span,)
    rest = {name: value for name, value in inputs.items() if name not in _TIMES}
    times = {"start": rfc3339(span.start)} if span.start else {}
    return rest | times | {"end": rfc3339(span.end)}, tuple(schedule.task((), span, now))
