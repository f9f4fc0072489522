"""Reading `pulumi preview --json`: steps, refusals, and what is no preview of this stack."""

import json
import re
from typing import Any

import pytest

from live_recording import resources
from live_recording.core.errors import ConfigError
from live_recording.core.stack_ref import StackRef
from live_recording.review.changes import PlannedChange
from live_recording.review.preview import TYPES, UNKNOWN, parse_preview

OWNER = StackRef("live-recording", "dev")
URN = "urn:pulumi:dev::live-recording::"
RULE, TEMPLATE = f"{URN}pulumi-python:dynamic/live:RecordRule::r", f"{URN}pulumi-python:dynamic/live:RecordTemplate::a"
STACK = f"{URN}pulumi:pulumi:Stack::live-recording-dev"


def digest(*steps: dict[str, Any], errors: tuple[tuple[str, str], ...] = ()) -> str:
    """Return what the CLI prints, with the stack's own step."""
    reported = [{"urn": urn, "message": f"error: {text}\n", "severity": "error"} for urn, text in errors]
    warned = {"message": "warning: nothing\n", "severity": "warning"}
    return json.dumps(
        {"steps": [{"op": "same", "urn": STACK}, *steps], "diagnostics": [warned, *reported], "changeSummary": {}}
    )


def state(**props: Any) -> dict[str, Any]:
    """Return a state with these inputs, and the blob that each has."""
    return {
        "inputs": {"__provider": "gAS...", **props},
        "propertyDependencies": {"__provider": [], "template_id": [TEMPLATE]},
    }


OLD, NEW = state(domain="d", template_id="1001"), state(domain="e", template_id=UNKNOWN)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        pytest.param(
            {"op": "create", "newState": NEW, "detailedDiff": None},
            PlannedChange("create", "rule", "r", new={"domain": "e"}, template="a"),
            id="create-with-an-id-that-is-not-known-yet",
        ),
        pytest.param(
            {
                "op": "update",
                "oldState": OLD | {"id": "d//", "outputs": {"domain": "d", "template_id": "1002", "__provider": "x"}},
                "newState": OLD,
                "detailedDiff": {"template_id": {}, "__provider": {}, "mp4.storage_time": {}},
            },
            PlannedChange("update", "rule", "r", "d//", {"domain": "d", "template_id": "1002"}, {"domain": "d", "template_id": "1001"}, "a", "a", ("mp4.storage_time", "template_id")),
            id="update-with-what-the-state-remembers",
        ),
        pytest.param(
            {"op": "replace", "oldState": OLD | {"id": "d//", "delete": True}, "newState": NEW},
            PlannedChange("replace", "rule", "r", "d//", {"domain": "d", "template_id": "1001"}, {"domain": "e"}, "a", "a"),
            id="replace-create-first",
        ),
        pytest.param(
            {"op": "replace", "oldState": OLD | {"id": "d//"}, "newState": NEW},
            PlannedChange("replace", "rule", "r", "d//", {"domain": "d", "template_id": "1001"}, {"domain": "e"}, "a", "a", delete_first=True),
            id="replace-delete-first",
        ),
        pytest.param(
            {"op": "delete", "oldState": OLD | {"id": "d//"}},
            PlannedChange("delete", "rule", "r", "d//", {"domain": "d", "template_id": "1001"}, {}, "a"),
            id="delete",
        ),
    ],
)  # fmt: skip
def test_steps_are_those_of_our_resources(step: dict[str, Any], expected: PlannedChange) -> None:
    """Each step with what was and what will be, as far as it is known."""
    found = parse_preview(digest({"urn": RULE, **step}), OWNER)

    assert found.changes == (expected,)
    assert (found.refused, found.destroys, found.limitations) == ((), False, ())


def test_steps_are_sorted_and_the_rest_is_left_out() -> None:
    """Unchanged and foreign resources have no step; unknown operations are reported."""
    others = {"op": "create", "urn": f"{URN}random:index:RandomId::x", "newState": {}}
    nested = {"op": "create", "urn": RULE.replace("::pulumi-python", "::my:Component$pulumi-python"), "newState": NEW}
    same, odd = {"op": "same", "urn": TEMPLATE}, {"op": "import", "urn": RULE.replace("::r", "::i"), "newState": NEW}
    read = parse_preview(
        digest(others, same, odd, nested, {"op": "delete", "urn": TEMPLATE, "oldState": {"id": "1"}}), OWNER
    )

    assert [(step.op, step.kind, step.name) for step in read.changes] == [
        ("create", "rule", "r"),
        ("delete", "template", "a"),
    ]
    assert read.limitations == ('rules.i: the plan has the unknown operation "import"; it is not reviewed.',)


