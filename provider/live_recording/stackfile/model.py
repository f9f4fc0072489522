"""The model of a stack file: templates, rules, tasks, schedules, live records, callback templates and callback rules.

Field names are the API's, in snake case. Descriptions give units and defaults; the JSON Schema and the docs contain them.
An unset field is None: the defaults of the API are not filled in here. `lint` checks relations between entries.
"""

from collections.abc import Mapping

from live_recording.core import streams
from live_recording.core.kinds import FORMATS
from live_recording.core.vendor import CALLBACK_TEMPLATES, RULES, TEMPLATES
from live_recording.stackfile.entries import Entry, declare
from live_recording.stackfile.fields import (
    CallbackKey,
    Clock,
    CosPath,
    Day,
    Domain,
    Duration,
    ExceptionLevel,
    FileFormat,
    Flag,
    FullPart,
    HasCallbackKey,
    Identifier,
    Integer,
    Key,
    Moment,
    NamedDomain,
    NoRecord,
    Part,
    Paths,
    Positive,
    RecordType,
    Reference,
    Retention,
    StorageMode,
    StreamType,
    Text,
    Url,
    VodFileName,  # fmt: skip
    Zone,
)
from live_recording.stackfile.fields import Rule as Rrule


class Format(Entry):
    """One recording format. A format is recorded if it is present. Source: RecordParam, CN:32614, IN:30845."""

    record_interval: Duration | None = declare(
        default=None,
        description="Longest file before the next begins, in seconds or like 1h. Vendor default 30m. HLS ignores it.",
    )
    storage_time: Retention | None = declare(
        default=None,
        description="How long files are kept: like 30d, or forever. Vendor default forever. At most 1500d.",
    )
    vod_sub_app_id: Integer | None = declare(
        default=None, description="VOD sub-application that receives the files. Vendor default: the main application."
    )
    vod_file_name: VodFileName | None = declare(
        default=None, description="File name pattern in VOD, such as {StreamID}_{StartYear}-{StartMonth}-{StartDay}."
    )
    procedure: Text | None = declare(default=None, description="VOD task flow that runs on each file.")
    storage_mode: StorageMode | None = declare(
        default=None, description="VOD storage class: normal (vendor default) or cold."
    )
    class_id: Integer | None = declare(default=None, description="VOD category of the files.")
    cos_bucket_name: Text | None = declare(
        default=None, description="COS bucket without the APPID suffix. Site cn, with cos_store."
    )
    cos_bucket_region: Text | None = declare(
        default=None, description="COS region of the bucket, such as ap-guangzhou. Site cn."
    )
    cos_bucket_path: CosPath | None = declare(
        default=None, description="COS path pattern, beginning with a slash. Site cn; needed with cos_store."
    )


class Flv(Format):
    """FLV recording."""

    upload_in_recording: Flag | None = declare(
        default=None, description="Upload while the recording runs. Vendor default false."
    )


class Hls(Format):
    """HLS recording."""

    flow_continue_duration: Duration | None = declare(
        default=None, description="Splice pushes that resume within this time, 0 to 30m. Vendor default 0: off."
    )


class TemplateArgs(Entry):
    """How something is recorded. Without any format it records nothing."""

    template_name: Text | None = declare(
        default=None, description="Name in the account. Default <project>--<stack>--<key>."
    )
    description: Text | None = declare(default=None, description="Free text for people. Vendor default empty.")
    delay_live: Flag | None = declare(
        default=None, description="True for slow live (LCB). Vendor default false. A change replaces the template."
    )
    remove_watermark: Flag | None = declare(
        default=None, description="True records the original stream without watermark. Vendor default false."
    )
    cos_store: Flag | None = declare(
        default=None, description="True stores in COS instead of VOD. Site cn. A change replaces the template."
    )
    flv: Flv | None = declare(default=None, description="Record FLV.")
    hls: Hls | None = declare(default=None, description="Record HLS.")
    mp4: Format | None = declare(default=None, description="Record MP4.")
    aac: Format | None = declare(default=None, description="Record AAC, audio only.")
    mp3: Format | None = declare(default=None, description="Record MP3, audio only.")


class RuleArgs(Entry):
    """Which streams a template records. An omitted app or stream means every one."""

    domain: NamedDomain = declare(description="Push domain, or a name of domains.")
    app: Part = declare(default="", description="App (push path). Default: every app.")
    stream: Part = declare(default="", description="Stream name. Default: every stream.")
    template_id: Identifier | None = declare(default=None, description="Id of a template in the account.")


UNTIL_IT_ENDS = "true: the recording is neither deleted nor replaced before it ends. Default false."


