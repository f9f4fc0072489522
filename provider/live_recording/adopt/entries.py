"""A live account as entries of a stack file: what each object is called there, and what it says.

Rule 1: an entry says what is live, no more and no less; what cannot be an entry stays out, with the reason.
Rule 2: an object that the stack file declares already keeps its key, whatever else differs.
Rule 3: the same account gives the same entries, whatever order it is listed in.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from live_recording.account.api_mapping import template_inputs
from live_recording.account.objects import NO_TEMPLATE, LiveTask, LiveTemplate
from live_recording.account.snapshot import Snapshot
from live_recording.adopt.exclusions import AdoptionContext, ObjectRef, exclusions, without
from live_recording.audit.declared import Item
from live_recording.audit.matching import ObjectMatcher
from live_recording.core.kinds import FORMATS, KindName
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import StreamKey
from live_recording.core.timefmt import task_time
from live_recording.desired.declarations import DesiredResource
from live_recording.stackfile import keys

KINDS: tuple[KindName, ...] = ("template", "rule", "task")


class AdoptionRequest(NamedTuple):
    """Whose entries are wanted, and what is settled already."""

    owner: StackRef
    zone: str  # of the times in keys
    domains: Collection[str] = ()  # only rules and tasks of these, and the templates that they use; empty: everything
    items: tuple[Item, ...] = ()  # what the stack file declares as it is
    taken: Mapping[KindName, Collection[str]] = {}  # keys that new entries cannot have


class Entry(NamedTuple):
    """A live object under its key."""

    kind: KindName
    id: str | StreamKey
    key: str
    inputs: Mapping[str, Any]  # complete, as resources have them
    template: str | None = None  # key of its template; None: template_id, or none at all
    declared: bool = False  # whether the stack file has it already


class SkippedObject(NamedTuple):
    """A live object that stays unmanaged."""

    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"


class Adopted(NamedTuple):
    """What adoption made: a stack file, or the part of one that is new; what to import; what stays unmanaged."""

    text: str  # "" where nothing is new
    counts: Mapping[str, int]  # new entries by section
    resources: tuple[Mapping[str, Any], ...]  # of the import file
    left: tuple[SkippedObject, ...]
    accepted: Mapping[str, int]  # warnings that the file acknowledges as they were found, by id
    part: bool  # whether the entries are to be moved into a stack file that is there


class Adoption(NamedTuple):
    """Entries in the order in which resources depend on each other; what stays out, and why."""

    entries: tuple[Entry, ...]
    out: Mapping[ObjectRef, str]
    held: Snapshot  # the part of the account that was looked at


def adoption(live: Snapshot, asked: AdoptionRequest, refused: Mapping[ObjectRef, str]) -> Adoption:
    """What the account is in terms of a stack file; *refused* is what the checks do not let into it."""
    held, known = _asked_for(live, asked.domains), _known(live, asked.items)
    out = exclusions(AdoptionContext(held, asked.owner, known), refused)
    kept = without(held, out)
    names = {thing: declared.name for thing, declared in known.items()}
    for kind in KINDS:
        new = {thing: wish for thing, wish in _wishes(kind, kept, asked).items() if thing not in names}
        names |= keys.assign_unique_keys(new, asked.taken.get(kind, ()))
    return Adoption(tuple(_entries(kept, known, names)), out, held)


def _asked_for(live: Snapshot, domains: Collection[str]) -> Snapshot:
    """The part of the account that is asked for and not over, sorted."""
    rules = {key: i for key, i in sorted(live.rules.items()) if _includes(domains, key)}
    tasks = {i: task for i, task in _unfinished_tasks(live) if _includes(domains, task.stream)}
    used = {*rules.values(), *(task.template_id for task in tasks.values())}
    ids = [i for i in sorted(live.templates, key=int) if not domains or i in used]
    return live._replace(templates={i: live.templates[i] for i in ids}, rules=rules, tasks=tasks)


def _unfinished_tasks(live: Snapshot) -> list[tuple[str, LiveTask]]:
    in_order = sorted(live.tasks.items(), key=lambda item: (item[1].stream, item[1].window, item[0]))
    return [(task_id, task) for task_id, task in in_order if task.window.end > live.at]


def _includes(domains: Collection[str], key: StreamKey) -> bool:
    return not domains or key.domain in domains


def _known(live: Snapshot, items: tuple[Item, ...]) -> dict[ObjectRef, DesiredResource]:
    """What the stack file declares of the account, identical or not; what it names by id, it does not declare."""
    named = {item.declared.inputs.get("template_id") for item in items if not item.declared.template}
    nameless = live._replace(templates={i: found for i, found in live.templates.items() if i not in named})
    found = [match for match in ObjectMatcher(nameless).take(items) if match.live]
    return {
        (d.kind, StreamKey.from_inputs(d.inputs) if d.kind == "rule" else str(match.live)): d
        for match in found
        for d in (match.item.declared,)
    }


def _wishes(kind: KindName, kept: Snapshot, asked: AdoptionRequest) -> dict[ObjectRef, keys.KeyCandidates]:
    if kind == "template":
        names = {i: found.name for i, found in kept.templates.items()}
        return {("template", i): keys.template(i, name, asked.owner) for i, name in names.items()}
    if kind == "rule":
        return {("rule", key): keys.rule(key) for key in kept.rules}
    zone = ZoneInfo(asked.zone)
    starts = {i: (task.window.start or kept.at).astimezone(zone) for i, task in kept.tasks.items()}
    return {("task", i): keys.task(task.stream, starts[i]) for i, task in kept.tasks.items()}


def _entries(
    kept: Snapshot, known: Mapping[ObjectRef, DesiredResource], names: Mapping[ObjectRef, str]
) -> Iterator[Entry]:
    keys_of = {i: names["template", i] for i in kept.templates}
    for i, found in kept.templates.items():
        d = known.get(("template", i))
        inputs = template_inputs(found, d.inputs if d else _always(found))
        yield Entry("template", i, keys_of[i], inputs, declared=d is not None)
    for key, i in kept.rules.items():
        inputs = {**key.to_inputs(), "template_id": i}
        yield Entry("rule", key, names["rule", key], inputs, keys_of.get(i), ("rule", key) in known)
    for i, task in kept.tasks.items():
        d, used = known.get(("task", i)), task.template_id
        times = {"start": task_time(task.start), "end": task_time(task.end)}
        inputs = dict(d.inputs) if d else {**task.stream.to_inputs(), "stream_type": "live", **times}
        inputs |= {"template_id": used} if used != NO_TEMPLATE else {}
        yield Entry("task", i, names["task", i], inputs, keys_of.get(used), d is not None)


def _always(found: LiveTemplate) -> dict[str, Any]:
    """Asks for the name, and for the VOD application of each format: which is the default there cannot be told."""
    given = {name: (found.raw.get(api) or {}).get("VodSubAppId") for name, api in FORMATS.items()}
    named = {"template_name": found.raw.get("TemplateName")}
    return (
        named if found.raw.get("CosStore") else named | {name: {"vod_sub_app_id": i} for name, i in given.items() if i}
    )
