"""What a conformance run creates: the names by which anyone recognizes it, and the calls that delete it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from live_recording.account.objects import LiveRule

PREFIX = "lr-conformance"
"""How the names of all objects of all runs begin. Letters, digits and hyphens are valid on both sites."""
OWN_NAME = re.compile(rf"{PREFIX}-\d{{8}}T\d{{6}}-[0-9a-f]{{8}}(-\d+)?")
KINDS: Mapping[str, str] = {
    "CreateLiveRecordTemplate": "template",
    "CreateLiveRecordRule": "rule",
    "CreateRecordTask": "task",
    "CreateLiveCallbackTemplate": "callback template",
    "CreateLiveCallbackRule": "callback rule",
}
"""Action -> the kind of what it creates, of the kinds that the API lists."""
LISTED_BY: Mapping[str, str] = {
    "template": "DescribeLiveRecordTemplates",
    "rule": "DescribeLiveRecordRules",
    "task": "DescribeRecordTask",
    "callback template": "DescribeLiveCallbackTemplates",
    "callback rule": "DescribeLiveCallbackRules",
}
"""Kind -> the action that lists its objects."""
Body = dict[str, Any]
_VERB = re.compile(r"Create|Modify|Stop|Delete")


@dataclass(frozen=True, slots=True, order=True)
class OwnObject:
    """An object of a conformance run: its name, and the call that deletes it."""

    kind: str
    name: str
    action: str
    key: tuple[tuple[str, str | int], ...]

    @property
    def command(self) -> str:
        """Return the command with which anyone can delete the object."""
        options = " ".join(f"--{name} {value!r}" if value == "" else f"--{name} {value}" for name, value in self.key)
        return f"tccli live {self.action} {options}"

    @property
    def ids(self) -> set[tuple[str, str | int]]:
        """Return the object's id with what it is the id of; ids of different kinds may be equal."""
        return {(noun(self.action), value) for name, value in self.key if name.endswith("Id")}


def own(kind: str, name: str, action: str, **key: str | int) -> OwnObject:
    """Return the object that *action* with *key* deletes."""
    return OwnObject(kind, name, action, tuple(key.items()))


def own_rule(raw: Body) -> OwnObject:
    """Return the object of a rule in the API's form."""
    key = LiveRule.from_api({"TemplateId": 0, **raw}).key
    names = {"DomainName": key.domain, "AppName": key.app, "StreamName": key.stream}
    return own("rule", key.stream, "DeleteLiveRecordRule", **names)


def own_callback_rule(name: str, domain: str, app: str) -> OwnObject:
    """Return the object of a callback rule."""
    return own("callback rule", name, "DeleteLiveCallbackRule", DomainName=domain, AppName=app)


_CREATED: Mapping[str, Callable[[Body, Body], OwnObject]] = {
    "CreateLiveRecordTemplate": lambda body, answer: own(
        "template", body["TemplateName"], "DeleteLiveRecordTemplate", TemplateId=int(answer["TemplateId"])
    ),
    "CreateLiveRecordRule": lambda body, _: own_rule(body),
    "CreateRecordTask": lambda body, answer: own(
        "task", body["StreamName"], "DeleteRecordTask", TaskId=str(answer["TaskId"])
    ),
    "CreateLiveRecord": lambda body, answer: own(
        "live record",
        body["StreamName"],
        "DeleteLiveRecord",
        StreamName=body["StreamName"],
        TaskId=int(answer["TaskId"]),
    ),
    "CreateLiveCallbackTemplate": lambda body, answer: own(
        "callback template", body["TemplateName"], "DeleteLiveCallbackTemplate", TemplateId=int(answer["TemplateId"])
    ),
    "CreateLiveCallbackRule": lambda body, _: own_callback_rule(body["AppName"], body["DomainName"], body["AppName"]),
}


def created_by(action: str, body: Body, answer: Body) -> set[OwnObject]:
    """Return what a change created, if it creates something."""
    return {_CREATED[action](body, answer)} if action in _CREATED else set()


def noun(action: str) -> str:
    """Return what an action changes, such as `LiveRecordTemplate`."""
    return _VERB.sub("", action, count=1)


def deletion_order(one: OwnObject) -> tuple[int, OwnObject]:
    """Return a sort key: rules and tasks first, because they use templates."""
    return int(one.kind.endswith("template")), one
