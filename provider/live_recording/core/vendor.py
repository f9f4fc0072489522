"""Limits of the vendor, by site, each with its source: document ids of cloud.tencent.com (CN) and tencentcloud.com (IN)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

SiteName = Literal["intl", "cn"]

STORAGE_TIME_MAX = 1500 * 86400
"""Longest retention in seconds (RecordParam.StorageTime, CN:32614, IN:30845)."""
FLOW_CONTINUE_MAX = 1800
"""Longest HLS splice wait in seconds (HlsSpecialParam, CN:32614)."""
TASK_MAX = timedelta(hours=24)
"""Longest task (CreateRecordTask, CN:45983, IN:37309)."""
OVERLAPS_MAX = 3
"""At most three tasks of one stream record at once; the API accepts more, but they do not record (IN:37309)."""
REAL_TIME_MAX = timedelta(minutes=30)
"""Longest live record in real-time mode; a longer one is cut off without an error (CreateLiveRecord, CN:30148, IN:30847)."""
LIVE_RECORD_INTERVAL = (1800, 7200)
"""Minimum and maximum seconds of one file of a live record (CreateLiveRecord.StreamParam, CN:30148, IN:30847)."""
V2_INTERVAL = 1800
"""Seconds of one file of a recording of the retired API v2 (CN:4723)."""
PUSHES_KEPT = timedelta(days=60)
"""How long ago DescribeLiveStreamEventList knows pushes (CN:33186: 2 months, IN:30800: 60 days)."""
QUERY_MAX = timedelta(days=7)
"""Longest window of a DescribeRecordTask query; it lists the tasks inside (CN:56135)."""
SIGNATURE_SKEW = timedelta(minutes=5)
"""Maximum difference between the time of a signature and the vendor's clock (AuthFailure.SignatureExpire)."""
RULES, TEMPLATES = 50, 50
"""Rules and templates of an account (feature guide; CreateLiveRecordTemplate)."""
CALLBACK_TEMPLATES = 50
"""Callback templates of an account (InternalError.ConfOutLimit of CreateLiveCallbackTemplate, CN:32637). No limit of callback
rules is documented."""
CALLBACK_NAME_MAX, CALLBACK_DESCRIPTION_MAX = 255, 1024
"""Bytes of name and description of a callback template (CN:32637, IN:30815)."""
CALLBACK_KEY_MAX = 32
"""Letters and digits of a callback key in the console (IN:31074)."""
CALLBACK_URL_MAX = 2048
"""Characters of a URL that receives notifications (*assumed*)."""

CALLS_A_SECOND: Mapping[str, int] = {
    "CreateRecordTask": 20, "StopRecordTask": 20, "DeleteRecordTask": 20, "DescribeRecordTask": 20,
    "CreateLiveRecordTemplate": 200, "ModifyLiveRecordTemplate": 200, "DeleteLiveRecordTemplate": 200,
    "CreateLiveRecordRule": 200, "DeleteLiveRecordRule": 200,
    "DescribeLiveRecordTemplates": 500, "DescribeLiveRecordRules": 500,
    "CreateLiveCallbackTemplate": 200, "ModifyLiveCallbackTemplate": 200, "DeleteLiveCallbackTemplate": 200,
    "CreateLiveCallbackRule": 200, "DeleteLiveCallbackRule": 200,
    "DescribeLiveCallbackTemplates": 500, "DescribeLiveCallbackRules": 500,
    "DescribeLiveDomains": 200,
    "DescribeLiveStreamEventList": 300, "DescribeLiveStreamState": 300, "SearchMedia": 100, "DescribeCallbackRecordsList": 100,
    "DescribeLivePullStreamTasks": 100,
    "CreateLiveRecord": 500, "StopLiveRecord": 200, "DeleteLiveRecord": 200,
}  # fmt: skip
"""Calls per second of each action, per account (the page of each action; DeleteRecordTask and rules: IN:37308,
30846, 30843, 30841; DescribeLivePullStreamTasks: assumed)."""


VENDOR_DOMAIN = "tencentcloudapi.com"
"""The API of either site is below this domain."""


@dataclass(frozen=True)
class Site:
    """One of the vendor's two sites."""

    domain: str  # of the API: a service is at SERVICE.domain
    regions: tuple[str, ...]  # of the task APIs; the first is the default
    record_interval: Mapping[str, tuple[int, int]]  # seconds, by format
    cos: bool
    chinese_names: bool
    cn_callback_fields: bool  # whether the API has the callback fields that only site cn documents (CN:32637)
    start_within: timedelta | None  # latest start of a task, from now
    end_within: timedelta | None  # latest end of a task, from now
    home_zone: str | None  # in which its users write times; None: in many

    @property
    def host(self) -> str:
        """Return the host of the live API."""
        return f"live.{self.domain}"


_SHORT, _LONG = (60, 7200), (60, 43200)
DEFAULT_SITE: SiteName = "intl"
SITES: Mapping[SiteName, Site] = {
    "intl": Site(
        domain=f"intl.{VENDOR_DOMAIN}",
        regions=(
            "ap-singapore", "ap-bangkok", "ap-guangzhou", "ap-hongkong", "ap-jakarta", "ap-mumbai", "ap-seoul",
            "ap-tokyo", "eu-frankfurt", "na-ashburn", "na-siliconvalley", "na-toronto", "sa-saopaulo",
        ),
        record_interval=dict.fromkeys(("flv", "hls", "mp4", "aac", "mp3"), (30, 7200)),  # IN:30845
        cos=False,
        chinese_names=False,
        cn_callback_fields=False,
        start_within=timedelta(days=6),  # IN:37309
        end_within=None,
        home_zone=None,
    ),
    "cn": Site(
        domain=VENDOR_DOMAIN,
        regions=("ap-guangzhou",),
        record_interval={"flv": _LONG, "hls": _LONG, "mp4": _LONG, "aac": _SHORT, "mp3": _SHORT},  # CN:32614; mp3 assumed
        cos=True,
        chinese_names=True,
        cn_callback_fields=True,
        start_within=None,
        end_within=timedelta(days=7),  # CN:45983
        home_zone="Asia/Shanghai",
    ),
}  # fmt: skip

STREAM_PARAM = ("record_interval", "storage_time")
"""Fields of a live record that the API accepts in StreamParam, and no others (CN:30148)."""
