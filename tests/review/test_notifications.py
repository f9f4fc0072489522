"""Who is notified of what before and after a plan, in callback terms, and without anything that may be secret."""

from typing import Any

from live_recording.account.snapshot import Snapshot
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import CallbackKey, StreamKey
from live_recording.core.vendor import SITES
from live_recording.desired.declarations import desired_resources
from live_recording.review.changes import PlannedChange
from live_recording.review.model import Notification
from live_recording.review.notifications import Notifications, notifications_of
from live_recording.review.ownership import AccountView
from live_recording.stackfile.model import Stack
from tests.support.clock import NOW
from tests.support.entries import read_entry

PUSH, HOOKS = "push.example.com", "https://hooks.example.com"
ALL = {"domain": PUSH, "app": ""}
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"s3cretKey99"'}
SIGNED = {"template_name": "n", "record_notify_url": f"{HOOKS}/live/x7Kq", "callback_key": SECRET}


def notifications(*changes: PlannedChange, **sections: Any) -> Notifications:
    """Return the notifications of a plan; the sections are the stack file after it."""
    stack = read_entry(Stack, sections)
    return notifications_of(changes, desired_resources(stack, StackRef("p", "dev"), SITES["intl"], NOW).resources)


def rule(op: Any, old: dict[str, str] | None = None, new: dict[str, str] | None = None) -> PlannedChange:
    """Return a change of the callback rule of template newsroom."""
    before, after = ("newsroom" if inputs else None for inputs in (old, new))
    return PlannedChange(op, "callback_rule", "everything", "id", old or {}, new or {}, before, after)


def test_new_and_deleted_rules() -> None:
    """A new rule sends notifications, a deleted one ends them."""
    template = PlannedChange("create", "callback_template", "newsroom", new=SIGNED | {"stream_end_notify_url": HOOKS})
    described = f"newsroom: files to {HOOKS}/... and push ends to {HOOKS}, signed".replace(" and push", ", push")

    created = notifications(template, rule("create", new=ALL))
    assert [*created.changed()] == [Notification(f"{PUSH}/*", "", described, ())]

    kept = {"newsroom": {"record_notify_url": f"{HOOKS}/live/x7Kq"}}
    deleted = notifications(rule("delete", old=ALL | {"template_id": "17"}), callback_templates=kept)
    assert [*deleted.changed()] == [Notification(f"{PUSH}/*", f"newsroom: files to {HOOKS}/..., not signed", "", ())]


def test_hidden_changes_are_named() -> None:
    """A change of the path or of the key alone is visible, but not its value."""
    new = SIGNED | {"record_notify_url": f"{HOOKS}/live/y8Lr"}
    update = PlannedChange(
        "update", "callback_template", "newsroom", "5", SIGNED, new, fields=("callback_key", "record_notify_url")
    )
    urls = {"record_notify_url": f"{HOOKS}/live/y8Lr", "callback_key": True}
    found = notifications(
        update,
        callback_templates={"newsroom": urls},
        callback_rules={"everything": {"domain": PUSH, "callback_template": "newsroom"}},
    )

    described = f"newsroom: files to {HOOKS}/..., signed"
    assert [*found.changed()] == [
        Notification(f"{PUSH}/*", described, described, ("another path for files", "another key"))
    ]
    for secret in ("x7Kq", "y8Lr", "s3cretKey99"):
        assert secret not in str([*found.changed()])


def test_unchanged_callbacks_are_not_listed() -> None:
    """Nothing is listed without a change, also for a template that the stack does not manage."""
    found = notifications(
        callback_rules={"old": {"domain": PUSH, "app": "old", "template_id": "17"}},
        callback_templates={"newsroom": {"record_notify_url": HOOKS}},
    )

    assert [*found.changed()] == []
    assert found.after[CallbackKey(PUSH, "old")].describe() == "template 17"


def test_lost_notification_of_a_recorded_domain() -> None:
    """Losing the notification of what stays recorded is a warning; a rule of the whole domain takes over for an app."""
    recorded = AccountView(Snapshot("intl", NOW, {}, {StreamKey(PUSH): "1"}, {}), {})
    elsewhere = AccountView(Snapshot("intl", NOW, {}, {StreamKey("other.example.com"): "1"}, {}), {})
    urls = {"newsroom": {"record_notify_url": HOOKS}}
    domain_wide = {"all": {"domain": PUSH, "callback_template": "newsroom"}}
    of_domain = rule("delete", old=ALL)
    of_app = rule("delete", old={"domain": PUSH, "app": "live"})

    lost = notifications(of_domain, callback_templates=urls)
    assert [*lost.lost(recorded)] == [
        f"{PUSH}/*: after this plan no notification is sent for its files. It stays recorded."
    ]
    assert [*lost.lost(elsewhere)] == []
    assert [*notifications(of_app, callback_templates=urls, callback_rules=domain_wide).lost(recorded)] == []
    pushes = {"newsroom": {"stream_end_notify_url": HOOKS}}
    assert [*notifications(of_domain, callback_templates=pushes).lost(recorded)] == []
