"""The state file: the document of `LiveService.state`, as JSON for people, replaced as a whole after each change."""

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from live_recording.emulator import validation
from live_recording.emulator.account import FIRST_TEMPLATE_ID
from live_recording.emulator.messages import STREAM, Fields, Refusal
from live_recording.emulator.schemas import NUMBER, TEXT, Action, Field, Schema
from live_recording.emulator.service import LiveService
from live_recording.emulator.templates import set_fields

V2_NUMBERS = ("task_id", "tapeType", "startTime", "endTime")
STREAM_SCHEMA: Schema = dict.fromkeys(STREAM, TEXT)
FLAGS: Schema = dict.fromkeys(("Nameless", "Recorded"), Field(bool, required=True))
FILE_FLAGS: Schema = dict.fromkeys(("Nameless", "InCos"), Field(bool))
FILE_NUMBERS = ("StartTime", "EndTime", "Duration", "Created", "Delay", "StorageTime", "SubAppId")
SNAPSHOT = {"version", "site", "at", "templates", "rules", "tasks"}
"""The entries of what `live-recording snapshot` prints: a real account can be played on in the emulator."""
ADDED = {"account", "domains", "relays", "callback_templates", "callback_rules"}
"""What newer snapshots and state files also have."""
CREATES = (
    "CreateLiveRecordTemplate",
    "CreateLiveRecordRule",
    "CreateRecordTask",
    "CreateLiveRecord",
    "CreateLiveCallbackTemplate",
    "CreateLiveCallbackRule",
)
COUNTERS = ("last_live_record_id", "last_v2_record_id", "last_callback_template_id")
LATER = frozenset(
    {"live_records", "v2_records", "pushes", "files", "relays", "callback_templates", "callback_rules", "notifications"}
)
"""Lists that older files do not have."""


class StateFileError(Exception):
    """The state file cannot be used; the text is a whole sentence."""


def load(path: Path, service: LiveService) -> None:
    """Load the file into *service*; a missing file changes nothing.

    Raises StateFileError for a file that cannot be read, or is of another site, or was not written by `save`.
    """
    try:
        state = json.loads(_content(path)) if os.path.lexists(path) else None
    except (OSError, ValueError, RecursionError) as error:
        raise StateFileError(f"The state file {path} cannot be read: {error}.") from error
    if not path.parent.is_dir():
        raise StateFileError(f"The state file {path} cannot be written: its folder does not exist.")
    if state is None:
        return
    if isinstance(state, dict) and state.keys() - ADDED == SNAPSHOT:
        state = _played(state, service.account.clock.china())
    if problem := _problem(state, service):
        raise StateFileError(f"The state file {path} cannot be used: {problem}")
    service.restore(state)


def save(path: Path, service: LiveService) -> None:
    """Write the account atomically: readers see the old or the new file. Follows no link. Raises OSError.

    The temporary file has a random name and is created exclusively, so that no link can take its place.
    """
    content = json.dumps(service.state(), indent=2, ensure_ascii=False) + "\n"
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as beside:
        beside.write(content)
    try:
        Path(beside.name).replace(path)  # replaces a link itself, not its target
    except OSError:
        Path(beside.name).unlink()
        raise


def _content(path: Path) -> str:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), encoding="utf-8") as file:
        return file.read()


def _played(snapshot: Fields, now: str) -> Fields:
    """Return the account of a snapshot, completed with fields that the vendor never returns."""
    times, kept = (
        {"CreateTime": now, "UpdateTime": now},
        {"StreamType": 0, "Extension": "", "TemplateId": 0, "Stopped": 0},
    )
    rules, tasks, callback_rules = (
        [entry for entry in snapshot.get(name) or [] if isinstance(entry, dict)]
        for name in ("rules", "tasks", "callback_rules")
    )
    return {
        **{name: snapshot[name] for name in ADDED & snapshot.keys()},
        "callback_rules": [times | rule for rule in callback_rules],
        "relays": snapshot.get("relays") or [],
        "site": snapshot["site"],
        "last_template_id": FIRST_TEMPLATE_ID - 1,
        "templates": snapshot["templates"],
        "rules": [times | rule for rule in rules],
        "tasks": [kept | set_fields(task) for task in tasks],
    }