def test_destroy_is_seen() -> None:
    """A plan that deletes the stack itself is a destroy."""
    assert parse_preview(json.dumps({"steps": [{"op": "delete", "urn": STACK, "oldState": {}}]}), OWNER).destroys


@pytest.mark.parametrize(
    ("urn", "text", "expected"),
    [
        pytest.param("", "stacks/dev.yaml:3: rules.r: Wrong.\n[bad-name]", "stacks/dev.yaml:3: rules.r: Wrong. [bad-name]", id="of-the-program"),
        pytest.param(RULE, "pulumi-python:dynamic/live:RecordRule resource 'r': property template_id value {9: {}} has a problem: Gone.", "rules.r: Gone.", id="of-a-property"),
        pytest.param(RULE, "pulumi-python:dynamic/live:RecordRule resource 'r' has a problem: Taken: by x.", "rules.r: Taken: by x.", id="of-a-resource"),
        pytest.param(RULE, f'Preview failed: resource "{RULE}" cannot be deleted\nbecause it is protected. To unprotect the resource, either remove the `protect` flag', "rules.r: This plan would delete it, but it is protected. First deploy the entry unchanged, without `protect`.", id="protected"),
        pytest.param(RULE, f'unable to replace resource "{RULE}"\nas it is currently marked for protection. To unprotect', "rules.r: This plan would replace it, but it is protected. First deploy the entry unchanged, without `protect`.", id="protected-from-replacement"),
        pytest.param("", "odd \u001b[31m text", "odd \\u001b[31m text", id="escaped"),
    ],
)  # fmt: skip
def test_refusals_are_sentences_with_their_entry(urn: str, text: str, expected: str) -> None:
    """Of an error of the engine the sentence is left, on one line, from the entry on; warnings refuse nothing."""
    assert parse_preview(digest(errors=((urn, text), ("", "preview failed\n"))), OWNER).refused == (expected,)


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("Exception calling application: ", id="of-a-call"),
        pytest.param("provider.edge.RecordingError: ", id="of-a-newer-engine"),
    ],
)
def test_what_could_not_be_looked_at_refuses_nothing(before: str) -> None:
    """An account that does not answer is no verdict about the stack file."""
    found = parse_preview(digest(errors=((RULE, f"{before}It failed."), ("", "No."))), OWNER)

    assert (found.refused, found.failed) == (("No.",), ("rules.r: It failed.",))


def test_refusal_without_steps_is_one() -> None:
    """A program that ends before it declares anything leaves no step."""
    found = parse_preview(json.dumps({"diagnostics": [{"message": "error: No.", "severity": "error"}]}), OWNER)

    assert (found.changes, found.refused) == ((), ("No.",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "The plan is empty", id="empty"),
        pytest.param(" \n", "The plan is empty", id="blank"),
        pytest.param(digest({"op": "create", "urn": RULE})[:-40], "The plan is incomplete", id="truncated"),
        pytest.param("Previewing update (dev)\n{}", "The plan is not JSON (expected value at line 1", id="text"),
        pytest.param("\x00", "The plan is not JSON", id="binary"),
        pytest.param("[" * 200_000, "The plan is not JSON (recursion limit", id="nested"),
        pytest.param("{}", "it has no steps and no messages", id="another-object"),
        pytest.param('{"version": 1, "rules": []}', "it has no steps and no messages", id="a-snapshot"),
        pytest.param("[]", "unexpected value at the top level", id="a-list"),
        pytest.param('{"steps": [{"op": 1}]}', 'unexpected value at "steps.0.op"', id="another-form"),
        pytest.param(digest().replace('"same"', '"refresh"'), "This is the output of a refresh", id="a-refresh"),
        pytest.param(digest().replace(":dev:", ":prod:"), "This plan is for stack prod of project live-recording, but the review is for stack dev of project live-recording.", id="another-stack"),
        pytest.param(digest().replace("::live-recording::", "::shop::"), "for stack dev of project shop, but", id="another-project"),
    ],
)  # fmt: skip
def test_other_input_than_a_preview_is_reported(text: str, expected: str) -> None:
    """The message says what was seen, and how to create a preview."""
    with pytest.raises(ConfigError) as refused:
        parse_preview(text, OWNER)

    assert expected in str(refused.value)
    assert re.search(r"pulumi preview --json (--stack dev )?> preview\.json$", str(refused.value))


def test_types_are_those_of_our_resources() -> None:
    """Every kind of resource that the project declares is understood."""
    declared = {f"pulumi-python:dynamic/live:{made.__name__}": kind for kind, made in resources.KINDS.items()}

    assert declared == TYPES
