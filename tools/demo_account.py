"""Show the calls and objects of the emulated account of tools/demo: `python tools/demo_account.py VERB`.

It asks the account over the control path, never the provider. So it shows what a vendor would bill.
"""

import json
import os
import sys
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

CONTROL = os.environ["LIVE_RECORDING_ENDPOINT"] + "/_control/"


def control(path: str, sent: object = None, method: str | None = None) -> Any:
    """Return the response of the control path. With *sent*, POST it, unless another *method* is given."""
    body = None if sent is None else json.dumps(sent).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(CONTROL + path, body, headers, method=method)  # noqa: S310 - loopback
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def calls() -> None:
    """Count the calls so far."""
    received = [call["action"] for call in control("log")]
    changing = sum(not action.startswith(("Describe", "GetCallerIdentity")) for action in received)
    print(f"The account received {len(received)} calls so far; {changing} of them changed something.")


def lose() -> None:
    """Order a fault: the response of the next CreateRecordTask is lost."""
    control("faults", {"action": "CreateRecordTask", "kind": "drop-after"})
    print("Injected fault: the account executes the next CreateRecordTask, but its response is lost.")


def tasks() -> None:
    """List the calls without a response and how often each stream is recorded. Fail if one is recorded twice."""
    log = control("log")
    for number, call in enumerate(log):
        if call["fault"]:
            print(
                f"{call['action']} for stream {call['body']['StreamName']}: {call['fault']}, so its outcome was unknown."
            )
            print(f"The calls after it: {', '.join(later['action'] for later in log[number + 1 :])}.")
    held = Counter(task["StreamName"] for task in control("state")["tasks"])
    counts = (f"{stream} {'once' if count == 1 else f'{count} times'}" for stream, count in sorted(held.items()))
    print(f"The account records {', '.join(counts)}.")
    sys.exit(any(count > 1 for count in held.values()))


def play() -> None:
    """Push the streams of two tasks on the next day, and lose one file."""
    control("clock", {"now": "2026-11-22T06:00:00Z"}, "PUT")
    for stream in ("final", "final-mix"):
        push = {"domain": "events.dev.example.com", "app": "live", "stream": stream}
        control("pushes", push | {"start": "2026-11-21T11:45:00Z", "end": "2026-11-21T14:45:00Z"})
    lost = next(file for file in control("files") if file["StreamName"] == "final")
    control(f"files/{lost['FileId']}", method="DELETE")
    print("Pushed final and final-mix on 2026-11-21 from 11:45 to 14:45 UTC, and lost one file of final.")


def rewind() -> None:
    """Set the clock back to the time of the demo."""
    control("clock", {"now": os.environ["LIVE_RECORDING_NOW"].replace("Z", ":00Z")}, "PUT")


def left() -> None:
    """Count the remaining objects. Fail if there are any."""
    account = control("state")
    counts = {kind: len(account[kind]) for kind in ("templates", "rules", "tasks")}
    print(f"Left in the account: {', '.join(f'{count} {kind}' for kind, count in counts.items())}.")
    sys.exit(any(counts.values()))


VERBS: Mapping[str, Callable[[], None]] = {
    "calls": calls,
    "lose": lose,
    "tasks": tasks,
    "play": play,
    "rewind": rewind,
    "left": left,
}

if __name__ == "__main__":
    VERBS[sys.argv[1]]()
