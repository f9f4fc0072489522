"""Relay tasks, which pull a stream into the account: only listed, not carried out (PY, PullStreamTaskInfo).

That they keep no template in use is assumed.
"""

from live_recording.emulator.account import Account
from live_recording.emulator.messages import Answer, Fields, page_of

SIZE = 10
"""Tasks on a page, unless PageSize asks for more."""
LIMIT = 200
"""Relay tasks of an account; assumed."""
BLANK: Fields = {
    "SourceType": "PullLivePushLive",
    "SourceUrls": [],
    "DomainName": "",
    "AppName": "",
    "StreamName": "",
    "PushArgs": "",
    "StartTime": "",
    "EndTime": "",
    "Status": "enable",
    "CallbackUrl": "",
    "Comment": "",
    "RecordTemplateId": "",
}


def hold(account: Account, task: Fields) -> str:
    """Add a relay task, and return its id."""
    task_id = f"relay-{len(account.relays) + 1}"
    account.relays.append({"TaskId": task_id, **BLANK, **task})
    return task_id


def restored(state: Fields) -> list[Fields]:
    """Return the relay tasks of a state, complete; older states have none."""
    return [{**BLANK, **task} for task in state.get("relays", [])]


def describe(account: Account, body: Fields) -> Answer:
    """Return one page of the relay tasks, the oldest first (DescribeLivePullStreamTasks; the order is assumed)."""
    wanted = body.get("TaskId") or body.get("SpecifyTaskId")
    found = [task for task in account.relays if wanted in (None, "", task["TaskId"])]
    rows, numbers = page_of(found, body, SIZE)
    return {"TaskInfos": rows, **numbers, "LimitTaskNum": LIMIT}
