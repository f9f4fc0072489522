"""How long a call of the official SDK takes against the emulator, beside a server that only answers.

`python bench/emulator.py` prints medians of many calls, in turns of some each, and their ratio. Client and servers share one
process, as in the tests; the server that only answers has the same SDK, signature and connection before it.
"""

import json
import statistics
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from time import perf_counter, time

from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.live.v20180801.live_client import LiveClient

from live_recording.emulator import Emulator

TURNS, CALLS, RULES = 20, 30, 50
ANSWER = json.dumps({"Response": {"Rules": [], "RequestId": "none"}}).encode()
DOMAIN = "push.example.com"


class OnlyAnswers(BaseHTTPRequestHandler):
    """Reads a request and sends the same answer to each, in one write."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(ANSWER)}\r\n\r\n".encode()

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.wfile.write(self.head + ANSWER)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def client(host: str) -> LiveClient:
    """Return an SDK client that keeps one connection, like the provider's."""
    http = HttpProfile(protocol="http", endpoint=host, keepAlive=True)
    return LiveClient(Credential("emulator", "emulator"), "ap-singapore", ClientProfile(httpProfile=http))


def timed(run: Callable[[], object]) -> float:
    """Return how many milliseconds one call takes."""
    begin = perf_counter()
    run()
    return (perf_counter() - begin) * 1000


def fill(emulated: LiveClient) -> None:
    """Create a template and as many rules as an account allows."""
    made = emulated.call_json("CreateLiveRecordTemplate", {"TemplateName": "archive"})["Response"]["TemplateId"]
    for number in range(RULES):
        key = {"DomainName": DOMAIN, "AppName": f"app{number}", "StreamName": ""}
        emulated.call_json("CreateLiveRecordRule", {**key, "TemplateId": made})


def main() -> None:
    """Print the table."""
    plain = ThreadingHTTPServer(("127.0.0.1", 0), OnlyAnswers)
    plain.daemon_threads = True
    threading.Thread(target=plain.serve_forever, daemon=True).start()
    with Emulator() as emulator:
        answering = client(f"127.0.0.1:{plain.server_port}")
        emulated = client(f"127.0.0.1:{emulator.port}")
        fill(emulated)
        numbers, start = count(), int(time()) + 3600

        def task() -> dict[str, object]:
            name = {"DomainName": DOMAIN, "AppName": "live", "StreamName": f"s{next(numbers)}"}
            return {**name, "StartTime": start, "EndTime": start + 3600}

        rows: dict[str, Callable[[], object]] = {
            "a server that only answers": lambda: answering.call_json("DescribeLiveRecordRules", {}),
            f"DescribeLiveRecordRules, {RULES} rules": lambda: emulated.call_json("DescribeLiveRecordRules", {}),
            "CreateRecordTask": lambda: emulated.call_json("CreateRecordTask", task()),
        }
        times: dict[str, list[float]] = {name: [] for name in rows}
        for _ in range(TURNS):
            for name, run in rows.items():
                run()
                times[name] += [timed(run) for _ in range(CALLS)]
    plain.shutdown()
    medians = {name: statistics.median(of) for name, of in times.items()}
    floor = next(iter(medians.values()))
    print(f"one call of the official SDK, median of {TURNS * CALLS}")
    for name, median in medians.items():
        print(f"  {name:<36}{median:6.2f} ms   {median / floor:5.2f} of the first")


if __name__ == "__main__":
    main()
