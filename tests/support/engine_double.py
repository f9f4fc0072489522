"""A double of the Pulumi engine: one `preview`, `up`, `refresh` or `destroy`, in the engine's order, without the CLI.

Creates, updates and replacements come in any order that dependencies allow; deletes come last, templates after what uses
them. The provider, its client and the account are real. `tests/engine/test_engine_double.py` runs the same changes through
the real CLI and compares steps, state, and account.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal, Protocol

from live_recording.core.kinds import KindName
from live_recording.desired.declarations import DesiredResource
from live_recording.review.preview import TYPES, UNKNOWN

TEMPLATE_KINDS = ("template", "callback_template")
TOKENS = {kind: token for token, kind in TYPES.items()}
Props = dict[str, Any]
Key = tuple[KindName, str]
Operation = Literal["same", "create", "update", "replace", "delete"]


@dataclass(frozen=True, slots=True)
class ResourceState:
    """A resource as the state has it."""

    id: str
    inputs: Props
    outputs: Props
    template: str | None = None  # the name of the template resource that its template_id comes from


@dataclass(frozen=True, slots=True)
class Change:
    """The answer to a diff that found something."""

    replaces: bool
    delete_first: bool


class CheckFailed(Exception):
    """The provider's check refused a resource; `failures` are (property, reason)."""

    def __init__(self, failures: list[tuple[str, str]]) -> None:
        super().__init__(failures)
        self.failures = failures


class Provider(Protocol):
    """What the engine asks a provider; one instance serves one operation, like one provider process."""

    def check(self, kind: KindName, news: Props, olds: Props | None = None, name: str = ...) -> Props:
        """Return the normalized inputs. Raises CheckFailed."""

    def diff(self, kind: KindName, old: ResourceState, news: Props) -> Change | None:
        """Return what has to change, or None."""

    def create(self, kind: KindName, inputs: Props) -> ResourceState:
        """Create the object, or adopt the one that is there."""

    def read(self, kind: KindName, old: ResourceState) -> ResourceState | None:
        """Return what is live, or None."""

    def update(self, kind: KindName, old: ResourceState, inputs: Props) -> ResourceState:
        """Change the object in place."""

    def delete(self, kind: KindName, old: ResourceState) -> None:
        """Delete the object."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the engine decided to do with one resource."""

    operation: Operation
    kind: KindName
    name: str
    old: ResourceState | None
    new: ResourceState | None  # its inputs; id and outputs are known after the step
    delete_first: bool = False

    def as_json(self) -> Props:
        """Return the step as `pulumi preview --json` prints it."""
        step: Props = {"op": self.operation, "urn": urn(self.kind, self.name), "detailedDiff": None}
        if self.old:
            old = {"id": self.old.id, "inputs": self.old.inputs, "outputs": self.old.outputs}
            step["oldState"] = old | _dependencies(self.kind, self.old.template)
            step["oldState"] |= {"delete": True} if self.operation == "replace" and not self.delete_first else {}
        if self.new:
            step["newState"] = {"inputs": self.new.inputs} | _dependencies(self.kind, self.new.template)
        return step


def plan(
    provider: Provider,
    kind: KindName,
    name: str,
    old: ResourceState | None,
    arguments: Props,
    template: str | None = None,
) -> Step:
    """Check and diff one resource. Raises CheckFailed."""
    inputs = provider.check(kind, arguments, old.inputs if old else {}, name)
    if old is None:
        return Step("create", kind, name, None, ResourceState("", inputs, inputs, template))
    change = provider.diff(kind, old, inputs)
    if change is None:
        return Step("same", kind, name, old, ResourceState(old.id, inputs, old.outputs, template))
    if not change.replaces:
        return Step("update", kind, name, old, ResourceState(old.id, inputs, inputs, template))
    inputs = provider.check(kind, arguments, {}, name)
    return Step("replace", kind, name, old, ResourceState("", inputs, inputs, template), change.delete_first)


def apply(provider: Provider, step: Step) -> ResourceState:
    """Do a step and return the new state. Only with `delete_first` the old object of a replacement is deleted too."""
    assert step.new
    if step.operation == "same":
        return step.new
    if step.operation == "update":
        assert step.old
        return replace(provider.update(step.kind, step.old, step.new.inputs), template=step.new.template)
    if step.delete_first:
        assert step.old
        provider.delete(step.kind, step.old)
    return replace(provider.create(step.kind, step.new.inputs), template=step.new.template)


