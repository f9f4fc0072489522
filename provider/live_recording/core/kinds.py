"""The four kinds of resources, their names in other places, and the recording formats."""

from collections.abc import Mapping
from typing import Literal

KindName = Literal["template", "rule", "task", "live_record"]

SECTION_OF: Mapping[KindName, str] = {
    "template": "templates",
    "rule": "rules",
    "task": "tasks",
    "live_record": "live_records",
}
"""The section of a stack file; a task may also come from a schedule."""
CLASS_OF: Mapping[KindName, str] = {
    "template": "RecordTemplate",
    "rule": "RecordRule",
    "task": "RecordTask",
    "live_record": "LiveRecord",
}
"""The class in Python programs; its name ends the type in a state."""
ACCOUNT = "account"
"""The input and output of every resource that says which account has it. Programs do not declare it; each check adds it."""
FORMATS = {"flv": "FlvParam", "hls": "HlsParam", "mp4": "Mp4Param", "aac": "AacParam", "mp3": "Mp3Param"}
"""The recording formats, and the parameter of the API for each."""
