"""Rules through the genuine provider host, against the emulator: the calls made are the witness."""

from typing import NamedTuple

import grpc
import pytest

from live_recording.core.kinds import KindName
from tests.support.emulated_account import ACCOUNT, Account
from tests.support.engine_double import CheckFailed
from tests.support.provider_host import UNKNOWN

DOMAIN = "push.example.com"
KEY = {"domain": DOMAIN, "app": "studio", "stream": "camera"}
CREATE, DELETE = "CreateLiveRecordRule", "DeleteLiveRecordRule"


class Ids(NamedTuple):
    """Create two templates outside Pulumi."""

    one: str
    two: str


@pytest.fixture(name="ids")
def _ids(account: Account) -> Ids:
    return Ids(account.template("one"), account.template("two"))


def test_create_sends_all_three_key_parts(account: Account, ids: Ids) -> None:
    """App and stream are sent as empty strings where they are left out."""
    with account.host() as host:
        live = host.check_and_create("rule", domain=DOMAIN, template_id=ids.one)

    assert live.id == f"{DOMAIN}//"
    assert live.outputs == {"domain": DOMAIN, "app": "", "stream": "", "template_id": ids.one, "account": ACCOUNT}
    assert account.changes() == [
        (CREATE, {"DomainName": DOMAIN, "AppName": "", "StreamName": "", "TemplateId": int(ids.one)})
    ]


def test_ids_are_percent_encoded_and_keep_empty_parts(account: Account, ids: Ids) -> None:
    """A stream with symbols in its name has an id that reads back to the same key."""
    with account.host() as host:
        live = host.check_and_create("rule", domain=DOMAIN, stream="a:b%", template_id=ids.one)
    with account.host() as host:
        host.delete("rule", live)

    assert live.id == f"{DOMAIN}//a%3Ab%25"
    assert account.rules() == {}


def test_one_of_two_rules_on_a_domain_changes_alone(account: Account, ids: Ids) -> None:
    """Changing or deleting one rule never affects another rule of its domain, managed or not."""
    account.rule(ids.two, DOMAIN, "by-hand")
    with account.host() as host:
        first = host.check_and_create("rule", "first", domain=DOMAIN, app="a", template_id=ids.one)
        host.check_and_create("rule", "second", domain=DOMAIN, app="b", template_id=ids.one)
        account.changes()
        first = host.apply("rule", first, "first", domain=DOMAIN, app="a", template_id=ids.two)
    assert account.actions() == [CREATE, DELETE]
    with account.host() as host:
        host.delete("rule", first)

    assert account.rules() == {(DOMAIN, "b", ""): ids.one, (DOMAIN, "by-hand", ""): ids.two}


def test_identical_live_rule_is_adopted(account: Account, ids: Ids) -> None:
    """A rule that is already as declared is taken without a call."""
    account.rule(ids.one, **KEY)
    with account.host() as host:
        live = host.check_and_create("rule", **KEY, template_id=ids.one)

    assert live.id == f"{DOMAIN}/studio/camera"
    assert account.actions() == []


def test_different_live_rule_is_refused_by_check(account: Account, ids: Ids) -> None:
    """A key that points to another template is refused at plan time, with both sides named."""
    account.rule(ids.two, **KEY)
    with account.host() as host, pytest.raises(CheckFailed) as refused:
        host.check("rule", {**KEY, "template_id": ids.one})

    reason = refused.value.failures[0][1]
    adopt = "live-recording adopt --stack dev --out more.yaml"
    assert all(
        part in reason for part in (f"template {ids.one}", f"template {ids.two}", "studio/camera", adopt, "was:")
    )


def test_unknown_template_refuses_a_foreign_rule_too(account: Account, ids: Ids) -> None:
    """Before the template exists, a live rule with the key is not treated as ours."""
    account.rule(ids.two, **KEY)
    with account.host() as host, pytest.raises(CheckFailed):
        host.check("rule", {**KEY, "template_id": UNKNOWN})


def test_rule_left_by_a_killed_run_is_accepted_while_its_template_is_unknown(account: Account) -> None:
    """A live rule is ours if its template is one that a template of this run takes over."""
    mine = account.template("live-recording--dev--archive")
    account.rule(mine, **KEY)
    with account.host() as host:
        host.check("template", {"template_name": "live-recording--dev--archive", "mp4": {}})
        host.check("rule", {**KEY, "template_id": UNKNOWN})


def test_unknown_template_is_refused_by_check(account: Account) -> None:
    """A known template id must be one that the account has."""
    with account.host() as host, pytest.raises(CheckFailed, match="no template 4711"):
        host.check("rule", {**KEY, "template_id": "4711"})


