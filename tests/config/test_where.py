"""Where a stack records and as whom, compared with the last deployment."""

from typing import Any

import pytest

from live_recording.config.sources import engine_config
from live_recording.config.stack_state import applied_configs
from live_recording.config.where import KEYS, where_changes
from tests.config.test_stack_state import OURS, state

A, B = "100000000001", "100000000002"
ROLE = "qcs::cam::uin/100000000001:roleName/recorder"
PROVIDER = {
    "type": "pulumi:providers:pulumi-python",
    "urn": "urn:pulumi:dev::p::pulumi:providers:pulumi-python::default",
}
ENCRYPTED = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}


def deployed(*configs: dict[str, Any]) -> dict[str, Any]:
    """Return a state with a rule for each config that it was deployed with."""
    resources = []
    for number, config in enumerate(configs):
        inputs = {f"live-recording:{key}": value for key, value in config.items()}
        resources.append({**PROVIDER, "id": f"id-{number}", "inputs": inputs})
        resources.append({**OURS, "provider": f"{PROVIDER['urn']}::id-{number}", "outputs": {"account": A}})
    return state(*resources)


def changes(state: dict[str, Any], accepted: tuple[str, ...] = (), /, **current: str) -> dict[str, str]:
    """Return the sentences about what changes, by key."""
    values = {f"live-recording:{key}": value for key, value in current.items()}
    found = where_changes(applied_configs(state, "p", "dev"), engine_config("p", "dev", values, ()), [A], accepted)
    return {change.key: change.sentence for change in found}


@pytest.mark.parametrize("key", sorted({*KEYS} - {"secretId", "externalId", "site"}))
def test_each_key_is_compared(key: str) -> None:
    """A value that changes, one that is added, and one that is removed."""
    none = "the default" if key in ("endpoint", "recordings", "region") else "none"

    assert changes(deployed({key: "a"}), **{key: "b"}) == {key: "changes from a to b."}
    assert changes(deployed({key: "a"})) == {key: f"changes from a to {none}."}
    assert changes(deployed({}), **{key: "b"}) == {key: f"changes from {none} to b."}
    assert changes(deployed({key: "a"}), **{key: "a"}) == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"site": "intl", "region": "ap-singapore", "recordings": "stacks/dev.yaml"}),
        ({"site": "cn", "region": "ap-guangzhou"}, {"site": "cn", "endpoint": "live.tencentcloudapi.com"}),
        ({"endpoint": "live.ap-tokyo.tencentcloudapi.com"}, {"endpoint": "https://live.ap-tokyo.tencentcloudapi.com/"}),
        ({}, {"account": A}),
        ({"secretId": "AKIDfirst"}, {"secretId": "AKIDsecond"}),
        ({"callbackKeys": ENCRYPTED, "roleSessionName": "a"}, {"otherDynamicTypes": "b"}),
    ],
    ids=["defaults", "default-endpoint", "form", "account-of-the-state", "rotated", "not-where"],
)
def test_same_place_is_no_change(before: dict[str, Any], after: dict[str, str]) -> None:
    """To write down a default or the account of the state redirects nothing, and neither does a rotated key."""
    assert changes(deployed(before), **after) == {}


def test_site_and_account_that_change() -> None:
    """The default region of another site is no second change; another account is not that of the state."""
    assert changes(deployed({}), site="cn") == {"site": "changes from the default to cn."}
    assert changes(deployed({}), account=B) == {"account": f"changes from none to {B}."}
    assert changes(deployed({"account": A})) == {"account": f"changes from {A} to none."}


def test_hidden_values_are_not_shown() -> None:
    """Of an external id and of a key pair only that they change."""
    said = changes(deployed({"externalId": "canary-1", "secretId": ENCRYPTED}), externalId="canary-2")

    assert said == {
        "externalId": "changes from a hidden value to another hidden value.",
        "secretId": "changes from a hidden value to none.",
    }


def test_accepted_keys_are_marked() -> None:
    """Others still stop."""
    assert changes(deployed({}), ("region",), region="ap-tokyo", roleArn=ROLE) == {
        "region": "changes from the default to ap-tokyo (accepted).",
        "roleArn": f"changes from none to {ROLE}.",
    }


def test_first_deployment_has_no_place_before() -> None:
    """Neither without a state nor while the state has only resources of other packages."""
    assert changes({}, site="cn") == {}
    assert changes(state({**PROVIDER, "id": "id-0", "inputs": {"live-recording:site": "intl"}}), site="cn") == {}


def test_interrupted_update_leaves_two_places() -> None:
    """Resources that still use the config before are compared too."""
    assert changes(deployed({"region": "ap-tokyo"}, {"region": "ap-seoul"}), region="ap-seoul") == {
        "region": "changes from ap-tokyo to ap-seoul."
    }
