"""Changes that users could make: two versions of a stack file, and what others did to the account in between.

Everything depends on a seed, so that each case can be repeated.
"""

from collections.abc import Mapping
from random import Random
from typing import Any

from tests.support.clock import NOW
from tests.support.emulated_account import Account

Tree = dict[str, Any]
DOMAINS, APPS, STREAMS = ("a.example.com", "b.example.com"), ("", "x", "y"), ("", "s", "t")
FOREIGN_ID, UNMANAGED_ID = 1001, 1002
"""Existing templates: one without owner, which a stack may use, and one of another stack."""


def made_before(account: Account) -> None:
    """Make them, in an account that was empty."""
    for name in ("theirs", "other--prod--theirs"):
        account.template(name, Mp4Param={"Enable": 1, "StorageTime": 0}, FlvParam={"Enable": 1})


def _template(random: Random) -> Tree:
    kept = ("forever", "7d", "30d")
    made: Tree = {
        name: {"storage_time": random.choice(kept)} for name in ("mp4", "hls", "flv") if random.random() < 0.5
    }
    made |= {"delay_live": True} if random.random() < 0.15 else {}
    return made | ({"template_name": random.choice("pq")} if random.random() < 0.1 else {})


def _rule(random: Random) -> Tree:
    key = {"domain": random.choice(DOMAINS), "app": random.choice(APPS), "stream": random.choice(STREAMS)}
    says = random.choices(
        ({"record": False}, {"template_id": FOREIGN_ID}, {"template": random.choice("abc")}), (2, 1, 7)
    )
    return {**key, **says[0]}


def _task(random: Random) -> Tree:
    key = {"domain": random.choice(DOMAINS), "app": "x", "stream": random.choice("st")}
    span = {"start": f"2026-11-20T{random.choice((13, 14, 15))}:00Z", "duration": random.choice(("1h", "2h", "4h"))}
    kind = {"stream_type": random.choice(("live", "live", "mixed"))}
    return {**key, **span, **kind, **random.choice(({}, {"template": "a"}, {"template": "b"}, {"template": "b"}))}


_ENTRIES = {"templates": _template, "rules": _rule, "tasks": _task}


def stack(random: Random) -> Tree:
    """Return a stack file."""
    counts = {"templates": random.choice((2, 3)), "rules": random.randrange(6), "tasks": random.randrange(4)}
    names = {"templates": "abc", "rules": "klmno", "tasks": "uvw"}
    made: Tree = {s: {name: make(random) for name in names[s][: counts[s]]} for s, make in _ENTRIES.items()}
    return _whole({"limits": {"rules": random.choice((50, 50, 14))}, **made})


def edited(random: Random, before: Tree) -> Tree:
    """Another version: most entries stay; some go, come, change in a field, or get another name."""
    after: Tree = {"limits": before["limits"]}
    for section, make in _ENTRIES.items():
        entries: Tree = {}
        for name, entry in before[section].items():
            change = random.choices(("stays", "goes", "other", "field", "renamed", "was"), (10, 2, 2, 3, 2, 2))[0]
            other = make(random)
            field = random.choice(sorted(other) or ["mp4"])
            match change:
                case "stays":
                    entries[name] = entry
                case "other":
                    entries[name] = other
                case "field" if field in other and field not in ("record", "template", "template_id"):
                    entries[name] = {**entry, field: other[field]}
                case "renamed":
                    entries[f"{name}2"] = entry
                case "was":
                    entries[f"{name}2"] = {**entry, "was": name}
        if random.random() < 0.4:
            entries["new"] = make(random)
        after[section] = entries
    return _whole(after)


def _whole(made: Tree) -> Tree:
    """Return the same with templates that are there: one under its new name, or any."""
    templates = made["templates"]
    now = {entry.get("was", name.removesuffix("2")): name for name, entry in templates.items()}
    for section in ("rules", "tasks"):
        for entry_name, entry in made[section].items():
            if "template" in entry and entry["template"] not in templates:
                rest = {field: value for field, value in entry.items() if field != "template"}
                found = now.get(entry["template"]) or next(iter(templates), None)
                source: Mapping[str, Any] = (
                    {"template": found} if found else {} if section == "tasks" else {"record": False}
                )
                made[section][entry_name] = {**rest, **source}
    return made


