"""`emulate` as a command: its first line, its state file, the command that it runs, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

from live_recording.emulator import Emulator
from live_recording.emulator.state_file import StateFileError
from tests.support.clock import NOW
from tests.support.sdk_client import RULE, TASK, call, code, control, sdk, template

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("TENCENTCLOUD_")},
    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
}
SCRIPT = """
import json, sys
from pathlib import Path
from live_recording.emulator.command import emulate
options = {"port": 0, "state": None, "site": "intl", "now": None, "rates": False, "tls": False, "command": []}
options |= json.loads(sys.argv[1])
options["state"] = options["state"] and Path(options["state"])
sys.exit(emulate(**options, report=lambda sentence: print(sentence, file=sys.stderr)))
"""
SHOW = "import json, os; print(json.dumps(dict(os.environ)))"
WAIT = "import time; print('ready', flush=True); time.sleep(30)"
CATCH = f"import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); {WAIT}"


def popen(environment: dict[str, str], options: dict[str, object]) -> subprocess.Popen[str]:
    """Start the command in a process group of its own, so that no terminal's signals meet it."""
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, json.dumps(options)],
        env={**ENVIRONMENT, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@contextmanager
def serving(**options: object) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start the emulator and yield the process and its port; stop it and check that it ended without an error."""
    with popen({}, options) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        yield process, urlsplit(url).port or 0
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
        assert (out, err, process.returncode) == ("", "", 0)


def finished(environment: dict[str, str], **options: object) -> tuple[int, str, str]:
    """Status, output and errors of a command that ends by itself."""
    with popen(environment, options) as process:
        out, err = process.communicate(timeout=20)
        return process.returncode, out, err


def test_emulator_stands_alone() -> None:
    """The emulator loads nothing of the project beside itself, and no SDK: agreement with the rest is evidence."""
    loaded = "import live_recording.emulator.command, sys; print(*sys.modules)"
    seen = subprocess.run(
        [sys.executable, "-c", loaded], env=ENVIRONMENT, capture_output=True, text=True, check=True
    ).stdout.split()
    ours = {
        name for name in seen if name.startswith("live_recording.") and not name.startswith("live_recording.emulator")
    }

    assert ours == set()
    assert not {"tencentcloud", "pulumi", "pydantic", "requests"} & set(seen)


def test_first_line_is_the_url() -> None:
    """The command prints its URL, serves, answers the control path, and ends quietly with 0."""
    with serving(now="2026-12-04T12:00:00Z") as (_, port):
        assert control(port, "GET", "log") == (200, [])


def test_second_line_names_the_authority() -> None:
    """With tls the URL is https, the second line names the file of its authority, and the file ends with it."""
    with popen({}, {"tls": True}) as process:
        assert process.stdout
        url, file = process.stdout.readline().strip(), Path(process.stdout.readline().strip())
        assert file.read_text().startswith("-----BEGIN CERTIFICATE-----\n")
        log = requests.get(f"{url}/_control/log", verify=str(file), timeout=5).json()
        process.send_signal(signal.SIGTERM)

        assert (log, *process.communicate(timeout=10), process.returncode) == ([], "", "", 0)
        assert url.startswith("https://127.0.0.1:")
        assert not file.exists()


def test_command_trusts_the_authority() -> None:
    """With tls the command finds the file in REQUESTS_CA_BUNDLE, while it runs; without tls that is left alone."""
    show = f"{SHOW}; print(open(os.environ['REQUESTS_CA_BUNDLE']).readline())"
    _, out, err = finished({"REQUESTS_CA_BUNDLE": os.devnull}, tls=True, command=[sys.executable, "-c", show])
    _, plain, _ = finished({"REQUESTS_CA_BUNDLE": os.devnull}, command=[sys.executable, "-c", SHOW])
    seen, first = json.loads(out.splitlines()[0]), out.splitlines()[1]

    assert (first, err) == ("-----BEGIN CERTIFICATE-----", "")
    assert seen["LIVE_RECORDING_ENDPOINT"].startswith("https://127.0.0.1:")
    assert not Path(seen["REQUESTS_CA_BUNDLE"]).exists()
    assert json.loads(plain)["REQUESTS_CA_BUNDLE"] == os.devnull


def test_interrupt_ends_quietly() -> None:
    """An interrupt from the keyboard ends it like SIGTERM does."""
    with popen({}, {}) as process:
        assert process.stdout
        process.stdout.readline()
        process.send_signal(signal.SIGINT)

        assert (*process.communicate(timeout=10), process.returncode) == ("", "", 0)


def test_state_file_keeps_the_account(tmp_path: Path) -> None:
    """What one emulator holds, the next one on the same file holds too; the file is for people."""
    file = tmp_path / "account.json"
    with Emulator(site="cn", state=file, now=NOW) as emulator:
        client = sdk(emulator)
        template_id = template(client, Mp4Param={"Enable": 1})
        call(client, "CreateLiveRecordRule", **RULE, TemplateId=template_id)
        task_id = call(client, "CreateRecordTask", **TASK)["TaskId"]
        before = emulator.service.state()
    with Emulator(site="cn", state=file, now=NOW) as emulator:
        client = sdk(emulator)
        assert emulator.service.state() == before
        assert template(client) == template_id + 1
        assert code(client, "StopRecordTask", TaskId=task_id) is None
        after = emulator.service.state()

    assert json.loads(file.read_text()) == after
    assert [one.name for one in tmp_path.iterdir()] == ["account.json"]
    assert '\n      "TemplateName": "archive",' in file.read_text()


def test_state_file_may_be_short(tmp_path: Path) -> None:
    """A template in a hand-written state file needs only an id and a name; the rest are defaults."""
    file = tmp_path / "account.json"
    state = {"site": "intl", "last_template_id": 0, "templates": [{"TemplateId": 7, "TemplateName": "t"}]}
    file.write_text(json.dumps({**state, "rules": [], "tasks": []}))
    with Emulator(state=file) as emulator:
        read = call(sdk(emulator), "DescribeLiveRecordTemplate", TemplateId=7)["Template"]

        assert read["HlsParam"]["RecordInterval"] == 1800
        assert template(sdk(emulator)) == 8


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"site": "cn", "last_template_id": 1, "templates": [], "rules": [], "tasks": []}',
        '{"site": "intl", "last_template_id": 1, "templates": [], "rules": []}',
        '{"site": "intl", "last_template_id": 1, "templates": [], "rules": [{"DomainName": "a.b"}], "tasks": []}',
    ],
)
def test_broken_state_file_is_one_sentence(tmp_path: Path, text: str) -> None:
    """A state file that is not ours is refused, and stays as it is."""
    file = tmp_path / "account.json"
    file.write_text(text)
    with pytest.raises(StateFileError, match=r"^The state file .*\.$"):
        Emulator(state=file)
    assert file.read_text() == text


def test_usage_is_one_sentence_and_two(tmp_path: Path) -> None:
    """What cannot start says why in one line on standard error, with exit code 2 and nothing on standard output."""
    (tmp_path / "broken").write_text("{")
    with Emulator() as other:
        refused: list[dict[str, object]] = [
            {"state": str(tmp_path / "broken")},
            {"state": str(tmp_path / "nowhere" / "file")},
            {"port": other.port},
            {"port": 70000},
            {"site": "mars"},
            {"now": "noon"},
            {"command": [str(tmp_path / "no-such-command")]},
        ]
        for options in refused:
            status, out, err = finished({}, **options)

            assert (status, out, err.count("\n"), err[-2:]) == (2, "", 1, ".\n"), options


def test_command_gets_what_it_needs() -> None:
    """A command finds endpoint, key pair, region and the way around proxies in its environment."""
    status, out, err = finished({"NO_PROXY": "intra.net"}, site="cn", command=[sys.executable, "-c", SHOW])
    seen = json.loads(out)
    host = seen["LIVE_RECORDING_ENDPOINT"].removeprefix("http://")

    assert (status, err) == (0, "")
    assert host.startswith("127.0.0.1:")
    assert [seen[f"TENCENTCLOUD_{name}"] for name in ("SECRET_ID", "SECRET_KEY")] == ["emulator", "emulator"]
    assert seen["TENCENTCLOUD_REGION"] == "ap-guangzhou"
    assert (seen["NO_PROXY"], seen["no_proxy"]) == (f"intra.net,127.0.0.1,{host}", f"127.0.0.1,{host}")


def test_command_keeps_key_pair_and_region() -> None:
    """The key pair of the environment is the one that the emulator accepts."""
    pair = {"TENCENTCLOUD_SECRET_ID": "id", "TENCENTCLOUD_SECRET_KEY": "key", "TENCENTCLOUD_REGION": "ap-tokyo"}
    _, out, _ = finished(pair, command=[sys.executable, "-c", SHOW])

    assert {name: json.loads(out)[name] for name in pair} == pair


def test_command_status_is_returned() -> None:
    """The exit status is that of the command, 128 + n for a signal."""
    suicide = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"

    assert finished({}, command=[sys.executable, "-c", "raise SystemExit(5)"])[0] == 5
    assert finished({}, command=[sys.executable, "-c", suicide])[0] == 128 + signal.SIGKILL


@pytest.mark.parametrize(
    ("script", "number", "status"),
    [(CATCH, signal.SIGTERM, 7), (WAIT, signal.SIGTERM, 128 + signal.SIGTERM), (WAIT, signal.SIGHUP, 129)],
)
def test_command_gets_our_signals(script: str, number: int, status: int) -> None:
    """A signal is passed on, and the command decides what becomes of it."""
    with popen({}, {"command": [sys.executable, "-c", script]}) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        process.communicate(timeout=10)

        assert process.returncode == status
