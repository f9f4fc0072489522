"""What can be wrong with a stack: findings as values, and the table of their kinds.

Rule 1: a finding speaks about the user's file; a failure of the tool is an exception and lives elsewhere.
Rule 2: an id never changes its meaning; users acknowledge and search by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from live_recording.core.text import escaped

Severity = Literal["error", "warning"]
Path = tuple[str, ...]
"""Where in a stack file: section, key, field."""


class Kind(NamedTuple):
    """One kind of finding: how grave, what it means, and where the rule comes from."""

    severity: Severity
    meaning: str
    source: str


_FORM = "the form of a stack file"
CATALOG: dict[str, Kind] = {
    "bad-yaml": Kind("error", "The file is not plain YAML.", _FORM),
    "unknown-field": Kind("error", "A field is not known here, or cannot stand beside another.", _FORM),
    "missing-field": Kind("error", "A field is missing that is always needed.", _FORM),
    "wrong-type": Kind("error", "A value has another type than its field.", _FORM),
    "out-of-range": Kind(
        "error", "A number or word is outside what the vendor takes.", "RecordParam, CN:32614, IN:30845"
    ),
    "bad-name": Kind("error", "A name has characters that the vendor or Pulumi does not take.", "CN:32614, IN:30845"),
    "bad-placeholder": Kind("error", "A file name has an unknown placeholder.", "RecordParam.VodFileName, CN:32614"),
    "bad-time": Kind("error", "A time, duration or time zone cannot be read or does not exist.", _FORM),
    "cos-path": Kind("error", "COS storage is not described completely.", "RecordParam.CosBucketPath, CN:32614"),
    "duplicate-key": Kind(
        "error", "The same key, resource name or natural key stands twice.", "feature guide: one template per key"
    ),
    "unknown-template": Kind(
        "error",
        "A template is named that does not exist, or that is another stack's.",
        "CreateLiveRecordRule, CreateRecordTask",
    ),
    "too-many-rules": Kind("error", "More rules than the account may hold.", "feature guide: at most 50 rules"),
    "too-many-templates": Kind(
        "error", "More templates than the account may hold.", "feature guide: at most 50 templates"
    ),
    "task-too-long": Kind(
        "error", "A task lasts longer than the vendor allows.", "CreateRecordTask, CN:45983, IN:37309"
    ),
    "task-backwards": Kind("error", "A task ends before it starts.", "CreateRecordTask, CN:45983, IN:37309"),
    "too-many-overlaps": Kind(
        "error", "More than three tasks record one stream at once.", "CreateRecordTask, CN:45983, IN:37309"
    ),
    "generations-mixed": Kind(
        "error",
        "The deprecated live_records stand beside tasks or schedules.",
        "CreateRecordTask, CN:45983, IN:37309: not together with CreateLiveRecord",
    ),
    "site-mismatch": Kind(
        "error",
        "Something is used that this site of the vendor does not have.",
        "RecordParam, CN:32614 against IN:30845",
    ),
    "bad-rrule": Kind("error", "A recurrence cannot be read, or has no place here.", "RFC 5545, 3.3.10"),
    "redundant-rule": Kind(
        "warning", "A rule changes nothing: without it the same template records.", "feature guide: at most 50 rules"
    ),
    "overridden": Kind(
        "warning",
        "A stream-level rule beats an app-level one; other clouds order this the other way round.",
        "feature guide: priority table",
    ),
    "nothing-to-suppress": Kind("warning", "A rule suppresses what nothing records.", "feature guide: priority table"),
    "recorded-twice": Kind(
        "warning", "A stream is recorded by a rule and by a task at once.", "feature guide: both record, and both cost"
    ),
    "kept-forever": Kind("warning", "Recordings are kept for ever.", "RecordParam.StorageTime 0, CN:32614"),
    "nearly-full": Kind("warning", "Nine tenths of a limit are used.", "feature guide: at most 50 rules and templates"),
    "too-short": Kind("warning", "A recording is very short.", "feature guide: pushes under 10 s leave no file"),
    "recording-loss": Kind(
        "warning", "A change ends or shortens a recording.", "feature guide: priority of templates; CN:45982, CN:32608"
    ),
    "acknowledgement-expired": Kind("warning", "A warning was accepted until a day that has passed.", _FORM),
    "files-overwritten": Kind(
        "warning", "Files of one stream in COS would overwrite each other.", "RecordParam.CosBucketPath, CN:32614"
    ),
    "ignored-field": Kind("warning", "A field has no effect where it stands.", "RecordParam, CN:32614"),
    "records-hls-forever": Kind(
        "warning",
        "A task without template is recorded as HLS and kept for ever.",
        "CreateRecordTask, CN:45983, IN:37309",
    ),
}

REVIEW_ONLY = frozenset({"recording-loss"})
"""What only a review of a plan can find; there it stops until it is acknowledged."""


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong: where, which kind, and a sentence for the person who reads it."""

    file: str
    line: int
    path: str
    id: str
    sentence: str

    @property
    def severity(self) -> Severity:
        """Error or warning, by the table."""
        return CATALOG[self.id].severity

    def at(self, file: str, line: int) -> "Finding":
        """The same finding with its place."""
        return replace(self, file=file, line=line)

    def __str__(self) -> str:
        place = f"{escaped(self.file)}:{self.line}: " if self.file else ""
        return (
            f"{place}{self.path}: {self.sentence} [{self.id}]" if self.path else f"{place}{self.sentence} [{self.id}]"
        )


def finding(kind: str, path: str, sentence: str) -> Finding:
    """A finding of *kind* at *path*; its file and line are filled in by who read the file."""
    if kind not in CATALOG:
        raise KeyError(kind)
    return Finding("", 0, path, kind, sentence)


def errors(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that stop."""
    return tuple(f for f in found if f.severity == "error")


def joined(loc: Iterable[str | int]) -> str:
    """A path as users read it: `rules.studio.template`, `acknowledge[0].until`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{escaped(part)}" for part in loc)
    return "".join(parts).removeprefix(".")
