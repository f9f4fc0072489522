"""Callback rules through the genuine provider host, against the emulator: the calls made are the witness."""

from typing import Any

import grpc
import pytest

from live_recording.emulator import Emulator
from live_recording.emulator.domains import Domain
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.engine_double import CheckFailed, ResourceState
from tests.support.provider_host import UNKNOWN, Host

DOMAIN = "push.example.com"
CREATE, DELETE = "CreateLiveCallbackRule", "DeleteLiveCallbackRule"


def _template(account: Account, name: str = "newsroom") -> str:
    url = "https://hooks.example.com/live/x7Kq"
    return str(account.in_console("CreateLiveCallbackTemplate", TemplateName=name, RecordNotifyUrl=url)["TemplateId"])


def _in_console(account: Account, template_id: str, app: str = "") -> None:
    account.in_console(CREATE, DomainName=DOMAIN, AppName=app, TemplateId=int(template_id))


def _rules(account: Account) -> dict[tuple[str, str], str]:
    return {(rule["DomainName"], rule["AppName"]): str(rule["TemplateId"]) for rule in account.state["callback_rules"]}


def _made(account: Account, template_id: str, **arguments: Any) -> ResourceState:
    with account.host() as host:
        live = host.check_and_create("callback_rule", domain=DOMAIN, template_id=template_id, **arguments)
    account.emulator.clear_log()
    return live


@pytest.mark.parametrize(("app", "id_"), [("", f"{DOMAIN}/"), ("live", f"{DOMAIN}/live"), ("a+b", f"{DOMAIN}/a%2Bb")])
def test_whole_life(account: Account, app: str, id_: str) -> None:
    """Domain and app are always sent, an empty app too; read and diff see no change; delete sends the key."""
    template_id = _template(account)
    with account.host() as host:
        live = host.check_and_create("callback_rule", domain=DOMAIN, app=app, template_id=template_id)
        assert account.changes() == [(CREATE, {"DomainName": DOMAIN, "AppName": app, "TemplateId": int(template_id)})]
    with account.host() as host:
        found = host.read("callback_rule", live)
        assert found == live
        assert host.diff("callback_rule", found, live.inputs) is None
        host.delete("callback_rule", live)

    assert live.id == id_
    assert account.changes() == [(DELETE, {"DomainName": DOMAIN, "AppName": app})]
    assert _rules(account) == {}


def test_change_of_template_deletes_and_creates(account: Account) -> None:
    """The rule points to the new template."""
    first, second = _template(account), _template(account, "desk")
    live = _made(account, first)
    with account.host() as host:
        host.apply("callback_rule", live, domain=DOMAIN, template_id=second)

    assert [action for action, _ in account.changes()] == [DELETE, CREATE]
    assert _rules(account) == {(DOMAIN, ""): second}


def test_old_template_is_restored(account: Account) -> None:
    """If the create fails the rule points to its old template again, and the message says so."""
    first, second = _template(account), _template(account, "desk")
    live = _made(account, first)
    account.emulator.fault(CREATE, "internal-error", code="InvalidParameter")
    with account.host() as host, pytest.raises(grpc.RpcError) as failed:
        host.apply("callback_rule", live, domain=DOMAIN, template_id=second)

    assert (
        f"The rule points to its old callback template {first} again, and notifications are sent as before."
        in failed.value.details()
    )
    assert (
        f"The callback rule for {DOMAIN}/* could not be pointed to callback template {second}" in failed.value.details()
    )
    assert _rules(account) == {(DOMAIN, ""): first}


def test_change_of_key_creates_first(account: Account) -> None:
    """Another app is another rule; the old one is deleted afterwards."""
    template_id = _template(account)
    live = _made(account, template_id)
    with account.host() as host:
        new = host.apply("callback_rule", live, domain=DOMAIN, app="live", template_id=template_id)
        assert _rules(account) == {(DOMAIN, ""): template_id, (DOMAIN, "live"): template_id}
        host.delete("callback_rule", live)

    assert new.id == f"{DOMAIN}/live"
    assert _rules(account) == {(DOMAIN, "live"): template_id}


def test_identical_rule_is_adopted(account: Account) -> None:
    """Nothing is sent; afterwards it is this resource's, also if another entry of the run leaves the key."""
    template_id = _template(account)
    _in_console(account, template_id)
    old = ResourceState(f"{DOMAIN}/", {}, {"domain": DOMAIN, "app": "", "template_id": template_id})
    with account.host() as host:
        host.check_and_create("callback_rule", domain=DOMAIN, template_id=template_id)
        host.delete("callback_rule", old)

    assert account.actions() == []
    assert _rules(account) == {(DOMAIN, ""): template_id}


