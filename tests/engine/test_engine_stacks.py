"""Several stacks on one account through the real CLI: each knows its own objects, also after it was renamed."""

from pathlib import Path

from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject, steps

DOMAIN = "push.example.com"
STACK = f"""
templates:
  archive: {{mp4: {{storage_time: 30d}}}}
rules:
  everything: {{domain: {DOMAIN}, template: archive}}
  rehearsal: {{domain: {DOMAIN}, stream: rehearsal, record: false}}
tasks:
  final: {{domain: {DOMAIN}, app: live, stream: final, start: 2026-11-21T20:00, duration: 2h, template: archive}}
"""


def contents(account: Account) -> list[object]:
    """Return what the account holds."""
    return [account.state[section] for section in ("templates", "rules", "tasks")]


def test_stacks_and_projects_with_similar_names_keep_apart(tmp_path: Path, account: Account) -> None:
    """A stack whose name starts like another's, and a stack of another project: both see who owns a rule."""
    project = LiveProject(tmp_path / "ours", account)
    project.up(STACK)
    ours = contents(account)
    project.init("dev-eu")
    others = [(project, "dev-eu"), (LiveProject(tmp_path / "theirs", account, "live-recording-eu"), "dev")]
    for other, stack in others:
        assert "stack dev of project live-recording:" in other.refused(STACK, stack=stack)
        other.up(STACK.replace(DOMAIN, f"{stack}.example.com"), stack=stack)
    assert len(account.rules()) == 6

    for other, stack in others:
        other.run("destroy", "--yes", "--skip-preview", "--stack", stack)
    assert contents(account) == ours


def test_renamed_stack_keeps_its_objects(tmp_path: Path, account: Account) -> None:
    """After `pulumi stack rename` a refresh loses nothing, and templates get the new default names in place."""
    project = LiveProject(tmp_path, account)
    project.up(STACK)
    before = account.rules()
    project.run("stack", "rename", "prod", "--stack", "dev")
    new = f"rules:\n  new: {{domain: {DOMAIN}, app: new, template: archive}}\n"
    project.write(STACK.replace("rules:\n", new), "prod")
    project.run("refresh", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "prod")
    assert steps(project.plan(None, stack="prod")) == {"archive": "update", "no-record": "update", "new": "create"}
    account.changes()
    project.up(stack="prod")

    assert account.actions() == ["CreateLiveRecordRule", *["ModifyLiveRecordTemplate"] * 2]
    ids = {t["TemplateName"]: str(t["TemplateId"]) for t in account.state["templates"]}
    assert account.rules() == before | {(DOMAIN, "new", ""): ids["live-recording--prod--archive"]}
