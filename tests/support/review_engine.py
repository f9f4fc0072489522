"""A stand-in for the engine, a thousand times faster: it asks our provider in the engine's order, and previews in its form.

Rule 1: checks, diffs, creates and updates come in any order that dependencies allow, deletes last. Rule 2: the provider,
its client and the account are the real ones; that the form of the previews is the engine's own is tested with the CLI.
"""

import json
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any, NamedTuple

from live_recording.account.api_errors import ApiError
from live_recording.account.client import LiveApi
from live_recording.account.inventory import AccountInventory, Conflict
from live_recording.account.snapshot import Snapshot
from live_recording.config.settings import Settings
from live_recording.core.findings import Finding, errors
from live_recording.core.kinds import KindName
from live_recording.core.stack_ref import StackRef
from live_recording.desired.declarations import DesiredResource, desired_resources
from live_recording.project import StackFile, check_text
from live_recording.resources import PROVIDERS, account_checks
from live_recording.resources.context import ProviderContext
from live_recording.resources.inputs import normalize_inputs
from live_recording.resources.planned_change import planned_change
from live_recording.review.preview import TYPES, UNKNOWN
from live_recording.stackfile.model import Limits

OWNER = StackRef("live-recording", "dev")
TOKENS = {kind: token for token, kind in TYPES.items()}
Props = dict[str, Any]
Key = tuple[KindName, str]


class Known(NamedTuple):
    """A resource as the state has it."""

    id: str
    inputs: Props
    outputs: Props
    template: str | None


