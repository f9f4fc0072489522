"""`live-recording verify`, as people and pipelines call it: a match day, from the declaration to the verdicts."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from live_recording.emulator import Emulator
from tests.cli.test_check import Scratch
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.sdk_client import control

SCHEMA = Path(__file__).parents[2] / "schema/verify.schema.json"
PUSH, EVENTS = "push.example.com", "events.example.com"
EVENING = NOW + timedelta(hours=8)
MORNING_AFTER = NOW + timedelta(days=1)
STACK = """\
templates:
  both: {mp4: {storage_time: 30d}, hls: {storage_time: 60d}}
  flv: {flv: {storage_time: 7d}}
  bucket: {cos_store: true, mp4: {storage_time: 7d, cos_bucket_name: b, cos_bucket_region: ap-guangzhou, cos_bucket_path: "/a"}}
rules:
  everything: {domain: push.example.com, template: flv}
  studio: {domain: push.example.com, app: studio, template: both}
  final: {domain: push.example.com, stream: final, template: both}
  late: {domain: push.example.com, app: studio, stream: late, template: flv}
  quiet: {domain: push.example.com, stream: rehearsal, record: false}
  stored: {domain: push.example.com, stream: stored, template: bucket}
tasks:
  match-1: {domain: events.example.com, app: live, stream: match-1, start: 2026-11-20T20:00, duration: 2h, template: both}
  match-2: {domain: events.example.com, app: live, stream: match-2, start: 2026-11-20T20:00, duration: 2h, template: both}
  match-3: {domain: events.example.com, app: live, stream: match-3, start: 2026-11-20T20:00, duration: 2h, template: both}
  match-4: {domain: events.example.com, app: live, stream: match-4, start: 2026-11-20T20:00, duration: 2h, template: flv}
  match-5: {domain: events.example.com, app: live, stream: match-5, start: 2026-11-20T20:00, duration: 2h, template: flv}
  match-6: {domain: events.example.com, app: live, stream: match-6, start: 2026-11-21T11:00, duration: 2h, template: flv}
