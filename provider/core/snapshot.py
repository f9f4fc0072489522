"""What an account holds, as a value: taken once, kept in a file, looked at without credentials.

Rule 1: objects stand in the API's form, so nothing that the vendor told is lost. Rule 2: there is no secret in it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from provider.core.limits import SITES, SiteName
from provider.core.listed import Live, key_of
from provider.core.priority import Key
from provider.core.times import rfc3339
from provider.core.values import quoted

VERSION = 1
TASK = {"DomainName": str, "AppName": str, "StreamName": str, "StartTime": int, "EndTime": int}
"""What every task has."""


class Unreadable(Exception):
    """The data are no snapshot; the text says what was seen."""


class Snapshot(NamedTuple):
    """Templates, rules and tasks that are not over, of one account at one time."""

    site: SiteName
    at: datetime
    templates: Mapping[str, Live]  # by id
    rules: Mapping[Key, str]  # key -> id of the template
    tasks: Mapping[str, Live]  # by id


def as_data(taken: Snapshot) -> dict[str, Any]:
    """The snapshot as JSON data, sorted: lists in the API's form and order of keys."""
    return {
        "version": VERSION,
        "site": taken.site,
        "at": rfc3339(taken.at),
        "templates": [dict(taken.templates[i]) for i in sorted(taken.templates, key=int)],
        "rules": [
            {"DomainName": key.domain, "AppName": key.app, "StreamName": key.stream, "TemplateId": int(template)}
            for key, template in sorted(taken.rules.items())
        ],
        "tasks": sorted((dict(task) for task in taken.tasks.values()), key=lambda t: (t["StartTime"], t["TaskId"])),
    }


def from_data(data: object) -> Snapshot:
    """The snapshot that JSON data describe. Raises Unreadable."""
    if not isinstance(data, dict) or not {"version", "site", "at", "templates", "rules", "tasks"} <= data.keys():
        raise Unreadable(
            "This is no snapshot of an account. Make one with: python -m provider snapshot > account.json."
        )
    if data["version"] != VERSION or data["site"] not in SITES:
        seen = f"version {quoted(data['version'])} of site {quoted(data['site'])}"
        raise Unreadable(f"This snapshot is {seen}, but version {VERSION} of intl or cn is read here. Take it again.")
    try:
        return Snapshot(
            cast("SiteName", data["site"]),
            datetime.fromisoformat(data["at"]).astimezone(UTC),
            {str(int(template["TemplateId"])): template for template in data["templates"]},
            {key_of(rule): str(int(rule["TemplateId"])) for rule in data["rules"]},
            {
                str(task["TaskId"]): {**task, **{name: kind(task[name]) for name, kind in TASK.items()}}
                for task in data["tasks"]
            },
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"This snapshot cannot be read at {quoted(str(error))}. Take it again.") from None
