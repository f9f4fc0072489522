"""What the emulator assumes where documents and observations differ, on the wire."""

from __future__ import annotations

from typing import Any

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from live_recording.emulator import Emulator
from live_recording.emulator.assumptions import Assumptions
from tests.support.clock import NOW
from tests.support.sdk_client import TASK, post, refusal

SAMPLE = {"TemplateName": "t", "FlvParam": {"Enable": "1", "RecordInterval": "30"}, "RemoveWatermark": "false"}
"""Numbers and a boolean in quotes, as a sample of the vendor has them (CN:32614)."""


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("signature", ["HmacSHA1", "HmacSHA256"])
def test_version_1_signatures_are_named(method: str, signature: str) -> None:
    """A request of signature version 1 gets the reason, whether its parameters are a query or a form."""
    with Emulator() as emulator:
        http = HttpProfile(protocol="http", endpoint=emulator.url.partition("://")[2], reqMethod=method, reqTimeout=5)
        profile = ClientProfile(signMethod=signature, httpProfile=http)
        client = CommonClient("live", "2018-08-01", Credential("emulator", "emulator"), "ap-guangzhou", profile)

        with pytest.raises(TencentCloudSDKException) as refused:
            client.call_json("DescribeLiveRecordRules", {})
        assert refused.value.code == "MissingParameter"
        assert "Only requests signed with TC3-HMAC-SHA256 are answered" in refused.value.message


def test_quoted_numbers_are_accepted() -> None:
    """They are stored as numbers, also inside objects and in tasks; a strict account rejects them."""
    with Emulator(now=NOW) as emulator:
        quoted_task = {name: str(value) for name, value in TASK.items()}
        template_id = post(emulator, "CreateLiveRecordTemplate", SAMPLE)["TemplateId"]
        post(emulator, "CreateRecordTask", quoted_task, **{"X-TC-Region": "ap-tokyo"})
        post(emulator, "CreateLiveRecordRule", {"DomainName": "push.example.com", "TemplateId": str(template_id)})
        state = emulator.service.state()

        assert [state["templates"][0]["FlvParam"][name] for name in ("Enable", "RecordInterval")] == [1, 30]
        assert state["templates"][0]["RemoveWatermark"] is False
        assert [state["tasks"][0][name] for name in ("StartTime", "EndTime")] == [TASK["StartTime"], TASK["EndTime"]]
        assert state["rules"][0]["TemplateId"] == template_id
        assert emulator.log[0]["body"] == SAMPLE
    with Emulator(assumptions=Assumptions(quoted_numbers=False)) as emulator:
        assert refusal(emulator, "CreateLiveRecordTemplate", SAMPLE) == "InvalidParameter"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("RecordInterval", "29", "InvalidParameterValue"),
        ("RecordInterval", "", "InvalidParameter"),
        ("RecordInterval", "1e3", "InvalidParameter"),
        ("StorageMode", 1, "InvalidParameter"),
    ],
)
def test_quoted_numbers_are_checked(field: str, value: object, code: str) -> None:
    """A quoted number has the range of a number, a text is no number, and a number is no text."""
    with Emulator() as emulator:
        body = {"TemplateName": "t", "FlvParam": {field: value}}

        assert refusal(emulator, "CreateLiveRecordTemplate", body) == code


@pytest.mark.parametrize("mode", ["normal", "cold", "Normal", "Cold"])
def test_storage_mode_reads_back_as_sent(mode: str) -> None:
    """Both spellings are accepted, and none is changed."""
    with Emulator() as emulator:
        body = {"TemplateName": "t", "FlvParam": {"Enable": 1, "StorageMode": mode}}
        template_id = post(emulator, "CreateLiveRecordTemplate", body)["TemplateId"]
        read = post(emulator, "DescribeLiveRecordTemplate", {"TemplateId": template_id})["Template"]["FlvParam"]

        assert read["StorageMode"] == mode


FORMS: list[dict[str, Any]] = [
    {"RemoveWatermark": False, "FlvSpecialParam": {"UploadInRecording": False}, "ClassId": 0, "StorageMode": "normal"},
    {},
    {"RemoveWatermark": None, "FlvSpecialParam": None, "ClassId": None, "StorageMode": None},
]


def test_unset_fields_have_three_forms() -> None:
    """Fields that were never set are zero, absent or null, by the template's id, the same in both reads; set ones are answered."""
    with Emulator() as emulator:
        for _ in FORMS:
            post(emulator, "CreateLiveRecordTemplate", {"TemplateName": "t", "FlvParam": {"Procedure": "p"}})
        listed = post(emulator, "DescribeLiveRecordTemplates", {})["Templates"]
        seen: dict[int, dict[str, Any]] = {}
        for template in listed:
            read = post(emulator, "DescribeLiveRecordTemplate", {"TemplateId": template["TemplateId"]})["Template"]
            assert read == template
            both = {**template, **template["FlvParam"]}
            seen[template["TemplateId"] % 3] = {name: both[name] for name in FORMS[0] if name in both}
            assert template["FlvParam"]["Procedure"] == "p"

        assert seen == dict(enumerate(FORMS))
