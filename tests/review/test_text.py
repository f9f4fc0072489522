"""What a review says, sentence by sentence."""

from datetime import UTC, datetime, timedelta

import pytest

from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES
from live_recording.project import check_text
from live_recording.review import text as words
from live_recording.review.model import EffectiveRule, Format, Limit, Loss, Review
from live_recording.review.text import Code
from tests.support.review_samples import (
    AT,
    EVERYTHING,
    FOREIGN,
    KEPT,
    LEGAL,
    MP4,
    OBSTRUCTED,
    REHEARSAL,
    REVIEWS,
    RICH,
    STUDIO,
    UNCHANGED,
    pattern,
    task,
)

VERDICTS = {
    "unchanged": "Nothing changes: the account records what it recorded before.",
    "rich": "Recording is lost: 4 losses are not acknowledged. Mend them, or acknowledge them in the stack file.",
    "refused": "Refused: the engine does not run this plan, for 2 reasons. As it stands, it changes nothing.",
    "without-account": "Not certain: the account was not looked at, so this says what the plan alone tells. Take a snapshot of the account, and review again.",
    "obstructed": "Recording is lost: 1 loss is not acknowledged. Mend it, or acknowledge it in the stack file. The account would also refuse a part of this plan, for 1 reason.",
    "acknowledged": "Recording is lost, as acknowledged: 1 loss, accepted with a reason. 1 thing cannot be told: see below.",
    "huge": "Recording is lost: 24 losses are not acknowledged. Mend them, or acknowledge them in the stack file.",
}
"""By the name of the review in tests/support/review_samples.py."""


@pytest.mark.parametrize("name", REVIEWS)
def test_verdict_is_one_line_about_the_worst(name: str) -> None:
    """The verdict speaks about what stops first, then about what is not known, then about changes."""
    assert str(words.verdict(REVIEWS[name])) == VERDICTS[name]


@pytest.mark.parametrize(
    ("review", "expected"),
    [
        (OBSTRUCTED._replace(losses=()), "Cannot be applied: the account would refuse a part of this plan, for 1 reason."),
        (RICH._replace(losses=RICH.losses[1:3], account_at=None), "Recording is lost: 2 losses are not acknowledged. Mend them, or acknowledge them in the stack file. The account was not looked at."),
        (RICH._replace(losses=(), unsaid=()), "No recording is lost: 5 patterns and 6 tasks change."),
        (UNCHANGED._replace(tasks=RICH.tasks[1:2]), "No recording is lost: 1 task changes."),
        (UNCHANGED._replace(operations=RICH.operations[:1]), "No recording is lost: the 1 operation of this plan leaves everything recorded as it is."),
        (UNCHANGED._replace(operations=RICH.operations), "No recording is lost: the 6 operations of this plan leave everything recorded as it is."),
    ],
    ids=["obstacle", "loss-without-account", "patterns-and-tasks", "one-task", "one-operation", "operations"],
)  # fmt: skip
def test_verdict_counts_what_it_speaks_about(review: Review, expected: str) -> None:
    """The sentence is whole for one thing and for many."""
    assert str(words.verdict(review)) == expected


@pytest.mark.parametrize("name", REVIEWS)
def test_verdict_agrees_with_whether_it_stops(name: str) -> None:
    """Somebody has to act exactly where the verdict says that something is refused or lost."""
    head = words.verdict(REVIEWS[name]).head

    assert REVIEWS[name].stops is (head in ("Refused", "Recording is lost", "Cannot be applied"))


@pytest.mark.parametrize("name", REVIEWS)
def test_terminal_shows_below_the_verdict_what_it_speaks_of(name: str) -> None:
    """Each reason to stop and each thing that cannot be told has a line, in the order of the verdict."""
    review = REVIEWS[name]
    whole = [*review.refused, *review.obstacles]
    whole += [f"{loss.path}: {loss.sentence}" for loss in review.losses if not loss.acknowledged] + [*review.unsaid]
    more = [f"... and {len(whole) - words.BELOW} more: see the review."]

    assert list(words.below(review)) == whole[: words.BELOW] + more * (len(whole) > words.BELOW)
    assert bool(whole) or not review.stops


def test_terminal_shows_no_control_characters_of_the_account() -> None:
    """A name that somebody gave an object cannot paint the terminal."""
    loss = Loss("stops", "rules.x", "", "a/\x1b[31mred is no longer recorded.", None)

    assert words.below(UNCHANGED._replace(losses=(loss,))) == ("rules.x: a/\\u001b[31mred is no longer recorded.",)


@pytest.mark.parametrize(
    ("path", "shown"),
    [("rules.studio", "rules.studio"), ("rules.体育", "rules.体育"), ("rules.a, b: {c}", '"rules.a, b: {c}"')],
)
def test_proposed_acknowledgement_can_be_pasted(path: str, shown: str) -> None:
    """The line reads, in a stack file, as an acknowledgement of that loss that ends a week later."""
    line = words.acknowledgement(Loss("stops", path, "", "", None), AT)
    text = f"acknowledge:\n  {line}\n"
    loaded = check_text(text, "x.yaml", SITES["intl"], AT, StackRef("live-recording", "x"))

    assert f"path: {shown}," in line
    assert loaded.stack is not None
    (entry,) = loaded.stack.acknowledge
    assert (entry.finding, entry.path, str(entry.until)) == ("recording-loss", path, "2026-11-27")


