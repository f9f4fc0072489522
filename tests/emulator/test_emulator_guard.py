"""Requests that a web page of another site could make are refused, on every path."""

from __future__ import annotations

import pytest

from live_recording.emulator import Emulator
from tests.support.sdk_client import send, signed

PATHS = ["/", "/_control/log", "/_control/reset", "/v2/index.php?Action=CreateRecord", "/else"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "header",
    [
        {"Host": "evil.example.com"},
        {"Host": "127.0.0.1.evil.example.com"},
        {"Host": "localhost.evil.example.com"},
        {"Host": "evil-localhost"},
        {"Origin": "https://evil.example.com"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_sites_are_refused(path: str, header: dict[str, str]) -> None:
    """A rebound name, another origin or another site: 403, and nothing is executed or logged."""
    with Emulator() as emulator:
        headers = {**signed(emulator, "CreateLiveRecordTemplate", b"{}"), **header}
        status, answer = send(emulator.port, "POST", path, b"{}", headers)

        assert status == 403
        assert answer["error"].startswith("The header ")
        assert emulator.log == []


def test_own_pages_and_programs_are_answered() -> None:
    """Loopback in any spelling, the emulator's own origin, and an address typed into a browser."""
    with Emulator() as emulator:
        own = f"127.0.0.1:{emulator.port}"
        for header in (
            {"Host": "localhost"},
            {"Host": f"[::1]:{emulator.port}"},
            {"Host": f"live.localhost:{emulator.port}"},
            {"Host": own, "Origin": f"http://{own}", "Sec-Fetch-Site": "same-origin"},
            {"Sec-Fetch-Site": "none"},
        ):
            assert send(emulator.port, "GET", "/_control/log", b"", header) == (200, [])
        through_proxy = f"http://live.localhost:{emulator.port}/_control/log"
        assert send(emulator.port, "GET", through_proxy, b"", {"Host": "live.localhost"}) == (200, [])


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_control_bodies_are_json(content_type: str | None) -> None:
    """What a form of a page can send is refused; a charset is allowed."""
    with Emulator() as emulator:
        order, headers = b'{"action": "*", "kind": "throttle"}', {"Content-Type": content_type} if content_type else {}
        status, answer = send(emulator.port, "POST", "/_control/faults", order, headers)

        assert (status, answer["error"].endswith("Send application/json.")) == (415, True)
        accepted = {"Content-Type": "application/json; charset=utf-8"}
        assert send(emulator.port, "POST", "/_control/faults", order, accepted)[0] == 200
