"""The example receiver on SQLite and PostgreSQL: repeated, reordered, late, forged, oversized, hostile and concurrent notifications.

Most tests call the web application in process; a few start it as users do.
"""

import hashlib
import http.client
import importlib.util
import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy

from live_recording.callbacks import FileEvent
from live_recording.callbacks.database import DatabaseError, EventDatabase, open_database
from tests.callbacks.test_callbacks import EXCEPTION, FILE, PUSH, STATUS
from tests.support.clock import AT, NOW
from tests.support.postgres import Postgres, binaries

EXAMPLE = Path(__file__).parent.parent.parent / "examples/receiver/receiver.py"
KEY, OLD_KEY, SECRET_PATH = "key-of-the-tests-1", "key-of-the-tests-0", "f00dfeed-f00dfeed"
ALL = [FILE, STATUS, EXCEPTION, PUSH]
FOREVER = (datetime(1971, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("receiver_example", EXAMPLE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


receiver = _load()


def signed(payload: dict[str, Any], sent: datetime = NOW, key: str = KEY) -> bytes:
    """Return a notification as the vendor sends it at this time."""
    expires = int(sent.timestamp()) + 600
    sign = hashlib.md5(f"{key}{expires}".encode(), usedforsecurity=False).hexdigest()
    return json.dumps({**payload, "t": expires, "sign": sign}).encode()


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """Return a server."""
    commands = binaries()
    if commands is None:
        pytest.skip("PostgreSQL is not installed.")
    with Postgres(commands) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/notifications.db"
    return str(request.getfixturevalue("postgres").backend())


def environment(url: str) -> dict[str, str]:
    """Return the settings of a receiver."""
    keys = json.dumps({"callbacks": KEY, "old": OLD_KEY})
    return {"DATABASE_URL": url, "RECEIVER_PATH": SECRET_PATH, "LIVE_RECORDING_CALLBACK_KEYS": keys}


@pytest.fixture
def app(url: str) -> Iterator[Any]:
    """Return a receiver at a fixed time."""
    made = receiver.receiver_from({**environment(url), "LIVE_RECORDING_NOW": NOW.isoformat()})
    yield made
    made.database.close()


def post(app: Any, body: bytes, path: str = f"/{SECRET_PATH}", method: str = "POST", **more: Any) -> int:
    """Return the status of the answer to one request."""
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "CONTENT_LENGTH": str(len(body))}
    status: list[str] = []
    app(environ | {"wsgi.input": io.BytesIO(body)} | more, lambda line, _: status.append(line))
    return int(status[0].split()[0])


def stored(database: EventDatabase) -> list[str]:
    """Return the keys of what is stored."""
    return sorted(event.deduplication_key for event in database.read((0, 1, 100, 332, 341), *FOREVER))


KEYS = sorted(["file/5285890800000000001", "status/42/3", "exception/42/-104/1642089445", "push/7/0"])


def test_repeated_reordered_and_concurrent_notifications_are_stored_once(app: Any) -> None:
    """Eight at a time, each event five times, in any order: each is answered with 200 and stored once."""
    bodies = [signed(payload, NOW - timedelta(minutes=minute)) for payload in ALL for minute in range(5)]
    random.Random(1).shuffle(bodies)  # noqa: S311 - a test
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda body: post(app, body), bodies))

    assert set(statuses) == {200}
    assert stored(app.database) == KEYS


def test_secrets_are_not_stored(app: Any) -> None:
    """Neither the signature nor the secrets of push addresses are in the database; the rest can be read back."""
    for payload in ALL:
        assert post(app, signed({**payload, "txSecret": "5e0d6eb9", "more": {"key": "5e0d6eb9"}})) == 200
    with app.database.engine.connect() as connection:
        rows = connection.execute(sqlalchemy.text("SELECT * FROM notifications")).all()

    assert len(rows) == 4
    assert "5e0d6eb9" not in repr(rows)
    assert '"sign"' not in repr(rows)
    (event,) = app.database.read((100,), *FOREVER)
    assert isinstance(event, FileEvent)
    assert (event.stream, event.end) == ("final", datetime.fromtimestamp(1642089598, UTC))
    assert list(app.database.read((100,), NOW, NOW + timedelta(days=1))) == []


