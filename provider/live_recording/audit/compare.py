"""What an account holds against what the stack files on it declare.

Rule 1: no state is looked at, only files and the account. Rule 2: what no declared object takes is declared by no file.
Rule 3: what is found is data; `audit_words` words it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from live_recording.account.objects import LiveTask
from live_recording.account.snapshot import Snapshot
from live_recording.audit.declared import Declaring, Item, Place, declared_by, spell
from live_recording.audit.matching import Match, ObjectMatcher
from live_recording.core.kinds import KindName
from live_recording.core.stack_ref import StackRef
from live_recording.core.text import escaped
from live_recording.core.timefmt import task_time
from live_recording.core.vendor import SITES

Kind = Literal[
    "not-live",
    "differs",
    "no-template",
    "stopped",
    "declared-twice",
    "not-declared",
    "named",
    "foreign",
    "ended",
    "unlisted",
]

COUNTS: Mapping[Kind, bool] = {
    "not-live": True,  # declared and due, and the account does not hold it
    "differs": True,  # declared, and something else is live in its place
    "no-template": True,  # declared and live, with a template that the account does not have
    "stopped": True,  # a declared task that somebody stopped by hand
    "declared-twice": True,  # by two stack files
    "not-declared": True,  # live, and no stack file declares it
    "named": False,  # a template that a file names by its id
    "foreign": False,  # of a stack of another project, by the name of its template
    "ended": False,  # a stopped task that no stack file declares: it never records again
    "unlisted": False,  # the vendor lists no such objects
}
"""What can be found, and whether somebody has to put it right."""


class Difference(NamedTuple):
    """One thing that is not as the files say, or that they do not speak of."""

    kind: Kind
    thing: KindName
    what: str  # a template's name, a rule's key, a task's stream and time
    id: str = ""  # of the live object, where it has one
    place: Place = Place()  # where it is declared; of "named": where it is named
    details: tuple[str, ...] = ()  # phrases; of live rules and tasks that no file declares: their template
    other: Place = Place()  # where it is declared once more
    owner: StackRef | None = None  # by the name of the live template
    since: str = ""  # when it was stopped


def compared(held: Snapshot, files: Sequence[Declaring], project: str) -> tuple[Difference, ...]:
    """What differs between the account and the files that share it, sorted; *project* is that of the files."""
    site, asked = SITES[held.site], {by.name for by in files if by.asked}
    in_order = sorted(files, key=lambda by: (not by.asked, by.name))
    items = [item for by in in_order for item in declared_by(by, site, held.at)]
    first: dict[object, Item] = {}
    named: dict[str, Place] = {}
    for item in items:
        first.setdefault(item.natural, item)
        named.setdefault(str(item.declared.inputs.get("template_id")), item.place)
    found = [*_declared_twice(items, first), *_unlisted(in_order)]
    account = ObjectMatcher(held)
    found += [told for match in account.take([*first.values()]) for told in _judged(match, account)]
    told = [difference for difference in found if difference.place.stack in asked]
    return tuple(sorted((*told, *_left(account, named, project))))


def _declared_twice(items: Iterable[Item], first: Mapping[object, Item]) -> Iterator[Difference]:
    for item in items:
        other = first[item.natural]
        if other is not item:
            yield _about(item, "declared-twice")._replace(other=other.place)


def _unlisted(files: Iterable[Declaring]) -> Iterator[Difference]:
    for by in files:
        if by.stack.live_records:
            yield Difference("unlisted", "live_record", "", place=Place(by.name, "live_records"))


def _about(item: Item, kind: Kind) -> Difference:
    return Difference(kind, item.declared.kind, item.what, place=item.place)


def _judged(match: Match, account: ObjectMatcher) -> Iterator[Difference]:
    """What is wrong with a declared object, if anything."""
    item, live, template, details, stopped = match
    id_ = "" if live is None or item.declared.kind == "rule" else live
    if live is None:
        yield _about(item, "not-live")
    elif stopped:
        yield _about(item, "stopped")._replace(id=id_, since=stopped)
    elif details:
        yield _about(item, "differs")._replace(id=id_, details=details, owner=account.owner(template))
    elif not account.has(template):
        yield _about(item, "no-template")._replace(id=id_, details=(account.called(template),))


def _left(account: ObjectMatcher, named: Mapping[str, Place], project: str) -> Iterator[Difference]:
    """The live objects that no declared one took."""
    for template_id, template in account.templates.items():
        kind, owner = _whose(template_id, account, project)
        name = escaped(template.name)
        if template_id in named:
            yield Difference("named", "template", name, template_id, named[template_id])
        else:
            yield Difference(kind, "template", name, template_id, owner=owner)
    for key, template_id in account.rules.items():
        kind, owner = _whose(template_id, account, project)
        yield Difference(kind, "rule", str(key), details=(account.called(template_id),), owner=owner)
    for task_id, task in account.tasks.items():
        kind, owner = _whose(task.template_id, account, project)
        found = Difference(
            kind, "task", _spelled(task), task_id, details=(account.called(task.template_id),), owner=owner
        )
        if task.stopped_at:
            found = found._replace(kind="ended", since=task_time(task.stopped_at))
        yield found


def _whose(template_id: str, account: ObjectMatcher, project: str) -> tuple[Kind, StackRef | None]:
    owner = account.owner(template_id)
    return ("foreign" if owner and owner.project != project else "not-declared"), owner


def _spelled(task: LiveTask) -> str:
    return spell(task.stream, task_time(task.start), task_time(task.end))
