"""What the emulated account of tools/demo heard and holds: `python tools/demo_account.py VERB`, over the control path.

Rule 1: the account is asked, never the provider; so what is shown here is what a vendor would bill.
"""

import json
import os
import sys
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

CONTROL = os.environ["LIVE_RECORDING_ENDPOINT"] + "/_control/"


def control(path: str, sent: object = None) -> Any:
    """The answer of the control path; a POST where something is sent."""
    body = None if sent is None else json.dumps(sent).encode()
    with urllib.request.urlopen(CONTROL + path, body) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def calls() -> None:
    """Count the calls so far."""
    heard = [call["action"] for call in control("log")]
    changing = sum(not action.startswith("Describe") for action in heard)
    print(f"The account heard {len(heard)} calls so far; {changing} of them changed something.")


def lose() -> None:
    """Order that the answer to the next CreateRecordTask is lost on its way."""
    control("faults", {"action": "CreateRecordTask", "kind": "drop-after"})
    print("Ordered: the account carries out the next CreateRecordTask, and its answer never arrives.")


def tasks() -> None:
    """List the calls whose answer was lost and how often each stream is recorded; fails when one is twice."""
    log = control("log")
    for number, call in enumerate(log):
        if call["fault"]:
            print(
                f"{call['action']} for stream {call['body']['StreamName']}: {call['fault']}, so its outcome was unknown."
            )
            print(f"The calls after it: {', '.join(later['action'] for later in log[number + 1 :])}.")
    held = Counter(task["StreamName"] for task in control("state")["tasks"])
    spoken = (f"{stream} {'once' if count == 1 else f'{count} times'}" for stream, count in sorted(held.items()))
    print(f"The account records {', '.join(spoken)}.")
    sys.exit(any(count > 1 for count in held.values()))


def left() -> None:
    """Count what is left; fails when anything is."""
    account = control("state")
    counts = {kind: len(account[kind]) for kind in ("templates", "rules", "tasks")}
    print(f"Left in the account: {', '.join(f'{count} {kind}' for kind, count in counts.items())}.")
    sys.exit(any(counts.values()))


VERBS: Mapping[str, Callable[[], None]] = {"calls": calls, "lose": lose, "tasks": tasks, "left": left}

if __name__ == "__main__":
    VERBS[sys.argv[1]]()
