"""Build a stack file from old calls: tasks, their templates, and comments about what cannot be migrated."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from live_recording.core.errors import ConfigError, InvalidValue
from live_recording.core.text import count_of, escaped, plural
from live_recording.core.timefmt import CHINA, FOREVER, length
from live_recording.core.vendor import Site
from live_recording.migrate.calls import Call
from live_recording.migrate.recordings import Options, RecordingFormat
from live_recording.migrate.tasks import MigratedTask, MigratedTasks, Note, tasks_of_calls
from live_recording.migrate.text_forms import find_calls, source_code_line
from live_recording.stackfile import names
from live_recording.stackfile.writer import Item, write_sections

ZONE = "Asia/Shanghai"
SUPPORTED = (
    "URLs with Action=CreateLiveRecord, CreateRecord or CreateRecordTask, or interface=Live_Tape_Start, their JSON bodies, curl and tccli commands, and "
    "log lines with these"
)
SOURCE_CODE = (
    "This is source code of a program, which is not read. Use the calls that the program sends, from its log or as URLs, JSON, "
    "curl or tccli commands, or write the tasks into the stack file."
)


@dataclass(frozen=True, slots=True)
class Migration:
    """The stack file ("" if no call could be migrated), sorted notes, and the numbers of calls, tasks and templates."""

    text: str
    notes: tuple[Note, ...]
    calls: int
    tasks: int
    templates: int

    @property
    def lost(self) -> bool:
        """Return whether a call, or a part of one, was left out."""
        return any(note.lost for note in self.notes)

    @property
    def summary(self) -> str:
        """Return one sentence with the numbers."""
        if not self.calls:
            return f"No calls found. Supported forms: {SUPPORTED}."
        if not self.tasks:
            return f"{count_of(self.calls, 'call')} read, none could be migrated. No stack file was written."
        lost = sum(note.lost for note in self.notes)
        left_out = f" {count_of(lost, 'note')} {plural(lost, 'says', 'say')} what was left out." if lost else ""
        written_ = f"{count_of(self.tasks, 'task')} and {count_of(self.templates, 'template')} written."
        return f"{count_of(self.calls, 'call')} read; {written_}{left_out}"


def migrate_calls(texts: Mapping[str, str], domain: str, app: str, site: Site, now: datetime) -> Migration:
    """Return the stack file for the calls in *texts* (file name -> content) at *now*.

    *domain* and *app* are used for calls that have none; "" if the user gave none. Raises ConfigError if one is invalid.
    """
    options = Options(_option("--domain", domain, names.domain), _option("--app", app, names.required_name), site)
    calls: list[Call] = []
    unread: list[Note] = []
    for file in sorted(texts):
        calls += find_calls(file, texts[file])
        if (line := source_code_line(texts[file])) is not None:
            unread.append(Note(file, line, SOURCE_CODE, lost=True))
    migrated = tasks_of_calls(calls, options, now)
    templates = _template_keys(migrated.tasks.values())
    notes = sorted([*unread, *migrated.left_out, *(note for task in migrated.tasks.values() for note in task.notes)])
    text = _stack_file(migrated, unread, templates, now) if migrated.tasks else ""
    return Migration(text, tuple(notes), len(calls), len(migrated.tasks), len(templates))


def render_report(migration: Migration) -> str:
    """Return the text for users: one line per note, then the summary."""
    return "\n".join([*(escaped(str(note)) for note in migration.notes), migration.summary])


def _option(option: str, value: str, parse: Callable[[Any], str]) -> str:
    try:
        return str(parse(value)) if value else ""
    except InvalidValue as error:
        raise ConfigError(f"{option}: {error.message}") from None


def _template_keys(tasks: Iterable[MigratedTask]) -> dict[RecordingFormat, str]:
    """Return the templates that the tasks need, with their keys, sorted by key."""
    templates = (task.part.recording.template for task in tasks)
    keys = {template: _key(template) for template in templates if isinstance(template, RecordingFormat)}
    return dict(sorted(keys.items(), key=lambda item: item[1]))


def _key(template: RecordingFormat) -> str:
    """Return a key that describes the template completely: `mp4-1h-30d`, `flv-forever`."""
    interval = [length(template.record_interval)] if template.record_interval is not None else []
    retention = "forever" if template.storage_time == FOREVER else length(template.storage_time)
    return "-".join([template.format, *interval, retention])


def _stack_file(
    migrated: MigratedTasks, unread: Iterable[Note], template_keys: Mapping[RecordingFormat, str], now: datetime
) -> str:
    templates = [Item(key, {template.format: _format_fields(template)}) for template, key in template_keys.items()]
    tasks = [
        Item(name, dict(_task_fields(task, template_keys)), tuple(map(str, task.notes)))
        for name, task in migrated.tasks.items()
    ]
    comments = _head_comments(migrated, sorted([*unread, *migrated.left_out]), now)
    return write_sections({"templates": templates, "tasks": tasks}, ZONE, comments)


def _format_fields(template: RecordingFormat) -> dict[str, Any]:
    fields = {"record_interval": template.record_interval, "storage_time": template.storage_time}
    return {name: value for name, value in fields.items() if value is not None}


def _task_fields(task: MigratedTask, template_keys: Mapping[RecordingFormat, str]) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a task in the order in which they are written."""
    recording, window = task.part.recording, task.part.window
    yield from recording.key.to_inputs().items()
    if recording.mixed:
        yield "stream_type", "mixed"
    if window.start:
        yield "start", _china_wall_time(window.start)
    yield "end", _china_wall_time(window.end)
    if isinstance(recording.template, RecordingFormat):
        yield "template", template_keys[recording.template]
    elif recording.template:
        yield "template_id", int(recording.template)


def _china_wall_time(time: datetime) -> datetime:
    """Return the China time without an offset, as it is written in the file."""
    return time.astimezone(CHINA).replace(tzinfo=None)


def _head_comments(migrated: MigratedTasks, left_out: Iterable[Note], now: datetime) -> Iterator[str]:
    yield "Written by live-recording migrate from old calls. Times are China time, as in the calls."
    finished = sum(task.part.window.end <= now for task in migrated.tasks.values())
    if finished:
        total = count_of(len(migrated.tasks), "task")
        yield f"{finished} of {total} ended before {_china_wall_time(now):%Y-%m-%d %H:%M}. Finished tasks are ignored; you can remove them."
    left_out = list(left_out)
    if left_out:
        yield "Not in this file:"
        yield from (f"- {note}" for note in left_out)
