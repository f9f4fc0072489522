"""Every fault against every changing call, through the real provider host, and what must be true afterwards.

Each operation has a process of its own, as with the engine. An operation that failed is run again once without a fault:
from the state as it was saved step by step ("kept"), or from the one before the operation, as after a crash ("forgotten").
What must be there is what the same operation leaves without a fault.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import product
from typing import Any

import grpc

from live_recording.core.kinds import TEMPLATE_OF
from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES
from live_recording.desired.declarations import DesiredResource, desired_resources
from live_recording.emulator import Emulator
from live_recording.emulator.faults import KINDS
from live_recording.stackfile.model import Stack
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.engine_double import CheckFailed, Engine
from tests.support.entries import read_entry

FAULTS = [kind for kind in KINDS if kind != "unauthorized"]
"""The faults that pass. A missing permission stays, so no run repairs it."""
LATER = NOW + timedelta(hours=2)  # when the task "derby" runs
DOMAIN = "push.example.com"
HOOKS = "https://hooks.example.com"
TIMES = (1, 2, 4)  # four: more often than a change is sent, so that the operation fails
MEMORIES = ("kept", "forgotten")
SLOW = 0.3  # seconds that a delayed call takes longer

Declared = tuple[DesiredResource, ...]


BASE_STACK: Mapping[str, Mapping[str, Mapping[str, object]]] = {
    "templates": {"archive": {"mp4": {"storage_time": "30d"}}, "clips": {"flv": {"record_interval": "30m"}}},
    "rules": {
        "everything": {"domain": DOMAIN, "template": "archive"},
        "studio": {"domain": DOMAIN, "app": "studio", "template": "archive"},
    },
    "callback_templates": {
        "newsroom": {"record_notify_url": f"{HOOKS}/a"},
        "desk": {"record_notify_url": f"{HOOKS}/b"},
    },
    "callback_rules": {"hook": {"domain": DOMAIN, "callback_template": "newsroom"}},
    "tasks": {
        name: {
            "domain": DOMAIN,
            "app": "live",
            "stream": name,
            "start": start,
            "duration": duration,
            "template": template,
        }
        for name, start, duration, template in (
            ("final", "2026-11-21T20:00Z", "2h", "archive"),
            ("derby", "2026-11-20T13:00Z", "3h", "clips"),
        )
    },
}
"""At LATER, final is planned and derby runs."""


def _changed(fields: Mapping[str, Mapping[str, object]]) -> Declared:
    """Return the resources of BASE_STACK with other fields for some entries, by name."""
    sections = {
        section: {name: {**entry, **fields.get(name, {})} for name, entry in entries.items()}
        for section, entries in BASE_STACK.items()
    }
    owner = StackRef("live-recording", "dev")
    return desired_resources(read_entry(Stack, sections), owner, SITES["intl"], NOW).resources


BASE: Declared = _changed({})


def _change_from_outside(account: Account) -> None:
    """Change a template of each kind, and delete a rule of each kind and a task."""
    archive = next(t for t in account.state["templates"] if t["TemplateName"].endswith("archive"))
    account.in_console("ModifyLiveRecordTemplate", TemplateId=archive["TemplateId"], Description="other")
    account.in_console("DeleteLiveRecordRule", DomainName=DOMAIN, AppName="studio", StreamName="")
    newsroom = next(t for t in account.state["callback_templates"] if t["TemplateName"].endswith("newsroom"))
    account.in_console("ModifyLiveCallbackTemplate", TemplateId=newsroom["TemplateId"], Description="other")
    account.in_console("DeleteLiveCallbackRule", DomainName=DOMAIN, AppName="")
    final = next(t for t in account.state["tasks"] if t["StreamName"] == "final")
    account.in_console("DeleteRecordTask", TaskId=final["TaskId"])


@dataclass(frozen=True, slots=True)
class Operation:
    """One run of Pulumi: what it is about, what is declared, and which changing calls the run makes."""

    description: str
    declared: Declared
    actions: tuple[str, ...]
    fresh: bool = False  # whether the account and the state are empty before
    refresh: bool = False
    before: Callable[[Account], None] = lambda _: None


def _actions(names: str) -> tuple[str, ...]:
    long = {
        "Template": "LiveRecordTemplate",
        "Rule": "LiveRecordRule",
        "Task": "RecordTask",
        "CallbackTemplate": "LiveCallbackTemplate",
        "CallbackRule": "LiveCallbackRule",
    }
    return tuple(verb + long[kind] for verb, kind in (name.split() for name in names.split(", ")))


OPERATIONS: Mapping[str, Operation] = {
    "up": Operation(
        "the first `up`",
        BASE,
        _actions("Create Template, Create Rule, Create Task, Create CallbackTemplate, Create CallbackRule"),
        fresh=True,
    ),
    "retarget": Operation(
        "rules get another template, a template of each kind another description",
        _changed(
            {
                "archive": {"description": "x"},
                "everything": {"template": "clips"},
                "studio": {"template": "clips"},
                "newsroom": {"description": "x"},
                "hook": {"callback_template": "desk"},
            }
        ),
        _actions(
            "Modify Template, Delete Rule, Create Rule, Modify CallbackTemplate, Delete CallbackRule, Create CallbackRule"
        ),
    ),
    "replace": Operation(
        "a template changes `delay_live`, a running task its end",
        _changed({"archive": {"delay_live": True}, "derby": {"duration": "4h"}}),
        _actions("Create Template, Delete Rule, Create Rule, Delete Template, Create Task, Stop Task, Delete Task"),
    ),
    "move": Operation(
        "rules get another key",
        _changed({"everything": {"app": "stage"}, "studio": {"app": "atelier"}}),
        _actions("Create Rule, Delete Rule"),
    ),
    "refresh": Operation(
        "`up --refresh` after changes from outside",
        BASE,
        _actions("Modify Template, Create Rule, Create Task, Modify CallbackTemplate, Create CallbackRule"),
        refresh=True,
        before=_change_from_outside,
    ),
    "destroy": Operation(
        "`destroy`",
        (),
        _actions("Delete Rule, Stop Task, Delete Task, Delete Template, Delete CallbackRule, Delete CallbackTemplate"),
    ),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault in one operation."""

    operation: str
    action: str
    kind: str
    times: int
    memory: str

    def __str__(self) -> str:
        return f"{self.operation}-{self.action}-{self.kind}-{self.times}-{self.memory}"


