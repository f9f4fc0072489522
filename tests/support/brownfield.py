"""An account that people filled manually for years: odd names, odd orders, leftovers.

Rule 1: everything comes through the vendor's SDK, so the account holds nothing that a real one could not.
Rule 2: the same numbers make the same account, but for the ids of its tasks.
"""

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any

from live_recording.account.snapshot import Snapshot
from live_recording.account.snapshot_file import take_snapshot
from live_recording.config import files
from tests.support.clock import AT, DAY, HOUR
from tests.support.emulated_account import Account

FULL = (50, 50, 500)
"""Templates, rules and tasks of a full account."""
DOMAINS = ("push.example.com", "xn--fiq228c.example.com", "OLD.example.com")
APPS = ("", "live", "a b", "直播", "50%25", "live-studio", "true")
STREAMS = ("", "012", "é", "比赛_1", "live", 'it\'s {a}: "b" # c', "studio-camera")
ODD = ("archive", "Archive", "archive", "no-record", "0123", "true", "_", "-x-", "a--b", "other--prod--archive", "live-recording--dev--clips", "a-b_c")  # fmt: skip
CHINESE = ("直播归档", "归档-1", "live-recording--dev--比赛")
TEXTS = ("", "plain", "two\nlines", "100 % of <it>", 'it\'s {a}: "b" # c', "\u2028\u200b🎥", "012", "归档")


def fill(account: Account, templates: int = 12, rules: int = 12, tasks: int = 20, seed: int = 0) -> None:
    """Fill an empty account with *size* objects; some have no owner, some belong to another stack, some are duplicates."""
    random, cn = Random(f"brownfield {seed}"), account.emulator.site == "cn"  # noqa: S311 - a seed, no secret
    names = [*ODD, *(CHINESE if cn else ()), *(f"template-{number}" for number in range(templates))][:templates]
    random.shuffle(names)
    made = [account.template(name, **dict(_template(random, cn=cn))) for name in names]
    used = made[: max(1, len(made) * 3 // 4)]
    keys = [key for key in product(DOMAINS, APPS, STREAMS) if any(key[1:]) or key[0] != DOMAINS[2]]
    for domain, app, stream in random.sample(keys, rules):
        account.rule(random.choice(used), domain, app, stream)
    order = list(range(tasks))
    random.shuffle(order)
    for number in order:
        account.in_console("CreateRecordTask", **_task(random, number, used))


def snapshot(account: Account) -> Snapshot:
    """Return a snapshot of the account, as `live-recording adopt` reads it."""
    settings = files.read_settings({"site": account.emulator.site}.get, account.environment)
    return take_snapshot(settings, with_callbacks=True)


def _template(random: Random, *, cn: bool) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a template; a third of them are left out, so that the vendor's defaults apply."""
    if random.random() < 0.7:
        yield "Description", random.choice(TEXTS)
    if random.random() < 0.2:
        yield "IsDelayLive", 1
    if random.random() < 0.3:
        yield "RemoveWatermark", random.choice((True, False))
    cos = cn and random.random() < 0.2
    if cos:
        yield "CosStore", 1
    for name in ("FlvParam", "HlsParam", "Mp4Param", "AacParam", "Mp3Param"):
        if random.random() < 0.4:
            yield name, dict(_format(random, cos=cos))
    yield "HlsSpecialParam", {"FlowContinueDuration": random.choice((0, 90, 1800))}
    if random.random() < 0.3:
        yield "FlvSpecialParam", {"UploadInRecording": random.choice((True, False))}


def _format(random: Random, *, cos: bool) -> Iterator[tuple[str, Any]]:
    yield "Enable", random.choice((0, 1, 1))
    yield from random.sample(
        [
            ("RecordInterval", random.choice((60, 1800, 3601, 7200))),
            ("StorageTime", random.choice((0, 86400, 90061, 1500 * 86400))),
            ("VodSubAppId", random.choice((1, 1500000001, 2**52))),
            ("VodFileName", random.choice(("", "{StreamID}_{StartYear}-{EndMillisecond}", "比赛 {StreamID}"))),
            ("Procedure", random.choice(TEXTS)),
            ("StorageMode", random.choice(("normal", "cold"))),
            ("ClassId", random.choice((0, 7))),
        ],
        random.randrange(4),
    )
    if cos:
        yield "CosBucketName", "bucket"
        yield "CosBucketRegion", "ap-guangzhou"
        yield "CosBucketPath", "/{Domain}/{StreamID}/{RandomID}"


def _task(random: Random, number: int, used: list[str]) -> dict[str, Any]:
    """Return a task; every seventh already runs, every fifth names no template, and streams repeat on several days."""
    start = AT + (number % 5) * DAY + HOUR + 7 * number
    stream = {"DomainName": DOMAINS[number % 2], "AppName": APPS[1 + number % 6], "StreamName": f"{STREAMS[1 + number // 5 % 6]}{number // 30}"}  # fmt: skip
    times = {"EndTime": start + 2 * HOUR} | ({"StartTime": start} if number % 7 else {"EndTime": AT + HOUR + number})
    return stream | times | ({"TemplateId": int(random.choice(used))} if number % 5 else {})
