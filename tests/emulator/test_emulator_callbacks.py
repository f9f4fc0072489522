"""The official SDK drives callback templates and rules of the emulator, on both sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from live_recording.emulator import Emulator, callback_rules
from live_recording.emulator.account import AccountSettings
from live_recording.emulator.assumptions import Assumptions
from live_recording.emulator.clock import Clock
from live_recording.emulator.messages import Refusal
from live_recording.emulator.service import LiveService
from live_recording.emulator.sites import CN
from tests.support.clock import AT, NOW
from tests.support.sdk_client import DOMAIN, call, code, post, sdk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tencentcloud.live.v20180801.live_client import LiveClient

URL = "https://hooks.example.com/live/x7Kq"
COMMON = (
    "StreamBeginNotifyUrl",
    "StreamEndNotifyUrl",
    "RecordNotifyUrl",
    "SnapshotNotifyUrl",
    "PornCensorshipNotifyUrl",
    "PushExceptionNotifyUrl",
    "StreamMixNotifyUrl",
)
EXTRAS: dict[str, Any] = {
    "RecordStatusNotifyUrl": URL,
    "RecordExceptionNotifyUrl": URL,
    "AudioAuditNotifyUrl": URL,
    "RecordExceptionLevels": ["error", "warning", "info"],
}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Start an empty account of the mainland site, where all fields exist."""
    with Emulator(site="cn", now=NOW) as started:
        yield started


@pytest.fixture
def cn(emulator: Emulator) -> LiveClient:
    """Create an SDK client on it."""
    return sdk(emulator)


def template(client: LiveClient, **fields: Any) -> int:
    """Create a callback template and return its id."""
    sent = {"TemplateName": "newsroom", "RecordNotifyUrl": URL, **fields}
    return int(call(client, "CreateLiveCallbackTemplate", **sent)["TemplateId"])


def read(client: LiveClient, template_id: int) -> dict[str, Any]:
    """Return a callback template as the API answers it."""
    return dict(call(client, "DescribeLiveCallbackTemplate", TemplateId=template_id)["Template"])


def test_template_reads_back_except_the_status_url(cn: LiveClient, emulator: Emulator) -> None:
    """All fields read back, the key in plain text, but the URL of the recording status never does; the list has the same."""
    sent = {**dict.fromkeys(COMMON, URL), **EXTRAS, "CallbackKey": "k7", "Description": "for the desk: all"}
    template_id = template(cn, **sent)
    unreadable = sent.pop("RecordStatusNotifyUrl")
    (listed,) = post(emulator, "DescribeLiveCallbackTemplates", {})["Templates"]

    assert listed == {"TemplateId": template_id, "TemplateName": "newsroom", **sent}
    assert post(emulator, "DescribeLiveCallbackTemplate", {"TemplateId": template_id})["Template"] == listed
    assert emulator.service.account.callback_templates[template_id]["RecordStatusNotifyUrl"] == unreadable


def test_unset_fields_have_three_forms(emulator: Emulator) -> None:
    """Fields that were never set are empty, absent or null, by the id of the template."""
    for _ in range(3):
        post(emulator, "CreateLiveCallbackTemplate", {"TemplateName": "t", "RecordNotifyUrl": URL})
    listed = post(emulator, "DescribeLiveCallbackTemplates", {})["Templates"]
    seen = {
        one["TemplateId"] % 3: (one.get("CallbackKey", "-"), one.get("RecordExceptionLevels", "-")) for one in listed
    }

    assert seen == {0: ("", []), 1: ("-", "-"), 2: (None, None)}


def test_modify_changes_only_what_is_sent(cn: LiveClient, emulator: Emulator) -> None:
    """Other fields stay, also what cannot be read back; an empty text clears."""
    template_id = template(cn, **EXTRAS, StreamBeginNotifyUrl=URL, CallbackKey="k7")
    call(cn, "ModifyLiveCallbackTemplate", TemplateId=template_id, StreamBeginNotifyUrl="", TemplateName="desk")
    seen = read(cn, template_id)

    assert (seen["TemplateName"], seen["RecordNotifyUrl"], seen["CallbackKey"]) == ("desk", URL, "k7")
    assert seen["StreamBeginNotifyUrl"] == ""
    assert emulator.service.account.callback_templates[template_id]["RecordStatusNotifyUrl"] == URL


