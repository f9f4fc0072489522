"""Old calls in all their forms: the migrated file passes `check` and records what the calls recorded."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live_recording.core.findings import errors
from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES
from live_recording.migrate.builder import migrate_calls, render_report
from live_recording.project import check_text
from live_recording.stackfile.model import Stack
from live_recording.stackfile.stream_names import problem_of_name
from tests.support.clock import NOW
from tests.support.legacy_calls import FORMS, SECRETS, OldCall

CHINA = timezone(timedelta(hours=8))
SITE = SITES["intl"]
DAY = timedelta(days=1)
Meaning = tuple[object, ...]
"""Stream, type, time, and format."""

NAMES = st.text("abzAZ059_-.+=%;:,()[]'\"|~", min_size=1, max_size=12).filter(lambda name: not problem_of_name(name) and not name.startswith("--") and "%s" not in name and "%d" not in name)  # fmt: skip
MINUTES = st.integers(0, 60 * 24 * 30)
OLDS = st.builds(
    lambda domain, app, stream, start, length, **rest: OldCall(domain, app, stream, start, start + length, **rest),
    st.sampled_from(["push.example.com", "a-b.live.push.com"]),
    NAMES,
    NAMES,
    st.builds(lambda minutes: datetime(2026, 11, 10, tzinfo=CHINA) + timedelta(minutes=minutes, seconds=1), MINUTES),
    st.timedeltas(timedelta(seconds=1), 3 * DAY).map(lambda length: timedelta(seconds=length // timedelta(seconds=1))),
    format=st.sampled_from([None, "flv", "hls", "mp4", "AAC", "mp3"]),
    interval=st.none() | st.integers(1800, 7200),
    storage_time=st.none() | st.integers(0, 1500 * 86400),
    mixed=st.booleans(),
)


def meant(old: OldCall) -> set[Meaning]:
    """Return what the call records, by day, because a task lasts at most one day."""
    form = (old.format or "flv").lower()
    how = (form, None if form == "hls" else old.interval, old.storage_time or 0)
    start, end = old.start, old.end
    days = range(-(-(end - start) // DAY))
    return {(old.domain, old.app, old.stream, old.mixed, start + n * DAY, min(start + (n + 1) * DAY, end), how) for n in days}  # fmt: skip


def declared(stack: Stack) -> set[Meaning]:
    """Return what the tasks of a stack record."""
    found: set[Meaning] = set()
    for task in stack.tasks.values():
        assert task.template
        assert task.start
        assert task.end
        template = stack.templates[task.template]
        ((form, asked),) = (
            (name, asked) for name in ("flv", "hls", "mp4", "aac", "mp3") if (asked := getattr(template, name))
        )
        start, end = (at.replace(tzinfo=CHINA) for at in (task.start, task.end))
        how = (form, asked.record_interval, asked.storage_time or 0)
        found.add((task.domain, task.app, task.stream, task.stream_type == "mixed", start, end, how))
    return found


def read(text: str) -> Stack:
    """Return the stack of a file that passes `check`."""
    loaded = check_text(text, "stack.yaml", SITE, NOW, StackRef("live-recording", "test"))
    assert errors(loaded.findings) == ()
    assert loaded.stack
    assert loaded.stack.time_zone == "Asia/Shanghai"
    return loaded.stack


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(old=OLDS)
def test_each_form_means_the_same(form: str, old: OldCall) -> None:
    """One call in any form becomes the right tasks, and no secret is copied."""
    made = migrate_calls({"calls": FORMS[form](old.fields)}, "", "", SITE, NOW)

    assert made.calls == 1
    assert not made.lost, render_report(made)
    assert declared(read(made.text)) == meant(old)
    assert not [secret for secret in SECRETS if secret in made.text + render_report(made)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(calls=st.lists(st.tuples(OLDS, st.sampled_from(sorted(FORMS))), min_size=1, max_size=8))
def test_calls_of_several_forms(calls: list[tuple[OldCall, str]]) -> None:
    """Calls of several forms in one text become the right tasks; omissions are reported."""
    text = "\n\n".join(FORMS[form](old.fields) for old, form in calls)
    made = migrate_calls({"calls": text}, "", "", SITE, NOW)
    wanted = set().union(*(meant(old) for old, _ in calls))

    assert made.calls == len(calls)
    found = declared(read(made.text))
    assert found <= wanted
    assert found == wanted or made.lost


MIDNIGHT = datetime(2026, 11, 20, tzinfo=CHINA)
HOURS = st.integers(1, 60).map(lambda hours: timedelta(hours=hours))
CROWDED = st.builds(
    lambda begin, length, mixed: OldCall(
        "push.example.com", "live", "one", MIDNIGHT + begin, MIDNIGHT + begin + length, mixed=mixed
    ),
    HOURS,
    HOURS,
    st.booleans(),
)


@settings(max_examples=80)
@given(olds=st.lists(CROWDED, min_size=4, max_size=30))
def test_overlapping_recordings_pass(olds: list[OldCall]) -> None:
    """However many recordings of one stream overlap, the file passes, and omissions are reported."""
    made = migrate_calls({"calls": "\n".join(FORMS["dumps"](old.fields) for old in olds)}, "", "", SITE, NOW)
    wanted = set().union(*(meant(old) for old in olds))
    found = declared(read(made.text))

    assert found <= wanted
    assert (found == wanted) == (not made.lost)
    assert made.calls <= made.tasks + len(made.notes)
