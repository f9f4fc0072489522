"""The four task actions: windows, stopping, deleting, listing by containment (IN:37309, 37307, 37308, 56133).

The only change of a task is one stop. After a delete, a push that is being recorded is still recorded to its end; this
API cannot show that.
"""

import base64
import binascii
import json
import secrets
import string
from collections.abc import Iterator
from itertools import chain
from zlib import crc32

from live_recording.emulator.account import Account, task_order
from live_recording.emulator.clock import format_time
from live_recording.emulator.messages import Answer, Fields, Refusal, is_same_stream
from live_recording.emulator.sites import DAY, Site

LONGEST = DAY
RETENTION = 90 * DAY  # "three months": 90 days after its end, assumed
WIDEST_QUERY = 7 * DAY
SHOWN = ("TaskId", "DomainName", "AppName", "StreamName", "StartTime", "EndTime", "TemplateId", "Stopped")
"""The fields of RecordTask (IN:30767)."""
KEPT = ("StreamType", "Extension")
"""What else a task was created with, and no answer tells."""


def create(account: Account, body: Fields) -> Answer:
    """Create a task (CreateRecordTask). An unknown TemplateId is accepted and echoed; the task then records HLS."""
    now = account.clock.seconds()
    task = {"StartTime": now, "TemplateId": 0, "StreamType": 0, "Extension": "", **body}
    if refusal := next(chain(_window(account.settings.site, task, now), _not_accepted(account, task)), None):
        return refusal
    if account.assumed.unknown_template_becomes is not None and task["TemplateId"] not in account.templates:
        task["TemplateId"] = account.assumed.unknown_template_becomes
    limit = account.settings.running_tasks
    if (
        limit is not None
        and task["StartTime"] <= now
        and sum(running(other, now) for other in account.tasks.values()) >= limit
    ):
        return Refusal("LimitExceeded.MaximumRunningTask", f"{limit} tasks are running, which is the limit.")
    task_id = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(60))
    task |= {"TaskId": task_id, "Stopped": 0}
    account.tasks[task_id] = {name: task[name] for name in (*SHOWN, *KEPT)}
    return {"TaskId": task_id}


def stop(account: Account, body: Fields) -> Answer:
    """Stop a task (StopRecordTask), also a planned one; stopped and finished ones do not change (assumed)."""
    now = account.clock.seconds()
    task = _kept(account, body["TaskId"])
    if task is None:
        return _unknown(account, body)
    if now < task["StartTime"] and not account.assumed.planned_tasks_stop:
        return {}
    if not task["Stopped"] and now < task["EndTime"]:
        account.tasks[task["TaskId"]] = {**task, "Stopped": now}
    return {}


def delete(account: Account, body: Fields) -> Answer:
    """Delete a task (DeleteRecordTask), in any phase."""
    if _kept(account, body["TaskId"]) is None:
        return _unknown(account, body)
    del account.tasks[body["TaskId"]]
    return {}


def describe(account: Account, body: Fields) -> Answer:
    """Return the page of tasks (DescribeRecordTask) whose own start and end lie inside the window."""
    start, end = body["StartTime"], body["EndTime"]
    after = _place(body.get("ScrollToken", ""))
    if refusal := next(_query(account, start, end), None):
        return refusal
    if isinstance(after, Refusal):
        return after
    tasks = sorted(_matching(account, body, start, end), key=task_order)
    found = [task for task in tasks if task_order(task) > after]
    page = found[: account.settings.page]
    return {
        "ScrollToken": _token(page[-1]) if len(found) > len(page) else "",
        "TaskList": [
            _shown(account, task) for task in (reversed(page) if account.assumed.newest_tasks_first else page)
        ],
    }


def _shown(account: Account, task: Fields) -> Fields:
    """Return a task as it is listed: without template its TemplateId is null, zero or absent (assumed)."""
    shown = {name: task[name] for name in SHOWN}
    if not task["TemplateId"]:
        forms = account.assumed.unset_fields
        form = forms[crc32(f"{task['StreamName']}/{task['StartTime']}".encode()) % len(forms)]
        shown |= {"TemplateId": None if form == "null" else 0}
        if form == "absent":
            del shown["TemplateId"]
    return shown


