"""Conformance runs against the emulator: as it is, with altered assumptions, with faults, and interrupted."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from live_recording.config.settings import parse_settings
from live_recording.conformance import report
from live_recording.conformance.laboratory import Laboratory
from live_recording.conformance.probes import PROBES, Probe
from live_recording.conformance.run import open_laboratory, run
from live_recording.core.errors import ConfigError
from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES as LIMITS
from live_recording.emulator import Emulator, schemas, sites, sts
from live_recording.emulator.assumptions import DEFAULT, Assumptions
from live_recording.emulator.domains import Domain
from live_recording.project import StackFile, check_text
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.sdk_client import control

ROOT = Path(__file__).parent.parent.parent
PUSH = "push.example.com"
STACK = f"templates: {{a: {{mp4: {{storage_time: 1d}}}}}}\nrules: {{all: {{domain: {PUSH}, template: a}}}}\n"
DOMAINS = (Domain(name=PUSH), Domain(name="play.example.com", playback=True))


def laboratory(emulator: Emulator, text: str = STACK, domain: str | None = None, **config: str) -> Laboratory:
    """Open a run on an emulated account, with a stack file of this text."""
    values = {"site": emulator.site, "account": emulator.account, **config}
    settings = parse_settings(values.get, Account.environment_of(emulator))
    owner = StackRef("shop", "dev")
    checked = check_text(text, "stacks/dev.yaml", LIMITS[settings.site], NOW, owner)
    lab = open_laboratory(StackFile("dev", "stacks/dev.yaml", owner, settings, checked, "dev"), domain)
    lab.pause = lambda _: None
    return lab


def results(found: report.Report) -> dict[str, list[str]]:
    """Return the topics by result."""
    return {
        result: [one.probe.topic for one in found.outcomes if one.result == result]
        for result in ("confirmed", "differs", "not-tried")
    }


def held(emulator: Emulator) -> list[Any]:
    """Return everything that the account holds."""
    state = emulator.service.state()
    kinds = ("templates", "rules", "tasks", "live_records", "callback_templates", "callback_rules")
    return [one for kind in kinds for one in state[kind]]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Start an account on site intl that lists its domains."""
    with Emulator(now=NOW, domains=DOMAINS) as started:
        yield started


ROWS = {probe.topic: probe for probe in PROBES}
CALLBACKS = [probe for probe in PROBES if probe.observe and "allback" in probe.topic]
SECOND_RULE = "a second callback rule for a domain and app"
ALWAYS_UNTRIED = [probe.topic for probe in PROBES if probe.observe is None]
NEEDS_A_FULL_ACCOUNT = ["code of the 51st rule", "DescribeRecordTask: page"]
NEEDS_RECORDINGS = [
    "DescribeLiveStreamEventList without AppName",
    "SearchMedia: CreateTime.Before",
    "files: type of HLS",
]


@pytest.mark.parametrize(("site", "beside"), [("intl", []), ("cn", ["start exactly 6 days ahead (intl)"])])
def test_emulator_conforms_to_its_page(site: str, beside: list[str]) -> None:
    """Nothing differs, everything else is confirmed, and nothing is left."""
    with Emulator(site=site, now=NOW, domains=DOMAINS) as started:
        found = run(laboratory(started))

        expected = {*ALWAYS_UNTRIED, *NEEDS_A_FULL_ACCOUNT, *NEEDS_RECORDINGS, *beside}
        assert results(found)["differs"] == []
        assert set(results(found)["not-tried"]) == expected
        assert (found.exit_code, found.left, held(started)) == (0, (), [])


def test_page_lists_probes() -> None:
    """The list in docs/emulator.md is a part of the table of the probes, in its order and words."""
    page = (ROOT / "docs/emulator.md").read_text(encoding="utf-8")
    rows = page.split("## What is assumed\n")[1].split("\n## ")[0]
    shown = [line[2:] for line in rows.splitlines() if line.startswith("- ")]

    assert shown
    assert [probe.title for probe in PROBES if probe.title in shown] == shown


