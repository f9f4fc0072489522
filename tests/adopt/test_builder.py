"""The output of adoption for an account: `golden/adoption/NAME.yaml` is the file, `NAME.txt` the summary.

`pytest tests/adopt/test_builder.py --rewrite` writes both again: read the difference before you keep it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_recording import resources
from live_recording.account.snapshot import Snapshot
from live_recording.adopt.builder import adopt_account
from live_recording.adopt.messages import summary
from live_recording.adopt.model import KINDS, AdoptionResult
from live_recording.core.errors import ConfigError
from live_recording.core.findings import errors
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import CallbackKey, RuleKey, StreamKey
from live_recording.core.vendor import SITES, SiteName
from live_recording.desired.declarations import desired_resources, name_in_account
from live_recording.project import check_text
from live_recording.resources.inputs import normalize_inputs
from live_recording.resources.rule import rule_id as resource_id
from live_recording.stackfile.model import Stack
from live_recording.stackfile.reader import parse
from live_recording.stackfile.validation import validate
from tests.support.clock import AT, DAY, HOUR, NOW
from tests.support.leftovers import (
    CALLBACKS,
    CASES,
    FORMATS,
    LEFTOVERS,
    OWNER,
    PUSH,
    SECRET,
    account,
    task,
    with_callbacks,
)
from tests.support.live_objects import live_tasks, live_templates
from tests.support.thoroughness import examples

GOLDEN = Path(__file__).parent.parent / "golden" / "adoption"


def read(text: str, site: SiteName = "intl") -> Stack:
    """Return the stack of a file without errors."""
    loaded = check_text(text, "dev.yaml", SITES[site], NOW, OWNER)
    assert errors(loaded.findings) == ()
    assert loaded.stack
    return loaded.stack


def parsed(text: str) -> Stack:
    """Return what is written in a file, without any checks of the whole."""
    root = parse(text).root
    assert root is not None
    validated = validate(root)
    assert validated.findings == ()
    return validated.stack


def made(name: str) -> AdoptionResult:
    """Adopt the account of a case."""
    live, domains, before = CASES[name]
    return adopt_account(live, OWNER, domains, read(before) if before else None)


@pytest.mark.parametrize("name", CASES)
def test_file_and_summary(name: str, request: pytest.FixtureRequest) -> None:
    """The file and the summary are the expected ones, byte for byte."""
    done = made(name)
    seen = {
        "yaml": done.text,
        "txt": summary(done, "dev", "more.yaml" if done.is_partial else "stacks/dev.yaml", "dev.json"),
    }
    for kind, text in seen.items():
        expected = GOLDEN / f"{name}.{kind}"
        if request.config.getoption("--rewrite"):
            expected.write_text(text, encoding="utf-8")
        assert text == expected.read_text(encoding="utf-8")


def test_part_of_a_file_is_the_text_of_the_new_entries() -> None:
    """What is added to an existing file parses to the same entries, without a time zone of its own."""
    done = made("later")

    assert parsed(done.text) == done.stack
    assert "time_zone" not in done.stack.given


Resource = tuple[str, str]  # kind and name


def imported(done: AdoptionResult) -> dict[Resource, Mapping[str, Any]]:
    """Return the resources of the import file."""
    kinds = {resources.state_reference(kind)[0]: kind for kind in KINDS}
    return {(kinds[r["type"]], r["name"]): r for r in done.resources}


def declared(done: AdoptionResult, site: SiteName) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
    """Yield what the program declares for the file, with the inputs that the provider's check returns."""
    held = imported(done)
    for desired in desired_resources(read(done.text, site), OWNER, SITES[site], NOW).resources:
        if (desired.kind, desired.name) not in held:
            assert desired.name in keyed(done, desired.kind)
            continue
        template = held[desired.template_kind, desired.template]["id"] if desired.template else ""
        inputs = {**desired.inputs, **({"template_id": template} if template else {})}
        checked, findings = normalize_inputs(desired.kind, inputs, frozenset(), SITES[site], NOW, OWNER)
        assert all(error.live_values for error in errors(findings))
        yield (desired.kind, desired.name), checked


def keyed(done: AdoptionResult, kind: str) -> set[str]:
    """Return the entries that are not imported, because a callback template has a key."""
    if kind == "callback_template":
        return {*done.keyed}
    return {name for name, rule in done.stack.callback_rules.items() if rule.callback_template in done.keyed}


def rule_id(key: RuleKey) -> str:
    """Return the id of a rule's resource, or its key if it cannot have an id."""
    return str(key) if any("\ud800" <= c <= "\udfff" for part in key.parts for c in part) else resource_id(key)


def adopted_later(done: AdoptionResult, live: Snapshot) -> set[tuple[str, str]]:
    """Return the callbacks that `pulumi up` adopts, with their ids."""
    names = {name_in_account(OWNER, key, done.stack.callback_templates[key]) for key in done.keyed}
    templates = live.templates_of("callback_template").values()
    found = {("callback_template", t.id) for t in templates if t.name in names and t.raw.get("CallbackKey")}
    rules = [done.stack.callback_rules[name].natural for name in keyed(done, "callback_rule")]
    return found | {("callback_rule", rule_id(key)) for key in rules}


