"""The verification of stacks: read what the account shows of a period, and judge every recording that was declared.

A query that fails makes what depends on it unknown, with the reason; the rest is judged.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

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
from live_recording.verify.model import ORDER, Evidence, Expectation, Push, RecordedFile, Recording, VerifiedStack
from live_recording.verify.witnesses import (
    EventReader,
    Notified,
    by_stream,
    disagreements,
    notified,
    sent_files,
    unlisted_pushes,
    with_times,
)

LATEST = timedelta(hours=1, minutes=30)
"""How long after a recording its files may be created: the longest HLS splice and an hour."""
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Readers:
    """The services that are asked."""

    live: queries.Reader
    vod: queries.Reader


def open_readers(file: StackFile) -> Readers:
    """Return the services of a stack's account. Raises AccessDenied if there are no credentials."""
    from live_recording.account.client import ApiClient  # slow to import

    return Readers(ApiClient(file.settings).read, ApiClient(file.settings, service="vod").read)


def verify_stack(
    file: StackFile, stack: Stack, period: Interval, progress: Progress, events: EventReader | None = None
) -> VerifiedStack:
    """Return the verdicts about what the stack declares for the *period*, which ends now or earlier.

    *events* reads the notifications of a receiver, as a second witness.
    """
    try:
        templates = open_own_account(file.settings, file.stack).templates()
        account = Account(
            open_readers(file),
            templates,
            file.settings.now(),
            progress,
            events,
            lists_notifications=file.settings.site == "cn",
        )
        recordings = account.verify(stack, period)
    except ToolError as failure:
        return VerifiedStack(file.stack, period, failure=str(failure))
    differences = tuple(account.disagreements)
    return VerifiedStack(file.stack, period, recordings, tuple(account.notes), disagreements=differences)


