"""The four kinds of resources, and how each is called elsewhere.

Rule 1: what depends on the kind of a resource is a table by kind, in the module that it is about.
"""

from collections.abc import Mapping
from typing import Literal

KindName = Literal["template", "rule", "task", "live_record"]

SECTION_OF: Mapping[KindName, str] = {
    "template": "templates",
    "rule": "rules",
    "task": "tasks",
    "live_record": "live_records",
}
"""The section of a stack file; a task may come from a schedule too."""
CLASS_OF: Mapping[KindName, str] = {
    "template": "RecordTemplate",
    "rule": "RecordRule",
    "task": "RecordTask",
    "live_record": "LiveRecord",
}
"""The class in Python programs, whose name ends the type in a state."""


FORMATS = {"flv": "FlvParam", "hls": "HlsParam", "mp4": "Mp4Param", "aac": "AacParam", "mp3": "Mp3Param"}
