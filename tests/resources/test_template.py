"""Templates through the genuine provider host, against the emulator: the calls made are the witness."""

from typing import Any

import grpc
import pytest

from live_recording.account.api_mapping import template_inputs
from live_recording.account.objects import LiveTemplate
from live_recording.config.files import read_settings
from live_recording.emulator import Emulator
from live_recording.stackfile.model import Limits
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.engine_double import CheckFailed, ResourceState
from tests.support.odd_templates import ODD
from tests.support.provider_host import UNKNOWN, Host
from tests.support.provider_in_process import ProviderInProcess
from tests.support.pulumi_project import callers

ODD_TEMPLATES = [(site, name) for site, templates in ODD.items() for name in templates]
OWN = "live-recording--dev--archive"
CREATE, MODIFY, DELETE = (f"{verb}LiveRecordTemplate" for verb in ("Create", "Modify", "Delete"))


def _live(account: Account, template_id: str) -> dict[str, Any]:
    return next(t for t in account.state["templates"] if str(t["TemplateId"]) == template_id)


def _made(account: Account, **arguments: Any) -> ResourceState:
    with account.host() as host:
        live = host.check_and_create("template", template_name=OWN, **arguments)
    account.emulator.clear_log()
    return live


def _updated(account: Account, live: ResourceState, **arguments: Any) -> ResourceState:
    with account.host() as host:
        return host.apply("template", live, template_name=OWN, **arguments)


def test_create_sends_what_was_asked_for_and_nothing_else(account: Account) -> None:
    """Unset fields are not sent as zeros; numbers reach the wire as integers."""
    with account.host() as host:
        live = host.check_and_create(
            "template", template_name=OWN, mp4={"record_interval": "1h"}, hls={"flow_continue_duration": 0}
        )

    assert account.changes() == [
        (
            CREATE,
            {
                "TemplateName": OWN,
                "Mp4Param": {"Enable": 1, "RecordInterval": 3600},
                "HlsParam": {"Enable": 1},
                "HlsSpecialParam": {"FlowContinueDuration": 0},
            },
        )
    ]
    assert live.outputs == live.inputs | {"template_id": live.id}


@pytest.mark.parametrize(
    "arguments",
    [{}, {"mp4": {}}, {"description": ""}, {"hls": {"storage_time": 0}, "flv": {}}, {"remove_watermark": False}],
    ids=str,
)
def test_minimal_templates_stay_as_they_are(account: Account, arguments: dict[str, Any]) -> None:
    """The vendor's defaults that are read back are no drift, and no change in the next plan."""
    live = _made(account, **arguments)
    with account.host() as host:
        found = host.read("template", live)
        assert found is not None
        checked = host.check("template", {"template_name": OWN, **arguments}, live.inputs)
        change = host.diff("template", found, checked)

    assert found == live
    assert change is None


def test_drift_is_read_by_name(account: Account) -> None:
    """A field that a hand changed shows in outputs and inputs, one that was never set too."""
    live = _made(account, mp4={"record_interval": 3600})
    account.in_console(MODIFY, TemplateId=int(live.id), Mp4Param={"Enable": 1, "RecordInterval": 60, "StorageTime": 7})
    with account.host() as host:
        found = host.read("template", live)

    assert found is not None
    assert found.inputs["mp4"] == found.outputs["mp4"] == {"record_interval": 60, "storage_time": 7}


def test_removed_format_is_disabled_and_a_cleared_description_is_cleared(account: Account) -> None:
    """What is no longer declared does not live on."""
    live = _made(account, description="old", mp4={"storage_time": "1d"}, flv={})
    _updated(account, live, mp4={})

    assert [action for action, _ in account.changes()] == [MODIFY]
    found = _live(account, live.id)
    assert (found["Description"], found["FlvParam"]["Enable"], found["Mp4Param"]["Enable"]) == ("", 0, 1)
    assert found["Mp4Param"]["StorageTime"] == 0


def test_change_of_one_format_sends_the_whole_format(account: Account) -> None:
    """A change is right whether the vendor merges or replaces."""
    live = _made(account, mp4={"record_interval": 3600, "storage_time": 86400})
    _updated(account, live, mp4={"record_interval": 60, "storage_time": 86400})

    assert account.changes()[0][1]["Mp4Param"] == {"Enable": 1, "RecordInterval": 60, "StorageTime": 86400}


@pytest.mark.parametrize(("field", "site"), [("delay_live", "account"), ("cos_store", "cn_account")])
def test_create_only_fields_replace(request: pytest.FixtureRequest, field: str, site: str) -> None:
    """A change of what the vendor cannot modify makes a new template before the old one goes."""
    account: Account = request.getfixturevalue(site)
    live = _made(account)
    arguments: dict[str, Any] = {field: True}
    with account.host() as host:
        new = host.apply("template", live, template_name=OWN, **arguments)
        host.delete("template", live)

    assert [action for action, _ in account.changes()] == [CREATE, DELETE]
    assert [str(t["TemplateId"]) for t in account.state["templates"]] == [new.id]


