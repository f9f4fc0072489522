"""The state file: the document of `LiveService.state`, as JSON for people, replaced as a whole after each change."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from live_recording.emulator import validation
from live_recording.emulator.account import FIRST_TEMPLATE_ID
from live_recording.emulator.messages import Fields
from live_recording.emulator.schemas import NUMBER, TEXT, Action, Field, Schema
from live_recording.emulator.service import LiveService

V2_NUMBERS = ("task_id", "tapeType", "startTime", "endTime")
SNAPSHOT = {"version", "site", "at", "templates", "rules", "tasks"}
"""The entries of what `live-recording snapshot` prints: a real account can be played on in the emulator."""
LATER = frozenset({"live_records", "v2_records"})
"""Lists that older files do not have."""


class StateFileError(Exception):
    """The state file cannot be used; the text is a whole sentence."""


def load(path: Path, service: LiveService) -> None:
    """Load the file into *service*; a missing file changes nothing.

    Raises StateFileError for a file that cannot be read, or is of another site, or was not written by `save`.
    """
    try:
        state = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    except (OSError, ValueError, RecursionError) as error:
        raise StateFileError(f"The state file {path} cannot be read: {error}.") from error
    if not path.parent.is_dir():
        raise StateFileError(f"The state file {path} cannot be written: its folder does not exist.")
    if state is None:
        return
    if isinstance(state, dict) and state.keys() == SNAPSHOT:
        state = _played(state, service.account.clock.china())
    if problem := _problem(state, service):
        raise StateFileError(f"The state file {path} cannot be used: {problem}")
    service.restore(state)


def save(path: Path, service: LiveService) -> None:
    """Write the account atomically: readers see the old or the new file. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(json.dumps(service.state(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(path)


def _played(snapshot: Fields, now: str) -> Fields:
    """Return the account of a snapshot, completed with fields that the vendor never returns."""
    times, kept = {"CreateTime": now, "UpdateTime": now}, {"StreamType": 0, "Extension": ""}
    rules, tasks = ([e for e in snapshot[name] if isinstance(e, dict)] for name in ("rules", "tasks"))
    return {
        "site": snapshot["site"],
        "last_template_id": FIRST_TEMPLATE_ID - 1,
        "templates": snapshot["templates"],
        "rules": [times | rule for rule in rules],
        "tasks": [kept | task for task in tasks],
    }


def _problem(state: object, service: LiveService) -> str | None:
    if not isinstance(state, dict) or not isinstance(state.get("last_template_id"), int) or not _counted(state):
        return "it is not the account of an emulator."
    if state.get("site") != service.settings.site.name:
        return f'it is of the site "{state.get("site")}", and "{service.settings.site.name}" was asked for.'
    return next(_invalid_entries(state, service), None)


def _invalid_entries(state: Fields, service: LiveService) -> Iterator[str]:
    for name, schema in _schemas(service).items():
        entries = state.get(name, [] if name in LATER else None)
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            yield f'"{name}" must be a list of objects.'
            return
        for number, entry in enumerate(entries, 1):
            if refusal := validation.refusal(Action(schema, "", 0), _set(entry)):
                yield f'entry {number} of "{name}": {refusal.message}'


def _counted(state: Fields) -> bool:
    return all(isinstance(state.get(name, 0), int) for name in ("last_live_record_id", "last_v2_record_id"))


def _schemas(service: LiveService) -> dict[str, Schema]:
    """Return the fields of the create actions plus those the account adds; only templates may omit some."""
    template, rule, task, live = (
        service.actions[name].fields
        for name in ("CreateLiveRecordTemplate", "CreateLiveRecordRule", "CreateRecordTask", "CreateLiveRecord")
    )
    times = dict.fromkeys(("StartTime", "EndTime", "Stopped"), NUMBER)
    return {
        "templates": {**template, "TemplateId": Field(int, required=True)},
        "rules": _complete({**rule, "CreateTime": Field(str), "UpdateTime": Field(str)}),
        "tasks": _complete({**task, "TaskId": Field(str), "Stopped": Field(int)}),
        "live_records": _complete({**live, "DomainName": TEXT, **times, "TaskId": NUMBER, "CreateTime": TEXT}),
        "v2_records": _complete({"channelId": TEXT, **dict.fromkeys(V2_NUMBERS, NUMBER)}),
    }


def _complete(schema: Schema) -> Schema:
    return {name: replace(field, required=True) for name, field in schema.items()}


def _set(entry: Fields) -> Fields:
    """Return the entry without nulls, which the account stores but no request may send."""
    return {
        name: _set(value) if isinstance(value, dict) else value for name, value in entry.items() if value is not None
    }