def _matching(account: Account, body: Fields, start: int, end: int) -> Iterator[Fields]:
    filters = {name: body[name] for name in ("StreamName", "DomainName", "AppName") if body.get(name)}
    for task in account.tasks.values():
        is_inside = start <= task["StartTime"] and task["EndTime"] <= end
        if is_inside and all(task[name] == value for name, value in filters.items()):
            yield task


def running(task: Fields, at: int) -> bool:
    """Return whether the task records a push at this second."""
    return task["StartTime"] <= at < task["EndTime"] and not 0 < task["Stopped"] <= at


def _window(site: Site, task: Fields, now: int) -> Iterator[Refusal]:
    start, end = task["StartTime"], task["EndTime"]
    seen = f"StartTime is {format_time(start)}, EndTime is {format_time(end)}, now is {format_time(now)}."
    rules = (
        (end > start, "EndTime must be later than StartTime."),
        (end > now, "EndTime must be later than now."),
        (end - start <= LONGEST, "A task lasts 24 hours at most."),
        (
            site.latest_start is None or start <= now + site.latest_start,
            "StartTime can be 6 days from now at the latest.",
        ),
        (site.latest_end is None or end < now + site.latest_end, "EndTime must be less than 7 days from now."),
    )
    return (Refusal("InvalidParameter", f"{seen} {rule}") for holds, rule in rules if not holds)


def _not_accepted(account: Account, task: Fields) -> Iterator[Refusal]:
    """Yield what some accounts may reject, though no document says so."""
    assumed = account.assumed
    if assumed.tasks_need_known_domains and not account.has_domain(task["DomainName"]):
        yield Refusal("InvalidParameter", f"The account has no domain {task['DomainName']}.")
    overlapping = sum(
        is_same_stream(other, task) and other["StartTime"] < task["EndTime"] and task["StartTime"] < other["EndTime"]
        for other in account.tasks.values()
    )
    if assumed.overlapping_tasks is not None and overlapping >= assumed.overlapping_tasks:
        yield Refusal("InvalidParameter", f"{overlapping} tasks of this stream overlap, which is the limit.")


def _query(account: Account, start: int, end: int) -> Iterator[Refusal]:
    floor = account.clock.seconds() - RETENTION
    rules = (
        (end > start, "EndTime must be later than StartTime."),
        (end - start <= WIDEST_QUERY, "A query spans 7 days at most."),
        (start >= floor, f"Tasks are kept for 90 days; the earliest StartTime is {format_time(floor)}."),
    )
    return (
        Refusal("InvalidParameter", f"StartTime is {format_time(start)}, EndTime is {format_time(end)}. {rule}")
        for holds, rule in rules
        if not holds
    )


def _kept(account: Account, task_id: str) -> Fields | None:
    task = account.tasks.get(task_id)
    return task if task and account.clock.seconds() < task["EndTime"] + RETENTION else None


def _unknown(account: Account, body: Fields) -> Refusal:
    # The lists of these actions hold no code of their own for it.
    return Refusal(account.assumed.unknown_task_code, f"The account has no task {body['TaskId']}.")


def _token(last: Fields) -> str:
    # It names the last task shown, so pages stay whole while tasks come and go; lifetime unlimited (assumed).
    return base64.urlsafe_b64encode(json.dumps(task_order(last)).encode()).decode()


def _place(token: str) -> tuple[int, str] | Refusal:
    try:
        start, task_id = json.loads(base64.urlsafe_b64decode(token)) if token else (-1, "")
        return int(start), str(task_id)
    except (ValueError, TypeError, binascii.Error):
        return Refusal(
            "InvalidParameter",
            f'ScrollToken is "{token}", which is none of ours. Send back the one of the last answer.',
        )
