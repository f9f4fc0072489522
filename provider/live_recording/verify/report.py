"""Verdicts as JSON: the models of the output, from which its schema is generated."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, Field
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from live_recording.core import json_output
from live_recording.core.timefmt import rfc3339
from live_recording.verify.intervals import Interval
from live_recording.verify.model import Recording, Verdict, VerifiedStack

Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""A time in UTC, in RFC 3339."""


class Gap(BaseModel):
    """A time that was pushed and is in no file."""

    begin: Time = Field(serialization_alias="from")
    until: Time


class RecordingEntry(BaseModel):
    """The verdict about one recording in one format."""

    stream: str = Field(description="domain/app/stream; * for a part that a rule does not name.")
    by: str = Field(description="The entry of the stack file, such as tasks.final.")
    template: str
    format: str = Field(description="flv, hls, mp4, aac or mp3; empty if the formats are not known.")
    begin: Time = Field(serialization_alias="from")
    until: Time
    verdict: Verdict
    gaps: list[Gap]
    files: list[str] = Field(description="The ids of the files.")
    reason: str = Field(description="Why, where the verdict needs a reason; otherwise empty.")


class StackEntry(BaseModel):
    """The verdicts about one stack, what needs attention first."""

    stack: str
    since: Time
    until: Time
    recordings: list[RecordingEntry]
    notes: list[str] = Field(description="What could not be read.")
    disagreements: list[str] = Field(description="What VOD and notifications say differently.")
    failure: str | None = Field(None, description="Why nothing could be verified; left out otherwise.")


class Report(BaseModel):
    """The output of `live-recording verify --format json`."""

    stacks: list[StackEntry]


class _PlainJsonSchema(GenerateJsonSchema):
    """A generator that omits null and titles: an unset field is left out of the output."""

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        """Return the schema of the value that is not null."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        """Return the schema of a field, without its default, which is None."""
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Return False."""
        del schema
        return False


def report_schema() -> dict[str, Any]:
    """Return the JSON Schema of the output, draft 2020-12."""
    schema = Report.model_json_schema(mode="serialization", schema_generator=_PlainJsonSchema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Verification"}


def as_json(stacks: Iterable[VerifiedStack]) -> str:
    """Return the verdicts as JSON: one entry per recording and format."""
    report = Report(stacks=[_stack(stack) for stack in stacks])
    return json_output.as_json(report.model_dump(by_alias=True, exclude_none=True))


def _stack(stack: VerifiedStack) -> StackEntry:
    return StackEntry(
        stack=stack.stack,
        since=rfc3339(stack.period.start),
        until=rfc3339(stack.period.end),
        recordings=[_recording(recording) for recording in stack.recordings],
        notes=list(stack.notes),
        disagreements=list(stack.disagreements),
        failure=stack.failure or None,
    )


def _recording(recording: Recording) -> RecordingEntry:
    return RecordingEntry(
        stream=recording.stream.pattern,
        by=recording.by,
        template=recording.template,
        format=recording.format,
        begin=rfc3339(recording.window.start),
        until=rfc3339(recording.window.end),
        verdict=recording.verdict,
        gaps=[_gap(gap) for gap in recording.gaps],
        files=list(recording.files),
        reason=recording.reason,
    )


def _gap(gap: Interval) -> Gap:
    return Gap(begin=rfc3339(gap.start), until=rfc3339(gap.end))
