"""The nouns: how something is recorded, which streams, and when.

Rule 1: field names are the API's, in snake case; docstrings give units, defaults and source, and feed schema and docs.
Rule 2: unset is None and stays unset; the vendor's defaults are not filled in here.
Rule 3: a model knows its own fields only; relations between entries are rules of `checks`.
"""

from pydantic import Field

from live_recording.core import streams
from live_recording.core.kinds import FORMATS
from live_recording.core.vendor import RULES, TEMPLATES
from live_recording.stackfile.fields import (
    Clock,
    CosBucket,
    CosPath,
    Day,
    Domain,
    Duration,
    Entry,
    FileFormat,
    Flag,
    FullPart,
    Identifier,
    Integer,
    Key,
    Moment,
    NoRecord,
    Part,
    Positive,
    RecordType,
    Reference,
    Retention,
    StorageMode,
    StreamType,
    Text,
    VodFileName,  # fmt: skip
    Zone,
)
from live_recording.stackfile.fields import Rule as Rrule


class Format(Entry):
    """One recording format; it records because it is present. Source: RecordParam, CN:32614, IN:30845."""

    record_interval: Duration | None = Field(
        None,
        description="Longest file before the next begins, in seconds or like 1h. Vendor default 30m. HLS ignores it.",
    )
    storage_time: Retention | None = Field(
        None, description="How long files are kept: like 30d, or forever. Vendor default forever. At most 1500d."
    )
    vod_sub_app_id: Integer | None = Field(
        None, description="VOD sub-application that receives the files. Vendor default: the main application."
    )
    vod_file_name: VodFileName | None = Field(
        None, description="File name pattern in VOD, such as {StreamID}_{StartYear}-{StartMonth}-{StartDay}."
    )
    procedure: Text | None = Field(None, description="VOD task flow that runs on each file.")
    storage_mode: StorageMode | None = Field(None, description="VOD storage class: normal (vendor default) or cold.")
    class_id: Integer | None = Field(None, description="VOD category of the files.")
    cos_bucket_name: CosBucket | None = Field(
        None, description="COS bucket without the APPID suffix. Site cn, with cos_store."
    )
    cos_bucket_region: Text | None = Field(None, description="COS region of the bucket, such as ap-guangzhou. Site cn.")
    cos_bucket_path: CosPath | None = Field(
        None, description="COS path pattern, beginning with a slash. Site cn; needed with cos_store."
    )


class Flv(Format):
    """FLV recording."""

    upload_in_recording: Flag | None = Field(None, description="Upload while the recording runs. Vendor default false.")


class Hls(Format):
    """HLS recording."""

    flow_continue_duration: Duration | None = Field(
        None, description="Splice pushes that resume within this time, 0 to 30m. Vendor default 0: off."
    )


class TemplateArgs(Entry):
    """How something is recorded. Without any format it records nothing."""

    template_name: Text | None = Field(None, description="Name in the account. Default <project>--<stack>--<key>.")
    description: Text | None = Field(None, description="Free text for people. Vendor default empty.")
    delay_live: Flag | None = Field(
        None, description="True for slow live (LCB). Vendor default false. A change replaces the template."
    )
    remove_watermark: Flag | None = Field(
        None, description="True records the original stream without watermark. Vendor default false."
    )
    cos_store: Flag | None = Field(
        None, description="True stores in COS instead of VOD. Site cn. A change replaces the template."
    )
    flv: Flv | None = Field(None, description="Record FLV.")
    hls: Hls | None = Field(None, description="Record HLS.")
    mp4: Format | None = Field(None, description="Record MP4.")
    aac: Format | None = Field(None, description="Record AAC, audio only.")
    mp3: Format | None = Field(None, description="Record MP3, audio only.")


class RuleArgs(Entry):
    """Which streams a template records. Key parts that are left out mean every app, every stream."""

    domain: Domain = Field(description="Push domain.")
    app: Part = Field("", description="App (push path). Left out: every app.")
    stream: Part = Field("", description="Stream name. Left out: every stream.")
    template_id: Identifier | None = Field(None, description="Id of a template in the account.")


class Recorded(Entry):
    """What a task records, and with which template."""

    domain: Domain = Field(description="Push domain.")
    app: FullPart = Field(description="App (push path); the API requires it for tasks.")
    stream: FullPart = Field(description="Stream name.")
    stream_type: StreamType = Field("live", description="live (default), or mixed for the output stream of a mix.")
    template_id: Identifier | None = Field(
        None, description="Id of a template in the account. Without one: HLS, kept for ever."
    )


class TaskArgs(Recorded):
    """One recording with a beginning and an end, whatever the rules say. Source: CreateRecordTask, CN:45983, IN:37309."""

    start: Moment | None = Field(
        None, description="When recording starts. Left out: when the task is created; then end is required."
    )
    end: Moment | None = Field(None, description="When recording ends, at most 24 h after the start.")
    duration: Duration | None = Field(None, description="Instead of end: length of the recording, with start.")


