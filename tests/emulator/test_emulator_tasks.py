"""The four task actions through the official SDK: windows, phases, listing, and who records a stream."""

from __future__ import annotations

from datetime import timedelta

import pytest

from live_recording.emulator import Emulator
from tests.support.clock import AT, DAY, HOUR, NOW
from tests.support.sdk_client import DOMAIN, RULE, TASK, call, code, sdk, template

WINDOW = {"StartTime": AT - HOUR, "EndTime": AT + 6 * DAY}


def test_task_round_trip() -> None:
    """A task reads back with its times and template; an unknown template is stored, an omitted one is empty."""
    with Emulator(now=NOW) as emulator:
        client = sdk(emulator)
        ids = [
            call(client, "CreateRecordTask", **TASK, **extra)["TaskId"]
            for extra in ({"TemplateId": 0}, {"TemplateId": 123})
        ]
        listed = call(client, "DescribeRecordTask", **WINDOW)

        wanted = {
            one: {**TASK, "TaskId": one, "TemplateId": used, "Stopped": 0}
            for one, used in zip(ids, (0, 123), strict=True)
        }
        listed_tasks = ({**task, "TemplateId": task["TemplateId"] or 0} for task in listed["TaskList"])
        assert {task["TaskId"]: task for task in listed_tasks} == wanted
        assert listed["ScrollToken"] == ""
        assert all(len(task_id) == 60 and task_id.isalnum() for task_id in ids)


def test_task_without_start_starts_now() -> None:
    """An omitted StartTime is stored as the present."""
    with Emulator(now=NOW) as emulator:
        client = sdk(emulator)
        call(client, "CreateRecordTask", **{name: value for name, value in TASK.items() if name != "StartTime"})
        (task,) = call(client, "DescribeRecordTask", **WINDOW)["TaskList"]

        assert task["StartTime"] - AT in range(10)


@pytest.mark.parametrize(
    ("site", "start", "end", "refused"),
    [
        ("intl", HOUR, HOUR, "InvalidParameter"),
        ("intl", 2 * HOUR, HOUR, "InvalidParameter"),
        ("intl", -2 * HOUR, -HOUR, "InvalidParameter"),
        ("intl", -HOUR, HOUR, None),
        ("intl", HOUR, HOUR + DAY, None),
        ("intl", HOUR, HOUR + DAY + 1, "InvalidParameter"),
        ("intl", 6 * DAY, 7 * DAY, None),
        ("intl", 6 * DAY + 60, 6 * DAY + HOUR, "InvalidParameter"),
        ("cn", 6 * DAY + 60, 6 * DAY + HOUR, None),
        ("cn", 6 * DAY + HOUR, 7 * DAY - 1, None),
        ("cn", 6 * DAY + HOUR, 7 * DAY + 60, "InvalidParameter"),
    ],
)
def test_task_windows(site: str, start: int, end: int, refused: str | None) -> None:
    """What each site accepts, in seconds from now."""
    with Emulator(site=site, now=NOW) as emulator:
        task = {**TASK, "StartTime": AT + start, "EndTime": AT + end}

        assert code(sdk(emulator), "CreateRecordTask", **task) == refused


@pytest.mark.parametrize(
    ("site", "region", "refused"),
    [
        ("intl", "", "MissingParameter"),
        ("intl", "eu-frankfurt", None),
        ("cn", "ap-guangzhou", None),
        ("cn", "ap-singapore", "UnsupportedRegion"),
    ],
)
def test_task_regions(site: str, region: str, refused: str | None) -> None:
    """Task actions need a region of the site; the others never look at it."""
    with Emulator(site=site, now=NOW) as emulator:
        client = sdk(emulator, region=region)

        assert code(client, "DescribeRecordTask", **WINDOW) == refused
        assert code(client, "DescribeLiveRecordRules") is None


def test_stop_is_once() -> None:
    """Stopping marks a task with the time of the first stop; unknown tasks are refused."""
    with Emulator(now=NOW) as emulator:
        client = sdk(emulator)
        task_id = call(client, "CreateRecordTask", **TASK)["TaskId"]
        call(client, "StopRecordTask", TaskId=task_id)
        emulator.set_now(NOW + timedelta(hours=1))
        call(client, "StopRecordTask", TaskId=task_id)
        (task,) = call(client, "DescribeRecordTask", **WINDOW)["TaskList"]

        assert task["Stopped"] - AT in range(10)
        assert code(client, "StopRecordTask", TaskId="nobody") == "InvalidParameter"


def test_delete_hides() -> None:
    """A deleted task is listed no more, and is unknown to stop and delete."""
    with Emulator(now=NOW) as emulator:
        client = sdk(emulator)
        task_id = call(client, "CreateRecordTask", **TASK)["TaskId"]
        call(client, "DeleteRecordTask", TaskId=task_id)

        assert call(client, "DescribeRecordTask", **WINDOW) == {"ScrollToken": "", "TaskList": []}
        assert code(client, "StopRecordTask", TaskId=task_id) == "InvalidParameter"
        assert code(client, "DeleteRecordTask", TaskId=task_id) == "InvalidParameter"