def test_every_probe_has_an_expectation_or_a_reason() -> None:
    """A row without calls says why, and one with calls says what confirms it."""
    assert [one.topic for one in PROBES if bool(one.observe) != bool(one.expected)] == []
    assert [one.topic for one in PROBES if bool(one.observe) == bool(one.not_tried)] == []
    assert len({one.topic for one in PROBES}) == len(PROBES)


def other_interval(patch: pytest.MonkeyPatch) -> None:
    """Set another range of MP3 on site intl."""
    site = sites.SITES["intl"]
    patch.setitem(sites.SITES, "intl", replace(site, intervals={**site.intervals, "Mp3Param": (60, 7200)}))


def shorter_horizon(patch: pytest.MonkeyPatch) -> None:
    """Let tasks start a minute less far ahead."""
    patch.setitem(sites.SITES, "intl", replace(sites.SITES["intl"], latest_start=6 * sites.DAY - 60))


def other_role_codes(patch: pytest.MonkeyPatch) -> None:
    """Let STS have one code for all invalid parameters."""
    action = sts.ACTIONS["AssumeRole"]
    one_code = {name: replace(field, code=None) for name, field in action.fields.items()}
    patch.setattr(sts, "ACTIONS", MappingProxyType({**sts.ACTIONS, "AssumeRole": replace(action, fields=one_code)}))


def other_callback_fields(patch: pytest.MonkeyPatch) -> None:
    """Let callback templates accept any URL, and only letters, digits, _ and - in a description."""
    known = schemas.callback_template
    other = {
        "RecordNotifyUrl": schemas.TEXT,
        "Description": schemas.Field(str, schemas.short(1024, r"[\w-]*", "letters")),
    }
    patch.setattr(schemas, "callback_template", lambda site: {**known(site), **other})


def no_live_records(patch: pytest.MonkeyPatch) -> None:
    """Withdraw the deprecated action."""
    known = schemas.actions
    patch.setattr(
        schemas, "actions", lambda *given: {n: a for n, a in known(*given).items() if n != "CreateLiveRecord"}
    )


RECORD = "CreateLiveRecord: "
UNKNOWN_DOMAIN = "rules and tasks of a domain that the account does not have"
Alteration = tuple[dict[str, Any], Sequence[str]]
SWITCHES: dict[str, dict[str, Alteration]] = {
    "requests": {
        "order": ({"parameter_checks": ("missing", "unknown", "type", "value")}, ["order of checks"]),
        "action": ({"action_first": False}, ["an unknown action with a wrong signature"]),
        "quoted": ({"quoted_numbers": False}, ["numbers and booleans in quotes"]),
        "token": ({"token_code": "AuthFailure.MFAFailure"}, ["expired temporary credentials, or another token"]),
    },
    "region": {"region": ({"region_first": False}, ["order of checks"])},
    "templates": {
        "names": ({"unique_template_names": True}, ["template names"]),
        "modify": ({"modify_replaces_formats": True}, ["ModifyLiveRecordTemplate"]),
        "listed": ({"listed_by_default": frozenset({0, 1})}, ["listing templates without IsDelayLive"]),
        "modes": ({"storage_modes": ("normal", "cold")}, ["storage_mode"]),
        "tasks": ({"tasks_use_templates": True}, ["a template that only tasks use"]),
    },
    "rules": {
        "app": ({"omitted_app": "live"}, ["a rule without AppName"]),
        "domain": ({"rules_need_known_domains": True}, [UNKNOWN_DOMAIN]),
    },
    "callbacks": {
        "names": ({"unique_callback_names": True}, ["callback templates: names"]),
        "no-url": ({"no_callback_url_code": "MissingParameter"}, ["a callback template without any URL"]),
        "internal": ({"internal_callback_urls": False}, ["URLs with an internal address in a callback template"]),
        "empty": ({"empty_callback_url_clears": False}, ["empty texts in ModifyLiveCallbackTemplate"]),
        "second-rule": ({"existing_callback_rule_code": "FailedOperation.RuleAlreadyExist"}, [SECOND_RULE]),
    },
    "tasks": {
        "unknown-template": ({"unknown_template_becomes": 0}, ["a task with an unknown template"]),
        "overlap": ({"overlapping_tasks": 3}, ["four overlapping tasks"]),
        "planned": ({"planned_tasks_stop": False}, ["stopping a planned task"]),
        "unknown": ({"unknown_task_code": "ResourceNotFound.TaskId"}, ["stopping or deleting an unknown task"]),
        "newest": ({"newest_tasks_first": True}, ["DescribeRecordTask: order"]),
        "domain": ({"tasks_need_known_domains": True}, [UNKNOWN_DOMAIN]),
    },
    "live-records": {
        "no-times": ({"no_record_times_code": "MissingParameter"}, [f"{RECORD}scheduled without times"]),
        "times": (
            {"record_time_code": "InvalidParameter"},
            [f"{RECORD}invalid times, or an end before the start or now", f"{RECORD}real-time EndTime"],
        ),
        "stream-param": (
            {"stream_param_code": "InvalidParameter"},
            [f"{RECORD}unknown names in StreamParam, or storage_time above 1500 days"],
        ),
    },
}
"""Group -> switches of the emulator that are altered together, each with the rows that must differ."""


