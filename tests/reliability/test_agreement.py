"""The checks and the emulator implement the vendor's rules independently; for any stack they agree."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live_recording.config.files import read_settings as configured
from live_recording.core.findings import errors
from live_recording.core.streams import StreamKey, winning_rule
from live_recording.core.vendor import SITES, SiteName
from live_recording.desired.declarations import desired_resources
from live_recording.desired.explain import explain
from live_recording.emulator import Emulator, service, sites
from live_recording.emulator.account import AccountSettings
from live_recording.emulator.clock import Clock
from live_recording.emulator.messages import Refusal
from live_recording.project import CheckedStack, check_text
from live_recording.stackfile.validation import validate
from tests.support.clock import NOW
from tests.support.emulated_account import Account as Hand
from tests.support.engine_double import Engine
from tests.support.provider_in_process import OWNER, ProviderInProcess

REGION = "ap-guangzhou"
BOTH: tuple[SiteName, ...] = ("intl", "cn")
QUIET = settings(derandomize=True, suppress_health_check=list(HealthCheck))
Tree = dict[str, Any]


def mostly(right: list[Any], wrong: list[Any]) -> st.SearchStrategy[Any]:
    """Draw a valid value, and now and then an invalid one."""
    return st.sampled_from([*(right * (60 * len(wrong) // len(right) + 1)), *wrong])


def recording(site: SiteName, name: str) -> st.SearchStrategy[Tree]:
    """Draw a format with some of its fields."""
    low, high = {"intl": (30, 7200), "cn": (60, 7200 if name in ("aac", "mp3") else 43200)}[site]
    fields: dict[str, st.SearchStrategy[Any]] = {
        "storage_time": mostly([0, 1, "30d", "1500d", "forever"], [1500 * 86_400 + 1]),
        "vod_file_name": mostly(["{StreamID}", "a b", "{EndMillisecond}"], ["{streamid}", "{StreamID", "}"]),
        "storage_mode": mostly(["normal", "cold"], ["glacier"]),
        "class_id": st.integers(0, 99),
    }
    if name != "hls":  # it ignores the field, so the vendor has no range for it
        fields["record_interval"] = mostly([low, 1800, "1h", high], [low - 1, high + 1])
    else:
        fields["flow_continue_duration"] = mostly([0, "30m"], [1801])
    if name == "flv":
        fields["upload_in_recording"] = st.booleans()
    return st.fixed_dictionaries({}, optional=fields)


def template(site: SiteName) -> st.SearchStrategy[Tree]:
    """Draw a template with some formats; on cn perhaps one that stores in COS."""
    formats = {name: recording(site, name) for name in ("flv", "hls", "mp4", "aac", "mp3")}
    fields: dict[str, st.SearchStrategy[Any]] = {
        "template_name": mostly(["shared", "a_b-1"], ["", "a b", "a.b"] + ([] if site == "cn" else ["回放"])),
        "description": st.sampled_from(["", "比赛", "100 %"]),
    }
    flags = dict.fromkeys(("delay_live", "remove_watermark"), st.booleans())
    plain = st.fixed_dictionaries({}, optional=formats | fields | flags)
    bucket = {
        "cos_bucket_name": mostly(["media"], ["media-1250000000"]),
        "cos_bucket_region": st.just(REGION),
        "cos_bucket_path": mostly(["/{Domain}/{StreamID}"], ["a/{StreamID}"]),
    }
    stored = st.fixed_dictionaries({"cos_store": st.just(True), "mp4": st.fixed_dictionaries(bucket)})
    return mostly([plain, plain, stored] if site == "cn" else [plain], [stored]).flatmap(lambda made: made)


DOMAINS = ["a.example.com", "b.example.com"]
DOMAIN = {"domain": mostly(DOMAINS, ["localhost", "-a.example.com"])}
NAMES = dict.fromkeys(("app", "stream"), st.sampled_from(["a", "b", "A", "a=b", "a%2Fb", "a.b", "0"]))
KEYS = ["k1", "k2", "k-3", "赛事", "no-record"]
BOUND = {"template": mostly(["k1"], KEYS[1:-1])}


def rule() -> st.SearchStrategy[Tree]:
    """Draw a rule at one of the four levels, with or without a template."""
    nothing = {"record": st.just(False)}
    return st.one_of(*(st.fixed_dictionaries(DOMAIN | bound, optional=NAMES) for bound in (BOUND, nothing)))


def task() -> st.SearchStrategy[Tree]:
    """Draw a task that runs, or starts within the next days; 24 h at most, unless it is invalid."""
    begin = st.sampled_from([None, -1800, 3600, 7200, 6 * 86_400, 6 * 86_400 + 1, 7 * 86_400])
    length = mostly([3600, 7201, 86_400], [0, -60, 86_401])

    def made(fields: Tree, at: int | None, seconds: int) -> Tree:
        start = {} if at is None else {"start": written(at)}
        return fields | start | {"end": written(abs(seconds) + 1 if at is None else at + seconds)}

    fields = st.fixed_dictionaries(DOMAIN | NAMES, optional=BOUND | {"stream_type": st.just("mixed")})
    return st.builds(made, fields, begin, length)


def written(seconds: int = 0) -> str:
    """Return the time so many seconds from now, as a stack file has it."""
    return (NOW + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def stacks(site: SiteName) -> st.SearchStrategy[Tree]:
    """Draw a stack file as a tree, its entries in any order."""
    others = st.dictionaries(mostly(KEYS[1:3], KEYS[3:]), template(site), max_size=2)
    made = st.builds(lambda first, rest: {"k1": first} | rest, template(site), others)
    keys = st.sampled_from(KEYS)
    rules_of, tasks_of = st.dictionaries(keys, rule(), max_size=4), st.dictionaries(keys, task(), max_size=5)
    return st.fixed_dictionaries({"templates": made, "rules": rules_of, "tasks": tasks_of})


def full() -> st.SearchStrategy[Tree]:
    """Draw a stack file about as large as an account."""
    return st.builds(
        lambda many, most, suppress: {
            "templates": {f"t{n}": {} for n in range(many)},
            "rules": {f"r{n}": {"domain": "a.example.com", "app": f"a{n}", "template": "t0"} for n in range(most)}
            | ({"none": {"domain": "a.example.com", "record": False}} if suppress else {}),
        },
        *(st.integers(48, 51), st.integers(48, 51), st.booleans()),
    )


def loaded(tree: Tree, site: SiteName) -> CheckedStack:
    """Check the tree, written as a file."""
    return check_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), "dev.yaml", SITES[site], NOW, OWNER)


def literal(tree: Tree, site: SiteName) -> Iterator[str]:
    """Yield why the API does not do what the tree says: what it refuses, and what it accepts but does not do."""
    account = service.LiveService(AccountSettings(site=sites.SITES[site]), Clock(NOW))

    def send(action: str, body: Tree, at: datetime = NOW) -> tuple[Tree, str]:
        account.clock.set(at)
        answer = account.call(action, body, REGION)
        return ({}, answer.code) if isinstance(answer, Refusal) else (answer, "")

    ids: dict[str, int] = {}
    suppressed = any("record" in entry for entry in tree.get("rules", {}).values())
    for key, entry in (*tree["templates"].items(), *([("no-record", {})] if suppressed else ())):
        made, refused = send("CreateLiveRecordTemplate", _template(key, entry))
        yield refused or ("duplicate key" if key in ids else "")
        ids[key] = made.get("TemplateId", 0)
    named = [t["TemplateName"] for t in account.state()["templates"]]
    yield "one name for two templates" if len(set(named)) < len(named) else ""
    for entry in tree.get("rules", {}).values():
        target = ids.get(entry.get("template", "no-record"))
        key = {"DomainName": entry["domain"], "AppName": entry.get("app", ""), "StreamName": entry.get("stream", "")}
        yield "unknown template" if target is None else send("CreateLiveRecordRule", key | {"TemplateId": target})[1]
    entries = tree.get("tasks", {}).values()
    parts = ("domain", "app", "stream", "start", "end", "template")
    asked = [tuple(entry.get(part) for part in parts) for entry in entries]
    yield "one task for two entries" if len(set(asked)) < len(asked) else ""
    for entry in sorted(entries, key=lambda entry: entry.get("start", written())):
        yield "unknown template" if entry.get("template") not in {None, *ids} else ""
        body, start = _task(entry, ids)
        yield send("CreateRecordTask", body, max(NOW, start - timedelta(hours=1)))[1]
    for made in account.state()["tasks"]:
        stream = (made["DomainName"], made["AppName"], made["StreamName"])
        active = account.effective_recording(*stream, datetime.fromtimestamp(made["StartTime"], NOW.tzinfo)).tasks
        yield "" if made in active else "a task that does not record"


def _template(key: str, entry: Tree) -> Tree:
    body: Tree = {"TemplateName": entry.get("template_name", OWNER.template_name(key))}
    for name, value in entry.items():
        if not isinstance(value, dict):
            api = _camel("is_delay_live" if name == "delay_live" else name)
            body[api] = int(value) if name in ("delay_live", "cos_store") else value
            continue
        form = {_camel(field): _seconds(given) for field, given in value.items()}
        special = {field: form.pop(field) for field in ("FlowContinueDuration", "UploadInRecording") if field in form}
        body[f"{name.capitalize()}Param"] = {"Enable": 1} | form
        body |= {f"{name.capitalize()}SpecialParam": special} if special else {}
    return body


def _task(entry: Tree, ids: Mapping[str, int]) -> tuple[Tree, datetime]:
    """Return the body that creates a task, and when it starts."""
    start = datetime.fromisoformat(entry["start"]) if "start" in entry else NOW
    body = {"DomainName": entry["domain"], "AppName": entry["app"], "StreamName": entry["stream"]}
    body |= {"StartTime": int(start.timestamp()), "EndTime": int(datetime.fromisoformat(entry["end"]).timestamp())}
    return body | ({"TemplateId": ids.get(entry["template"], 0)} if "template" in entry else {}), start


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _seconds(value: Any) -> Any:
    return {"forever": 0, "30m": 1800, "1h": 3600, "30d": 2_592_000, "1500d": 129_600_000}.get(value, value)


@pytest.mark.parametrize("site", BOTH)
def test_findings_and_refusals_agree(site: SiteName) -> None:
    """A stack has an error if and only if the API refuses a part of it, or accepts it and does something else."""
    seen: Counter[bool] = Counter()

    @settings(QUIET, max_examples=250)
    @given(st.one_of(*[stacks(site)] * 9, full()))
    def agree(tree: Tree) -> None:
        found = errors(loaded(tree, site).findings)
        trouble = [why for why in literal(tree, site) if why]
        assert bool(found) == bool(trouble), (trouble, [str(error) for error in found])
        seen[bool(found)] += 1

    agree()
    assert min(seen[True], seen[False]) > 40, "the files are too often valid, or too often invalid"


def callbacks(site: SiteName) -> st.SearchStrategy[Tree]:
    """Draw a stack file with callback templates and rules."""
    url = mostly(
        ["https://hooks.example.com/a", "http://hooks.example.com"], ["ftp://hooks.example.com", "hooks", "https:///a"]
    )
    plain: Tree = {
        "template_name": mostly(["shared", "a_b-1"], ["", "a b", "a.b"] + ([] if site == "cn" else ["回放"])),
        "description": mostly(["", "比赛", "100 %"], ["é" * 513]),
        **dict.fromkeys(("record_notify_url", "stream_end_notify_url", "push_exception_notify_url"), url),
    }
    chinese: Tree = {
        **dict.fromkeys(("record_status_notify_url", "record_exception_notify_url"), url),
        "record_exception_levels": mostly(["error", "info"], ["alarm"]).map(lambda level: [level]),
    }
    known = plain | (chinese if site == "cn" else {})
    notified = st.fixed_dictionaries({"snapshot_notify_url": url}, optional=known)
    odd = st.fixed_dictionaries({}, optional=plain | chinese)
    template = st.one_of(*[notified] * 15, odd)
    bound = {"callback_template": mostly(["k1"], KEYS[1:-1])}
    rule = st.fixed_dictionaries(DOMAIN | bound, optional={"app": NAMES["app"]})
    made = st.builds(
        lambda first, rest: {"k1": first} | rest,
        template,
        st.dictionaries(st.sampled_from(KEYS[1:3]), template, max_size=2),
    )
    return st.fixed_dictionaries(
        {"callback_templates": made, "callback_rules": st.dictionaries(st.sampled_from(KEYS), rule, max_size=3)}
    )


def literal_callbacks(tree: Tree, site: SiteName) -> Iterator[str]:
    """Yield why the API does not do what the callbacks of a tree say."""
    account = service.LiveService(AccountSettings(site=sites.SITES[site]), Clock(NOW))
    ids: dict[str, int] = {}
    for key, entry in tree["callback_templates"].items():
        body = {"TemplateName": OWNER.template_name(key)} | {_camel(name): value for name, value in entry.items()}
        made: Any = account.call("CreateLiveCallbackTemplate", body)
        refused = isinstance(made, Refusal)
        yield made.code if refused else ""
        silent = "record_exception_levels" in entry and "record_exception_notify_url" not in entry
        yield "levels of notifications that are not sent" if silent else ""
        ids[key] = 0 if refused else made["TemplateId"]
    names = [template["TemplateName"] for template in account.state()["callback_templates"]]
    yield "one name for two templates" if len(set(names)) < len(names) else ""
    for entry in tree["callback_rules"].values():
        target = ids.get(entry["callback_template"], 0)
        key = {"DomainName": entry["domain"], "AppName": entry.get("app", "")}
        answer = account.call("CreateLiveCallbackRule", key | {"TemplateId": target})
        yield answer.code if isinstance(answer, Refusal) else ""
    made_rules = account.state()["callback_rules"]
    yield "one rule for two entries" if len(made_rules) < len(tree["callback_rules"]) else ""


@pytest.mark.parametrize("site", BOTH)
def test_findings_and_refusals_of_callbacks_agree(site: SiteName) -> None:
    """The same for callback templates and rules."""
    seen: Counter[bool] = Counter()

    @settings(QUIET, max_examples=80)
    @given(callbacks(site))
    def agree(tree: Tree) -> None:
        found = errors(loaded(tree, site).findings)
        trouble = [why for why in literal_callbacks(tree, site) if why]
        assert bool(found) == bool(trouble), (trouble, [str(error) for error in found])
        seen[bool(found)] += 1

    agree()
    assert min(seen[True], seen[False]) > 15, "the files are too often valid, or too often invalid"


@pytest.mark.parametrize("site", BOTH)
def test_every_planned_call_is_accepted(site: SiteName) -> None:
    """For a stack without errors the API accepts every call of the plan, and would refuse today what is planned for later."""
    with Emulator(site=site, now=NOW) as emulator:
        settled = configured({"site": site, "region": REGION}.get, Hand(emulator).environment)
        sizes: list[int] = []

        @settings(QUIET, max_examples=500)
        @given(stacks(site))
        def accepted(tree: Tree) -> None:
            found = loaded(tree, site)
            if found.stack is None or errors(found.findings):
                return
            planned = desired_resources(found.stack, OWNER, SITES[site], NOW)
            emulator.service.reset()
            emulator.set_now(NOW)
            emulator.clear_log()
            Engine().up(ProviderInProcess(settled), planned.resources)
            codes = [call["code"] for call in emulator.changes]
            assert codes == [None] * len(planned.resources)
            sizes.append(len(codes))
            for name in planned.later:
                emulator.set_now(NOW)
                body, _ = _task(tree["tasks"][name], {})
                assert isinstance(emulator.service.call("CreateRecordTask", body, REGION), Refusal)

        accepted()
        assert sum(size > 3 for size in sizes) > 30, "too few files have enough entries"


TABLE = {("app", "stream"): 1, ("stream",): 2, ("app",): 3, (): 4}
"""The vendor's priorities: which parts beside the domain a rule names."""


