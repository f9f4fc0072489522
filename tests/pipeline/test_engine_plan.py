"""Whether a saved plan changes nothing, not even the state: the smallest difference counts."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from live_recording.pipeline.engine_plan import SECRET_KEY, changes_nothing
from tests.support.engine_double import TOKENS

STACK = "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev"
PROVIDER = "urn:pulumi:dev::p::pulumi:providers:pulumi-python::default"
RULE = f"urn:pulumi:dev::p::{TOKENS['rule']}::everything"
Json = dict[str, Any]
Edit = Callable[[Json, Json], object]


def secret(text: str) -> Json:
    """Return a secret as the engine encrypts it."""
    return {SECRET_KEY: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": text}


def saved() -> tuple[Json, Json]:
    """Return a plan without changes and its state, in the form of the CLI 3.259."""
    config = {"live-recording:site": "intl"}
    rule = {"domain": "push.example.com", "template_id": "1001"}
    options = {"parent": STACK, "provider": f"{PROVIDER}::1", "propertyDependencies": {"domain": []}}
    resources = [
        {"urn": STACK, "type": "pulumi:pulumi:Stack", "outputs": {"later": {}}},
        {"urn": PROVIDER, "id": "1", "inputs": config, "outputs": config | {"live-recording:callbackKeys": secret("a")}},
        {"urn": RULE, "id": "push.example.com//", "inputs": rule, "outputs": rule, "protect": True} | options,
    ]  # fmt: skip
    goal = {"inputDiff": {}, "outputDiff": {}, "protect": False, "customTimeouts": {}}
    plans = {
        STACK: {"goal": goal, "steps": ["same"], "state": {"later": {}}},
        PROVIDER: {"goal": goal, "steps": ["same"], "state": config | {"live-recording:callbackKeys": secret("b")}},
        RULE: {"goal": goal | options | {"protect": True}, "steps": ["same"], "state": rule},
    }
    return deepcopy({"resourcePlans": plans}), deepcopy({"version": 3, "deployment": {"resources": resources}})


CHANGES: dict[str, Edit] = {
    "step": lambda plan, _: plan["resourcePlans"][RULE].update(steps=["update"]),
    "two-steps": lambda plan, _: plan["resourcePlans"][RULE].update(steps=["same", "delete"]),
    "no-step": lambda plan, _: plan["resourcePlans"][RULE].pop("steps"),
    "config": lambda plan, _: plan["resourcePlans"][PROVIDER].update(steps=["update"]),
    "input": lambda plan, _: plan["resourcePlans"][RULE]["goal"].update(inputDiff={"adds": {"app": "live"}}),
    "stack-output": lambda plan, _: plan["resourcePlans"][STACK]["goal"].update(outputDiff={"updates": {"later": 1}}),
    "other-format": lambda plan, _: plan["resourcePlans"][RULE].pop("goal"),
    "protect": lambda plan, _: plan["resourcePlans"][RULE]["goal"].update(protect=False),
    "dependency": lambda plan, _: plan["resourcePlans"][RULE]["goal"].update(dependencies=[STACK]),
    "other-provider": lambda plan, _: plan["resourcePlans"][RULE]["goal"].update(provider=f"{PROVIDER}::2"),
    "refreshed-output": lambda plan, _: plan["resourcePlans"][RULE]["state"].update(stopped_at="2026-11-20T00:00:00Z"),
    "renamed": lambda plan, _: plan["resourcePlans"].update(other=plan["resourcePlans"].pop(RULE)),
    "created": lambda plan, _: plan["resourcePlans"].update(other=plan["resourcePlans"][RULE]),
    "not-in-plan": lambda plan, _: plan["resourcePlans"].pop(RULE),
    "empty-plan": lambda plan, _: plan.clear(),
    "empty-state": lambda _, state: state["deployment"].pop("resources"),
    "first-deployment": lambda plan, state: (plan["resourcePlans"].clear(), state["deployment"]["resources"].clear()),
    "unreadable-state": lambda _, state: state.clear(),
    "pending-create": lambda _, state: state["deployment"].update(pending_operations=[{"type": "creating"}]),
    "pending-delete": lambda _, state: state["deployment"]["resources"][2].update(delete=True),
    "twice-in-state": lambda _, state: state["deployment"]["resources"].append(state["deployment"]["resources"][2]),
}


def test_plan_without_changes() -> None:
    """Ciphertext differs in every run, an option without a value is as good as none, and a refresh drops empty dependencies."""
    plan, state = saved()
    assert changes_nothing(plan, state)

    del state["deployment"]["resources"][2]["propertyDependencies"]
    assert changes_nothing(plan, state)


@pytest.mark.parametrize("edit", CHANGES.values(), ids=CHANGES)
def test_plan_with_a_change(edit: Edit) -> None:
    """What only the state would show, and what is not known, counts too."""
    plan, state = saved()
    edit(plan, state)

    assert not changes_nothing(plan, state)