class RefusedByPreview(Exception):
    """A check failed; `text` is the preview that says why."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(text)


class Engine:
    """One stack: what its state remembers. Each operation is a provider process of its own."""

    def __init__(self, limits: Limits | None = None, seed: int = 0) -> None:
        self.state: dict[Key, Known] = {}
        self.limits = limits or Limits()
        self._random = Random(seed)  # noqa: S311 - a seed, no secret

    def preview(self, settings: Settings, declared: Iterable[DesiredResource]) -> str:
        """What `pulumi preview --json` prints."""
        try:
            return _Operation(self, settings, preview=True).all(self._ordered(declared))
        except RefusedByPreview as refused:
            return refused.text

    def destroy(self, settings: Settings) -> str:
        """What `pulumi destroy --preview-only --json` prints."""
        return _Operation(self, settings, preview=True, of_stack="delete").all([])

    def up(self, settings: Settings, declared: Iterable[DesiredResource]) -> list[str]:
        """Apply; the sentences of what failed. Raises RefusedByPreview before anything changes."""
        operation = _Operation(self, settings, preview=False)
        operation.all(self._ordered(declared))
        self.state = operation.state
        return operation.errors

    def _ordered(self, declared: Iterable[DesiredResource]) -> list[DesiredResource]:
        """In any order, but each template before what uses it."""
        given = sorted(declared, key=lambda one: (one.kind, one.name))
        self._random.shuffle(given)
        found: dict[Key, DesiredResource] = {}
        sources = {one.name: one for one in given if one.kind == "template"}
        for one in given:
            for each in (sources[one.template], one) if one.template else (one,):
                found.setdefault((each.kind, each.name), each)
        return list(found.values())


class _Operation:
    def __init__(self, engine: Engine, settings: Settings, *, preview: bool, of_stack: str = "same") -> None:
        account = AccountInventory(settings, LiveApi(settings))
        limits = engine.limits
        self.context = ProviderContext(account, stack=OWNER, limit=lambda section: int(getattr(limits, section)))
        self.olds, self.state, self.errors = dict(engine.state), dict[Key, Known](), list[str]()
        self._of_stack = of_stack
        self._preview, self._steps, self._going = preview, list[Props](), list[tuple[KindName, Known]]()

    def all(self, declared: list[DesiredResource]) -> str:
        """Every step; what failed is in `errors`, and the rest of the run does not happen."""
        names = {(one.kind, one.name) for one in declared}
        self.olds = renamed(self.olds, declared)
        try:
            for one in declared:
                self._register(one)
            leftover = [(kind, name, known) for (kind, name), known in self.olds.items() if (kind, name) not in names]
            for kind, name, known in leftover:
                self._step("delete", kind, name, known, None)
                self._going.append((kind, known))
            for kind, known in sorted(self._going, key=lambda item: item[0] == "template"):
                self._delete(kind, known)
        except (ApiError, Conflict) as error:
            self.errors.append(str(error))
        return self._text([])

    def _register(self, one: DesiredResource) -> None:
        old, unknown, given = self.olds.get((one.kind, one.name)), frozenset[str](), dict(one.inputs)
        if one.template:
            made = self.state["template", one.template].id
            given, unknown = (given | {"template_id": made}, unknown) if made else (given, frozenset({"template_id"}))
        inputs = self._check(one, given, unknown, old.inputs if old else {})
        if old is None:
            self._step("create", one.kind, one.name, None, Known("", inputs, {}, one.template), unknown)
            self.state[one.kind, one.name] = self._create(one, inputs)
            return
        awaited = {name: object() for name in unknown}
        change = planned_change(one.kind, self.context, old.id, old.outputs, inputs | awaited)
        if change is None:
            self.state[one.kind, one.name] = old._replace(inputs=inputs, template=one.template)
        elif not change.replaces:
            self._step("update", one.kind, one.name, old, Known(old.id, inputs, {}, one.template), unknown)
            self.state[one.kind, one.name] = self._update(one, old, inputs)
        else:
            inputs = self._check(one, given, unknown, {})
            new = Known("", inputs, {}, one.template)
            self._step("replace", one.kind, one.name, old, new, unknown, later=not change.delete_first)
            if change.delete_first:
                self._delete(one.kind, old)
            else:
                self._going.append((one.kind, old))
            self.state[one.kind, one.name] = self._create(one, inputs)

    def _check(self, one: DesiredResource, given: Props, unknown: frozenset[str], olds: Props) -> Props:
        settings = self.context.account.settings
        inputs, found = normalize_inputs(one.kind, given, unknown, settings.limits, settings.now(), OWNER)
        wrong = errors(found) or account_checks.check(
            one.kind, self.context, inputs, olds, unknown, _urn(one.kind, one.name)
        )
        if wrong:
            raise RefusedByPreview(self._text([_diagnostic(one, found) for found in wrong]))
        return inputs

    def _create(self, one: DesiredResource, inputs: Props) -> Known:
        if self._preview:
            return Known("", inputs, inputs, one.template)
        made, outputs = PROVIDERS[one.kind].lifecycle.create(self.context, inputs)
        return Known(made, inputs, outputs, one.template)

    def _update(self, one: DesiredResource, old: Known, inputs: Props) -> Known:
        lifecycle = PROVIDERS[one.kind].lifecycle
        outputs = inputs if self._preview else lifecycle.update(self.context, old.id, old.outputs, inputs)
        return Known(old.id, inputs, outputs, one.template)

    def _delete(self, kind: KindName, known: Known) -> None:
        if not self._preview:
            PROVIDERS[kind].lifecycle.delete(self.context, known.id, known.outputs)

    def _step(
        self,
        op: str,
        kind: KindName,
        name: str,
        old: Known | None,
        new: Known | None,
        unknown: frozenset[str] = frozenset(),
        *,
        later: bool = False,
    ) -> None:
        step: Props = {"op": op, "urn": _urn(kind, name), "detailedDiff": None}
        if old:
            step["oldState"] = {"id": old.id, "inputs": old.inputs, "outputs": old.outputs} | _sources(old.template)
            step["oldState"] |= {"delete": True} if later else {}
        if new:
            step["newState"] = {"inputs": new.inputs | dict.fromkeys(unknown, UNKNOWN)} | _sources(new.template)
        self._steps.append(step)

    def _text(self, diagnostics: list[Props]) -> str:
        stack = {"op": self._of_stack, "urn": "urn:pulumi:dev::live-recording::pulumi:pulumi:Stack::live-recording-dev"}
        return json.dumps({"steps": [stack, *self._steps], "diagnostics": diagnostics, "changeSummary": {}})


def renamed(state: Mapping[Key, Known], declared: Iterable[DesiredResource]) -> dict[Key, Known]:
    """The state with the new names of what says what it was."""
    names = {(one.kind, one.name) for one in declared}
    now = {(one.kind, one.was): one.name for one in declared if one.was}
    return {
        (kind, now.get((kind, name), name) if (kind, name) not in names else name): known
        for (kind, name), known in state.items()
    }


def _urn(kind: KindName, name: str) -> str:
    return f"urn:pulumi:dev::live-recording::{TOKENS[kind]}::{name}"


def _sources(template: str | None) -> Props:
    return {"propertyDependencies": {"template_id": [_urn("template", template)] if template else []}}


def _diagnostic(one: DesiredResource, found: Finding) -> Props:
    where = f"{TOKENS[one.kind]} resource '{one.name}'"
    message = f"error: {where}: property {found.path_text} value {{}} has a problem: {found.sentence} [{found.id}]\n"
    return {"urn": _urn(one.kind, one.name), "message": message, "severity": "error"}


def source(text: str, settings: Settings) -> StackFile:
    """The stack file as the command line reads it."""
    loaded = check_text(text, "stacks/dev.yaml", settings.limits, settings.now(), OWNER)
    return StackFile("dev", "stacks/dev.yaml", OWNER, settings, loaded)


def declared(of: StackFile) -> tuple[DesiredResource, ...]:
    """What the program declares of a stack file without errors."""
    assert of.checked.stack
    return desired_resources(of.checked.stack, OWNER, of.settings.limits, of.settings.now()).declared


def taken(settings: Settings) -> Snapshot:
    """What the account holds now."""
    live = AccountInventory(settings, LiveApi(settings))
    return Snapshot(settings.site, settings.now(), live.templates(), live.rules(), live.tasks())
