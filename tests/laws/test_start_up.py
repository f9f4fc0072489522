"""What each entry point loads of third parties: start-up is most of the time of a short run, and imports are most of it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.support.emulated_account import Account

ROOT = Path(__file__).parent.parent.parent
TYPER = {"annotated_doc", "shellingham", "typer"}
PYDANTIC = {"annotated_types", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection"}
"""Typer itself loads it for a verb with parameters."""
PULUMI = {"dill", "google", "grpc", "opentelemetry", "packaging", "pulumi", "semver", "typing_extensions", "yaml"}
SDK = {"certifi", "charset_normalizer", "idna", "requests", "tenacity", "tencentcloud", "urllib3"}
PROVIDER = """
import json, sys
from pulumi.dynamic import Config, ConfigureRequest
from live_recording.resources import PROVIDERS
def provider_of(kind):
    provider = PROVIDERS[kind]()
    provider.configure(ConfigureRequest(Config({"live-recording:site": "intl"}, "live-recording")))
    return provider
"""
REFRESH = f"""{PROVIDER}
for kind, id_, outputs in json.loads(sys.argv[1]):
    assert provider_of(kind).read(id_, outputs).id == id_
"""
"""What a provider process does in a refresh."""
CREATE = f"""{PROVIDER}
provider = provider_of("template")
checked = provider.check({{}}, {{"template_name": "t", "mp4": {{}}}})
assert provider.create(checked.inputs).id
"""
"""What a provider process does in an update that creates."""


def loaded(*arguments: str, environment: Mapping[str, str] = os.environ) -> set[str]:
    """Run Python with these arguments, and return the packages of others that it imported."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    assert done.returncode <= 1, done.stderr  # problems may be found
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}
    return (imported & set(packages_distributions())) - {"_distutils_hack", "live_recording"}


@pytest.mark.parametrize(
    ("command", "packages"),
    [
        pytest.param("--version", TYPER, id="version"),
        pytest.param("--help", TYPER, id="help"),
        pytest.param("policy reader", TYPER | PYDANTIC, id="policy"),
        pytest.param("check dev", TYPER | PYDANTIC | {"dateutil", "yaml"}, id="check"),
    ],
)
def test_commands_load_what_they_need(command: str, packages: set[str]) -> None:
    """No command imports Pulumi, the SDK of the vendor, Rich or Jinja before it needs them."""
    assert loaded("-m", "live_recording", *command.split()) == packages


@pytest.mark.parametrize(
    ("command", "packages"), [("audit dev", SDK | {"dateutil"}), ("doctor --stack dev", SDK)], ids=["audit", "doctor"]
)
def test_commands_about_an_account_load_what_they_need(account: Account, command: str, packages: set[str]) -> None:
    """They add the SDK. Only a terminal needs Rich."""
    needed = TYPER | PYDANTIC | {"yaml"} | packages

    assert loaded("-m", "live_recording", *command.split(), environment=account.environment) == needed


def test_program_loads_what_it_needs() -> None:
    """The program adds to Pulumi only the parser of recurrences: no SDK and no pydantic."""
    assert loaded("-c", "import live_recording.program") == PULUMI | {"dateutil"}


def test_refresh_loads_what_it_needs(account: Account) -> None:
    """A provider process that only reads adds to Pulumi the SDK alone: not the rules."""
    with account.host() as host:
        template = host.check_and_create("template", template_name="t", mp4={})
        rule = host.check_and_create("rule", domain="push.example.com", template_id=template.id)
    states = json.dumps([("template", template.id, template.outputs), ("rule", rule.id, rule.outputs)])

    assert loaded("-c", REFRESH, states, environment=account.environment) == PULUMI | SDK


def test_create_loads_what_it_needs(account: Account) -> None:
    """A provider process that checks and creates also has the rules, and no pydantic."""
    assert loaded("-c", CREATE, environment=account.environment) == PULUMI | SDK | {"dateutil"}
