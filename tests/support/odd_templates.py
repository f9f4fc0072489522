"""Templates that consoles, older rules and other tools made, and that the API of today would not create."""

from collections.abc import Mapping
from typing import Any

UNKNOWN_FIELDS = {"Mp4Param": {"Enable": 1, "FutureField": {"a": [1]}}, "FutureSetting": "kept"}
"""Fields of a template that this project does not know."""
COS = {"Enable": 1, "CosBucketName": "matches", "CosBucketRegion": "ap-guangzhou", "CosBucketPath": "{StreamID}/{RandomID}"}  # fmt: skip

ODD: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "intl": {
        "console-12h": {"FlvParam": {"Enable": 1, "RecordInterval": 43200}},  # IN:34223
        "terraform-0": {"Mp4Param": {"Enable": 1, "RecordInterval": 0, "StorageTime": 0}},
        "console-cos": {"CosStore": 1, "Mp4Param": COS},
        "归档": {"Mp4Param": {"Enable": 1}},
        "unknown-fields": UNKNOWN_FIELDS,
    },
    "cn": {
        "aac-30s": {"AacParam": {"Enable": 1, "RecordInterval": 30}},  # legal until 2025-08-22
        "no-slash": {"CosStore": 1, "Mp4Param": COS},
        "appid": {"CosStore": 1, "Mp4Param": {**COS, "CosBucketName": "matches-1250000000", "CosBucketPath": "/{RandomID}"}},  # legal until 2025-05-29
        "unknown-fields": UNKNOWN_FIELDS,
    },
}  # fmt: skip
"""Site -> name -> fields."""
