"""The account guard, through the real provider host: credentials of another account change and empty nothing."""

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from live_recording.core.kinds import KindName
from live_recording.emulator import Emulator
from tests.support.clock import NOW
from tests.support.emulated_account import ACCOUNT, Account
from tests.support.engine_double import CheckFailed, ResourceState
from tests.support.provider_host import Host

OTHER = "100000000002"
OWN = "live-recording--dev--archive"
STREAM = {"domain": "push.example.com", "app": "live", "stream": "final"}
URL = "https://hooks.example.com/live/x7Kq"
TIMES = {"start": "2026-11-21T12:00:00Z", "end": "2026-11-21T14:00:00Z"}
KINDS: list[KindName] = ["template", "rule", "task", "live_record", "callback_template", "callback_rule"]


def _arguments(kind: KindName, template_id: str) -> dict[str, Any]:
    if kind == "template":
        return {"template_name": OWN, "mp4": {}}
    if kind == "callback_template":
        return {"template_name": OWN, "record_notify_url": URL}
    if kind in ("rule", "callback_rule"):
        return {"domain": "push.example.com", "template_id": template_id}
    return {**STREAM, **TIMES, **({"template_id": template_id} if kind == "task" else {})}


def _made(account: Account, kind: KindName) -> tuple[ResourceState, dict[str, Any]]:
    """Return a resource of account A, and its arguments; its rule or task uses an unmanaged template."""
    template_id = ""
    if kind in ("rule", "task"):
        template_id = account.template("shared")
    elif kind == "callback_rule":
        made = account.in_console("CreateLiveCallbackTemplate", TemplateName="shared", RecordNotifyUrl=URL)
        template_id = str(made["TemplateId"])
    arguments = _arguments(kind, template_id)
    with account.host() as host:
        return host.check_and_create(kind, **arguments), arguments


METHODS: dict[str, Callable[[Host, KindName, ResourceState, dict[str, Any]], object]] = {
    "check": lambda host, kind, live, arguments: host.check(kind, arguments, live.inputs),
    "diff": lambda host, kind, live, _: host.diff(kind, live, live.inputs),
    "read": lambda host, kind, live, _: host.read(kind, live),
    "update": lambda host, kind, live, _: host.update(kind, live, live.inputs),
    "delete": lambda host, kind, live, _: host.delete(kind, live),
}


@pytest.mark.parametrize("kind", KINDS)
def test_other_account_is_refused_by_every_method(account: Account, kind: KindName) -> None:
    """Nothing but the caller's identity is asked for, and the message names both accounts, not a refresh."""
    live, arguments = _made(account, kind)
    assert live.outputs["account"] == live.inputs["account"] == ACCOUNT
    with Emulator(now=NOW, account=OTHER) as emulator, Account(emulator).host() as host:
        for name, method in METHODS.items():
            with pytest.raises((grpc.RpcError, CheckFailed)) as refused:
                method(host, kind, live, arguments)
            text = refused.value.details() if isinstance(refused.value, grpc.RpcError) else str(refused.value)

            assert f"belong to account {OTHER}, but the stack's state is of account {ACCOUNT}" in text, name
            assert "[wrong-account]" in text, name
            assert "refresh" not in text, name
        assert [call["action"] for call in emulator.log] == ["GetCallerIdentity"]


@pytest.mark.parametrize("kind", KINDS)
def test_configured_account_comes_before_the_first_call(account: Account, kind: KindName) -> None:
    """With another account in the config, a create is refused too; the recording API sees no call."""
    arguments = _arguments(kind, "1001")
    account.emulator.clear_log()
    with account.host_with(account=OTHER) as host, pytest.raises(CheckFailed) as refused:
        host.check(kind, arguments)

    assert f"account {ACCOUNT}, but live-recording:account is {OTHER}" in str(refused.value)
    assert [call["action"] for call in account.emulator.log] == ["GetCallerIdentity"]


def test_configured_account_needs_an_answer(account: Account) -> None:
    """Without an answer of STS, a configured account stops every operation."""
    live, arguments = _made(account, "template")
    account.emulator.deny("GetCallerIdentity")
    account.emulator.clear_log()
    with account.host_with(account=ACCOUNT) as host:
        for name, method in METHODS.items():
            with pytest.raises(grpc.RpcError) as refused:
                method(host, "template", live, arguments)
            assert "account of these credentials is unknown" in refused.value.details(), name
    assert account.emulator.changes == []