def test_replacement_is_refused_where_templates_are_full(account: Account) -> None:
    """A replacement needs a free place; without one it is refused at plan time."""
    live = _made(account)
    for number in range(49):
        account.template(f"by-hand-{number}")
    with account.host() as host, pytest.raises(CheckFailed, match=r"has 50 of 50 templates.*too-many-templates"):
        host.check("template", {"template_name": OWN, "delay_live": True}, live.inputs)


def test_lost_template_is_taken_over_and_updated(account: Account) -> None:
    """A template under this stack's own default name that no state holds is ours."""
    lost = account.template(OWN)
    with account.host() as host:
        live = host.check_and_create("template", template_name=OWN, flv={})

    assert live.id == lost
    assert account.actions() == [MODIFY]
    assert _live(account, lost)["FlvParam"]["Enable"] == 1
    assert _live(account, lost)["Mp4Param"]["Enable"] == 0


def test_identical_template_of_another_name_form_is_adopted(account: Account) -> None:
    """A template that is exactly as declared is taken, the one with the lowest id."""
    first = account.template("archive")
    account.template("archive")
    with account.host() as host:
        live = host.check_and_create("template", template_name="archive", mp4={})

    assert live.id == first
    assert account.actions() == []


def test_different_template_of_the_same_custom_name_is_refused(account: Account) -> None:
    """A name of another live template is rejected at plan time."""
    theirs = account.template("archive")
    with account.host() as host, pytest.raises(CheckFailed, match=f"id {theirs}.*adopt"):
        host.check("template", {"template_name": "archive", "flv": {}})


def test_rename_in_place_modifies_the_name(account: Account) -> None:
    """A template whose name changes is updated in place."""
    live = _made(account, mp4={})
    with account.host() as host:
        new = host.apply("template", live, template_name="live-recording--dev--renamed", mp4={})

    assert new.id == live.id
    assert account.changes() == [
        (
            MODIFY,
            {"TemplateId": int(live.id), "TemplateName": "live-recording--dev--renamed", "Mp4Param": {"Enable": 1}},
        )
    ]


def test_template_in_use_is_not_deleted_and_the_user_is_named(account: Account) -> None:
    """The refusal names the rules that still use the template."""
    live = _made(account)
    account.rule(live.id, "push.example.com", "studio")
    with account.host() as host, pytest.raises(grpc.RpcError) as refused:
        host.delete("template", live)

    assert "push.example.com/studio/*" in str(refused.value.details())


def test_gone_template_is_gone_and_its_delete_no_call(account: Account) -> None:
    """A template that was deleted outside Pulumi is read as gone."""
    live = _made(account)
    account.in_console(DELETE, TemplateId=int(live.id))
    with account.host() as host:
        assert host.read("template", live) is None
        host.delete("template", live)

    assert account.actions() == []


def test_slow_live_templates_are_found(account: Account) -> None:
    """Templates for slow live are listed separately; a refresh sees them."""
    live = _made(account, delay_live=True)
    with account.host() as host:
        assert host.read("template", live) == live


def test_51st_template_is_refused(account: Account) -> None:
    """New templates are counted beside those of others."""
    for number in range(50):
        account.template(f"by-hand-{number}")
    with account.host() as host, pytest.raises(CheckFailed, match=r"has 50 of 50 templates.*at least 1 more"):
        host.check("template", {"template_name": OWN})


def test_limit_of_the_stack_file_below_what_is_live_refuses_one_more(account: Account) -> None:
    """A lowered limit counts the templates of others too, and leaves those that exist alone."""
    live = _made(account)
    settings = read_settings({"site": account.emulator.site}.get, account.environment)
    provider = ProviderInProcess(settings, Limits(templates=1))

    with pytest.raises(CheckFailed, match=r"has 1 of 1 template, .*at least 1 more.*limits\.templates"):
        provider.check("template", {"template_name": "another", "mp4": {}})
    assert provider.check("template", {"template_name": OWN}, live.inputs)["template_name"] == OWN


@pytest.mark.parametrize(
    "fault", ["drop-after", "cut-body", "http502-after", "wrong-content-type", "drop-before", "throttle"]
)
def test_lost_answers_make_one_template(account: Account, fault: str) -> None:
    """Whatever happens to the answer, one template is there afterwards."""
    account.emulator.fault(CREATE, fault)
    with account.host() as host:
        live = host.check_and_create("template", template_name=OWN, mp4={})

    assert [str(t["TemplateId"]) for t in account.state["templates"]] == [live.id]