def require_consistent(done: AdoptionResult, live: Snapshot) -> None:
    """Check what must hold for every account.

    The file has no findings, is the text of the stack, and declares what is imported. Every object is in it or is listed.
    """
    held = imported(done)
    assert len(held) == len(done.resources)
    assert SECRET not in str(done)
    if done.text:
        loaded = check_text(done.text, "dev.yaml", SITES[live.site], NOW, OWNER)
        assert [str(found) for found in loaded.findings] == []
        assert parsed(done.text) == done.stack
        inputs = {key: {k: v for k, v in r["inputs"].items() if k != "__provider"} for key, r in held.items()}
        assert dict(declared(done, live.site)) == inputs
    there = {
        *(("template", i, f"template {i} (") for i in live.templates),
        *(("rule", rule_id(key), f"rule {key}: ") for key in live.rules),
        *(("task", i, f"task {i} (") for i, found in live.tasks.items() if found.end > AT),
        *(("callback_template", i, f"callback template {i} (") for i in live.templates_of("callback_template")),
        *(("callback_rule", rule_id(key), f"callback rule {key}: ") for key in live.rules_of("callback_rule")),
    }
    ids = {(kind, found["id"]) for (kind, _), found in held.items()} | adopted_later(done, live)
    out = {thing for thing in there if any(str(left).startswith(thing[2]) for left in done.skipped)}
    assert {(kind, i) for kind, i, _ in there} == ids | {(kind, i) for kind, i, _ in out}
    assert len(ids) + len(done.skipped) == len(there)


@pytest.mark.parametrize("name", [name for name, (_, domains, before) in CASES.items() if not domains and not before])
def test_whole_accounts_are_adopted_or_listed(name: str) -> None:
    """Every object is declared and imported, or listed with the reason."""
    require_consistent(made(name), CASES[name][0])


def test_order_of_the_account_does_not_matter() -> None:
    """Listed in reverse order, the account gives the same bytes."""
    turned = replace(
        LEFTOVERS,
        templates=dict(reversed([*LEFTOVERS.templates.items()])),
        rules=dict(reversed([*LEFTOVERS.rules.items()])),
        tasks=dict(reversed([*LEFTOVERS.tasks.items()])),
    )
    callbacks = replace(
        CALLBACKS,
        callback_templates=dict(reversed([*(CALLBACKS.callback_templates or {}).items()])),
        callback_rules=dict(reversed([*CALLBACKS.rules_of("callback_rule").items()])),
    )

    assert adopt_account(turned, OWNER) == made("leftovers")
    assert adopt_account(callbacks, OWNER) == made("callbacks")


