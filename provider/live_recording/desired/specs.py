"""The normalized content of each desired resource. `to_inputs` returns the inputs of the Pulumi resource.

Durations are whole seconds and times are aware UTC datetimes. A value that the stack file leaves out stays None: the
vendor's defaults are not filled in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from live_recording.core.kinds import KindName
from live_recording.core.streams import CallbackKey, StreamKey
from live_recording.core.timefmt import rfc3339
from live_recording.core.windows import Window
from live_recording.desired.windows import TIME_FIELDS
from live_recording.stackfile.fields import StreamType
from live_recording.stackfile.model import CallbackUrls, LiveRecordArgs, TemplateArgs


@dataclass(frozen=True, slots=True)
class TemplateSpec:
    """A recording template: its name in the account, and its settings."""

    kind: ClassVar[KindName] = "template"
    template_name: str
    settings: TemplateArgs

    def to_inputs(self) -> dict[str, Any]:
        """Return the inputs of the resource."""
        fields = self.settings.to_inputs(TemplateArgs)
        return fields | {"template_name": self.template_name}


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """A recording rule: its key, and its template if this stack does not manage it."""

    kind: ClassVar[KindName] = "rule"
    key: StreamKey
    template_id: str | None = None

    def to_inputs(self) -> dict[str, Any]:
        """Return the inputs of the resource; a managed template's id is added by the program."""
        return {**_stream_inputs(self.key), **_template_id_input(self.template_id)}


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A recording task: one stream, when it is recorded, and its template if this stack does not manage it."""

    kind: ClassVar[KindName] = "task"
    stream: StreamKey
    window: Window
    stream_type: StreamType = "live"
    template_id: str | None = None
    protect: bool = False  # until it ends

    def to_inputs(self) -> dict[str, Any]:
        """Return the inputs of the resource; a managed template's id is added by the program."""
        return {
            **_stream_inputs(self.stream),
            "stream_type": self.stream_type,
            **_window_inputs(self.window),
            **_template_id_input(self.template_id),
            **({"protect": True} if self.protect else {}),
        }


@dataclass(frozen=True, slots=True)
class LiveRecordSpec:
    """A recording by the deprecated CreateLiveRecord. Without *window* it records in real time, for its duration."""

    kind: ClassVar[KindName] = "live_record"
    settings: LiveRecordArgs
    window: Window | None

    def to_inputs(self) -> dict[str, Any]:
        """Return the inputs of the resource; where the window is known, a duration becomes an end."""
        fields = self.settings.to_inputs(LiveRecordArgs)
        if self.window is None:
            return fields
        return {name: value for name, value in fields.items() if name not in TIME_FIELDS} | _window_inputs(self.window)


@dataclass(frozen=True, slots=True)
class CallbackTemplateSpec:
    """A callback template: its name in the account, its URLs, and whether notifications are signed. The key is not here."""

    kind: ClassVar[KindName] = "callback_template"
    template_name: str
    settings: CallbackUrls
    has_key: bool = False

    def to_inputs(self) -> dict[str, Any]:
        """Return the inputs of the resource; the program adds the key, which is a secret."""
        fields = self.settings.to_inputs(CallbackUrls)
        return fields | {"template_name": self.template_name}


@dataclass(frozen=True, slots=True)
class CallbackRuleSpec:
    """A callback rule: domain and app, and its template if this stack does not manage it."""

    kind: ClassVar[KindName] = "callback_rule"
    key: CallbackKey
    template_id: str | None = None

    def to_inputs(self) -> dict[str, Any]:
        """Return the inputs of the resource; a managed template's id is added by the program."""
        return {"domain": self.key.domain, "app": self.key.app, **_template_id_input(self.template_id)}


ResourceSpec = TemplateSpec | RuleSpec | TaskSpec | LiveRecordSpec | CallbackTemplateSpec | CallbackRuleSpec


def _stream_inputs(key: StreamKey) -> dict[str, str]:
    return {"domain": key.domain, "app": key.app, "stream": key.stream}


def _window_inputs(window: Window) -> dict[str, str]:
    times: Mapping[str, datetime | None] = {"start": window.start, "end": window.end}
    return {name: rfc3339(time) for name, time in times.items() if time is not None}


def _template_id_input(template_id: str | None) -> dict[str, str]:
    return {} if template_id is None else {"template_id": template_id}