def test_other_readings_of_modify() -> None:
    """With other assumptions an empty text changes nothing, and a change loses the URL that was not sent."""
    other = Assumptions(empty_callback_url_clears=False, callback_modify_keeps_status_url=False)
    with Emulator(site="cn", assumptions=other) as emulator:
        client = sdk(emulator)
        template_id = template(client, **EXTRAS)
        call(client, "ModifyLiveCallbackTemplate", TemplateId=template_id, RecordNotifyUrl="")

        assert read(client, template_id)["RecordNotifyUrl"] == URL
        assert emulator.service.account.callback_templates[template_id]["RecordStatusNotifyUrl"] is None


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no-url": ({"RecordNotifyUrl": ""}, "InvalidParameter"),
    "scheme": ({"RecordNotifyUrl": "ftp://example.com/"}, "InvalidParameterValue"),
    "name": ({"TemplateName": "news room"}, "InvalidParameterValue"),
    "long-name": ({"TemplateName": "x" * 256}, "InvalidParameterValue"),
    "long-chinese-name": ({"TemplateName": "新" * 86}, "InvalidParameterValue"),
    "description": ({"Description": "x" * 1025}, "InvalidParameterValue"),
    "level": ({"RecordExceptionLevels": ["alarm"]}, "InvalidParameterValue"),
}


@pytest.mark.parametrize(("fields", "expected"), REFUSED.values(), ids=REFUSED)
def test_invalid_template_is_rejected(cn: LiveClient, fields: dict[str, Any], expected: str) -> None:
    """Each invalid field has its code."""
    sent = {"TemplateName": "newsroom", "RecordNotifyUrl": URL, **fields}
    assert code(cn, "CreateLiveCallbackTemplate", **sent) == expected


@pytest.mark.parametrize("field", EXTRAS)
def test_fields_of_cn_are_unknown_on_intl(field: str) -> None:
    """The international site does not have them."""
    with Emulator() as emulator:
        sent = {"TemplateName": "newsroom", "RecordNotifyUrl": URL, field: EXTRAS[field]}
        assert code(sdk(emulator), "CreateLiveCallbackTemplate", **sent) == "UnknownParameter"


def test_internal_address_is_rejected_where_the_account_does() -> None:
    """The code for such URLs is documented, but not which they are."""
    with Emulator(assumptions=Assumptions(internal_callback_urls=False)) as emulator:
        client = sdk(emulator)
        seen = [
            code(client, "CreateLiveCallbackTemplate", TemplateName="t", RecordNotifyUrl=f"http://{host}/x")
            for host in ("127.0.0.1", "localhost", "10.0.0.1", "[::1]")
        ]

        assert seen == ["InvalidParameter.UrlNotSafe"] * 4
        assert template(client) > 0


def test_account_is_full_at_fifty(cn: LiveClient) -> None:
    """Names may repeat; the 51st template is rejected."""
    for _ in range(50):
        template(cn)

    assert code(cn, "CreateLiveCallbackTemplate", TemplateName="t", RecordNotifyUrl=URL) == "InternalError.ConfOutLimit"


def test_rule_binds_a_domain_or_an_app(cn: LiveClient) -> None:
    """Domain and app are the key, an empty app is the whole domain; a template in use stays until its rules are gone."""
    template_id = template(cn)
    for app in ("", "live"):
        call(cn, "CreateLiveCallbackRule", DomainName=DOMAIN, AppName=app, TemplateId=template_id)
    listed = call(cn, "DescribeLiveCallbackRules")["Rules"]

    assert [(rule["DomainName"], rule["AppName"], rule["TemplateId"]) for rule in listed] == [
        (DOMAIN, "", template_id),
        (DOMAIN, "live", template_id),
    ]
    assert listed[0]["CreateTime"] == "2026-11-20 20:00:00"
    assert code(cn, "DeleteLiveCallbackTemplate", TemplateId=template_id) == "FailedOperation.ConfInUsed"
    for app in ("", "live"):
        call(cn, "DeleteLiveCallbackRule", DomainName=DOMAIN, AppName=app)
    call(cn, "DeleteLiveCallbackTemplate", TemplateId=template_id)
    assert call(cn, "DescribeLiveCallbackTemplates")["Templates"] == []