def cells() -> list[Cell]:
    """Return the whole matrix."""
    pairs = ((name, action) for name, operation in OPERATIONS.items() for action in operation.actions)
    return [Cell(*pair, kind, times, memory) for pair, kind, times, memory in product(pairs, FAULTS, TIMES, MEMORIES)]


def sample() -> list[Cell]:
    """Return one cell for each operation, call and fault; number of faults and memory take turns."""
    every = len(TIMES) * len(MEMORIES)
    whole = cells()
    return [whole[first + (first // every) * 5 % every] for first in range(0, len(whole), every)]


def contents(account: Account) -> list[str]:
    """Return what the account holds, without ids: a duplicate shows twice, a running task has no exact start."""
    held = account.state
    names = {t["TemplateId"]: t["TemplateName"] for t in (*held["templates"], *held["callback_templates"])}
    now = account.emulator.service.clock.seconds()

    def line(found: Mapping[str, Any]) -> str:
        plain = {name: value for name, value in found.items() if name not in ("TaskId", "CreateTime", "UpdateTime")}
        if "TemplateName" in plain:
            plain.pop("TemplateId")
        else:
            plain["TemplateId"] = names.get(plain["TemplateId"], plain["TemplateId"])
        if plain.get("StartTime", now + 1) <= now:
            plain["StartTime"] = "before"
        return json.dumps(plain, sort_keys=True)

    sections = ("templates", "rules", "tasks", "callback_templates", "callback_rules")
    return sorted(line(found) for section in sections for found in held[section])


def _ids_agree(account: Account, engine: Engine) -> bool:
    """Return whether account and state have the same ids of templates and tasks."""
    sections = ("templates", "callback_templates")
    live = [str(template["TemplateId"]) for section in sections for template in account.state[section]]
    live += [task["TaskId"] for task in account.state["tasks"]]
    known = [resource.id for (kind, _), resource in engine.state.items() if kind not in TEMPLATE_OF]
    known += [resource.id for _, resource in engine.replaced]
    return sorted(known) == sorted(live)


@cache
def base() -> tuple[str, Engine]:
    """Return the account, as JSON, and the stack after the first `up`."""
    engine = Engine()
    with Emulator(now=NOW) as emulator:
        account = Account(emulator)
        assert _run(account, engine, OPERATIONS["up"]) == ""
        return json.dumps(emulator.service.state()), engine


@cache
def contents_without_fault(name: str) -> tuple[str, ...]:
    """Return what an operation leaves when nothing fails."""
    with Emulator(now=NOW) as emulator:
        account, engine = _prepare(emulator, OPERATIONS[name])
        assert _run(account, engine, OPERATIONS[name]) == ""
        return tuple(contents(account))


def _prepare(emulator: Emulator, operation: Operation) -> tuple[Account, Engine]:
    account, engine = Account(emulator), Engine()
    if not operation.fresh:
        contents_before, applied = base()
        emulator.service.restore(json.loads(contents_before))
        emulator.set_now(LATER)
        engine = deepcopy(applied)
    operation.before(account)
    return account, engine


def _run(account: Account, engine: Engine, operation: Operation) -> str:
    """Run the operation in a process of its own; return its error, or nothing."""
    now = NOW if operation.fresh else LATER
    with account.host(LIVE_RECORDING_NOW=now.isoformat()) as host:
        try:
            engine.up(host, operation.declared, refresh=operation.refresh)
        except (grpc.RpcError, CheckFailed) as error:
            return str(error.details() if isinstance(error, grpc.RpcError) else error)
    return ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a cell: how many runs it took, and what is wrong."""

    runs: int
    wrong: tuple[str, ...]


def outcome(cell: Cell) -> Outcome:
    """Try the cell on an account of its own."""
    operation = OPERATIONS[cell.operation]
    with Emulator(now=NOW) as emulator:
        account, engine = _prepare(emulator, operation)
        before = deepcopy(engine)
        seconds = SLOW if cell.kind == "delay" else 0
        emulator.fault(cell.action, cell.kind, count=cell.times, seconds=seconds)
        results = [_run(account, engine, operation)]
        if results[0]:
            engine = before if cell.memory == "forgotten" else engine
            results.append(_run(account, engine, operation))
        return Outcome(len(results), tuple(_problems(cell, account, engine, results)))


def _problems(cell: Cell, account: Account, engine: Engine, results: list[str]) -> Iterator[str]:
    if not any(call["fault"] for call in account.emulator.log):
        yield "the fault was not met"
    if results[-1]:
        yield f"the second run failed: {results[-1]}"
    for text in results:
        if "Traceback" in text or "\n" in text.strip() or "Provider bug" in text:
            yield f"not one sentence: {text}"
    wanted, found = list(contents_without_fault(cell.operation)), contents(account)
    yield from (f"missing or different: {line}" for line in wanted if line not in found)
    yield from (f"not wanted: {line}" for line in found if line not in wanted)
    yield from (f"duplicate: {line}" for line in sorted(set(found)) if found.count(line) > wanted.count(line) > 0)
    if not _ids_agree(account, engine):
        yield "the state and the account have different ids"
