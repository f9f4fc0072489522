"""Callback templates through the genuine provider host, against the emulator: the calls made are the witness."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from live_recording.account.callback_mapping import ANOTHER_KEY
from live_recording.emulator import Emulator
from live_recording.emulator.assumptions import Assumptions
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.engine_double import CheckFailed, ResourceState
from tests.support.provider_host import UNKNOWN

OWN = "live-recording--dev--newsroom"
URL, OTHER = "https://hooks.example.com/live/x7Kq", "https://hooks.example.com/other"
KEY, NEW_KEY = "CanaryCanary0123456789", "SecondCanary9876543210"
CREATE, MODIFY, DELETE = (f"{verb}LiveCallbackTemplate" for verb in ("Create", "Modify", "Delete"))


def _live(account: Account, template_id: str) -> dict[str, Any]:
    return account.emulator.service.account.callback_templates[int(template_id)]


def _in_console(account: Account, name: str, **fields: object) -> str:
    made = account.in_console(CREATE, TemplateName=name, **({"RecordNotifyUrl": URL} | fields))
    return str(made["TemplateId"])


def _made(account: Account, **arguments: Any) -> ResourceState:
    with account.host() as host:
        live = host.check_and_create("callback_template", template_name=OWN, **arguments)
    account.emulator.clear_log()
    return live


def _updated(account: Account, live: ResourceState, **arguments: Any) -> ResourceState:
    with account.host() as host:
        return host.apply("callback_template", live, template_name=OWN, **arguments)


def test_create_sends_what_was_asked_for_and_nothing_else(cn_account: Account) -> None:
    """Each field has its name in the API; unset ones are not sent."""
    arguments: dict[str, Any] = {
        "record_notify_url": URL,
        "record_status_notify_url": URL,
        "record_exception_notify_url": URL,
        "record_exception_levels": ["error", "info"],
        "callback_key": KEY,
    }
    with cn_account.host() as host:
        live = host.check_and_create("callback_template", template_name=OWN, **arguments)

    assert cn_account.changes() == [
        (
            CREATE,
            {
                "TemplateName": OWN,
                "RecordNotifyUrl": URL,
                "RecordStatusNotifyUrl": URL,
                "RecordExceptionNotifyUrl": URL,
                "RecordExceptionLevels": ["error", "info"],
                "CallbackKey": KEY,
            },
        )
    ]
    assert live.outputs == live.inputs | {"template_id": live.id}


@pytest.mark.parametrize("number", range(3))
def test_template_stays_as_it_is(account: Account, number: int) -> None:
    """What was never set reads back null, empty or absent, which is no drift and no change."""
    for other in range(number):
        _in_console(account, f"other-{other}")
    live = _made(account, record_notify_url=URL)
    with account.host() as host:
        found = host.read("callback_template", live)
        assert found == live
        checked = host.check("callback_template", {"template_name": OWN, "record_notify_url": URL}, live.inputs)
        assert host.diff("callback_template", found, checked) is None


def test_change_sends_only_what_differs(account: Account) -> None:
    """Cleared fields are sent empty; everything else stays, also what this project does not know."""
    live = _made(account, record_notify_url=URL, stream_end_notify_url=URL, description="old", callback_key=KEY)
    _live(account, live.id).update(StreamMixNotifyUrl=OTHER, FutureUrl=OTHER)
    _updated(account, live, record_notify_url=OTHER, stream_end_notify_url=URL, callback_key=KEY)

    assert account.changes() == [(MODIFY, {"TemplateId": int(live.id), "RecordNotifyUrl": OTHER, "Description": ""})]
    found = _live(account, live.id)
    assert (found["StreamMixNotifyUrl"], found["FutureUrl"], found["CallbackKey"]) == (OTHER, OTHER, KEY)


def test_status_url_is_sent_with_every_change(cn_account: Account) -> None:
    """It cannot be read back, and a change may lose it; removing it clears it."""
    live = _made(cn_account, record_notify_url=URL, record_status_notify_url=OTHER)
    changed = _updated(cn_account, live, record_notify_url=OTHER, record_status_notify_url=OTHER)
    sent = {"TemplateId": int(live.id), "RecordNotifyUrl": OTHER, "RecordStatusNotifyUrl": OTHER}
    assert cn_account.changes() == [(MODIFY, sent)]

    with cn_account.host() as host:
        assert host.read("callback_template", changed) == changed
    _updated(cn_account, changed, record_notify_url=OTHER)
    assert cn_account.changes() == [(MODIFY, {"TemplateId": int(live.id), "RecordStatusNotifyUrl": ""})]


def test_levels_are_compared_without_order(cn_account: Account) -> None:
    """The same levels in another order, and `alarm` for warning, are no change; levels that were removed are cleared."""
    urls = {"record_exception_notify_url": URL}
    live = _made(cn_account, **urls, record_exception_levels=["error", "warning"])
    _live(cn_account, live.id)["RecordExceptionLevels"] = ["alarm", "error"]
    with cn_account.host() as host:
        assert host.read("callback_template", live) == live
        news = {"template_name": OWN, **urls, "record_exception_levels": ["warning", "error"]}
        assert host.diff("callback_template", live, host.check("callback_template", news, live.inputs)) is None
    _updated(cn_account, live, **urls)

    assert cn_account.changes() == [(MODIFY, {"TemplateId": int(live.id), "RecordExceptionLevels": []})]


def test_drift_is_read_and_another_key_is_not_shown(account: Account) -> None:
    """A key that was changed outside, or set where none is declared, is drift without its value; a removed one is absent."""
    with_key = _made(account, record_notify_url=URL, callback_key=KEY)
    bare = _in_console(account, "bare", CallbackKey=NEW_KEY)
    account.in_console(MODIFY, TemplateId=int(with_key.id), CallbackKey=NEW_KEY, StreamBeginNotifyUrl=OTHER)
    with account.host() as host:
        found = host.read("callback_template", with_key)
        state = {"template_name": "bare", "record_notify_url": URL}
        unasked = host.read("callback_template", ResourceState(bare, state, state | {"template_id": bare}))
    account.in_console(MODIFY, TemplateId=int(with_key.id), CallbackKey="")
    with account.host() as host:
        removed = host.read("callback_template", with_key)

    assert found is not None
    assert unasked is not None
    assert removed is not None
    assert found.inputs["stream_begin_notify_url"] == OTHER
    assert found.inputs["callback_key"] == found.outputs["callback_key"] == ANOTHER_KEY
    assert unasked.inputs["callback_key"] == ANOTHER_KEY
    assert "callback_key" not in removed.inputs
    assert NEW_KEY not in str((found, unasked, removed))

    _updated(account, found, record_notify_url=URL, callback_key=KEY)
    assert _live(account, with_key.id)["CallbackKey"] == KEY


def test_key_in_an_answer_is_redacted(account: Account) -> None:
    """A message of the API that repeats the key, even where it is cut off, and a debug traceback do not show it."""
    live = _made(account, record_notify_url=URL, callback_key=KEY)
    code = f"InvalidParameterValue.{KEY}"
    account.emulator.fault(MODIFY, "internal-error", code=code)
    with account.host(LIVE_RECORDING_DEBUG="1") as host, pytest.raises(grpc.RpcError) as failed:
        host.apply("callback_template", live, template_name=OWN, record_notify_url=OTHER, callback_key=KEY)

    assert "InvalidParameterValue.***" in failed.value.details()
    assert "Traceback" in failed.value.details()
    assert KEY not in failed.value.details()


def test_lost_template_is_taken_over_and_updated(account: Account) -> None:
    """A callback template under this stack's own default name that no state holds is ours."""
    lost = _in_console(account, OWN, StreamEndNotifyUrl=URL)
    with account.host() as host:
        live = host.check_and_create("callback_template", template_name=OWN, record_notify_url=URL)

    assert live.id == lost
    assert account.changes() == [(MODIFY, {"TemplateId": int(lost), "StreamEndNotifyUrl": ""})]