@pytest.mark.parametrize(
    "arguments",
    [{"template_name": UNKNOWN}, {"mp4": {"storage_time": UNKNOWN}}, {"mp4": UNKNOWN, "description": UNKNOWN}],
    ids=["name", "inside-a-format", "two"],
)
def test_unknown_fields_are_not_judged(account: Account, arguments: dict[str, Any]) -> None:
    """What is not known yet, at any depth, raises no failure, and no error of our own."""
    with account.host() as host:
        host.check("template", {"template_name": OWN, **arguments})


def test_authorities_of_the_environment_are_trusted() -> None:
    """Over https the provider trusts REQUESTS_CA_BUNDLE, and rejects an unknown authority without it."""
    with Emulator(now=NOW, tls=True) as emulator:
        trusted = {"REQUESTS_CA_BUNDLE": str(emulator.ca_file)}
        environment = Account.environment_of(emulator)
        with Host(environment | trusted, {"site": "intl"}) as host:
            host.check_and_create("template", template_name=OWN)
        with Host(environment, {"site": "intl"}) as host, pytest.raises(grpc.RpcError, match="certificate"):
            host.check("template", {"template_name": OWN})

        assert len(emulator.service.state()["templates"]) == 1


def test_template_of_a_renamed_stack_is_still_its_own(account: Account) -> None:
    """Until it is called after the new name, its id is another stack's by its form; who has it may use it."""
    after = {"template_name": "live-recording--prod--archive", "mp4": {}}
    rule = {"domain": "push.example.com", "app": "new"}
    with account.host("dev") as host:
        live = host.check_and_create("template", template_name="live-recording--dev--archive", mp4={})
        old = host.check_and_create("rule", domain="push.example.com", template_id=live.id)
    with account.host("prod") as host:
        assert host.read("rule", old) == old
        host.diff("template", live, host.check("template", after, live.inputs))
        assert host.check("rule", {**rule, "template_id": live.id})["template_id"] == live.id
    with account.host("prod") as host, pytest.raises(CheckFailed, match="stack dev of project live-recording"):
        host.check("rule", {**rule, "template_id": live.id})


def _inputs(account: Account, template_id: str) -> dict[str, Any]:
    return template_inputs(LiveTemplate.from_api(_live(account, template_id)), {"template_name": ""})


@pytest.mark.parametrize(("site", "name"), ODD_TEMPLATES)
def test_values_that_the_account_holds_stay(site: str, name: str) -> None:
    """A template that the API would not create is taken as it is; a change is one Modify, and everything else stays."""
    with Emulator(site=site, now=NOW) as emulator:
        account = Account(emulator)
        template_id = account.hold_template(name, ODD[site][name])
        before, inputs = _live(account, template_id), _inputs(account, template_id)
        with account.host() as host:
            live = host.check_and_create("template", **inputs)
        assert (live.id, account.actions()) == (template_id, [])

        with account.host() as host:
            changed = host.apply("template", live, **{**inputs, "description": "new"})
            assert account.actions() == [MODIFY]
            assert _live(account, template_id) == {**before, "Description": "new"}
            assert host.read("template", changed) == changed


@pytest.mark.parametrize(
    ("site", "name", "change"),
    [
        ("intl", "console-12h", {"flv": {"record_interval": 43201}}),
        ("intl", "console-12h", {"mp4": {"record_interval": 43200}}),
        ("intl", "console-12h", {"delay_live": True}),  # a new template would get the value
        ("intl", "console-cos", {"flv": {}}),
        ("intl", "归档", {"template_name": "归档-2"}),
        ("cn", "no-slash", {"template_name": "other", "cos_store": True}),
        ("cn", "aac-30s", {"aac": {"record_interval": 31}}),
    ],
    ids=str,
)
def test_values_that_are_newly_written_are_refused(site: str, name: str, change: dict[str, Any]) -> None:
    """The range stays an error for what the account does not hold."""
    with Emulator(site=site, now=NOW) as emulator:
        account = Account(emulator)
        inputs = _inputs(account, account.hold_template(name, ODD[site][name]))
        with account.host() as host:
            live = host.check_and_create("template", **inputs)
            olds = live.inputs if change.get("template_name") != "other" else None
            with pytest.raises(CheckFailed, match="Only a value that the account holds already may stay as it is"):
                host.check("template", {**inputs, **change}, olds)


def test_without_credentials_the_state_decides() -> None:
    """A value of the state is accepted; a new one cannot be compared with an account and is refused."""
    inputs = {"template_name": "t", "flv": {"record_interval": 43200}}
    with Host(callers(), {"site": "intl"}, "dev") as host:
        assert host.check("template", inputs, inputs) == inputs
        with pytest.raises(CheckFailed, match=r"out of range.*Only a value that the account holds"):
            host.check("template", inputs)