def test_listing_contains() -> None:
    """A query returns the tasks that lie inside its window as a whole, and those that its filters name."""
    with Emulator(now=NOW) as emulator:
        client = sdk(emulator)
        call(client, "CreateRecordTask", **TASK)
        queries = (
            {"StartTime": AT + HOUR, "EndTime": AT + 2 * HOUR},
            {"StartTime": AT + HOUR + 1, "EndTime": AT + 2 * HOUR},
            {"StartTime": AT + HOUR, "EndTime": AT + 2 * HOUR - 1},
            {**WINDOW, "StreamName": "final", "AppName": "live", "DomainName": DOMAIN},
            {**WINDOW, "StreamName": "other"},
        )

        found = [len(call(client, "DescribeRecordTask", **query)["TaskList"]) for query in queries]
        assert found == [1, 0, 0, 1, 0]


@pytest.mark.parametrize(
    ("start", "end", "refused"),
    [
        (0, 7 * DAY, None),
        (0, 7 * DAY + 1, "InvalidParameter"),
        (HOUR, HOUR, "InvalidParameter"),
        (-90 * DAY + 60, -84 * DAY, None),
        (-90 * DAY - 60, -84 * DAY, "InvalidParameter"),
    ],
)
def test_listing_windows(start: int, end: int, refused: str | None) -> None:
    """A query spans seven days at most and reaches ninety days back."""
    with Emulator(now=NOW) as emulator:
        assert code(sdk(emulator), "DescribeRecordTask", StartTime=AT + start, EndTime=AT + end) == refused


def test_listing_pages() -> None:
    """Pages follow each other by token, in order, without gaps while tasks come and go."""
    with Emulator(now=NOW, page_size=2) as emulator:
        client = sdk(emulator)
        times = [{"StartTime": AT + hour * HOUR, "EndTime": AT + (hour + 1) * HOUR} for hour in (4, 1, 3, 2, 0)]
        ids = [call(client, "CreateRecordTask", **{**TASK, **time})["TaskId"] for time in times]
        seen, token = [], ""
        while True:
            answer = call(client, "DescribeRecordTask", **WINDOW, ScrollToken=token)
            seen += [task["TaskId"] for task in answer["TaskList"]]
            token = answer["ScrollToken"]
            if not token:
                break
            if len(seen) == 2:
                call(client, "DeleteRecordTask", TaskId=seen[0])

        assert seen == [ids[number] for number in (4, 1, 3, 2, 0)]
        assert code(client, "DescribeRecordTask", **WINDOW, ScrollToken="made-up") == "InvalidParameter"


def test_tasks_are_kept_ninety_days() -> None:
    """Ninety days after its end a task is unknown."""
    with Emulator(now=NOW) as emulator:
        client = sdk(emulator)
        task_id = call(client, "CreateRecordTask", **TASK)["TaskId"]
        emulator.set_now(NOW + timedelta(days=90))
        assert code(client, "StopRecordTask", TaskId=task_id) is None
        emulator.set_now(NOW + timedelta(days=90, hours=2))

        assert code(client, "StopRecordTask", TaskId=task_id) == "InvalidParameter"


def test_recording_follows_the_priority_table() -> None:
    """Of the rules that fit, the one with a stream wins over the one with an app; no formats means no recording."""
    with Emulator(now=NOW) as emulator:
        client = sdk(emulator)
        keys = [("", ""), ("live", ""), ("", "final"), ("live", "final")]
        winners = []
        for app, stream in keys:
            template_id = template(client, Mp4Param={"Enable": int(bool(app))})
            rule = {**RULE, "AppName": app, "StreamName": stream}
            call(client, "CreateLiveRecordRule", **rule, TemplateId=template_id)
            seen = emulator.service.effective_recording(DOMAIN, "live", "final", NOW)
            assert seen.rule
            winners.append((seen.rule["AppName"], seen.rule["StreamName"], seen.formats))

        assert winners == [
            ("", "", ()),
            ("live", "", ("Mp4Param",)),
            ("", "final", ()),
            ("live", "final", ("Mp4Param",)),
        ]
        assert emulator.service.effective_recording("other.example.com", "live", "final", NOW).rule is None


def test_at_most_three_tasks_record() -> None:
    """Overlapping tasks are accepted, three of them record, stopped ones do not."""
    with Emulator(now=NOW) as emulator:
        client = sdk(emulator)
        later = NOW + timedelta(minutes=90)
        ids = [call(client, "CreateRecordTask", **TASK)["TaskId"] for _ in range(4)]
        assert len(emulator.service.effective_recording(DOMAIN, "live", "final", later).tasks) == 3
        for task_id in ids[:2]:
            call(client, "StopRecordTask", TaskId=task_id)

        seen = emulator.service.effective_recording(DOMAIN, "live", "final", later).tasks
        assert {task["TaskId"] for task in seen} == set(ids[2:])
        assert emulator.service.effective_recording(DOMAIN, "live", "final", NOW).tasks == ()
