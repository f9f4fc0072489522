"""What a lifecycle works with: the account, the run, and the stack that asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from live_recording.account.conflicts import another_account
from live_recording.account.inventory import AccountInventory, Conflict
from live_recording.core.kinds import ACCOUNT, CALLBACK_KINDS, KindName, TemplateKind
from live_recording.core.stack_ref import DECLARE_AS_IT_IS, StackRef, adopt_command
from live_recording.core.text import quoted
from live_recording.core.vendor import CALLBACK_TEMPLATES, RULES, TEMPLATES
from live_recording.resources.run_registry import RunRegistry

Section = Literal["rules", "templates", "callback_templates"]
VENDOR_LIMITS: dict[Section, int] = {
    "rules": RULES,
    "templates": TEMPLATES,
    "callback_templates": CALLBACK_TEMPLATES,
}


@dataclass(frozen=True, slots=True)
class ProviderContext:
    """One request of the engine: everything that a lifecycle or an account check may use. Built once per request."""

    account: AccountInventory
    run: RunRegistry = field(default_factory=RunRegistry)
    stack: StackRef | None = None  # None: the host did not say which stack this is
    project: str = ""  # of this provider process, known even if the stack is not
    limit: Callable[[Section], int] = VENDOR_LIMITS.__getitem__
    """How many objects the account may hold, by the stack file; read when it matters."""

    @property
    def account_output(self) -> dict[str, str]:
        """The output that names the account; empty if it is unknown."""
        account = self.account.guard.account()
        return {ACCOUNT: account} if account else {}

    def require_same_account(self, state: Mapping[str, Any], what: str, kind: TemplateKind = "template") -> None:
        """Raise Conflict if *what* is missing and this may be another account than that of the *state*.

        Without an answer of STS, or with a state that names no account, the templates of this *kind* decide: the account
        must have the one that a rule or task uses, or one with a default name of this stack.
        """
        if self.account.guard.is_verified(str(state.get(ACCOUNT) or "")):
            return
        templates = self.account.named_templates(kind)
        used = "" if "template_name" in state else str(state.get("template_id") or "")
        if used not in templates and not any(self.has_own_name(live.name) for live in templates.values()):
            raise Conflict(another_account(what))

    def how_to_adopt(self, kind: KindName) -> str:
        """Return how an existing object of the kind is added to this stack, as the end of a sentence without a full stop."""
        return DECLARE_AS_IT_IS if kind in CALLBACK_KINDS else self._adopt_command

    @property
    def _adopt_command(self) -> str:
        """The command that adds existing objects to this stack."""
        return adopt_command(self.stack.stack if self.stack else "")

    def has_own_name(self, template_name: str) -> bool:
        """Return whether only this stack gives this default name; if the stack is not known, only this project."""
        owner = StackRef.of_template(template_name)
        if owner is None:
            return False
        return owner == self.stack if self.stack else owner.project == self.project

    def owning_stack(self, template_id: str, kind: TemplateKind = "template") -> StackRef | None:
        """Return the other stack that a template belongs to by its name, or None.

        What a resource of this run has is this stack's under any name: the stack may have been renamed.
        """
        owner = StackRef.of_template(self.account.template_name(template_id, kind))
        is_ours = self.stack is None or owner == self.stack or self.run.holds(kind, template_id)
        return None if is_ours else owner

    def describe_template(self, template_id: str, kind: TemplateKind = "template") -> str:
        """Return id, name and owner of a template as a message shows them."""
        name, owner = self.account.template_name(template_id, kind), self.owning_stack(template_id, kind)
        if not name:
            return template_id
        return f"{template_id} ({quoted(name)}{f' of stack {owner.description}' if owner else ''})"
