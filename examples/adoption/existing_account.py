"""Fill an account as with the vendor's console or `tccli live ACTION`, outside this tool."""

import os
from datetime import datetime, timedelta
from typing import Any

from tencentcloud.common.credential import EnvironmentVariableCredential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.live.v20180801.live_client import LiveClient

DAY = 86_400
PUSH, EVENTS = "push.west.example.com", "events.west.example.com"

protocol, _, host = os.environ["LIVE_RECORDING_ENDPOINT"].partition("://")
profile = ClientProfile(httpProfile=HttpProfile(protocol=protocol, endpoint=host))
signed = EnvironmentVariableCredential().get_credential()
client = LiveClient(signed, os.environ["TENCENTCLOUD_REGION"], profile)


def call(action: str, **parameters: Any) -> dict[str, Any]:
    """Return the content of "Response"."""
    answer: dict[str, Any] = client.call_json(action, parameters)["Response"]
    return answer


def template(name: str, **formats: Any) -> int:
    """Create a template and return its id."""
    return int(call("CreateLiveRecordTemplate", TemplateName=name, **formats)["TemplateId"])


def rule(template_id: int, app: str = "", stream: str = "") -> None:
    """Record with that template."""
    call("CreateLiveRecordRule", DomainName=PUSH, AppName=app, StreamName=stream, TemplateId=template_id)


def task(stream: str, hour: int, template_id: int) -> str:
    """Create a task that records for two hours, the day after `LIVE_RECORDING_NOW`, and return its id."""
    day = datetime.fromisoformat(os.environ["LIVE_RECORDING_NOW"]) + timedelta(days=1)
    start = int(day.replace(hour=hour, minute=0).timestamp())
    times = {"StartTime": start, "EndTime": start + 7200}
    made = call(
        "CreateRecordTask", DomainName=EVENTS, AppName="live", StreamName=stream, TemplateId=template_id, **times
    )
    return str(made["TaskId"])


archive = template("archive", Mp4Param={"Enable": 1, "RecordInterval": 3600, "StorageTime": 90 * DAY})
news = template("News-clips_new", Mp4Param={"Enable": 1, "StorageTime": 0}, FlvParam={"Enable": 0})
template("archive", HlsParam={"Enable": 1, "StorageTime": 7 * DAY})  # an abandoned test
rule(archive)
rule(news, app="news")
rule(news, app="news", stream="rehearsal")
task("derby", 12, archive)
call("StopRecordTask", TaskId=task("friendly", 15, archive))