def test_unreachable_sts_is_asked_twice(account: Account) -> None:
    """Not four times as in other reads: without a configured account the work continues after that."""
    account.emulator.fault("GetCallerIdentity", "http502-before", count=99)
    with account.host() as host:
        host.check("template", _arguments("template", ""))
    actions = [call["action"] for call in account.emulator.log]

    assert actions.count("GetCallerIdentity") == 2
    assert "DescribeLiveRecordTemplates" in actions
    with account.host_with(account=ACCOUNT) as host, pytest.raises(grpc.RpcError, match="credentials is unknown"):
        host.check("template", _arguments("template", ""))


def test_without_an_answer_the_templates_decide() -> None:
    """An object is gone only where a template of the stack, or the one it uses, shows that this is its account."""
    with Emulator(now=NOW) as first:
        live, _ = _made(Account(first), "template")
        rule, _ = _made(Account(first), "rule")
    with Emulator(now=NOW, denied={"GetCallerIdentity"}) as other:
        account = Account(other)
        for state, kind in ((live, "template"), (rule, "rule")):
            with account.host() as host, pytest.raises(grpc.RpcError, match="looks like another account"):
                host.read(kind, state)  # type: ignore[arg-type]
        same_id = account.template("of-another-user")
        with account.host() as host, pytest.raises(grpc.RpcError, match="looks like another account"):
            host.read("template", live)
        assert same_id == live.id
        account.template("live-recording--dev--other")
        with account.host() as host:
            assert host.read("rule", rule) is None
        with account.host() as host, pytest.raises(grpc.RpcError, match='named "of-another-user"'):
            host.delete("template", live)
        with account.host() as host, pytest.raises(grpc.RpcError, match='named "of-another-user"'):
            host.update("template", live, live.inputs)
        assert account.actions() == []


def test_state_of_an_older_version_gets_its_account_by_a_refresh(account: Account) -> None:
    """Neither a diff nor the inputs of a refresh show it; a missing object is not gone while the account is not sure."""
    live, _ = _made(account, "template")
    old = ResourceState(
        live.id,
        {name: value for name, value in live.inputs.items() if name != "account"},
        {name: value for name, value in live.outputs.items() if name != "account"},
    )
    with account.host() as host:
        assert host.diff("template", old, live.inputs) is None
        found = host.read("template", old)
        assert found
        assert found.inputs == old.inputs
        assert found.outputs == live.outputs
    with (
        Emulator(now=NOW, account=OTHER) as emulator,
        Account(emulator).host() as host,
        pytest.raises(grpc.RpcError, match="looks like another account"),
    ):
        host.read("template", old)
    account.in_console("DeleteLiveRecordTemplate", TemplateId=int(live.id))
    with account.host_with(account=ACCOUNT) as host:
        assert host.read("template", old) is None


def test_identity_is_asked_for_once(account: Account) -> None:
    """One process asks STS once, whatever it does."""
    live, arguments = _made(account, "template")
    account.emulator.clear_log()
    with account.host() as host:
        host.check("template", arguments, live.inputs)
        host.read("template", live)
        host.delete("template", live)

    assert [call["action"] for call in account.emulator.log].count("GetCallerIdentity") == 1


def test_renamed_template_is_not_updated(account: Account) -> None:
    """A template that has another name than the state says is neither changed nor deleted; a refresh tells first."""
    live, arguments = _made(account, "template")
    account.in_console("ModifyLiveRecordTemplate", TemplateId=int(live.id), TemplateName="renamed")
    with account.host() as host:
        inputs = host.check("template", {**arguments, "description": "new"}, live.inputs)
        with pytest.raises(grpc.RpcError, match=f'"renamed" in the account, but this stack\'s state has "{OWN}"'):
            host.update("template", live, inputs)
        with pytest.raises(grpc.RpcError, match='"renamed"'):
            host.delete("template", live)
        found = host.read("template", live)
        assert account.actions() == []
        assert found
        host.update("template", found, inputs)
        assert account.actions() == ["ModifyLiveRecordTemplate"]