def others(random: Random, account: Account) -> None:
    """Change the account as another user could."""
    rules = sorted(account.rules())
    templates = sorted(int(t["TemplateId"]) for t in account.state["templates"])
    tasks = sorted(
        account.state["tasks"], key=lambda t: (t["DomainName"], t["StreamName"], t["StartTime"], t["EndTime"])
    )
    free = (random.choice(DOMAINS), random.choice(APPS), random.choice(STREAMS))
    match random.randrange(13):
        case 0 | 1 if free not in rules:
            account.rule(str(random.choice(templates)), *free)
        case 2 if rules:
            key = dict(zip(("DomainName", "AppName", "StreamName"), random.choice(rules), strict=True))
            account.in_console("DeleteLiveRecordRule", **key)
            if random.random() < 0.7:
                account.in_console("CreateLiveRecordRule", **key, TemplateId=random.choice((FOREIGN_ID, UNMANAGED_ID)))
        case 3:
            account.in_console(
                "ModifyLiveRecordTemplate",
                TemplateId=random.choice(templates),
                Mp4Param={"Enable": 1, "StorageTime": 86_400},
            )
        case 4 | 5:
            account.in_console(
                "CreateRecordTask", DomainName=free[0], AppName="x", StreamName="s", TemplateId=random.choice(templates),
                StartTime=int(NOW.timestamp()) + 3600, EndTime=int(NOW.timestamp()) + 3 * 3600,
            )  # fmt: skip
        case 6:
            account.template("live-recording--dev--new", HlsParam={"Enable": 1})
        case 7 if tasks:
            account.in_console("StopRecordTask", TaskId=random.choice(tasks)["TaskId"])
        case 8 if tasks:  # three earlier tasks of a stream leave no room for a fourth
            task = random.choice(tasks)
            for minute in range(3):
                account.in_console(
                    "CreateRecordTask", DomainName=task["DomainName"], AppName=task["AppName"], StreamName=task["StreamName"],
                    StartTime=int(NOW.timestamp()) + 1800 + 60 * minute, EndTime=task["EndTime"] - 900, TemplateId=FOREIGN_ID,
                )  # fmt: skip


_A, _B = DOMAINS
EVERYTHING_AT_ONCE: tuple[Tree, Tree] = (
    {
        "templates": {
            "a": {"mp4": {"storage_time": "30d"}, "hls": {"storage_time": "7d"}},
            "b": {"flv": {"storage_time": "7d"}},
            "c": {"mp4": {"storage_time": "forever"}},
        },
        "rules": {
            "all": {"domain": _A, "template": "a"},
            "x": {"domain": _A, "app": "x", "template": "b"},
            "s": {"domain": _A, "stream": "s", "template": "c"},
            "moves": {"domain": _B, "app": "x", "template": "b"},
            "renamed": {"domain": _B, "app": "x", "stream": "s", "template": "a"},
            "same": {"domain": _B, "app": "y", "template": "b"},
        },
        "tasks": {
            "shorter": {"domain": _A, "app": "x", "stream": "t", "start": "2026-11-20T13:00Z", "duration": "4h", "template": "a"},
            "gone": {"domain": _B, "app": "x", "stream": "t", "start": "2026-11-20T14:00Z", "duration": "2h"},
            "renamed": {"domain": _B, "app": "x", "stream": "s", "start": "2026-11-20T14:00Z", "duration": "2h", "template": "b"},
        },
    },
    {
        "templates": {
            "a": {"mp4": {"storage_time": "7d"}},
            "b": {"delay_live": True, "flv": {"storage_time": "7d"}},
            "c": {"mp4": {"storage_time": "forever"}},
            "new": {"aac": {"storage_time": "1d"}},
        },
        "rules": {
            "all": {"domain": _A, "template": "a"},
            "x": {"domain": _A, "app": "x", "record": False},
            "moves": {"domain": _B, "app": "x", "stream": "t", "template": "b"},
            "other": {"domain": _B, "app": "x", "stream": "s", "template": "a"},
            "same2": {"was": "same", "domain": _B, "app": "y", "template": "b"},
            "theirs": {"domain": _B, "stream": "s", "template_id": FOREIGN_ID},
        },
        "tasks": {
            "shorter": {"domain": _A, "app": "x", "stream": "t", "start": "2026-11-20T14:00Z", "duration": "2h", "template": "a"},
            "other": {"domain": _B, "app": "x", "stream": "s", "start": "2026-11-20T14:00Z", "duration": "2h", "template": "c"},
            "new": {"domain": _B, "app": "y", "stream": "t", "start": "2026-11-20T15:00Z", "duration": "1h", "template": "new"},
        },
    },
)  # fmt: skip
"""Every kind of change; a template of that name waits in the account."""
SCARCE_PLACES: tuple[Tree, Tree] = (
    {
        "limits": {"rules": 5},
        "templates": {"a": {"mp4": {"storage_time": "30d"}}},
        "rules": {
            "one": {"domain": _A, "app": "x", "template": "a"},
            "two": {"domain": _A, "app": "y", "template": "a"},
            "three": {"domain": _B, "template": "a"},
        },
    },
    {
        "limits": {"rules": 5},
        "templates": {"a": {"mp4": {"storage_time": "30d"}}},
        "rules": {
            "one": {"domain": _B, "app": "x", "template": "a"},
            "two": {"domain": _A, "stream": "s", "template": "a"},
            "four": {"domain": _B, "template": "a"},
        },
    },
)
"""Rules move where there is hardly a place, and are deleted first; one is renamed."""
