"""Why live objects stay out of a stack file.

Rule 1: each reason is one function over what the reasons before it have left; REASONS lists them.
Rule 2: a reason is a sentence that names what is in the way, and whose it is where that can be told.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from live_recording.account.snapshot import Snapshot
from live_recording.core.kinds import KindName
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import StreamKey
from live_recording.core.text import quoted
from live_recording.core.timefmt import rfc3339
from live_recording.core.vendor import OVERLAPS_MAX, SITES
from live_recording.core.windows import Window, creatable_from, overlap_violations, phase

ObjectRef = tuple[KindName, str | StreamKey]
"""A live object: its kind, and its id; of a rule its key."""
Reasons = Iterator[tuple[ObjectRef, str]]


class AdoptionContext(NamedTuple):
    """What the reasons look at, beside what is left."""

    live: Snapshot
    owner: StackRef
    known: Collection[ObjectRef]  # what the stack file has already


def exclusions(scene: AdoptionContext, refused: Mapping[ObjectRef, str]) -> dict[ObjectRef, str]:
    """Why each live object that the stack file cannot declare stays out; *refused* are those that the checks refuse."""
    out = dict(refused)
    for reason in REASONS:
        out |= dict(reason(without(scene.live, out), scene))
    return out


def without(live: Snapshot, out: Mapping[ObjectRef, str]) -> Snapshot:
    """The snapshot without what is in *out*."""
    return live._replace(
        templates={i: found for i, found in live.templates.items() if ("template", i) not in out},
        rules={key: found for key, found in live.rules.items() if ("rule", key) not in out},
        tasks={i: found for i, found in live.tasks.items() if ("task", i) not in out},
    )


def _stopped(rest: Snapshot, _: AdoptionContext) -> Reasons:
    for i, task in rest.tasks.items():
        if task.stopped_at:
            yield ("task", i), "It was stopped outside this tool; stopped tasks are never adopted."


def _of_other_stacks(rest: Snapshot, scene: AdoptionContext) -> Reasons:
    names = {i: found.name for i, found in rest.templates.items()}
    foreign = {i: owner for i, name in names.items() if (owner := _other_stack(name, scene.owner))}
    for i, owner in foreign.items():
        yield ("template", i), f"Owned by {owner}, according to its name."
    users: dict[ObjectRef, str] = {("rule", key): i for key, i in rest.rules.items()}
    users |= {("task", i): task.template_id for i, task in rest.tasks.items()}
    for thing, i in users.items():
        if i in foreign:
            yield thing, f"Its template {quoted(names[i])} belongs to {foreign[i]}."


def _other_stack(template_name: str, own: StackRef) -> str:
    """Return the other stack that a template of this name belongs to, as messages name it, or ""."""
    owner = StackRef.of_template(template_name)
    if owner is None or owner == own:
        return ""
    return f"stack {quoted(owner.stack)} of project {quoted(owner.project)}"


def _missing_template(rest: Snapshot, scene: AdoptionContext) -> Reasons:
    for key, i in rest.rules.items():
        if i not in scene.live.templates:
            yield ("rule", key), f"It points to template {i}, which does not exist in the account."


def _invalid_text(rest: Snapshot, _: AdoptionContext) -> Reasons:
    things: dict[ObjectRef, Any] = {("template", i): found.raw for i, found in rest.templates.items()}
    things |= {("rule", key): key.parts for key in rest.rules}
    things |= {("task", i): task.stream.parts for i, task in rest.tasks.items()}
    for thing, found in things.items():
        if any("\ud800" <= c <= "\udfff" for c in json.dumps(found, ensure_ascii=False)):
            yield thing, "It contains an incomplete Unicode character, which a file cannot store."


def _same_name(rest: Snapshot, scene: AdoptionContext) -> Reasons:
    bound = {*rest.rules.values()}
    named: dict[str, list[tuple[bool, bool, int]]] = {}
    for i, found in rest.templates.items():
        likeliest = (("template", i) not in scene.known, i not in bound, int(i))  # as a later adoption takes them
        named.setdefault(found.name, []).append(likeliest)
    for name, likely in named.items():
        (*_, first), *others = sorted(likely)
        for *_, other in others:
            why = f"Template {first} has the same name {quoted(name)}, and a name can be declared only once."
            yield ("template", str(other)), why


def _not_yet(rest: Snapshot, _: AdoptionContext) -> Reasons:
    for i, task in rest.tasks.items():
        if phase(task.window, rest.at, SITES[rest.site]) == "later":
            from_ = rfc3339(creatable_from(task.window, SITES[rest.site]))
            yield ("task", i), f"The API accepts such a task only from {from_} on, so no stack can declare it earlier."


def _duplicate_tasks(rest: Snapshot, scene: AdoptionContext) -> Reasons:
    first: dict[Any, str] = {}
    for i, task in sorted(rest.tasks.items(), key=lambda item: (("task", item[0]) not in scene.known, item[0])):
        other = first.setdefault((task.stream, task.window, task.template_id), i)
        if other != i:
            yield ("task", i), f"Task {other} records the same stream at the same time with the same template."


def _too_many_overlaps(rest: Snapshot, scene: AdoptionContext) -> Reasons:
    streams: dict[StreamKey, dict[str, Window]] = {}
    for i, task in rest.tasks.items():
        streams.setdefault(task.stream, {})[i] = task.window
    for windows in streams.values():
        while surplus := next(
            (
                i
                for crowd in overlap_violations(windows, rest.at, OVERLAPS_MAX)
                for i in crowd
                if ("task", i) not in scene.known
            ),
            None,
        ):
            del windows[surplus]
            yield (
                ("task", surplus),
                f"{OVERLAPS_MAX} other tasks of this stream run at the same time, and no more can record.",
            )


REASONS: tuple[Callable[[Snapshot, AdoptionContext], Reasons], ...] = (
    _stopped,
    _of_other_stacks,
    _missing_template,
    _invalid_text,
    _same_name,
    _not_yet,
    _duplicate_tasks,
    _too_many_overlaps,
)
