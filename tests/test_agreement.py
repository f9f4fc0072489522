"""Core and emulator state the vendor's rules twice, independently; whatever stack is written, they say the same."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provider import gate, rules, tasks, templates
from provider.client import LiveApi
from provider.config import settings as configured
from provider.core.agenda import agenda
from provider.core.arguments import normalised
from provider.core.explain import explain
from provider.core.findings import errors
from provider.core.limits import SITES, SiteName
from provider.core.plan import Declared, Plan, plan
from provider.core.priority import Key, winner
from provider.core.shape import read
from provider.emulator import Emulator, cloud, sites
from provider.emulator.account import Terms
from provider.emulator.clock import Clock
from provider.emulator.wire import Refusal
from provider.inventory import Account
from provider.stackfile import Loaded, load
from tests.emulator_client import NOW

OWNER = "live-recording--dev"
REGION = "ap-guangzhou"
BOTH: tuple[SiteName, ...] = ("intl", "cn")
MAKE = {"template": templates.create, "rule": rules.create, "task": tasks.create}
QUIET = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
Tree = dict[str, Any]


# What is written: values at the vendor's limits and a step beyond, mostly within.


def mostly(right: list[Any], wrong: list[Any]) -> st.SearchStrategy[Any]:
    """A right value, and now and then a wrong one."""
    return st.sampled_from([*(right * (12 * len(wrong) // len(right) + 1)), *wrong])


def recording(site: SiteName, name: str) -> st.SearchStrategy[Tree]:
    """A format with some of its fields."""
    low, high = {"intl": (30, 7200), "cn": (60, 7200 if name in ("aac", "mp3") else 43200)}[site]
    fields: dict[str, st.SearchStrategy[Any]] = {
        "storage_time": mostly([0, 1, "30d", "1500d", "forever"], [1500 * 86_400 + 1]),
        "vod_file_name": mostly(["{StreamID}", "a b", "{StartYear}-{EndMillisecond}"], ["{streamid}", "{StreamID", "}"]),
        "procedure": st.just("transcode"),
        "storage_mode": mostly(["normal", "cold"], ["Cold"]),
        "class_id": st.integers(0, 99),
    }
    if name != "hls":  # it ignores the field, so the vendor has no range for it
        fields["record_interval"] = mostly([low, 1800, "1h", high], [low - 1, high + 1])
    special = {
        "hls": {"flow_continue_duration": mostly([0, "30m"], [1801])},
        "flv": {"upload_in_recording": st.booleans()},
    }
    return st.fixed_dictionaries({}, optional=fields | special.get(name, {}))


def template(site: SiteName) -> st.SearchStrategy[Tree]:
    """A template with some formats; on cn perhaps one that stores in COS."""
    formats = {name: recording(site, name) for name in ("flv", "hls", "mp4", "aac", "mp3")}
    fields: dict[str, st.SearchStrategy[Any]] = {
        "template_name": mostly(["shared", "a_b-1"], ["", "a b", "a.b"] + ([] if site == "cn" else ["回放"])),
        "description": st.sampled_from(["", "比赛", "100 %"]),
        "delay_live": st.booleans(),
        "remove_watermark": st.booleans(),
    }
    plain = st.fixed_dictionaries({}, optional=formats | fields)
    bucket = {
        "cos_bucket_name": mostly(["media"], ["media-1250000000"]),
        "cos_bucket_region": st.just(REGION),
        "cos_bucket_path": mostly(["/{Domain}/{StreamID}"], ["a/{StreamID}"]),
    }
    stored = st.fixed_dictionaries({"cos_store": st.just(True), "mp4": st.fixed_dictionaries(bucket)})
    return mostly([plain, plain, stored] if site == "cn" else [plain], [stored]).flatmap(lambda made: made)


def stream() -> dict[str, st.SearchStrategy[Any]]:
    """Names that collide now and then."""
    names = st.sampled_from(["a", "b", "A", "直播", "a%2Fb", "a b", "0"])
    return {"domain": mostly(["a.example.com", "b.example.com"], ["localhost", "-a.example.com"]), "app": names, "stream": names}  # fmt: skip


KEYS = ["k1", "k2", "k-3", "赛事", "no-record"]


def rule() -> st.SearchStrategy[Tree]:
    """A rule at one of the four levels, bound to a template or to none."""
    parts = stream()
    bound = st.one_of(st.fixed_dictionaries({"template": st.sampled_from(KEYS)}), st.just({"record": False}))
    key = st.fixed_dictionaries({"domain": parts["domain"]}, optional={"app": parts["app"], "stream": parts["stream"]})
    return st.builds(lambda one, other: one | other, key, bound)


def task() -> st.SearchStrategy[Tree]:
    """A task that runs, or starts within the next days; 24 h at most, unless it is wrong."""
    begin = st.sampled_from([None, -3600, 3600, 7200, 6 * 86_400, 6 * 86_400 + 1, 7 * 86_400])
    length = mostly([3600, 7201, 86_400], [0, -60, 86_401])
    given = st.fixed_dictionaries({**stream()}, optional={"template": st.sampled_from(KEYS), "stream_type": st.just("mixed")})  # fmt: skip
    return st.builds(
        lambda fields, at, seconds: fields
        | ({} if at is None else {"start": written(NOW + timedelta(seconds=at))})
        | {"end": written(NOW + timedelta(seconds=(at or 0) + (seconds if at is not None else abs(seconds) + 1)))},
        given,
        begin,
        length,
    )


def written(at: datetime) -> str:
    """A time as a file says it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def stacks(site: SiteName) -> st.SearchStrategy[Tree]:
    """A stack file as a tree, its entries in any order."""
    sections = {
        "templates": st.dictionaries(mostly(["k1", "k2", "k-3"], KEYS[3:]), template(site), min_size=1, max_size=3),
        "rules": st.dictionaries(st.sampled_from(KEYS), rule(), max_size=4),
        "tasks": st.dictionaries(st.sampled_from(KEYS), task(), max_size=5),
    }
    return st.fixed_dictionaries(sections)


def full() -> st.SearchStrategy[Tree]:
    """A stack file about as large as an account."""
    return st.builds(
        lambda many, most, suppress: {
            "templates": {f"t{n}": {} for n in range(many)},
            "rules": {f"r{n}": {"domain": "a.example.com", "app": f"a{n}", "template": "t0"} for n in range(most)}
            | ({"none": {"domain": "a.example.com", "record": False}} if suppress else {}),
        },
        st.integers(48, 51),
        st.integers(48, 51),
        st.booleans(),
    )


def loaded(tree: Tree, site: SiteName) -> Loaded:
    """What our reader says about the tree, written as a file."""
    text = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)
    return load(text, "stacks/dev.yaml", SITES[site], NOW, OWNER)
