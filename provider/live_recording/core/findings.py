"""What can be wrong with a stack: findings as values, and the table of their kinds.

Rule 1: a finding speaks about the user's file; a failure of the tool is an exception and lives elsewhere.
Rule 2: an id never changes its meaning; users acknowledge and search by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from live_recording.core.text import escaped

Severity = Literal["error", "warning"]
KeyPath = tuple[str | int, ...]
"""The location in a stack file: section, key, field; an integer is the position in a list."""


@dataclass(frozen=True, slots=True)
class Kind:
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


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem in a stack file: its location, its id in CATALOG, and a sentence for the user."""

    file: str
    line: int
    path: KeyPath
    id: str
    sentence: str

    @classmethod
    def new(cls, finding_id: str, path: KeyPath, sentence: str) -> "Finding":
        """Create a finding without file and line; the reader of the file adds them with `at`."""
        if finding_id not in CATALOG:
            raise KeyError(finding_id)
        return cls("", 0, path, finding_id, sentence)

    @property
    def severity(self) -> Severity:
        """Return the severity that CATALOG gives this id."""
        return CATALOG[self.id].severity

    @property
    def path_text(self) -> str:
        """Return the path as users read and write it."""
        return format_path(self.path)

    def at(self, file: str, line: int) -> "Finding":
        """Return this finding with its file and line."""
        return replace(self, file=file, line=line)

    def _sort_key(self) -> tuple[str, int, str, str, str]:
        return self.file, self.line, self.path_text, self.id, self.sentence

    def __lt__(self, other: "Finding") -> bool:
        return self._sort_key() < other._sort_key()

    def __str__(self) -> str:
        location = f"{escaped(self.file)}:{self.line}: " if self.file else ""
        path = f"{self.path_text}: " if self.path else ""
        return f"{location}{path}{self.sentence} [{self.id}]"


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with severity error."""
    return tuple(finding for finding in findings if finding.severity == "error")


def format_path(path: KeyPath) -> str:
    """Return a path as users read and write it: `rules.studio.template`, `acknowledge[0].until`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{escaped(part)}" for part in path)
    return "".join(parts).removeprefix(".")
