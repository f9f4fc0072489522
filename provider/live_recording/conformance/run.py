"""Run the probes on the account of a stack, and clean up whatever happens."""

import secrets
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from types import FrameType

from live_recording.account.client import ApiClient, caller_identity, server_time
from live_recording.account.domains import why_unknown
from live_recording.account.guard import AccountGuard
from live_recording.account.inventory import AccountInventory
from live_recording.config.stack_state import accounts_in_state, read_state
from live_recording.conformance.laboratory import Laboratory, NotTried
from live_recording.conformance.own_objects import PREFIX, OwnObject
from live_recording.conformance.probes import PROBES, Probe
from live_recording.conformance.report import Outcome, Report, mask
from live_recording.core.errors import ConfigError
from live_recording.project import StackFile
from live_recording.stackfile.model import Stack

CONNECT_SECONDS = 5.0
INTERRUPTED = "The run was interrupted."
NOT_CLEAN = "The run stopped: objects of an earlier probe could not be deleted."
Progress = Callable[[str], None]


def open_laboratory(file: StackFile, domain: str | None) -> Laboratory:
    """Return a run on the account of a stack; nothing is created yet.

    Raises NoCredentials, WrongAccount, ApiError, and ConfigError for a simulated time against a real account or an unknown
    *domain*.
    """
    settings = file.settings
    settings.require_credentials()
    settings.require_changes_allowed(preview=False)
    guard = AccountGuard(settings, partial(caller_identity, settings))
    account = guard.account()
    if account and not settings.account:
        for remembered in accounts_in_state(read_state(file.pulumi_name)):
            guard.require(remembered)
    api = ApiClient(settings)
    inventory = AccountInventory(settings, api, guard)
    stack = file.checked.stack
    pushed = domain or (first_domain(stack) if stack else "")
    _require_known(pushed, inventory)
    limits = stack.limits if stack else Stack().limits
    stated = server_time(settings, CONNECT_SECONDS)
    return Laboratory(
        settings,
        api,
        inventory,
        f"{PREFIX}-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
        account,
        pushed,
        {
            "templates": limits.templates,
            "rules": limits.rules,
            "callback templates": limits.callback_templates,
        },
        int((stated if stated and not settings.simulated_now else settings.now()).timestamp()),
        pause=time.sleep,
    )


def first_domain(stack: Stack) -> str:
    """Return the first domain that a stack declares, or ""."""
    sections = (stack.rules, stack.tasks, stack.schedules, stack.live_records)
    return next((entry.domain for section in sections for entry in section.values() if entry.domain), "")


def _require_known(domain: str, inventory: AccountInventory) -> None:
    known = inventory.domains() if domain else None
    problem = why_unknown(domain, known) if known is not None else None
    if problem:
        raise ConfigError(f"{problem} Nothing was created. Name a push domain with --domain.")


def leftovers(lab: Laboratory) -> tuple[OwnObject, ...]:
    """Return the objects of earlier runs that are still in the account."""
    return tuple(sorted(lab.find()[0]))


def run(lab: Laboratory, probes: Sequence[Probe] = PROBES, progress: Progress = lambda _: None) -> Report:
    """Delete what earlier runs left, run the probes, and delete what they created, also after a signal."""
    outcomes: list[Outcome] = []
    interrupted = False
    with _signals_interrupt():
        try:
            lab.sweep(earlier=True)
            for probe in probes:
                progress(probe.title)
                outcomes.append(_judge(lab, probe))
                if not lab.is_clean:
                    break
        except KeyboardInterrupt:
            interrupted = True
        try:
            left = lab.sweep(earlier=True)
        except KeyboardInterrupt:  # a second time: stop deleting, and report what is left
            interrupted, left = True, tuple(sorted(lab.known))
    why = INTERRUPTED if interrupted else NOT_CLEAN
    outcomes += [Outcome(probe, "not-tried", probe.not_tried or why) for probe in probes[len(outcomes) :]]
    settings = lab.settings
    return Report(
        mask(lab.account), settings.site, str(settings.endpoint), settings.now(), tuple(outcomes), left, interrupted
    )


def _judge(lab: Laboratory, probe: Probe) -> Outcome:
    """Run one probe, and delete what it created."""
    if probe.observe is None:
        return Outcome(probe, "not-tried", probe.not_tried)
    try:
        seen = probe.observe(lab)
    except NotTried as reason:
        return Outcome(probe, "not-tried", lab.redacted(str(reason)))
    finally:
        if not lab.is_clean:
            lab.clear()
    return Outcome(probe, "confirmed") if seen == probe.expected else Outcome(probe, "differs", lab.redacted(seen))


@contextmanager
def _signals_interrupt() -> Iterator[None]:
    """Treat a request to end this process like Ctrl-C, so that it cleans up."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {kind: signal.signal(kind, interrupt) for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