def damaged(**fields: Any) -> bytes:
    """Return the notification of a file with other fields."""
    return signed({**FILE, **fields})


DEEP = b'{"event_type": 100, "x": ' + b"[" * 400 + b"]" * 400 + b","
REJECTED: dict[str, tuple[bytes, dict[str, Any], int]] = {
    "late": (signed(FILE, NOW - timedelta(seconds=601)), {}, 403),
    "from the future": (signed(FILE, NOW + timedelta(minutes=2)), {}, 403),
    "other key": (signed(FILE, key="key-of-nobody"), {}, 403),
    "no signature": (json.dumps(FILE).encode(), {}, 403),
    "signature of another time": (json.dumps({**json.loads(signed(FILE)), "t": AT + 601}).encode(), {}, 403),
    "not JSON": (b"x", {}, 403),
    "not UTF-8": (b'{"x": "\xff"}', {}, 403),
    "wrong path": (signed(FILE), {"path": f"/{SECRET_PATH}x"}, 404),
    "no path": (signed(FILE), {"path": "/"}, 404),
    "odd path": (signed(FILE), {"path": "/\xff\0"}, 404),
    "GET": (b"", {"method": "GET"}, 405),
    "no length": (signed(FILE), {"CONTENT_LENGTH": ""}, 411),
    "too large": (damaged(more="x" * 70_000), {}, 413),
    "unknown event": (damaged(event_type=321), {}, 422),
    "event of another type": (damaged(event_type="100"), {}, 422),
    "deep": (DEEP + signed(FILE)[1:], {}, 200),
    "deeper than Python": (DEEP.replace(b"[" * 400, b"[" * 5000) + signed(FILE)[1:], {}, 403),
    "NUL in a name": (damaged(stream_id="a\0b"), {}, 422),
    "half a character": (damaged(stream_id="\ud800"), {}, 422),
    "id too long": (damaged(file_id="9" * 300), {}, 422),
    "no number": (damaged(duration="NaN"), {}, 422),
    "negative": (damaged(duration=-1), {}, 422),
    "end of time": (damaged(end_time=10**18), {}, 422),
    "SQL": (damaged(file_id="1", stream_id="'); DROP TABLE notifications; --"), {}, 200),
    "control characters": (damaged(file_id="2", stream_id="a\r\n\x1b[2J"), {}, 200),
}


def test_hostile_requests(app: Any) -> None:
    """Each is answered with its status; only what was answered with 200 is stored."""
    assert {name: post(app, body, **more) for name, (body, more, _) in REJECTED.items()} == {
        name: status for name, (_, _, status) in REJECTED.items()
    }
    assert stored(app.database) == ["file/1", "file/2", "file/5285890800000000001"]


def test_a_forged_body_is_accepted_within_ten_minutes() -> None:
    """The vendor's signature does not cover the body: the README says why the path must be secret."""
    seen = json.loads(signed(FILE))

    receiver.verify_signature(KEY, {**PUSH, "t": seen["t"], "sign": seen["sign"]}, NOW)


def test_a_key_can_be_replaced(app: Any) -> None:
    """Both keys are valid while the callback template changes from one to the other."""
    assert [post(app, signed(payload, key=key)) for payload, key in ((FILE, OLD_KEY), (PUSH, KEY))] == [200, 200]


