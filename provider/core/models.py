"""The nouns: how something is recorded, which streams, and when.

Rule 1: field names are the API's, in snake case; docstrings give units, defaults and source, and feed schema and docs.
Rule 2: unset is None and stays unset; the vendor's defaults are not filled in here.
Rule 3: a model knows its own fields only; relations between entries are rules of `checks`.
"""

from pydantic import Field

from provider.core.fields import (
    CosBucket,
    CosPath,
    Domain,
    Duration,
    Entry,
    FileFormat,
    Flag,
    FullPart,
    Identifier,
    Integer,
    Moment,
    Part,
    RecordType,
    Retention,
    StorageMode,
    StreamType,
    Text,
    VodFileName,
)  # fmt: skip


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
