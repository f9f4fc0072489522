"""What an account holds at one moment, as a value that can be saved and used without credentials. It holds no secrets.

Objects keep the API's form, so nothing that the vendor returned is lost. `snapshot_reader` reads a saved one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from live_recording.account import relays
from live_recording.account.callback_mapping import CALLBACK_FIELDS
from live_recording.account.domains import Domains
from live_recording.account.objects import (
    LiveCallbackTemplate,
    LiveTask,
    LiveTemplate,
    NamedTemplate,
    Raw,
)
from live_recording.account.relays import Relays
from live_recording.core.errors import InvalidValue
from live_recording.core.kinds import CALLBACK_KEY, RuleKind, TemplateKind
from live_recording.core.secret_patterns import HIDDEN, without_secrets
from live_recording.core.streams import CallbackKey, StreamKey
from live_recording.core.timefmt import rfc3339
from live_recording.core.vendor import SiteName
from live_recording.stackfile.callbacks import callback_key, masked_url

VERSION = 1


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
    api = CALLBACK_FIELDS[CALLBACK_KEY]
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
