"""Fields that were never set: an account answers null, a zero, or nothing, and everything reads these alike."""

import json
from pathlib import Path

import pytest

from live_recording.account.api_mapping import modify_template, template_inputs
from live_recording.account.objects import NO_TEMPLATE, LiveTemplate
from live_recording.account.snapshot import Snapshot
from live_recording.account.snapshot_file import snapshot_text, take_snapshot
from live_recording.account.snapshot_reader import from_data
from live_recording.adopt.builder import adopt_account
from live_recording.config.settings import parse_settings
from live_recording.core.stack_ref import StackRef
from live_recording.emulator import Emulator
from live_recording.stackfile.reader import parse
from tests.support.clock import AT, DAY, HOUR
from tests.support.emulated_account import Account

MP4 = {"Enable": 1, "StorageTime": DAY}
NAMES = ("first", "second", "third")


@pytest.fixture
def snapshot(cn_account: Account) -> Snapshot:
    """Return an account with three templates and six tasks that differ in their names and times only."""
    for name in NAMES:
        cn_account.template(name, Mp4Param=MP4, HlsParam={"Enable": 1})
    for hours in range(1, 7):
        task = {"DomainName": "push.example.com", "AppName": "live", "StreamName": "final"}
        cn_account.in_console("CreateRecordTask", **task, StartTime=AT + hours * HOUR, EndTime=AT + (hours + 1) * HOUR)
    return take_snapshot(parse_settings({"site": "cn"}.get, cn_account.environment))


def test_account_answers_every_form(snapshot: Snapshot) -> None:
    """The sample has all three forms, of templates and of tasks."""
    templates = [live.raw for live in snapshot.templates.values()]
    tasks = [live.raw for live in snapshot.tasks.values()]

    assert {str(raw.get("CosStore", "absent")) for raw in templates} == {"None", "0", "absent"}
    assert {str(raw["Mp4Param"].get("ClassId", "absent")) for raw in templates} == {"None", "0", "absent"}
    assert {str(raw.get("TemplateId", "absent")) for raw in tasks} == {"None", "0", "absent"}


def test_provider_reads_them_alike(snapshot: Snapshot) -> None:
    """Read back, each is what was declared, and a change of one field sends the same for each."""
    for live in snapshot.templates.values():
        formats = {"mp4": {"storage_time": DAY}, "hls": {}}
        assert template_inputs(live, {}) == {"template_name": live.name, **formats}
        asked = {"mp4": {"class_id": 0, "storage_mode": "normal"}, "hls": {"flow_continue_duration": 0}}
        assert template_inputs(live, asked)["mp4"] == {"storage_time": DAY, "class_id": 0, "storage_mode": "normal"}
        assert template_inputs(live, asked)["hls"] == {"flow_continue_duration": 0}
        change = modify_template({"template_name": live.name, **formats, "description": "new"}, live, cos=True)
        assert {name: value for name, value in change.items() if name not in ("TemplateId", "TemplateName")} == {
            "Description": "new",
            "Mp4Param": MP4,
            "HlsParam": {"Enable": 1},
        }
    assert {task.template_id for task in snapshot.tasks.values()} == {NO_TEMPLATE}


def test_adoption_writes_them_alike(snapshot: Snapshot) -> None:
    """The entries of the stack file differ in their names only."""
    written = parse(adopt_account(snapshot, StackRef("shop", "dev"), {}, None).text).root
    assert written is not None

    entries = [
        {name: entry[name] for name in entry if name != "template_name"} for entry in written["templates"].values()
    ]
    assert [str(entry["template_name"].text) for entry in written["templates"].values()] == sorted(NAMES)
    assert entries == [entries[0]] * 3
    assert entries[0].keys() == {"mp4", "hls"}


def test_snapshots_keep_them(snapshot: Snapshot, tmp_path: Path) -> None:
    """A snapshot reads back as it was, and an emulator that continues from its file answers what a new account does."""
    text = snapshot_text(snapshot)
    file = tmp_path / "account.json"
    file.write_text(text, encoding="utf-8")
    read = from_data(json.loads(text))

    assert {live.id: live.raw for live in read.templates.values()} == {
        live.id: live.raw for live in snapshot.templates.values()
    }
    with Emulator(site="cn", state=file) as played:
        stored = [LiveTemplate.from_api(one) for one in played.service.state()["templates"]]
        assert [template_inputs(one, {}) for one in stored] == [
            {"template_name": name, "mp4": {"storage_time": DAY}, "hls": {}} for name in NAMES
        ]
        assert {task["TemplateId"] for task in played.service.state()["tasks"]} == {0}
