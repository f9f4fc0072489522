"""Reads a saved snapshot as if it had been edited: each field that is used must have its type; other fields are kept.

Separate from `snapshot`: only reading a file needs pydantic, which is slow to import.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, create_model

from live_recording.account import api_mapping
from live_recording.account.callback_mapping import CALLBACK_FIELDS, LEVELS
from live_recording.account.domains import Domains, LiveDomain, by_name
from live_recording.account.objects import LiveCallbackRule, LiveCallbackTemplate, LiveRule, LiveTask, LiveTemplate
from live_recording.account.relays import LiveRelay, Relays
from live_recording.account.snapshot import VERSION, Snapshot, without_key
from live_recording.core.kinds import FORMATS
from live_recording.core.streams import CallbackKey
from live_recording.core.text import quoted
from live_recording.core.vendor import SITES

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
Seconds = Annotated[int, Field(ge=0, le=LAST.timestamp())]
Moment = Annotated[AwareDatetime, Field(ge=FIRST, le=LAST)]


class _Listed(BaseModel):
    """An object of a list, with all its other fields."""

    model_config = ConfigDict(extra="allow")


class _Bound(_Listed):
    DomainName: str
    AppName: str | None = None
    StreamName: str | None = None


class _Rule(_Bound):
    TemplateId: int


class _Task(_Bound):
    TaskId: str
    StartTime: Seconds
    EndTime: Seconds
    TemplateId: int | None = None
    Stopped: Seconds | None = None


class _Domain(_Listed):
    Name: str
    Type: int
    Status: int
    IsDelayLive: int


class _Relay(_Listed):
    TaskId: str
    DomainName: str | None = None
    AppName: str | None = None
    StreamName: str | None = None
    StartTime: str | None = None
    EndTime: str | None = None
    Status: str | None = None
    RecordTemplateId: str | int | None = None


class _Identified(_Listed):
    TemplateId: int


_KINDS = {
    bool: bool | int,
    int: int,
    str: str,
    type(None): int,
}  # by the type of the vendor's default; some booleans are 0 and 1


def _form(
    name: str, fields: Iterable[api_mapping.Field], beside: Mapping[str, Any], of: type[_Listed] = _Listed
) -> Any:
    """Create a model whose *fields*, and those *beside* them, may be missing or null."""
    kinds = {field.api: _KINDS[type(field.default)] for field in fields} | dict(beside)
    definitions: dict[str, Any] = {field: (kind | None, None) for field, kind in kinds.items()}
    return create_model(name, __base__=of, **definitions)


_FORMAT = _form("Format", api_mapping.FORMAT_FIELDS.values(), {"Enable": int})
_SPECIAL = {struct: _form(struct, [field], {}) for struct, field in api_mapping.SPECIAL_FIELDS.values()}
_TEMPLATE = _form(
    "Template", api_mapping.TEMPLATE_FIELDS.values(), dict.fromkeys(FORMATS.values(), _FORMAT) | _SPECIAL, _Identified
)


_CALLBACK_FORM: dict[str, Any] = {
    api: (list[str] | None if name == LEVELS else str | None, None) for name, api in CALLBACK_FIELDS.items()
}
_CALLBACK_TEMPLATE = create_model("CallbackTemplate", __base__=_Identified, **_CALLBACK_FORM)


class _Snapshot(_Listed):
    at: Moment
    templates: list[_TEMPLATE]  # type: ignore[valid-type]  # created from the tables
    rules: list[_Rule]
    tasks: list[_Task]
    account: str | None = None
    domains: list[_Domain] | None = None
    relays: list[_Relay] | None = None
    callback_templates: list[_CALLBACK_TEMPLATE] | None = None
    callback_rules: list[_Rule] | None = None


class Unreadable(Exception):
    """The data is not a snapshot; the message says why."""


def from_data(data: object) -> Snapshot:
    """Parse JSON data into a snapshot. Raises Unreadable."""
    if not isinstance(data, dict) or not {"version", "site", "at", "templates", "rules", "tasks"} <= data.keys():
        raise Unreadable(
            "This is not a snapshot of an account. Create one with: live-recording snapshot > account.json"
        )
    if data["version"] != VERSION or data["site"] not in tuple(SITES):
        seen = f"version {quoted(data['version'])} of site {quoted(data['site'])}"
        raise Unreadable(f"This snapshot is {seen}; only version {VERSION} of intl or cn can be read. Create it again.")
    try:
        found = _Snapshot.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = quoted(".".join(map(str, first["loc"])))
        raise Unreadable(f"This snapshot cannot be read at {place}: {first['msg']}. Create it again.") from None
    held = found.model_dump(exclude_unset=True)
    return Snapshot(
        data["site"],
        found.at.astimezone(UTC),
        {template.id: template for template in map(LiveTemplate.from_api, held["templates"])},
        {rule.key: rule.template_id for rule in map(LiveRule.from_api, held["rules"])},
        {task.id: task for task in map(LiveTask.from_api, held["tasks"])},
        str(held.get("account") or ""),
        _domains(held.get("domains")),
        _relays(held.get("relays")),
        _callback_templates(held.get("callback_templates")),
        _callback_rules(held.get("callback_rules")),
    )


def _callback_templates(listed: list[dict[str, Any]] | None) -> Mapping[str, LiveCallbackTemplate] | None:
    if listed is None:
        return None
    return {template.id: without_key(template) for template in map(LiveCallbackTemplate.from_api, listed)}


def _callback_rules(listed: list[dict[str, Any]] | None) -> Mapping[CallbackKey, str] | None:
    return None if listed is None else {rule.key: rule.template_id for rule in map(LiveCallbackRule.from_api, listed)}


def _relays(listed: list[dict[str, Any]] | None) -> Relays | None:
    return None if listed is None else tuple(map(LiveRelay.from_api, listed))


def _domains(listed: list[dict[str, Any]] | None) -> Domains | None:
    return None if listed is None else by_name(map(LiveDomain.from_api, listed))