def strongest(rules_of: Mapping[str, Tree], wanted: StreamKey) -> str | None:
    """Return the rule that the vendor's table prefers, by trying all."""
    matching = {
        TABLE[tuple(part for part in ("app", "stream") if entry[part])]: name
        for name, entry in rules_of.items()
        if entry["domain"] == wanted.domain and all(entry[p] in ("", getattr(wanted, p)) for p in ("app", "stream"))
    }
    return matching[min(matching)] if matching else None


def test_all_implementations_agree_on_the_winning_rule() -> None:
    """On 10,000 random rule sets `explain`, the emulator and the vendor's table name the same rule, in any order."""
    random = Random(7)  # noqa: S311 - a seed, no secret
    for _ in range(10_000):
        picks = [(DOMAINS, ["", "a", "b"], ["", "a", "s"])] * random.randint(0, 6)
        keys = [StreamKey(*map(random.choice, pick)) for pick in picks]
        rows = [(f"r{n}", key.to_inputs()) for n, key in enumerate(dict.fromkeys(keys))]
        account = service.LiveService(AccountSettings(site=sites.SITES["intl"]), Clock(NOW))
        for name, row in rows:
            made: Any = account.call("CreateLiveRecordTemplate", {"TemplateName": name})
            body = {"DomainName": row["domain"], "AppName": row["app"], "StreamName": row["stream"]}
            assert account.call("CreateLiveRecordRule", body | made) == {}
        random.shuffle(rows)
        found = validate({"rules": {name: row | {"template": name} for name, row in rows}}).stack
        assert found
        wanted = StreamKey(*map(random.choice, (DOMAINS, "abc", "ast")))
        explanation, live = explain(found, wanted, NOW), account.effective_recording(*wanted.parts, NOW)
        best = strongest(dict(rows), wanted)

        assert (explanation.winner and explanation.winner.path.removeprefix("rules.")) == best
        assert {loser.path for loser in explanation.losers} == {f"rules.{name}" for name, _ in rows if name != best}
        assert (live.template and live.template["TemplateName"]) == best
        assert winning_rule([StreamKey(**row) for _, row in rows], wanted) == (
            StreamKey(**dict(rows)[best]) if best else None
        )
