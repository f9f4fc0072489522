"""Schedules through the real CLI: a season is declared once, and each run creates the tasks that the API accepts by then."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject, steps

SEASON = """
templates:
  archive: {mp4: {storage_time: 30d}}
schedules:
  season: {domain: push.example.com, app: live, stream: derby, rrule: "FREQ=WEEKLY;BYDAY=SA;COUNT=40", at: "15:00", from: 2026-08-15, time_zone: Europe/London, duration: 2h, template: archive}
"""


@pytest.fixture(name="project")
def _project(tmp_path: Path, account: Account) -> LiveProject:
    return LiveProject(tmp_path, account)


def at(project: LiveProject, time: str) -> None:
    """Program, provider and account live at that time from now on."""
    project.account.emulator.set_now(datetime.fromisoformat(time).replace(tzinfo=UTC))
    project.environment["LIVE_RECORDING_NOW"] = f"{time}Z"


def created(account: Account) -> list[tuple[str, str]]:
    """Return the start and end (UTC) of the tasks created since the previous call; no other changing call is allowed."""
    calls = account.changes()
    assert {action for action, _ in calls} <= {"CreateRecordTask"}
    spans = ([body[name] for name in ("StartTime", "EndTime")] for _, body in calls)
    return [tuple(f"{datetime.fromtimestamp(edge, UTC):%m-%dT%H:%M}" for edge in span) for span in spans]  # type: ignore[misc]


def tasks(project: LiveProject) -> list[str]:
    """Return the tasks in the state."""
    return sorted(name.rpartition("::")[2] for name in project.state() if "RecordTask" in name)


def later(project: LiveProject) -> dict[str, str]:
    """Return the tasks that are too far in the future, and from when they can be created."""
    found: dict[str, str] = json.loads(project.run("stack", "output", "later", "--json", "--stack", "dev").stdout)
    return found


def test_season_tops_itself_up(project: LiveProject, account: Account) -> None:
    """Of 40 matches each run adds exactly what has come near, at 15:00 in London all year; what is over costs no call."""
    at(project, "2026-10-23T12:00")
    project.up(SEASON)
    assert account.changes()[0][0] == "CreateLiveRecordTemplate"
    assert tasks(project) == ["season-20261024T1500"]
    assert later(project) == {"season-20261031T1500": "2026-10-26"}
    [before] = account.state["tasks"]
    assert before["StartTime"] == datetime(2026, 10, 24, 14, tzinfo=UTC).timestamp()

    at(project, "2026-10-24T14:30")  # it runs, and the next one is more than six days away
    project.run("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev")
    assert created(account) == []

    at(project, "2026-10-26T12:00")  # the clocks went back the day before
    assert steps(project.plan()) == {"season-20261024T1500": "delete", "season-20261031T1500": "create"}
    project.up()
    assert created(account) == [("10-31T15:00", "10-31T17:00")]
    assert tasks(project) == ["season-20261031T1500"]

    at(project, "2026-11-02T12:00")
    project.up(None, "--refresh")
    assert created(account) == [("11-07T15:00", "11-07T17:00")]

    at(project, "2027-03-29T12:00")  # and forward again
    project.up()
    assert created(account) == [("04-03T14:00", "04-03T16:00")]

    at(project, "2027-05-17T12:00")  # the 40th was the day before yesterday
    project.up()
    assert created(account) == []
    assert (tasks(project), later(project)) == ([], {})


@pytest.mark.parametrize("was", ["was: season, ", ""])
def test_renamed_schedule_ends_no_recording(project: LiveProject, account: Account, was: str) -> None:
    """While an occurrence runs its schedule may change its key, with or without `was`: nothing is sent."""
    at(project, "2026-10-24T13:00")
    project.up(SEASON)
    at(project, "2026-10-24T14:30")
    account.changes()
    planned = steps(project.plan(SEASON.replace("  season: {", f"  league: {{{was}")))
    project.up()

    assert planned == ({} if was else {"season-20261024T1500": "delete", "league-20261024T1500": "create"})
    assert account.changes() == []
    assert tasks(project) == ["league-20261024T1500"]
    assert [task["Stopped"] for task in account.state["tasks"]] == [0]


def test_dropped_day_ends_what_is_planned_only(project: LiveProject, account: Account) -> None:
    """A day that is excepted deletes its planned occurrence, and the schedule continues with the next."""
    at(project, "2026-10-26T12:00")
    project.up(SEASON)
    account.changes()
    project.up(SEASON.replace("duration: 2h", "duration: 2h, except: [2026-10-31]"))

    assert account.actions() == ["DeleteRecordTask"]
    assert later(project) == {"season-20261107T1500": "2026-11-02"}
    at(project, "2026-11-02T12:00")
    project.up()
    assert created(account) == [("11-07T15:00", "11-07T17:00")]
