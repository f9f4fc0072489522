"""Every fault against every changing call, through the genuine provider host: what must hold afterwards.

Rule 1: one process per operation, as the engine has. Rule 2: an operation that failed is run again once, plainly: from
the state as it was saved step by step ("kept"), or from the one before the operation, as after a crash ("forgotten").
Rule 3: what has to be there is what the same operation leaves without a fault.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import grpc
from pulumi.runtime.proto import provider_pb2

from live_recording.emulator import Emulator
from live_recording.emulator.faults import KINDS
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.provider_host import Host, Live, RefusedByCheck

LATER = NOW + timedelta(hours=2)  # when the task "derby" runs
DOMAIN = "push.example.com"
TIMES = (1, 2, 4)  # four: more often than a change is sent, so that the operation fails
MEMORIES = ("kept", "forgotten")
SLOW = 0.3  # seconds that a delayed call takes longer

Name = tuple[str, str]  # (kind, resource name)
Declared = Mapping[Name, Mapping[str, Any]]


def _stream(name: str) -> dict[str, str]:
    return {"domain": DOMAIN, "app": "live", "stream": name}


def _template(name: str, **fields: object) -> dict[str, object]:
    return {"template_name": f"live-recording--dev--{name}", **fields}


BASE: Declared = {
    ("template", "archive"): _template("archive", mp4={"storage_time": "30d"}),
    ("template", "clips"): _template("clips", flv={"record_interval": "30m"}),
    ("rule", "everything"): {"domain": DOMAIN, "template_id": "@archive"},
    ("rule", "studio"): {"domain": DOMAIN, "app": "studio", "template_id": "@archive"},
    ("task", "final"): _stream("final") | {"start": "2026-11-21T20:00Z", "duration": "2h", "template_id": "@archive"},
    ("task", "derby"): _stream("derby") | {"start": "2026-11-20T13:00Z", "duration": "3h", "template_id": "@clips"},
}
"""What a reference @NAME stands for is the id of that template. At LATER, final is planned and derby runs."""


def _but(**changed: Mapping[str, object]) -> Declared:
    return {key: {**fields, **changed.get(key[1], {})} for key, fields in BASE.items()}


def _meddle(account: Account) -> None:
    """Somebody changes a template, and removes a rule and a task."""
    archive = next(t for t in account.state["templates"] if t["TemplateName"].endswith("archive"))
    account.by_hand("ModifyLiveRecordTemplate", TemplateId=archive["TemplateId"], Description="by hand")
    account.by_hand("DeleteLiveRecordRule", DomainName=DOMAIN, AppName="studio", StreamName="")
    final = next(t for t in account.state["tasks"] if t["StreamName"] == "final")
    account.by_hand("DeleteRecordTask", TaskId=final["TaskId"])


class Operation(NamedTuple):
    """One run of Pulumi: what the stack file says by then, and which changing calls the run makes."""

    says: str
    declared: Declared
    actions: tuple[str, ...]
    fresh: bool = False  # whether the account and the state are empty before
    refresh: bool = False
    before: Callable[[Account], None] = lambda _: None


def _actions(names: str) -> tuple[str, ...]:
    long = {"Template": "LiveRecordTemplate", "Rule": "LiveRecordRule", "Task": "RecordTask"}
    return tuple(verb + long[kind] for verb, kind in (name.split() for name in names.split(", ")))


OPERATIONS: Mapping[str, Operation] = {
    "up": Operation("the first `up`", BASE, _actions("Create Template, Create Rule, Create Task"), fresh=True),
    "retarget": Operation(
        "rules get another template, a template another description",
        _but(everything={"template_id": "@clips"}, studio={"template_id": "@clips"}, archive={"description": "x"}),
        _actions("Modify Template, Delete Rule, Create Rule"),
    ),
    "replace": Operation(
        "a template changes `delay_live`, a running task its end",
        _but(archive={"delay_live": True}, derby={"duration": "4h"}),
        _actions("Create Template, Delete Rule, Create Rule, Delete Template, Create Task, Stop Task, Delete Task"),
    ),
    "move": Operation(
        "rules get another key",
        _but(everything={"app": "stage"}, studio={"app": "atelier"}),
        _actions("Create Rule, Delete Rule"),
    ),
    "refresh": Operation(
        "`up --refresh` after somebody changed and removed things",
        BASE,
        _actions("Modify Template, Create Rule, Create Task"),
        refresh=True,
        before=_meddle,
    ),
    "destroy": Operation("`destroy`", {}, _actions("Delete Rule, Stop Task, Delete Task, Delete Template")),
}


class Cell(NamedTuple):
    """One fault in one operation."""

    operation: str
    action: str
    kind: str
    times: int
    memory: str

    def __str__(self) -> str:
        return "-".join(map(str, self))


def cells() -> list[Cell]:
    """The whole matrix."""
    pairs = ((name, action) for name, operation in OPERATIONS.items() for action in operation.actions)
    return [Cell(*pair, kind, times, memory) for pair, kind, times, memory in product(pairs, KINDS, TIMES, MEMORIES)]


def sample() -> list[Cell]:
    """One cell for each operation, call and fault; how often and which memory take turns."""
    every = len(TIMES) * len(MEMORIES)
    whole = cells()
    return [whole[first + (first // every) * 5 % every] for first in range(0, len(whole), every)]


@dataclass
class State:
    """What the engine remembers: resources, and objects that were replaced and are still to be deleted."""

    live: dict[Name, Live] = field(default_factory=dict)
    doomed: list[tuple[str, Live]] = field(default_factory=list)

    def copy(self) -> State:
        """The same, to be changed by itself."""
        return deepcopy(self)


ORDER = ("template", "rule", "task")  # what others need comes first, and goes last


def run(host: Host, state: State, operation: Operation) -> None:
    """One operation as the engine runs it; *state* follows each step that succeeded."""
    for key, old in tuple(state.live.items()) if operation.refresh else ():
        found = host.read(key[0], old)
        del state.live[key]
        state.live |= {key: found} if found else {}
    for (kind, name), fields in operation.declared.items():
        _apply(host, state, (kind, name), dict(fields))
    state.doomed.sort(key=lambda gone: -ORDER.index(gone[0]))
    for gone in tuple(state.doomed):
        host.delete(*gone)
        state.doomed.remove(gone)
    dropped = [key for key in state.live if key not in operation.declared]
    for key in sorted(dropped, key=lambda key: -ORDER.index(key[0])):
        host.delete(key[0], state.live[key])
        del state.live[key]


def _apply(host: Host, state: State, key: Name, fields: dict[str, Any]) -> None:
    kind, name = key
    if "template_id" in fields:
        fields["template_id"] = state.live["template", fields["template_id"][1:]].id
    old = state.live.get(key)
    inputs = host.check(kind, fields, old.inputs if old else None, name)
    if old is None:
        state.live[key] = host.create(kind, inputs)
        return
    answer = host.diff(kind, old, inputs)
    if answer.changes == provider_pb2.DiffResponse.DIFF_NONE:
        return
    if not answer.replaces:
        state.live[key] = host.update(kind, old, inputs)
        return
    again = host.check(kind, fields, None, name)
    assert not answer.deleteBeforeReplace  # only where places are scarce
    state.live[key] = host.create(kind, again)
    state.doomed.append((kind, old))


def seen(account: Account) -> list[str]:
    """What the account holds, without ids: a doubled object shows twice, a task that runs has no exact start."""
    held = account.state
    names = {t["TemplateId"]: t["TemplateName"] for t in held["templates"]}
    now = account.emulator.cloud.clock.seconds()

    def line(found: Mapping[str, Any]) -> str:
        plain = {name: value for name, value in found.items() if name not in ("TaskId", "CreateTime", "UpdateTime")}
        if "TemplateName" in plain:
            plain.pop("TemplateId")
        else:
            plain["TemplateId"] = names.get(plain["TemplateId"], plain["TemplateId"])
        if plain.get("StartTime", now + 1) <= now:
            plain["StartTime"] = "before"
        return json.dumps(plain, sort_keys=True)

    return sorted(line(found) for kind in ("templates", "rules", "tasks") for found in held[kind])


def _agree(account: Account, state: State) -> bool:
    """Whether account and state have the same ids of templates and tasks."""
    templates, tasks = account.state["templates"], account.state["tasks"]
    live = [str(found["TemplateId"]) for found in templates] + [found["TaskId"] for found in tasks]
    known = [*(found.id for (kind, _), found in state.live.items() if kind != "rule"), *state.doomed]
    return sorted(map(str, known)) == sorted(live)


@cache
def base() -> tuple[str, State]:
    """The account, as JSON, and the state after the first `up`."""
    state = State()
    with Emulator(now=NOW) as emulator:
        account = Account(emulator)
        with account.host() as host:
            run(host, state, OPERATIONS["up"])
        return json.dumps(emulator.cloud.state()), state


@cache
def faultless(name: str) -> tuple[str, ...]:
    """What an operation leaves when nothing goes wrong."""
    with Emulator(now=NOW) as emulator:
        account, state = _ready(emulator, OPERATIONS[name])
        assert _attempt(account, state, OPERATIONS[name]) == ""
        return tuple(seen(account))


def _ready(emulator: Emulator, operation: Operation) -> tuple[Account, State]:
    account, state = Account(emulator), State()
    if not operation.fresh:
        held, made = base()
        emulator.cloud.restore(json.loads(held))
        emulator.set_now(LATER)
        state = made.copy()
    operation.before(account)
    return account, state


def _attempt(account: Account, state: State, operation: Operation) -> str:
    """Run the operation in a process of its own; what it says when it fails, else nothing."""
    now = NOW if operation.fresh else LATER
    with account.host(LIVE_RECORDING_NOW=now.isoformat()) as host:
        try:
            run(host, state, operation)
        except (grpc.RpcError, RefusedByCheck) as error:
            return str(error.details() if isinstance(error, grpc.RpcError) else error)
    return ""


class Outcome(NamedTuple):
    """What became of a cell: how many runs it took, and what is wrong."""

    runs: int
    wrong: tuple[str, ...]


def outcome(cell: Cell) -> Outcome:
    """Try the cell on an account of its own."""
    operation = OPERATIONS[cell.operation]
    with Emulator(now=NOW) as emulator:
        account, state = _ready(emulator, operation)
        before = state.copy()
        seconds = SLOW if cell.kind == "delay" else 0
        emulator.fault(cell.action, cell.kind, count=cell.times, seconds=seconds)
        said = [_attempt(account, state, operation)]
        if said[0]:
            state = before if cell.memory == "forgotten" else state
            said.append(_attempt(account, state, operation))
        return Outcome(len(said), tuple(_wrong(cell, account, state, said)))


def _wrong(cell: Cell, account: Account, state: State, said: list[str]) -> Iterator[str]:
    if not any(call["fault"] for call in account.emulator.log):
        yield "the fault was not met"
    if said[-1]:
        yield f"after a plain re-run: {said[-1]}"
    for text in said:
        if "Traceback" in text or "\n" in text.strip() or "Provider bug" in text:
            yield f"not one sentence: {text}"
    wanted = list(faultless(cell.operation))
    found = seen(account)
    yield from (f"lost or different: {line}" for line in wanted if line not in found)
    yield from (f"too much: {line}" for line in found if line not in wanted)
    yield from (f"doubled: {line}" for line in sorted(set(found)) if found.count(line) > wanted.count(line) > 0)
    if not _agree(account, state):
        yield "the state and the account hold different ids"
