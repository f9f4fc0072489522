"""Relay tasks of an account: they pull a stream from elsewhere into it, and may record it with a template of their own.

This project does not manage them. Source: DescribeLivePullStreamTasks and PullStreamTaskInfo, SDK 3.1.195.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from live_recording.account.objects import Raw
from live_recording.core.secret_patterns import without_secrets
from live_recording.core.streams import StreamKey
from live_recording.core.text import escaped, join_words

NOT_LISTED = "the credentials may not call live:DescribeLivePullStreamTasks"
RELAYS_RECORD = "They can record with templates of this account."
_PAUSED = "pause"
_TEXTS = ("TaskId", "DomainName", "AppName", "StreamName", "StartTime", "EndTime", "Status", "RecordTemplateId")
"""What is kept: addresses of sources and callbacks, and push arguments, can contain keys."""
_NO_TEMPLATE = ("", "0")


@dataclass(frozen=True, slots=True)
class LiveRelay:
    """A relay task; its times as the API writes them, RFC 3339 UTC."""

    id: str
    stream: StreamKey
    template_id: str  # "": it records with no template of its own
    start: str
    end: str
    is_paused: bool
    raw: Raw

    @classmethod
    def from_api(cls, listed: Raw) -> "LiveRelay":
        """Parse a relay task as the API lists it, without what can be secret."""
        raw = {name: without_secrets(str(listed.get(name) or "")) for name in _TEXTS}
        template_id = raw["RecordTemplateId"]
        return cls(
            raw["TaskId"],
            StreamKey(raw["DomainName"], raw["AppName"], raw["StreamName"]),
            "" if template_id in _NO_TEMPLATE else template_id,
            raw["StartTime"],
            raw["EndTime"],
            raw["Status"] == _PAUSED,
            raw,
        )

    @property
    def label(self) -> str:
        """Return the task as messages name it."""
        paused = ", paused" if self.is_paused else ""
        return (
            f"relay task {escaped(self.id)} ({self.stream} from {escaped(self.start)} to {escaped(self.end)}{paused})"
        )

    def records(self, stream: StreamKey, at: datetime) -> bool:
        """Return whether it records the stream at that time; a time that cannot be read does not limit it."""
        is_active = _not_after(self.start, at) is not False and _not_after(self.end, at) is not True
        return bool(self.template_id) and not self.is_paused and self.stream == stream and is_active


Relays = tuple[LiveRelay, ...]


def users_of(template_id: str, relays: Iterable[LiveRelay] | None) -> str:
    """Return a sentence that names the relay tasks that record with the template, or ""."""
    users = [escaped(relay.id) for relay in relays or () if relay.template_id == template_id]
    if not users:
        return ""
    noun, verb = ("task", "records") if len(users) == 1 else ("tasks", "record")
    return f"Relay {noun} {join_words(users)} {verb} with it, so delete the {noun} first."


def as_data(relays: Relays | None) -> list[dict[str, Any]] | None:
    """Return relay tasks as JSON data, sorted; None stays None."""
    return None if relays is None else [dict(relay.raw) for relay in sorted(relays, key=lambda one: one.id)]


def _not_after(moment: str, at: datetime) -> bool | None:
    """Return whether the moment is not after *at*, None if it cannot be read."""
    try:
        return datetime.fromisoformat(moment) <= at
    except (ValueError, TypeError):
        return None
