"""The differences between an account and the stack files that declare its objects.

Only files and the account are compared; no Pulumi state is read. `audit.messages` words the differences.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from live_recording.account.objects import LiveTask, NamedTemplate
from live_recording.account.relays import Relays, users_of
from live_recording.account.snapshot import Snapshot
from live_recording.audit.declared import DeclaredObject, DeclaringFile, Location, declared_objects, recording_label
from live_recording.audit.matching import Match, ObjectMatcher
from live_recording.core.kinds import CALLBACK_KINDS, TEMPLATE_OF, KindName, TemplateKind
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import CallbackKey, StreamKey
from live_recording.core.text import escaped
from live_recording.core.timefmt import task_time
from live_recording.core.vendor import SITES
from live_recording.stackfile.stream_names import problem_of_names

DifferenceKind = Literal[
    "not-live",
    "differs",
    "no-template",
    "stopped",
    "declared-twice",
    "not-declared",
    "never-matches",
    "named",
    "foreign",
    "relay",
    "ended",
    "unlisted",
]

NOT_IN_CONSOLES = "Consoles do not show callback rules of an app: only the API lists and deletes them."
IS_PROBLEM: Mapping[DifferenceKind, bool] = {
    "not-live": True,  # declared and due, but not in the account
    "differs": True,  # declared, but the live object is different
    "no-template": True,  # declared and live, with a template that the account does not have
    "stopped": True,  # a declared task that was stopped outside this tool
    "declared-twice": True,  # declared by two stack files
    "not-declared": True,  # live, but not declared in any stack file
    "never-matches": True,  # live, with a name that no stream can have: it records nothing
    "named": False,  # a template that a file names by its id
    "foreign": False,  # owned by a stack of another project, according to the name of its template
    "relay": False,  # a relay task that records with a template of the account
    "ended": False,  # a stopped task that no stack file declares: it does not record again
    "unlisted": False,  # live records, which the API does not list
}
"""Every kind of difference: a problem to fix, or a notice."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between the account and the stack files."""

    kind: DifferenceKind
    object_kind: KindName
    label: str = ""  # a template's name, a rule's key, a task's stream and time
    id: str = ""  # of a live template or task
    location: Location | None = None  # where it is declared; of "named": where it is named; None: nowhere
    details: tuple[str, ...] = ()  # of "differs": phrases; of others: sentences
    template: str = ""  # the template of a live rule or task, as messages name it
    other_location: Location | None = None  # where it is also declared
    owner: StackRef | None = None  # according to the name of the live template
    stopped_at: str = ""  # RFC 3339


def find_differences(account: Snapshot, files: Sequence[DeclaringFile], project: str) -> list[Difference]:
    """Return the differences between the account and the files of *project* that share it, sorted.

    If two files declare an object, the account is compared with the first one; audited files come first.
    """
    objects = _declared_in(files, account)
    first: dict[object, DeclaredObject] = {}
    for declared in objects:
        first.setdefault(declared.identity, declared)
    matcher = ObjectMatcher(account)
    of_files = [*_declared_twice(objects, first), *_unlisted(files)]
    for match in matcher.match_all([*first.values()]):
        of_files += _judge(match, matcher)
    undeclared = [*_unmatched(matcher, _named_templates(objects), project, account.relays), *_relays(account, matcher)]
    return sorted([*_of_audited(files, of_files), *undeclared], key=_order)


def _declared_in(files: Iterable[DeclaringFile], account: Snapshot) -> list[DeclaredObject]:
    """Return what the files declare, those of audited files first."""
    in_order = sorted(files, key=lambda file: (not file.audited, file.name))
    declared = [each for file in in_order for each in declared_objects(file, SITES[account.site], account.at)]
    are_callbacks_known = account.callback_rules is not None
    return [each for each in declared if are_callbacks_known or each.kind not in CALLBACK_KINDS]


def _of_audited(files: Iterable[DeclaringFile], differences: Iterable[Difference]) -> Iterator[Difference]:
    audited = {file.name for file in files if file.audited}
    return (difference for difference in differences if difference.location and difference.location.file in audited)


def _order(difference: Difference) -> tuple[str, ...]:
    location = difference.location or Location("", ())
    return difference.kind, difference.object_kind, difference.label, difference.id, location.file, location.path_text


def _declared_twice(objects: Iterable[DeclaredObject], first: Mapping[object, DeclaredObject]) -> Iterator[Difference]:
    for declared in objects:
        other = first[declared.identity]
        if other is not declared:
            yield Difference(
                "declared-twice",
                declared.kind,
                declared.label,
                location=declared.location,
                other_location=other.location,
            )


def _unlisted(files: Iterable[DeclaringFile]) -> Iterator[Difference]:
    for file in files:
        if file.stack.live_records:
            yield Difference("unlisted", "live_record", location=Location(file.name, ("live_records",)))


