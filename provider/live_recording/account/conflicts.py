"""Conflicts between what a stack wants and what the account holds: what they are, and how each one is reported.

Checks, deployments and reviews report the same conflict with the same words.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from live_recording.core.kinds import NOUN_OF, TEMPLATE_OF, RuleKind, TemplateKind
from live_recording.core.streams import CallbackKey, RuleKey
from live_recording.core.text import capitalize, quoted
from live_recording.core.timefmt import rfc3339

Describe = Callable[[str], str]
"""A template id -> the template as a message names it."""

UNKNOWN_TEMPLATE_IN_PLAN = "The plan does not say which template this rule gets. Run `pulumi preview --json` again."
RENAMED = "If you renamed the entry, add `was: OLD-KEY` to it. Otherwise remove that rule, or adopt it: {adopt}"
LEAVES_LATER = "If another entry leaves this key, deploy that change first. Otherwise remove that rule."
REMOVE_OR_ADOPT = "Remove that rule, or adopt it: {adopt}"
REMOVE = "Remove that rule."


@dataclass(frozen=True, slots=True)
class TemplateMissing:
    """A template that must be changed is not in the account."""

    template_id: str
    kind: TemplateKind = "template"

    def message(self, describe: Describe) -> str:
        """Return what is wrong and what to do."""
        return f"The account no longer has {NOUN_OF[self.kind]} {describe(self.template_id)}. Run `pulumi refresh`, then `pulumi up` creates it again."


@dataclass(frozen=True, slots=True)
class TemplateRenamed:
    """A template that must be changed or deleted has another name than the state remembers."""

    template_id: str
    live: str
    remembered: str
    kind: TemplateKind = "template"

    def message(self, describe: Describe) -> str:
        """Return what is wrong and what to do."""
        return (
            f"{capitalize(NOUN_OF[self.kind])} {describe(self.template_id)} is named {quoted(self.live)} in the account, but this stack's state "
            f"has {quoted(self.remembered)}. It was renamed outside this stack, or it is a template of another account: "
            "check the account with `live-recording doctor`, then run `pulumi refresh` and review the difference."
        )


@dataclass(frozen=True, slots=True)
class TemplateInUse:
    """A template that must be deleted is used by rules that stay, or by relay tasks."""

    template_id: str
    users: tuple[RuleKey, ...]  # empty: no rule uses it
    others: str = ""  # a sentence that names other users, such as relay tasks; "": none is listed
    kind: TemplateKind = "template"

    def message(self, describe: Describe) -> str:
        """Return what is wrong and what to do."""
        template = f"{capitalize(NOUN_OF[self.kind])} {describe(self.template_id)}"
        if not self.users:
            users = self.others or (
                "It is used by something that is no rule, such as a relay task. List these with `live-recording audit`, and "
                "give them another template."
            )
            return f"{template} cannot be deleted. {users}"
        users = ", ".join(sorted(map(str, self.users)))
        return (
            f"{template} cannot be deleted: it is used by rules for {users}. "
            "Delete those rules or point them to another template, then run again."
        )


@dataclass(frozen=True, slots=True)
class RuleKeyTaken:
    """The key of a rule that must be created is used by a rule that points to another template."""

    key: RuleKey
    live: str
    wanted: str | None  # None: a template that does not exist yet

    def message(self, describe: Describe, advice: str = REMOVE) -> str:
        """Return what is wrong and what to do."""
        kind = rule_kind(self.key)
        template = NOUN_OF[TEMPLATE_OF[kind]]
        wanted = f"{template} {describe(self.wanted)}" if self.wanted else f"a {template} that is still to be created"
        return (
            f"The account already has a {NOUN_OF[kind]} for {self.key}. It points to {template} {describe(self.live)}; "
            f"this one needs {wanted}. {advice}"
        )


@dataclass(frozen=True, slots=True)
class RuleChangedOutside:
    """A rule that must be changed or deleted points to another template than the one this stack gave it."""

    key: RuleKey
    live: str | None
    expected: str

    def message(self, describe: Describe) -> str:
        """Return what is wrong and what to do."""
        kind = rule_kind(self.key)
        template = NOUN_OF[TEMPLATE_OF[kind]]
        live = f"points to {template} {describe(self.live)}" if self.live else "is gone"
        return (
            f"The {NOUN_OF[kind]} for {self.key} {live}, but this stack created it for {template} {describe(self.expected)}. "
            "It was changed outside this stack: run `pulumi refresh` and review the difference first."
        )


@dataclass(frozen=True, slots=True)
class Protected:
    """A recording that must be deleted or replaced is protected until it ends."""

    end: datetime

    @property
    def sentence(self) -> str:
        """Return what is wrong and what to do."""
        return (
            f"It is protected until it ends, at {rfc3339(self.end)}. To delete or replace it earlier, first deploy the "
            "entry unchanged, without `protect`."
        )

    def message(self, _: Describe) -> str:
        """Return the sentence, which describes no template."""
        return self.sentence


Conflict = TemplateMissing | TemplateRenamed | TemplateInUse | RuleKeyTaken | RuleChangedOutside | Protected


def rule_kind(key: RuleKey) -> RuleKind:
    """Return the kind of the rule that has this key."""
    return "callback_rule" if isinstance(key, CallbackKey) else "rule"


def in_use(
    template_id: str, users: Iterable[RuleKey], others: str = "", kind: TemplateKind = "template"
) -> TemplateInUse:
    """Return the conflict of a template that *users* still need, or what the sentence *others* names."""
    return TemplateInUse(template_id, tuple(sorted(users, key=lambda key: key.parts)), others, kind)


def another_account(what: str) -> str:
    """Return the message of an object that is missing in an account which may not be the one of the state."""
    return (
        f"{capitalize(what)} is not in the account of these credentials, and nothing shows that this is the account of "
        "the stack's state: this looks like another account. Nothing was changed. Check the credentials with "
        "`live-recording doctor`. If the account is right, name it: pulumi config set live-recording:account ID"
    )


def find_protection(recording: Mapping[str, Any], now: datetime) -> Protected | None:
    """Return the conflict of a recording that is protected and not over, else None.

    Args:
        recording: Its inputs or its state. Only the state has the end of every live record.
        now: The time.
    """
    end = recording.get("ends_at") or recording.get("end")
    if not recording.get("protect") or not end:
        return None
    protection = Protected(datetime.fromisoformat(end))
    return protection if protection.end > now else None


def over_quota_during_deployment(section: str, peak: int, allowed: int) -> str:
    """Return the message of a plan for which the account temporarily has too few slots."""
    return (
        f"{section}: the account would hold {peak} {section} during the deployment, but {allowed} are allowed. "
        f"Delete some in an earlier deployment, or raise limits.{section} in the stack file if the vendor has raised it."
    )
