"""One provider process: its configuration, and what it answers to each request of the engine.

Knows nothing of Pulumi's classes; `resources` converts its answers into theirs.
"""

from collections.abc import Mapping
from functools import partial
from threading import RLock
from typing import Any

from live_recording.account.guard import FINDING, WrongAccount
from live_recording.account.inventory import AccountInventory, open_account
from live_recording.config.files import running_project
from live_recording.config.settings import ENCRYPTED, NAMESPACE, Settings
from live_recording.config.sources import engine_config
from live_recording.core.findings import Finding, errors
from live_recording.core.kinds import ACCOUNT, KindName
from live_recording.core.urn import Urn
from live_recording.resources.context import ProviderContext, Section
from live_recording.resources.engine_request import current_urn
from live_recording.resources.error_boundary import EngineProperties
from live_recording.resources.orphan_guard import orphan_guard
from live_recording.resources.planned_change import PlannedReplacement, planned_change
from live_recording.resources.run_registry import RunRegistry

Failures = list[tuple[str, str]]
"""(property, reason) for each problem."""

_LOCK = RLock()
_SHARED: dict[Settings, tuple[AccountInventory, RunRegistry]] = {}
"""The account and the run of this process: the engine creates a provider object per kind, and all work on the same ones."""


class ProviderProcess:
    """What a provider knows after it was configured with the merged config of the stack: full key -> value.

    Raises UnknownConfig for a key without effect: the provider may be used without our program, which would report it.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        urn = current_urn()
        # The engine does not say which values are secret; the program and the commands check that.
        secret = {f"{NAMESPACE}:{key}" for key in ENCRYPTED}
        config = engine_config(running_project(), Urn.parse(urn).owner.stack if urn else "", values, secret)
        config.require_known_keys()
        self.settings = config.settings()
        self._recordings = config.get("recordings")

    def context(self, state: Mapping[str, Any]) -> ProviderContext:
        """Return the context of the engine's current request about a resource with this *state*, empty for a new one.

        Raises AccessDenied without credentials, WrongAccount for those of another account than the state's.
        """
        urn = current_urn()
        account, run = self._account_and_run()
        account.guard.require(str(state.get(ACCOUNT) or ""))
        if not urn:
            return ProviderContext(account, run, project=running_project())
        stack = Urn.parse(urn).owner
        return ProviderContext(account, run, stack, stack.project, partial(_limit, stack.stack, self._recordings))

    def check(self, kind: KindName, olds: EngineProperties, news: EngineProperties) -> tuple[dict[str, Any], Failures]:
        """Return the normalized inputs, and what is wrong with them."""
        # Only checks need the rules of a stack file; a refresh and a destroy never check.
        from live_recording.resources.inputs import normalize_inputs

        urn, now = current_urn(), self.settings.now()
        owner = Urn.parse(urn).owner if urn else None
        inputs, found = normalize_inputs(kind, news.known, news.unknown_names, self.settings.limits, now, owner)
        account, problems = str(olds.known.get(ACCOUNT) or ""), errors(found)
        if all(problem.live_values for problem in problems):
            account, problems = self._compare(kind, inputs, olds.known, news.unknown_names, problems)
        owned = {ACCOUNT: account} if account else {}
        return {**inputs, **news.unknown, **owned}, [_failure(problem) for problem in problems]

    def _compare(
        self,
        kind: KindName,
        inputs: Mapping[str, Any],
        olds: Mapping[str, Any],
        unknown: frozenset[str],
        problems: tuple[Finding, ...],
    ) -> tuple[str, tuple[Finding, ...]]:
        """Return the account of the resource, and what state and account leave of the *problems* or add to them.

        Without credentials there is no account to look at.
        """
        from live_recording.resources import account_checks

        account = str(olds.get(ACCOUNT) or "")
        if not self.settings.source:
            return account, tuple(account_checks.newly_written(kind, problems, inputs, olds, None))
        try:
            context = self.context(olds)
        except WrongAccount as wrong:
            return "", (Finding.new(FINDING, (), wrong.sentence),)
        account = context.account.guard.account() or account
        problems = tuple(account_checks.newly_written(kind, problems, inputs, olds, context))
        return account, problems or errors(account_checks.check(kind, context, inputs, olds, unknown, current_urn()))

    def diff(
        self, kind: KindName, id_: str, olds: EngineProperties, news: EngineProperties
    ) -> PlannedReplacement | None:
        """Return what has to change, or None."""
        context = self.context(olds.known) if self.settings.source else None
        return planned_change(kind, context, id_, olds.known, news.all)

    def _account_and_run(self) -> tuple[AccountInventory, RunRegistry]:
        with _LOCK:
            if self.settings not in _SHARED:
                account = open_account(self.settings, orphan_guard().exit_if_orphaned)
                _SHARED[self.settings] = account, RunRegistry()
            return _SHARED[self.settings]


def _limit(stack: str, recordings: str | None, section: Section) -> int:
    from live_recording.project import declared_limit  # only where a limit matters: it reads the stack file

    return declared_limit(stack, recordings, section)


def _failure(found: Finding) -> tuple[str, str]:
    """Return top-level property and reason: the engine prints nested names badly, so the reason has the whole path."""
    sentence = f"{found.sentence} [{found.id}]"
    if not found.path:
        return "", sentence
    return str(found.path[0]), f"{found.path_text}: {sentence}" if len(found.path) > 1 else sentence
