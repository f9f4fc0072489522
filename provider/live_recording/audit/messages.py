"""The message of each difference: what is wrong, what was seen, what to do."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from live_recording.audit.compare import IS_PROBLEM, Difference, DifferenceKind
from live_recording.audit.declared import Location
from live_recording.core.findings import KeyPath, format_path
from live_recording.core.kinds import NOUN_OF, TEMPLATE_OF, KindName
from live_recording.core.stack_ref import adopt_command
from live_recording.core.text import capitalize, quoted
from live_recording.project import StackFile


@dataclass(frozen=True, slots=True)
class AuditMessage:
    """One difference in words, and where it is declared. Messages sort in the order in which they are shown."""

    kind: DifferenceKind
    object_kind: KindName
    label: str  # a template's name, a rule's key, a task's stream and time
    id: str  # of the live object; "" if it has none
    file: str  # "": no stack file declares the object
    line: int  # 0: as above
    path: KeyPath
    sentence: str

    @property
    def is_problem(self) -> bool:
        """Return whether this has to be fixed."""
        return IS_PROBLEM[self.kind]

    @property
    def is_declared(self) -> bool:
        """Return whether a stack file declares the object."""
        return bool(self.file)

    @property
    def path_text(self) -> str:
        """Return the path as users read and write it."""
        return format_path(self.path)

    def _sort_key(self) -> tuple[bool, bool, str, int, tuple[str, ...]]:
        """Sort problems before notices, and declared objects, by file and line, before those that are not declared."""
        texts = (self.path_text, self.kind, self.object_kind, self.label, self.id, self.sentence)
        return not self.is_problem, not self.is_declared, self.file, self.line, texts

    def __lt__(self, other: "AuditMessage") -> bool:
        return self._sort_key() < other._sort_key()

    def __str__(self) -> str:
        location = f"{self.file}:{self.line}: {self.path_text}: " if self.is_declared else ""
        return f"{location}{self.sentence} [{self.kind}]"


@dataclass(frozen=True, slots=True)
class MessageContext:
    """A difference, and what its message can refer to."""

    files: Mapping[str, StackFile]  # the stack files on the account, by path
    stacks: Collection[str]  # the names of all stack files of this project
    difference: Difference

    @property
    def object(self) -> str:
        """Return the object with the article that it needs."""
        label, id_ = self.difference.label, self.difference.id
        kind = self.difference.object_kind
        if kind not in TEMPLATE_OF.values():
            return f"the {NOUN_OF[kind]} for {label}"
        return f"{NOUN_OF[kind]} {id_} ({quoted(label)})" if id_ else f"{NOUN_OF[kind]} {quoted(label)}"

    @property
    def declaring_file(self) -> StackFile:
        """Return the stack file that declares the object."""
        return self.files[_declared_at(self.difference).file]

    @property
    def update_command(self) -> str:
        """Return the command that makes the account what the file says, even if the state is out of date."""
        return f"pulumi up --refresh --stack {self.declaring_file.stack}"

    @property
    def ownership(self) -> str:
        """Return the beginning of a sentence that names the owner."""
        source = "name" if self.difference.object_kind in TEMPLATE_OF.values() else "template"
        return f"According to its {source}, it belongs"

    def locate(self, location: Location) -> tuple[str, int]:
        """Return the file and line of a location: a shared file, if the entry is there."""
        return self.files[location.file].checked.sources.locate(location.path)

    def describe(self, location: Location | None) -> str:
        """Return a location as sentences name it."""
        if location is None:
            return ""
        file, line = self.locate(location)
        return f"{file}:{line} ({location.path_text})"


def render_difference(context: MessageContext) -> AuditMessage:
    """Return the message of the difference."""
    difference = context.difference
    location = None if difference.kind == "named" else difference.location
    file, line = context.locate(location) if location else ("", 0)
    return AuditMessage(
        difference.kind,
        difference.object_kind,
        difference.label,
        difference.id,
        file,
        line,
        location.path if location else (),
        capitalize(_SENTENCES[difference.kind](context)),
    )


def _declared_at(difference: Difference) -> Location:
    return difference.location or Location("", ())


def _not_live(context: MessageContext) -> str:
    return f"{context.object} is not in the account. To create it: {context.update_command}"


def _differs(context: MessageContext) -> str:
    difference = context.difference
    seen = f"{context.object} differs from its declaration: {'; '.join(difference.details)}."
    if difference.owner and difference.owner != context.declaring_file.owner:
        owner = difference.owner.description
        return f"{seen} That template belongs to stack {owner}: delete the rule there first, or leave its key to that stack."
    return f"{seen} To apply the file: {context.update_command}. To keep the live setting: change the file."


def _no_template(context: MessageContext) -> str:
    template = context.difference.template
    return f"{context.object} has {template}, but the account has no such template. Name an existing template."


def _stopped(context: MessageContext) -> str:
    difference = context.difference
    seen = f"{context.object} was stopped outside this tool at {difference.stopped_at}, and the vendor does not restart it."
    if _declared_at(difference).path[0] == "schedules":
        return f"{seen} To record the rest, add a task for it; otherwise add its day to `except`."
    return f"{seen} To record the rest, change its start and run `pulumi up`; otherwise remove it from the file."


def _declared_twice(context: MessageContext) -> str:
    other = context.describe(context.difference.other_location)
    return f"{context.object} is also declared at {other}. Remove it from one of the two files."


def _not_declared(context: MessageContext) -> str:
    difference = context.difference
    template = f"; it has {difference.template}" if difference.template else ""
    sentences = " ".join((*difference.details, _advice_if_not_declared(context)))
    return f"{context.object} is not declared in any stack file{template}. {sentences}"


def _advice_if_not_declared(context: MessageContext) -> str:
    if context.difference.owner is None:
        stacks = [file.stack for file in context.files.values()]
        adopt = adopt_command(stacks[0] if len(stacks) == 1 else "")
        return f"Adopt it ({adopt}), or delete it. If you just removed it from a file, the next `pulumi up` deletes it."
    stack = context.difference.owner.stack
    if stack in context.stacks:
        return f"{context.ownership} to stack {stack}. If you just removed it from that file, `pulumi up --stack {stack}` deletes it. Otherwise declare it there, or delete it."
    return f"{context.ownership} to stack {stack}, which has no stack file. `pulumi destroy --stack {stack}` deletes what its state contains. Otherwise delete it."


def _never_matches(context: MessageContext) -> str:
    problem = context.difference.details[0]
    return f"{context.object} matches no stream, so it records nothing. {problem} Delete it in the console."


def _named(context: MessageContext) -> str:
    location = context.describe(context.difference.location)
    return f"{context.object} is not managed by any stack; {location} refers to it by its id."


def _foreign(context: MessageContext) -> str:
    owner = context.difference.owner
    belongs = f"{context.ownership} to stack {owner.description if owner else ''}"
    return f"{context.object} is not declared in any stack file of this project. {belongs}."


def _relay(context: MessageContext) -> str:
    difference = context.difference
    return f"{difference.label} records with {difference.template}. Relay tasks are not managed by stack files."


def _ended(context: MessageContext) -> str:
    stopped_at = context.difference.stopped_at
    return (
        f"{context.object}, which is not declared in any stack file, was stopped at {stopped_at}. It no longer records."
    )


def _unlisted(_: MessageContext) -> str:
    return "The API cannot list live records, so it is unknown whether those of this file are in the account."


_SENTENCES: Mapping[DifferenceKind, Callable[[MessageContext], str]] = {
    "not-live": _not_live,
    "differs": _differs,
    "no-template": _no_template,
    "stopped": _stopped,
    "declared-twice": _declared_twice,
    "not-declared": _not_declared,
    "never-matches": _never_matches,
    "named": _named,
    "foreign": _foreign,
    "relay": _relay,
    "ended": _ended,
    "unlisted": _unlisted,
}
