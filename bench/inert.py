"""Dynamic resources that do nothing: what they cost is what Pulumi costs, whatever a provider does.

This file is copied beside a program that calls `declare`; a provider is found again by the name of its module.
"""

import json
import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from pulumi import dynamic

RESOURCES = Path("resources.json")
"""What is declared: a list of [name, inputs]."""

Props = dict[str, Any]


class Inert(dynamic.Resource, module="bench", name="Inert"):
    """A resource without a life."""

    def __init__(self, provider: dynamic.ResourceProvider, name: str, inputs: Props) -> None:
        super().__init__(provider, name, inputs)


class InertProvider(dynamic.ResourceProvider):
    """Takes everything as it comes."""

    serialize_as_secret_always = False

    def check(self, _olds: Props, news: Props) -> dynamic.CheckResult:
        """Return the inputs unchanged."""
        return dynamic.CheckResult(news, [])

    def diff(self, _id: str, olds: Props, news: Props) -> dynamic.DiffResult:
        """Whether anything is different."""
        return dynamic.DiffResult(changes=olds != news)

    def create(self, props: Props) -> dynamic.CreateResult:
        """Return an id as long as a task's, and the inputs as outputs."""
        return dynamic.CreateResult(secrets.token_hex(30), props)

    def read(self, id_: str, props: Props) -> dynamic.ReadResult:
        """Return what the state has."""
        return dynamic.ReadResult(id_, props, props)


class AskingProvider(InertProvider):
    """Asks the account about each object by itself, as a provider without a common inventory does."""

    def read(self, id_: str, props: Props) -> dynamic.ReadResult:
        """Return what the state has, after one call about this object."""
        client().call_json(*question(props))
        return dynamic.ReadResult(id_, props, props)


def question(props: Mapping[str, Any]) -> tuple[str, Props]:
    """Return the smallest call that shows whether this object has changed."""
    if "end" in props:
        span = {"StartTime": _seconds(props["start"]), "EndTime": _seconds(props["end"])}
        return "DescribeRecordTask", {**span, "DomainName": props["domain"], "StreamName": props["stream"]}
    if "domain" in props:
        return "DescribeLiveRecordRules", {}  # the vendor has no call for one rule
    return "DescribeLiveRecordTemplate", {"TemplateId": int(props["template_id"])}


def _seconds(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp())


@cache
def client() -> Any:
    """Return the vendor's client with one connection that stays open."""
    from tencentcloud.common.credential import EnvironmentVariableCredential
    from tencentcloud.common.profile.client_profile import ClientProfile
    from tencentcloud.common.profile.http_profile import HttpProfile
    from tencentcloud.live.v20180801.live_client import LiveClient

    scheme, _, host = os.environ["LIVE_RECORDING_ENDPOINT"].partition("://")
    profile = ClientProfile(httpProfile=HttpProfile(protocol=scheme, endpoint=host, keepAlive=True))
    return LiveClient(EnvironmentVariableCredential().get_credential(), "ap-singapore", profile)


def declare(provider: dynamic.ResourceProvider) -> None:
    """Declare what the file says."""
    for name, inputs in json.loads(RESOURCES.read_text(encoding="utf-8")):
        Inert(provider, name, inputs)
