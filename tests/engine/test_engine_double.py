"""The double of the engine against the real CLI: the same steps for the same plan, and reviews that come true."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from live_recording.config.files import read_settings
from live_recording.core.kinds import KindName
from live_recording.emulator import Emulator
from live_recording.review.build import build_review
from live_recording.review.preview import TYPES, parse_preview
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.engine_double import Engine, ResourceState, renamed
from tests.support.fault_matrix import contents
from tests.support.generated_changes import (
    DOMAINS,
    EVERYTHING_AT_ONCE,
    SCARCE_PLACES,
    UNMANAGED_ID,
    Tree,
    made_before,
)
from tests.support.live_project import LiveProject
from tests.support.provider_in_process import OWNER, ProviderInProcess
from tests.support.review_oracle import came_true, copied
from tests.support.review_stack import resources_of, snapshot_of, stack_file


def state_of(project: LiveProject) -> dict[tuple[KindName, str], ResourceState]:
    """Return the state of the real engine as the double keeps it."""
    state = {}
    for urn, resource in project.state().items():
        token, _, name = urn.partition("::")
        if token in TYPES:
            inputs, outputs = (
                {field: value for field, value in resource[part].items() if field != "__provider"}
                for part in ("inputs", "outputs")
            )
            sources = resource["propertyDependencies"].get("template_id") or []
            template = sources[0].rpartition("::")[2] if sources else None
            state[TYPES[token], name] = ResourceState(resource["id"], inputs, outputs, template)
    return state


def without_ids(state: dict[tuple[KindName, str], ResourceState]) -> dict[tuple[KindName, str], object]:
    """Return inputs and template of each resource; ids depend on the order of parallel calls."""
    return {
        key: ({field: value for field, value in found.inputs.items() if field != "template_id"}, found.template)
        for key, found in state.items()
    }


@pytest.mark.parametrize("trees", [EVERYTHING_AT_ONCE, SCARCE_PLACES], ids=["everything-at-once", "scarce-places"])
def test_double_and_reviews_agree_with_the_real_engine(
    trees: tuple[Tree, Tree], account: Account, tmp_path: Path
) -> None:
    """The double plans the same steps, leaves the same account and state; the review of the real plan comes true."""
    emulator = account.emulator
    made_before(account)
    account.rule(str(UNMANAGED_ID), DOMAINS[0], "y", "t")
    settings = read_settings({"site": emulator.site}.get, account.environment)
    project = LiveProject(tmp_path, account)
    project.up(yaml.safe_dump(trees[0]))
    account.template("live-recording--dev--new", HlsParam={"Enable": 1})
    state, snapshot = state_of(project), snapshot_of(settings)
    wanted = stack_file(yaml.safe_dump(trees[1]), settings)
    assert wanted.checked.stack
    limits, declared = wanted.checked.stack.limits, resources_of(wanted)
    engine = Engine()
    engine.state = dict(state)

    plan = json.dumps(project.plan(yaml.safe_dump(trees[1])))
    double_plan = engine.preview(ProviderInProcess(settings, limits), declared)
    changes = [replace(change, fields=()) for change in parse_preview(plan, OWNER).changes]
    assert changes == list(parse_preview(double_plan, OWNER).changes)

    review = build_review(wanted, parse_preview(plan, wanted.owner), snapshot, NOW)
    before, held = copied(emulator.service), json.dumps(emulator.service.state())
    emulator.clear_log()
    project.up()
    after = state_of(project)
    came_true(review, before, emulator, NOW, (renamed(state, declared), after))

    with Emulator(now=NOW) as copy:
        copy.service.restore(json.loads(held))
        other = Account(copy)
        engine.up(ProviderInProcess(read_settings({"site": copy.site}.get, other.environment), limits), declared)
        assert contents(other) == contents(account)
    assert without_ids(engine.state) == without_ids(after)
