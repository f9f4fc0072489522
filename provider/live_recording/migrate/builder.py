"""Old calls in texts become a stack file: tasks, templates for their formats, and comments for all that has no place there."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from live_recording.core.errors import ConfigError, InvalidValue
from live_recording.core.text import count_of, escaped
from live_recording.core.timefmt import CHINA, FOREVER, length
from live_recording.core.vendor import Site
from live_recording.migrate.recordings import Options, Shape
from live_recording.migrate.tasks import Entries, Entry, Note, entries
from live_recording.migrate.text_forms import calls
from live_recording.stackfile import names
from live_recording.stackfile.writer import Item, written

ZONE = "Asia/Shanghai"
READ = (
    "URLs with Action=CreateLiveRecord, CreateRecord or CreateRecordTask, their JSON bodies, lines for tccli, and programs that "
    "set the fields of such a request"
)


class Migration(NamedTuple):
    """The stack file (empty when no call could be carried over), notes in the order of their places, and what there was."""

    text: str
    notes: tuple[Note, ...]
    calls: int
    tasks: int
    templates: int

    @property
    def lost(self) -> bool:
        """Whether a call, or a part of one, was not carried over."""
        return any(note.lost for note in self.notes)

    @property
    def summary(self) -> str:
        """One sentence that counts."""
        if not self.calls:
            return f"No call was found. What is read: {READ}."
        if not self.tasks:
            return f"{count_of(self.calls, 'call')} read, and none could be carried over, so there is no stack file."
        made = f"{count_of(self.tasks, 'task')} and {count_of(self.templates, 'template')} written."
        lost = sum(note.lost for note in self.notes)
        left = f" {count_of(lost, 'note')} {'says' if lost == 1 else 'say'} what is left out." if lost else ""
        return f"{count_of(self.calls, 'call')} read; {made}{left}"


def migrated(texts: Mapping[str, str], domain: str, app: str, site: Site, now: datetime) -> Migration:
    """The stack file for the calls in *texts* (name of a file -> what it says) at *now*.

    *domain* and *app* stand in where calls name none; "" where the user gave none. Raises ConfigError when they cannot.
    """
    options = Options(_option("--domain", domain, names.domain), _option("--app", app, names.required_name), site)
    found = [call for file in sorted(texts) for call in calls(file, texts[file])]
    made = entries(found, options, now)
    shapes = _templates(made.tasks.values())
    notes = sorted([*made.left_out, *(note for entry in made.tasks.values() for note in entry.notes)])
    text = _text(made, shapes, now) if made.tasks else ""
    return Migration(text, tuple(notes), len(found), len(made.tasks), len(shapes))


def report(migration: Migration) -> str:
    """For people: one line per note, then one that counts."""
    return "\n".join([*(escaped(str(note)) for note in migration.notes), migration.summary])


def _option(option: str, value: str, read: Any) -> str:
    try:
        return str(read(value)) if value else ""
    except InvalidValue as refusal:
        raise ConfigError(f"{option} cannot be used. {refusal.message}") from None


def _templates(tasks: Iterable[Entry]) -> dict[Shape, str]:
    """The templates that the tasks need, with their names, sorted."""
    shapes = {entry.part.recording.template for entry in tasks if isinstance(entry.part.recording.template, Shape)}
    keys = {shape: _key(shape) for shape in shapes if isinstance(shape, Shape)}
    return dict(sorted(keys.items(), key=lambda item: item[1]))


def _key(shape: Shape) -> str:
    """A name that says everything: `mp4-1h-30d`, `flv-forever`."""
    interval = [length(shape.record_interval)] if shape.record_interval is not None else []
    kept = "forever" if shape.storage_time == FOREVER else length(shape.storage_time)
    return "-".join([shape.format, *interval, kept])


def _text(made: Entries, shapes: Mapping[Shape, str], now: datetime) -> str:
    templates = [Item(key, {shape.format: _format(shape)}) for shape, key in shapes.items()]
    tasks = [
        Item(name, dict(_fields(entry, shapes)), tuple(map(str, entry.notes))) for name, entry in made.tasks.items()
    ]
    return written({"templates": templates, "tasks": tasks}, ZONE, _about(made, now))


def _format(shape: Shape) -> dict[str, Any]:
    fields = {"record_interval": shape.record_interval, "storage_time": shape.storage_time}
    return {name: value for name, value in fields.items() if value is not None}


def _fields(entry: Entry, shapes: Mapping[Shape, str]) -> Iterator[tuple[str, Any]]:
    """The fields of a task, in the order in which they are written."""
    found, window = entry.part.recording, entry.part.window
    yield from found.key.to_inputs().items()
    if found.mixed:
        yield "stream_type", "mixed"
    if window.start:
        yield "start", _wall(window.start)
    yield "end", _wall(window.end)
    if isinstance(found.template, Shape):
        yield "template", shapes[found.template]
    elif found.template:
        yield "template_id", int(found.template)


def _wall(at: datetime) -> datetime:
    """The time that clocks in China show, as the file's zone has it."""
    return at.astimezone(CHINA).replace(tzinfo=None)


def _about(made: Entries, now: datetime) -> Iterator[str]:
    """The head of the file."""
    yield "Written from old calls by live-recording migrate. Times are China time, as the calls have them."
    over = sum(entry.part.window.end <= now for entry in made.tasks.values())
    if over:
        yield f"Over before {_wall(now):%Y-%m-%d %H:%M}: {over} of {count_of(len(made.tasks), 'task')}. Nothing is done for what is over, and it may be removed."
    if made.left_out:
        yield "Not in this file:"
        yield from (f"- {note}" for note in made.left_out)
