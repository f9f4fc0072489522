"""What the state of a stack remembers of its account, for where the account cannot be looked at.

Rule 1: an entry without a step is as it is declared; one with a step was as the step says. Rule 2: an object whose id
nobody tells has a negative one, far from those that are yet to be made.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count

from provider.core import listed
from provider.core.limits import SiteName
from provider.core.ownership import Resource, told
from provider.core.plan import Declared
from provider.core.priority import Key
from provider.core.snapshot import Snapshot
from provider.core.steps import Inputs, Step
from provider.core.wire import create_template

FIRST_ID = -1_000_000


def recollected(steps: Sequence[Step], declared: Iterable[Declared], site: SiteName, now: datetime) -> Snapshot:
    """The objects of this stack alone, as they were when it was last applied or refreshed."""
    stepping = {(step.kind, step.name) for step in steps}
    same = tuple(one for one in declared if (one.kind, one.name) not in stepping)
    ids = told(steps, {one.name for one in same if one.kind == "template"})
    numbers = map(str, count(FIRST_ID, -1))
    was: dict[Resource, tuple[str, Inputs]] = {
        (step.kind, step.name): (step.id, step.old) for step in steps if step.op != "create"
    }
    for one in sorted(same, key=lambda one: one.kind != "template"):
        thing = (one.kind, one.name)
        source = {"template_id": was["template", one.template][0]} if one.template else {}
        was[thing] = str(ids.get(thing) or next(numbers)), {**one.inputs, **source}
    return Snapshot(
        site,
        now,
        {
            i: {"TemplateId": int(i)} | create_template(inputs)
            for (kind, _), (i, inputs) in was.items()
            if kind == "template"
        },
        {Key.of(inputs): inputs["template_id"] for (kind, _), (_, inputs) in was.items() if kind == "rule"},
        {
            i: listed.task(i, {"template_id": "0", **inputs}, int(now.timestamp()))
            for (kind, _), (i, inputs) in was.items()
            if kind == "task" and "stopped_at" not in inputs
        },
    )