class Recorded(Entry):
    """What a task records, and with which template."""

    domain: NamedDomain = declare(description="Push domain, or a name of domains.")
    app: FullPart = declare(description="App (push path); the API requires it for tasks.")
    stream: FullPart = declare(description="Stream name.")
    stream_type: StreamType = declare(default="live", description="mixed records the output stream of a mix.")
    template_id: Identifier | None = declare(
        default=None, description="Id of a template in the account. Without a template: HLS, kept indefinitely."
    )
    protect: Flag | None = declare(default=None, description=UNTIL_IT_ENDS)


class TaskArgs(Recorded):
    """One recording with a start and an end, independent of rules. Source: CreateRecordTask, CN:45983, IN:37309."""

    start: Moment | None = declare(
        default=None, description="When recording starts. Default: when the task is created; then end is required."
    )
    end: Moment | None = declare(default=None, description="When recording ends, at most 24 h after the start.")
    duration: Duration | None = declare(
        default=None, description="Instead of end: length of the recording, with start."
    )


class LiveRecordArgs(Entry):
    """One recording by the deprecated CreateLiveRecord. Source: CreateLiveRecord, CN:30148, IN:30847."""

    domain: NamedDomain | None = declare(
        default=None,
        description="Push domain, or a name of domains; needed when the account pushes to several domains.",
    )
    app: FullPart = declare(default="live", description="App (push path).")
    stream: FullPart = declare(description="Stream name.")
    start: Moment | None = declare(default=None, description="When recording starts; needed unless highlight is true.")
    end: Moment | None = declare(default=None, description="When recording ends.")
    duration: Duration | None = declare(default=None, description="Instead of end: length of the recording.")
    highlight: Flag = declare(
        default=False, description="True records from the creation on, at most 30m, without start."
    )
    record_type: RecordType = declare(default="video", description="audio records the sound alone.")
    file_format: FileFormat = declare(default="flv", description="Format of the files.")
    mix_stream: Flag = declare(default=False, description="True records the output stream of a mix.")
    record_interval: Duration | None = declare(
        default=None, description="Longest file before the next begins: 30m to 2h."
    )
    storage_time: Retention | None = declare(
        default=None,
        description="How long files are kept: like 30d, or forever (default). At most 1500d.",
    )
    protect: Flag | None = declare(default=None, description=UNTIL_IT_ENDS)


class CallbackUrls(Entry):
    """Who is notified of what: the URL for each kind of notification, which is an HTTP POST of JSON."""

    template_name: Text | None = declare(
        default=None, description="Name in the account. Default <project>--<stack>--<key>."
    )
    description: Text | None = declare(default=None, description="Free text for people. Vendor default empty.")
    stream_begin_notify_url: Url | None = declare(default=None, description="A push began (event 1).")
    stream_end_notify_url: Url | None = declare(default=None, description="A push ended (event 0).")
    record_notify_url: Url | None = declare(default=None, description="A file of a recording is ready (event 100).")
    record_status_notify_url: Url | None = declare(
        default=None,
        description="A recording began, paused, failed or ended (event 332). Site cn. The API never returns it.",
    )
    record_exception_notify_url: Url | None = declare(
        default=None, description="A recording has a problem (event 341). Site cn."
    )
    record_exception_levels: tuple[ExceptionLevel, ...] | None = declare(
        default=None, description="Which problems are reported. Site cn."
    )
    push_exception_notify_url: Url | None = declare(default=None, description="A push has a problem (event 321).")
    snapshot_notify_url: Url | None = declare(default=None, description="A screenshot is ready.")
    porn_censorship_notify_url: Url | None = declare(default=None, description="Results of the review of pictures.")
    audio_audit_notify_url: Url | None = declare(default=None, description="Results of the review of sound. Site cn.")


class CallbackTemplateArgs(CallbackUrls):
    """Who is notified of what, and with which key. Source: CreateLiveCallbackTemplate, CN:32637, IN:30815."""

    callback_key: CallbackKey | None = declare(default=None, description="Key that signs notifications; a secret.")


class CallbackRuleArgs(Entry):
    """Which domain, or app of it, uses a callback template. Source: CreateLiveCallbackRule, CN:32638, IN:30816."""

    domain: NamedDomain = declare(description="Push domain, or a name of domains.")
    app: Part = declare(default="", description="App (push path). Default: every app.")
    template_id: Identifier | None = declare(default=None, description="Id of a callback template in the account.")


SECTIONS = ("templates", "rules", "tasks", "schedules", "live_records", "callback_templates", "callback_rules")
"""The sections with entries by key."""


class _Named(Entry):
    was: Reference | None = declare(
        default=None, description="The former key of the entry: renames it without touching the recording."
    )


class _Protectable(_Named):
    protect: Flag = declare(
        default=False,
        description="true: Pulumi refuses to delete or replace the entry, also in `pulumi up` and `destroy`.",
    )


class Template(_Protectable, TemplateArgs):
    """How something is recorded. Without any format it records nothing."""


