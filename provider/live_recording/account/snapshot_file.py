"""The live account as a value, and as the file that stands for it where there are no credentials."""

import json
from pathlib import Path

from live_recording.account.inventory import open_account
from live_recording.account.snapshot import Snapshot, Unreadable, as_data, from_data
from live_recording.config.files import read_text
from live_recording.config.settings import Settings
from live_recording.core import json_output
from live_recording.core.errors import ConfigError
from live_recording.core.vendor import SiteName


def taken(settings: Settings) -> Snapshot:
    """What the account holds now, asked anew. Raises NoCredentials, and ApiError where it cannot be read."""
    settings.require_credentials()
    live, now = open_account(settings), settings.now()
    return Snapshot(settings.site, now, live.templates(fresh=True), live.rules(fresh=True), live.tasks(fresh=True))


def text(snapshot: Snapshot) -> str:
    """The snapshot as JSON."""
    return json_output.as_json(as_data(snapshot))


def read(path: Path, site: SiteName | None = None) -> Snapshot:
    """The snapshot in a file, of *site* if that matters. Raises ConfigError."""
    try:
        found = from_data(json.loads(read_text(path, "snapshot")))
    except (ValueError, RecursionError):
        raise ConfigError(f"{path} is not JSON. Make it with: live-recording snapshot > {path}.") from None
    except Unreadable as error:
        raise ConfigError(f"{path}: {error}") from None
    if site not in (None, found.site):
        raise ConfigError(f"{path} is of an account on site {found.site}, but the stack is on site {site}.")
    return found
