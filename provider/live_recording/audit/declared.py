"""What stack files declare, object by object: where each one is declared, and what the account would know it by."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime

from live_recording.core.findings import KeyPath, format_path
from live_recording.core.kinds import SECTION_OF, KindName, TemplateKind
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import StreamKey
from live_recording.core.text import escaped
from live_recording.core.timefmt import rfc3339
from live_recording.core.vendor import Site
from live_recording.core.windows import Window
from live_recording.desired.declarations import DesiredResource, desired_resources
from live_recording.desired.recordings import scheduled_recordings
from live_recording.desired.specs import (
    CallbackRuleSpec,
    CallbackTemplateSpec,
    LiveRecordSpec,
    RuleSpec,
    TaskSpec,
    TemplateSpec,
)
from live_recording.stackfile.model import Stack


@dataclass(frozen=True, slots=True)
class Location:
    """Where something is declared: a stack file, and the path in it."""

    file: str
    path: KeyPath

    @property
    def path_text(self) -> str:
        """Return the path as users read and write it."""
        return format_path(self.path)


@dataclass(frozen=True, slots=True)
class DeclaringFile:
    """A stack file without errors. One that is not *audited* only shows what it declares; nothing is reported about it."""

    name: str
    owner: StackRef
    stack: Stack
    audited: bool = True


@dataclass(frozen=True, slots=True)
class DeclaredObject:
    """A declared object of any kind that the API lists."""

    location: Location
    owner: StackRef
    resource: DesiredResource
    spec: TemplateSpec | RuleSpec | TaskSpec | CallbackTemplateSpec | CallbackRuleSpec

    @property
    def kind(self) -> KindName:
        """Return the kind of the object."""
        return self.spec.kind

    @property
    def template_kind(self) -> TemplateKind:
        """Return the kind of the template that a rule or task has."""
        return self.resource.template_kind

    @property
    def identity(self) -> tuple[Hashable, ...]:
        """Return what no other object of the account has; two files may declare the same object by mistake."""
        if isinstance(self.spec, TemplateSpec | CallbackTemplateSpec):
            return self.kind, self.spec.template_name
        if isinstance(self.spec, RuleSpec | CallbackRuleSpec):
            return self.kind, self.spec.key
        if self.resource.template:
            return "task", self.label, self.location.file, self.resource.template
        return "task", self.label, self.spec.template_id

    @property
    def label(self) -> str:
        """Return the object as messages name it: a template's name, a rule's key, a task's stream and time."""
        if isinstance(self.spec, TemplateSpec | CallbackTemplateSpec):
            return escaped(self.spec.template_name)
        if isinstance(self.spec, RuleSpec | CallbackRuleSpec):
            return str(self.spec.key)
        return recording_label(self.spec.stream, self.spec.window)


def declared_objects(file: DeclaringFile, site: Site, now: datetime) -> Iterator[DeclaredObject]:
    """Yield what the file declares at *now*, except live records, which the API does not list."""
    tasks = scheduled_recordings(file.stack, now).tasks
    for resource in desired_resources(file.stack, file.owner, site, now).resources:
        spec = resource.spec
        if not isinstance(spec, LiveRecordSpec):
            path = tasks[resource.name].path if resource.kind == "task" else _path(file.stack, resource)
            yield DeclaredObject(Location(file.name, path), file.owner, resource, spec)


def _path(stack: Stack, resource: DesiredResource) -> KeyPath:
    """Return the entry of a template or rule; of the built-in template the first rule that needs it."""
    if resource.kind == "template" and resource.name not in stack.templates:
        return "rules", min(key for key, rule in stack.rules.items() if rule.record is False)
    return SECTION_OF[resource.kind], resource.name


def recording_label(stream: StreamKey, window: Window) -> str:
    """Return a recording as messages name it: its stream and its time."""
    name = escaped("/".join(filter(None, stream.parts)))
    end = rfc3339(window.end)
    return f"{name} from {rfc3339(window.start)} to {end}" if window.start else f"{name} until {end}"
