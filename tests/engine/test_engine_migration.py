"""The sample calls of the vendor's documents, migrated and planned through the real CLI at the time that they are about."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from live_recording.core.vendor import SITES
from live_recording.migrate.builder import migrate_calls, render_report
from tests.support.emulated_account import Account
from tests.support.legacy_calls import url
from tests.support.live_project import LiveProject, steps

Fields = dict[str, str | int]
LIVE: Fields = {"AppName": "live", "DomainName": "5000.live.push.com", "StreamName": "livetest"}
GUIDE: Fields = {**LIVE, "DomainName": "mytest.live.push.com"}
MORNING: Fields = {"StartTime": 1597017600, "EndTime": 1597024800}
OLD: Fields = {
    **LIVE,
    "StartTime": "2018-09-11 12:04:01",
    "EndTime": "2018-09-11 12:08:01",
    "RecordType": "video",
    "FileFormat": "flv",
    "Highlight": 0,
    "MixStream": 0,
}


class Samples(NamedTuple):
    """Sample calls, a time at which they could have been sent, and the resources that represent them."""

    action: str
    calls: tuple[Fields, ...]
    now: str
    created: tuple[str, ...]


SAMPLES = (
    Samples("CreateLiveRecord", (OLD,), "2018-09-11T03:00", ("flv-forever", "livetest-20180911T1204")),
    Samples(
        "CreateRecordTask",
        ({**LIVE, "StartTime": 1589889600, "EndTime": 1589904000, "TemplateId": 0},),
        "2020-05-19T11:00",
        ("livetest-20200519T2000",),
    ),
    Samples(
        "CreateRecordTask",
        (
            {**GUIDE, **MORNING, "TemplateId": 0},
            {**GUIDE, **MORNING, "TemplateId": 17016},
            {**GUIDE, "StreamName": "test", "EndTime": 1597024800},
        ),
        "2020-08-09T23:00",
        ("livetest-20200810T0800", "livetest-20200810T0800-2", "until-test-20200810T1000"),
    ),
)


def written(project: LiveProject, samples: Samples) -> None:
    """Write the calls as the project's stack file, and set every clock to their time."""
    now = datetime.fromisoformat(samples.now).replace(tzinfo=UTC)
    project.account.emulator.set_now(now)
    project.environment["LIVE_RECORDING_NOW"] = f"{samples.now}Z"
    text = "\n\n".join(url(fields, samples.action) for fields in samples.calls)
    made = migrate_calls({"samples.txt": text}, "", "", SITES["intl"], now)
    assert made.notes == (), render_report(made)
    (project.directory / "stacks" / "dev.yaml").write_text(made.text, encoding="utf-8")


def test_samples_are_planned(tmp_path: Path, account: Account) -> None:
    """Each sample call becomes a task that is created, and nothing else but the template that it needs."""
    project = LiveProject(tmp_path, account)
    account.emulator.service.account.last_template_id = 17015  # the next one is that of the guide
    account.template("templat")
    for samples in SAMPLES:
        written(project, samples)

        assert steps(project.plan()) == dict.fromkeys(samples.created, "create")


def test_sample_records_what_it_asked_for(tmp_path: Path, account: Account) -> None:
    """The deprecated call, applied as a task, records the same stream, at the same time, in the same format."""
    project = LiveProject(tmp_path, account)
    written(project, SAMPLES[0])
    project.up()
    (_, template), (_, task) = account.changes()
    times = [datetime.fromtimestamp(task[name], UTC).isoformat() for name in ("StartTime", "EndTime")]

    assert template["FlvParam"] == {"Enable": 1, "StorageTime": 0}
    assert times == ["2018-09-11T04:04:01+00:00", "2018-09-11T04:08:01+00:00"]
    assert {name: task[name] for name in LIVE} == LIVE
    assert task["TemplateId"] == account.state["templates"][0]["TemplateId"]
    assert project.drift()["changeSummary"].keys() <= {"same"}
