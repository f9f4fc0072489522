"""Snapshots of a live account, and the files that replace it where there are no credentials."""

import json
from collections.abc import Mapping
from pathlib import Path

from live_recording.account.api_errors import AccessDenied
from live_recording.account.inventory import AccountInventory, open_account
from live_recording.account.objects import LiveCallbackTemplate
from live_recording.account.snapshot import Snapshot, as_data, without_key
from live_recording.config.files import LARGEST_DATA, read_text
from live_recording.config.settings import Settings
from live_recording.config.stack_state import accounts_in_state, read_state
from live_recording.core import json_output
from live_recording.core.errors import ConfigError
from live_recording.core.streams import CallbackKey
from live_recording.core.text import command_of, quoted
from live_recording.core.vendor import SiteName


def why_callbacks_are_unknown(*, is_live: bool) -> str:
    """Return why a snapshot has no callbacks: one that was just taken, or one in a file."""
    if is_live:
        return "the credentials may not list them (DescribeLiveCallbackTemplates, DescribeLiveCallbackRules)"
    return "the snapshot does not list them"


def take_snapshot(
    settings: Settings, *, stack: str = "", with_relays: bool = False, with_callbacks: bool = False
) -> Snapshot:
    """Read what the account holds now; with *stack*, only if the stack's state is not of another account.

    Relay tasks cost one more call, callbacks two. Only who says which templates are used needs relay tasks; only `audit`,
    `adopt` and `snapshot` need callbacks.

    Raises NoCredentials, WrongAccount, ApiError if the account cannot be read.
    """
    live = open_own_account(settings, stack)
    return snapshot_of(live, with_relays=with_relays, with_callbacks=with_callbacks)


def open_own_account(settings: Settings, stack: str = "") -> AccountInventory:
    """Return a live account that is the one of the config and, with *stack*, not another one than its state names.

    Raises NoCredentials, WrongAccount, UnknownAccount.
    """
    settings.require_credentials()
    live = open_account(settings)
    state = read_state(stack) if stack else {}
    if live.guard.account() and not settings.account:
        for remembered in accounts_in_state(state):
            live.guard.require(remembered)
    return live


def snapshot_of(live: AccountInventory, *, with_relays: bool = False, with_callbacks: bool = False) -> Snapshot:
    """Read the lists of an account again; which account it is, and its domains, are read once. Raises as `take_snapshot`."""
    templates, rules = _callbacks(live) if with_callbacks else (None, None)
    return Snapshot(
        live.settings.site,
        live.settings.now(),
        live.templates(fresh=True),
        live.rules(fresh=True),
        live.tasks(fresh=True),
        live.guard.account(),
        live.domains(),
        live.relays() if with_relays else None,
        templates,
        rules,
    )


def _callbacks(
    live: AccountInventory,
) -> tuple[Mapping[str, LiveCallbackTemplate] | None, Mapping[CallbackKey, str] | None]:
    """Return the callback templates, without their keys, and the callback rules; None if the credentials may not list them."""
    try:
        templates, rules = live.callback_templates(fresh=True), live.callback_rules(fresh=True)
    except AccessDenied:
        return None, None
    return {template_id: without_key(template) for template_id, template in templates.items()}, rules


def snapshot_text(snapshot: Snapshot) -> str:
    """Return the snapshot as JSON text."""
    return json_output.as_json(as_data(snapshot))


def read_snapshot(path: Path, site: SiteName | None = None) -> Snapshot:
    """Read the snapshot in a file. Raises ConfigError, also if it is of another site than *site*."""
    from live_recording.account.snapshot_reader import Unreadable, from_data  # slow to import

    try:
        found = from_data(json.loads(read_text(path, "snapshot", largest=LARGEST_DATA)))
    except (ValueError, RecursionError):
        command = command_of("live-recording", "snapshot") + " > " + command_of(str(path))
        raise ConfigError(f"{quoted(str(path))} is not JSON. Create it with: {command}") from None
    except Unreadable as error:
        raise ConfigError(f"{path}: {error}") from None
    if site not in (None, found.site):
        raise ConfigError(
            f"{path} is of an account on site {found.site}, but the stack is on site {site}. Take a snapshot with the credentials "
            "of this stack."
        )
    return found
