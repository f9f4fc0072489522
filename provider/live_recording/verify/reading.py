"""Read what an account shows of a period.

A query that fails makes what depends on it unknown, with the reason; the rest is read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from live_recording.core.errors import ToolError
from live_recording.core.streams import StreamKey
from live_recording.project import StackFile
from live_recording.verify import queries
from live_recording.verify.intervals import Interval
from live_recording.verify.model import Expectation, Push, RecordedFile
from live_recording.verify.witnesses import EventReader, Notified, notified, sent_files

Progress = Callable[[str], None]
"""Shows the user what is being read."""


@dataclass(frozen=True, slots=True)
class Services:
    """The services that are asked."""

    live: queries.Reader
    vod: queries.Reader


def open_services(file: StackFile) -> Services:
    """Return the services of a stack's account. Raises AccessDenied if there are no credentials."""
    from live_recording.account.client import ApiClient  # slow to import

    return Services(ApiClient(file.settings).read, ApiClient(file.settings, service="vod").read)


@dataclass(frozen=True, slots=True)
class Unknown:
    """What could not be read: a note for the user about each failure, and the note by what depends on it."""

    notes: list[str] = field(default_factory=list)
    pushes: dict[str, str] = field(default_factory=dict)  # of a domain
    files: dict[int | None, str] = field(default_factory=dict)  # of a sub-application, None: the main one

    def add(self, what: str, failure: ToolError) -> str:
        """Note a failure, and return the note."""
        note = f"{what}: {failure}"
        self.notes.append(note)
        return note


@dataclass(frozen=True, slots=True)
class AccountReader:
    """Reads one account at one moment, and collects what could not be read."""

    services: Services
    now: datetime
    progress: Progress
    events: EventReader | None = None  # the notifications of a receiver
    unknown: Unknown = field(default_factory=Unknown)

    def pushes(self, asked: Iterable[queries.AppQuery], period: Interval) -> frozenset[Push]:
        """Return the pushes of the *period*. A domain with a failed query is not asked again."""
        found: set[Push] = set()
        for query in sorted(asked):
            if query.domain in self.unknown.pushes:
                continue
            self.progress(f"Reading the pushes of {query.domain}")
            try:
                found.update(queries.read_pushes(self.services.live, query, period))
            except ToolError as failure:
                reason = self.unknown.add(f"The pushes of {query.domain} are unknown", failure)
                self.unknown.pushes[query.domain] = reason
        return frozenset(found)

    def pushed_now(self, streams: Iterable[StreamKey]) -> frozenset[StreamKey]:
        """Return those of the *streams* that are being pushed now."""
        streams = sorted(streams)
        running = set()
        for stream in streams:
            try:
                state = queries.stream_state(self.services.live, stream)
            except ToolError as failure:
                reason = self.unknown.add("It is unknown which streams are being pushed now", failure)
                self.unknown.pushes.update(dict.fromkeys((one.domain for one in streams), reason))
                break
            if state == "active":
                running.add(stream)
        return frozenset(running)

    def files(self, expected: Iterable[Expectation], created: Interval) -> Mapping[StreamKey, tuple[RecordedFile, ...]]:
        """Return the files in VOD of what is expected, by stream, that were created in a period."""
        found: dict[StreamKey, dict[str, RecordedFile]] = {}
        for application, streams in streams_by_application(expected).items():
            try:
                for file in self._files_of(application, streams, created):
                    found.setdefault(file.stream, {})[file.id] = file
            except ToolError as failure:
                name = "the main application" if application is None else f"sub-application {application}"
                self.unknown.files[application] = self.unknown.add(f"The files of {name} of VOD are unknown", failure)
        return {stream: tuple(files.values()) for stream, files in found.items()}

    def _files_of(
        self, application: int | None, streams: Iterable[StreamKey], created: Interval
    ) -> Iterator[RecordedFile]:
        domains = tuple(sorted({stream.domain for stream in streams}))
        self.progress(f"Reading the files of {len(domains)} domains")
        rows = tuple(queries.read_files(self.services.vod, queries.FileQuery(application, domains), created))
        yield from filter(None, map(queries.parse_file, rows))
        if not any(map(queries.lacks_stream, rows)):
            return
        for stream in sorted(streams):
            self.progress(f"Reading the files of {stream}")
            query = queries.FileQuery(application, (stream.domain,), stream)
            parse = partial(queries.parse_file, asked=stream)
            yield from filter(None, map(parse, queries.read_files(self.services.vod, query, created)))

    def notifications(self, period: Interval) -> Notified:
        """Return what the receiver's database has of the *period*; nothing without a receiver."""
        if self.events is None:
            return Notified()
        self.progress("Reading notifications")
        try:
            return notified(self.events(Interval(period.start - queries.BEFORE, self.now)))
        except ToolError as failure:
            self.unknown.add("The notifications are unknown", failure)
            return Notified()

    def sent_files(self, times: Mapping[StreamKey, Interval]) -> Mapping[StreamKey, tuple[RecordedFile, ...]]:
        """Return the files that the vendor lists as notified (cn), of each stream in its time."""
        self.progress(f"Reading the notifications of {len(times)} streams")
        try:
            return sent_files(self.services.live, times, self.now)
        except ToolError as failure:
            self.unknown.add("The notifications that were sent are unknown", failure)
            return {}


def streams_by_application(expected: Iterable[Expectation]) -> Mapping[int | None, set[StreamKey]]:
    """Return the streams with files in each sub-application of VOD; None is the main one, and the first."""
    found: dict[int | None, set[StreamKey]] = {}
    for one in expected:
        for form in one.formats:
            if not form.in_cos:
                found.setdefault(form.sub_application, set()).add(one.stream)
    return dict(sorted(found.items(), key=lambda item: item[0] or 0))
