"""What the Pulumi state of a stack may contain before our commands run Pulumi."""

from typing import Any

import pytest

from live_recording.config.stack_state import require_known_code
from live_recording.core.errors import ToolError
from live_recording.core.kinds import PROVIDER_REFERENCES
from live_recording.resources import KINDS, state_reference

RULE = "pulumi-python:dynamic/live:RecordRule"
OURS = {"type": RULE, "urn": "urn:pulumi:dev::p::" + RULE + "::all", "inputs": {"__provider": PROVIDER_REFERENCES[1]}}
OTHER = "pulumi-python:dynamic:Resource"


def state(*resources: dict[str, Any], pending: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """Return a state as `pulumi stack export` prints it."""
    operations = [{"resource": resource, "type": "creating"} for resource in pending]
    return {"version": 3, "deployment": {"resources": [*resources], "pending_operations": operations}}


def test_references_are_those_of_our_classes() -> None:
    """The constants are what the resources put into a state."""
    assert tuple(state_reference(kind)[1] for kind in KINDS) == PROVIDER_REFERENCES


def test_own_resources_pass() -> None:
    """Also beside resources of other packages, which have no code in the state."""
    require_known_code("dev", state(OURS, {"type": "aws:s3/bucket:Bucket", "urn": "urn:x", "inputs": {}}))


FOREIGN: dict[str, dict[str, Any]] = {
    "other-pickle": {**OURS, "inputs": {"__provider": "gASVKAAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAR0cnVllIWUUpQu"}},
    "other-pickle-in-outputs": {**OURS, "outputs": {"__provider": "gASV"}},
    "longer-pickle": {**OURS, "inputs": {"__provider": f"{PROVIDER_REFERENCES[1]}="}},
    "secret": {**OURS, "inputs": {"__provider": {"4dabf18193072939515e22adb298388d": "1b47", "ciphertext": "v1:a"}}},
    "other-type": {"type": OTHER, "urn": "urn:x::y", "inputs": {"__provider": "gASV"}},
    "type-without-a-hint": {"type": "random:Pet", "urn": "urn:x::y", "inputs": {"__provider": "gASV"}},
    "plugin": {
        "type": "pulumi:providers:pulumi-python",
        "urn": "urn:x::y",
        "inputs": {"pluginDownloadURL": "https://h"},
    },
}


@pytest.mark.parametrize("resource", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("is_pending", [False, True])
def test_code_of_others_is_refused(resource: dict[str, Any], is_pending: bool) -> None:
    """The message names the resource, and nothing of its code."""
    seen = state(OURS, pending=(resource,)) if is_pending else state(OURS, resource)
    with pytest.raises(ToolError) as refused:
        require_known_code("dev", seen)

    assert resource["urn"] in str(refused.value)
    assert "Nothing was run." in str(refused.value)
    assert "gASV" not in str(refused.value)


def test_named_type_is_allowed() -> None:
    """A project with other dynamic resources names their types in its config."""
    require_known_code("dev", state(OURS, FOREIGN["other-type"]), {OTHER})