NAMES = ["", "a", "A", "a b", "012", "true", "直播", "カ", "*", "a/b", " a", "a-b", "a--b", "no-record", "x" * 90, "\u2028", "\ud800", "🎥", "50%25"]  # fmt: skip
TEMPLATE_NAMES = st.sampled_from(
    [*NAMES, "live-recording--dev--a", "shop--prod--a", "live-recording--dev--no-record", None]
)
SECONDS = st.sampled_from([-5, 0, 1, 29, 60, 1800, 7200, 43200, 86400, 1500 * DAY, 1501 * DAY])
FORMAT = st.fixed_dictionaries(
    {"Enable": st.sampled_from([0, 1, 1, None])},
    optional={
        "RecordInterval": SECONDS,
        "StorageTime": SECONDS | st.none(),
        "VodSubAppId": st.sampled_from([0, 1, None, 2**60]),
        "VodFileName": st.sampled_from(["", "{StreamID}", "{Nope}", "}{", None]),
        "Procedure": st.sampled_from(NAMES) | st.none(),
        "StorageMode": st.sampled_from(["normal", "Cold", "glacier", None]),
        "ClassId": st.sampled_from([None, 0, -1, 7]),
        "CosBucketName": st.sampled_from(["", "bucket", "bucket-1250000000"]),
        "CosBucketRegion": st.sampled_from(["", "ap-guangzhou"]),
        "CosBucketPath": st.sampled_from(["", "no-slash", "/{Domain}/{RandomID}"]),
    },
)
TEMPLATE = st.fixed_dictionaries(
    {"TemplateName": TEMPLATE_NAMES},
    optional={name: FORMAT | st.none() for name in FORMATS}
    | {
        "Description": st.sampled_from(NAMES) | st.none(),
        "IsDelayLive": st.sampled_from([0, 1]),
        "CosStore": st.sampled_from([0, 1, None]),
        "RemoveWatermark": st.sampled_from([True, False, None]),
        "HlsSpecialParam": st.none() | st.builds(dict, FlowContinueDuration=SECONDS),
    },
)
IDS = st.integers(1, 6)
DOMAINS = st.sampled_from([PUSH, "old.example.com", "bad_name.example.com", "例子.测试", "UP.example.com"])
KEYS = st.builds(StreamKey, DOMAINS, st.sampled_from(NAMES), st.sampled_from(NAMES))
TASKS = st.builds(
    lambda stream, start, length, template, fields: task(stream, start, start + length, template, **fields),
    st.sampled_from(NAMES),
    st.sampled_from([-DAY, -HOUR, 0, HOUR, HOUR + 7, DAY, 6 * DAY + 1]),
    st.sampled_from([1, 60, HOUR, DAY]),
    IDS | st.none(),
    st.fixed_dictionaries({}, optional={"Stopped": st.just(AT), "AppName": st.sampled_from(NAMES)}),
)
URLS = st.sampled_from(["", None, "https://hooks.example.com/x7Kq", "http://hooks.example.com", f"https://u:{SECRET}@h.example.com", "ftp://x", "https://h.example.com/#a", "\ud800"])  # fmt: skip
CALLBACK_TEMPLATE = st.fixed_dictionaries(
    {"TemplateName": TEMPLATE_NAMES},
    optional={
        "CallbackKey": st.sampled_from(["", None, SECRET, f"{SECRET}-"]),
        "RecordNotifyUrl": URLS,
        "StreamEndNotifyUrl": URLS,
        "RecordExceptionNotifyUrl": URLS,
        "RecordExceptionLevels": st.sampled_from([None, [], ["error", "alarm"], ["error", "error"], ["odd"]]),
        "Description": st.sampled_from(NAMES) | st.none(),
        "FutureUrl": URLS,
    },
)
CALLBACK_KEYS = st.builds(CallbackKey, DOMAINS, st.sampled_from(NAMES))
ACCOUNTS = st.builds(
    with_callbacks,
    st.builds(
        account,
        st.dictionaries(IDS, TEMPLATE, max_size=6),
        st.dictionaries(KEYS, IDS, max_size=8),
        st.lists(TASKS, max_size=8),
        st.sampled_from(["intl", "cn"]),
    ),
    st.dictionaries(IDS, CALLBACK_TEMPLATE, max_size=4),
    st.dictionaries(CALLBACK_KEYS, IDS, max_size=4),
)


@settings(max_examples=examples(100, 300), derandomize=True)
@given(ACCOUNTS)
def test_any_account_is_adopted_or_listed(live: Snapshot) -> None:
    """Whatever the account contains, the file has no findings, and no object is lost or written twice."""
    done = adopt_account(live, OWNER)

    require_consistent(done, live)
    assert done == adopt_account(live, OWNER)


@settings(max_examples=examples(50, 150), derandomize=True)
@given(ACCOUNTS, ACCOUNTS)
def test_declared_objects_keep_their_keys(first: Snapshot, then: Snapshot) -> None:
    """After a change of the account, declared objects keep their keys, and new entries fit into the file."""
    before, names = adopt_account(first, OWNER), {found.name for found in first.templates.values()}
    live = replace(
        then,
        site=first.site,  # ids are never reused; no template has a duplicate, which could not be distinguished from it
        templates={
            **first.templates,
            **live_templates({f"1{i}": t.raw for i, t in then.templates.items() if t.name not in names}),
        },
        rules={**then.rules, **first.rules},
        tasks={**first.tasks, **live_tasks({f"young-{i}": found.raw for i, found in then.tasks.items()})},
        callback_templates=first.callback_templates,
        callback_rules={**then.rules_of("callback_rule"), **first.rules_of("callback_rule")},
    )
    base = read(before.text or "time_zone: UTC", live.site)
    done = adopt_account(live, OWNER, (), base)

    keys = {(found["type"], found["id"]): found["name"] for found in done.resources}
    assert {(found["type"], found["id"]): found["name"] for found in before.resources}.items() <= keys.items()
    assert len({(found["type"], found["name"]) for found in done.resources}) == len(keys)


@pytest.mark.parametrize(
    ("owner", "domains", "said"),
    [
        (OWNER, ("push.example.com", "nope.example.com"), 'The account has no rule or task for "nope.example.com". Its push domains: "bad_name.example.com", "old.example.com", "push.example.com".'),
        (StackRef("live-recording", "a.b"), (), 'The account cannot be written as a stack file. Template names begin with project and stack, "live-recording--a.b". The API does not accept "." in names. Rename the stack or the project. [bad-name]'),
    ],
    ids=["domain", "stack-name"],
)  # fmt: skip
def test_impossible_adoption_is_refused(owner: StackRef, domains: tuple[str, ...], said: str) -> None:
    """A domain without rules and tasks, and a stack whose name no template can have, are rejected with a message."""
    with pytest.raises(ConfigError) as refused:
        adopt_account(LEFTOVERS, owner, domains)
    assert str(refused.value) == said