def _problem(state: object, service: LiveService) -> str | None:
    if not isinstance(state, dict) or not isinstance(state.get("last_template_id"), int) or not _counted(state):
        return "it is not the account of an emulator."
    if state.get("site") != service.settings.site.name:
        return f'it is of the site "{state.get("site")}", and "{service.settings.site.name}" was asked for.'
    return _problem_of_owner(state, service) or next(_invalid_entries(state, service), None)


def _problem_of_owner(state: Fields, service: LiveService) -> str | None:
    wanted = service.settings.account_id
    account = state.get("account") or wanted
    if account != wanted:
        return f'it is of the account "{account}", and "{wanted}" was asked for. Use --account.'
    domains = state.get("domains") or []
    if not isinstance(domains, list) or not all(isinstance(one, dict) and "Name" in one for one in domains):
        return '"domains" must be a list of domains.'
    return None


def _invalid_entries(state: Fields, service: LiveService) -> Iterator[str]:
    for name, schema in _schemas(service).items():
        entries = state.get(name, [] if name in LATER else None)
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            yield f'"{name}" must be a list of objects.'
            return
        for number, entry in enumerate(entries, 1):
            if refusal := _problem_of_entry(name, schema, set_fields(entry)):
                yield f'entry {number} of "{name}": {refusal.message}'


def _problem_of_entry(name: str, schema: Schema, entry: Fields) -> Refusal | None:
    if name in ("templates", "relays", "callback_templates"):
        return validation.problem_of_stored(schema, entry)
    return validation.refusal(Action(schema, "", 0), entry)


def _counted(state: Fields) -> bool:
    return all(isinstance(state.get(name, 0), int) for name in COUNTERS)


def _schemas(service: LiveService) -> dict[str, Schema]:
    """Return the fields of the create actions plus those the account adds; only templates may omit some."""
    template, rule, task, live, callback, callback_rule = (service.actions[name].fields for name in CREATES)
    times = dict.fromkeys(("StartTime", "EndTime", "Stopped"), NUMBER)
    return {
        "templates": {**template, "TemplateId": Field(int, required=True)},
        "rules": _complete({**rule, "CreateTime": Field(str), "UpdateTime": Field(str)}),
        "tasks": _complete({**task, "TaskId": Field(str), "Stopped": Field(int)}),
        "callback_templates": {**callback, "TemplateId": Field(int, required=True)},
        "callback_rules": _complete({**callback_rule, "CreateTime": Field(str), "UpdateTime": Field(str)}),
        "live_records": _complete({**live, "DomainName": TEXT, **times, "TaskId": NUMBER, "CreateTime": TEXT}),
        "v2_records": _complete({"channelId": TEXT, **dict.fromkeys(V2_NUMBERS, NUMBER)}),
        "relays": {**STREAM_SCHEMA, "TaskId": Field(str, required=True)},
        "pushes": {**_complete(STREAM_SCHEMA), **dict.fromkeys(("StartTime", "EndTime", "Delay"), NUMBER), **FLAGS},
        "files": {
            **_complete(
                {
                    "FileId": TEXT,
                    "Recorder": TEXT,
                    "Type": TEXT,
                    **STREAM_SCHEMA,
                    **dict.fromkeys(FILE_NUMBERS, NUMBER),
                    **FILE_FLAGS,
                }
            ),
            **dict.fromkeys(("TemplateId", "Began"), NUMBER),
        },
        "notifications": {
            **_complete(dict.fromkeys(("Key", "StreamName", "Url", "Body", "State"), TEXT)),
            **_complete(dict.fromkeys(("EventType", "EventTime", "TemplateId", "Due"), NUMBER)),
            "Attempts": Field(list, required=True),
            "Treated": TEXT,
        },
    }


def _complete(schema: Schema) -> Schema:
    return {name: replace(field, required=True) for name, field in schema.items()}
