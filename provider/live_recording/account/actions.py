"""Every action of the vendor's API that this project calls, and the roles that need it: one table for policies and checks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Role = Literal["reader", "deployer", "auditor"]
ROLES: Mapping[Role, str] = {
    "reader": "plan, review, snapshot, adopt, audit, doctor, pulumi preview and pulumi refresh",
    "deployer": "deploy, pulumi up and pulumi destroy, and everything of a reader",
    "auditor": "audit, verify and snapshot",
}
"""Role -> the commands that it is for."""
_ALL: tuple[Role, ...] = ("reader", "deployer", "auditor")
_DEPLOY: tuple[Role, ...] = ("deployer",)
_AUDIT: tuple[Role, ...] = ("auditor",)


@dataclass(frozen=True, slots=True)
class Action:
    """One action: the service that it belongs to, and who needs it."""

    service: Literal["live", "sts", "vod"]
    roles: tuple[Role, ...]
    only_for: Literal["", "live_records", "callbacks"] = ""  # needed only by stacks that have these


ACTIONS: Mapping[str, Action] = {
    "GetCallerIdentity": Action("sts", _ALL),
    "DescribeLiveDomains": Action("live", _ALL),
    "DescribeLiveRecordTemplates": Action("live", _ALL),
    "DescribeLiveRecordRules": Action("live", _ALL),
    "DescribeRecordTask": Action("live", _ALL),
    "DescribeLiveStreamEventList": Action("live", _AUDIT),
    "DescribeLiveStreamState": Action("live", _AUDIT),
    "DescribeCallbackRecordsList": Action("live", _AUDIT),
    "SearchMedia": Action("vod", _AUDIT),
    "DescribeLivePullStreamTasks": Action("live", _ALL),
    "CreateLiveRecordTemplate": Action("live", _DEPLOY),
    "ModifyLiveRecordTemplate": Action("live", _DEPLOY),
    "DeleteLiveRecordTemplate": Action("live", _DEPLOY),
    "CreateLiveRecordRule": Action("live", _DEPLOY),
    "DeleteLiveRecordRule": Action("live", _DEPLOY),
    "CreateRecordTask": Action("live", _DEPLOY),
    "StopRecordTask": Action("live", _DEPLOY),
    "DeleteRecordTask": Action("live", _DEPLOY),
    "DescribeLiveCallbackTemplates": Action("live", _ALL, "callbacks"),
    "DescribeLiveCallbackRules": Action("live", _ALL, "callbacks"),
    "CreateLiveCallbackTemplate": Action("live", _DEPLOY, "callbacks"),
    "ModifyLiveCallbackTemplate": Action("live", _DEPLOY, "callbacks"),
    "DeleteLiveCallbackTemplate": Action("live", _DEPLOY, "callbacks"),
    "CreateLiveCallbackRule": Action("live", _DEPLOY, "callbacks"),
    "DeleteLiveCallbackRule": Action("live", _DEPLOY, "callbacks"),
    "CreateLiveRecord": Action("live", _DEPLOY, "live_records"),
    "StopLiveRecord": Action("live", _DEPLOY, "live_records"),
    "DeleteLiveRecord": Action("live", _DEPLOY, "live_records"),
}


def reads(now: int) -> tuple[tuple[str, dict[str, Any]], ...]:
    """Return the reads of every run with the smallest valid body, in their order; *now* in Unix seconds."""
    bodies: Mapping[str, dict[str, Any]] = {"DescribeRecordTask": {"StartTime": now - 3600, "EndTime": now}}
    needed = (name for name, action in ACTIONS.items() if "reader" in action.roles and not action.only_for)
    return tuple((name, bodies.get(name, {})) for name in needed)


def policy(role: Role, *, live_records: bool = False, callbacks: bool = False) -> dict[str, Any]:
    """Return the least-privilege policy of a role, in the form of the vendor's Cloud Access Management (CAM)."""
    used = {"", *(["live_records"] if live_records else []), *(["callbacks"] if callbacks else [])}
    allowed = [
        f"{action.service}:{name}"
        for name, action in ACTIONS.items()
        if role in action.roles and action.only_for in used
    ]
    return {"version": "2.0", "statement": [{"effect": "allow", "action": sorted(allowed), "resource": ["*"]}]}