"""
PUSHES: list[tuple[str, str, int, int]] = [
    ("match-1", "live", -5, 125),  # longer than its task
    ("match-2", "live", 0, 50),  # interrupted
    ("match-2", "live", 53, 120),
    ("match-3", "live", 0, 120),  # a file is lost
    # nothing pushes match-4
    ("match-5", "live", 0, 60),  # all files are lost
    *((f"channel-{number}", "live", 0, 120) for number in range(1, 9)),
    *((f"camera-{number}", "studio", 10, 100) for number in range(1, 5)),
    ("camera-1", "studio", 101, 110),
    ("final", "live", 0, 120),
    ("final", "studio", 0, 120),  # stream outranks app
    ("late", "studio", 5, 100),  # its own rule is created during the push
    ("rehearsal", "live", 0, 60),  # suppressed
    ("short", "live", 0, 0),  # 9 seconds
    ("stored", "live", 0, 60),  # in COS
]
DOMAIN_OF = dict.fromkeys(("match-1", "match-2", "match-3", "match-4", "match-5", "match-6"), EVENTS)
EXPECTED: dict[tuple[str, str], set[tuple[str, str, str]]] = {
    ("live", "match-1"): {("tasks.match-1", "mp4", "recorded"), ("tasks.match-1", "hls", "recorded")},
    ("live", "match-2"): {("tasks.match-2", "mp4", "recorded"), ("tasks.match-2", "hls", "recorded")},
    ("live", "match-3"): {("tasks.match-3", "mp4", "partly recorded"), ("tasks.match-3", "hls", "recorded")},
    ("live", "match-4"): {("tasks.match-4", "flv", "nothing to record")},
    ("live", "match-5"): {("tasks.match-5", "flv", "not recorded")},
    ("live", "match-6"): {("tasks.match-6", "flv", "too early")},
    **{("live", f"channel-{number}"): {("rules.everything", "flv", "recorded")} for number in range(1, 9)},
    **{
        ("studio", f"camera-{number}"): {("rules.studio", "mp4", "recorded"), ("rules.studio", "hls", "recorded")}
        for number in range(1, 5)
    },
    ("live", "final"): {("rules.final", "mp4", "recorded"), ("rules.final", "hls", "recorded")},
    ("studio", "final"): {("rules.final", "mp4", "recorded"), ("rules.final", "hls", "recorded")},
    ("studio", "late"): {("rules.late", "flv", "nothing to record")},
    ("live", "short"): {("rules.everything", "flv", "nothing to record")},
    ("live", "stored"): {("rules.stored", "mp4", "cannot tell")},
}


class MatchDay:
    """An account in which everything of the stack is live, and the pushes of an evening."""

    def __init__(self, emulator: Emulator, scratch: Scratch) -> None:
        self.account, self.emulator, self.scratch = Account(emulator), emulator, scratch
        self.scratch.write("stacks/dev.yaml", STACK)
        self.scratch.write("stacks/Pulumi.dev.yaml", "config: {live-recording:site: cn}\n")
        both = self.account.template("both", Mp4Param=kept(30), HlsParam=kept(60))
        flv = self.account.template("flv", FlvParam=kept(7))
        cos = {"CosBucketName": "b", "CosBucketRegion": "ap-guangzhou", "CosBucketPath": "/a"}
        bucket = self.account.template("bucket", CosStore=1, Mp4Param=kept(7) | cos)
        rules = ((flv, "", ""), (both, "studio", ""), (both, "", "final"), (bucket, "", "stored"))
        for template, app, stream in rules:
            self.account.rule(template, PUSH, app, stream)
        self.account.rule(self.account.template("none", Description="none"), PUSH, "", "rehearsal")
        for number, template in enumerate((both, both, both, flv, flv), 1):
            self._task(f"match-{number}", template, EVENING, EVENING + timedelta(hours=2))
        self._task("match-6", flv, MORNING_AFTER - timedelta(hours=1), MORNING_AFTER + timedelta(hours=1))
        emulator.set_now(EVENING + timedelta(minutes=6))
        self.account.rule(flv, PUSH, "studio", "late")
        emulator.set_now(MORNING_AFTER)
        for stream, app, start, end in PUSHES:
            times = EVENING + timedelta(minutes=start), EVENING + timedelta(minutes=end, seconds=0 if end else 9)
            self.push(stream, app, *times)

    def _task(self, stream: str, template: str, start: datetime, end: datetime) -> None:
        times = {"StartTime": int(start.timestamp()), "EndTime": int(end.timestamp())}
        names = {"DomainName": EVENTS, "AppName": "live", "StreamName": stream}
        self.account.in_console("CreateRecordTask", TemplateId=int(template), **names, **times)

    def push(self, stream: str, app: str, start: datetime, end: datetime | None, **more: object) -> None:
        """Order a push."""
        sent = {"domain": DOMAIN_OF.get(stream, PUSH), "app": app, "stream": stream, "start": start.isoformat()}
        end_ = {} if end is None else {"end": end.isoformat()}
        status, answer = control(self.emulator.port, "POST", "pushes", sent | end_ | more)
        assert status == 200, answer

    def lose(self, stream: str, kind: str, number: int | None = None) -> list[str]:
        """Lose the files of a stream, or one of them; return their ids."""
        _, files = control(self.emulator.port, "GET", "files")
        found = [one["FileId"] for one in files if (one["StreamName"], one["Type"]) == (stream, kind)]
        lost = found if number is None else [found[number]]
        for file_id in lost:
            assert control(self.emulator.port, "DELETE", f"files/{file_id}")[0] == 200
        return lost

    def verify(self, *arguments: str) -> Any:
        """Run the command on the morning after."""
        names = ("LIVE_RECORDING_ENDPOINT", "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY")
        environment = {name: self.account.environment[name] for name in names}
        return self.scratch.run(
            "verify", "dev", *arguments, **environment, LIVE_RECORDING_NOW=MORNING_AFTER.isoformat()
        )

    def recordings(self, *arguments: str) -> list[dict[str, Any]]:
        """Return the verdicts from the JSON."""
        done = self.verify("--format", "json", *arguments)
        (stack,) = json.loads(done.stdout)["stacks"]
        found: list[dict[str, Any]] = stack["recordings"]
        return found


def kept(days: int) -> dict[str, int]:
    """Return an enabled format."""
    return {"Enable": 1, "StorageTime": days * 86400}


@pytest.fixture
def day(tmp_path: Path) -> Iterator[MatchDay]:
    """Return the match day."""
    with Emulator(site="cn", now=NOW) as emulator:
        yield MatchDay(emulator, Scratch(tmp_path))


def test_a_match_day(day: MatchDay) -> None:
    """Every verdict about 20 streams is right, in the form of the schema; the lost files are named in time; exit code 1."""
    day.lose("match-3", "mp4", 1)
    day.lose("match-5", "flv")

    done = day.verify("--format", "json")
    report = json.loads(done.stdout)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(report)
    (stack,) = report["stacks"]
    verdicts: dict[tuple[str, str], set[tuple[str, str, str]]] = {}
    for one in stack["recordings"]:
        _, app, stream = one["stream"].split("/")
        verdicts.setdefault((app, stream), set()).add((one["by"], one["format"], one["verdict"]))

    assert (done.returncode, done.stderr) == (1, "")
    assert verdicts == EXPECTED
    assert (stack["since"], stack["until"]) == ("2026-11-20T12:00:00Z", "2026-11-21T12:00:00Z")
    gaps = {one["by"]: one["gaps"] for one in stack["recordings"] if one["gaps"]}
    assert gaps == {
        "tasks.match-3": [{"from": "2026-11-20T20:30:00Z", "until": "2026-11-20T21:00:00Z"}],
        "tasks.match-5": [{"from": "2026-11-20T20:00:00Z", "until": "2026-11-20T21:00:00Z"}],
    }


def test_the_sentence_of_the_morning_after(day: MatchDay) -> None:
    """People read what is missing first, and how long the rest is kept; without a loss the exit code is 0."""
    good = day.verify()
    day.lose("match-3", "mp4", 1)
    bad = day.verify()

    line = f"{EVENTS}/live/match-3 (tasks.match-3), 2026-11-20T20:00:00Z to 22:00:00Z"
    assert good.returncode == 0
    assert f"  recorded: {line}, HLS and MP4: HLS kept until 2027-01-19T22:00:00Z and MP4 kept until " in good.stdout
    assert bad.returncode == 1
    assert bad.stdout.splitlines()[1] == (
        f"  partly recorded: {line}, MP4: 30 m of 2 h 00 m pushed are missing, 2026-11-20T20:30:00Z to 21:00:00Z."
    )


def test_delayed_files_and_files_without_times(day: MatchDay) -> None:
    """A file that appears later is missing until then; one without stream and times is found by its stream."""
    later = EVENING + timedelta(hours=4)
    day.push("slow", "live", later, later + timedelta(hours=1), delay=86400)
    day.push("nameless", "live", later, later + timedelta(hours=1), nameless=True)
    found = {one["stream"].rpartition("/")[2]: one for one in day.recordings()}

    assert found["slow"]["verdict"] == "not recorded"
    assert found["nameless"]["verdict"] == "recorded"
    assert found["nameless"]["reason"] == "VOD has no times for 2 files; by their length they fill the gaps."


@pytest.mark.parametrize(
    ("action", "known"),
    [
        ("SearchMedia", {"nothing to record", "too early", "cannot tell"}),
        ("DescribeLiveStreamEventList", {"recorded", "too early", "cannot tell"}),
    ],
)
def test_a_missing_permission_is_never_recorded(day: MatchDay, action: str, known: set[str]) -> None:
    """Verdicts that need the action are `cannot tell`, with its name; what other answers prove stays."""
    day.emulator.deny(action)
    done = day.verify("--format", "json")
    (stack,) = json.loads(done.stdout)["stacks"]

    assert {one["verdict"] for one in stack["recordings"]} <= known
    assert any(action in one["reason"] for one in stack["recordings"])
    assert action in " ".join(stack["notes"])
    assert done.returncode == 0


def test_nothing_judged_is_a_failure(day: MatchDay) -> None:
    """If the account cannot be read, or nothing of it can be judged, the exit code is 3."""
    day.emulator.deny("DescribeLiveRecordRules")
    assert day.verify().returncode == 3

    day.emulator.deny("SearchMedia", "DescribeLiveStreamEventList")
    denied = day.verify("--until", "2026-11-21T09:00Z")
    assert (denied.returncode, "recorded:" in denied.stdout) == (3, False)


FAULTS = ("throttle", "internal-error", "drop-before", "cut-body", "http502-before", "wrong-content-type")


@pytest.mark.parametrize("kind", FAULTS)
def test_faults_lose_nothing(day: MatchDay, kind: str) -> None:
    """One fault of every query is repeated; the verdicts stay the same."""
    expected = day.recordings()
    for action in ("SearchMedia", "DescribeLiveStreamEventList", "DescribeLiveStreamState"):
        day.emulator.fault(action, kind)

    assert day.recordings() == expected


def test_now(day: MatchDay) -> None:
    """While a task runs, its stream must be pushed: exit code 1 if it is not, 0 if it is."""
    silent = day.verify("--now")
    day.push("match-6", "live", MORNING_AFTER - timedelta(minutes=5), None)
    pushed = day.verify("--now", "--format", "json")

    assert silent.returncode == 1
    assert silent.stdout.splitlines() == [
        "dev at 2026-11-21T12:00:00Z: 1 task running, 0 of them with a push.",
        f"  {EVENTS}/live/match-6 (tasks.match-6, until 2026-11-21T13:00:00Z) is NOT being pushed. Start the push, or nothing is recorded.",
    ]
    assert pushed.returncode == 0
    markdown = day.verify("--now", "--format", "md").stdout
    assert "- events.example.com/live/match-6 (tasks.match-6, until 2026-11-21T13:00:00Z) is being pushed." in markdown
    (stack,) = json.loads(pushed.stdout)["stacks"]
    assert [one["state"] for one in stack["running"]] == ["active"]


WRONG = {
    "future": (["--until", "2026-11-22T12:00Z"], "--until 2026-11-22T12:00:00Z is in the future."),
    "empty": (
        ["--since", "2026-11-21T12:00Z", "--until", "2026-11-21T11:00Z"],
        "is empty. --since must be before --until.",
    ),
    "long ago": (["--since", "90d"], "the vendor knows pushes of the last 60 days."),
    "no time": (["--since", "yesterday"], "--since: Expected a time such as"),
    "no such format": (["--now", "--format", "html"], "--now has no format html. Use one of: text, json, md."),
}


@pytest.mark.parametrize(("arguments", "sentence"), WRONG.values(), ids=WRONG)
def test_wrong_options(day: MatchDay, arguments: list[str], sentence: str) -> None:
    """A mistake in the call is one sentence with what is allowed, and exit code 2."""
    done = day.verify(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr


def test_markdown_and_html(day: MatchDay) -> None:
    """Both have every recording; hostile names stay text."""
    day.lose("match-5", "flv")
    day.push("<b>x</b>|`y`", "live", EVENING, EVENING + timedelta(hours=1))
    markdown, html = (day.verify("--format", form).stdout for form in ("md", "html"))

    assert "| **not recorded** | `events.example.com/live/match-5` | `tasks.match-5` |" in markdown
    assert "<b>x" not in markdown.replace("&lt;", "") or "<code>" in markdown
    assert "<b>x</b>" not in html
    assert html.count("<title>missing, ") == 1
    assert html.count('<p class="lane-name">') == len({(*key, *DOMAIN_OF) for key in EXPECTED}) + 1


def test_large_accounts_are_read_completely(day: MatchDay) -> None:
    """More pushes than a page and more files than SearchMedia lists unasked are all judged."""
    for number in range(250):
        start = EVENING + timedelta(minutes=number % 60)
        day.push(f"many-{number}", "live", start, start + timedelta(minutes=20))
    found = [one for one in day.recordings() if "many-" in one["stream"]]

    assert len(found) == 250
    assert {one["verdict"] for one in found} == {"recorded"}
