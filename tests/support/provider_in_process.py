"""Our provider in the test's own process: its checks and lifecycles without gRPC, a thousand times faster."""

from live_recording.account.inventory import open_account
from live_recording.config.settings import Settings
from live_recording.core.findings import Finding, errors
from live_recording.core.kinds import OUTPUTS_OF, KindName
from live_recording.core.stack_ref import StackRef
from live_recording.resources import account_checks
from live_recording.resources.context import ProviderContext
from live_recording.resources.inputs import normalize_inputs
from live_recording.resources.lifecycles import LIFECYCLES
from live_recording.resources.planned_change import planned_change
from live_recording.review.preview import UNKNOWN
from live_recording.stackfile.model import Limits
from tests.support.engine_double import Change, CheckFailed, Props, ResourceState, urn

OWNER = StackRef("live-recording", "dev")


class ProviderInProcess:
    """The provider of one operation of a stack. *limits* are those of its stack file."""

    def __init__(self, settings: Settings, limits: Limits | None = None, stack: StackRef = OWNER) -> None:
        allowed = limits or Limits()
        account = open_account(settings)
        self._stack = stack
        self._context = ProviderContext(account, stack=stack, limit=lambda section: int(getattr(allowed, section)))

    def check(self, kind: KindName, news: Props, olds: Props | None = None, name: str = "it") -> Props:
        """Return the normalized inputs. Raises CheckFailed."""
        settings = self._context.account.settings
        unknown = {field: value for field, value in news.items() if value == UNKNOWN}
        known = {field: value for field, value in news.items() if field not in unknown}
        inputs, findings = normalize_inputs(
            kind, known, frozenset(unknown), settings.limits, settings.now(), self._stack
        )
        failures = errors(findings) or errors(
            account_checks.check(kind, self._context, inputs, olds or {}, frozenset(unknown), urn(kind, name))
        )
        if failures:
            raise CheckFailed([_failure(failure) for failure in failures])
        return {**inputs, **unknown, **self._context.account_output}

    def diff(self, kind: KindName, old: ResourceState, news: Props) -> Change | None:
        """Return what has to change, or None."""
        known = {field: object() if value == UNKNOWN else value for field, value in news.items()}  # equal to nothing
        change = planned_change(kind, self._context, old.id, old.outputs, known)
        return Change(bool(change.replaces), change.delete_first) if change else None

    def create(self, kind: KindName, inputs: Props) -> ResourceState:
        """Create the object, or adopt the one that is there."""
        id_, outputs = LIFECYCLES[kind].create(self._context, inputs)
        return ResourceState(id_, inputs, outputs)

    def read(self, kind: KindName, old: ResourceState) -> ResourceState | None:
        """Return what is live, or None."""
        lifecycle = LIFECYCLES[kind]
        outputs = lifecycle.read(self._context, old.id, old.outputs)
        if outputs is None:
            return None
        outputs |= self._context.account_output
        inputs = {field: value for field, value in outputs.items() if field not in OUTPUTS_OF[kind]}
        return ResourceState(old.id, inputs, outputs)

    def update(self, kind: KindName, old: ResourceState, inputs: Props) -> ResourceState:
        """Change the object in place."""
        outputs = LIFECYCLES[kind].update(self._context, old.id, old.outputs, inputs)
        return ResourceState(old.id, inputs, outputs)

    def delete(self, kind: KindName, old: ResourceState) -> None:
        """Delete the object."""
        LIFECYCLES[kind].delete(self._context, old.id, old.outputs)


def _failure(finding: Finding) -> tuple[str, str]:
    return finding.path_text, f"{finding.sentence} [{finding.id}]"