class LiveRecordArgs(Entry):
    """One recording by the deprecated CreateLiveRecord. Source: CreateLiveRecord, CN:30148, IN:30847."""

    domain: Domain | None = Field(None, description="Push domain; needed when the account pushes to several domains.")
    app: FullPart = Field("live", description="App (push path).")
    stream: FullPart = Field(description="Stream name.")
    start: Moment | None = Field(None, description="When recording starts; needed unless highlight is true.")
    end: Moment | None = Field(None, description="When recording ends.")
    duration: Duration | None = Field(None, description="Instead of end: length of the recording.")
    highlight: Flag = Field(False, description="True records from its creation on, at most 30m, without start.")
    record_type: RecordType = Field("video", description="video (default), or audio alone.")
    file_format: FileFormat = Field("flv", description="Format of the files.")
    mix_stream: Flag = Field(False, description="True records the output stream of a mix.")
    record_interval: Duration | None = Field(None, description="Longest file before the next begins: 30m to 2h.")
    storage_time: Retention | None = Field(
        None,
        description="How long files are kept: like 30d, or forever, which is assumed when left out. At most 1500d.",
    )


SECTIONS = ("templates", "rules", "tasks", "schedules", "live_records")
"""Those with entries by key, which may say what their key was."""


class _Named(Entry):
    was: Reference | None = Field(None, description="The entry's former key: renames without touching the recording.")


class Template(_Named, TemplateArgs):
    """How something is recorded. Without any format it records nothing."""


class Rule(_Named, RuleArgs):
    """Which streams a template records: one of template, template_id and record: false."""

    template: Reference | None = Field(None, description="Key of a template of this file.")
    record: NoRecord | None = Field(
        None, description="false: these streams are not recorded, whatever wider rules say."
    )

    @property
    def natural(self) -> streams.StreamKey:
        """What there is one rule for."""
        return streams.StreamKey(self.domain, self.app, self.stream)


class Task(_Named, TaskArgs):
    """One recording with a beginning and an end, whatever the rules say."""

    template: Reference | None = Field(None, description="Key of a template of this file.")


class Schedule(_Named, Recorded):
    """A recording that recurs: each occurrence becomes a task named <key>-<yyyymmddThhmm>."""

    template: Reference | None = Field(None, description="Key of a template of this file.")
    rrule: Rrule = Field(
        description="Days, as RFC 5545 says: FREQ DAILY, WEEKLY, MONTHLY or YEARLY, and BY-rules for days."
    )
    at: Clock = Field(description="Time of day at which each recording starts, in the schedule's zone.")
    duration: Duration = Field(description="How long each recording lasts: elapsed time, at most 24 h.")
    time_zone: Zone | None = Field(None, description="Zone of at and of all days. Default: the file's.")
    first: Day | None = Field(
        None, alias="from", description="First day; needed with COUNT, INTERVAL, MONTHLY and YEARLY."
    )
    last: Day | None = Field(None, alias="until", description="Last day.")
    skipped: tuple[Day, ...] = Field((), alias="except", description="Days without a recording.")


class LiveRecord(_Named, LiveRecordArgs):
    """One recording by the deprecated CreateLiveRecord; never beside tasks or schedules."""


class Acknowledgement(Entry):
    """A warning that is known and accepted."""

    finding: Text = Field(description="Id of the warning, such as kept-forever.")
    path: Text = Field(description="The entry that it is about, such as templates.clips; what is inside it too.")
    reason: Text = Field(description="Why it is accepted.")
    until: Day | None = Field(None, description="Last day on which it is accepted.")


class Limits(Entry):
    """What the vendor allows this account; raise a number here when the vendor has raised it."""

    rules: Positive = Field(RULES, description="Recording rules of the account.")
    templates: Positive = Field(TEMPLATES, description="Recording templates of the account.")


class Stack(Entry):
    """What one environment records."""

    time_zone: Zone = Field("UTC", description="Zone of times without an offset.")
    templates: dict[Key, Template] = Field({}, description="How to record, by key.")
    rules: dict[Key, Rule] = Field({}, description="What to record always, by key.")
    tasks: dict[Key, Task] = Field({}, description="What to record at a time, by key.")
    schedules: dict[Key, Schedule] = Field({}, description="What to record again and again, by key.")
    live_records: dict[Key, LiveRecord] = Field(
        {}, description="Recordings by the deprecated CreateLiveRecord, by key; never beside tasks or schedules."
    )
    limits: Limits = Field(Limits(), description="Limits of the account.")
    acknowledge: tuple[Acknowledgement, ...] = Field((), description="Warnings that are known and accepted.")

    @property
    def suppresses(self) -> bool:
        """Whether any rule says `record: false`."""
        return any(rule.record is False for rule in self.rules.values())


def formats(template: TemplateArgs) -> dict[str, Format]:
    """The formats that the template records, by name."""
    return {name: form for name in FORMATS if (form := getattr(template, name)) is not None}
