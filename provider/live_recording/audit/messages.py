"""Audit: what is wrong, what was seen and what to do, for each difference."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from live_recording.audit.compare import COUNTS, Difference, Kind
from live_recording.core.kinds import KindName
from live_recording.core.stack_ref import adopt_command
from live_recording.core.text import capitalize, quoted
from live_recording.project import StackFile, line_of


class AuditMessage(NamedTuple):
    """One difference in words, and where it is declared. Sorts as it is shown."""

    for_information: bool  # nobody has to put it right
    undeclared: bool  # no stack file declares it, so it has no place
    file: str
    line: int
    path: str
    kind: Kind
    thing: KindName
    what: str  # a template's name, a rule's key, a task's stream and time
    id: str  # of the live object, where it has one
    sentence: str

    def __str__(self) -> str:
        return f"{'' if self.undeclared else f'{self.file}:{self.line}: {self.path}: '}{self.sentence} [{self.kind}]"


class Scene(NamedTuple):
    """What a sentence may speak of."""

    sources: Mapping[str, StackFile]  # stack files on the account, by file
    stacks: Collection[str]  # names of all stack files of this project
    found: Difference

    @property
    def thing(self) -> str:
        """The object, with the article that it needs."""
        what, id_ = self.found.what, self.found.id
        if self.found.thing == "template":
            return f"template {id_} ({quoted(what)})" if id_ else f"template {quoted(what)}"
        return f"the {self.found.thing} for {what}"

    @property
    def stack(self) -> StackFile:
        """The stack that declares it."""
        return self.sources[self.found.place.stack]

    def at(self, file: str, path: str) -> str:
        """Where something stands."""
        return f"{file}:{line_of(self.sources[file].checked.lines, tuple(path.split('.')))} ({path})"


def render_difference(scene: Scene) -> AuditMessage:
    """The difference of the scene in words."""
    found = scene.found
    undeclared = not found.place.stack or found.kind == "named"
    file, path = ("", "") if undeclared else found.place
    at = 0 if undeclared else line_of(scene.sources[file].checked.lines, tuple(path.split(".")))
    whole = capitalize(SENTENCES[found.kind](scene))
    return AuditMessage(
        not COUNTS[found.kind], undeclared, file, at, path, found.kind, found.thing, found.what, found.id, whole
    )


def _up(scene: Scene) -> str:
    """The command that makes the account what the file says, whatever the state believes."""
    return f"pulumi up --refresh --stack {scene.stack.stack}"


def _not_live(scene: Scene) -> str:
    return f"{scene.thing} is not in the account. To create it: {_up(scene)}"


def _differs(scene: Scene) -> str:
    found = scene.found
    seen = f"{scene.thing} differs from its declaration: {'; '.join(found.details)}."
    if found.owner and found.owner != scene.stack.owner:
        return f"{seen} That template belongs to stack {found.owner.description}: delete the rule there first, or leave its key to that stack."
    return f"{seen} To apply the file: {_up(scene)}. To keep the live setting: change the file."


def _no_template(scene: Scene) -> str:
    return (
        f"{scene.thing} has {scene.found.details[0]}, but the account has no such template. Name an existing template."
    )


def _stopped(scene: Scene) -> str:
    ways = (
        "To record the rest, add a task for it; otherwise add its day to `except`."
        if scene.found.place.path.startswith("schedules.")
        else "To record the rest, change its start and run `pulumi up`; otherwise remove it from the file."
    )
    return f"{scene.thing} was stopped outside this tool at {scene.found.since}, and the vendor does not restart it. {ways}"


def _declared_twice(scene: Scene) -> str:
    return f"{scene.thing} is also declared at {scene.at(*scene.found.other)}. Remove it from one of the two files."


def _not_declared(scene: Scene) -> str:
    found = scene.found
    bound = f"; it has {found.details[0]}" if found.details else ""
    stack = found.owner.stack if found.owner else ""
    if not stack:
        only = next(iter(scene.sources.values())).stack if len(scene.sources) == 1 else ""
        adopt = f"Adopt it ({adopt_command(only)}), or delete it."
        ways = f"{adopt} If you just removed it from a file, the next `pulumi up` deletes it."
    elif stack in scene.stacks:
        ways = f"{_by_name(scene)} to stack {stack}. If you just removed it from that file, `pulumi up --stack {stack}` deletes it. Otherwise declare it there, or delete it."
    else:
        ways = f"{_by_name(scene)} to stack {stack}, which has no stack file. `pulumi destroy --stack {stack}` deletes what its state contains. Otherwise delete it."
    return f"{scene.thing} is not declared in any stack file{bound}. {ways}"


def _by_name(scene: Scene) -> str:
    return (
        "According to its name, it belongs"
        if scene.found.thing == "template"
        else "According to its template, it belongs"
    )


def _named(scene: Scene) -> str:
    return f"{scene.thing} is not managed by any stack; {scene.at(*scene.found.place)} refers to it by its id."


def _foreign(scene: Scene) -> str:
    owner = scene.found.owner.description if scene.found.owner else ""
    return f"{scene.thing} is not declared in any stack file of this project. {_by_name(scene)} to stack {owner}."


def _ended(scene: Scene) -> str:
    return f"{scene.thing}, which is not declared in any stack file, was stopped at {scene.found.since}. It no longer records."


def _unlisted(_: Scene) -> str:
    return "The API cannot list live records, so it is unknown whether those of this file are in the account."


SENTENCES: Mapping[Kind, Callable[[Scene], str]] = {
    "not-live": _not_live,
    "differs": _differs,
    "no-template": _no_template,
    "stopped": _stopped,
    "declared-twice": _declared_twice,
    "not-declared": _not_declared,
    "named": _named,
    "foreign": _foreign,
    "ended": _ended,
    "unlisted": _unlisted,
}
