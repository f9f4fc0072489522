"""What crosses the wire: signatures, parameters, the shape and the speed of answers."""

from __future__ import annotations

import http.client
import json
import socket
import statistics
import time

import pytest

from live_recording.emulator import Emulator, signature
from live_recording.emulator.messages import Request
from tests.support.clock import AT, NOW
from tests.support.sdk_client import RULE, TASK, call, code, post, refusal, sdk, send, signed

PUBLISHED_KEY = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"  # of the vendor's own sample
CVM = "cvm", "1551113065", "cvm.tencentcloudapi.com", "application/json; charset=utf-8", PUBLISHED_KEY
LIVE = "live", "1700000000", "127.0.0.1:8080", "application/json", "sk-test"
VECTORS = [
    pytest.param(
        CVM,
        r'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}',
        "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
        id="published",
    ),
    pytest.param(
        LIVE,
        "{}",
        "725b2c84e910df935df51ebe68519826ed551859abe5ba4e7974a40fcdc2710b",
        id="empty",
    ),
    pytest.param(
        LIVE,
        '{"StreamName": "s1", "DomainName": "d.example.com", "AppName": "live", "EndTime": 1700003600}',
        "96fb7f63a374eb333d461ca4f733e75326515d56265306f98cb7b4d3365f3fdc",
        id="task",
    ),
]


@pytest.mark.parametrize(("sender", "body", "expected"), VECTORS)
def test_signature_vectors(sender: tuple[str, ...], body: str, expected: str) -> None:
    """The arithmetic agrees with the vendor's published sample and with the official SDK."""
    service, stamp, host, content_type, key = sender
    request = Request("POST", "", {"content-type": content_type, "host": host}, body.encode())
    canonical = signature.canonical_request(request, ["content-type", "host"])

    assert signature.signature(canonical, key, stamp, service) == expected


def test_other_signed_headers_count() -> None:
    """A client may sign more headers, with values in lower case; a changed one breaks the signature."""
    names = ["content-type", "host", "x-tc-action"]
    now = time.time()
    headers = {"content-type": "application/json", "host": "h", "x-tc-action": "stop", "x-tc-timestamp": str(int(now))}
    canonical = signature.canonical_request(Request("POST", "", headers, b"{}"), names)
    scope = f"id/{time.strftime('%Y-%m-%d', time.gmtime(now))}/live/tc3_request"
    sign = signature.signature(canonical, "key", headers["x-tc-timestamp"], "live")
    headers["authorization"] = f"TC3-HMAC-SHA256 Credential={scope}, SignedHeaders={';'.join(names)}, Signature={sign}"
    keys = signature.KeyPair("id", "key")
    seen = [
        signature.refusal(Request("POST", "", {**headers, "x-tc-action": action}, b"{}"), keys, now, {"live"})
        for action in ("stop", "STOP", "start")
    ]

    assert [one.code if one else None for one in seen] == [None, None, "AuthFailure.SignatureFailure"]


def test_credentials_are_judged() -> None:
    """Id, key, timestamp, token and body must be right; the skew is that of the real clock, whatever was set."""
    with Emulator(now=NOW) as emulator:
        action = "DescribeLiveRecordRules"
        changed = signed(emulator, action, b"{}")
        _, tampered = send(emulator.port, "POST", "/", b'{"a": 1}', changed)
        now = int(time.time())

        assert code(sdk(emulator), action) is None
        assert code(sdk(emulator, secret_id="nobody"), action) == "AuthFailure.SecretIdNotFound"
        assert code(sdk(emulator, secret_key="wrong"), action) == "AuthFailure.SignatureFailure"
        assert code(sdk(emulator, token="stray"), action) == "AuthFailure.TokenFailure"
        assert tampered["Response"]["Error"]["Code"] == "AuthFailure.SignatureFailure"
        stamps = {str(now - 290): "", str(now - 310): "AuthFailure.SignatureExpire"}
        assert {stamp: refusal(emulator, action, {}, **{"X-TC-Timestamp": stamp}) for stamp in stamps} == stamps
        assert refusal(emulator, action, {}, Authorization="SKIP") == "AuthFailure.InvalidAuthorization"
    with Emulator(token="t") as emulator:
        assert code(sdk(emulator, token="t"), action) is None
        assert code(sdk(emulator), action) == "AuthFailure.TokenFailure"


def test_signed_bytes_are_hashed_as_sent() -> None:
    """JSON that is written another way than Python's, with its own spaces and letters, keeps its signature."""
    with Emulator() as emulator:
        body = '{"TemplateName":"t",  "Description":"\u00fc"}'.encode()

        assert post(emulator, "CreateLiveRecordTemplate", body) == {"TemplateId": 1001}