def test_acknowledgement_is_proposed_once_for_each_entry() -> None:
    """Losses of one entry need one line, an accepted loss none, and what stops comes first."""
    shown = [(loss.path, line is not None) for loss, line in words.losses(RICH)]

    assert shown == [
        ("rules.studio", True),
        ("tasks.open-day", True),
        ("templates.archive", True),
        ("templates.archive", False),
        ("rules.rehearsal", False),
    ]


def test_losses_of_an_entry_stand_together() -> None:
    """Each entry is named once, with its losses and with how they are or could be accepted."""
    shown = [(e.path, [loss.kind for loss in e.losses], e.acknowledged, bool(e.line)) for e in words.entries(RICH)]

    assert shown == [
        ("rules.studio", ["format"], None, True),
        ("tasks.open-day", ["stops"], None, True),
        ("templates.archive", ["retention", "retention"], None, True),
        ("rules.rehearsal", ["stops"], LEGAL, False),
    ]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (MP4, "MP4 30 d (1 h files)"),
        (Format("hls", 0, None, cos=False), "HLS for ever"),
        (Format("flv", 0, 1800, cos=True), "FLV in COS (30 m files)"),
        (Format("aac", 129600, 90, cos=False), "AAC 36 h (90 s files)"),
    ],
    ids=["days", "for-ever", "cos", "odd-lengths"],
)
def test_format_says_how_long_it_is_kept(one: Format, expected: str) -> None:
    """Lengths of time stand in the largest unit that is whole."""
    assert words.files((one,)) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (EVERYTHING, EVERYTHING, "rules.everything wins: it names the domain alone (level 4)"),
        (EVERYTHING, REHEARSAL, "rules.rehearsal wins: it names domain and stream (level 2); before: rules.everything (level 4)"),
        (STUDIO, None, "no rule applies; before: rules.studio (level 3)"),
        (None, STUDIO, "rules.studio wins: it names domain and app (level 3)"),
        (None, FOREIGN, "the unmanaged rule push.example.com/news/* wins: it names domain and app (level 3)"),
        (STUDIO, STUDIO._replace(template="other"), "rules.studio wins: it names domain and app (level 3); template before: clips"),
    ],
    ids=["same", "other-rule", "none-left", "first", "unmanaged", "other-template"],
)  # fmt: skip
def test_why_names_the_rule_that_wins(before: EffectiveRule | None, after: EffectiveRule | None, expected: str) -> None:
    """The reason names the winner and its level, and what decided before where that differs."""
    assert "".join(words.why(pattern(before, after))) == expected


@pytest.mark.parametrize(
    ("peak", "expected"), [(49, "1 left"), (50, "full"), (51, "1 too many")], ids=["room", "full", "over"]
)
def test_room_is_what_the_peak_leaves(peak: int, expected: str) -> None:
    """The highest number during the deployment counts, not the last one."""
    assert words.room(Limit("rules", 49, peak, 49, 50, 0)) == expected


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        (0, timedelta(hours=2), "Fri 20 Nov 20:00 to 22:00"),
        (0, timedelta(hours=4), "Fri 20 Nov 20:00 to Sat 00:00"),
        (0, timedelta(hours=1, seconds=30), "Fri 20 Nov 20:00 to 21:00:30"),
        (0, timedelta(days=7), "Fri 20 Nov 20:00 to Fri 27 Nov 20:00"),
    ],
    ids=["one-day", "midnight", "seconds", "a-week"],
)
def test_window_names_the_second_day_where_it_is_another(start: int, length: timedelta, expected: str) -> None:
    """A window is shown in the zone of the stack file."""
    begin = AT + timedelta(hours=start)

    assert words.window(begin, begin + length, "Asia/Shanghai") == expected


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(-1.0, "runs now"), (0.0, "runs now"), (0.01, "starts now"), (1 / 60, "starts in 1 minute"), (0.5, "starts in 30 minutes")],
)  # fmt: skip
def test_near_tasks_say_when_they_start(hours: float, expected: str) -> None:
    """A task that starts within 30 minutes says so in words."""
    assert words.urgency(task("tasks.a", "d/a/s", hours, soon=True), AT) == expected
    assert words.urgency(task("tasks.a", "d/a/s", hours), AT) == ""


def test_notes_stand_in_one_sentence() -> None:
    """What changes, whose it is, how soon it starts and what it overlaps."""
    noted = task("1", "d/a/s", 0.5, soon=True, change="new", managed=False, overlaps=("tasks.b", "tasks.c"))

    assert "".join(words.notes(noted, AT)) == "new; not managed here; starts in 30 minutes; overlaps tasks.b, tasks.c"
    crowd = "".join(words.notes(noted._replace(overlaps=("tasks.b", "tasks.c", "tasks.d")), AT))
    assert crowd.endswith("; overlaps tasks.b, tasks.c, tasks.d, and the vendor starts only 3 at once")
    assert words.notes(task("1", "d/a/s", 5.0), AT) == ()
    assert [part for part in words.notes(noted, AT) if isinstance(part, Code)] == ["tasks.b", "tasks.c"]


def test_acceptance_says_until_when_and_why() -> None:
    """An acknowledgement without a last day says that it has none."""
    assert words.accepted(LEGAL) == "accepted until 2026-12-01: nobody watches it | @ops"
    assert words.accepted(KEPT) == "accepted without an end: legal hold, ticket 4711"


def test_days_are_shown_in_the_zone_of_the_file() -> None:
    """The same instant is another day elsewhere."""
    at = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)

    assert words.day(at, "UTC") == "Fri 20 Nov 2026 23:30"
    assert words.day(at, "Asia/Shanghai") == "Sat 21 Nov 2026 07:30"
