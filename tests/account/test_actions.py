"""The table of actions: what policies allow is what the client calls, no more and no less."""

import json
from datetime import timedelta

from live_recording.account.actions import ACTIONS, policy
from live_recording.account.snapshot_file import take_snapshot
from live_recording.config.settings import Settings
from live_recording.core.kinds import KindName
from live_recording.emulator import Emulator
from live_recording.emulator.domains import Domain
from live_recording.verify.intervals import Interval
from live_recording.verify.run import verify_stack
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.engine_double import ResourceState
from tests.support.provider_host import Host
from tests.support.review_stack import STACK, Changing, stack_file

ENDED = "tasks: {a: {domain: push.example.com, app: live, stream: a, start: 2026-11-20T08:00Z, duration: 1h}}"
DOMAINS = (Domain(name="push.example.com"),)


def _called(emulator: Emulator) -> set[str]:
    return {call["action"] for call in emulator.log}


def _deploy_everything(account: Account) -> None:
    """Create, change and delete an object of every kind."""
    with account.host() as host:
        states = _created(host)
    with account.host() as host:
        for kind, state in states.items():
            host.read(kind, state)
            host.delete(kind, state)
    assert (account.rules(), account.state["templates"]) == ({}, [])


def _created(host: Host) -> dict[KindName, ResourceState]:
    template = host.check_and_create("template", template_name="live-recording--dev--a", mp4={})
    template = host.apply("template", template, template_name="live-recording--dev--a", mp4={"storage_time": "1d"})
    rule = host.check_and_create("rule", domain="push.example.com", template_id=template.id)
    stream = {"domain": "push.example.com", "app": "live", "stream": "x"}
    task = host.check_and_create("task", **stream, end="2026-11-20T14:00:00Z", template_id=template.id)
    record = host.check_and_create("live_record", stream="x", highlight=True)
    named = {"template_name": "live-recording--dev--b"}
    callback = host.check_and_create("callback_template", **named, record_notify_url="https://hooks.example.com/a")
    callback = host.apply("callback_template", callback, **named, record_notify_url="https://hooks.example.com/b")
    callback_rule = host.check_and_create("callback_rule", domain="push.example.com", template_id=callback.id)
    return {
        "live_record": record,
        "task": task,
        "rule": rule,
        "template": template,
        "callback_rule": callback_rule,
        "callback_template": callback,
    }


ONLY_ON_CN = {"DescribeCallbackRecordsList"}
"""tests/verify tries it."""


def _verify(settings: Settings) -> None:
    file = stack_file(ENDED, settings)
    assert file.checked.stack
    done = verify_stack(file, file.checked.stack, Interval(NOW - timedelta(days=1), NOW), lambda _: None)
    assert (done.failure, done.notes) == ("", ())


def test_policies_allow_what_is_called() -> None:
    """Each role has exactly the actions that its verbs call: snapshot, verify, and a whole life of all objects."""
    with Emulator(now=NOW, domains=DOMAINS) as emulator:
        account = Account(emulator)
        settings = Changing(emulator).settings
        take_snapshot(settings, with_relays=True)
        read = _called(emulator)
        _verify(settings)
        audited = _called(emulator)
        emulator.clear_log()
        _deploy_everything(account)
        deployed = _called(emulator)

    assert _allowed("reader") == read
    assert _allowed("auditor") == audited | ONLY_ON_CN
    assert _allowed("deployer", live_records=True, callbacks=True) == deployed | read
    assert audited | deployed | ONLY_ON_CN == set(ACTIONS)


def test_deprecated_actions_are_extra() -> None:
    """Without live_records a deployer needs three actions less; a reader never needs them."""
    extra = _allowed("deployer", live_records=True) - _allowed("deployer")

    assert extra == {"CreateLiveRecord", "StopLiveRecord", "DeleteLiveRecord"}
    assert _allowed("reader", live_records=True) == _allowed("reader")


def test_actions_of_callbacks_are_extra() -> None:
    """Without callbacks a deployer needs seven actions less, the others two."""
    extra = {role: _allowed(role, callbacks=True) - _allowed(role) for role in ("reader", "auditor", "deployer")}

    assert all("Callback" in name for name in extra["deployer"])
    assert len(extra["deployer"]) == 7
    assert extra["reader"] == extra["auditor"] == {"DescribeLiveCallbackTemplates", "DescribeLiveCallbackRules"}


def test_reviewed_stack_works_with_the_policies() -> None:
    """A key that may call nothing but the actions of a deployer applies a stack and reviews it."""
    with Emulator(now=NOW, domains=DOMAINS, denied={"CreateLiveRecord"}) as emulator:
        assert Changing(emulator).up(STACK).review(STACK).limitations == ()


def _allowed(role: str, *, live_records: bool = False, callbacks: bool = False) -> set[str]:
    document = policy(role, live_records=live_records, callbacks=callbacks)  # type: ignore[arg-type]
    assert json.loads(json.dumps(document)) == document
    assert document["version"] == "2.0"
    (statement,) = document["statement"]
    assert (statement["effect"], statement["resource"]) == ("allow", ["*"])
    names = {action.partition(":")[2]: action.partition(":")[0] for action in statement["action"]}
    assert all(service == ACTIONS[name].service for name, service in names.items())
    return set(names)
