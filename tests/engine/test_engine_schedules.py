"""Schedules through the real CLI: a season is written once, and each run creates what the API accepts by then."""

from datetime import UTC, datetime
from pathlib import Path

from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject, steps

SEASON = """
templates:
  archive: {mp4: {storage_time: 30d}}
schedules:
  season: {domain: push.example.com, app: live, stream: derby, rrule: "FREQ=WEEKLY;BYDAY=SA;COUNT=40", at: "15:00", from: 2026-08-15, time_zone: Europe/London, duration: 2h, template: archive}
"""


def at(project: LiveProject, time: str) -> None:
    """Set the time in UTC."""
    project.set_now(datetime.fromisoformat(time).replace(tzinfo=UTC))


def created(account: Account) -> list[tuple[str, str]]:
    """Return start and end, in UTC, of the tasks created since the last look; there were no other changes."""
    calls = account.changes()
    assert {action for action, _ in calls} <= {"CreateRecordTask"}
    spans = ([body[name] for name in ("StartTime", "EndTime")] for _, body in calls)
    return [tuple(f"{datetime.fromtimestamp(edge, UTC):%m-%dT%H:%M}" for edge in span) for span in spans]  # type: ignore[misc]


def tasks(project: LiveProject) -> list[str]:
    """Return the names of the tasks in the state."""
    return sorted(name.rpartition("::")[2] for name in project.state() if "RecordTask" in name)


def test_season_tops_itself_up(tmp_path: Path, account: Account) -> None:
    """Of 40 matches each run adds what has come near, at 15:00 in London all year; finished ones cost no call."""
    project = LiveProject(tmp_path, account)
    at(project, "2026-10-23T12:00")
    project.up(SEASON)
    assert account.changes()[0][0] == "CreateLiveRecordTemplate"
    assert tasks(project) == ["season-20261024T1500"]
    assert project.outputs()["later"] == {"season-20261031T1500": "2026-10-26"}
    [task] = account.state["tasks"]
    assert task["StartTime"] == datetime(2026, 10, 24, 14, tzinfo=UTC).timestamp()

    # While an occurrence runs, the schedule gets another key, first without `was`, then back with it, without a call.
    at(project, "2026-10-24T14:30")
    assert steps(project.plan(SEASON.replace("  season: {", "  league: {"))) == {
        "season-20261024T1500": "delete", "league-20261024T1500": "create"
    }  # fmt: skip
    project.up()
    assert tasks(project) == ["league-20261024T1500"]
    assert steps(project.plan(SEASON.replace("  season: {", "  season: {was: league, "))) == {}
    project.up()
    assert tasks(project) == ["season-20261024T1500"]
    assert created(account) == []
    assert [task["Stopped"] for task in account.state["tasks"]] == [0]

    at(project, "2026-10-26T12:00")  # the clocks went back the day before
    assert steps(project.plan(SEASON)) == {"season-20261024T1500": "delete", "season-20261031T1500": "create"}
    project.up()
    assert created(account) == [("10-31T15:00", "10-31T17:00")]
    assert tasks(project) == ["season-20261031T1500"]

    # An excepted day deletes its planned occurrence; the schedule continues with the next one.
    excepted = SEASON.replace("duration: 2h", "duration: 2h, except: [2026-10-31]")
    project.up(excepted)
    assert account.actions() == ["DeleteRecordTask"]
    assert project.outputs()["later"] == {"season-20261107T1500": "2026-11-02"}
    at(project, "2026-11-02T12:00")
    project.up(None, "--refresh")
    assert created(account) == [("11-07T15:00", "11-07T17:00")]

    at(project, "2027-03-29T12:00")  # and forward again
    project.up()
    assert created(account) == [("04-03T14:00", "04-03T16:00")]

    at(project, "2027-05-17T12:00")  # the last one was the day before yesterday
    project.up()
    assert created(account) == []
    assert (tasks(project), project.outputs()["later"]) == ([], {})
