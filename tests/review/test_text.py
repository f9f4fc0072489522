"""What a review says, sentence by sentence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES
from live_recording.project import check_text
from live_recording.review import text
from live_recording.review.message import Code
from live_recording.review.model import EffectiveRule, Format, Limit, Loss, Review
from tests.support.review_samples import (
    AT,
    CONFLICTING,
    EVERYTHING,
    FOREIGN,
    KEPT,
    LEGAL,
    MP4,
    REHEARSAL,
    REVIEWS,
    RICH,
    STUDIO,
    UNCHANGED,
    pattern,
    task,
)

VERDICTS = {
    "unchanged": "No changes: the account records the same as before.",
    "rich": "Recording loss: 4 unacknowledged losses. Fix them, or acknowledge them in the stack file.",
    "refused": "Plan rejected (2 errors): nothing will change.",
    "without-account": "Uncertain: no account data. Take a snapshot of the account and review again.",
    "obstructed": "Not in the account: the account does not have 1 object of the stack's state.",
    "elsewhere": "Where changes: externalId and roleArn differ from the last deployment.",
    "acknowledged": "Acknowledged recording loss: 1 loss, accepted with a reason. 1 limitation: see below.",
    "huge": "Recording loss: 24 unacknowledged losses. Fix them, or acknowledge them in the stack file.",
}
"""By the name of the review in tests/support/review_samples.py."""


@pytest.mark.parametrize("name", REVIEWS)
def test_verdict_is_one_line_about_the_worst(name: str) -> None:
    """The verdict speaks about what stops first, then about what is not known, then about changes."""
    assert str(text.verdict_of(REVIEWS[name])) == VERDICTS[name]


@pytest.mark.parametrize(
    ("review", "expected"),
    [
        (replace(CONFLICTING, missing=()), "Unknown domains: 1 error."),
        (replace(CONFLICTING, missing=(), unknown_domains=()), "Recording loss: 1 unacknowledged loss. Fix it, or acknowledge it in the stack file. The account would also reject part of this plan (1 conflict)."),
        (replace(CONFLICTING, missing=(), unknown_domains=(), losses=()), "Will fail: the account would reject part of this plan (1 conflict)."),
        (replace(RICH, losses=RICH.losses[1:3], account_at=None), "Recording loss: 2 unacknowledged losses. Fix them, or acknowledge them in the stack file. No account data."),
        (replace(RICH, losses=(), limitations=()), "No recording loss: 5 patterns, 6 tasks and 2 notifications change."),
        (replace(UNCHANGED, tasks=RICH.tasks[1:2]), "No recording loss: 1 task changes."),
        (replace(UNCHANGED, operations=RICH.operations[:1]), "No recording loss: 1 resource operation does not change what is recorded."),
        (replace(UNCHANGED, operations=RICH.operations), "No recording loss: 6 resource operations do not change what is recorded."),
    ],
    ids=["domain", "loss-and-conflict", "conflict", "loss-without-account", "patterns-and-tasks", "one-task", "one-operation", "operations"],
)  # fmt: skip
def test_verdict_counts_what_it_speaks_about(review: Review, expected: str) -> None:
    """The sentence is whole for one thing and for many."""
    assert str(text.verdict_of(review)) == expected


@pytest.mark.parametrize("name", REVIEWS)
def test_verdict_agrees_with_whether_it_stops(name: str) -> None:
    """A review stops exactly if its verdict reports a rejection, a missing object or a loss."""
    head = text.verdict_of(REVIEWS[name]).head

    assert REVIEWS[name].stops is (
        head.startswith(
            ("Plan rejected", "Where changes", "Not in the account", "Unknown domains", "Recording loss", "Will fail")
        )
    )


@pytest.mark.parametrize("name", REVIEWS)
def test_terminal_shows_below_the_verdict_what_it_speaks_of(name: str) -> None:
    """Each reason to stop and each limitation has a line, in the order of the verdict."""
    review = REVIEWS[name]
    where = [*map(text.describe_where, review.where), *filter(None, [text.how_to_accept(review)])]
    whole = [*review.refused, *map(str, where), *review.missing, *review.unknown_domains, *review.conflicts]
    whole += [f"{loss.path_text}: {loss.sentence}" for loss in review.losses if not loss.acknowledged] + [
        *review.warnings,
        *review.limitations,
    ]
    more = [f"... and {len(whole) - text.DETAILS_SHOWN} more: see the review."]

    assert list(text.terminal_details(review)) == whole[: text.DETAILS_SHOWN] + more * (len(whole) > text.DETAILS_SHOWN)
    assert bool(whole) or not review.stops


def test_terminal_shows_no_control_characters_of_the_account() -> None:
    """A name from the account cannot send control characters to the terminal."""
    loss = Loss("stops", ("rules", "x"), "", "a/\x1b[31mred is no longer recorded.", None)

    assert text.terminal_details(replace(UNCHANGED, losses=(loss,))) == (
        "rules.x: a/\\u001b[31mred is no longer recorded.",
    )


@pytest.mark.parametrize(
    ("key", "shown"),
    [("studio", "rules.studio"), ("体育", "rules.体育"), ("a, b: {c}", '"rules.a, b: {c}"')],
)
def test_proposed_acknowledgement_can_be_pasted(key: str, shown: str) -> None:
    """The line reads, in a stack file, as an acknowledgement of that loss that ends a week later."""
    line = text.propose_acknowledgement(Loss("stops", ("rules", key), "", "", None), AT)
    content = f"acknowledge:\n  {line}\n"
    loaded = check_text(content, "x.yaml", SITES["intl"], AT, StackRef("live-recording", "x"))

    assert f"path: {shown}," in line
    assert loaded.stack is not None
    (entry,) = loaded.stack.acknowledge
    assert (entry.finding, entry.path, str(entry.until)) == ("recording-loss", f"rules.{key}", "2026-11-27")


def test_losses_are_grouped_by_entry() -> None:
    """Each entry is named once; one line would acknowledge all its losses, and unacknowledged losses come first."""
    shown = [
        (e.path, [loss.kind for loss in e.losses], e.acknowledged, bool(e.proposal)) for e in text.losses_by_entry(RICH)
    ]

    assert shown == [
        ("rules.studio", ["format"], None, True),
        ("tasks.open-day", ["stops"], None, True),
        ("templates.archive", ["retention", "retention"], None, True),
        ("rules.rehearsal", ["stops"], LEGAL, False),
    ]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (MP4, "MP4 30 days (1 h files)"),
        (Format("hls", 0, None, cos=False), "HLS unlimited"),
        (Format("flv", 0, 1800, cos=True), "FLV in COS (30 min files)"),
        (Format("aac", 129600, 90, cos=False), "AAC 36 h (90 s files)"),
    ],
    ids=["days", "unlimited", "cos", "odd-lengths"],
)
def test_format_says_how_long_it_is_kept(one: Format, expected: str) -> None:
    """Durations use the largest unit that is whole."""
    assert text.describe_formats((one,)) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (EVERYTHING, EVERYTHING, "rules.everything wins: it names the domain alone (level 4)"),
        (EVERYTHING, REHEARSAL, "rules.rehearsal wins: it names domain and stream (level 2); previously rules.everything (level 4)"),
        (STUDIO, None, "no rule applies; previously rules.studio (level 3)"),
        (None, STUDIO, "rules.studio wins: it names domain and app (level 3)"),
        (None, FOREIGN, "the unmanaged rule push.example.com/news/* wins: it names domain and app (level 3)"),
        (STUDIO, replace(STUDIO, template="other"), "rules.studio wins: it names domain and app (level 3); previously template clips"),
    ],
    ids=["same", "other-rule", "none-left", "first", "unmanaged", "other-template"],
)  # fmt: skip
def test_why_names_the_rule_that_wins(before: EffectiveRule | None, after: EffectiveRule | None, expected: str) -> None:
    """The reason names the winner and its level, and what decided before where that differs."""
    assert str(text.explain_pattern(pattern(before, after))) == expected


@pytest.mark.parametrize(
    ("peak", "expected"), [(49, "1 left"), (50, "full"), (51, "1 over the limit")], ids=["room", "full", "over"]
)
def test_room_is_what_the_peak_leaves(peak: int, expected: str) -> None:
    """The highest number during the deployment counts, not the last one."""
    assert text.describe_remaining(Limit("rules", 49, peak, 49, 50, 0)) == expected


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        (0, timedelta(hours=2), "Fri 2026-11-20 20:00 to 22:00"),
        (0, timedelta(hours=4), "Fri 2026-11-20 20:00 to Sat 00:00"),
        (0, timedelta(hours=1, seconds=30), "Fri 2026-11-20 20:00 to 21:00:30"),
        (0, timedelta(days=7), "Fri 2026-11-20 20:00 to Fri 2026-11-27 20:00"),
    ],
    ids=["one-day", "midnight", "seconds", "a-week"],
)
def test_window_names_the_second_day_where_it_is_another(start: int, length: timedelta, expected: str) -> None:
    """A window is shown in the zone of the stack file."""
    begin = AT + timedelta(hours=start)

    assert text.format_window(begin, begin + length, "Asia/Shanghai") == expected


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(-1.0, "running now"), (0.0, "running now"), (0.01, "starts now"), (1 / 60, "starts in 1 minute"), (0.5, "starts in 30 minutes")],
)  # fmt: skip
def test_near_tasks_say_when_they_start(hours: float, expected: str) -> None:
    """A task that starts within 30 minutes says so in words."""
    assert text.describe_urgency(task("tasks.a", "d/a/s", hours, soon=True), AT) == expected
    assert text.describe_urgency(task("tasks.a", "d/a/s", hours), AT) == ""


def test_notes_stand_in_one_sentence() -> None:
    """What changes, whose it is, how soon it starts and what it overlaps."""
    noted = task("1", "d/a/s", 0.5, soon=True, change="new", managed=False, overlaps=("tasks.b", "tasks.c"))

    assert str(text.describe_task(noted, AT)) == "new; unmanaged; starts in 30 minutes; overlaps tasks.b, tasks.c"
    crowd = str(text.describe_task(replace(noted, overlaps=("tasks.b", "tasks.c", "tasks.d")), AT))
    assert crowd.endswith("; overlaps tasks.b, tasks.c, tasks.d (at most 3 can record at once)")
    assert not text.describe_task(task("1", "d/a/s", 5.0), AT)
    assert [f.text for f in text.describe_task(noted, AT).fragments if isinstance(f, Code)] == ["tasks.b", "tasks.c"]


def test_acceptance_says_until_when_and_why() -> None:
    """An acknowledgement without a last day says that it has none."""
    assert text.describe_acknowledgement(LEGAL) == "accepted until 2026-12-01: no viewers | @ops"
    assert text.describe_acknowledgement(KEPT) == "accepted without an end date: legal hold, ticket 4711"


def test_days_are_shown_in_the_zone_of_the_file() -> None:
    """The same instant is another day elsewhere."""
    at = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)

    assert text.format_time(at, "UTC") == "Fri 2026-11-20 23:30"
    assert text.format_time(at, "Asia/Shanghai") == "Sat 2026-11-21 07:30"
