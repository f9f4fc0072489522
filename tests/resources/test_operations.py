"""Several operations of a stack, run by the engine double: what changed outside in between, and what other stacks own."""

import pytest

from live_recording.account.api_errors import ApiError
from live_recording.account.inventory import Conflict
from live_recording.config.files import read_settings
from live_recording.core.kinds import KindName
from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES
from live_recording.desired.declarations import desired_resources
from live_recording.stackfile.model import Stack as StackModel
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.engine_double import CheckFailed, Engine
from tests.support.entries import read_entry
from tests.support.provider_in_process import ProviderInProcess

DOMAIN, SECOND = "push.example.com", "second.example.com"
CREATE, DELETE = "CreateLiveRecordRule", "DeleteLiveRecordRule"
CREATE_TEMPLATE, DELETE_TEMPLATE = "CreateLiveRecordTemplate", "DeleteLiveRecordTemplate"


Entry = tuple[str, str, dict[str, object]]  # section, key and fields of a stack file's entry


class Stack:
    """A stack of project live-recording on the account."""

    def __init__(self, account: Account, name: str = "dev") -> None:
        self._settings = read_settings({"site": account.emulator.site}.get, account.environment)
        self._owner = StackRef("live-recording", name)
        self._engine = Engine()

    def up(self, *entries: Entry, refresh: bool = False) -> None:
        """Apply a stack file with these entries; no entries destroy everything."""
        sections: dict[str, dict[str, object]] = {}
        for section, key, fields in entries:
            sections.setdefault(section, {})[key] = fields
        model = read_entry(StackModel, sections)
        declared = desired_resources(model, self._owner, SITES["intl"], NOW).resources
        self._engine.up(self._provider(), declared, refresh=refresh)

    def refresh(self) -> None:
        """Read everything again."""
        self._engine.refresh(self._provider())

    def id(self, kind: KindName, name: str) -> str:
        """Return the id of a resource in the state."""
        return self._engine.state[kind, name].id

    def _provider(self) -> ProviderInProcess:
        return ProviderInProcess(self._settings, stack=self._owner)


def template(key: str, **fields: object) -> Entry:
    """Return a template's entry."""
    return "templates", key, fields


def rule(key: str, template_key: str | None, domain: str = DOMAIN, **fields: object) -> Entry:
    """Return a rule's entry."""
    return "rules", key, {"domain": domain, **fields} | ({"template": template_key} if template_key else {})


@pytest.fixture(name="stack")
def _stack(account: Account) -> Stack:
    return Stack(account)


def delete_rule(account: Account, domain: str, app: str = "") -> None:
    """Delete a rule outside Pulumi."""
    account.in_console(DELETE, DomainName=domain, AppName=app, StreamName="")


def test_rules_deleted_outside_cost_only_the_calls_that_are_left(stack: Stack, account: Account) -> None:
    """The retargeted one is one create, the removed one no call; the third is created after a refresh."""
    archive, clips = template("archive", mp4={}), template("clips", flv={})
    far = rule("far", "archive", SECOND)
    stack.up(archive, clips, rule("one", "archive", app="a"), rule("two", "archive", app="b"), far)
    for domain, app in ((DOMAIN, "a"), (DOMAIN, "b"), (SECOND, "")):
        delete_rule(account, domain, app)

    declared = (archive, clips, rule("one", "clips", app="a"), far)
    stack.up(*declared)
    assert [(action, body["AppName"]) for action, body in account.changes()] == [(CREATE, "a")]
    stack.up(*declared, refresh=True)
    assert [(action, body["DomainName"]) for action, body in account.changes()] == [(CREATE, SECOND)]
    stack.up(*declared, refresh=True)
    assert account.changes() == []


def test_template_deleted_outside_is_created_again_with_its_rules(stack: Stack, account: Account) -> None:
    """After a refresh one create for the template and one for each of its rules; nothing else is called."""
    declared = (
        template("archive", mp4={}),
        template("clips", flv={}),
        rule("one", "archive", app="a"),
        rule("two", "archive", app="b"),
        rule("kept", "clips", app="c"),
    )
    stack.up(*declared)
    for app in "ab":
        delete_rule(account, DOMAIN, app)
    account.in_console(DELETE_TEMPLATE, TemplateId=int(stack.id("template", "archive")))
    stack.refresh()
    stack.up(*declared)

    assert account.actions() == [CREATE, CREATE, CREATE_TEMPLATE]
    assert account.rules()[DOMAIN, "a", ""] == account.rules()[DOMAIN, "b", ""] == stack.id("template", "archive")


