"""What the account holds: read once per process, shared by all resources, kept current by our own changes.

Rule 1: every list is read whole - both kinds of templates, all pages, all windows of unfinished tasks.
Rule 2: a change goes through here, so that what is checked after it sees it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from threading import RLock
from time import sleep
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from live_recording.account.api_errors import OutcomeUnknown, TimedOut
from live_recording.account.objects import key_of, name_of
from live_recording.config.settings import Settings
from live_recording.core.errors import ToolError
from live_recording.core.stack_ref import StackRef, adopt_command
from live_recording.core.streams import StreamKey
from live_recording.core.vendor import QUERY_MAX, RULES, TASK_MAX, TEMPLATES

if TYPE_CHECKING:
    from live_recording.account.client import LiveApi
    from live_recording.resources.run_registry import Run


Live = dict[str, Any]
T = TypeVar("T")
Section = Literal["rules", "templates"]

DEFAULT_LIMITS: dict[Section, int] = {"rules": RULES, "templates": TEMPLATES}

TASK_WINDOWS = ((-TASK_MAX, QUERY_MAX - TASK_MAX), (timedelta(0), QUERY_MAX))
"""From when to when, from now on: a query that begins as long ago as a task may last catches running ones, one that
begins now the latest planned ones."""


ATTEMPTS = 3
"""How often a change is sent whose outcome stays unknown and that the account does not show."""
SETTLE_SECONDS = 0.5
"""Time for a change whose answer was lost to show in the lists."""
LATE_SECONDS = 20.0
"""Time for a change that the vendor has but did not answer."""
LOOK_SECONDS = 1.0
"""Time between two looks."""


def _new_run() -> "Run":
    from live_recording.resources.run_registry import Run

    return Run()


class Conflict(ToolError):
    """The account holds something else than the state remembers; the text says what and what to do."""


@dataclass
class AccountInventory:
    """One account: what it holds, what this run does to it. Safe to share between threads."""

    settings: Settings
    api: "LiveApi"
    run: "Run" = field(default_factory=_new_run)
    allowed: Callable[[Section], int] = DEFAULT_LIMITS.__getitem__
    """What the account may hold, by the stack file; read when it matters."""
    owner: StackRef | None = None  # the stack of this run, once it is known
    rules_at_first: int = 0  # how many rules there were when this process first looked
    _lists: dict[str, Any] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)

    def templates(self, *, fresh: bool = False) -> dict[str, Live]:
        """Templates in API form, by id."""
        found: dict[str, Live] = self._list("templates", self._read_templates, fresh)
        return found

    def named(self, template_id: str) -> str:
        """The name of a template; empty where the account has none or does not tell."""
        return name_of(self.templates().get(template_id, {}))

    @property
    def adopting(self) -> str:
        """The command that makes what is live this stack's."""
        return adopt_command(self.owner.stack if self.owner else "")

    def stranger(self, template_id: str) -> str:
        """The other stack that a template belongs to by its name, as sentences name it; empty where it is this one's or nobody's.

        What a resource of this run has is this stack's under any name: the stack may have been renamed.
        """
        owner = StackRef.of_template(self.named(template_id))
        ours = not self.owner or owner == self.owner or ("template", template_id) in self.run.held
        return owner.description if owner and not ours else ""

    def rules(self, *, fresh: bool = False) -> dict[StreamKey, str]:
        """Template ids, by rule key."""
        found: dict[StreamKey, str] = self._list("rules", self._read_rules, fresh)
        return found

    def tasks(self, *, fresh: bool = False) -> dict[str, Live]:
        """Tasks in API form that are not known to be over, by id."""
        found: dict[str, Live] = self._list("tasks", self._read_tasks, fresh)
        return found

    def _list(self, name: str, read: Any, fresh: bool) -> Any:
        with self._lock:
            if fresh or name not in self._lists:
                first = name not in self._lists
                self._lists[name] = dict(read())
                if first and name == "rules":
                    self.rules_at_first = len(self._lists[name])
            return self._lists[name]

    def change(self, action: str, body: Live) -> Live:
        """Send a change, unless the time is only pretended."""
        self.settings.refuse_changes(preview=False)
        return self.api.change(action, body)

    def settle(self, send: Callable[[], T], look: Callable[[], T | None]) -> T:
        """The outcome of *send*; where it is not known, of *look* at the account, before anything is sent again.

        A call that the vendor has and did not answer in time may still be carried out: it is never sent again.
        """
        for attempt in range(ATTEMPTS):
            try:
                return send()
            except OutcomeUnknown as unknown:
                late = isinstance(unknown, TimedOut)
                found = self._watch(look, LATE_SECONDS if late else SETTLE_SECONDS)
                if found is not None:
                    return found
                if late or attempt == ATTEMPTS - 1:
                    raise unknown.unseen() from None
        raise AssertionError

    @staticmethod
    def _watch(look: Callable[[], T | None], seconds: float) -> T | None:
        """What *look* finds within so many seconds."""
        waited = 0.0
        while waited < seconds:
            pause = min(LOOK_SECONDS, seconds - waited)
            sleep(pause)
            waited += pause
            found = look()
            if found is not None:
                return found
        return None

    def put(self, name: str, key: object, value: object) -> None:
        """Note that our own change made or changed an object of the list *name*."""
        with self._lock:
            if name in self._lists:  # a new dict each time: others may be reading the old one
                self._lists[name] = {**self._lists[name], key: value}

    def drop(self, name: str, key: object) -> None:
        """Note that our own change removed an object."""
        with self._lock:
            if name in self._lists:
                self._lists[name] = {k: v for k, v in self._lists[name].items() if k != key}

    def _read_templates(self) -> Iterator[tuple[str, Live]]:
        for slow in (0, 1):  # without the argument slow-live templates are left out
            answer = self.api.read("DescribeLiveRecordTemplates", {"IsDelayLive": slow})
            yield from ((str(found["TemplateId"]), found) for found in answer.get("Templates") or [])

    def _read_rules(self) -> Iterator[tuple[StreamKey, str]]:
        for found in self.api.read("DescribeLiveRecordRules", {}).get("Rules") or []:
            yield key_of(found), str(found["TemplateId"])

    def _read_tasks(self) -> Iterator[tuple[str, Live]]:
        now = self.settings.now()
        for begin, end in TASK_WINDOWS:
            query = {"StartTime": int((now + begin).timestamp()), "EndTime": int((now + end).timestamp())}
            token, seen = "", {""}
            while True:
                page = {"ScrollToken": token} if token else {}
                answer = self.api.read("DescribeRecordTask", query | page)
                found = answer.get("TaskList") or []
                yield from ((str(task["TaskId"]), task) for task in found)
                token = answer.get("ScrollToken") or ""
                if not found or token in seen:
                    break
                seen.add(token)


_ACCOUNTS: dict[Settings, AccountInventory] = {}
_LOCK = RLock()


def account(settings: Settings) -> AccountInventory:
    """The one account of this process for these settings.

    Raises AccessDenied where there are no credentials.
    """
    from live_recording.account.client import (
        LiveApi,  # with the SDK it takes 0.2 s to load, which a program that only declares saves
    )
    from live_recording.resources.orphan_guard import lifeline

    with _LOCK:
        if settings not in _ACCOUNTS:
            _ACCOUNTS[settings] = AccountInventory(settings, LiveApi(settings, lifeline().hold))
        return _ACCOUNTS[settings]
