"""The retired API v2: CreateRecord, a GET with a flat answer and numbers for codes (seed document; CN:4723).

Only the SecretId is checked, not the signature. Faults, rates and regions do not apply.
"""

import re
from collections.abc import Iterator
from itertools import chain
from urllib.parse import parse_qsl

from live_recording.emulator.account import Account
from live_recording.emulator.clock import format_time, parse_china_time
from live_recording.emulator.messages import Fields
from live_recording.emulator.sites import DAY

PATH = "/v2/index.php"
ACTION = "CreateRecord"
BAD, UNKNOWN_SECRET_ID, FAILED = 4000, 4100, 5100
"""Codes of the v2 list: bad parameters, authentication failed, operation failed."""
LONGEST_LIVE, LONGEST = 30 * 60, DAY
LIVE = "1"


def answer(account: Account, secret_id: str, query: str) -> Fields:
    """Return the whole answer to one v2 request: `code` 0 and a `task_id`, or another code and a sentence."""
    sent = dict(parse_qsl(query, keep_blank_values=True))
    if sent.get("Action") != ACTION:
        return _no(BAD, f'The action "{sent.get("Action", "")}" is not known. Known is {ACTION}.')
    if sent.get("SecretId") != secret_id:
        return _no(UNKNOWN_SECRET_ID, "This SecretId is not known.")
    now = account.clock.seconds()
    live = sent.get("tapeType") == LIVE
    start = now if live else parse_china_time(sent.get("startTime", ""))
    end = parse_china_time(sent.get("endTime", ""))
    problem = next(chain(_malformed(sent, start, end), _misplaced(start, end, now, live=live)), None)
    if problem or start is None or end is None:
        return _no(BAD, problem or "")
    account.last_v2_record_id += 1
    task_id = account.last_v2_record_id
    account.v2_records[task_id] = {
        "task_id": task_id,
        "channelId": sent["channelId"],
        "tapeType": int(live),
        "startTime": start,
        "endTime": min(end, now + LONGEST_LIVE) if live else end,
    }
    return {"code": 0, "message": "", "task_id": task_id}


def _malformed(sent: Fields, start: int | None, end: int | None) -> Iterator[str]:
    """Yield missing and malformed parameters. All four are required, but a real-time record ignores startTime, and the vendor's sample leaves it out."""
    if not sent.get("channelId"):
        yield "channelId is required."
    if not re.fullmatch("[01]", sent.get("tapeType", "")):
        yield f'tapeType is "{sent.get("tapeType", "")}". Allowed is 0 or 1.'
    for name, value in (("startTime", start), ("endTime", end)):
        if value is None:
            yield f'{name} is "{sent.get(name, "")}". Allowed is a time in China such as 2017-01-01 10:10:01.'


def _misplaced(start: int | None, end: int | None, now: int, *, live: bool) -> Iterator[str]:
    if start is None or end is None:
        return
    seen = f"startTime is {format_time(start)}, endTime is {format_time(end)}, now is {format_time(now)}."
    if end <= max(start, now):  # assumed
        yield f"{seen} endTime must be later than startTime and than now."
    if not live and end - start > LONGEST:
        yield f"{seen} A scheduled record lasts 1 day at most."


def _no(code: int, message: str) -> Fields:
    return {"code": code, "message": message}
