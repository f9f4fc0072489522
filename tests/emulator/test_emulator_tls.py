"""The emulator over https: who trusts it, what a client sees, and what is left behind."""

from __future__ import annotations

import json
import socket
import ssl
import statistics
import time
from pathlib import Path

import pytest
import requests
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from live_recording.emulator import Emulator
from tests.support.sdk_client import call, code, sdk, signed, template


def trusting(emulator: Emulator) -> ssl.SSLContext:
    """Return the settings of a client that trusts this emulator only."""
    return ssl.create_default_context(cafile=str(emulator.ca_file))


def test_sdk_speaks_https() -> None:
    """The official SDK works over https as over http if it knows the authority."""
    with Emulator(tls=True) as emulator:
        client = sdk(emulator)

        assert emulator.url == f"https://127.0.0.1:{emulator.port}"
        assert template(client) == 1001
        assert code(client, "DeleteLiveRecordTemplate", TemplateId=1) == "InternalError.ConfNotFound"


def test_other_clients_do_not_trust_it() -> None:
    """Without the authority, or with that of another emulator, a client refuses to talk; the next one is served."""
    with Emulator(tls=True) as emulator, Emulator(tls=True) as other:
        for trusted in (True, str(other.ca_file)):
            with pytest.raises(requests.exceptions.SSLError):
                requests.get(f"{emulator.url}/_control/log", verify=trusted, timeout=5)
        with pytest.raises(requests.exceptions.ConnectionError):
            requests.get(f"http://127.0.0.1:{emulator.port}/_control/log", timeout=5)

        assert code(sdk(emulator), "DescribeLiveRecordRules") is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_requests_trusts_the_file(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """REQUESTS_CA_BUNDLE is all that `requests` needs, by number or by name."""
    with Emulator(tls=True) as emulator:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(emulator.ca_file))
        monkeypatch.setenv("NO_PROXY", host)

        assert requests.get(f"https://{host}:{emulator.port}/_control/log", timeout=5).json() == []


def test_file_goes_with_the_emulator() -> None:
    """The file holds one certificate and no key, and is removed at the end; without tls there is no such file."""
    with Emulator(tls=True) as emulator:
        file = emulator.ca_file
        assert isinstance(file, Path)
        text = file.read_text()
        assert text.count("-----BEGIN") == text.count("-----BEGIN CERTIFICATE") == 1
    assert not file.exists()
    assert emulator.ca_file is None
    with Emulator() as plain:
        assert plain.ca_file is None


def test_answers_leave_in_one_piece() -> None:
    """An answer over https is one read for its client, and calls wait for no delayed acknowledgement."""
    with Emulator(tls=True) as emulator:
        address = ("127.0.0.1", emulator.port)
        times = []
        with trusting(emulator).wrap_socket(socket.create_connection(address, 5), server_hostname="localhost") as line:
            for _ in range(40):
                start = time.perf_counter()
                headers = signed(emulator, "DescribeLiveRecordTemplates", b"{}")
                head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
                line.sendall(f"POST / HTTP/1.1\r\n{head}Content-Length: 2\r\n\r\n{{}}".encode())
                content = line.recv(1 << 14).partition(b"\r\n\r\n")[2]
                times.append(time.perf_counter() - start)

                assert json.loads(content)["Response"]["Templates"] == []
    assert statistics.median(times) < 0.02


def test_silent_client_delays_no_other() -> None:
    """A client that connects and says nothing delays neither the others nor the end."""
    with Emulator(tls=True) as emulator, socket.create_connection(("127.0.0.1", emulator.port), 5):
        assert code(sdk(emulator), "DescribeLiveRecordRules") is None
        start = time.perf_counter()
    assert time.perf_counter() - start < 1


def test_faults_travel_too() -> None:
    """A dropped and a halved answer look over https as they do over http."""
    with Emulator(tls=True) as emulator:
        client = sdk(emulator)
        for kind, seen in (("drop-after", "ClientNetworkError"), ("cut-body", "ChunkedEncodingError")):
            emulator.fault("DescribeLiveRecordRules", kind)
            with pytest.raises(TencentCloudSDKException) as error:
                call(client, "DescribeLiveRecordRules")

            assert error.value.code == seen
