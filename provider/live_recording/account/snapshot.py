"""What an account holds at one moment, as a value that can be saved and used without credentials. It holds no secrets.

Objects keep the API's form, so nothing that the vendor returned is lost. A file is read as if it had been edited: each field
that is used must have its type; other fields are kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, create_model

from live_recording.account import api_mapping, relays
from live_recording.account.callback_mapping import CALLBACK_FIELDS, KEY, LEVELS
from live_recording.account.domains import Domains, LiveDomain, by_name
from live_recording.account.objects import (
    LiveCallbackRule,
    LiveCallbackTemplate,
    LiveRule,
    LiveTask,
    LiveTemplate,
    NamedTemplate,
    Raw,
)
from live_recording.account.relays import LiveRelay, Relays
from live_recording.core.errors import InvalidValue
from live_recording.core.kinds import FORMATS, RuleKind, TemplateKind
from live_recording.core.secret_patterns import HIDDEN, without_secrets
from live_recording.core.streams import CallbackKey, StreamKey
from live_recording.core.text import quoted
from live_recording.core.timefmt import rfc3339
from live_recording.core.vendor import SITES, SiteName
from live_recording.stackfile.callbacks import callback_key, masked_url

VERSION = 1
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


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Templates, rules, unfinished tasks and relay tasks of one account at one moment."""

    site: SiteName
    at: datetime
    templates: Mapping[str, LiveTemplate]  # by id
    rules: Mapping[StreamKey, str]  # key -> id of the template
    tasks: Mapping[str, LiveTask]  # by id
    account: str = ""  # its id; empty: not known
    domains: Domains | None = None  # None: not known
    relays: Relays | None = None  # None: not known
    callback_templates: Mapping[str, LiveCallbackTemplate] | None = None  # by id, without their keys; None: not known
    callback_rules: Mapping[CallbackKey, str] | None = None  # key -> id of the template; None: not known

    def templates_of(self, kind: TemplateKind) -> Mapping[str, NamedTemplate]:
        """Return the templates of a kind, by id; none if they are not known."""
        return self.templates if kind == "template" else self.callback_templates or {}

    def rules_of(self, kind: RuleKind) -> Mapping[Any, str]:
        """Return the template ids of the rules of a kind, by key; none if they are not known."""
        return self.rules if kind == "rule" else self.callback_rules or {}


def without_key(template: LiveCallbackTemplate) -> LiveCallbackTemplate:
    """Return a callback template that still tells whether it has a key, but not which."""
    api = CALLBACK_FIELDS[KEY]
    key = template.raw.get(api)
    if not key:
        return template
    return replace(template, raw={**template.raw, api: HIDDEN}, has_odd_key=key != HIDDEN and not _is_valid(key))


def _is_valid(key: object) -> bool:
    try:
        callback_key(key)
    except InvalidValue:
        return False
    return True


def as_data(taken: Snapshot) -> dict[str, Any]:
    """Return the snapshot as JSON data: sorted lists of objects in the API's form."""
    return {
        "version": VERSION,
        "site": taken.site,
        "account": taken.account or None,
        "at": rfc3339(taken.at),
        "domains": None if taken.domains is None else [taken.domains[name].raw for name in sorted(taken.domains)],
        "relays": relays.as_data(taken.relays),
        "templates": [dict(taken.templates[i].raw) for i in sorted(taken.templates, key=int)],
        "rules": [
            _without_secrets(
                {"DomainName": key.domain, "AppName": key.app, "StreamName": key.stream, "TemplateId": int(template)}
            )
            for key, template in sorted(taken.rules.items())
        ],
        **_callbacks_as_data(taken),
        "tasks": [
            _without_secrets(task.raw) for task in sorted(taken.tasks.values(), key=lambda task: (task.start, task.id))
        ],
    }


def _callbacks_as_data(taken: Snapshot) -> dict[str, Any]:
    """Return the callbacks, if they are known: a digest in place of the path of each URL."""
    if taken.callback_templates is None or taken.callback_rules is None:
        return {}
    return {
        "callback_templates": [
            masked_template(taken.callback_templates[i].raw) for i in sorted(taken.callback_templates, key=int)
        ],
        "callback_rules": [
            _without_secrets({"DomainName": key.domain, "AppName": key.app, "TemplateId": int(template)})
            for key, template in sorted(taken.callback_rules.items())
        ],
    }


def masked_template(template: Raw) -> dict[str, Any]:
    """Return a callback template in the API's form with a digest in place of the path of each URL."""
    return {
        name: masked_url(value) if name.endswith("Url") and isinstance(value, str) else value
        for name, value in template.items()
    }


def _without_secrets(listed: Raw) -> dict[str, Any]:
    """Return a rule or task without the keys of push addresses that were pasted as names: no stream has such a name."""
    return {name: without_secrets(value) if isinstance(value, str) else value for name, value in listed.items()}


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