def test_identical_template_is_adopted_and_gets_what_cannot_be_read(cn_account: Account) -> None:
    """One that is as declared is adopted, the lowest id first; the URL of the recording status is sent to it."""
    first = _in_console(cn_account, "newsroom", CallbackKey=KEY)
    _in_console(cn_account, "newsroom", CallbackKey=KEY)
    arguments = {"template_name": "newsroom", "record_notify_url": URL, "callback_key": KEY}
    with cn_account.host() as host:
        assert host.check_and_create("callback_template", **arguments).id == first
        assert cn_account.actions() == []
    with cn_account.host() as host:
        live = host.check_and_create("callback_template", record_status_notify_url=OTHER, **arguments)

    assert live.id == first
    assert cn_account.changes() == [(MODIFY, {"TemplateId": int(first), "RecordStatusNotifyUrl": OTHER})]


@pytest.mark.parametrize("fields", [{"StreamEndNotifyUrl": URL}, {"CallbackKey": NEW_KEY}], ids=["url", "key"])
def test_different_template_of_the_name_is_refused(account: Account, fields: dict[str, str]) -> None:
    """Its id and how to adopt it are named, and no key."""
    other = _in_console(account, "newsroom", **fields)
    with account.host() as host, pytest.raises(CheckFailed) as refused:
        host.check("callback_template", {"template_name": "newsroom", "record_notify_url": URL, "callback_key": KEY})

    assert f'The account already has a callback template "newsroom" (id {other})' in str(refused.value)
    assert "declare it exactly as it is" in str(refused.value)
    assert KEY not in str(refused.value)
    assert NEW_KEY not in str(refused.value)


def test_full_account_is_refused_at_plan_time(account: Account) -> None:
    """The 51st callback template is a finding; recording templates do not count."""
    for number in range(50):
        _in_console(account, f"other-{number}")
    with account.host() as host:
        host.check("template", {"template_name": OWN})
        with pytest.raises(CheckFailed, match=r"has 50 of 50 callback templates.*too-many-templates"):
            host.check("callback_template", {"template_name": OWN, "record_notify_url": URL})


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no-url": ({}, "missing-field"),
    "cn-only": ({"record_notify_url": URL, "audio_audit_notify_url": URL}, "site-mismatch"),
    "key": ({"record_notify_url": URL, "callback_key": f"{KEY}!"}, "bad-name"),
    "url": ({"record_notify_url": "ftp://example.com/x"}, "bad-name"),
}


