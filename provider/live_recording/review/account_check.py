"""Whether the account is the one that the plan is about: its id, the objects of the state, and the declared domains."""

from collections.abc import Container, Iterable, Sequence

from live_recording.account.domains import FINDING, NOT_CHECKED, why_silent, why_unknown
from live_recording.account.guard import WrongAccount
from live_recording.account.relays import users_of
from live_recording.account.snapshot import Snapshot
from live_recording.config.settings import NAMESPACE
from live_recording.core.findings import Finding, format_path
from live_recording.core.kinds import KindName
from live_recording.desired.declarations import DesiredResource
from live_recording.review.changes import PlannedChange, entry_path
from live_recording.review.ownership import Resource
from live_recording.stackfile.model import Stack

ANOTHER_ACCOUNT = (
    "None of the templates in the stack's state is in the account of these credentials: this looks like another account. "
    "Check it with `live-recording doctor`."
)


def require_same_account(configured: str, account: str, changes: Iterable[PlannedChange]) -> None:
    """Raise WrongAccount if the account of the snapshot is neither the *configured* one nor that of the state."""
    if account and configured and account != configured:
        raise WrongAccount(
            f"The account data is of account {account}, but {NAMESPACE}:account is {configured}. Use account data of "
            f"account {configured}."
        )
    for remembered in sorted({change.account for change in changes} - {""}):
        if account and remembered != account:
            raise WrongAccount(
                f"The account data is of account {account}, but the stack's state is of account {remembered}. Use account "
                f"data of account {remembered}."
            )


def missing_objects(
    missing: Iterable[Resource], changes: Sequence[PlannedChange], account: str, stack: Stack
) -> tuple[str, ...]:
    """Return a sentence for each resource of the state that the account does not have, sorted.

    If no template of the state is there, and nothing else shows which account it is, that is said first.
    """
    sentences = sorted(_missing(kind, name, stack.tasks) for kind, name in missing)
    old = [change for change in changes if change.op != "create"]
    is_sure = bool(account) and {change.account for change in old} <= {account}
    another = not is_sure and _has_no_template(missing, old, stack)
    return (ANOTHER_ACCOUNT, *sentences) if another else tuple(sentences)


def _has_no_template(missing: Iterable[Resource], old: Iterable[PlannedChange], stack: Stack) -> bool:
    gone = {name for kind, name in missing if kind == "template"}
    return bool(gone) and {*stack.templates} | {change.name for change in old if change.kind == "template"} <= gone


def _missing(kind: KindName, name: str, tasks: Container[str]) -> str:
    return (
        f"{format_path(entry_path(kind, name, tasks))}: the stack's state has this {kind}, but the account does not. "
        "If it was deleted outside Pulumi, run `pulumi refresh`, then plan again."
    )


def unknown_domains(declared: Iterable[DesiredResource], snapshot: Snapshot | None) -> tuple[str, ...]:
    """Return an error for each declared domain that the account does not have, sorted."""
    if snapshot is None or snapshot.domains is None:
        return ()
    found = set()
    for resource in declared:
        if sentence := why_unknown(str(resource.inputs["domain"]), snapshot.domains):
            path = (*entry_path(resource.kind, resource.name, ()), "domain")
            found.add(str(Finding.new(FINDING, path, sentence)))
    return tuple(sorted(found))


def disabled_domains(declared: Iterable[DesiredResource], snapshot: Snapshot | None) -> tuple[str, ...]:
    """Return a warning for each declared domain that is disabled, sorted."""
    if snapshot is None or snapshot.domains is None:
        return ()
    domains = {str(resource.inputs["domain"]) for resource in declared}
    return tuple(sorted(filter(None, (why_silent(domain, snapshot.domains) for domain in domains))))


def templates_of_relays(changes: Iterable[PlannedChange], snapshot: Snapshot | None) -> tuple[str, ...]:
    """Return a warning for each template that the plan deletes and relay tasks record with, sorted."""
    relays = snapshot.relays if snapshot else None
    users = {
        format_path(entry_path("template", each.name, ())): users_of(each.id, relays)
        for each in _deleted_templates(changes)
    }
    return tuple(sorted(f"{path}: {sentence}" for path, sentence in users.items() if sentence))


def unchecked_relays(changes: Iterable[PlannedChange], snapshot: Snapshot | None) -> tuple[str, ...]:
    """Return that relay tasks were not checked, if the plan deletes templates and the account data does not list the tasks."""
    if snapshot is None or snapshot.relays is not None or not _deleted_templates(changes):
        return ()
    return ("Relay tasks were not checked. They can record with the templates that this plan deletes.",)


def _deleted_templates(changes: Iterable[PlannedChange]) -> list[PlannedChange]:
    return [change for change in changes if change.kind == "template" and change.op in ("delete", "replace")]


def unchecked_domains(declared: Sequence[DesiredResource], snapshot: Snapshot | None) -> tuple[str, ...]:
    """Return that domains were not checked, if there are any and the account data does not list domains."""
    return (NOT_CHECKED,) if declared and snapshot and snapshot.domains is None else ()
