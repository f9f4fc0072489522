"""Signatures and events of callbacks: the vendor's payloads, repeated, forged, late and damaged ones."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.callbacks import (
    ExceptionEvent,
    FileEvent,
    InvalidNotification,
    PushEvent,
    StatusEvent,
    parse,
    redact,
    verify_signature,
)

FILE: dict[str, Any] = {
    "event_type": 100,
    "appid": 1250000000,
    "app": "push.example.com",
    "appname": "live",
    "stream_id": "final",
    "channel_id": "final",
    "file_id": "5285890800000000001",
    "record_file_id": "5285890800000000001",
    "record_temp_id": "1001",
    "file_format": "mp4",
    "task_id": "1842013355461254123",
    "start_time": 1642089445,
    "end_time": 1642089598,
    "start_time_usec": 1,
    "end_time_usec": 2,
    "duration": 154,
    "file_size": 1024,
    "stream_param": "txSecret=5e0d6eb9b6e6d5a1f4d6c3a3a3c2b1a0&txTime=61E18A80",
    "video_url": "https://vod.example.com/final.mp4",
    "callback_ext": '{"session_id": "1842013355461254123"}',
}
STATUS: dict[str, Any] = {
    "event_type": 332,
    "appname": "live",
    "domain": "push.example.com",
    "stream_id": "final",
    "event_time": 1642089445,
    "session_id": "42",
    "seq": 3,
    "record_event": "record_paused",
    "record_detail": '{"file_format": 2, "start_model": 5}',
}
EXCEPTION: dict[str, Any] = {
    "event_type": 341,
    "stream_id": "final",
    "session_id": "42",
    "timestamp": 1642089445,
    "exception_level": "error",
    "exception": {"type": -104, "occurs": 2, "desc": "write failed"},
}
PUSH: dict[str, Any] = {
    "event_type": 0,
    "app": "push.example.com",
    "appname": "live",
    "stream_id": "final",
    "event_time": 1642089598,
    "sequence": "7",
    "errcode": 1,
    "errmsg": "The push client closed the connection",
    "stream_param": "txSecret=5e0d6eb9b6e6d5a1f4d6c3a3a3c2b1a0",
}
VECTORS = {  # MD5 of key and time
    ("somekey", 1545030873): "bbb9a1aec866e2307208b55b19c9bdd3",
    ("adafas1412423432", 1700000600): "e3037132a9a54bc093abe288843b9e03",
}


@pytest.mark.parametrize(("signed", "sign"), VECTORS.items(), ids=str)
def test_signature(signed: tuple[str, int], sign: str) -> None:
    """A notification of the right key is good until it expires."""
    key, expires = signed
    body = json.dumps({"t": expires, "sign": sign}).encode()
    sent = datetime.fromtimestamp(expires - 600, UTC)

    verify_signature(key, body, sent)
    verify_signature(key, body, sent + timedelta(seconds=600))
    for wrong in (sent + timedelta(seconds=601), sent - timedelta(minutes=2)):
        with pytest.raises(InvalidNotification, match="expire"):
            verify_signature(key, body, wrong)
    with pytest.raises(InvalidNotification, match="does not belong to this key"):
        verify_signature(f"{key}x", body, sent)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"t": "1", "sign": "x"}', b'{"t": true, "sign": "x"}', b'{"t": 1}']
)
def test_unsigned_notifications_are_rejected(body: bytes) -> None:
    """Without key the vendor sends no signature; damaged ones are rejected in one sentence."""
    with pytest.raises(InvalidNotification):
        verify_signature("somekey", body, datetime.fromtimestamp(0, UTC))


def test_file_event() -> None:
    """`app` of an event is the domain; the secrets of the push address are removed."""
    event = parse(json.dumps(FILE).encode())

    assert isinstance(event, FileEvent)
    assert (event.domain, event.app, event.stream) == ("push.example.com", "live", "final")
    assert (event.format, event.duration, event.deduplication_key) == ("mp4", 154.0, "file/5285890800000000001")
    assert event.end == datetime.fromtimestamp(1642089598, UTC)
    assert "5e0d6eb9" not in repr(event)


def test_other_events() -> None:
    """Each kind of event has its own type and its own deduplication key."""
    status, exception, push = parse(STATUS), parse(EXCEPTION), parse(PUSH)

    assert isinstance(status, StatusEvent)
    assert (status.domain, status.format, status.by_task) == ("push.example.com", "hls", True)
    assert isinstance(exception, ExceptionEvent)
    assert (exception.kind, exception.description) == (-104, "write failed")
    assert isinstance(push, PushEvent)
    assert (push.began, push.event_type, "5e0d6eb9" in repr(push)) == (False, 0, False)
    keys = {event.deduplication_key for event in (status, exception, push, parse({**PUSH, "event_type": 1}))}
    assert keys == {"status/42/3", "exception/42/-104/1642089445", "push/7/0", "push/7/1"}


@pytest.mark.parametrize("payload", [FILE, STATUS, EXCEPTION, PUSH], ids=["file", "status", "exception", "push"])
def test_a_repeated_notification_has_the_same_key(payload: dict[str, Any]) -> None:
    """A repeated delivery differs only in expiry and signature."""
    first, second = parse({**payload, "t": 1, "sign": "a"}), parse({**payload, "t": 61, "sign": "b"})

    assert first.deduplication_key == second.deduplication_key
    assert "sign" not in first.raw


@given(st.sampled_from([FILE, STATUS, EXCEPTION, PUSH]), st.data())
def test_damaged_notifications_are_one_exception(payload: dict[str, Any], data: st.DataObject) -> None:
    """Whatever is missing or of another type, a receiver meets InvalidNotification only."""
    name = data.draw(st.sampled_from(sorted(payload)))
    value = data.draw(
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()) | st.just(float("nan"))
    )
    damaged = {**payload, name: value}
    with suppress(InvalidNotification):
        assert parse(damaged).deduplication_key


@pytest.mark.parametrize("name", ["txSecret", "TXSECRET", "txTime", "token", "sign"])
def test_secrets_of_addresses_are_removed(name: str) -> None:
    """Only the values are replaced."""
    assert redact(f"rtmp://push.example.com/live/final?{name}=abc&x=1") == (
        f"rtmp://push.example.com/live/final?{name}=***&x=1"
    )
