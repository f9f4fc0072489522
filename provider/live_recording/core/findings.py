"""Findings: problems in a stack file, as values, and the catalog of their ids.

A failure of the tool is an exception instead (`core.errors`). The meaning of an id never changes: users acknowledge and
search by it.
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
    """An entry of the catalog: severity, meaning, and the source of the rule."""

    severity: Severity
    meaning: str
    source: str
    as_found: bool = False
    """Whether it can be acknowledged for a value that the account holds already."""


_FORM = "the format of the stack file"
CATALOG: dict[str, Kind] = {
    "bad-yaml": Kind("error", "The file is not plain YAML.", _FORM),
    "unknown-field": Kind("error", "A field is unknown, or conflicts with another one.", _FORM),
    "unknown-file": Kind("error", "A shared file cannot be read.", _FORM),
    "unknown-config": Kind(
        "error",
        "A key of the Pulumi config is unknown, or in another namespace.",
        "docs/start.md",
    ),
    "missing-field": Kind("error", "A required field is missing.", _FORM),
    "wrong-type": Kind("error", "A value has the wrong type for its field.", _FORM),
    "out-of-range": Kind(
        "error", "A number or word is not one that the API accepts.", "RecordParam, CN:32614, IN:30845", as_found=True
    ),
    "bad-name": Kind(
        "error", "A name or URL has a form that the API or Pulumi does not accept.", "CN:32614, IN:30845", as_found=True
    ),
    "bad-placeholder": Kind("error", "A file name has an unknown placeholder.", "RecordParam.VodFileName, CN:32614"),
    "bad-time": Kind("error", "A time, duration or time zone is invalid or does not exist.", _FORM),
    "cos-path": Kind(
        "error", "The COS storage settings are incomplete.", "RecordParam.CosBucketPath, CN:32614", as_found=True
    ),
    "duplicate-key": Kind(
        "error", "A key, resource name or natural key occurs twice.", "feature guide: one template per key"
    ),
    "unknown-template": Kind(
        "error",
        "A template does not exist, or is owned by another stack.",
        "CreateLiveRecordRule, CreateRecordTask",
    ),
    "too-many-rules": Kind(
        "error", "There are more rules than the account can have.", "feature guide: at most 50 rules"
    ),
    "too-many-templates": Kind(
        "error", "There are more templates than the account can have.", "feature guide: at most 50 templates"
    ),
    "task-too-long": Kind("error", "A task is longer than the API accepts.", "CreateRecordTask, CN:45983, IN:37309"),
    "task-backwards": Kind("error", "A task ends before it starts.", "CreateRecordTask, CN:45983, IN:37309"),
    "too-many-overlaps": Kind(
        "error", "More than three tasks record one stream at once.", "CreateRecordTask, CN:45983, IN:37309"
    ),
    "generations-mixed": Kind(
        "error",
        "Deprecated live_records are used together with tasks or schedules.",
        "CreateRecordTask, CN:45983, IN:37309: not together with CreateLiveRecord",
    ),
    "site-mismatch": Kind(
        "error",
        "The API of this site has no parameter for a feature.",
        "RecordParam, CN:32614 against IN:30845",
        as_found=True,
    ),
    "bad-rrule": Kind(
        "error", "A recurrence is invalid, or has a part that schedules do not accept.", "RFC 5545, 3.3.10"
    ),
    "redundant-rule": Kind(
        "warning", "A rule has no effect: without it the same template records.", "feature guide: at most 50 rules"
    ),
    "overridden": Kind(
        "warning",
        "A stream-level rule overrides an app-level one; in other clouds it is the opposite.",
        "feature guide: priority table",
    ),
    "nothing-to-suppress": Kind(
        "warning", "A rule suppresses streams that no other rule records.", "feature guide: priority table"
    ),
    "recorded-twice": Kind(
        "warning",
        "A rule and a task record the same stream at the same time.",
        "feature guide: both record, and both cost",
    ),
    "kept-forever": Kind("warning", "Recordings are kept indefinitely.", "RecordParam.StorageTime 0, CN:32614"),
    "nearly-full": Kind(
        "warning", "At least 90 percent of a limit is used.", "feature guide: at most 50 rules and templates"
    ),
    "too-short": Kind("warning", "A recording is very short.", "feature guide: pushes under 10 s leave no file"),
    "assumed-time-zone": Kind(
        "warning",
        "A time without offset is read as UTC on the Chinese site.",
        "the API's times are Beijing time, CN:45983",
    ),
    "never-records": Kind("warning", "An entry will never record anything.", "RecordParam.Enable, CN:32614; RFC 5545"),
    "recording-loss": Kind(
        "warning", "A change ends or shortens a recording.", "feature guide: priority of templates; CN:45982, CN:32608"
    ),
    "acknowledgement-expired": Kind("warning", "An acknowledgement has expired.", _FORM),
    "cos-authorization": Kind(
        "warning",
        "Recordings go to a COS bucket, on which the live service must be authorized.",
        "Recording to COS, intl console guide, 2023-02-15",
    ),
    "files-overwritten": Kind(
        "warning", "Files of one stream in COS overwrite each other.", "RecordParam.CosBucketPath, CN:32614"
    ),
    "ignored-field": Kind("warning", "A field has no effect here.", "RecordParam, CN:32614"),
    "records-hls-forever": Kind(
        "warning",
        "A task without a template is recorded as HLS and kept indefinitely.",
        "CreateRecordTask, CN:45983, IN:37309",
    ),
    "no-callback": Kind(
        "warning",
        "No notification is sent for the files of a recording, or a callback template is not used.",
        "CreateLiveCallbackRule, CN:32638, IN:30816",
    ),
    "insecure-callback": Kind(
        "warning",
        "Others can read or forge the notifications of a callback template.",
        "delivery of callbacks, CN:32744, IN:38080",
    ),
    "wrong-account": Kind(
        "error", "The credentials belong to another account than the stack.", "GetCallerIdentity, CN:66098, IN:49453"
    ),
    "unknown-domain": Kind(
        "error",
        "The account does not have a domain, or it is a playback domain.",
        "DescribeLiveDomains, CN:33857, IN:35186",
    ),
    "protected": Kind("error", "A change would replace a recording that is protected until it ends.", _FORM),
}

ACCOUNT_ONLY = frozenset({"wrong-account", "unknown-domain", "protected"})
"""Findings that need the account: `check` never reports them."""
REVIEW_ONLY = frozenset({"recording-loss"})
"""Findings of plan reviews only; there they stop the deployment until they are acknowledged."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem in a stack file: its location, its id in CATALOG, and a sentence for the user.

    *live_values* are the paths of the values in question, if the account may hold them: it is no problem then, because
    consoles and older rules wrote what the API of today does not accept.
    """

    file: str
    line: int
    path: KeyPath
    id: str
    sentence: str
    live_values: tuple[KeyPath, ...] = ()

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

    def unless_live(self, *values: KeyPath) -> "Finding":
        """Return this finding as one that does not count if the account holds the *values* already; default: its path."""
        if not CATALOG[self.id].as_found:
            raise ValueError(self.id)
        return replace(self, live_values=values or (self.path,))

    def at(self, file: str, line: int) -> "Finding":
        """Return this finding with its file and line."""
        return replace(self, file=file, line=line)

    def sort_key(self) -> tuple[str, int, str, str, str]:
        """Return what findings are sorted by."""
        return self.file, self.line, self.path_text, self.id, self.sentence

    def __lt__(self, other: "Finding") -> bool:
        return self.sort_key() < other.sort_key()

    def __str__(self) -> str:
        location = f"{escaped(self.file)}:{self.line}: " if self.file else ""
        path = f"{self.path_text}: " if self.path else ""
        return f"{location}{path}{self.sentence} [{self.id}]"


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings sorted by file, line, path, id and sentence, which are formatted once for each."""
    return tuple(sorted(findings, key=Finding.sort_key))


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with severity error."""
    return tuple(finding for finding in findings if finding.severity == "error")


def format_path(path: KeyPath) -> str:
    """Return a path as users read and write it: `rules.studio.template`, `acknowledge[0].until`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{escaped(part)}" for part in path)
    return "".join(parts).removeprefix(".")