@pytest.mark.parametrize(("arguments", "finding"), WRONG.values(), ids=WRONG)
def test_wrong_arguments_are_found(account: Account, arguments: dict[str, Any], finding: str) -> None:
    """Shape and site are checked as for stack files; a wrong key is not shown."""
    with account.host() as host, pytest.raises(CheckFailed) as refused:
        host.check("callback_template", {"template_name": OWN, **arguments})

    assert f"[{finding}]" in str(refused.value)
    assert KEY not in str(refused.value)


def test_unknown_values_are_awaited(account: Account) -> None:
    """URLs and keys that other resources will create are no error, and a change."""
    live = _made(account, record_notify_url=URL)
    with account.host() as host:
        news = {"template_name": OWN, "record_notify_url": UNKNOWN, "callback_key": UNKNOWN}
        checked = host.check("callback_template", news, live.inputs)
        assert host.diff("callback_template", live, checked) is not None


def test_rename_changes_in_place(account: Account) -> None:
    """Another template_name is a change of the name."""
    live = _made(account, record_notify_url=URL)
    with account.host() as host:
        renamed = host.apply("callback_template", live, template_name="desk", record_notify_url=URL)

    assert renamed.id == live.id
    assert account.changes() == [(MODIFY, {"TemplateId": int(live.id), "TemplateName": "desk"})]


def test_template_renamed_outside_is_not_touched(account: Account) -> None:
    """Neither change nor delete happens while the account has another name than the state."""
    live = _made(account, record_notify_url=URL)
    account.in_console(MODIFY, TemplateId=int(live.id), TemplateName="theirs")
    with account.host() as host:
        with pytest.raises(grpc.RpcError, match=rf'Callback template {live.id} .* is named "theirs"'):
            host.update("callback_template", live, live.inputs | {"record_notify_url": OTHER})
        with pytest.raises(grpc.RpcError, match="was renamed outside this stack"):
            host.delete("callback_template", live)

    assert account.actions() == []


def test_template_in_use_is_not_deleted(account: Account) -> None:
    """The rules that need it are named; a template that is gone is no error."""
    live = _made(account, record_notify_url=URL)
    account.in_console("CreateLiveCallbackRule", DomainName="push.example.com", AppName="live", TemplateId=int(live.id))
    with account.host() as host, pytest.raises(grpc.RpcError, match=r"used by rules for push\.example\.com/live"):
        host.delete("callback_template", live)
    account.in_console("DeleteLiveCallbackRule", DomainName="push.example.com", AppName="live")
    with account.host() as host:
        host.delete("callback_template", live)
        host.delete("callback_template", live)

    assert account.state["callback_templates"] == []


def test_template_gone_is_reported_by_read_and_update(account: Account) -> None:
    """A refresh sees it as deleted; a change says what to do."""
    live = _made(account, record_notify_url=URL)
    account.in_console(DELETE, TemplateId=int(live.id))
    with account.host() as host:
        assert host.read("callback_template", live) is None
        with pytest.raises(grpc.RpcError, match="no longer has callback template"):
            host.update("callback_template", live, live.inputs)


@pytest.fixture
def forgetful() -> Iterator[Account]:
    """Start an account where a change loses the status URL that is not sent."""
    with Emulator(site="cn", now=NOW, assumptions=Assumptions(callback_modify_keeps_status_url=False)) as started:
        yield Account(started)


@pytest.mark.parametrize("kind", ["drop-after", "cut-body", "http502-before"])
def test_lost_answers_of_changes(forgetful: Account, kind: str) -> None:
    """A change that no list can confirm is sent again; nothing is lost, nothing is duplicated."""
    live = _made(forgetful, record_notify_url=URL, record_status_notify_url=OTHER)
    forgetful.emulator.fault(MODIFY, kind)
    _updated(forgetful, live, record_notify_url=OTHER, record_status_notify_url=URL)

    found = _live(forgetful, live.id)
    assert (found["RecordNotifyUrl"], found["RecordStatusNotifyUrl"]) == (OTHER, URL)
    assert len(forgetful.state["callback_templates"]) == 1


def test_live_name_that_the_api_would_not_create_stays(account: Account) -> None:
    """A console may have written another name: a template that has it already is adopted and kept, not a new one."""
    live = _in_console(account, "odd")
    _live(account, live)["TemplateName"] = "\u65b0 desk"
    arguments = {"template_name": "\u65b0 desk", "record_notify_url": URL}
    with account.host() as host:
        adopted = host.check_and_create("callback_template", **arguments)
        assert host.check("callback_template", arguments, adopted.inputs) == adopted.inputs
    with account.host() as host, pytest.raises(CheckFailed, match=r"Only a value that the account holds.*bad-name"):
        host.check("callback_template", arguments | {"template_name": "\u65b0 other"})

    assert (adopted.id, account.actions()) == (live, [])
