"""Objects of the account, parsed from the API's form. A field that is missing or null reads as empty.

`raw` is the API's form, with the fields that this project does not know. What a template records is read by `api_mapping`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from live_recording.core.kinds import KindName, TemplateKind
from live_recording.core.streams import CallbackKey, StreamKey
from live_recording.core.timefmt import timestamp
from live_recording.core.windows import Window

Raw = Mapping[str, Any]
"""An object in the API's form."""
Ref = str | StreamKey | CallbackKey
"""What identifies an object of the account: the id of a template or task, the key of a rule."""
NO_TEMPLATE = "0"
"""The template id that the API lists for a task without template."""


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """An object of the account: its kind and what identifies it."""

    kind: KindName
    id: Ref


@dataclass(frozen=True, slots=True)
class NamedTemplate:
    """A template of the account, of either kind."""

    kind: ClassVar[TemplateKind]
    id: str
    name: str
    raw: Raw = field(repr=False)  # that of a callback template has its key

    @classmethod
    def from_api(cls, raw: Raw) -> Self:
        """Parse a template as the API lists it."""
        return cls(str(raw["TemplateId"]), str(raw.get("TemplateName") or ""), raw)


@dataclass(frozen=True, slots=True)
class LiveTemplate(NamedTemplate):
    """A template of the account: what is recorded."""

    kind = "template"


@dataclass(frozen=True, slots=True)
class LiveCallbackTemplate(NamedTemplate):
    """A callback template of the account: who is notified."""

    kind = "callback_template"
    has_odd_key: bool = False  # its key is not one that a stack can have; known only from the account itself


@dataclass(frozen=True, slots=True)
class LiveRule:
    """A rule of the account."""

    key: StreamKey
    template_id: str

    @classmethod
    def from_api(cls, raw: Raw) -> "LiveRule":
        """Parse a rule as the API lists it."""
        return cls(_stream_key(raw), str(raw["TemplateId"]))


@dataclass(frozen=True, slots=True)
class LiveCallbackRule:
    """A callback rule of the account."""

    key: CallbackKey
    template_id: str

    @classmethod
    def from_api(cls, raw: Raw) -> "LiveCallbackRule":
        """Parse a callback rule as the API lists it."""
        return cls(CallbackKey(raw["DomainName"], raw.get("AppName") or ""), str(raw["TemplateId"]))


@dataclass(frozen=True, slots=True)
class LiveTask:
    """A task of the account; times in Unix seconds."""

    id: str
    stream: StreamKey
    start: int
    end: int
    template_id: str  # NO_TEMPLATE if it has none
    stopped_at: int  # 0: not stopped
    raw: Raw

    @classmethod
    def from_api(cls, raw: Raw) -> "LiveTask":
        """Parse a task as the API lists it."""
        return cls(
            str(raw["TaskId"]),
            _stream_key(raw),
            raw["StartTime"],
            raw["EndTime"],
            str(raw.get("TemplateId") or NO_TEMPLATE),
            raw.get("Stopped") or 0,
            raw,
        )

    @classmethod
    def from_inputs(cls, task_id: str, inputs: Mapping[str, Any], now: int) -> "LiveTask":
        """Return the task of these *inputs* as the account will list it. A start in the past becomes *now*, in Unix seconds."""
        start = timestamp(inputs["start"]) if "start" in inputs else now
        raw = {
            "TaskId": task_id,
            "DomainName": inputs["domain"],
            "AppName": inputs["app"],
            "StreamName": inputs["stream"],
            "StartTime": max(start, now),
            "EndTime": timestamp(inputs["end"]),
            "TemplateId": int(inputs["template_id"]),
            "Stopped": 0,
        }
        return cls.from_api(raw)

    @property
    def window(self) -> Window:
        """Return when the task runs."""
        return Window(datetime.fromtimestamp(self.start, UTC), datetime.fromtimestamp(self.end, UTC))


def _stream_key(raw: Raw) -> StreamKey:
    """Return the key of a rule, or the stream of a task."""
    return StreamKey(raw["DomainName"], raw.get("AppName") or "", raw.get("StreamName") or "")
