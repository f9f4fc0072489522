"""The two actions of Video on Demand (vod, 2018-07-17) that show recordings: SearchMedia and DescribeMediaInfos.

Source: CN:31813, IN:34179, CN:31763. An expired file is not found; a file in COS never is.
"""

from collections.abc import Iterator, Mapping
from math import inf
from types import MappingProxyType

from live_recording.emulator import streams, validation
from live_recording.emulator.clock import parse_time
from live_recording.emulator.messages import Answer, Call, Fields, Refusal
from live_recording.emulator.schemas import TEXT, Action, Field, Schema, between
from live_recording.emulator.service import LiveService
from live_recording.emulator.templates import MAIN_VOD_APP

VERSION = "2018-07-17"
VALUE = "InvalidParameterValue"
MOST_FILES = 5_000
MOST_STREAM_IDS, MOST_FILE_IDS = 10, 20
FOREVER = "9999-12-31T23:59:59Z"
DEFAULT_LIMIT = 10
LIST = Field(list)
RANGE: Schema = {"After": TEXT, "Before": TEXT}

ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "SearchMedia": Action(
            {
                "SubAppId": Field(int, between(0, 2**63), code="InvalidParameterValue.SubAppId"),
                "SourceTypes": LIST,
                "StreamIds": LIST,
                "StreamDomains": LIST,
                "StreamPaths": LIST,
                "CreateTime": Field(RANGE),
                "ExpireTime": Field(RANGE),
                "Filters": LIST,
                "Sort": Field({"Field": TEXT, "Order": TEXT}),
                "Offset": Field(int, between(0, MOST_FILES), code="InvalidParameterValue.Offset"),
                "Limit": Field(int, between(1, MOST_FILES)),
            },
            VALUE,
            100,
        ),
        "DescribeMediaInfos": Action(
            {"FileIds": Field(list, required=True), "SubAppId": Field(int), "Filters": LIST}, VALUE, 100
        ),
    }
)


class Vod:
    """The recordings of one account in Video on Demand."""

    def __init__(self, service: LiveService) -> None:
        self._service = service

    def call(self, call: Call) -> Answer:
        """Return the answer to one call."""
        if refusal := validation.refusal(ACTIONS[call.action], call.body):
            return refusal
        self._service.settle()
        return (
            _search(self._service, call.body) if call.action == "SearchMedia" else _describe(self._service, call.body)
        )


def _search(service: LiveService, body: Fields) -> Answer:
    if len(body.get("StreamIds", ())) > MOST_STREAM_IDS:
        return Refusal(
            "InvalidParameterValue.StreamIds",
            f"StreamIds has {len(body['StreamIds'])} entries, at most 10 are allowed.",
        )
    offset, limit = body.get("Offset", 0), body.get("Limit", DEFAULT_LIMIT)
    if offset + limit > MOST_FILES:
        return Refusal(
            service.settings.assumptions.search_range_code,
            f"Offset + Limit is {offset + limit}, at most {MOST_FILES} are allowed.",
        )
    after, before = _span(body.get("CreateTime") or {}, 1 if service.settings.assumptions.before_included else 0)
    found = [
        (file_id, file)
        for file_id, file in _visible(service, body)
        if after <= file["Created"] < before and _matches(file, body)
    ]
    newest_first = (body.get("Sort") or {}).get("Order") == "Desc"
    found.sort(key=lambda entry: (entry[1]["Created"], entry[0]), reverse=newest_first)
    return {
        "TotalCount": min(len(found), MOST_FILES),
        "MediaInfoSet": [_media(file_id, file) for file_id, file in found[offset : offset + limit]],
    }


def _describe(service: LiveService, body: Fields) -> Answer:
    wanted = body["FileIds"]
    if not 0 < len(wanted) <= MOST_FILE_IDS:
        return Refusal("InvalidParameterValue.FileIds", f"FileIds has {len(wanted)} entries, 1 to 20 are allowed.")
    found = dict(_visible(service, body))
    return {
        "MediaInfoSet": [_media(file_id, found[file_id]) for file_id in wanted if file_id in found],
        "NotExistFileIdSet": [file_id for file_id in wanted if file_id not in found],
    }


def _visible(service: LiveService, body: Fields) -> Iterator[tuple[str, Fields]]:
    """Yield the files of a sub-application that are there by now and have not expired."""
    now, application = service.clock.seconds(), body.get("SubAppId") or MAIN_VOD_APP
    for file_id, file in service.account.files.items():
        there = file["Created"] + file["Delay"] <= now
        expired = file["StorageTime"] and file["Created"] + file["StorageTime"] <= now
        if there and not expired and not file["InCos"] and file["SubAppId"] == application:
            yield file_id, file


def _matches(file: Fields, body: Fields) -> bool:
    filters = {"StreamIds": "StreamName", "StreamDomains": "DomainName", "StreamPaths": "AppName"}
    return "Record" in body.get("SourceTypes", ["Record"]) and all(
        not body.get(name) or file[field] in body[name] for name, field in filters.items()
    )


def _span(span: Fields, beyond: int) -> tuple[float, float]:
    """Return the Unix seconds of a TimeRange, which includes *beyond* seconds after its end."""
    after, before = parse_time(span.get("After")), parse_time(span.get("Before"))
    return after.timestamp() if after else -inf, before.timestamp() + beyond if before else inf


def _media(file_id: str, file: Fields) -> Fields:
    created, storage = file["Created"], file["StorageTime"]
    recording = {
        "Domain": file["DomainName"],
        "Path": file["AppName"],
        "StreamId": file["StreamName"],
        "RecordStartTime": streams.format_utc(file["StartTime"]),
        "RecordEndTime": streams.format_utc(file["EndTime"]),
    }
    return {
        "FileId": file_id,
        "BasicInfo": {
            "Name": file["StreamName"],
            "CreateTime": streams.format_utc(created),
            "ExpireTime": streams.format_utc(created + storage) if storage else FOREVER,
            "Type": file["Type"],
            "Status": "Normal",
            "StorageClass": "STANDARD",
            "SourceInfo": {
                "SourceType": "Record",
                "SourceContext": "",
                "LiveRecordInfo": None if file["Nameless"] else recording,
            },
        },
        "MetaData": {"Size": file["Duration"] * 500_000, "Duration": file["Duration"], "Bitrate": 4_000_000},
    }
