"""The emulator's callbacks, received by the example receiver: what they contain, signatures, retries, orders and records."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from live_recording.callbacks import FileEvent, PushEvent, StatusEvent, parse, verify_signature
from live_recording.emulator import Emulator
from tests.support.clock import AT, DAY, HOUR, NOW
from tests.support.sdk_client import DOMAIN, call, code, control, sdk, template

KEY = "key0of0the0tests"


class Receiver(ThreadingHTTPServer):
    """A server that answers with the statuses of a list, then with 200, and keeps what it received."""

    daemon_threads = True

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.received: list[tuple[str, dict[str, Any]]] = []
        super().__init__(("127.0.0.1", 0), Answering)
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        """Return the address."""
        return f"http://127.0.0.1:{self.server_port}/hook"

    def events(self, number: int) -> list[dict[str, Any]]:
        """Return the received notifications of one event."""
        return [body for _, body in self.received if body["event_type"] == number]


class Answering(BaseHTTPRequestHandler):
    """One request."""

    server: Receiver

    def do_POST(self) -> None:
        """Keep the body and answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, json.loads(body)))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a running receiver."""
    with Receiver() as made:
        yield made
        made.shutdown()


class Live:
    """An account with a rule and a callback rule since NOW, and no background delivery."""

    def __init__(self, emulator: Emulator, receiver: Receiver, **fields: Any) -> None:
        self.emulator, self.cn = emulator, sdk(emulator)
        urls = ("StreamBeginNotifyUrl", "StreamEndNotifyUrl", "RecordNotifyUrl", "RecordStatusNotifyUrl")
        sent = {**dict.fromkeys((*urls, "RecordExceptionNotifyUrl"), receiver.url), "CallbackKey": KEY, **fields}
        self.callback = call(self.cn, "CreateLiveCallbackTemplate", TemplateName="hooks", **sent)["TemplateId"]
        call(self.cn, "CreateLiveCallbackRule", DomainName=DOMAIN, AppName="", TemplateId=self.callback)
        forms: dict[str, Any] = {"Mp4Param": {"Enable": 1, "RecordInterval": 1800}, "HlsParam": {"Enable": 1}}
        self.template = template(self.cn, **forms, HlsSpecialParam={"FlowContinueDuration": 60})
        call(self.cn, "CreateLiveRecordRule", DomainName=DOMAIN, TemplateId=self.template)

    def push(self, start: int, end: int | None, stream: str = "final", **more: object) -> None:
        """Order a push, in seconds after NOW."""
        times = {"start": iso(start)} | ({} if end is None else {"end": iso(end)})
        sent = {"domain": DOMAIN, "app": "live", "stream": stream, **times, **more}
        assert control(self.emulator.port, "POST", "pushes", sent)[0] == 200

    def at(self, seconds: int) -> list[dict[str, Any]]:
        """Set the clock and deliver what is due; return all notifications."""
        self.emulator.set_now(datetime.fromtimestamp(AT + seconds, UTC))
        status, found = control(self.emulator.port, "POST", "callbacks")
        assert status == 200
        return list(found)


def iso(seconds: int) -> str:
    """Return a time after NOW as RFC 3339."""
    return datetime.fromtimestamp(AT + seconds, UTC).isoformat()


@pytest.fixture
def live(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """Return the account, on the site that has all events."""
    monkeypatch.setattr("live_recording.emulator.emulator.DELIVERY_INTERVAL", 3600)
    with Emulator(site="cn", now=NOW) as emulator:
        yield Live(emulator, receiver)


def test_a_push_is_notified_with_the_payloads_of_the_vendor(live: Live, receiver: Receiver) -> None:
    """Begin, recording status per format, a file per interval, one spliced HLS file, end; all signed."""
    live.push(HOUR, 2 * HOUR)
    live.push(2 * HOUR + 30, 2 * HOUR + 900)
    live.at(HOUR + 60)
    assert [body["event_type"] for _, body in receiver.received] == [1, 332, 332]
    live.at(4 * HOUR)

    now = datetime.fromtimestamp(AT + 4 * HOUR, UTC)
    for path, body in receiver.received[3:]:
        assert path == "/hook"
        verify_signature(KEY, body, now)
    files = [event for _, body in receiver.received if isinstance(event := parse(body), FileEvent)]
    assert sorted((one.format, one.duration) for one in files) == [
        ("hls", 4470),
        ("mp4", 870),
        ("mp4", 1800),
        ("mp4", 1800),
    ]
    assert {(one.domain, one.app, one.stream, one.template_id) for one in files} == {
        (DOMAIN, "live", "final", str(live.template))
    }
    pushes = [event for _, body in receiver.received if isinstance(event := parse(body), PushEvent)]
    assert [(one.began, one.sequence) for one in pushes] == [
        (True, "6000000000000000000"),
        (False, "6000000000000000000"),
        (True, "6000000000000000001"),
        (False, "6000000000000000001"),
    ]
    statuses = [event for _, body in receiver.received if isinstance(event := parse(body), StatusEvent)]
    assert {one.by_task for one in statuses} == {False}
    hls = [one for one in statuses if one.format == "hls"]
    again = ["record_resumed", "record_paused", "record_ended"]
    assert [one.status for one in hls] == ["record_start_succeeded", "record_paused", *again]
    assert len({one.session_id for one in hls}) == 1
    sessions = {json.loads(body["callback_ext"])["session_id"] for body in receiver.events(100)}
    assert sessions == {body["task_id"] for body in receiver.events(100)} <= {one.session_id for one in statuses}
    assert len({parse(body).deduplication_key for _, body in receiver.received}) == len(receiver.received)


def test_a_session_of_spliced_hls_ends_without_a_push_that_continues_it(live: Live, receiver: Receiver) -> None:
    """It is ended when the time to continue is over, not before; a later push begins another one."""
    live.push(HOUR, HOUR + 600)
    live.push(HOUR + 661, HOUR + 900)

    def seen() -> list[str]:
        found = [event for _, body in receiver.received if isinstance(event := parse(body), StatusEvent)]
        return [one.status for one in found if one.format == "hls"]

    live.at(HOUR + 659)
    assert seen() == ["record_start_succeeded", "record_paused"]
    live.at(HOUR + 660)
    assert seen() == (one := ["record_start_succeeded", "record_paused", "record_ended"])
    live.at(2 * HOUR)
    assert seen() == one * 2


def test_a_task_is_named(live: Live, receiver: Receiver) -> None:
    """The file of a task has its id, no push address, and its template; start_model is 5."""
    names = {"DomainName": DOMAIN, "AppName": "live", "StreamName": "match"}
    call(live.cn, "DeleteLiveRecordRule", DomainName=DOMAIN)
    times = {"StartTime": AT + HOUR, "EndTime": AT + HOUR + 600}
    task = call(live.cn, "CreateRecordTask", TemplateId=live.template, **names, **times)["TaskId"]
    live.push(HOUR - 60, HOUR + 900, "match")
    live.at(2 * HOUR)

    assert {body["task_id"] for body in receiver.events(100)} == {task}
    assert all("stream_param" not in body for body in receiver.events(100))
    assert {parse(body).by_task for body in receiver.events(332)} == {True}  # type: ignore[union-attr]


def test_nothing_is_notified_before_the_rule_applies_or_without_url(live: Live, receiver: Receiver) -> None:
    """A callback rule applies 10 minutes after it was created; an app's rule comes before its domain's; no URL, no event."""
    quiet = call(live.cn, "CreateLiveCallbackTemplate", TemplateName="quiet", StreamEndNotifyUrl=receiver.url)
    call(live.cn, "CreateLiveCallbackRule", DomainName=DOMAIN, AppName="live", TemplateId=quiet["TemplateId"])
    live.push(60, 300, "early")
    live.push(HOUR, HOUR + 300)
    live.at(2 * HOUR)

    assert [(body["event_type"], body["stream_id"]) for _, body in receiver.received] == [(0, "final")]
    assert receiver.received[0][1].keys() & {"sign", "t"} == set()


def test_retries(live: Live, receiver: Receiver) -> None:
    """Every minute until the answer is 200; after twelve retries no more."""
    call(live.cn, "ModifyLiveCallbackTemplate", TemplateId=live.callback, RecordStatusNotifyUrl="")
    live.push(HOUR, None, "first")
    receiver.statuses = [500, 404, 302]
    live.at(HOUR)
    assert len(receiver.received) == 1
    live.at(HOUR + 59)
    assert len(receiver.received) == 1
    (begin, *_) = live.at(HOUR + 180)
    assert begin["State"] == "delivered"
    assert [attempt["Status"] for attempt in begin["Attempts"]] == [500, 404, 302, 200]

    receiver.statuses = [500] * 100
    live.push(2 * HOUR, None, "lost")
    given_up = live.at(2 * HOUR + 12 * 60)[-1]
    assert (given_up["State"], len(given_up["Attempts"])) == ("given up", 13)


def test_no_answer(live: Live, receiver: Receiver) -> None:
    """A server that is gone is tried again; nothing is sent to another machine."""
    receiver.shutdown()
    receiver.server_close()
    far = "http://192.0.2.1/hook"
    call(live.cn, "ModifyLiveCallbackTemplate", TemplateId=live.callback, StreamEndNotifyUrl=far)
    live.push(HOUR, HOUR + 60)
    states = {one["EventType"]: (one["State"], len(one["Attempts"])) for one in live.at(HOUR + 65)}

    assert states[1] == ("pending", 2)
    assert states[0] == ("not sent: only http:// URLs of this machine are called", 0)


def test_lost_repeated_and_delayed_on_order(live: Live, receiver: Receiver) -> None:
    """Orders apply to the next notifications of an event; a delayed one comes after later ones."""
    orders = (
        {"kind": "lose", "event": 1},
        {"kind": "repeat", "event": 0},
        {"kind": "delay", "event": 100, "seconds": 7200},
    )
    for order in orders:
        assert control(live.emulator.port, "POST", "callback-faults", order)[0] == 200
    live.push(HOUR, HOUR + 2400)
    live.at(2 * HOUR)
    assert len(receiver.events(1)) == 0
    assert len(receiver.events(0)) == 2
    assert [body["duration"] for body in receiver.events(100)] == [600, 2400]
    live.at(4 * HOUR)
    assert [body["duration"] for body in receiver.events(100)] == [600, 2400, 1800]
    for wrong in (None, {}, {"kind": "x"}, {"kind": "lose", "count": -1}, {"kind": "lose", "more": 1}):
        assert control(live.emulator.port, "POST", "callback-faults", wrong)[0] == 400


def test_exceptions_on_order(live: Live, receiver: Receiver) -> None:
    """Event 341 exists on cn only."""
    live.emulator.set_now(NOW + timedelta(hours=1))
    sent = {"domain": DOMAIN, "app": "live", "stream": "final", "type": -16, "level": "warning"}
    assert control(live.emulator.port, "POST", "recording-exceptions", sent)[0] == 200
    assert control(live.emulator.port, "POST", "recording-exceptions", {})[0] == 400
    live.at(HOUR)

    assert [body["exception"]["type"] for body in receiver.events(341)] == [-16]
    with Emulator() as intl:
        assert control(intl.port, "POST", "recording-exceptions", sent)[0] == 400


def test_records(live: Live, receiver: Receiver) -> None:
    """What was sent can be read for 14 days, one stream and one day at a time; the time is answered as it was asked."""
    receiver.statuses = [500]
    live.push(HOUR, 2 * HOUR)
    live.at(3 * HOUR)
    utc = {"StartTime": "2026-11-20T12:00:00Z", "EndTime": "2026-11-21T12:00:00Z", "StreamName": "final"}
    found = call(live.cn, "DescribeCallbackRecordsList", **utc)

    assert found["TotalNum"] == 6  # begin twice, end, three files
    failed = call(live.cn, "DescribeCallbackRecordsList", **utc, ResultCode=500)["DataInfoList"]
    assert [(one["EventType"], one["EventTime"]) for one in failed] == [(1, "2026-11-20T13:00:00Z")]
    files = call(live.cn, "DescribeCallbackRecordsList", **utc, EventType=100, PageSize=2)
    assert (files["TotalPage"], len(files["DataInfoList"])) == (2, 2)
    assert isinstance(parse(files["DataInfoList"][0]["Request"].encode()), FileEvent)
    china = {"StartTime": "2026-11-20 20:00:00", "EndTime": "2026-11-21 20:00:00", "StreamName": "final"}
    assert (
        call(live.cn, "DescribeCallbackRecordsList", **china)["DataInfoList"][0]["EventTime"] == "2026-11-20 21:00:00"
    )
    assert call(live.cn, "DescribeCallbackRecordsList", **utc | {"StreamName": "fin"})["TotalNum"] == 0
    assert (
        code(live.cn, "DescribeCallbackRecordsList", **utc | {"EndTime": "2026-11-21T12:00:01Z"}) == "InvalidParameter"
    )
    live.emulator.set_now(NOW + timedelta(seconds=15 * DAY))
    assert code(live.cn, "DescribeCallbackRecordsList", **utc) == "InvalidParameter"


def test_state_files_keep_notifications(live: Live, receiver: Receiver, tmp_path: Path) -> None:
    """After a restart nothing is reported again, and the callback key is not in a notification."""
    live.push(HOUR, 2 * HOUR)
    live.at(3 * HOUR)
    count, state = len(receiver.received), live.emulator.service.state()
    assert KEY not in json.dumps(state["notifications"])
    path = tmp_path / "state.json"
    path.write_text(json.dumps(state), encoding="utf-8")
    with Emulator(site="cn", now=NOW + timedelta(hours=4), state=path) as again:
        control(again.port, "POST", "callbacks")

    assert len(receiver.received) == count


def test_intl_has_neither_status_nor_records(receiver: Receiver) -> None:
    """The action does not exist there."""
    with Emulator(now=NOW) as intl:
        call(sdk(intl), "CreateLiveCallbackTemplate", TemplateName="hooks", RecordNotifyUrl=receiver.url)
        sent = {"StartTime": "2026-11-20T12:00:00Z", "EndTime": "2026-11-20T13:00:00Z", "StreamName": "final"}
        assert code(sdk(intl), "DescribeCallbackRecordsList", **sent) == "InvalidAction"