@dataclass
class Account:
    """An account at one moment: what is read of it, and what could not be read."""

    readers: Readers
    templates: Mapping[str, LiveTemplate]
    now: datetime
    progress: Progress
    events: EventReader | None = None
    lists_notifications: bool = False  # whether the API lists what was sent (cn)
    disagreements: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unknown_pushes: dict[str, str] = field(default_factory=dict)
    unknown_files: dict[int | None, str] = field(default_factory=dict)

    def verify(self, stack: Stack, period: Interval) -> tuple[Recording, ...]:
        """Return the verdicts, what needs attention first. Raises ApiError if the rules cannot be read."""
        facts = self._facts(stack, period)
        tasks = tuple(expected_tasks(stack, period, facts))
        read = Interval(min([period.start, *(task.window.start for task in tasks)]), period.end)
        notifications = self._notifications(read)
        pushes = self._pushes(stack, tasks, read)
        pushes = tuple(sorted((*pushes, *unlisted_pushes(pushes, notifications))))
        expected = (*tasks, *expected_pushes(stack, pushes, period, facts, self.unknown_pushes))
        evidence = self._evidence(expected, pushes, read, notifications)
        recordings = self._judge(expected, evidence)
        if self.lists_notifications and (unproven := [one for one in recordings if one.is_unproven]):
            evidence = replace(evidence, notified=notifications.with_files(self._sent_files(unproven)).files)
            recordings = self._judge(expected, evidence)
        if self.events:
            self.disagreements += disagreements(expected, evidence, self.now)
        return tuple(sorted(recordings, key=_order))

    def _judge(self, expected: Iterable[Expectation], evidence: Evidence) -> list[Recording]:
        return [recording for one in expected for recording in judge(one, evidence, self.now)]

    def _notifications(self, read: Interval) -> Notified:
        if self.events is None:
            return Notified()
        self.progress("Reading notifications")
        try:
            return notified(self.events(Interval(read.start - queries.BEFORE, self.now)))
        except ToolError as failure:
            self._note("The notifications are unknown", failure)
            return Notified()

    def _sent_files(self, unproven: Iterable[Recording]) -> Mapping[StreamKey, tuple[RecordedFile, ...]]:
        """Return the files that the vendor notified of streams that are not proved to be recorded."""
        times: dict[StreamKey, Interval] = {}
        for one in unproven:
            known = times.get(one.stream, one.window)
            times[one.stream] = Interval(min(known.start, one.window.start), max(known.end, one.window.end))
        self.progress(f"Reading the notifications of {len(times)} streams")
        try:
            return sent_files(self.readers.live, times, self.now)
        except ToolError as failure:
            self._note("The notifications that were sent are unknown", failure)
            return {}

    def _facts(self, stack: Stack, period: Interval) -> AccountFacts:
        rules = queries.rule_changes(self.readers.live)
        spans = tuple(tasks_without_start(stack, period))
        return AccountFacts(self.templates, rules, queries.task_starts(self.readers.live, spans))

    def _pushes(self, stack: Stack, tasks: Sequence[Expectation], read: Interval) -> tuple[Push, ...]:
        found: set[Push] = set()
        for query in sorted(app_queries(stack, tasks)):
            if query.domain in self.unknown_pushes:
                continue
            self.progress(f"Reading the pushes of {query.domain}")
            try:
                found.update(queries.read_pushes(self.readers.live, query, read))
            except ToolError as failure:
                self.unknown_pushes[query.domain] = self._note(f"The pushes of {query.domain} are unknown", failure)
        return tuple(sorted(found))

    def _evidence(
        self, expected: Sequence[Expectation], pushes: Iterable[Push], read: Interval, notifications: Notified
    ) -> Evidence:
        times = by_stream(pushes)
        last = max([read.end, *(one.window.end for one in expected)]) + LATEST
        files = self._files(expected, Interval(read.start, min(last, self.now))) if expected else {}
        running = self._pushed_now(expected, times)
        known = with_times(files, notifications)
        return Evidence(times, known, running, self.unknown_pushes, self.unknown_files, notifications.files)

    def _files(self, expected: Sequence[Expectation], created: Interval) -> dict[StreamKey, tuple[RecordedFile, ...]]:
        found: dict[StreamKey, dict[str, RecordedFile]] = {}
        applications = {form.sub_application for one in expected for form in one.formats if not form.in_cos}
        for application in sorted(applications, key=lambda number: number or 0):
            try:
                for file in self._files_of(application, expected, created):
                    found.setdefault(file.stream, {})[file.id] = file
            except ToolError as failure:
                name = "the main application" if application is None else f"sub-application {application}"
                self.unknown_files[application] = self._note(f"The files of {name} of VOD are unknown", failure)
        return {stream: tuple(files.values()) for stream, files in found.items()}

    def _files_of(
        self, application: int | None, expected: Sequence[Expectation], created: Interval
    ) -> Iterator[RecordedFile]:
        concerned = [one for one in expected if any(form.sub_application == application for form in one.formats)]
        domains = tuple(sorted({one.stream.domain for one in concerned}))
        self.progress(f"Reading the files of {len(domains)} domains")
        rows = tuple(queries.read_files(self.readers.vod, queries.FileQuery(application, domains), created))
        yield from filter(None, map(queries.parse_file, rows))
        if any(map(queries.lacks_stream, rows)):
            for stream in sorted({one.stream for one in concerned}):
                self.progress(f"Reading the files of {stream}")
                query = queries.FileQuery(application, (stream.domain,), stream)
                parse = partial(queries.parse_file, asked=stream)
                yield from filter(None, map(parse, queries.read_files(self.readers.vod, query, created)))

    def _pushed_now(self, expected: Iterable[Expectation], pushes: dict[StreamKey, Intervals]) -> frozenset[StreamKey]:
        """Return the streams that are being pushed, of those whose list does not reach to the end of a recording."""
        open_ended = {
            one.stream
            for one in expected
            if one.formats and (rest := difference((one.window,), pushes.get(one.stream, ())))
            if rest[-1].end == one.window.end
        }
        running = set()
        for stream in sorted(open_ended):
            try:
                if queries.stream_state(self.readers.live, stream) == "active":
                    running.add(stream)
            except ToolError as failure:
                reason = self._note("It is unknown which streams are being pushed now", failure)
                self.unknown_pushes |= {one.domain: reason for one in open_ended}
                break
        return frozenset(running)

    def _note(self, what: str, failure: ToolError) -> str:
        note = f"{what}: {failure}"
        self.notes.append(note)
        return note


def app_queries(stack: Stack, tasks: Iterable[Expectation]) -> set[queries.AppQuery]:
    """Return what to ask for pushes: each app that the stack names; for wider rules also the domain without an app.

    An app that is left out may mean "live" to the API (CN:33186), so apps are named as far as they are known.
    """
    found = {queries.AppQuery(one.stream.domain, one.stream.app) for one in tasks if one.formats}
    for rule in stack.rules.values():
        found.add(queries.AppQuery(rule.domain, rule.app))
    return found


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