def test_key_of_another_template_is_refused(account: Account) -> None:
    """Both templates and how to adopt it are named, while the own template is unknown too."""
    theirs, ours = _template(account, "theirs"), _template(account, "ours")
    _in_console(account, theirs)
    for wanted in (ours, UNKNOWN):
        with account.host() as host, pytest.raises(CheckFailed) as refused:
            host.check("callback_rule", {"domain": DOMAIN, "template_id": wanted})
        text = str(refused.value)
        assert f"The account already has a callback rule for {DOMAIN}/*." in text
        assert f'It points to callback template {theirs} ("theirs")' in text
        assert "declare it exactly as it is" in text


def test_template_of_another_stack_is_refused_and_the_owner_named(account: Account) -> None:
    """Neither its template nor a rule that has it is taken over."""
    theirs = _template(account, "live-recording--prod--newsroom")
    with account.host() as host, pytest.raises(CheckFailed, match="belongs to stack prod of"):
        host.check("callback_rule", {"domain": DOMAIN, "template_id": theirs})
    _in_console(account, theirs)
    with account.host() as host, pytest.raises(CheckFailed, match=r"callback rule for .* belongs to stack prod"):
        host.check("callback_rule", {"domain": DOMAIN, "template_id": _template(account)})


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown-template": ({"domain": DOMAIN, "template_id": "1001"}, "The account has no callback template 1001"),
    "no-template": ({"domain": DOMAIN}, "missing-field"),
    "unknown-domain": ({"domain": "other.example.com", "template_id": UNKNOWN}, "unknown-domain"),
    "playback": ({"domain": "play.example.com", "template_id": UNKNOWN}, "unknown-domain"),
}


@pytest.mark.parametrize(("arguments", "words"), WRONG.values(), ids=WRONG)
def test_wrong_arguments_are_found(arguments: dict[str, Any], words: str) -> None:
    """Template and domain must exist; the id of a recording template is no callback template."""
    domains = (Domain(name=DOMAIN), Domain(name="play.example.com", playback=True))
    with Emulator(now=NOW, domains=domains) as emulator:
        account = Account(emulator)
        account.template("recording")
        with account.host() as host, pytest.raises(CheckFailed, match=words):
            host.check("callback_rule", arguments)


def test_two_rules_of_one_key_are_refused(account: Account) -> None:
    """A second resource for the same domain and app is a finding."""
    template_id = _template(account)
    with account.host() as host:
        host.check("callback_rule", {"domain": DOMAIN, "template_id": template_id}, name="a")
        with pytest.raises(CheckFailed, match=f'Another callback rule of this stack is declared for "{DOMAIN}/"'):
            host.check("callback_rule", {"domain": DOMAIN, "template_id": template_id}, name="b")


def test_rule_changed_outside_is_not_touched(account: Account) -> None:
    """Neither change nor delete happens while it points to another template than the state says; a refresh shows that."""
    first, second, third = _template(account), _template(account, "desk"), _template(account, "theirs")
    live = _made(account, first)
    account.in_console(DELETE, DomainName=DOMAIN, AppName="")
    _in_console(account, third)
    with account.host() as host:
        found = host.read("callback_rule", live)
        with pytest.raises(CheckFailed, match="was changed outside this stack"):
            host.check("callback_rule", {"domain": DOMAIN, "template_id": second}, live.inputs)
        with pytest.raises(grpc.RpcError, match=f"callback rule for .* points to callback template {third}"):
            host.delete("callback_rule", live)

    assert found is not None
    assert found.inputs["template_id"] == third
    assert account.actions() == []


def test_rule_of_another_stacks_template_is_gone(account: Account) -> None:
    """A rule that another stack has taken over is not this stack's any more."""
    live = _made(account, _template(account))
    account.in_console(DELETE, DomainName=DOMAIN, AppName="")
    _in_console(account, _template(account, "live-recording--prod--newsroom"))
    with account.host() as host:
        assert host.read("callback_rule", live) is None


@pytest.mark.parametrize("kind", ["drop-before", "drop-after", "http502-before", "http502-after", "cut-body"])
def test_lost_answers(account: Account, kind: str) -> None:
    """Create and delete look before they send again."""
    template_id = _template(account)
    account.emulator.fault(CREATE, kind)
    account.emulator.fault(DELETE, kind)
    live = _made(account, template_id)
    assert _rules(account) == {(DOMAIN, ""): template_id}
    with account.host() as host:
        host.delete("callback_rule", live)

    assert _rules(account) == {}
    carried_out = kind in ("drop-after", "http502-after", "cut-body")
    assert len(account.actions()) == (1 if carried_out else 2)


def test_stack_without_callbacks_never_asks_for_them(account: Account) -> None:
    """The lists of callbacks are read only for callback resources."""

    def whole_life(host: Host) -> None:
        template = host.check_and_create("template", template_name="live-recording--dev--a", mp4={})
        rule = host.check_and_create("rule", domain=DOMAIN, template_id=template.id)
        host.read("template", template)
        host.read("rule", rule)
        host.delete("rule", rule)
        host.delete("template", template)

    with account.host() as host:
        whole_life(host)

    assert [call["action"] for call in account.emulator.log if "Callback" in call["action"]] == []
