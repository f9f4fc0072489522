"""The deprecated family CreateLiveRecord, StopLiveRecord, DeleteLiveRecord (CN:30148 30146 30147, IN:30847 30837 30844).

It has ids of its own, knows nothing of tasks, and lists nothing. A record is stored in the API's field names, its times
as unix seconds. Both sites answer it (assumed: both publish it; that it records pushes to the mainland only cannot be
seen here).
"""

from live_recording.emulator.account import Account
from live_recording.emulator.assumptions import Assumptions
from live_recording.emulator.clock import format_time, parse_china_time
from live_recording.emulator.messages import Answer, Fields, Refusal
from live_recording.emulator.tasks import running

LONGEST_LIVE = 30 * 60
"""Real-time mode, seconds (CN:30148)."""
SCHEDULED, LIVE = 0, 1
DEFAULTS: Fields = {
    "DomainName": "",
    "RecordType": "video",
    "FileFormat": "flv",
    "Highlight": SCHEDULED,
    "MixStream": 0,
    "StreamParam": "",
}


def create(account: Account, body: Fields) -> Answer:
    """Create a record. Omitted fields get the documented defaults, AppName `live`."""
    sent = DEFAULTS | body
    now = account.clock.seconds()
    times = (_live if sent["Highlight"] == LIVE else _scheduled)(sent, now, account.assumed)
    if isinstance(times, Refusal):
        return times
    start, end = times
    record = {
        **sent,
        "AppName": sent.get("AppName") or "live",
        "RecordType": sent["RecordType"].lower(),
        "FileFormat": sent["FileFormat"].lower(),
        "StartTime": start,
        "EndTime": end,
        "CreateTime": account.clock.china(),
        "Stopped": 0,
    }
    if record["Highlight"] == SCHEDULED and (refusal := _full(account, record, now)):
        return refusal
    account.last_live_record_id += 1
    task_id = account.last_live_record_id
    account.live_records[task_id] = {"TaskId": task_id, **record}
    return {"TaskId": task_id}


def stop(account: Account, body: Fields) -> Answer:
    """Stop a record, also a planned one; stopped and finished ones do not change (assumed)."""
    record, now = _known(account, body), account.clock.seconds()
    if isinstance(record, Refusal):
        return record
    if not record["Stopped"] and now < record["EndTime"]:
        account.live_records[record["TaskId"]] = {**record, "Stopped": now}
    return {}


def delete(account: Account, body: Fields) -> Answer:
    """Delete a record that is not running."""
    record = _known(account, body)
    if isinstance(record, Refusal):
        return record
    if running(record, account.clock.seconds()):
        return Refusal(
            "FailedOperation.AlterTaskState",  # assumed: the only code on its list that could mean this
            f"Task {record['TaskId']} is running. Stop it first, with StopLiveRecord.",
        )
    del account.live_records[record["TaskId"]]
    return {}


def _live(sent: Fields, now: int, assumed: Assumptions) -> tuple[int, int] | Refusal:
    """Return the times in real-time mode: from now on; an empty, past or too late end becomes the latest allowed."""
    latest = now + LONGEST_LIVE
    end = parse_china_time(sent["EndTime"]) if sent.get("EndTime") else latest
    if end is None:
        return _no_time(assumed, "EndTime", sent)
    return now, end if now < end <= latest else latest


def _scheduled(sent: Fields, now: int, assumed: Assumptions) -> tuple[int, int] | Refusal:
    """Return the times in scheduled mode, which needs both. No source limits the length or the distance."""
    for name in ("StartTime", "EndTime"):
        if not sent.get(name):
            return Refusal(assumed.no_record_times_code, f"The parameter `{name}` is required unless Highlight is 1.")
    start, end = parse_china_time(sent["StartTime"]), parse_china_time(sent["EndTime"])
    if start is None or end is None:
        return _no_time(assumed, "StartTime" if start is None else "EndTime", sent)
    if end <= max(start, now):  # assumed, as for tasks
        seen = f"StartTime is {format_time(start)}, EndTime is {format_time(end)}, now is {format_time(now)}."
        return Refusal(assumed.record_time_code, f"{seen} EndTime must be later than StartTime and than now.")
    return start, end


def _no_time(assumed: Assumptions, name: str, sent: Fields) -> Refusal:
    return Refusal(
        assumed.record_time_code,
        f'The parameter `{name}` is "{sent[name]}". Allowed is a time in China such as 2017-01-01 10:10:01, plain or '
        "URL-encoded.",
    )


def _full(account: Account, record: Fields, now: int) -> Refusal | None:
    """Check the two limits of scheduled records (CN:30148); deleted ones do not count."""
    planned = [one for one in account.live_records.values() if one["Highlight"] == SCHEDULED]
    daily, at_once = account.settings.live_records_a_day, account.settings.running_live_records
    today = record["CreateTime"][:10]  # the day of UTC+8, assumed
    if sum(one["CreateTime"].startswith(today) for one in planned) >= daily:
        return Refusal(
            "LimitExceeded.MaximumTask", f"{daily} tasks were created on {today} (UTC+8), which is the limit of a day."
        )
    # Assumed: only one that starts at once is refused for those that run.
    if running(record, now) and sum(running(one, now) for one in planned) >= at_once:
        return Refusal("LimitExceeded.MaximumRunningTask", f"{at_once} tasks are running, which is the limit.")
    return None


def _known(account: Account, body: Fields) -> Fields | Refusal:
    record = account.live_records.get(body["TaskId"])
    if record is None or record["StreamName"] != body["StreamName"]:  # assumed: both must fit
        return Refusal(
            "ResourceNotFound.TaskId",
            f"The account has no task {body['TaskId']} of the stream {body['StreamName']}.",
        )
    return record
