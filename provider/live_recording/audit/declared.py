"""What stack files declare, one by one: where it stands, and what the account would know it by.

Rule 1: an object is the same in file and account by its natural key; two files may declare it by mistake.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from live_recording.core.findings import format_path
from live_recording.core.kinds import SECTION_OF, KindName
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import StreamKey
from live_recording.core.text import escaped
from live_recording.core.vendor import Site
from live_recording.desired.declarations import DesiredResource, desired_resources
from live_recording.desired.recordings import scheduled_recordings
from live_recording.stackfile.model import Stack


class Place(NamedTuple):
    """Where something is declared: a stack, and the path in its file; empty where no file declares it."""

    stack: str = ""
    path: str = ""


class Declaring(NamedTuple):
    """A stack file without errors, on the account."""

    name: str
    owner: StackRef
    stack: Stack
    asked: bool = True  # False: nothing is told of it, it only takes what it declares


class Item(NamedTuple):
    """One declared object."""

    place: Place
    owner: StackRef
    declared: DesiredResource

    @property
    def natural(self) -> tuple[KindName, Any]:
        """What there should be one of, over all files."""
        return self.declared.kind, _NATURAL[self.declared.kind](self)

    @property
    def what(self) -> str:
        """The object as sentences name it."""
        return _WHAT[self.declared.kind](self.declared.inputs)


def declared_by(by: Declaring, site: Site, now: datetime) -> Iterator[Item]:
    """What the file declares at *now*; the built-in template stands where a rule first asks for it."""
    tasks = scheduled_recordings(by.stack, now).tasks
    suppressing = min((key for key, rule in by.stack.rules.items() if rule.record is False), default="")
    for declared in desired_resources(by.stack, by.owner, site, now).resources:
        path = f"{SECTION_OF[declared.kind]}.{declared.name}"
        if declared.kind == "task":
            path = format_path(tasks[declared.name].path)
        elif declared.kind == "template" and declared.name not in by.stack.templates:
            path = f"rules.{suppressing}"
        yield Item(Place(by.name, path), by.owner, declared)


def spell(stream: StreamKey, start: str | None, end: str) -> str:
    """A recording as sentences name it: its stream and its time."""
    name = escaped("/".join(filter(None, stream.parts)))
    return f"{name} from {start} to {end}" if start else f"{name} until {end}"


def _recording(inputs: Mapping[str, Any]) -> str:
    return spell(StreamKey.from_inputs(inputs), inputs.get("start"), inputs["end"])


_NATURAL: Mapping[KindName, Callable[[Item], Any]] = {
    "template": lambda item: item.declared.inputs["template_name"],
    "rule": lambda item: StreamKey.from_inputs(item.declared.inputs),
    "task": lambda item: (
        _recording(item.declared.inputs),
        (item.place.stack, item.declared.template)
        if item.declared.template
        else item.declared.inputs.get("template_id"),
    ),
    "live_record": lambda item: item.place,  # the vendor lists none, so nothing is known of them
}
_WHAT: Mapping[KindName, Callable[[Mapping[str, Any]], str]] = {
    "template": lambda inputs: escaped(inputs["template_name"]),
    "rule": lambda inputs: str(StreamKey.from_inputs(inputs)),
    "task": _recording,
    "live_record": _recording,
}