class Rule(_Protectable, RuleArgs):
    """Which streams a template records: one of template, template_id and record: false."""

    template: Reference | None = declare(default=None, description="Key of a template of this file.")
    record: NoRecord | None = declare(
        default=None, description="false: these streams are not recorded, even if a wider rule applies to them."
    )

    @property
    def natural(self) -> streams.StreamKey:
        """Return the key of the rule, of which an account has only one."""
        return streams.StreamKey(self.domain, self.app, self.stream)


class Task(_Protectable, TaskArgs):
    """One recording with a start and an end, independent of rules."""

    template: Reference | None = declare(default=None, description="Key of a template of this file.")


class Schedule(_Named, Recorded):
    """A recording that recurs: each occurrence becomes a task named <key>-<yyyymmddThhmm>."""

    template: Reference | None = declare(default=None, description="Key of a template of this file.")
    rrule: Rrule = declare(
        description="Days, by RFC 5545: FREQ DAILY, WEEKLY, MONTHLY or YEARLY, and BY-rules for days."
    )
    at: Clock = declare(description="Time of day at which each recording starts, in the schedule's zone.")
    duration: Duration = declare(description="How long each recording lasts: elapsed time, at most 24 h.")
    time_zone: Zone | None = declare(default=None, description="Zone of at and of all days. Default: the file's.")
    first: Day | None = declare(
        default=None, key="from", description="First day; needed with COUNT, INTERVAL, MONTHLY and YEARLY."
    )
    last: Day | None = declare(default=None, key="until", description="Last day.")
    skipped: tuple[Day, ...] = declare(default=(), key="except", description="Days without a recording.")


class LiveRecord(_Named, LiveRecordArgs):
    """One recording by the deprecated CreateLiveRecord; not together with tasks or schedules."""


class CallbackTemplate(_Protectable, CallbackUrls):
    """Who is notified of what. At least one URL is required."""

    callback_key: HasCallbackKey = declare(
        default=False,
        description="true: notifications are signed with the key of this entry in live-recording:callbackKeys.",
    )


class CallbackRule(_Protectable, CallbackRuleArgs):
    """Which domain, or app of it, uses a callback template: one of callback_template and template_id."""

    callback_template: Reference | None = declare(default=None, description="Key of a callback template of this file.")

    @property
    def natural(self) -> streams.CallbackKey:
        """Return the key of the rule, of which an account has only one."""
        return streams.CallbackKey(self.domain, self.app)


class Acknowledgement(Entry):
    """An accepted warning."""

    finding: Text = declare(description="Id of the finding, such as kept-forever.")
    path: Text = declare(description="Path of the entry, such as templates.clips.")
    reason: Text = declare(description="Why the warning is accepted.")
    until: Day | None = declare(default=None, description="Last day of the acknowledgement.")


class Limits(Entry):
    """Limits of this account. Raise a number here after the vendor has raised it."""

    rules: Positive = declare(default=RULES, description="Recording rules of the account.")
    templates: Positive = declare(default=TEMPLATES, description="Recording templates of the account.")
    callback_templates: Positive = declare(default=CALLBACK_TEMPLATES, description="Callback templates of the account.")


class Stack(Entry):
    """What one environment records."""

    extends: Paths = declare(
        default=(),
        description="One or more shared files, whose entries this stack has too. Paths are relative to this file.",
    )
    domains: Mapping[Key, Domain] = declare(
        default={}, description="Names for push domains, for use in entries and shared files."
    )
    time_zone: Zone = declare(default="UTC", description="Zone of times without an offset.")
    templates: Mapping[Key, Template] = declare(default={}, description="How to record.")
    rules: Mapping[Key, Rule] = declare(default={}, description="Which streams to record at any time.")
    tasks: Mapping[Key, Task] = declare(default={}, description="Recordings with a start and an end.")
    schedules: Mapping[Key, Schedule] = declare(default={}, description="Recurring recordings.")
    live_records: Mapping[Key, LiveRecord] = declare(
        default={},
        description="Recordings by the deprecated CreateLiveRecord.",
    )
    callback_templates: Mapping[Key, CallbackTemplate] = declare(default={}, description="Who is notified of what.")
    callback_rules: Mapping[Key, CallbackRule] = declare(
        default={}, description="Which domains and apps use a callback template."
    )
    limits: Limits = declare(default=Limits(), description="Limits of the account.")
    acknowledge: tuple[Acknowledgement, ...] = declare(default=(), description="Accepted findings.")

    @property
    def suppresses(self) -> bool:
        """Return whether any rule has `record: false`."""
        return any(rule.record is False for rule in self.rules.values())


def notify_urls(template: CallbackUrls) -> dict[str, str]:
    """Return the URLs of a callback template, by field."""
    names = [name for name in CallbackUrls.fields if name.endswith("_notify_url")]
    return {name: url for name in names if (url := getattr(template, name)) is not None}


def formats(template: TemplateArgs) -> dict[str, Format]:
    """Return the formats that the template records, by name."""
    return {name: form for name in FORMATS if (form := getattr(template, name)) is not None}
