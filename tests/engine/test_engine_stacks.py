"""Several stacks on one account through the real CLI: what is another's is refused at plan time, and never touched."""

from pathlib import Path

import pytest

from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject, steps

DOMAIN = "push.example.com"
ARCHIVE = "templates:\n  archive: {mp4: {storage_time: 30d}}\n"
STACK = f"""{ARCHIVE}rules:
  everything: {{domain: {DOMAIN}, template: archive}}
  rehearsal: {{domain: {DOMAIN}, stream: rehearsal, record: false}}
tasks:
  final: {{domain: {DOMAIN}, app: live, stream: final, start: 2026-11-21T20:00, duration: 2h, template: archive}}
"""
NOTHING = ("--yes", "--skip-preview", "--expect-no-changes")


@pytest.fixture(name="project")
def _project(tmp_path: Path, account: Account) -> LiveProject:
    return LiveProject(tmp_path / "ours", account)


def named(account: Account, name: str) -> str:
    """Return the id of the live template of this name."""
    return next(str(t["TemplateId"]) for t in account.state["templates"] if t["TemplateName"] == name)


def held(account: Account) -> list[object]:
    """Return the objects of the account."""
    return [account.state[kind] for kind in ("templates", "rules", "tasks")]


def destroy(project: LiveProject, stack: str) -> str:
    """Run `destroy`; return the output of the CLI, whether it succeeds or not."""
    done = project.run("destroy", "--yes", "--skip-preview", "--stack", stack, check=False)
    return done.stdout + done.stderr


def test_stacks_and_projects_of_similar_names_are_distinguished(
    project: LiveProject, account: Account, tmp_path: Path
) -> None:
    """A stack whose name begins like another's, and one of another project: refused by the owner's name, then alone."""
    project.up(STACK)
    ours = held(account)
    project.init("dev-eu")
    others = [(project, "dev-eu"), (LiveProject(tmp_path / "theirs", account, "live-recording-eu"), "dev")]
    for other, stack in others:
        said = other.refused(STACK, stack=stack)
        assert "belongs to stack dev of project live-recording:" in said
        other.up(STACK.replace(DOMAIN, f"{stack}.example.com"), stack=stack)
        said = other.refused(STACK.replace(f"domain: {DOMAIN}, t", f"domain: {DOMAIN}, app: new, t"), stack=stack)
        assert "belongs to stack dev of project live-recording:" in said  # the rule that would move onto its key
    assert len(account.rules()) == 6

    for other, stack in others:
        destroy(other, stack)
    assert held(account) == ours
    project.run("refresh", *NOTHING, "--stack", "dev")


def test_template_is_shared_under_a_name_of_its_own(project: LiveProject, account: Account) -> None:
    """Its id is refused while it is called after its stack; who uses it keeps what is theirs, whatever it is called."""
    project.up(ARCHIVE)
    theirs = named(account, "live-recording--dev--archive")
    project.init("prod")
    using = f"rules:\n  news: {{domain: {DOMAIN}, app: news, template_id: {theirs}}}\n"
    using += f"tasks:\n  final: {{domain: {DOMAIN}, app: a, stream: b, start: 2026-11-21T20:00, duration: 2h, template_id: {theirs}}}\n"
    said = project.refused(using, stack="prod")
    assert f'Template {theirs} ("live-recording--dev--archive") belongs to stack dev of project live-r' in said

    project.up(ARCHIVE.replace("{mp4", "{template_name: shared, mp4"))
    project.up(using, stack="prod")
    project.up(ARCHIVE)
    project.run("refresh", *NOTHING, "--stack", "prod")
    project.run("preview", "--expect-no-changes", "--stack", "prod")
    assert f"it is used by rules for {DOMAIN}/news/*" in destroy(project, "dev")
    assert account.rules() == {(DOMAIN, "news", ""): theirs}
    destroy(project, "prod")
    destroy(project, "dev")
    assert held(account) == [[], [], []]


def test_rule_that_another_stack_took_is_left_to_it(project: LiveProject, account: Account) -> None:
    """To change it is refused by a plan, to delete it by the run; after a refresh it is no more ours."""
    two = f"{ARCHIVE}  clips: {{flv: {{}}}}\nrules:\n  all: {{domain: {DOMAIN}, template: archive}}\n"
    project.up(two)
    project.init("prod")
    project.up(ARCHIVE, stack="prod")
    theirs = named(account, "live-recording--prod--archive")
    account.by_hand("DeleteLiveRecordRule", DomainName=DOMAIN, AppName="", StreamName="")
    account.rule(theirs, DOMAIN)

    said = project.refused(two.replace(", template: archive", ", template: clips"))
    assert f'points to template {theirs} ("live-recording--prod--archive" of stack prod of project live-r' in said
    assert f"points to template {theirs}, but this stack created it" in destroy(project, "dev")
    project.run("refresh", "--yes", "--skip-preview", "--stack", "dev")
    assert "belongs to stack prod of project live-recording:" in project.refused(two)
    assert steps(project.plan(ARCHIVE)) == {"clips": "delete"}
    assert "error" not in destroy(project, "dev")
    assert account.rules() == {(DOMAIN, "", ""): theirs}


def test_renamed_stack_keeps_what_it_has(project: LiveProject, account: Account) -> None:
    """After `pulumi stack rename` templates are called after the new name, in place; a refresh before that loses nothing."""
    project.up(STACK)
    before = account.rules()
    project.run("stack", "rename", "prod", "--stack", "dev")
    project.write(
        STACK.replace("rules:\n", f"rules:\n  new: {{domain: {DOMAIN}, app: new, template: archive}}\n"), "prod"
    )
    project.run("refresh", *NOTHING, "--stack", "prod")
    assert steps(project.plan(None, stack="prod")) == {"archive": "update", "no-record": "update", "new": "create"}
    account.changes()
    project.up(stack="prod")

    assert account.actions() == ["CreateLiveRecordRule", *["ModifyLiveRecordTemplate"] * 2]
    archive = named(account, "live-recording--prod--archive")
    assert account.rules() == before | {(DOMAIN, "new", ""): archive}
