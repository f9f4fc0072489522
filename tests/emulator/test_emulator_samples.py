"""The sample calls of the vendor's documents, each answered in the documented shape."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest

from live_recording.emulator import Emulator
from tests.support.sdk_client import call, post, sdk, send


class Sample(NamedTuple):
    """A call as a document prints it, and the fields of the answer beside RequestId."""

    action: str
    body: dict[str, Any]
    answer: dict[str, type]


STREAM = {"AppName": "live", "DomainName": "mytest.live.push.com", "StreamName": "livetest"}
MORNING = {"StartTime": 1597017600, "EndTime": 1597024800}
SAMPLES = {
    "CreateLiveRecord": Sample(
        "CreateLiveRecord",
        {
            "AppName": "live",
            "DomainName": "5000.live.push.com",
            "StreamName": "livetest",
            "StartTime": "2018-09-11 12:04:01",
            "EndTime": "2018-09-11 12:08:01",
            "RecordType": "video",
            "FileFormat": "flv",
            "Highlight": 0,
            "MixStream": 0,
        },
        {"TaskId": int},
    ),
    "CreateRecordTask": Sample(
        "CreateRecordTask",
        {
            "AppName": "live",
            "DomainName": "5000.live.push.com",
            "StreamName": "livetest",
            "StartTime": 1589889600,
            "EndTime": 1589904000,
            "TemplateId": 0,
        },
        {"TaskId": str},
    ),
    "guide-no-record-template": Sample(
        "CreateLiveRecordTemplate", {"TemplateName": "norecord", "Description": "test"}, {"TemplateId": int}
    ),
    "guide-task": Sample("CreateRecordTask", {**STREAM, **MORNING, "TemplateId": 0}, {"TaskId": str}),
    "guide-template": Sample(
        "CreateLiveRecordTemplate",
        {
            "TemplateName": "templat",
            "Description": "test",
            "Mp4Param": {"Enable": 1, "RecordInterval": 3600, "StorageTime": 0},
        },
        {"TemplateId": int},
    ),
    "guide-task-with-template": Sample("CreateRecordTask", {**STREAM, **MORNING, "TemplateId": 17016}, {"TaskId": str}),
    "guide-real-time-task": Sample(
        "CreateRecordTask",
        {"StreamName": "test", "AppName": "live", "DomainName": "mytest.live.push.com", "EndTime": 1597024800},
        {"TaskId": str},
    ),
}
EVES = {
    "CreateLiveRecord": datetime(2018, 9, 11, 4, tzinfo=UTC),
    "CreateRecordTask": datetime.fromtimestamp(1589889600, UTC) - timedelta(hours=1),
}
"""When a sample can have been sent; those of the guide an hour before its morning."""
GUIDE = datetime.fromtimestamp(MORNING["StartTime"], UTC) - timedelta(hours=1)


@pytest.mark.parametrize("site", ["intl", "cn"])
@pytest.mark.parametrize("name", SAMPLES)
def test_sample_calls(name: str, site: str) -> None:
    """Each sample, as JSON and as the query that the documents print, is answered with the documented fields."""
    action, body, expected = SAMPLES[name]
    with Emulator(site=site, now=EVES.get(name, GUIDE)) as emulator:
        seen = post(emulator, action, body, **{"X-TC-Region": "ap-guangzhou"})
        as_query = call(sdk(emulator, method="GET"), action, **body)

        assert {field: type(value) for field, value in seen.items()} == expected
        assert {field: type(value) for field, value in as_query.items()} == expected


def test_encoded_times() -> None:
    """The times of the sample of CreateLiveRecord, encoded as it prints them, are those in China."""
    times = {"StartTime": "2018-09-11+12%3a04%3a01", "EndTime": "2018-09-11+12%3a08%3a01"}
    with Emulator(now=EVES["CreateLiveRecord"]) as emulator:
        post(emulator, "CreateLiveRecord", {**SAMPLES["CreateLiveRecord"].body, **times})
        (record,) = emulator.service.state()["live_records"]

        assert datetime.fromtimestamp(record["StartTime"], UTC) == datetime(2018, 9, 11, 4, 4, 1, tzinfo=UTC)
        assert record["EndTime"] - record["StartTime"] == 240


def test_guide_takes_its_template() -> None:
    """The template of the guide is bound by its task, and the one without formats is stored with none on."""
    with Emulator(now=GUIDE) as emulator:
        template_id = post(emulator, "CreateLiveRecordTemplate", SAMPLES["guide-template"].body)["TemplateId"]
        post(emulator, "CreateLiveRecordTemplate", SAMPLES["guide-no-record-template"].body)
        body = {**SAMPLES["guide-task-with-template"].body, "TemplateId": template_id}
        post(emulator, "CreateRecordTask", body, **{"X-TC-Region": "ap-singapore"})
        state = emulator.service.state()

        assert [task["TemplateId"] for task in state["tasks"]] == [template_id]
        enabled = [[one["Enable"] for one in made.values() if isinstance(one, dict) and "Enable" in one] for made in state["templates"]]  # fmt: skip
        assert [sum(each) for each in enabled] == [1, 0]


def test_retired_create_record() -> None:
    """The sample of CreateRecord, which leaves startTime out, is answered with its three flat fields."""
    sent = {"Action": "CreateRecord", "channelId": "123", "tapeType": "1", "endTime": "2016-01-21 12:00:00"}
    with Emulator(now=datetime(2016, 1, 21, 3, 50, tzinfo=UTC)) as emulator:
        query = urlencode({**sent, "SecretId": "emulator"})

        assert send(emulator.port, "GET", f"/v2/index.php?{query}", b"", {}) == (
            200,
            {"code": 0, "message": "", "task_id": 1},
        )
