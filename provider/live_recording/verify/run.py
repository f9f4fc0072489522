"""The verification of stacks: judge every recording that was declared by what its account shows of a period."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from live_recording.account.objects import LiveTemplate
from live_recording.account.snapshot_file import open_own_account
from live_recording.core.errors import ToolError
from live_recording.core.streams import StreamKey
from live_recording.project import StackFile
from live_recording.stackfile.model import Stack
from live_recording.verify import queries
from live_recording.verify.expectations import AccountFacts, expected_pushes, expected_tasks, tasks_without_start
from live_recording.verify.intervals import Interval, Intervals, difference
from live_recording.verify.judgement import judge
from live_recording.verify.model import ORDER, Evidence, Expectation, Push, Recording, VerifiedStack
from live_recording.verify.reading import AccountReader, Progress, open_services
from live_recording.verify.witnesses import (
    EventReader,
    Notified,
    by_stream,
    disagreements,
    unlisted_pushes,
    with_times,
)

LATEST = timedelta(hours=1, minutes=30)
"""How long after a recording its files may be created: the longest HLS splice and an hour."""


def verify_stack(
    file: StackFile, stack: Stack, period: Interval, progress: Progress, events: EventReader | None = None
) -> VerifiedStack:
    """Return the verdicts about what the stack declares for the *period*, which ends now or earlier.

    *events* reads the notifications of a receiver, as a second witness.
    """
    try:
        templates = open_own_account(file.settings, file.stack).templates()
        reader = AccountReader(open_services(file), file.settings.now(), progress, events)
        verification = Verification(reader, templates, lists_notifications=file.settings.site == "cn")
        recordings, differences = verification.judge(stack, period)
    except ToolError as failure:
        return VerifiedStack(file.stack, period, failure=str(failure))
    return VerifiedStack(file.stack, period, recordings, tuple(reader.unknown.notes), disagreements=differences)


@dataclass(frozen=True, slots=True)
class Verification:
    """An account to verify: what reads it, and what is known of it beforehand."""

    reader: AccountReader
    templates: Mapping[str, LiveTemplate]
    lists_notifications: bool = False  # whether the API lists the notifications that were sent (cn)

    def judge(self, stack: Stack, period: Interval) -> tuple[tuple[Recording, ...], tuple[str, ...]]:
        """Return the verdicts, what needs attention first, and where the witnesses disagree.

        Raises ApiError if the rules cannot be read.
        """
        facts = self._facts(stack, period)
        tasks = tuple(expected_tasks(stack, period, facts))
        read = Interval(min([period.start, *(task.window.start for task in tasks)]), period.end)
        notifications = self.reader.notifications(read)
        listed = self.reader.pushes(app_queries(stack, tasks), read)
        pushes = listed.union(unlisted_pushes(listed, notifications))
        expected = (*tasks, *expected_pushes(stack, pushes, period, facts, self.reader.unknown.pushes))
        evidence = self._evidence(expected, pushes, read, notifications)
        recordings = self._recordings(expected, evidence)
        if self.lists_notifications and (unproven := [one for one in recordings if one.is_unproven]):
            sent = self.reader.sent_files(times_of_streams(unproven))
            evidence = replace(evidence, notified=notifications.with_files(sent).files)
            recordings = self._recordings(expected, evidence)
        differences = disagreements(expected, evidence, self.reader.now) if self.reader.events else ()
        return tuple(sorted(recordings, key=_order)), tuple(differences)

    def _facts(self, stack: Stack, period: Interval) -> AccountFacts:
        live = self.reader.services.live
        rules = queries.rule_changes(live)
        return AccountFacts(self.templates, rules, queries.task_starts(live, tuple(tasks_without_start(stack, period))))

    def _evidence(
        self, expected: Sequence[Expectation], pushes: Iterable[Push], read: Interval, notifications: Notified
    ) -> Evidence:
        times = by_stream(pushes)
        last = max([read.end, *(one.window.end for one in expected)]) + LATEST
        files = self.reader.files(expected, Interval(read.start, min(last, self.reader.now)))
        running = self.reader.pushed_now(open_ended_streams(expected, times))
        known = with_times(files, notifications)
        unknown = self.reader.unknown
        return Evidence(times, known, running, unknown.pushes, unknown.files, notifications.files)

    def _recordings(self, expected: Iterable[Expectation], evidence: Evidence) -> list[Recording]:
        return [recording for one in expected for recording in judge(one, evidence, self.reader.now)]


def app_queries(stack: Stack, tasks: Iterable[Expectation]) -> set[queries.AppQuery]:
    """Return what to ask for pushes: each app that the stack names; for wider rules also the domain without an app.

    An app that is left out may mean "live" to the API (CN:33186), so apps are named as far as they are known.
    """
    found = {queries.AppQuery(one.stream.domain, one.stream.app) for one in tasks if one.formats}
    for rule in stack.rules.values():
        found.add(queries.AppQuery(rule.domain, rule.app))
    return found


def open_ended_streams(expected: Iterable[Expectation], pushes: Mapping[StreamKey, Intervals]) -> set[StreamKey]:
    """Return the streams whose listed pushes do not reach to the end of a recording: they may still be pushed."""
    found = set()
    for one in expected:
        missing = difference((one.window,), pushes.get(one.stream, ()))
        if one.formats and missing and missing[-1].end == one.window.end:
            found.add(one.stream)
    return found


def times_of_streams(recordings: Iterable[Recording]) -> Mapping[StreamKey, Interval]:
    """Return, for each stream, the time from its first recording to its last."""
    times: dict[StreamKey, Interval] = {}
    for one in recordings:
        known = times.get(one.stream, one.window)
        times[one.stream] = Interval(min(known.start, one.window.start), max(known.end, one.window.end))
    return times


def _order(recording: Recording) -> tuple[int, StreamKey, datetime, str, str]:
    urgency = ORDER.index(recording.verdict)
    return urgency, recording.stream, recording.window.start, recording.by, recording.format


def exit_code(stacks: Iterable[VerifiedStack]) -> int:
    """Return 1 if a recording is missing or incomplete, 3 if a query failed and nothing could be judged, else 0."""
    stacks = tuple(stacks)
    if any(stack.alarms for stack in stacks):
        return 1
    judged = any(recording.verdict != "cannot tell" for stack in stacks for recording in stack.recordings)
    failed = any(stack.failure or stack.notes for stack in stacks)
    return ToolError.status if failed and not judged else 0
