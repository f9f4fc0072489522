"""One provider process: its configuration, its account, and what it answers before anything changes.

Knows nothing of Pulumi's classes; `resources` turns its answers into theirs.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol, runtime_checkable

from live_recording.account.inventory import AccountInventory, account
from live_recording.config.files import settings
from live_recording.config.settings import NAMESPACE, Get
from live_recording.core.findings import Finding, errors
from live_recording.core.kinds import KindName
from live_recording.core.urn import Urn
from live_recording.project import allowed
from live_recording.resources import account_checks
from live_recording.resources.error_boundary import EngineProperties, urn
from live_recording.resources.inputs import normalize_inputs

Props = Mapping[str, Any]
Failures = list[tuple[str, str]]


@runtime_checkable
class Life(Protocol):
    """What a kind of resource does in the account; each of its modules is one."""

    def create(self, account: AccountInventory, inputs: Props, /) -> tuple[str, dict[str, Any]]:
        """Id and outputs."""

    def read(self, account: AccountInventory, id_: str, state: Props, /) -> dict[str, Any] | None:
        """The outputs, or None when it is gone."""

    def delete(self, account: AccountInventory, id_: str, state: Props, /) -> None:
        """End and remove it."""


class ProviderProcess:
    """What a provider knows after it was configured. *get* reads a value of the stack's config."""

    def __init__(self, get: Get) -> None:
        self.settings = settings(lambda key: get(f"{NAMESPACE}:{key}"))
        self.recordings = get(f"{NAMESPACE}:recordings")

    @property
    def account(self) -> AccountInventory:
        """The account that all resources of this process share. Raises AccessDenied without credentials."""
        found = account(self.settings)
        if not found.owner and urn():
            found.owner = Urn.parse(urn()).owner
            found.allowed = partial(allowed, found.owner.stack, self.recordings)
        return found

    def check(self, kind: KindName, olds: EngineProperties, news: EngineProperties) -> tuple[dict[str, Any], Failures]:
        """The normalised inputs, and (property, reason) for each thing that is wrong with them."""
        site, now, owner = self.settings.limits, self.settings.now(), Urn.parse(urn()).owner if urn() else None
        inputs, found = normalize_inputs(kind, news.known, news.names, site, now, owner)
        if not errors(found) and self.settings.source:
            found = account_checks.check(kind, self.account, inputs, olds.known, news.names, urn())
        return {**inputs, **news.unknown}, [_failure(f) for f in errors(found)]

    def diff(
        self, kind: KindName, id_: str, olds: EngineProperties, news: EngineProperties
    ) -> account_checks.Change | None:
        """What has to change, or None."""
        return account_checks.diff(kind, self.account if self.settings.source else None, id_, olds.known, news.all)


def _failure(found: Finding) -> tuple[str, str]:
    """The engine prints nested property names badly: it gets the top-level one, the reason says the path."""
    top = str(found.path[0]) if found.path else ""
    return top, f"{found.path_text}: {found.sentence} [{found.id}]" if found.path[
        1:
    ] else f"{found.sentence} [{found.id}]"