def test_rule_rebound_outside_returns_to_a_new_template(stack: Stack, account: Account) -> None:
    """A rule was bound to another template before ours was deleted: an update asks for a refresh, which repairs both."""
    stack.up(template("archive", mp4={}), rule("one", "archive"))
    theirs = account.template("by-hand")
    delete_rule(account, DOMAIN)
    account.rule(theirs, DOMAIN)
    account.in_console(DELETE_TEMPLATE, TemplateId=int(stack.id("template", "archive")))

    with pytest.raises((ApiError, Conflict), match="pulumi refresh"):
        stack.up(template("archive", mp4={"storage_time": "60d"}), rule("one", "archive"))
    assert account.changes() == []
    stack.refresh()
    stack.up(template("archive", mp4={}), rule("one", "archive"))
    assert account.actions() == [CREATE, CREATE_TEMPLATE, DELETE]
    assert account.rules() == {(DOMAIN, "", ""): stack.id("template", "archive")}


def test_rule_that_another_stack_bound_is_left_to_it(stack: Stack, account: Account) -> None:
    """A change and a delete are refused with the owner's name; after a refresh the rule is not this stack's any more."""
    archive, clips, prod = template("archive", mp4={}), template("clips", flv={}), Stack(account, "prod")
    stack.up(archive, clips, rule("all", "archive"))
    prod.up(template("archive", mp4={}))
    theirs = prod.id("template", "archive")
    delete_rule(account, DOMAIN)
    account.rule(theirs, DOMAIN)

    with pytest.raises(CheckFailed, match=rf"{theirs} .*stack prod of project live-recording"):
        stack.up(archive, clips, rule("all", "clips"))
    with pytest.raises(Conflict, match=f"points to template {theirs}"):
        stack.up()
    stack.refresh()
    with pytest.raises(CheckFailed, match="belongs to stack prod of project live-recording"):
        stack.up(archive, clips, rule("all", "archive"))
    account.changes()
    stack.up()
    assert account.actions() == [DELETE_TEMPLATE] * 2
    assert account.rules() == {(DOMAIN, "", ""): theirs}


def test_template_is_shared_under_a_name_of_its_own(stack: Stack, account: Account) -> None:
    """Another stack may use a template that has no default name, keeps it if it is renamed, and blocks its delete."""
    prod = Stack(account, "prod")
    stack.up(template("archive", mp4={}))
    theirs = stack.id("template", "archive")
    task: Entry = (
        "tasks",
        "final",
        {
            "domain": DOMAIN,
            "app": "a",
            "stream": "b",
            "start": "2026-11-21T20:00Z",
            "duration": "2h",
            "template_id": theirs,
        },
    )
    using = (rule("news", None, app="news", template_id=theirs), task)
    with pytest.raises(CheckFailed, match="belongs to stack dev of project live-recording"):
        prod.up(*using)

    stack.up(template("archive", template_name="shared", mp4={}))
    prod.up(*using)
    stack.up(template("archive", mp4={}))
    account.changes()
    prod.up(*using, refresh=True)
    assert account.changes() == []
    with pytest.raises((ApiError, Conflict), match=f"{DOMAIN}/news"):
        stack.up()
    prod.up()
    stack.up()
    assert (account.state["templates"], account.rules(), account.state["tasks"]) == ([], {}, [])


def test_replacement_with_a_lost_answer_leaves_the_old_live_record(stack: Stack, account: Account) -> None:
    """Whether the new recording exists is not known, so the known one is not ended."""
    fields: dict[str, object] = {"domain": DOMAIN, "stream": "final", "start": "2026-11-21T20:00Z", "duration": "2h"}
    stack.up(("live_records", "final", fields))
    account.changes()
    account.emulator.fault("CreateLiveRecord", "drop-after")

    with pytest.raises(Conflict, match="2026-11-21T23:00:00Z"):
        stack.up(("live_records", "final", {**fields, "duration": "3h"}))
    assert account.actions() == ["CreateLiveRecord"]
