"""The content and the settings of one account. Nothing here rejects a call.

Stored objects are replaced, never changed in place, so a caller's copy stays as it was.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from live_recording.emulator.assumptions import DEFAULT, Assumptions
from live_recording.emulator.clock import Clock
from live_recording.emulator.domains import Domain
from live_recording.emulator.messages import Fields
from live_recording.emulator.sites import Site

FIRST_TEMPLATE_ID = 1001
FIRST_CALLBACK_TEMPLATE_ID = 3001
FIRST_LIVE_RECORD_ID = 100_000_001
FIRST_V2_RECORD_ID = 1
FIRST_FILE_ID = 5_285_890_800_000_000_001

RuleKey: TypeAlias = tuple[str, str, str]
"""A rule's identity: DomainName, AppName, StreamName; the vendor gives rules no id (CN:32615)."""

CallbackRuleKey: TypeAlias = tuple[str, str]
"""A callback rule's identity: DomainName and AppName (CN:32638)."""


@dataclass(frozen=True, kw_only=True)
class AccountSettings:
    """The limits of an account, and what is assumed where no source settles it."""

    site: Site
    account_id: str = "100000000001"
    """The main account's number (UIN)."""
    domains: tuple[Domain, ...] | None = None
    """The domains that exist; None: the key may not list them."""
    templates: int = 50
    """Templates at most (IN:30845)."""
    rules: int = 50
    """Rules at most (feature guide, intl)."""
    callback_templates: int = 50
    """Callback templates at most (CN:32637)."""
    callback_rules: int | None = None
    """Callback rules at most; no number is published, so none by default."""
    running_tasks: int | None = None
    """Tasks that record at once; no number is published, so none by default."""
    live_records_a_day: int = 4000
    """Scheduled records of the deprecated family that a day may see created (CN:30148)."""
    running_live_records: int = 400
    """Scheduled records of that family at once (CN:30148)."""
    page: int = 100
    """Tasks in one answer of DescribeRecordTask; assumed, the real size is not published."""
    assumptions: Assumptions = DEFAULT


@dataclass
class Account:
    """All state of one account, in the API's field names."""

    settings: AccountSettings
    clock: Clock
    last_template_id: int = FIRST_TEMPLATE_ID - 1
    templates: dict[int, Fields] = field(default_factory=dict)
    rules: dict[RuleKey, Fields] = field(default_factory=dict)
    tasks: dict[str, Fields] = field(default_factory=dict)
    last_callback_template_id: int = FIRST_CALLBACK_TEMPLATE_ID - 1
    callback_templates: dict[int, Fields] = field(default_factory=dict)
    callback_rules: dict[CallbackRuleKey, Fields] = field(default_factory=dict)
    last_live_record_id: int = FIRST_LIVE_RECORD_ID - 1
    live_records: dict[int, Fields] = field(default_factory=dict)
    last_v2_record_id: int = FIRST_V2_RECORD_ID - 1
    v2_records: dict[int, Fields] = field(default_factory=dict)
    relays: list[Fields] = field(default_factory=list)
    pushes: list[Fields] = field(default_factory=list)
    last_file_id: int = FIRST_FILE_ID - 1
    files: dict[str, Fields] = field(default_factory=dict)
    """The files of recordings, by FileId."""
    notifications: dict[str, Fields] = field(default_factory=dict)
    """The notifications of callbacks, by what they report; in the order of their events."""
    reported_pushes: set[int] = field(default_factory=set)
    """The numbers of pushes of which everything is reported."""
    reported_files: set[str] = field(default_factory=set)

    @property
    def assumed(self) -> Assumptions:
        """Return how questions are settled that no source answers."""
        return self.settings.assumptions

    def has_domain(self, name: str) -> bool:
        """Return whether the domain exists; an account whose domains are not named has all."""
        domains = self.settings.domains
        return domains is None or name.lower() in {domain.name.lower() for domain in domains}


def rule_key(rule: Fields) -> RuleKey:
    """Return the identity of a stored rule."""
    return rule["DomainName"], rule["AppName"], rule["StreamName"]


def task_order(task: Fields) -> tuple[int, str]:
    """Return the sort key of task lists; assumed (the vendor's sample ascends by StartTime)."""
    return task["StartTime"], task["TaskId"]
