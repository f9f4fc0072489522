"""The official command line client `tccli` drives the emulator: templates, rules and tasks.

It takes its authorities from `certifi` and from nothing else (observed), not from REQUESTS_CA_BUNDLE; a module of that
name, found first, gives it ours. Over http it needs nothing but the scheme in its --endpoint.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from live_recording.emulator import Emulator
from tests.support.clock import AT, HOUR, NOW
from tests.support.sdk_client import DOMAIN, RULE

if TYPE_CHECKING:
    from collections.abc import Iterator


TCCLI = Path(__file__).parent.parent.parent / ".tccli/bin/tccli"
STAND_IN = "import os\n\n\ndef where():\n    return os.environ['REQUESTS_CA_BUNDLE']\n"


class Shell:
    """A user of tccli, with a separate home directory."""

    def __init__(self, emulator: Emulator, home: Path) -> None:
        self.emulator = emulator
        self.environment = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "TENCENTCLOUD_SECRET_ID": emulator.secret_id,
            "TENCENTCLOUD_SECRET_KEY": emulator.secret_key,
            "TENCENTCLOUD_REGION": "ap-singapore",
        }
        self.endpoint = emulator.url
        if emulator.ca_file:
            (home / "certifi.py").write_text(STAND_IN, encoding="utf-8")
            self.environment |= {"PYTHONPATH": str(home), "REQUESTS_CA_BUNDLE": str(emulator.ca_file)}
            self.endpoint = emulator.url.removeprefix("https://")

    def run(self, action: str, **fields: object) -> subprocess.CompletedProcess[str]:
        """One command, with objects and numbers as a shell writes them."""
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
        options = [part for name, text in texts.items() for part in (f"--{name}", text)]
        command = [str(TCCLI), "live", action, "--endpoint", self.endpoint, *options]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=60)

    def __call__(self, action: str, **fields: object) -> dict[str, Any]:
        """Run a command that succeeds and return its output without the RequestId."""
        done = self.run(action, **fields)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        answer: dict[str, Any] = json.loads(done.stdout)
        assert answer.pop("RequestId")
        return answer


@pytest.fixture
def tccli(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    """Commands against an empty account, with https unless a test names http."""
    with Emulator(tls=getattr(request, "param", "https") == "https", now=NOW) as emulator:
        yield Shell(emulator, tmp_path)


def test_template_and_rule(tccli: Shell) -> None:
    """A template is created, described, bound by a rule, and deleted after the rule."""
    template_id = tccli("CreateLiveRecordTemplate", TemplateName="archive", Mp4Param={"Enable": 1})["TemplateId"]
    read = tccli("DescribeLiveRecordTemplate", TemplateId=template_id)["Template"]
    assert (read["TemplateName"], read["Mp4Param"]["Enable"]) == ("archive", 1)

    tccli("CreateLiveRecordRule", **RULE, TemplateId=template_id)
    (rule,) = tccli("DescribeLiveRecordRules")["Rules"]
    assert {name: rule[name] for name in RULE} == RULE

    refused = tccli.run("DeleteLiveRecordTemplate", TemplateId=template_id)
    assert refused.returncode != 0
    assert "FailedOperation.ConfInUsed" in refused.stdout + refused.stderr
    tccli("DeleteLiveRecordRule", **RULE)
    tccli("DeleteLiveRecordTemplate", TemplateId=template_id)
    state = tccli.emulator.service.state()
    assert (state["templates"], state["rules"]) == ([], [])


def test_callback_template_and_rule(tccli: Shell) -> None:
    """A callback template is created, described, bound by a rule, and deleted after the rule."""
    url = "https://hooks.example.com/live/x7Kq"
    template_id = tccli("CreateLiveCallbackTemplate", TemplateName="newsroom", RecordNotifyUrl=url)["TemplateId"]
    read = tccli("DescribeLiveCallbackTemplate", TemplateId=template_id)["Template"]
    assert (read["TemplateName"], read["RecordNotifyUrl"]) == ("newsroom", url)

    key = {"DomainName": DOMAIN, "AppName": "live"}
    tccli("CreateLiveCallbackRule", **key, TemplateId=template_id)
    (rule,) = tccli("DescribeLiveCallbackRules")["Rules"]
    assert {name: rule[name] for name in key} == key
    tccli("DeleteLiveCallbackRule", **key)
    tccli("DeleteLiveCallbackTemplate", TemplateId=template_id)
    state = tccli.emulator.service.state()
    assert (state["callback_templates"], state["callback_rules"]) == ([], [])


@pytest.mark.parametrize("tccli", ["https", "http"], indirect=True)
def test_task(tccli: Shell) -> None:
    """A task is created, described, stopped and deleted."""
    key = {"DomainName": DOMAIN, "AppName": "live", "StreamName": "final"}
    times = {"StartTime": AT + HOUR, "EndTime": AT + 2 * HOUR}
    task_id = tccli("CreateRecordTask", **key, **times, TemplateId=7)["TaskId"]

    listed = tccli("DescribeRecordTask", **times)["TaskList"]
    assert listed == [{"TaskId": task_id, **key, **times, "TemplateId": 7, "Stopped": 0}]
    tccli("StopRecordTask", TaskId=task_id)
    tccli("DeleteRecordTask", TaskId=task_id)
    assert tccli("DescribeRecordTask", **times)["TaskList"] == []


def test_deprecated_family(tccli: Shell) -> None:
    """A record of the deprecated family is created, stopped and deleted."""
    task_id = tccli("CreateLiveRecord", StreamName="final", Highlight=1)["TaskId"]
    tccli("StopLiveRecord", StreamName="final", TaskId=task_id)
    tccli("DeleteLiveRecord", StreamName="final", TaskId=task_id)

    assert tccli.emulator.service.state()["live_records"] == []


def test_https_is_verified(tmp_path: Path) -> None:
    """With its own authorities only, tccli refuses to talk to the emulator over https."""
    with Emulator(tls=True) as emulator:
        shell = Shell(emulator, tmp_path)
        del shell.environment["PYTHONPATH"]
        refused = shell.run("DescribeLiveRecordRules")

        assert "CERTIFICATE_VERIFY_FAILED" in refused.stdout + refused.stderr
        assert emulator.log == []