def test_no_database_is_never_200(app: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be stored is answered with 503, so that the vendor sends it again."""
    with app.database.engine.begin() as connection:
        connection.execute(sqlalchemy.text("ALTER TABLE notifications RENAME TO gone"))
    assert post(app, signed(FILE)) == 503
    assert "cannot be used" in capsys.readouterr().err

    with app.database.engine.begin() as connection:
        connection.execute(sqlalchemy.text("ALTER TABLE gone RENAME TO notifications"))
    assert post(app, signed(FILE)) == 200


WRONG = {
    "no path": ({"RECEIVER_PATH": ""}, "RECEIVER_PATH is not a secret path: 16 or more letters"),
    "short path": ({"RECEIVER_PATH": "callbacks"}, "openssl rand -hex 16"),
    "no keys": ({"LIVE_RECORDING_CALLBACK_KEYS": ""}, "Without a key anyone can send notifications."),
    "keys are not JSON": ({"LIVE_RECORDING_CALLBACK_KEYS": "abc"}, "is not a JSON object of callback keys"),
    "another database": ({"DATABASE_URL": "mysql://u:hunter22@h/d"}, "must begin with sqlite:/// or postgresql://"),
    "no URL": ({"DATABASE_URL": "hunter22"}, "must begin with sqlite:/// or postgresql://"),
    "no server": (
        {"DATABASE_URL": "postgresql://u:hunter22@127.0.0.1:1/d?password=hunter22"},
        "postgresql+psycopg://u:***@127.0.0.1:1/d cannot be used: connection failed",
    ),
    "no folder": ({"DATABASE_URL": "sqlite:////no/such/folder/x.db"}, "unable to open database file"),
}


@pytest.mark.parametrize(("changed", "sentence"), WRONG.values(), ids=WRONG)
def test_wrong_settings(changed: dict[str, str], sentence: str) -> None:
    """The receiver does not start, and says why without the password."""
    with pytest.raises((receiver.WrongSettings, DatabaseError)) as failed:
        receiver.receiver_from(environment("sqlite://") | changed)

    assert sentence in str(failed.value)
    assert "hunter22" not in str(failed.value)


def test_a_table_with_other_columns(url: str) -> None:
    """Another table of the same name is left alone."""
    database = open_database(url)
    with database.engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE notifications (id INTEGER)"))

    with pytest.raises(DatabaseError, match=r"has no column app, body, domain, .*: it is not one of a receiver"):
        receiver.receiver_from(environment(url))
    database.close()


class Process:
    """A receiver as users start it."""

    def __init__(self, url: str) -> None:
        path = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, EXAMPLE, "--port", "0"],
            env=path | environment(url), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self.process.stdout
        self.line = self.process.stdout.readline()
        self.port = int(self.line.split("127.0.0.1:")[1].split("/")[0])

    def post(self, body: bytes, **headers: str) -> int:
        """Return the status of the answer; 0: the connection ended without one."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", f"/{SECRET_PATH}", body, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()


def _waits_for_lock(connection: sqlalchemy.Connection) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    return bool(connection.execute(sqlalchemy.text(waiting)).scalar())


def test_killed_between_receive_and_commit(postgres: Postgres) -> None:
    """There is no answer, nothing is stored, and the repeated notification is stored once by the next process."""
    url = postgres.backend()
    body = signed(FILE, datetime.now(UTC))
    first, database = Process(url), open_database(url)
    assert SECRET_PATH not in first.line
    with database.engine.connect() as connection, ThreadPoolExecutor(1) as pool:
        connection.execute(sqlalchemy.text("LOCK TABLE notifications IN EXCLUSIVE MODE"))
        answer = pool.submit(first.post, body)
        while not _waits_for_lock(connection):
            assert not answer.done()
        first.kill()
        assert answer.result() == 0
        connection.rollback()

    second = Process(url)
    assert [second.post(body), second.post(body)] == [200, 200]
    assert second.post(b"x" * 100_000) == 413
    second.kill()
    assert stored(database) == ["file/5285890800000000001"]
    database.close()


def test_reading_creates_nothing(tmp_path: Path, postgres: Postgres) -> None:
    """Read-only, a missing file stays missing, a missing table is named, and nothing can be stored."""
    missing = open_database(f"sqlite:///{tmp_path}/missing.db", read_only=True)
    with pytest.raises(DatabaseError, match="unable to open database file"):
        missing.check_table()
    assert list(tmp_path.iterdir()) == []

    database = open_database(postgres.backend(), read_only=True)
    with pytest.raises(DatabaseError, match="has no table notifications"):
        database.check_table()
    with pytest.raises(DatabaseError, match="has no table notifications"):
        database.create_table()
    database.close()
