"""The limits of an account through the real CLI: what does not fit is refused before anything changes."""

from pathlib import Path

from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject

DOMAIN = "push.example.com"
CREATE, DELETE = "CreateLiveRecordRule", "DeleteLiveRecordRule"


def stack(limit: int, *apps: str, **moved: str) -> str:
    """Return a stack file with this limit and a rule for each app; *moved* are other apps by key."""
    rules = (f"  rule-{app}: {{domain: {DOMAIN}, app: {moved.get(app, app)}, template: archive}}\n" for app in apps)
    return (
        f"limits: {{rules: {limit}}}\ntemplates:\n  archive: {{mp4: {{storage_time: 30d}}}}\nrules:\n{''.join(rules)}"
    )


def test_full_account_moves_a_rule_but_swaps_none(tmp_path: Path, account: Account) -> None:
    """Limits come from the stack file. At 3 of 3 a rule whose key changes moves in one `up`; a new entry is refused."""
    account.rule(account.template("by-hand"), DOMAIN, "by-hand")
    project = LiveProject(tmp_path, account)
    assert "too-many-rules" in project.refused(stack(3, "a", "b", "c"))
    project.up(stack(3, "a", "b"))
    account.changes()

    assert "too-many-rules" in project.refused(stack(3, "b", "c", "d"))
    project.up(stack(3, "a", "b", a="moved"))
    assert [(action, body["AppName"]) for action, body in account.changes()] == [(DELETE, "a"), (CREATE, "moved")]
    assert "too-many-rules" in project.refused(stack(2, "a", "b", "c"))
    project.up(stack(4, "a", "b", "c", a="moved"))
    assert len(account.rules()) == 4