def test_rule_of_another_stack_is_refused_and_the_owner_named(account: Account) -> None:
    """A live rule whose template carries another stack's name is not adopted, even where it is identical."""
    theirs = account.template("live-recording--prod--archive")
    account.rule(theirs, **KEY)
    with account.host("dev") as host, pytest.raises(CheckFailed, match="prod of project live-recording"):
        host.check("rule", {**KEY, "template_id": theirs})


@pytest.mark.parametrize("kind", ["rule", "task"])
def test_template_of_another_stack_is_refused_and_the_owner_named(account: Account, kind: KindName) -> None:
    """Its users would belong to the other stack, which could adopt and delete them. A custom name has no owner."""
    theirs = account.template("live-recording--prod--archive")
    wanted = {**KEY, "template_id": theirs} | ({"end": "2026-11-21T00:00Z"} if kind == "task" else {})
    with account.host("dev") as host, pytest.raises(CheckFailed, match="belongs to stack prod of project live-rec"):
        host.check(kind, wanted)
    account.in_console("ModifyLiveRecordTemplate", TemplateId=int(theirs), TemplateName="shared")
    with account.host("dev") as host:
        assert host.check(kind, wanted)["template_id"] == theirs


@pytest.mark.parametrize("app", ["studio", "elsewhere"], ids=["retargeted", "moved"])
@pytest.mark.parametrize("by", ["by-hand", "live-recording--prod--archive"])
def test_change_of_a_rule_that_was_bound_elsewhere_is_refused(account: Account, ids: Ids, by: str, app: str) -> None:
    """What the run could not change is said at plan time, with whose it is by now; unchanged it is no matter."""
    with account.host() as host:
        live = host.check_and_create("rule", **KEY, template_id=ids.one)
    account.in_console(DELETE, DomainName=DOMAIN, AppName="studio", StreamName="camera")
    account.rule(account.template(by), **KEY)
    with account.host() as host, pytest.raises(CheckFailed) as refused:
        host.check("rule", {**KEY, "app": app, "template_id": ids.two}, live.inputs)
    with account.host() as host:
        host.check("rule", {**KEY, "template_id": ids.one}, live.inputs)

    reason = refused.value.failures[0][1]
    assert by in reason
    assert ("of stack prod of project live-recording" in reason) is (by != "by-hand")
    assert (
        f'created it for template {ids.one} ("one"). It was changed outside this stack: run `pulumi refresh`' in reason
    )


def test_same_key_twice_is_refused(account: Account, ids: Ids) -> None:
    """Two declared rules never hold one object."""
    for stack in ("dev", ""):  # with and without what the engine tells about the resource
        with account.host(stack) as host:
            host.check("rule", {**KEY, "template_id": ids.one}, name="one")
            with pytest.raises(CheckFailed, match="duplicate-key"):
                host.check("rule", {**KEY, "template_id": ids.one}, name="two")


def test_same_key_twice_is_refused_while_templates_are_unknown(account: Account) -> None:
    """In the first preview the templates have no ids yet; keys are compared anyway."""
    with account.host() as host:
        host.check("rule", {**KEY, "template_id": UNKNOWN}, name="one")
        with pytest.raises(CheckFailed, match="duplicate-key"):
            host.check("rule", {**KEY, "template_id": UNKNOWN}, name="two")


def test_retarget_puts_the_old_rule_back_when_the_create_fails(account: Account, ids: Ids) -> None:
    """If the create is rejected, the old rule is restored, and the error says so."""
    with account.host() as host:
        live = host.check_and_create("rule", **KEY, template_id=ids.one)
        account.in_console("DeleteLiveRecordTemplate", TemplateId=int(ids.two))
        with pytest.raises(grpc.RpcError) as refused:
            host.update("rule", live, {**live.inputs, "template_id": ids.two})

    assert "again, which records these streams as before" in str(refused.value.details())
    assert account.rules() == {(DOMAIN, "studio", "camera"): ids.one}


def test_key_change_creates_first_where_there_is_room(account: Account, ids: Ids) -> None:
    """A moved rule is never away: the new key is bound before the old one is removed."""
    with account.host() as host:
        live = host.check_and_create("rule", **KEY, template_id=ids.one)
    with account.host() as host:
        moved = host.apply("rule", live, domain=DOMAIN, app="elsewhere", template_id=ids.one)
        host.delete("rule", live)

    assert moved.id == f"{DOMAIN}/elsewhere/"
    assert [action for action, _ in account.changes()] == [CREATE, CREATE, DELETE]
    assert account.rules() == {(DOMAIN, "elsewhere", ""): ids.one}


def test_key_change_deletes_first_where_places_are_scarce(account: Account, ids: Ids) -> None:
    """With fewer than ten free places a rule that moves gives its place up first, so that 50 of 50 can move."""
    for number in range(49):
        account.rule(ids.two, DOMAIN, f"app-{number}")
    with account.host() as host:
        live = host.check_and_create("rule", **KEY, template_id=ids.one)
    with account.host() as host:
        host.apply("rule", live, domain=DOMAIN, app="elsewhere", template_id=ids.one)

    assert [action for action, _ in account.changes()] == [CREATE, DELETE, CREATE]


