"""An account in the emulator, for tests of the provider."""

from collections.abc import Mapping
from typing import Any

import requests

from live_recording.emulator import Emulator
from tests.support.clock import NOW
from tests.support.provider_host import Host
from tests.support.pulumi_project import callers
from tests.support.sdk_client import call, sdk

ACCOUNT = "100000000001"
"""The id of an emulated account, unless it is started with another one."""


class Account:
    """An emulated account, a client that changes it from outside, and the calls that our provider made."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        region = "ap-singapore" if emulator.site == "intl" else "ap-guangzhou"
        self.hand = sdk(emulator, region, secret_id=emulator.secret_id, secret_key=emulator.secret_key)

    def host(self, stack: str = "dev", **environment: str) -> Host:
        """Start a provider process, as one operation of the CLI does."""
        return Host(self.environment | environment, {"site": self.emulator.site}, stack)

    def host_with(self, **config: str) -> Host:
        """Start a provider process with more config values."""
        return Host(self.environment, {"site": self.emulator.site, **config}, "dev")

    @property
    def environment(self) -> dict[str, str]:
        """Return the caller's environment with the credentials of this account only."""
        return self.environment_of(self.emulator)

    @staticmethod
    def environment_of(emulator: Emulator) -> dict[str, str]:
        """Return the same for any emulator."""
        return callers() | {
            "LIVE_RECORDING_ENDPOINT": emulator.url,
            "TENCENTCLOUD_SECRET_ID": emulator.secret_id,
            "TENCENTCLOUD_SECRET_KEY": emulator.secret_key,
            "LIVE_RECORDING_NOW": NOW.isoformat(),
        }

    def in_console(self, action: str, **fields: object) -> dict[str, Any]:
        """Make a call as a user of the vendor's console would; it does not stay in the log."""
        answer = call(self.hand, action, **fields)
        self.emulator.clear_log()
        return answer

    def template(self, name: str, **fields: object) -> str:
        """Create a template from outside and return its id; it records MP4 unless fields say otherwise."""
        made = self.in_console("CreateLiveRecordTemplate", TemplateName=name, **(fields or {"Mp4Param": {"Enable": 1}}))
        return str(made["TemplateId"])

    def hold_template(self, name: str, fields: Mapping[str, Any]) -> str:
        """Add a template that the API would not create, and return its id."""
        sent = {"TemplateName": name, **fields}
        answer = requests.post(f"{self.emulator.url}/_control/templates", json=sent, timeout=10).json()
        return str(answer["TemplateId"])

    def rule(self, template_id: str, domain: str, app: str = "", stream: str = "") -> None:
        """Create a rule from outside."""
        key = {"DomainName": domain, "AppName": app, "StreamName": stream}
        self.in_console("CreateLiveRecordRule", **key, TemplateId=int(template_id))

    def rules(self) -> dict[tuple[str, str, str], str]:
        """Return the live rules: key -> template id."""
        found = self.state["rules"]
        return {(r["DomainName"], r["AppName"], r["StreamName"]): str(r["TemplateId"]) for r in found}

    @property
    def state(self) -> Mapping[str, Any]:
        """Return everything that the account holds."""
        return self.emulator.service.state()

    def changes(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Return the changing calls since the last look, with their bodies, and clear the log."""
        made = [(call["action"], call["body"]) for call in self.emulator.changes]
        self.emulator.clear_log()
        return made

    def actions(self) -> list[str]:
        """Return the changing actions since the last look, sorted, and clear the log."""
        return sorted(action for action, _ in self.changes())


def in_comments(defaults: Mapping[str, str], text: str) -> dict[str, str]:
    """Return the settings in the comments at the beginning of a file, only those of *defaults*."""
    found = dict(defaults)
    for line in text.splitlines():
        name, colon, value = line.removeprefix("#").partition(":")
        if not (line.startswith("#") and colon and name.strip() in defaults):
            break
        found[name.strip()] = value.strip()
    return found
