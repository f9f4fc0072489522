"""What an account holds: each list is read once per process, shared by all resources, and follows our own changes.

Lists are complete: both kinds of templates, all pages, all windows of unfinished tasks.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from itertools import count
from threading import RLock
from time import sleep
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from live_recording.account.api_errors import AccessDenied, OutcomeUnknown, TimedOut
from live_recording.account.callback_mapping import CALLBACK_FIELDS
from live_recording.account.domains import Domains, LiveDomain, by_name
from live_recording.account.guard import AccountGuard
from live_recording.account.objects import (
    LiveCallbackRule,
    LiveCallbackTemplate,
    LiveRule,
    LiveTask,
    LiveTemplate,
    NamedTemplate,
)
from live_recording.account.relays import LiveRelay, Relays
from live_recording.config.settings import Settings
from live_recording.core.errors import ToolError
from live_recording.core.kinds import TemplateKind
from live_recording.core.streams import CallbackKey, StreamKey
from live_recording.core.vendor import QUERY_MAX, TASK_MAX
from live_recording.stackfile.callbacks import CN_FIELDS

if TYPE_CHECKING:
    from live_recording.account.client import ApiClient

Body = dict[str, Any]
"""The parameters of a call, or its answer."""
K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")
ListName = Literal["templates", "rules", "tasks"]

TASK_WINDOWS = ((-TASK_MAX, QUERY_MAX - TASK_MAX), (timedelta(0), QUERY_MAX))
"""Query windows relative to now. One that begins as long ago as a task may last finds the running tasks; one that begins
now finds the latest planned ones."""

DOMAINS_A_PAGE = 100
"""The most that a page may hold (CN:33857)."""
RELAYS_A_PAGE = 20
"""The most that a page may hold (SDK, DescribeLivePullStreamTasks)."""
ATTEMPTS = 3
"""How often a change is sent while its outcome is unknown and the account does not show it."""
SETTLE_SECONDS = 0.5
"""Time for a change whose answer was lost to appear in the lists."""
LATE_SECONDS = 20.0
"""Time for a change that the vendor received but did not answer."""
LOOK_SECONDS = 1.0
"""Time between two looks."""


class Conflict(ToolError):
    """The account differs from what the state remembers; the message names both and says what to do."""


class _CachedList(Generic[K, V]):
    """One list of the account, read on first use. A reader gets a dict that later changes leave alone."""

    def __init__(self, read: Callable[[], Iterator[tuple[K, V]]]) -> None:
        self._read = read
        self._held: dict[K, V] | None = None
        self._lock = RLock()
        self.size_at_first = 0

    def get(self, *, fresh: bool) -> dict[K, V]:
        with self._lock:
            if self._held is None:
                self._held = dict(self._read())
                self.size_at_first = len(self._held)
            elif fresh:
                self._held = dict(self._read())
            return self._held

    def store(self, key: K, value: V) -> None:
        with self._lock:
            if self._held is not None:
                self._held = {**self._held, key: value}

    def remove(self, key: K) -> None:
        with self._lock:
            if self._held is not None:
                self._held = {known: value for known, value in self._held.items() if known != key}


class AccountInventory:
    """The objects of one account, and the changes that this process makes to them. Safe to share between threads."""

    def __init__(self, settings: Settings, api: "ApiClient", guard: AccountGuard) -> None:
        self.settings = settings
        self.guard = guard
        self._api = api
        self._templates = _CachedList(self._read_templates)
        self._rules = _CachedList(self._read_rules)
        self._tasks = _CachedList(self._read_tasks)
        self._callback_templates = _CachedList(self._read_callback_templates)
        self._callback_rules = _CachedList(self._read_callback_rules)
        self._domains: list[Domains | None] = []  # empty: not read yet
        self._domains_lock = RLock()

    def templates(self, *, fresh: bool = False) -> dict[str, LiveTemplate]:
        """Return the templates, by id."""
        return self._templates.get(fresh=fresh)

    def rules(self, *, fresh: bool = False) -> dict[StreamKey, str]:
        """Return the template ids of the rules, by rule key."""
        return self._rules.get(fresh=fresh)

    def tasks(self, *, fresh: bool = False) -> dict[str, LiveTask]:
        """Return the tasks that are not known to be finished, by id."""
        return self._tasks.get(fresh=fresh)

    def callback_templates(self, *, fresh: bool = False) -> dict[str, LiveCallbackTemplate]:
        """Return the callback templates, by id. Their `raw` has the key in plain text."""
        return self._callback_templates.get(fresh=fresh)

    def callback_rules(self, *, fresh: bool = False) -> dict[CallbackKey, str]:
        """Return the callback template ids of the callback rules, by key."""
        return self._callback_rules.get(fresh=fresh)

    def named_templates(self, kind: TemplateKind) -> Mapping[str, NamedTemplate]:
        """Return the templates of a kind, by id."""
        return self.callback_templates() if kind == "callback_template" else self.templates()

    def domains(self) -> Domains | None:
        """Return the domains by name, None if the credentials may not list them."""
        with self._domains_lock:
            if not self._domains:
                self._domains.append(self._read_domains())
            return self._domains[0]

    def relays(self) -> Relays | None:
        """Return the relay tasks, None if the credentials may not list them. Each call reads them again."""
        try:
            return tuple(self._read_relay_pages())
        except AccessDenied:
            return None

    @property
    def rules_at_first(self) -> int:
        """The number of rules when this process first read them."""
        self.rules()
        return self._rules.size_at_first

    def template_name(self, template_id: str, kind: TemplateKind = "template") -> str:
        """Return the name of a template, or "" if the account does not have it."""
        template = self.named_templates(kind).get(template_id)
        return template.name if template else ""

    def store_template(self, template: LiveTemplate) -> None:
        """Record that this process created or changed a template."""
        self._templates.store(template.id, template)

    def store_rule(self, key: StreamKey, template_id: str) -> None:
        """Record that this process created or changed a rule."""
        self._rules.store(key, template_id)

    def store_task(self, task: LiveTask) -> None:
        """Record that this process created a task."""
        self._tasks.store(task.id, task)

    def store_callback_template(self, template: LiveCallbackTemplate) -> None:
        """Record that this process created or changed a callback template."""
        self._callback_templates.store(template.id, template)

    def store_callback_rule(self, key: CallbackKey, template_id: str) -> None:
        """Record that this process created or changed a callback rule."""
        self._callback_rules.store(key, template_id)

    def remove_template(self, template_id: str) -> None:
        """Record that this process deleted a template."""
        self._templates.remove(template_id)

    def remove_rule(self, key: StreamKey) -> None:
        """Record that this process deleted a rule."""
        self._rules.remove(key)

    def remove_task(self, task_id: str) -> None:
        """Record that this process deleted a task."""
        self._tasks.remove(task_id)

    def remove_callback_template(self, template_id: str) -> None:
        """Record that this process deleted a callback template."""
        self._callback_templates.remove(template_id)

    def remove_callback_rule(self, key: CallbackKey) -> None:
        """Record that this process deleted a callback rule."""
        self._callback_rules.remove(key)

    def change(self, action: str, body: Body) -> Body:
        """Send a change and return its answer. Raises ConfigError while the time is simulated, WrongAccount."""
        self.settings.require_changes_allowed(preview=False)
        self.guard.account()
        return self._api.change(action, body)

    def _read(self, action: str, body: Body) -> Body:
        self.guard.account()
        return self._api.read(action, body)

    def send_or_confirm(self, send: Callable[[], T], look: Callable[[], T | None]) -> T:
        """Return what *send* returns; after an unknown outcome, what *look* finds in the account before sending again.

        A call that the vendor received and did not answer in time may still be carried out: it is never sent again.
        Raises OutcomeUnknown if the account does not show the change.
        """
        for attempt in range(ATTEMPTS):
            try:
                return send()
            except OutcomeUnknown as unknown:
                late = isinstance(unknown, TimedOut)
                found = self._look_until_seen(look, LATE_SECONDS if late else SETTLE_SECONDS)
                if found is not None:
                    return found
                if late or attempt == ATTEMPTS - 1:
                    raise unknown.unseen() from None
        raise AssertionError

    @staticmethod
    def _look_until_seen(look: Callable[[], T | None], seconds: float) -> T | None:
        waited = 0.0
        while waited < seconds:
            pause = min(LOOK_SECONDS, seconds - waited)
            sleep(pause)
            waited += pause
            found = look()
            if found is not None:
                return found
        return None

    def _read_templates(self) -> Iterator[tuple[str, LiveTemplate]]:
        for slow in (0, 1):  # without the argument the API leaves out slow-live templates
            answer = self._read("DescribeLiveRecordTemplates", {"IsDelayLive": slow})
            templates = map(LiveTemplate.from_api, answer.get("Templates") or [])
            yield from ((template.id, template) for template in templates)

    def _read_rules(self) -> Iterator[tuple[StreamKey, str]]:
        answer = self._read("DescribeLiveRecordRules", {})
        for rule in map(LiveRule.from_api, answer.get("Rules") or []):
            yield rule.key, rule.template_id

    def _read_callback_templates(self) -> Iterator[tuple[str, LiveCallbackTemplate]]:
        """Yield the callback templates, without the fields that the API of the site answers but cannot change."""
        fixed = (
            frozenset[str]()
            if self.settings.limits.cn_callback_fields
            else {CALLBACK_FIELDS[name] for name in CN_FIELDS}
        )
        for raw in self._read("DescribeLiveCallbackTemplates", {}).get("Templates") or []:
            template = LiveCallbackTemplate.from_api({name: raw[name] for name in raw if name not in fixed})
            yield template.id, template

    def _read_callback_rules(self) -> Iterator[tuple[CallbackKey, str]]:
        for rule in map(LiveCallbackRule.from_api, self._read("DescribeLiveCallbackRules", {}).get("Rules") or []):
            yield rule.key, rule.template_id

    def _read_tasks(self) -> Iterator[tuple[str, LiveTask]]:
        now = self.settings.now()
        for begin, end in TASK_WINDOWS:
            query = {"StartTime": int((now + begin).timestamp()), "EndTime": int((now + end).timestamp())}
            yield from self._read_task_pages(query)

    def _read_domains(self) -> Domains | None:
        try:
            return by_name(domain for slow in (0, 1) for domain in self._read_domain_pages(slow))
        except AccessDenied:
            return None  # whatever else is wrong with the credentials, the other lists report

    def _read_domain_pages(self, slow: int) -> Iterator[LiveDomain]:
        """Yield the domains of standard live (0) or slow live (1): without the argument the API hides the latter."""
        for number in count(1):
            query = {"IsDelayLive": slow, "PageSize": DOMAINS_A_PAGE, "PageNum": number}
            listed = self._read("DescribeLiveDomains", query).get("DomainList") or []
            yield from map(LiveDomain.from_api, listed)
            if len(listed) < DOMAINS_A_PAGE:
                return

    def _read_relay_pages(self) -> Iterator[LiveRelay]:
        for number in count(1):
            query = {"PageSize": RELAYS_A_PAGE, "PageNum": number}
            listed = self._read("DescribeLivePullStreamTasks", query).get("TaskInfos") or []
            yield from map(LiveRelay.from_api, listed)
            if len(listed) < RELAYS_A_PAGE:
                return

    def _read_task_pages(self, query: Body) -> Iterator[tuple[str, LiveTask]]:
        token, seen = "", {""}
        while True:
            answer = self._read("DescribeRecordTask", query | ({"ScrollToken": token} if token else {}))
            tasks = answer.get("TaskList") or []
            yield from ((task.id, task) for task in map(LiveTask.from_api, tasks))
            token = answer.get("ScrollToken") or ""
            if not tasks or token in seen:  # a repeated token would never end
                return
            seen.add(token)


def open_account(settings: Settings, before_change: Callable[[], None] = lambda: None) -> AccountInventory:
    """Return the account of these settings; nothing is read yet. *before_change* is called before each change is sent.

    Its guard compares accounts before the first call. Raises AccessDenied if there are no credentials.
    """
    # The SDK takes 0.2 s to import, which a program that only declares resources saves.
    from live_recording.account.client import ApiClient, caller_identity

    guard = AccountGuard(settings, partial(caller_identity, settings))
    return AccountInventory(settings, ApiClient(settings, before_change), guard)
