"""The notifications that were sent, as DescribeCallbackRecordsList shows them (PY; cn only): one stream, one day, 14 days back."""

from collections.abc import Iterator
from http import HTTPStatus

from live_recording.emulator import streams
from live_recording.emulator.account import Account
from live_recording.emulator.clock import parse_china_time, parse_time
from live_recording.emulator.messages import Answer, Fields, Refusal, page_of
from live_recording.emulator.notifications import BEGIN, END, FILE
from live_recording.emulator.sites import DAY

WIDEST, HISTORY = DAY, 14 * DAY
LISTED = (END, BEGIN, FILE)
"""Neither recording status nor exceptions are listed (PY, EventType)."""
NO_ANSWER = -1


def describe(account: Account, body: Fields) -> Answer:
    """Return the notifications that were sent of one stream (DescribeCallbackRecordsList, PY): each attempt is one (assumed)."""
    if refusal := _wrong_window(account, body):
        return refusal
    utc = body["StartTime"].endswith("Z")
    rows = [row for row in _records(account, body, utc=utc) if _is_asked(row, body)]
    page, numbers = page_of(rows, body)
    return {"DataInfoList": page, **numbers}


def _wrong_window(account: Account, body: Fields) -> Refusal | None:
    start, end = (_record_time(body[name]) for name in ("StartTime", "EndTime"))
    if start is None or end is None or not 0 <= end - start <= WIDEST:
        return Refusal(
            account.assumed.event_window_code,
            "StartTime and EndTime are times such as 2026-12-04T12:00:00Z, at most one day apart.",
        )
    if start < account.clock.seconds() - HISTORY:
        return Refusal(account.assumed.event_window_code, "Notifications are known for 14 days.")
    return None


def _is_asked(row: Fields, body: Fields) -> bool:
    return all(row[name] == body[name] for name in ("EventType", "ResultCode") if name in body)


def _records(account: Account, body: Fields, *, utc: bool) -> Iterator[Fields]:
    start, end = (_record_time(body[name]) or 0 for name in ("StartTime", "EndTime"))
    for one in account.notifications.values():
        is_listed = one["StreamName"] == body["StreamName"] and one["EventType"] in LISTED
        if is_listed and start <= one["EventTime"] <= end:
            yield from (_record(one, attempt, utc=utc) for attempt in one["Attempts"])


def _record(notification: Fields, attempt: Fields, *, utc: bool) -> Fields:
    form = streams.format_utc if utc else streams.format_china
    return {
        "EventTime": form(notification["EventTime"]),
        "EventType": notification["EventType"],
        "Request": attempt["Body"],
        "Response": attempt["Answer"],
        "ResponseTime": form(attempt["At"]),
        "ResultCode": 0 if attempt["Status"] == HTTPStatus.OK else attempt["Status"] or NO_ANSWER,
        "StreamId": notification["StreamName"],
    }


def _record_time(text: str) -> int | None:
    """Return Unix seconds of one of the two forms that DescribeCallbackRecordsList accepts, or None."""
    if text.endswith("Z"):
        at = parse_time(text)
        return int(at.timestamp()) if at else None
    return parse_china_time(text)