UNKNOWN: dict[str, tuple[str, dict[str, Any], str]] = {
    "describe": ("DescribeLiveCallbackTemplate", {"TemplateId": 9}, "FailedOperation.NotFound"),
    "modify": ("ModifyLiveCallbackTemplate", {"TemplateId": 9}, "FailedOperation.NotFound"),
    "delete": ("DeleteLiveCallbackTemplate", {"TemplateId": 9}, "InternalError.ConfNotFound"),
    "rule": (
        "CreateLiveCallbackRule",
        {"DomainName": DOMAIN, "AppName": "", "TemplateId": 9},
        "InvalidParameter.ConfNotFound",
    ),
    "delete-rule": ("DeleteLiveCallbackRule", {"DomainName": DOMAIN, "AppName": ""}, "FailedOperation.NotFound"),
    "domain": (
        "CreateLiveCallbackRule",
        {"DomainName": "x", "AppName": "", "TemplateId": 9},
        "InvalidParameter.DomainFormatError",
    ),
    "no-app": ("CreateLiveCallbackRule", {"DomainName": DOMAIN, "TemplateId": 9}, "MissingParameter"),
}


@pytest.mark.parametrize(("action", "body", "expected"), UNKNOWN.values(), ids=UNKNOWN)
def test_unknown_objects_are_rejected(cn: LiveClient, action: str, body: dict[str, Any], expected: str) -> None:
    """Each action has its code for what the account does not have."""
    assert code(cn, action, **body) == expected


@pytest.mark.parametrize(("existing", "expected"), [("", None), ("InvalidParameter", "InvalidParameter")])
def test_second_rule_of_a_key(existing: str, expected: str | None) -> None:
    """It replaces the template, or is rejected: no document says which."""
    with Emulator(assumptions=Assumptions(existing_callback_rule_code=existing)) as emulator:
        client = sdk(emulator)
        first, second = template(client), template(client)
        key = {"DomainName": DOMAIN, "AppName": "live"}
        call(client, "CreateLiveCallbackRule", **key, TemplateId=first)
        if expected:
            assert code(client, "CreateLiveCallbackRule", **key, TemplateId=second) == expected
        else:
            call(client, "CreateLiveCallbackRule", **key, TemplateId=second)
        (rule,) = call(client, "DescribeLiveCallbackRules")["Rules"]

        assert rule["TemplateId"] == (first if expected else second)


def test_limit_of_rules_where_an_account_has_one() -> None:
    """No limit is documented."""
    service = LiveService(AccountSettings(site=CN, callback_rules=1))
    service.call("CreateLiveCallbackTemplate", {"TemplateName": "t", "RecordNotifyUrl": URL})
    seen = [
        service.call("CreateLiveCallbackRule", {"DomainName": DOMAIN, "AppName": app, "TemplateId": 3001})
        for app in ("", "live")
    ]

    assert seen[0] == {}
    assert isinstance(seen[1], Refusal)
    assert seen[1].code == "InternalError.ConfOutLimit"


@pytest.mark.parametrize(("app_wins", "winner"), [(True, "live"), (False, "")])
def test_rule_in_effect(app_wins: bool, winner: str) -> None:
    """The rule of the app applies before that of the domain, or after it, ten minutes after it was created."""
    settings = AccountSettings(site=CN, assumptions=Assumptions(app_callback_rule_wins=app_wins))
    service = LiveService(settings, Clock(NOW))
    service.call("CreateLiveCallbackTemplate", {"TemplateName": "t", "RecordNotifyUrl": URL})
    for app in ("", "live"):
        service.call("CreateLiveCallbackRule", {"DomainName": DOMAIN, "AppName": app, "TemplateId": 3001})
    then = [callback_rules.in_effect(service.account, DOMAIN, app, AT + 601) for app in ("live", "other")]

    assert [rule and rule["AppName"] for rule in then] == [winner, ""]
    assert callback_rules.in_effect(service.account, DOMAIN, "live", AT + 590) is None
    assert callback_rules.in_effect(service.account, "other.example.com", "live", AT + 601) is None


def test_state_file_keeps_callbacks(tmp_path: Path) -> None:
    """A second emulator has the templates, the rules and the next id."""
    path = tmp_path / "account.json"
    with Emulator(site="cn", state=path) as emulator:
        first = template(sdk(emulator), **EXTRAS, CallbackKey="k7")
        call(sdk(emulator), "CreateLiveCallbackRule", DomainName=DOMAIN, AppName="live", TemplateId=first)
        before = emulator.service.state()
    with Emulator(site="cn", state=path) as emulator:
        assert emulator.service.state() == before
        assert template(sdk(emulator)) == first + 1