RECORDINGS: dict[str, Alteration] = {
    "app": ({"default_event_app": "live"}, NEEDS_RECORDINGS[:1]),
    "window": (
        {"event_window_code": "InvalidParameterValue"},
        ["DescribeLiveStreamEventList: an end after now, or more than 30 days"],
    ),
    "before": ({"before_included": True}, NEEDS_RECORDINGS[1:2]),
    "range": ({"search_range_code": "InvalidParameterValue.Offset"}, ["SearchMedia: Offset + Limit above 5000"]),
    "type": ({"hls_type": "hls"}, NEEDS_RECORDINGS[2:]),
}


@pytest.mark.parametrize("altered", [False, True])
def test_pushes_and_files_of_the_account_are_read(altered: bool) -> None:
    """An account that records shows more; nothing of it changes, and exactly the altered rows differ."""
    switches = {name: value for switch, _ in RECORDINGS.values() for name, value in switch.items()} if altered else {}
    with Emulator(now=NOW - timedelta(days=1), domains=DOMAINS, assumptions=Assumptions(**switches)) as started:
        account = Account(started)
        account.rule(account.template("theirs", HlsParam={"Enable": 1}), PUSH, "studio")
        start = NOW - timedelta(hours=3)
        push = {"domain": PUSH, "app": "studio", "stream": "s", "start": start.isoformat()}
        end = (start + timedelta(hours=1)).isoformat()
        assert control(started.port, "POST", "pushes", push | {"end": end})[0] == 200
        started.set_now(NOW)
        before = held(started), len(control(started.port, "GET", "files")[1])
        found = run(laboratory(started))

        differing = [row for _, rows in RECORDINGS.values() for row in rows] if altered else []
        assert results(found)["differs"] == differing
        assert set(NEEDS_RECORDINGS) & set(results(found)["not-tried"]) == set()
        assert (held(started), len(control(started.port, "GET", "files")[1])) == before


@pytest.mark.parametrize("group", SWITCHES)
def test_altered_assumptions_are_reported(group: str) -> None:
    """Exactly the altered rows differ, with what was seen, and nothing is left."""
    switches = {name: value for switch, _ in SWITCHES[group].values() for name, value in switch.items()}
    with Emulator(now=NOW, domains=DOMAINS, assumptions=Assumptions(**switches)) as started:
        found = run(laboratory(started))

        assert sorted(results(found)["differs"]) == sorted(
            {row for _, rows in SWITCHES[group].values() for row in rows}
        )
        assert all(one.detail for one in found.outcomes if one.result == "differs")
        assert (found.exit_code, found.left, held(started)) == (1, (), [])


def test_altered_tables_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for the emulator's tables of sites and of STS."""
    for alter in (other_interval, shorter_horizon, other_role_codes, other_callback_fields):
        alter(monkeypatch)
    with Emulator(now=NOW, domains=DOMAINS) as started:
        assert results(run(laboratory(started)))["differs"] == [
            "start exactly 6 days ahead (intl)",
            "record_interval of MP3",
            "AssumeRole: invalid parameters, a duration above 43200",
            "a callback URL that is not http:// or https://",
            "characters of the description of a callback template",
        ]