def _named_templates(objects: Iterable[DeclaredObject]) -> dict[tuple[TemplateKind, str], Location]:
    """Return the templates that entries name by id, with the first such entry."""
    named: dict[tuple[TemplateKind, str], Location] = {}
    for declared in objects:
        template_id = declared.resource.inputs.get("template_id")
        if template_id is not None:
            named.setdefault((declared.template_kind, str(template_id)), declared.location)
    return named


def _judge(match: Match, matcher: ObjectMatcher) -> Iterator[Difference]:
    """Yield what is wrong with a declared object, if anything."""
    declared, live = match.declared, match.live
    label, location = declared.label, declared.location
    if live is None:
        yield Difference("not-live", declared.kind, label, location=location)
        return
    id_ = "" if declared.kind in TEMPLATE_OF else str(live.id)
    if match.stopped_at:
        yield Difference("stopped", declared.kind, label, id_, location, stopped_at=match.stopped_at)
    elif match.differences:
        owner = matcher.template_owner(match.template_id, declared.template_kind)
        yield Difference("differs", declared.kind, label, id_, location, match.differences, owner=owner)
    elif not matcher.has_template(match.template_id, declared.template_kind):
        template = matcher.describe_template(match.template_id, declared.template_kind)
        yield Difference("no-template", declared.kind, label, id_, location, template=template)


def _relays(account: Snapshot, matcher: ObjectMatcher) -> Iterator[Difference]:
    for relay in account.relays or ():
        if relay.template_id:
            template = matcher.describe_template(relay.template_id)
            yield Difference("relay", "task", relay.label, relay.id, template=template)


def _unmatched(
    matcher: ObjectMatcher,
    named: Mapping[tuple[TemplateKind, str], Location],
    project: str,
    relays: Relays | None,
) -> Iterator[Difference]:
    """Yield the live objects that are not declared."""
    for template in matcher.templates.values():
        yield _unmatched_template(template, matcher, named, project, users_of(template.id, relays))
    for callback in matcher.callback_templates.values():
        use = "" if matcher.is_used_by_callback_rule(callback.id) else "No callback rule uses it."
        yield _unmatched_template(callback, matcher, named, project, use)
    for callback_key, template_id in matcher.callback_rules.items():
        yield _unmatched_callback_rule(callback_key, template_id, matcher, project)
    for key, template_id in matcher.rules.items():
        yield _unmatched_rule(key, template_id, matcher, project)
    for task in matcher.tasks.values():
        yield _unmatched_task(task, matcher, project)


def _unmatched_template(
    template: NamedTemplate,
    matcher: ObjectMatcher,
    named: Mapping[tuple[TemplateKind, str], Location],
    project: str,
    detail: str,
) -> Difference:
    name, kind = escaped(template.name), template.kind
    if (kind, template.id) in named:
        return Difference("named", kind, name, template.id, named[kind, template.id])
    owner = matcher.template_owner(template.id, kind)
    details = (detail,) if detail else ()
    return Difference(_undeclared_kind(owner, project), kind, name, template.id, details=details, owner=owner)


def _unmatched_rule(key: StreamKey, template_id: str, matcher: ObjectMatcher, project: str) -> Difference:
    owner = matcher.template_owner(template_id)
    template = matcher.describe_template(template_id)
    problem = problem_of_names(key.app, key.stream)
    kind = _undeclared_kind(owner, project, problem)
    return Difference(kind, "rule", str(key), details=(problem,) if problem else (), template=template, owner=owner)


def _unmatched_callback_rule(key: CallbackKey, template_id: str, matcher: ObjectMatcher, project: str) -> Difference:
    owner = matcher.template_owner(template_id, "callback_template")
    template = matcher.describe_template(template_id, "callback_template")
    details = (NOT_IN_CONSOLES,) if key.app else ()
    kind = _undeclared_kind(owner, project)
    return Difference(kind, "callback_rule", str(key), details=details, template=template, owner=owner)


def _unmatched_task(task: LiveTask, matcher: ObjectMatcher, project: str) -> Difference:
    owner = matcher.template_owner(task.template_id)
    problem = problem_of_names(task.stream.app, task.stream.stream)
    return Difference(
        "ended" if task.stopped_at else _undeclared_kind(owner, project, problem),
        "task",
        recording_label(task.stream, task.window),
        task.id,
        details=(problem,) if problem else (),
        template=matcher.describe_template(task.template_id),
        owner=owner,
        stopped_at=task_time(task.stopped_at) if task.stopped_at else "",
    )


def _undeclared_kind(owner: StackRef | None, project: str, problem: str = "") -> DifferenceKind:
    """Return the kind of a live object; *problem* is why no stream can have its name."""
    if owner and owner.project != project:
        return "foreign"
    return "never-matches" if problem else "not-declared"
