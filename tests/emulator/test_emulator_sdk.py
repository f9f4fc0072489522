"""The official SDK drives templates, rules and tasks of the emulator, on both sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from live_recording.emulator import Emulator
from live_recording.emulator.assumptions import Assumptions
from tests.support.clock import AT, DAY, NOW
from tests.support.sdk_client import DOMAIN, RULE, TASK, call, code, sdk, template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tencentcloud.live.v20180801.live_client import LiveClient

FORMATS = ("FlvParam", "HlsParam", "Mp4Param", "AacParam", "Mp3Param")
COS = ("CosBucketName", "CosBucketRegion", "CosBucketPath")


@pytest.fixture
def intl() -> Iterator[LiveClient]:
    """Create an SDK client on an empty account of the international site."""
    with Emulator(now=NOW) as emulator:
        yield sdk(emulator)


@pytest.fixture
def cn() -> Iterator[LiveClient]:
    """Create an SDK client on an empty account of the mainland site."""
    with Emulator(site="cn", now=NOW) as emulator:
        yield sdk(emulator)


def test_template_reads_back_with_defaults(intl: LiveClient) -> None:
    """A template without formats reads back with all five, disabled, and without what was never set."""
    template_id = template(intl)
    read = call(intl, "DescribeLiveRecordTemplate", TemplateId=template_id)["Template"]
    unset = ("Procedure", "StorageMode", "ClassId", *COS)
    disabled = {
        "Enable": 0,
        "RecordInterval": 1800,
        "StorageTime": 0,
        "VodSubAppId": read["FlvParam"]["VodSubAppId"],
        "VodFileName": "",
        **dict.fromkeys(unset),  # the SDK's null for what is not answered
    }

    assert [read[name] for name in FORMATS] == [disabled] * 5
    assert read["HlsSpecialParam"] == {"FlowContinueDuration": None}
    assert (read["Description"], read["IsDelayLive"]) == ("", 0)
    assert (read["RemoveWatermark"], read["FlvSpecialParam"], read["CosStore"]) == (None, None, None)


def test_modify_changes_only_what_is_sent(intl: LiveClient) -> None:
    """Modify merges per field, inside a format too."""
    template_id = template(intl, Description="old", Mp4Param={"Enable": 1, "RecordInterval": 3600})
    call(intl, "ModifyLiveRecordTemplate", TemplateId=template_id, Mp4Param={"StorageTime": DAY}, RemoveWatermark=True)
    (read,) = call(intl, "DescribeLiveRecordTemplates")["Templates"]

    assert (read["TemplateName"], read["Description"], read["RemoveWatermark"]) == ("archive", "old", True)
    assert [read["Mp4Param"][name] for name in ("Enable", "RecordInterval", "StorageTime")] == [1, 3600, DAY]


def test_template_ids_increase_and_names_may_repeat(intl: LiveClient) -> None:
    """Ids are never given twice, even after a delete; two templates may have one name."""
    first = template(intl)
    call(intl, "DeleteLiveRecordTemplate", TemplateId=first)
    second, third = template(intl), template(intl)

    assert first < second < third


def test_templates_are_listed_by_kind_of_live(intl: LiveClient) -> None:
    """Without IsDelayLive only standard templates are listed."""
    standard, delayed = template(intl), template(intl, IsDelayLive=1)
    listed = [call(intl, "DescribeLiveRecordTemplates", **query)["Templates"] for query in ({}, {"IsDelayLive": 1})]

    assert [[one["TemplateId"] for one in answer] for answer in listed] == [[standard], [delayed]]


def test_unknown_templates_have_a_code_per_action(intl: LiveClient) -> None:
    """The same miss is answered differently by describe, modify, delete and the creation of a rule."""
    actions = ("DescribeLiveRecordTemplate", "ModifyLiveRecordTemplate", "DeleteLiveRecordTemplate")

    assert [code(intl, action, TemplateId=7) for action in actions] == [
        "FailedOperation.NotFound",
        "FailedOperation.NotFound",
        "InternalError.ConfNotFound",
    ]
    assert code(intl, "CreateLiveRecordRule", **RULE, TemplateId=7) == "InvalidParameter.ConfNotFound"


def test_template_in_use_stays(intl: LiveClient) -> None:
    """A template that a rule names cannot be deleted; a task that names it does not hold it."""
    template_id = template(intl)
    call(intl, "CreateLiveRecordRule", **RULE, TemplateId=template_id)
    call(intl, "CreateRecordTask", **TASK, TemplateId=template_id)

    assert code(intl, "DeleteLiveRecordTemplate", TemplateId=template_id) == "FailedOperation.ConfInUsed"
    call(intl, "DeleteLiveRecordRule", **RULE)
    assert code(intl, "DeleteLiveRecordTemplate", TemplateId=template_id) is None


def test_rule_round_trip(intl: LiveClient) -> None:
    """A rule is its key, its template and two times in UTC+8; what is not sent is stored empty."""
    template_id = template(intl)
    call(intl, "CreateLiveRecordRule", DomainName=DOMAIN, TemplateId=template_id)

    times = dict.fromkeys(("CreateTime", "UpdateTime"), "2026-11-20 20:00:00")
    assert call(intl, "DescribeLiveRecordRules") == {"Rules": [{**times, "TemplateId": template_id, **RULE}]}


def test_rule_keys_are_exact(intl: LiveClient) -> None:
    """A key is taken once, and only the whole key deletes."""
    rule = {**RULE, "AppName": "live", "TemplateId": template(intl)}
    call(intl, "CreateLiveRecordRule", **rule)

    assert code(intl, "CreateLiveRecordRule", **rule) == "FailedOperation.RuleAlreadyExist"
    assert code(intl, "DeleteLiveRecordRule", DomainName=DOMAIN) == "FailedOperation.NotFound"
    assert code(intl, "DeleteLiveRecordRule", DomainName=DOMAIN, AppName="live", StreamName="") is None


def test_omitted_app_can_be_live() -> None:
    """The switch for what the sources disagree about: an omitted AppName is stored as live."""
    with Emulator(assumptions=Assumptions(omitted_app="live")) as emulator:
        client = sdk(emulator)
        call(client, "CreateLiveRecordRule", DomainName=DOMAIN, TemplateId=template(client))

        assert [rule["AppName"] for rule in call(client, "DescribeLiveRecordRules")["Rules"]] == ["live"]


def test_limits_are_fifty(intl: LiveClient) -> None:
    """The 51st template and the 51st rule are refused."""
    ids = [template(intl) for _ in range(50)]
    for number in range(50):
        call(intl, "CreateLiveRecordRule", **{**RULE, "StreamName": f"s{number}"}, TemplateId=ids[0])

    assert code(intl, "CreateLiveRecordTemplate", TemplateName="one-more") == "InternalError.ConfOutLimit"
    assert code(intl, "CreateLiveRecordRule", **RULE, TemplateId=ids[0]) == "InternalError.RuleOutLimit"


def test_limits_can_be_raised() -> None:
    """An account whose limits the vendor changed is an argument away."""
    with Emulator(template_limit=1, rule_limit=0, running_limit=0, now=NOW) as emulator:
        client = sdk(emulator)
        template_id = template(client)

        assert code(client, "CreateLiveRecordTemplate", TemplateName="t") == "InternalError.ConfOutLimit"
        assert code(client, "CreateLiveRecordRule", **RULE, TemplateId=template_id) == "InternalError.RuleOutLimit"
        assert code(client, "CreateRecordTask", **{**TASK, "StartTime": AT}) == "LimitExceeded.MaximumRunningTask"
        assert code(client, "CreateRecordTask", **TASK) is None


@pytest.mark.parametrize(
    ("site", "field", "value", "refused"),
    [
        ("intl", "Mp4Param", {"RecordInterval": 29}, "InvalidParameterValue"),
        ("intl", "Mp4Param", {"RecordInterval": 30}, None),
        ("intl", "Mp4Param", {"RecordInterval": 7201}, "InvalidParameterValue"),
        ("cn", "Mp4Param", {"RecordInterval": 59}, "InvalidParameterValue"),
        ("cn", "Mp4Param", {"RecordInterval": 43200}, None),
        ("cn", "AacParam", {"RecordInterval": 7201}, "InvalidParameterValue"),
        ("intl", "HlsParam", {"RecordInterval": 1}, None),
        ("intl", "FlvParam", {"StorageTime": 129_600_000}, None),
        ("intl", "FlvParam", {"StorageTime": 129_600_001}, "InvalidParameterValue"),
        ("intl", "FlvParam", {"Enable": 2}, "InvalidParameterValue"),
        ("intl", "FlvParam", {"StorageMode": "COLD"}, "InvalidParameterValue"),
        ("intl", "HlsSpecialParam", {"FlowContinueDuration": 1801}, "InvalidParameterValue"),
        ("intl", "FlvParam", {"VodFileName": "{StreamID}_{StartYear}"}, None),
        ("intl", "FlvParam", {"VodFileName": "{streamid}"}, "InvalidParameter.InvalidVodFileName"),
        ("intl", "FlvParam", {"VodFileName": "{StreamID"}, "InvalidParameter.InvalidVodFileName"),
        ("intl", "TemplateName", "赛事", "InvalidParameterValue"),
        ("cn", "TemplateName", "赛事", None),
        ("cn", "TemplateName", "", "InvalidParameterValue"),
        ("intl", "CosStore", 1, "UnknownParameter"),
        ("intl", "FlvParam", {"CosBucketPath": "/x"}, "UnknownParameter"),
        ("cn", "FlvParam", {"CosBucketName": "films-1250000000"}, "InvalidParameterValue"),
    ],
)
def test_template_values(site: str, field: str, value: object, refused: str | None) -> None:
    """Ranges, names and placeholders, as each site has them."""
    with Emulator(site=site) as emulator:
        assert code(sdk(emulator), "CreateLiveRecordTemplate", **{"TemplateName": "t", field: value}) == refused


def test_cos_needs_a_path(cn: LiveClient) -> None:
    """With CosStore an enabled format needs a path that starts with a slash, at creation and after a change."""
    path = {"CosBucketPath": "/{Domain}/{RandomID}"}
    template_id = template(cn, CosStore=1, Mp4Param={"Enable": 1, **path}, FlvParam={"Enable": 0})

    enabled = {"TemplateName": "t", "CosStore": 1, "Mp4Param": {"Enable": 1}}
    assert code(cn, "CreateLiveRecordTemplate", **enabled) == "InvalidParameterValue"
    change = {"TemplateId": template_id, "FlvParam": {"Enable": 1}}
    assert code(cn, "ModifyLiveRecordTemplate", **change) == "InvalidParameterValue"
    assert code(cn, "ModifyLiveRecordTemplate", TemplateId=template_id, FlvParam={"Enable": 1, **path}) is None
    assert call(cn, "DescribeLiveRecordTemplate", TemplateId=template_id)["Template"]["CosStore"] == 1


def test_get_requests_are_answered() -> None:
    """A flattened query signed as GET means the same as a JSON body."""
    with Emulator() as emulator:
        client = sdk(emulator, method="GET")
        template_id = template(client, Mp4Param={"Enable": 1}, RemoveWatermark=True)
        read = call(client, "DescribeLiveRecordTemplate", TemplateId=template_id)["Template"]

        assert (read["Mp4Param"]["Enable"], read["RemoveWatermark"]) == (1, True)