def test_every_switch_is_altered() -> None:
    """A new assumption of the emulator needs a probe that notices another answer."""
    altered = {name for group in (*SWITCHES.values(), RECORDINGS) for switch, _ in group.values() for name in switch}
    beside = {"rule_limit_code", "unset_fields"}  # needs a full account; every form of the other confirms
    callbacks = {  # cannot be read back; needs a full account; needs a stream and a receiver
        "callback_modify_keeps_status_url",
        "callback_rule_limit_code",
        "app_callback_rule_wins",
    }

    assert {field.name for field in fields(Assumptions)} == altered | beside | callbacks


def test_withdrawn_action_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A site without the deprecated action says so in each of its rows."""
    no_live_records(monkeypatch)
    with Emulator(now=NOW, domains=DOMAINS) as started:
        differing = results(run(laboratory(started)))["differs"]

    assert f"{RECORD}sites" in differing
    assert all(topic.startswith(RECORD) for topic in differing)


def test_altered_code_of_a_full_account() -> None:
    """An account with all rules shows the code of one more; another code differs."""
    for code, expected in ((DEFAULT.rule_limit_code, []), ("FailedOperation.RuleOutLimit", ["code of the 51st rule"])):
        assumptions = Assumptions(rule_limit_code=code)
        with Emulator(now=NOW, domains=DOMAINS, rule_limit=1, assumptions=assumptions) as started:
            account = Account(started)
            account.rule(account.template("theirs"), PUSH)
            before = held(started)
            found = run(laboratory(started, f"{STACK}limits: {{rules: 1}}\n"))

            assert results(found)["differs"] == expected
            assert "a rule without AppName" in results(found)["not-tried"]
            assert held(started) == before


def test_full_account_is_left_alone() -> None:
    """With all templates in use nothing is created; rows that need none are tried, the others name the limit."""
    with Emulator(now=NOW, domains=DOMAINS) as started:
        account = Account(started)
        for number in range(50):
            account.template(f"theirs-{number}")
        found = run(laboratory(started))

        reasons = {one.probe.topic: one.detail for one in found.outcomes if one.result == "not-tried"}
        assert reasons["template names"] == "The account has 50 of 50 templates."
        assert results(found)["differs"] == []
        assert "order of checks" in results(found)["confirmed"]
        assert "CreateLiveRecordTemplate" not in [call["action"] for call in started.log]
        assert len(held(started)) == 50


def test_missing_permissions_are_named(emulator: Emulator) -> None:
    """What the credentials may not do could not be tried; the rest is."""
    emulator.deny("CreateLiveRecordRule", "DescribeRecordTask", "AssumeRole")
    found = run(laboratory(emulator))
    reasons = {one.probe.topic: one.detail for one in found.outcomes if one.result == "not-tried"}

    assert reasons["a rule without AppName"] == (
        "The credentials may not call CreateLiveRecordRule (UnauthorizedOperation)."
    )
    assert "DescribeRecordTask" in reasons["stopping a planned task"]
    assert "AssumeRole" in reasons["AssumeRole: invalid parameters, a duration above 43200"]
    assert "template names" in results(found)["confirmed"]
    assert (results(found)["differs"], held(emulator)) == ([], [])


def test_stack_without_a_domain(emulator: Emulator) -> None:
    """Rules and tasks need a domain: of the stack, or of --domain, and one that the account has."""
    empty = "templates: {}\n"
    reasons = {one.probe.topic: one.detail for one in run(laboratory(emulator, empty)).outcomes}

    assert "--domain" in reasons["a rule without AppName"]
    assert "--domain" in reasons["stopping a planned task"]
    assert results(run(laboratory(emulator, empty, PUSH)))["differs"] == []
    for domain in ("play.example.com", "pusch.example.com"):
        with pytest.raises(ConfigError, match=r"Nothing was created\. Name a push domain with --domain"):
            laboratory(emulator, domain=domain)


CREATING = {
    "CreateLiveRecordTemplate": "template names",
    "CreateLiveRecordRule": "a rule without AppName",
    "CreateRecordTask": "four overlapping tasks",
    "CreateLiveCallbackTemplate": "callback templates: names",
    "CreateLiveCallbackRule": SECOND_RULE,
}
"""Action -> a row that sends it."""


@pytest.mark.parametrize("action", CREATING)
@pytest.mark.parametrize("kind", ["drop-after", "http502-after"])
def test_lost_responses_leave_nothing(emulator: Emulator, action: str, kind: str) -> None:
    """An object whose creation got no response is found by its name and deleted; no row differs because of it."""
    emulator.fault(action, kind, count=2)
    emulator.fault(action.replace("Create", "Delete"), kind)
    found = run(laboratory(emulator), [ROWS[CREATING[action]], PROBES[0]])

    assert [one.result for one in found.outcomes] == ["not-tried", "confirmed"]
    assert "got no valid response" in found.outcomes[0].detail
    assert (found.left, held(emulator)) == ((), [])


def test_interrupted_run_cleans_up_and_names_what_it_left_out(emulator: Emulator) -> None:
    """Ctrl-C in the middle of a probe: what it created is deleted, the other rows were not tried."""
    lab = laboratory(emulator)

    def interrupted(inner: Laboratory) -> str:
        inner.template()
        raise KeyboardInterrupt

    probes = (PROBES[0], Probe("broken", "off", expected="x", observe=interrupted), PROBES[1])
    found = run(lab, probes)

    assert [one.result for one in found.outcomes] == ["confirmed", "not-tried", "not-tried"]
    assert (found.interrupted, found.exit_code, held(emulator)) == (True, 3, [])
    assert report.conclusion(found).startswith("Interrupted.")


def test_what_cannot_be_deleted_is_named_and_deleted_later(emulator: Emulator) -> None:
    """Deletes fail: the run stops, names each object with a command, and the next run deletes them."""
    emulator.deny("DeleteLiveRecordTemplate", "DeleteLiveRecordRule")
    found = run(laboratory(emulator))
    commands = report.how_to_delete(found.left)

    assert found.exit_code == 3
    assert len(held(emulator)) == len(found.left) > 0
    for one in found.left:
        assert one.command in commands
    assert "tccli live DeleteLiveRecordTemplate --TemplateId 10" in commands
    assert any("could not be deleted" in one.detail for one in found.outcomes)
    emulator.deny()
    again = run(laboratory(emulator))
    assert (again.exit_code, results(again)["differs"], held(emulator)) == (0, [], [])


def test_callbacks_that_cannot_be_deleted_are_named_and_deleted_later(emulator: Emulator) -> None:
    """The same for a callback rule and its templates."""
    emulator.deny("DeleteLiveCallbackTemplate", "DeleteLiveCallbackRule")
    found = run(laboratory(emulator), [ROWS[SECOND_RULE], PROBES[0]])

    name = emulator.service.state()["callback_rules"][0]["AppName"]
    ids = [template["TemplateId"] for template in emulator.service.state()["callback_templates"]]
    assert [one.command for one in found.left] == [
        f"tccli live DeleteLiveCallbackRule --DomainName {PUSH} --AppName {name}",
        *(f"tccli live DeleteLiveCallbackTemplate --TemplateId {one}" for one in ids),
    ]
    assert (found.exit_code, len(held(emulator))) == (3, 3)
    emulator.deny()
    assert (run(laboratory(emulator), PROBES[:1]).left, held(emulator)) == ((), [])


def test_callback_rule_of_the_whole_domain_is_found_by_its_template(emulator: Emulator) -> None:
    """If an account stores the rule of an app as one of the whole domain, it is deleted too."""
    lab = laboratory(emulator)
    made = lab.callback_template()
    Account(emulator).in_console("CreateLiveCallbackRule", DomainName=PUSH, AppName="", TemplateId=made)
    lab.clear()

    assert (lab.is_clean, held(emulator)) == (True, [])


def test_callbacks_of_others_are_left_alone(emulator: Emulator) -> None:
    """A domain with a callback rule gets no other one, and a full account no template."""
    account = Account(emulator)
    fields = {"TemplateName": "lr-conformance-plan", "RecordNotifyUrl": "https://example.com/"}
    made = account.in_console("CreateLiveCallbackTemplate", **fields)["TemplateId"]
    account.in_console("CreateLiveCallbackRule", DomainName=PUSH, AppName="", TemplateId=made)
    before = held(emulator)
    found = run(laboratory(emulator), CALLBACKS)
    full = run(laboratory(emulator, f"{STACK}limits: {{callback_templates: 1}}\n"), CALLBACKS)

    assert results(found)["not-tried"] == [SECOND_RULE]
    assert found.outcomes[-1].detail.startswith("The domain has a callback rule")
    assert {one.detail for one in full.outcomes} == {"The account has 1 of 1 callback templates."}
    assert held(emulator) == before
    assert "CreateLiveCallbackRule" not in [call["action"] for call in emulator.changes]


def test_callbacks_need_their_permissions(emulator: Emulator) -> None:
    """What a deployer without --callbacks may not list is not created, and the rest of the run is clean."""
    emulator.deny("DescribeLiveCallbackTemplates", "DescribeLiveCallbackRules")
    found = run(laboratory(emulator), [*CALLBACKS, ROWS["template names"]])

    assert {one.detail for one in found.outcomes[:-1]} == {
        "The credentials may not call DescribeLiveCallbackTemplates (UnauthorizedOperation)."
    }
    assert (found.outcomes[-1].result, found.left, held(emulator)) == ("confirmed", (), [])


def test_objects_of_others_are_never_touched(emulator: Emulator) -> None:
    """Similar names belong to others; every change names an object of the run."""
    account = Account(emulator)
    theirs = account.template("lr-conformance-plan")
    account.rule(theirs, PUSH, "", "lr-conformance")
    account.rule(theirs, PUSH)
    before = held(emulator)
    lab = laboratory(emulator)
    run(lab)

    assert held(emulator) == before
    created = [call["body"] for call in emulator.changes if call["action"].startswith("Create")]
    assert created
    names = ("StreamName", "TemplateName", "AppName")
    assert all(lab.name in [str(body.get(name))[: len(lab.name)] for name in names] for body in created)
    touched = {
        call["body"].get("TemplateId")
        for call in emulator.changes
        if call["action"] in ("ModifyLiveRecordTemplate", "DeleteLiveRecordTemplate")
    }
    assert int(theirs) not in touched
    with pytest.raises(AssertionError):
        lab.attempt("DeleteLiveRecordTemplate", {"TemplateId": int(theirs)})


CANARIES = {"id": "AKIDcanarycanarycanarycanarycanary01", "key": "canarykeycanarykeycanarykeycanary"}


def test_report_has_no_secret() -> None:
    """Neither format has the key pair, the account, the domain or a text of the API, even if the API repeats them in a code."""
    echo = Assumptions(
        unknown_task_code=f"Odd.{CANARIES['key']}.{CANARIES['id']}", record_time_code=f"Odd.{PUSH}.100000000001"
    )
    with Emulator(
        now=NOW,
        domains=DOMAINS,
        assumptions=echo,
        denied=["CreateLiveRecordRule"],
        secret_id=CANARIES["id"],
        secret_key=CANARIES["key"],
    ) as started:
        found = run(laboratory(started))

    for text in (report.as_text(found), report.as_json(found)):
        for secret in (*CANARIES.values(), PUSH, "100000000001", "This key may not call"):
            assert secret not in text
        assert "Odd.***" in text
        assert "100***001" in text


def test_formats_have_the_same_content(emulator: Emulator) -> None:
    """JSON has each row with result, observation and reason; text begins with the differences and ends with the counts."""
    emulator.service.settings = replace(emulator.service.settings, assumptions=Assumptions(omitted_app="live"))
    emulator.service.reset()
    found = run(laboratory(emulator))
    lines = report.as_text(found).splitlines()
    rows = json.loads(report.as_json(found))["assumptions"]

    counts = [len(rows) - len(results(found)["differs"]) - len(results(found)["not-tried"]), 1]
    assert lines[0].startswith("Conformance of account 100***001, site intl, http://127.0.0.1:")
    assert lines[1] == (
        'differs: a rule without AppName: applies to every app. Expected: AppName "". Seen: AppName "live".'
    )
    assert lines[-1].startswith(f"{counts[0]} confirmed, {counts[1]} differs, ")
    assert len(lines) == len(rows) + 2 == len(PROBES) + 2
    assert [row["topic"] for row in rows if row["seen"]] == ["a rule without AppName"]
    assert all(row["reason"] for row in rows if row["result"] == "not-tried")
