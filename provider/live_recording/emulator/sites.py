"""The two sites of the vendor, and every number in which they differ.

A difference between cn and intl is a value here, never an `if site ==` elsewhere. The numbers are the vendor's, written
independently of the rest of this project.
"""

from collections.abc import Mapping
from dataclasses import dataclass

DAY = 86_400


@dataclass(frozen=True)
class Site:
    """What one site allows."""

    name: str
    regions: frozenset[str]
    """Regions of the four RecordTask actions; all other actions ignore the region."""
    region: str
    """The default among these."""
    intervals: Mapping[str, tuple[int, int]]
    """RecordInterval per format, seconds, both ends allowed; HLS ignores the field, so none is refused."""
    latest_start: int | None
    """A task starts at most this many seconds from now (allowed: exactly so many; assumed)."""
    latest_end: int | None
    """A task ends less than this many seconds from now."""
    template_name: tuple[str, str]
    """What a TemplateName may be, as a pattern and in words."""
    cos: bool
    """Whether recordings can be stored in COS: on intl its fields are unknown parameters."""
    callback_extras: bool
    """Whether callbacks exist for recording status, recording exceptions and audio audits: on intl these are unknown."""


INTL = Site(
    name="intl",
    regions=frozenset(
        {
            "ap-bangkok",
            "ap-guangzhou",
            "ap-hongkong",
            "ap-jakarta",
            "ap-mumbai",
            "ap-seoul",
            "ap-singapore",
            "ap-tokyo",
            "eu-frankfurt",
            "na-ashburn",
            "na-siliconvalley",
            "na-toronto",
            "sa-saopaulo",
        }
    ),  # IN:37309
    region="ap-singapore",
    # IN:30845; MP3 is assumed to follow the others.
    intervals={"FlvParam": (30, 7200), "Mp4Param": (30, 7200), "AacParam": (30, 7200), "Mp3Param": (30, 7200)},
    latest_start=6 * DAY,  # IN:37309
    latest_end=None,
    template_name=("[A-Za-z0-9_-]+", "one or more of letters, digits, _ and -"),  # IN:30845
    cos=False,
    callback_extras=False,  # SDK intl-en 3.1.193
)
CN = Site(
    name="cn",
    regions=frozenset({"ap-guangzhou"}),  # CN:45983
    region="ap-guangzhou",
    # CN:32614 since 2025-08-22; MP3 is assumed to follow AAC.
    intervals={"FlvParam": (60, 43200), "Mp4Param": (60, 43200), "AacParam": (60, 7200), "Mp3Param": (60, 7200)},
    latest_start=None,
    latest_end=7 * DAY,  # CN:45983 since 2024-04-24
    template_name=(
        "[A-Za-z0-9_\\u4e00-\\u9fff-]+",
        "one or more of Chinese characters, letters, digits, _ and -",
    ),  # CN:32614
    cos=True,
    callback_extras=True,  # PY, CreateLiveCallbackTemplateRequest
)
SITES: Mapping[str, Site] = {site.name: site for site in (INTL, CN)}
