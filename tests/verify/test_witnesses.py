"""Notifications as second and third witness: what they prove, where VOD and they differ, and databases that cannot be used."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
import sqlalchemy

from live_recording.account import client
from live_recording.config.files import read_settings
from live_recording.core.streams import StreamKey
from live_recording.emulator import Emulator
from live_recording.project import StackFile
from live_recording.verify.intervals import Interval
from live_recording.verify.model import Push
from live_recording.verify.reading import AccountReader, open_services
from live_recording.verify.run import Verification
from live_recording.verify.witnesses import notified, unlisted_pushes
from tests.callbacks.test_callbacks import PUSH as PUSH_EVENT
from tests.callbacks.test_receiver import SECRET_PATH, environment, receiver
from tests.cli.test_check import Scratch
from tests.support.clock import NOW
from tests.support.review_stack import stack_file
from tests.support.sdk_client import call, control, sdk
from tests.support.verb_runner import run_verb
from tests.verify.test_verify_verb import EVENTS, EXPECTED, MORNING_AFTER, PUSH, STACK, MatchDay

KEY = "key-of-the-tests-1"


class Quiet(WSGIRequestHandler):
    """Requests without a log."""

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class Witnessed(MatchDay):
    """A match day whose notifications go to the example receiver."""

    def __init__(self, emulator: Emulator, scratch: Scratch, server: WSGIServer, database: Path) -> None:
        url = f"http://127.0.0.1:{server.server_port}/{SECRET_PATH}"
        sent = {"TemplateName": "hooks", "CallbackKey": KEY, "RecordNotifyUrl": url}
        made = call(sdk(emulator), "CreateLiveCallbackTemplate", **sent)
        for domain in (PUSH, EVENTS):
            sent = {"DomainName": domain, "AppName": "", "TemplateId": made["TemplateId"]}
            call(sdk(emulator), "CreateLiveCallbackRule", **sent)
        super().__init__(emulator, scratch)
        self.database = f"sqlite:///{database}"

    def notify(self) -> None:
        """Send what is due."""
        self.emulator.deliver_callbacks()
        sent = self.emulator.service.state()["notifications"]
        assert {one["State"] for one in sent} <= {"delivered", "lost"}

    def stack(self, *arguments: str, code: int = 1) -> dict[str, Any]:
        """Return the verified stack from the JSON."""
        done = self.run("--format", "json", *arguments)
        assert done.returncode == code, done.stderr
        (stack,) = json.loads(done.stdout)["stacks"]
        return dict(stack)

    def run(self, *arguments: str) -> Any:
        """Run the command in this process."""
        known = {"LIVE_RECORDING_NOW": MORNING_AFTER.isoformat()}
        return run_verb(
            "verify", "dev", *arguments, directory=self.scratch.directory, environment=self.account.environment | known
        )


@pytest.fixture
def day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Witnessed]:
    """Return a match day with a receiver, before its notifications were sent."""
    monkeypatch.setattr("live_recording.emulator.emulator.DELIVERY_INTERVAL", 3600)
    database = tmp_path / "notifications.db"
    app = receiver.receiver_from(environment(f"sqlite:///{database}"))
    with Emulator(site="cn", now=NOW) as emulator:
        clock = emulator.service.clock
        live = receiver.Receiver(
            app.database, (KEY,), SECRET_PATH, lambda: datetime.fromtimestamp(clock.seconds(), UTC)
        )
        with make_server("127.0.0.1", 0, live, handler_class=Quiet) as server:
            Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
            yield Witnessed(emulator, Scratch(tmp_path), server, database)
            server.shutdown()
    app.database.close()


def verdicts(stack: dict[str, Any]) -> dict[tuple[str, str], set[tuple[str, str, str]]]:
    """Return app and stream -> entry, format and verdict."""
    found: dict[tuple[str, str], set[tuple[str, str, str]]] = {}
    for one in stack["recordings"]:
        _, app, stream = one["stream"].split("/")
        found.setdefault((app, stream), set()).add((one["by"], one["format"], one["verdict"]))
    return found


def test_a_match_day_with_a_receiver(day: Witnessed) -> None:
    """Notifications prove the files in COS; what VOD lost stays an alarm, and the difference is named."""
    day.notify()
    (lost, *_), gone = day.lose("match-3", "mp4", 1), day.lose("match-5", "flv")
    stack = day.stack("--events", day.database)

    proved = {("live", "stored"): {("rules.stored", "mp4", "recorded")}}
    assert verdicts(stack) == EXPECTED | proved
    by_name = {(one["by"], one["format"]): one for one in stack["recordings"]}
    assert by_name["rules.stored", "mp4"]["reason"] == "Proved by 2 notifications; the files are in COS."
    assert len(by_name["rules.stored", "mp4"]["files"]) == 2
    sentence = f"A notification came for {lost}, but VOD does not have it: was it deleted?"
    assert by_name["tasks.match-3", "mp4"]["reason"] == sentence
    assert stack["disagreements"] == [
        f"VOD does not have 3 files of which a notification came: {', '.join(sorted([lost, *gone]))}."
    ]
    for form in ("text", "md", "html"):
        assert "VOD does not have 3 files" in day.run("--format", form, "--events", day.database).stdout


def test_notifications_that_were_lost(day: Witnessed) -> None:
    """A file without notification is recorded, and named; a part of the files in COS proves nothing."""
    order = {"kind": "lose", "event": 100, "count": 1}
    assert control(day.emulator.port, "POST", "callback-faults", order)[0] == 200
    day.notify()
    with sqlalchemy.create_engine(day.database).begin() as connection:
        files = connection.execute(
            sqlalchemy.text("SELECT key FROM notifications WHERE stream = 'stored' AND event_type = 100")
        )
        one = next(iter(files))[0]
        connection.execute(sqlalchemy.text("DELETE FROM notifications WHERE key = :key"), {"key": one})
    day.emulator.deny("DescribeCallbackRecordsList")
    stack = day.stack("--events", day.database, code=0)

    assert verdicts(stack) == EXPECTED | {
        ("live", name): {(by, form, "recorded") for by, form, _ in EXPECTED["live", name]}
        for name in ("match-3", "match-5")
    }
    (stored,) = [one for one in stack["recordings"] if one["by"] == "rules.stored"]
    assert stored["reason"].endswith("Notifications name files for a part of the time.")
    assert len(stack["disagreements"]) == 1
    assert stack["disagreements"][0].startswith("No notification came for 1 file of ")
    assert any("DescribeCallbackRecordsList" in note for note in stack["notes"])


def test_the_vendor_lists_what_was_sent(day: Witnessed) -> None:
    """On cn files in COS are proved without a database, and a lost file is explained; streams that VOD proves are not asked for."""
    day.notify()
    (lost,) = day.lose("match-3", "mp4", 1)
    day.emulator.clear_log()
    stack = day.stack()

    (stored,) = [one for one in stack["recordings"] if one["by"] == "rules.stored"]
    (partly,) = [one for one in stack["recordings"] if one["verdict"] == "partly recorded"]
    assert (stored["verdict"], lost in partly["reason"]) == ("recorded", True)
    asked = [one["body"]["StreamName"] for one in day.emulator.log if one["action"] == "DescribeCallbackRecordsList"]
    assert set(asked) == {"stored", "match-3"}


def test_files_without_times_have_them_from_notifications(day: Witnessed) -> None:
    """VOD does not tell the times of some files: their notifications do."""
    later = MORNING_AFTER - timedelta(hours=4)
    day.push("nameless", "live", later, later + timedelta(hours=1), nameless=True)
    day.notify()
    found = {one["stream"]: one for one in day.stack("--events", day.database, code=0)["recordings"]}

    assert (found[f"{PUSH}/live/nameless"]["verdict"], found[f"{PUSH}/live/nameless"]["reason"]) == ("recorded", "")


def test_pushes_that_only_notifications_show() -> None:
    """Begin and end of one push are paired; one that overlaps a listed push is that push."""
    at = datetime.fromtimestamp(1642089598, UTC)
    begin = receiver.parse({**PUSH_EVENT, "event_type": 1, "event_time": 1642089000})
    end, unpaired = receiver.parse(PUSH_EVENT), receiver.parse({**PUSH_EVENT, "sequence": "8"})
    heard = notified([begin, end, unpaired])
    stream = StreamKey("push.example.com", "live", "final")
    push = Push(stream, Interval(at - timedelta(seconds=598), at))

    assert list(unlisted_pushes([], heard)) == [push]
    assert list(unlisted_pushes([Push(stream, Interval(at - timedelta(seconds=5), at))], heard)) == []


WRONG_DATABASES = {
    "no file": (
        "sqlite:///missing.db",
        "--events: sqlite:///missing.db cannot be used: unable to open database file",
    ),
    "no table": ("sqlite:///empty.db", "has no table notifications. Name the database of a receiver"),
    "other columns": ("sqlite:///other.db", "has no column app, body, domain"),
    "no database": ("sqlite:///Pulumi.yaml", "file is not a database"),
    "another dialect": ("mysql://u:hunter22@h/d", "must begin with sqlite:/// or postgresql://."),
    "no URL": ("hunter22", "must begin with sqlite:/// or postgresql://."),
    "no server": (
        "postgresql://u:hunter22@127.0.0.1:1/d",
        "--events: postgresql+psycopg://***@127.0.0.1:1/d cannot be used:",
    ),
}


@pytest.mark.parametrize(("url", "sentence"), WRONG_DATABASES.values(), ids=WRONG_DATABASES)
def test_databases_that_cannot_be_used(url: str, sentence: str, tmp_path: Path) -> None:
    """One sentence without password, exit code 2, and the account is not asked."""
    scratch = Scratch(tmp_path)
    scratch.write("stacks/dev.yaml", "rules: {}\n")
    for name, statement in (("empty", "SELECT 1"), ("other", "CREATE TABLE notifications (id INTEGER)")):
        with sqlalchemy.create_engine(f"sqlite:///{tmp_path}/{name}.db").begin() as connection:
            connection.execute(sqlalchemy.text(statement))
    (tmp_path / "empty.db").touch()
    done = run_verb(
        "verify", "dev", "--events", url, directory=tmp_path, environment={"LIVE_RECORDING_NOW": NOW.isoformat()}
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert "hunter22" not in done.stderr
    assert not (tmp_path / "missing.db").exists()


def test_without_the_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names what to install."""
    Scratch(tmp_path).write("stacks/dev.yaml", "rules: {}\n")
    monkeypatch.setitem(__import__("sys").modules, "live_recording.callbacks.database", None)
    done = run_verb(
        "verify", "--events", "sqlite:///x", directory=tmp_path, environment={"LIVE_RECORDING_NOW": NOW.isoformat()}
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert "--events needs SQLAlchemy: pip install 'live-recording[receiver]'." in done.stderr


QUERIES = ("SearchMedia", "DescribeLiveStreamEventList", "DescribeLiveStreamState", "DescribeCallbackRecordsList")
KINDS = ("throttle", "internal-error", "drop-before", "drop-after", "cut-body", "http502-before", "wrong-content-type")


@pytest.mark.parametrize("action", QUERIES)
def test_lasting_faults_prove_nothing(day: Witnessed, action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a query that always fails, nothing more is recorded than without a fault, and a note names the action."""
    # The client and the emulator are real; only its number of attempts and its wait are less, which take minutes for all faults.
    monkeypatch.setattr(client, "READS", 1)
    monkeypatch.setattr(client, "PATIENCE", 0)
    day.notify()
    day.lose("match-3", "mp4", 1)
    day.lose("match-5", "flv")
    environment = day.account.environment | {"LIVE_RECORDING_NOW": MORNING_AFTER.isoformat()}
    file = stack_file(STACK, read_settings({"site": "cn"}.get, environment))
    proved, notes = _verified(file)
    assert (("stored", "rules.stored", "mp4") in proved, notes) == (True, "")
    for kind in KINDS:
        day.emulator.clear_faults()
        day.emulator.fault(action, kind, count=10_000)
        recorded, notes = _verified(file)
        assert recorded <= proved, kind
        assert kind == "wrong-content-type" or action in notes, kind


def _verified(file: StackFile) -> tuple[set[tuple[str, str, str]], str]:
    """Return what is recorded, and the notes."""
    reader = AccountReader(open_services(file), MORNING_AFTER, lambda _: None)
    assert file.checked.stack
    period = Interval(MORNING_AFTER - timedelta(days=1), MORNING_AFTER)
    found, _ = Verification(reader, {}, lists_notifications=True).judge(file.checked.stack, period)
    recorded = {(one.stream.stream, one.by, one.format) for one in found if one.verdict == "recorded"}
    return recorded, " ".join(reader.unknown.notes)