@pytest.mark.parametrize(
    ("action", "body", "refused"),
    [
        ("StartTheShow", {}, "InvalidAction"),
        ("CreateLiveRecord", {"StreamName": "s"}, "InvalidParameter"),
        ("", {}, "MissingParameter"),
        ("DescribeLiveRecordRules", {"Limit": 1}, "UnknownParameter"),
        ("DescribeLiveRecordRules", [], "InvalidParameter"),
        ("DescribeLiveRecordRules", b"{", "InvalidParameter"),
        ("DescribeLiveRecordRules", b"", "InvalidParameter"),
        ("CreateLiveRecordTemplate", {}, "MissingParameter"),
        ("CreateLiveRecordTemplate", {"TemplateName": 1}, "InvalidParameter"),
        ("CreateLiveRecordTemplate", {"TemplateName": "t", "Mp4Param": 1}, "InvalidParameter"),
        ("CreateLiveRecordTemplate", {"TemplateName": "t", "Mp4Param": {"Enable": True}}, "InvalidParameter"),
        ("CreateLiveRecordTemplate", {"TemplateName": "t", "Mp4Param": {"Enable": "one"}}, "InvalidParameter"),
        ("CreateLiveRecordTemplate", {"TemplateName": "t", "Mp4Param": {"Enabel": 1}}, "UnknownParameter"),
        ("CreateLiveRecordTemplate", {"TemplateName": "t", "RemoveWatermark": 1}, "InvalidParameter"),
        ("CreateLiveRecordTemplate", {"TemplateName": "t", "Description": None}, "InvalidParameter"),
        ("ModifyLiveRecordTemplate", {"TemplateId": 1, "IsDelayLive": 1}, "UnknownParameter"),
        ("ModifyLiveRecordTemplate", {"TemplateId": 1, "CosStore": 1}, "UnknownParameter"),
        (
            "CreateLiveRecordRule",
            {**RULE, "DomainName": "-.com", "TemplateId": 1},
            "InvalidParameter.DomainFormatError",
        ),
        ("CreateLiveRecordRule", RULE, "MissingParameter"),
        ("DeleteLiveRecordRule", {"DomainName": "localhost"}, "InvalidParameter.DomainFormatError"),
        ("CreateRecordTask", {**TASK, "StreamType": 2}, "InvalidParameter"),
        ("CreateRecordTask", {**TASK, "AppName": ""}, "InvalidParameter"),
        ("CreateRecordTask", {**TASK, "DomainName": "localhost"}, "InvalidParameter"),
        ("CreateRecordTask", {**TASK, "EndTime": f"{AT}.0"}, "InvalidParameter"),
        ("CreateRecordTask", {**TASK, "EndTime": 10**30}, "InvalidParameter"),
        ("CreateRecordTask", {**TASK, "StartTime": -1}, "InvalidParameter"),
        ("CreateRecordTask", {**TASK, "EndTime": AT + 0.5}, "InvalidParameter"),
        ("StopRecordTask", {"TaskId": 1}, "InvalidParameter"),
        ("DescribeRecordTask", {"StartTime": AT}, "MissingParameter"),
    ],
)
def test_parameters_are_refused(action: str, body: object, refused: str) -> None:
    """Unknown, missing, mistyped and wrong parameters, each with its code; a bool is no number, a text neither."""
    with Emulator(now=NOW) as emulator:
        error = post(emulator, action, body, **{"X-TC-Region": "ap-tokyo"})["Error"]

        assert error["Code"] == refused
        assert error["Message"].endswith(".")
        assert emulator.service.state()["templates"] == []


def test_unknown_parameter_is_named() -> None:
    """The message has the vendor's own form (observed), with the path of a nested parameter."""
    with Emulator() as emulator:
        body = {"TemplateName": "t", "Mp4Param": {"Enabel": 1}}
        error = post(emulator, "CreateLiveRecordTemplate", body)["Error"]

        assert error["Message"] == "The parameter `Mp4Param.Enabel` is not recognized."


def test_version_is_checked() -> None:
    """Another version of the API is rejected."""
    with Emulator() as emulator:
        headers = {"X-TC-Version": "2020-01-01"}

        assert refusal(emulator, "DescribeLiveRecordRules", {}, **headers) == "NoSuchVersion"


def test_answers_leave_in_one_piece() -> None:
    """Each answer, large ones too, is one write, keeps the connection and has exactly the vendor's content type."""
    with Emulator() as emulator, socket.create_connection(("127.0.0.1", emulator.port), timeout=5) as connection:
        for number in range(20):
            emulator.service.call("CreateLiveRecordTemplate", {"TemplateName": f"t{number}"})
        for path in ("/", "/?"):
            headers = signed(emulator, "DescribeLiveRecordTemplates", b"{}")
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            connection.sendall(f"POST {path} HTTP/1.1\r\n{lines}Content-Length: 2\r\n\r\n{{}}".encode())
            head, _, body = connection.recv(1 << 20).partition(b"\r\n\r\n")

            assert head.splitlines()[:2] == [b"HTTP/1.1 200 OK", b"Content-Type: application/json"]
            assert len(json.loads(body)["Response"]["Templates"]) == 20


def test_calls_are_quick() -> None:
    """A call through the SDK takes a few milliseconds at most: nothing waits for a delayed acknowledgement."""
    with Emulator() as emulator:
        client, times = sdk(emulator), []
        for _ in range(40):
            start = time.perf_counter()
            call(client, "DescribeLiveRecordRules")
            times.append(time.perf_counter() - start)

        assert statistics.median(times) < 0.02


def test_nothing_else_is_there() -> None:
    """Other paths and methods are 404, and an end of the emulator ends its connections at once."""
    with Emulator() as emulator:
        assert send(emulator.port, "POST", "/v3", b"", {})[0] == 404
        assert send(emulator.port, "DELETE", "/", b"", {})[0] == 404
        connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=5)
        assert _log(connection) == b"[]"
        start = time.perf_counter()

    assert time.perf_counter() - start < 0.5
    with pytest.raises((http.client.HTTPException, OSError)):
        _log(connection)
    connection.close()


def _log(connection: http.client.HTTPConnection) -> bytes:
    connection.request("GET", "/_control/log")
    return connection.getresponse().read()


def test_rates_are_limited_when_asked() -> None:
    """With rates on, the 21st task call within a second is refused; other actions have buckets of their own."""
    with Emulator(rates=True, now=NOW) as emulator:
        window = {"StartTime": AT, "EndTime": AT + 60}
        region = {"X-TC-Region": "ap-tokyo"}
        seen = [refusal(emulator, "DescribeRecordTask", window, **region) for _ in range(60)]

        assert set(seen[:20]) == {""}
        assert "RequestLimitExceeded" in seen[20:]
        assert refusal(emulator, "DescribeLiveRecordRules", {}) == ""