class Engine:
    """One stack with its state, which follows each step that succeeded. Whatever a provider raises ends an operation."""

    def __init__(self, seed: int | None = None) -> None:
        """*seed* shuffles the resources of each operation; without it they come as they are declared."""
        self.state: dict[Key, ResourceState] = {}
        self.replaced: list[tuple[KindName, ResourceState]] = []  # replaced objects that are not deleted yet
        self._random = Random(seed) if seed is not None else None  # noqa: S311 - a seed, no secret

    def preview(self, provider: Provider, declared: Iterable[DesiredResource], *, destroy: bool = False) -> str:
        """Return what `pulumi preview --json` prints, or `pulumi destroy --preview-only --json`."""
        wanted = self._ordered(declared)
        olds, news, steps, diagnostics = renamed(self.state, wanted), dict[Key, ResourceState](), [], list[Props]()
        for resource in wanted:
            try:
                step = _plan(provider, resource, olds, news)
            except CheckFailed as error:
                diagnostics = [_diagnostic(resource, *failure) for failure in error.failures]
                break
            if step.operation != "same":
                steps.append(step)
            assert step.new
            news[resource.kind, resource.name] = step.new
        else:
            gone = ((key, old) for key, old in olds.items() if key not in news)
            steps += [Step("delete", kind, name, old, None) for (kind, name), old in gone]
        stack = {
            "op": "delete" if destroy else "same",
            "urn": "urn:pulumi:dev::live-recording::pulumi:pulumi:Stack::live-recording-dev",
        }
        shown = [stack, *(step.as_json() for step in steps)]
        return json.dumps({"steps": shown, "diagnostics": diagnostics, "changeSummary": {}})

    def up(self, provider: Provider, declared: Iterable[DesiredResource], *, refresh: bool = False) -> None:
        """Run `pulumi up --skip-preview`; declare nothing to destroy. Raises what the provider raises."""
        if refresh:
            self.refresh(provider)
        wanted = self._ordered(declared)
        self.state = renamed(self.state, wanted)
        for resource in wanted:
            self._apply(provider, _plan(provider, resource, self.state, self.state))
        names = {(resource.kind, resource.name) for resource in wanted}
        deletes: list[tuple[KindName, ResourceState, Key | None]] = [(kind, old, None) for kind, old in self.replaced]
        deletes += [(key[0], old, key) for key, old in self.state.items() if key not in names]
        for kind, old, key in sorted(deletes, key=lambda delete: delete[0] in TEMPLATE_KINDS):
            provider.delete(kind, old)
            if key:
                del self.state[key]
            else:
                self.replaced.remove((kind, old))

    def refresh(self, provider: Provider) -> None:
        """Run `pulumi refresh`."""
        for key, old in tuple(self.state.items()):
            found = provider.read(key[0], old)
            del self.state[key]
            if found:
                self.state[key] = replace(found, template=old.template)

    def _apply(self, provider: Provider, step: Step) -> None:
        self.state[step.kind, step.name] = apply(provider, step)
        if step.operation == "replace" and not step.delete_first:
            assert step.old
            self.replaced.append((step.kind, step.old))

    def _ordered(self, declared: Iterable[DesiredResource]) -> list[DesiredResource]:
        """Return the resources, each template before what uses it."""
        given = list(declared)
        if self._random:
            given.sort(key=lambda resource: (resource.kind, resource.name))
            self._random.shuffle(given)
        templates = {(resource.kind, resource.name): resource for resource in given if resource.kind in TEMPLATE_KINDS}
        ordered: dict[Key, DesiredResource] = {}
        for resource in given:
            template = [templates[resource.template_kind, resource.template]] if resource.template else []
            for needed in (*template, resource):
                ordered.setdefault((needed.kind, needed.name), needed)
        return list(ordered.values())


def _plan(
    provider: Provider, resource: DesiredResource, olds: Mapping[Key, ResourceState], news: Mapping[Key, ResourceState]
) -> Step:
    arguments = dict(resource.inputs)
    if resource.template:
        arguments["template_id"] = news[resource.template_kind, resource.template].id or UNKNOWN
    old = olds.get((resource.kind, resource.name))
    return plan(provider, resource.kind, resource.name, old, arguments, resource.template)


def renamed(state: Mapping[Key, ResourceState], declared: Iterable[DesiredResource]) -> dict[Key, ResourceState]:
    """Return the state with the new names of resources that have `was`."""
    wanted = list(declared)
    names = {(resource.kind, resource.name) for resource in wanted}
    new_names = {
        (resource.kind, resource.previous_name): resource.name for resource in wanted if resource.previous_name
    }
    return {
        (kind, new_names.get((kind, name), name) if (kind, name) not in names else name): known
        for (kind, name), known in state.items()
    }


def urn(kind: KindName, name: str) -> str:
    """Return the URN of a resource of stack dev."""
    return f"urn:pulumi:dev::live-recording::{TOKENS[kind]}::{name}"


def _dependencies(kind: KindName, template: str | None) -> Props:
    template_kind: KindName = "callback_template" if kind == "callback_rule" else "template"
    return {"propertyDependencies": {"template_id": [urn(template_kind, template)] if template else []}}


def _diagnostic(resource: DesiredResource, name: str, reason: str) -> Props:
    where = f"{TOKENS[resource.kind]} resource '{resource.name}'"
    message = f"error: {where}: property {name} value {{}} has a problem: {reason}\n"
    return {"urn": urn(resource.kind, resource.name), "message": message, "severity": "error"}
