"""Pushes and what they leave: lists of pushes, states of streams, files in VOD, with the vendor's limits and defaults."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from live_recording.emulator import Emulator
from tests.support.clock import AT, DAY, HOUR, NOW
from tests.support.sdk_client import RULE, call, code, control, sdk, template

WINDOW = {"StartTime": "2026-11-20T12:00:00Z", "EndTime": "2026-11-20T20:00:00Z"}


def iso(seconds: int) -> str:
    """Return Unix seconds as RFC 3339."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


class Vod:
    """The SDK's client for VOD."""

    def __init__(self, emulator: Emulator) -> None:
        host = emulator.url.partition("://")[2]
        profile = ClientProfile(httpProfile=HttpProfile("http", host, reqTimeout=5))
        self._client = CommonClient("vod", "2018-07-17", Credential("emulator", "emulator"), "", profile)

    def call(self, action: str, **body: object) -> dict[str, Any]:
        """Return an answer, or `{"code": CODE}`."""
        try:
            return dict(self._client.call_json(action, body)["Response"])
        except TencentCloudSDKException as refusal:
            return {"code": refusal.code}

    def files(self, **body: object) -> list[tuple[str, int]]:
        """Return type and duration of the files that a search finds."""
        found = self.call("SearchMedia", SourceTypes=["Record"], Limit=1000, **body)["MediaInfoSet"]
        return [(file["BasicInfo"]["Type"], file["MetaData"]["Duration"]) for file in found]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Return an account whose clock shows the evening after its pushes, with a rule from the morning."""
    with Emulator(now=NOW) as made:
        formats: dict[str, Any] = {
            "HlsParam": {"Enable": 1},
            "HlsSpecialParam": {"FlowContinueDuration": 60},
            "Mp4Param": {"Enable": 1, "RecordInterval": 1800, "StorageTime": DAY},
        }
        call(sdk(made), "CreateLiveRecordRule", TemplateId=template(sdk(made), **formats), **RULE)
        made.set_now(datetime.fromtimestamp(AT + 8 * HOUR, UTC))
        yield made


def push(emulator: Emulator, start: int, end: int | None, stream: str = "final", **more: object) -> tuple[int, Any]:
    """Order a push with times in seconds after NOW."""
    sent = {"domain": "push.example.com", "app": "live", "stream": stream, "start": iso(AT + start)}
    return control(emulator.port, "POST", "pushes", sent | ({} if end is None else {"end": iso(AT + end)}) | more)


def test_files_by_format(emulator: Emulator) -> None:
    """MP4 is cut by its interval, HLS is one file of all pushes that continue in time; 9 seconds leave nothing."""
    for start, end in ((HOUR, 2 * HOUR), (2 * HOUR + 30, 3 * HOUR), (4 * HOUR, 4 * HOUR + 9)):
        push(emulator, start, end)

    files = sorted(Vod(emulator).files())
    assert files == [("m3u8", 2 * HOUR - 30), ("mp4", 1770), *[("mp4", 1800)] * 3]


def test_a_rule_applies_after_ten_minutes(emulator: Emulator) -> None:
    """A push that begins earlier is not recorded by it."""
    push(emulator, 599, HOUR)
    push(emulator, 600, HOUR, "other")

    found = Vod(emulator).call("SearchMedia", StreamIds=["final"])
    assert found["TotalCount"] == 0
    assert Vod(emulator).call("SearchMedia", StreamIds=["other"])["TotalCount"] == 3


def test_searching_files(emulator: Emulator) -> None:
    """Ten rows unless asked, at most ten streams, at most 5,000 rows; expired and delayed files are not found."""
    for number in range(6):
        push(emulator, HOUR, HOUR + 1200, f"s{number}")
    push(emulator, HOUR, HOUR + 1200, "late", delay=DAY)
    vod = Vod(emulator)

    unasked = vod.call("SearchMedia")
    assert (unasked["TotalCount"], len(unasked["MediaInfoSet"])) == (12, 10)
    assert vod.call("SearchMedia", StreamIds=["s"] * 11)["code"] == "InvalidParameterValue.StreamIds"
    assert vod.call("SearchMedia", Offset=4999, Limit=2)["code"] == "InvalidParameterValue.Limit"
    assert vod.call("SearchMedia", SubAppId=5)["TotalCount"] == 0
    assert len(vod.files(StreamDomains=["push.example.com"], StreamPaths=["live"], StreamIds=["s0", "s1"])) == 4
    emulator.set_now(datetime.fromtimestamp(AT + 8 * HOUR + DAY, UTC))
    assert {kind for kind, _ in vod.files()} == {"m3u8"}


def test_media_infos(emulator: Emulator) -> None:
    """A file names its stream and times, unless it is nameless; a lost one does not exist."""
    push(emulator, HOUR, 2 * HOUR)
    push(emulator, HOUR, 2 * HOUR, "anonymous", nameless=True)
    vod, (_, files) = Vod(emulator), control(emulator.port, "GET", "files")
    lost = files[0]["FileId"]
    assert control(emulator.port, "DELETE", f"files/{lost}") == (200, {"FileId": lost})
    assert control(emulator.port, "DELETE", f"files/{lost}")[0] == 404

    answer = vod.call("DescribeMediaInfos", FileIds=[file["FileId"] for file in files])
    infos = [file["BasicInfo"]["SourceInfo"]["LiveRecordInfo"] for file in answer["MediaInfoSet"]]
    assert answer["NotExistFileIdSet"] == [lost]
    assert [info and info["StreamId"] for info in infos].count(None) == 3
    assert vod.call("DescribeMediaInfos", FileIds=["1"] * 21)["code"] == "InvalidParameterValue.FileIds"


def test_list_of_pushes(emulator: Emulator) -> None:
    """Names are fuzzy unless strict; a running push is not listed; the last page is short."""
    for number in range(12):
        push(emulator, HOUR + number, 2 * HOUR + number, f"match-{number}")
    push(emulator, HOUR, None, "running")
    client = sdk(emulator)

    first = call(client, "DescribeLiveStreamEventList", **WINDOW)
    second = call(client, "DescribeLiveStreamEventList", **WINDOW, PageNum=2)
    assert (first["TotalNum"], len(first["EventList"]), len(second["EventList"])) == (12, 10, 2)
    assert first["EventList"][0]["StreamEndTime"] == "2026-11-20T14:00:00Z"
    fuzzy = call(client, "DescribeLiveStreamEventList", **WINDOW, StreamName="match-1")
    strict = call(client, "DescribeLiveStreamEventList", **WINDOW, StreamName="match-1", IsStrict=1)
    assert (fuzzy["TotalNum"], strict["TotalNum"]) == (3, 1)
    assert call(client, "DescribeLiveStreamEventList", **WINDOW, AppName="studio")["TotalNum"] == 0


@pytest.mark.parametrize(
    "window",
    [
        {"EndTime": "2026-11-20T20:01:00Z"},  # after now
        {"StartTime": "2026-10-20T20:00:00Z"},  # more than 30 days
        {"StartTime": "2026-11-20T20:00:00Z"},  # empty
        {"StartTime": "yesterday"},
    ],
)
def test_periods_of_the_list(emulator: Emulator, window: dict[str, str]) -> None:
    """A query may not reach into the future, span more than 30 days or be empty."""
    assert code(sdk(emulator), "DescribeLiveStreamEventList", **(WINDOW | window)) == "InvalidParameter"


def test_state_of_a_stream(emulator: Emulator) -> None:
    """A push makes its stream active until it ends."""
    names = {"DomainName": "push.example.com", "AppName": "live"}
    push(emulator, HOUR, None, "on")
    push(emulator, HOUR, 2 * HOUR, "off")

    states = [call(sdk(emulator), "DescribeLiveStreamState", StreamName=name, **names) for name in ("on", "off")]
    assert [state["StreamState"] for state in states] == ["active", "inactive"]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"start": "2026-11-20T12:00"},
        {"end": "2026-11-20T11:00:00Z"},
        {"stream": ""},
        {"domain": "x"},
        {"speed": 2},
        [],
    ],
)
def test_wrong_orders(emulator: Emulator, wrong: object) -> None:
    """A push that cannot be is refused with a sentence."""
    good = {"domain": "push.example.com", "app": "live", "stream": "s", "start": "2026-11-20T12:00:00Z"}
    sent = good | wrong if isinstance(wrong, dict) and wrong else wrong

    status, answer = control(emulator.port, "POST", "pushes", sent)
    assert (status, answer["error"][-1]) == (400, ".")


def test_a_state_file_keeps_pushes_and_files(emulator: Emulator, tmp_path: Path) -> None:
    """Another emulator continues with them."""
    push(emulator, HOUR, 2 * HOUR)
    push(emulator, HOUR, None, "running")
    state = control(emulator.port, "GET", "state")[1]
    (tmp_path / "state.json").write_text(json.dumps(state), encoding="utf-8")
    later = datetime.fromtimestamp(AT + 8 * HOUR, UTC)

    with Emulator(now=later, state=tmp_path / "state.json") as other:
        assert Vod(other).files() == Vod(emulator).files()
        push(other, 3 * HOUR, 4 * HOUR)
        assert len(Vod(other).files()) == 6
