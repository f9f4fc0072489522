"""Locate, read and check the stack files of this project. Raises ConfigError if a file or its config is invalid."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from live_recording.config import files
from live_recording.config.settings import Settings
from live_recording.config.sources import STACK_FILE, read_stack_config, read_written_config, verb_settings
from live_recording.core.errors import ConfigError
from live_recording.core.findings import Finding, errors, in_order
from live_recording.core.stack_name import StackName
from live_recording.core.stack_ref import StackRef
from live_recording.core.text import escaped, join_words
from live_recording.core.vendor import Site
from live_recording.lint.checker import check_stack
from live_recording.lint.context import CheckContext
from live_recording.stackfile.model import Limits, Stack
from live_recording.stackfile.reader import parse
from live_recording.stackfile.shared import SourceFile, SourceMap, extended_files, merge
from live_recording.stackfile.validation import ValidatedStack, validate

SharedReader = Callable[[str, str], tuple[str, bytes]]
"""Given a stack file and a path in it, returns the name of that shared file and its content. Raises ConfigError."""


@dataclass(frozen=True, slots=True)
class CheckedStack:
    """The content of a stack file and its shared files, all findings, sorted, and where each path is written."""

    stack: Stack | None
    findings: tuple[Finding, ...]
    sources: SourceMap

    def with_findings(self, findings: Iterable[Finding]) -> "CheckedStack":
        """Return this result with more findings, such as those of the stack's config."""
        return replace(self, findings=in_order((*self.findings, *findings)))

    @property
    def valid_stack(self) -> Stack | None:
        """Return the stack, or None if there are errors."""
        return None if errors(self.findings) else self.stack


def check_text(
    text: str | bytes,
    file: str,
    site: Site,
    now: datetime,
    owner: StackRef,
    read_shared: SharedReader = files.read_shared_file,
) -> CheckedStack:
    """Parse and check a stack file with its shared files.

    Args:
        text: The YAML; bytes are read as UTF-8.
        file: The name of the file in findings.
        site: The limits of the vendor's site.
        now: The current time.
        owner: The stack that the file belongs to.
        read_shared: Reads a shared file.
    """
    own = SourceFile(file, parse(text))
    shared, unread = _read_shared_files(own, read_shared)
    parsed = [
        finding.at(source.name, finding.line) for source in (own, *shared) for finding in source.document.findings
    ]
    if unread or any(source.document.root is None for source in (own, *shared)):
        return CheckedStack(None, _sorted([*parsed, *unread], file), SourceMap(own, shared))
    merged = merge(own, shared)
    validated: ValidatedStack = validate(merged.root)
    related = check_stack(CheckContext(validated.stack, validated.unreadable_entries, site, now, owner))
    located = [finding.at(*merged.sources.locate(finding.path)) for finding in (*validated.findings, *related)]
    return CheckedStack(validated.stack, _sorted([*parsed, *merged.findings, *located], file), merged.sources)


def _read_shared_files(own: SourceFile, read: SharedReader) -> tuple[tuple[SourceFile, ...], list[Finding]]:
    """Return the shared files of a stack file, and a finding for each that cannot be read."""
    shared: list[SourceFile] = []
    findings: list[Finding] = []
    for path, named in extended_files(own.document):
        try:
            name, content = read(own.name, named)
        except ConfigError as error:
            findings.append(Finding.new("unknown-file", path, str(error)).at(own.name, own.line_of(path)))
        else:
            shared += [] if name in {source.name for source in shared} else [SourceFile(name, parse(content))]
    return tuple(shared), findings


def _sorted(findings: Iterable[Finding], file: str) -> tuple[Finding, ...]:
    """Return findings, each once, sorted; those in a shared file name the stack file that uses it."""
    named = (
        each if each.file == file else replace(each, sentence=f"{each.sentence} Used by {escaped(file)}.")
        for each in findings
    )
    return in_order({*named})


def declared_limit(stack: str, recordings: str | None, section: str) -> int:
    """Return how many objects the account may hold: `limits` of the stack file, else the vendor's default."""
    return int(getattr(_limits(stack, recordings), section))


@cache
def _limits(stack: str, recordings: str | None) -> Limits:
    """Return the limits of a stack file. Cached, because every new rule and template needs them."""
    path = files.stack_path(stack, recordings)
    root = parse(files.read_stack_file(path)).root if path.is_file() else {}
    return validate({"limits": root["limits"]} if root and "limits" in root else {}).stack.limits


@dataclass(frozen=True, slots=True)
class StackFile:
    """A stack, its config and settings, and its file after reading and checking it."""

    stack: str
    file: str
    owner: StackRef
    settings: Settings
    checked: CheckedStack
    pulumi_name: str  # what the Pulumi CLI's --stack takes: with the organization, if the user named it


def locate_stack(stack: str) -> tuple[str, Path, Settings]:
    """Return the name of a stack, the path of its file, which may not exist, and its settings.

    Raises UnknownConfig for a config key without effect.
    """
    config = read_stack_config(stack)
    config.require_known_keys()
    return config.stack, files.stack_path(stack, config.get("recordings")), verb_settings(config)


def load_stack(stack: str) -> StackFile:
    """Read and check a stack and its config, given its name, such as `prod`, or the path of its file."""
    config = read_stack_config(stack)
    path, settings = files.stack_path(stack, config.get("recordings")), verb_settings(config)
    content = files.read_stack_file(path)
    if StackName.parse(stack).file:
        _require_not_shared(path)
    owner = StackRef(config.project, config.stack)
    checked = check_text(content, str(path), settings.limits, settings.now(), owner)
    pulumi_name = StackName.parse(stack).for_pulumi
    return StackFile(config.stack, str(path), owner, settings, checked.with_findings(config.findings), pulumi_name)


def _require_not_shared(path: Path) -> None:
    """Raise ConfigError for a file that stacks extend: alone it does not say what is recorded."""
    users = [name for name in files.stack_names() if path in (input_files(name) or ()) and name != path.stem]
    if users:
        names = " ".join(users)
        raise ConfigError(
            f"{path} is a shared file of {join_words(users)}, not a stack. Name a stack: live-recording check {names}"
        )


def input_files(stack: str) -> frozenset[Path] | None:
    """Return the files that are of a stack: its config, stack file and shared files. None if these cannot be read.

    The file in `stacks` that has its name counts also if the config names another one.
    """
    try:
        path = files.stack_path(stack, read_written_config(stack).get(STACK_FILE))
        shared = shared_files(path, files.read_stack_file(path))
        own = (path, files.stack_path(files.stack_name(stack)), files.stack_config_path(stack))
        return None if shared is None else frozenset({*own, *shared})
    except ConfigError:
        return None


def input_contents(stack: str) -> dict[Path, bytes]:
    """Return the content of each file that decides what Pulumi runs for a stack; {} if these are not known."""
    inputs = input_files(stack)
    if inputs is None:
        return {}
    paths = {*inputs, files.PROJECT, files.PROGRAM}
    return {path: files.read_bytes(path, "file") for path in sorted(paths) if path.is_file()}


def shared_files(path: Path, content: bytes) -> tuple[Path, ...] | None:
    """Return the shared files that a stack file extends; None if it is not readable."""
    document = parse(content)
    if document.root is None:
        return None
    return tuple(files.shared_path(str(path), name) for _, name in extended_files(document))
