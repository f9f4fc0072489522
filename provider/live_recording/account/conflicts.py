"""Conflicts between what a stack wants and what the account holds: what they are, and how each one is reported.

Checks, deployments and reviews report the same conflict with the same words.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from live_recording.core.streams import StreamKey
from live_recording.core.text import capitalize, quoted

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

    def message(self, describe: Describe) -> str:
        """Return what is wrong and what to do."""
        return f"The account no longer has template {describe(self.template_id)}. Run `pulumi refresh`, then `pulumi up` creates it again."


@dataclass(frozen=True, slots=True)
class TemplateRenamed:
    """A template that must be changed or deleted has another name than the state remembers."""

    template_id: str
    live: str
    remembered: str

    def message(self, describe: Describe) -> str:
        """Return what is wrong and what to do."""
        return (
            f"Template {describe(self.template_id)} is named {quoted(self.live)} in the account, but this stack's state "
            f"has {quoted(self.remembered)}. It was renamed outside this stack, or it is a template of another account: "
            "check the account with `live-recording doctor`, then run `pulumi refresh` and review the difference."
        )


@dataclass(frozen=True, slots=True)
class TemplateInUse:
    """A template that must be deleted is used by rules that stay, or by relay tasks."""

    template_id: str
    users: tuple[StreamKey, ...]  # empty: no rule uses it
    relays: str = ""  # a sentence that names the relay tasks; "": the account lists none

    def message(self, describe: Describe) -> str:
        """Return what is wrong and what to do."""
        if not self.users:
            users = self.relays or (
                "It is used by something that is no rule, such as a relay task. List these with `live-recording audit`, and "
                "give them another template."
            )
            return f"Template {describe(self.template_id)} cannot be deleted. {users}"
        users = ", ".join(sorted(map(str, self.users)))
        return (
            f"Template {describe(self.template_id)} cannot be deleted: it is used by rules for {users}. "
            "Delete those rules or point them to another template, then run again."
        )


@dataclass(frozen=True, slots=True)
class RuleKeyTaken:
    """The key of a rule that must be created is used by a rule that points to another template."""

    key: StreamKey
    live: str
    wanted: str | None  # None: a template that does not exist yet

    def message(self, describe: Describe, advice: str = REMOVE) -> str:
        """Return what is wrong and what to do."""
        wanted = f"template {describe(self.wanted)}" if self.wanted else "a template that is still to be created"
        return (
            f"The account already has a rule for {self.key}. It points to template {describe(self.live)}; "
            f"this one needs {wanted}. {advice}"
        )


@dataclass(frozen=True, slots=True)
class RuleChangedOutside:
    """A rule that must be changed or deleted points to another template than the one this stack gave it."""

    key: StreamKey
    live: str | None
    expected: str

    def message(self, describe: Describe) -> str:
        """Return what is wrong and what to do."""
        live = f"points to template {describe(self.live)}" if self.live else "is gone"
        return (
            f"The rule for {self.key} {live}, but this stack created it for template {describe(self.expected)}. "
            "It was changed outside this stack: run `pulumi refresh` and review the difference first."
        )


Conflict = TemplateMissing | TemplateRenamed | TemplateInUse | RuleKeyTaken | RuleChangedOutside


def in_use(template_id: str, users: Iterable[StreamKey], relays: str = "") -> TemplateInUse:
    """Return the conflict of a template that *users* still need, or the relay tasks that the sentence *relays* names."""
    return TemplateInUse(template_id, tuple(sorted(users)), relays)


def another_account(what: str) -> str:
    """Return the message of an object that is missing in an account which may not be the one of the state."""
    return (
        f"{capitalize(what)} is not in the account of these credentials, and nothing shows that this is the account of "
        "the stack's state: this looks like another account. Nothing was changed. Check the credentials with "
        "`live-recording doctor`. If the account is right, name it: pulumi config set live-recording:account ID"
    )


def over_quota_during_deployment(section: str, peak: int, allowed: int) -> str:
    """Return the message of a plan for which the account temporarily has too few slots."""
    return (
        f"{section}: the account would hold {peak} {section} during the deployment, but {allowed} are allowed. "
        f"Delete some in an earlier deployment, or raise limits.{section} in the stack file if the vendor has raised it."
    )