def test_rule_that_a_hand_changed_is_not_deleted(account: Account, ids: Ids) -> None:
    """A rule that points elsewhere than the state says is left alone, with both values and the advice to refresh."""
    with account.host() as host:
        live = host.check_and_create("rule", **KEY, template_id=ids.one)
    account.in_console(DELETE, DomainName=DOMAIN, AppName="studio", StreamName="camera")
    account.rule(ids.two, **KEY)
    with account.host() as host, pytest.raises(grpc.RpcError) as refused:
        host.delete("rule", live)

    assert all(part in str(refused.value.details()) for part in (ids.one, ids.two, "pulumi refresh"))
    assert account.actions() == []


def test_delete_of_a_rule_that_is_gone_is_no_call(account: Account, ids: Ids) -> None:
    """What is not there need not be deleted."""
    with account.host() as host:
        live = host.check_and_create("rule", **KEY, template_id=ids.one)
    account.in_console(DELETE, DomainName=DOMAIN, AppName="studio", StreamName="camera")
    with account.host() as host:
        host.delete("rule", live)

    assert account.actions() == []


def test_delete_is_no_call_when_another_resource_of_the_run_has_the_rule(account: Account, ids: Ids) -> None:
    """A renamed entry is adopted under its new name, and the delete of the old name leaves it alone."""
    with account.host() as host:
        old = host.check_and_create("rule", "old-name", **KEY, template_id=ids.one)
    account.changes()
    with account.host() as host:
        new = host.check_and_create("rule", "new-name", **KEY, template_id=ids.one)
        host.delete("rule", old)

    assert new.id == old.id
    assert account.actions() == []


def test_read_shows_a_rule_that_points_elsewhere_as_drift(account: Account, ids: Ids) -> None:
    """A refresh finds the live template id in outputs and inputs."""
    with account.host() as host:
        live = host.check_and_create("rule", **KEY, template_id=ids.one)
    account.in_console(DELETE, DomainName=DOMAIN, AppName="studio", StreamName="camera")
    account.rule(ids.two, **KEY)
    with account.host() as host:
        found = host.read("rule", live)

    assert found is not None
    assert found.outputs["template_id"] == found.inputs["template_id"] == ids.two


@pytest.mark.parametrize("taken_by", ["nobody", "another stack"])
def test_read_of_a_rule_that_is_gone_or_taken_is_gone(account: Account, ids: Ids, taken_by: str) -> None:
    """A rule that now belongs to another stack is as gone as a deleted one."""
    with account.host() as host:
        live = host.check_and_create("rule", **KEY, template_id=ids.one)
    account.in_console(DELETE, DomainName=DOMAIN, AppName="studio", StreamName="camera")
    if taken_by == "another stack":
        account.rule(account.template("live-recording--prod--x"), **KEY)
    with account.host() as host:
        assert host.read("rule", live) is None


def test_read_of_a_rule_whose_template_became_another_stacks_is_as_it_was(account: Account, ids: Ids) -> None:
    """A rule that points where this stack bound it is this stack's, whatever the template is called by now."""
    with account.host() as host:
        live = host.check_and_create("rule", **KEY, template_id=ids.one)
    account.in_console("ModifyLiveRecordTemplate", TemplateId=int(ids.one), TemplateName="live-recording--prod--x")
    with account.host() as host:
        assert host.read("rule", live) == live
        host.check("rule", {**KEY, "template_id": ids.one}, live.inputs)


def test_45_by_hand_and_6_declared_are_refused_with_the_numbers(account: Account, ids: Ids) -> None:
    """The sixth check says how many there are, how many are added, and how many are allowed."""
    for number in range(45):
        account.rule(ids.two, DOMAIN, f"app-{number}")
    with account.host() as host:
        for number in range(5):
            host.check("rule", {"domain": DOMAIN, "app": f"new-{number}", "template_id": ids.one}, name=str(number))
        with pytest.raises(CheckFailed, match=r"has 45 of 50 rules.*at least 6 more.*limits\.rules"):
            host.check("rule", {"domain": DOMAIN, "app": "new-5", "template_id": ids.one}, name="5")

    assert account.actions() == []


@pytest.mark.parametrize("field", ["domain", "app", "stream"])
def test_unknown_part_of_a_key_is_not_judged(account: Account, ids: Ids, field: str) -> None:
    """While a part of the key is not known yet, the rest is checked anyway."""
    with account.host() as host:
        assert host.check("rule", {**KEY, "template_id": ids.one, field: UNKNOWN})["template_id"] == ids.one
        with pytest.raises(CheckFailed, match="no template 4711"):
            host.check("rule", {**KEY, "template_id": "4711", field: UNKNOWN}, name="other")
