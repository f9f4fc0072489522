"""Invalid responses: whatever arrives instead of an answer is reported in plain words, with its origin."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from live_recording.account.api_errors import ReadFailed
from live_recording.account.client import ApiClient
from live_recording.config.files import read_settings

CALM = "HTTP/1.1 200 OK\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}"


def answer(body: str, kind: str = "application/json") -> str:
    """Send a complete response."""
    return CALM.format(kind, len(body), body)


ANSWERS = {
    "other-program": ("SSH-2.0-OpenSSH\r\n", "the connection broke, or the server does not speak HTTP"),
    "portal": (answer("<html>", "text/html"), "the response has Content-Type text/html instead of application/json"),
    "html": (answer("<html>"), "the response is incomplete, or not in the API's format"),
    "list": (answer("[1]"), "the response is incomplete, or not in the API's format"),
    "half": (answer('{"Response": {')[:-5], "the response was cut off"),
    "escapes": (
        answer(
            '{"Response": {"Error": {"Code": "InternalError", "Message": "\\u001b[31m :smile:"}, "RequestId": "r"}}'
        ),
        "\\u001b[31m :smile:",
    ),
}


@contextmanager
def server(text: str) -> Iterator[str]:
    """Return the URL of a server that answers every request with that text."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(text.encode())

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(("text", "reason"), ANSWERS.values(), ids=ANSWERS)
def test_invalid_response_is_described(text: str, reason: str) -> None:
    """A read says why, where, and what to do: no word of Python, nothing that a terminal obeys."""
    with server(text) as url:
        keys = {"TENCENTCLOUD_SECRET_ID": "id", "TENCENTCLOUD_SECRET_KEY": "key", "LIVE_RECORDING_ENDPOINT": url}
        with pytest.raises(ReadFailed) as raised:
            ApiClient(read_settings(lambda _: None, keys)).read("DescribeLiveRecordRules", {})

    said = str(raised.value)
    assert said.startswith(f"DescribeLiveRecordRules got no valid response: {reason} (")
    assert said.endswith(f" Check that {url} is correct and reachable, then run again.")


def test_response_of_another_protocol_is_described() -> None:
    """Where https meets a server that speaks http, the reason is no text of Python."""
    with server(answer("{}")) as url:
        keys = {"TENCENTCLOUD_SECRET_ID": "id", "TENCENTCLOUD_SECRET_KEY": "key"}
        asked = read_settings(lambda _: None, keys | {"LIVE_RECORDING_ENDPOINT": url.replace("http", "https")})
        with pytest.raises(ReadFailed, match=r"valid response: [\w ]+ \(ClientNetworkError\)"):
            ApiClient(asked).read("DescribeLiveRecordRules", {})


def test_password_of_a_proxy_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in the proxy's URL is reported without the user name in it."""
    monkeypatch.setenv("https_proxy", "http://me:secret@127.0.0.1:99999")
    keys = {"TENCENTCLOUD_SECRET_ID": "id", "TENCENTCLOUD_SECRET_KEY": "key", "LIVE_RECORDING_ENDPOINT": "live.invalid"}
    with pytest.raises(ReadFailed, match=r"http://\*\*\*@127.0.0.1:99999") as raised:
        ApiClient(read_settings(lambda _: None, keys)).read("DescribeLiveRecordRules", {})

    assert "secret" not in str(raised.value)
