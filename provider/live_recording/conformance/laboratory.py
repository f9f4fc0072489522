"""Calls of a conformance run: it creates only objects with its own name, within the account's limits, and deletes them.

Objects are recognized by their names alone, so that a later run also finds what a killed one left.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from live_recording.account.api_errors import (
    AccessDenied,
    ApiError,
    LimitReached,
    NotFound,
    OutcomeUnknown,
    ServiceUnavailable,
    Throttled,
)
from live_recording.account.client import ApiClient
from live_recording.account.inventory import AccountInventory
from live_recording.config.settings import KeyPair, Settings
from live_recording.conformance.own_objects import (
    KINDS,
    LISTED_BY,
    OWN_NAME,
    Body,
    OwnObject,
    created_by,
    deletion_order,
    noun,
    own,
    own_callback_rule,
    own_rule,
)
from live_recording.core.errors import ToolError
from live_recording.core.text import escaped
from live_recording.core.timefmt import rfc3339

APP = "live"
AHEAD = timedelta(days=5)
"""How far in the future tasks start: within the limit of both sites, and the account's owner has time to react."""
TASK_SECONDS = 120
HISTORY = timedelta(days=29)
"""How far back pushes and files are read: a query spans 1 month (CN:33186) or 30 days (IN:30800)."""
ATTEMPTS = 3
"""How often a sweep looks for objects and deletes them; a delete may lose its response."""
SETTLE_SECONDS = 1.0
"""Time for a change to appear in the lists."""
CALLBACK_URL = "https://lr-conformance.invalid/callback"
"""An address that cannot exist (RFC 2606): no notification arrives anywhere."""
ACCEPTED = "accepted"


class NotTried(Exception):
    """An assumption cannot be tried here; the text says why, without any text of the API."""


@dataclass
class Laboratory:
    """One run on one account."""

    settings: Settings
    api: ApiClient
    inventory: AccountInventory
    name: str
    """The name of this run. Templates have it with a number, rules and tasks as their stream, callback rules as their app."""
    account: str
    domain: str = ""
    """The push domain of rules and tasks; empty: they cannot be tried."""
    limits: Mapping[str, int] = field(default_factory=dict)
    """Kind -> how many objects the account may hold."""
    server_time: int = 0
    """The endpoint's clock in Unix seconds when the run began."""
    created: int = 0
    known: set[OwnObject] = field(default_factory=set)
    """Objects that were created or listed, and are not known to be deleted."""
    is_clean: bool = True
    """Whether nothing of this run can be in the account."""
    is_uncertain: bool = False
    """Whether a change got no response, so that only a list shows what it did."""
    attempted: set[str] = field(default_factory=set)
    """The kinds that this run tried to create since the last sweep."""
    held: dict[str, int] = field(default_factory=dict)
    """Kind -> how many objects the account had when this run first counted them."""
    pause: Callable[[float], None] = lambda _: None
    """Waits; between two looks at the account."""
    _past_ids: set[tuple[str, str | int]] = field(default_factory=set)

    # Calls

    def read(self, action: str, body: Body) -> Body:
        """Return the answer to a read. Raises NotTried."""
        try:
            return self.api.read(action, body)
        except ToolError as error:
            _give_up(action, error)

    def code(self, action: str, body: Body, api: ApiClient | None = None) -> str:
        """Return the code with which a read is rejected, or `accepted`. Raises NotTried."""
        try:
            (api or self.api).read(action, body)
        except ToolError as error:
            return _code_of(action, error)
        return ACCEPTED

    def attempt(self, action: str, body: Body) -> str:
        """Return the code with which a change is rejected, or `accepted`. Raises NotTried."""
        try:
            self._change(action, body)
        except ToolError as error:
            return _code_of(action, error)
        return ACCEPTED

    def _change(self, action: str, body: Body) -> Body:
        """Send a change of an object of this run, and remember what it creates."""
        if not self._is_own(action, body):
            raise AssertionError(action)  # a bug in a probe must not reach an account
        self.is_clean = False
        self.attempted |= {KINDS[action]} if action in KINDS else set()
        try:
            answer = self.inventory.change(action, body)
        except OutcomeUnknown:
            self.is_uncertain = True
            raise
        self.known |= created_by(action, body, answer)
        return answer

    def _is_own(self, action: str, body: Body) -> bool:
        if "TemplateName" in body and action.startswith("Create"):
            return str(body["TemplateName"]).startswith(f"{self.name}-")
        if "StreamName" in body:
            return bool(body["StreamName"] == self.name)
        if "AppName" in body:
            return bool(body["AppName"] == self.name)
        return (noun(action), body.get("TemplateId", body.get("TaskId"))) in self._ids

    @property
    def _ids(self) -> set[tuple[str, str | int]]:
        return self._past_ids.union(*(one.ids for one in self.known))

    # Objects

    def new_template(self, **fields: Any) -> Body:
        """Return the body that creates a template. Raises NotTried if the account has no free slot."""
        self._require_slot("templates", self._count("template"))
        self.created += 1
        return {"TemplateName": f"{self.name}-{self.created}", **fields}

    def last_id(self, kind: str) -> int:
        """Return the id of the template, of one of both kinds, that was created last."""
        return max(int(value) for one in self.known if one.kind == kind for _, value in one.ids)

    def template(self, **fields: Any) -> int:
        """Create a template and return its id. Raises NotTried."""
        body = self.new_template(**fields)
        return int(self._created("CreateLiveRecordTemplate", body)["TemplateId"])

    def read_template(self, template_id: int) -> Body:
        """Return a template as the API lists it; no deployment may call DescribeLiveRecordTemplate. Raises NotTried."""
        listed = self.read("DescribeLiveRecordTemplates", {"IsDelayLive": 0}).get("Templates") or []
        return _found(listed, template_id)

    def rule(self, template_id: int, **fields: str) -> Body:
        """Return the body that creates a rule of this run's stream. Raises NotTried."""
        self._require_slot("rules", self.count_rules())
        return {"DomainName": self._domain(), "StreamName": self.name, "TemplateId": template_id, **fields}

    def own_rules(self) -> list[Body]:
        """Return the rules of this run's stream as the API lists them. Raises NotTried."""
        listed = self.read("DescribeLiveRecordRules", {}).get("Rules") or []
        found = [rule for rule in listed if rule.get("StreamName") == self.name]
        self.known |= {own_rule(rule) for rule in found}
        return found

    def new_task(self, *, minutes: int = 0, **fields: Any) -> Body:
        """Return the body that creates a task of this run's stream in the far future. Raises NotTried without a domain."""
        self._count("task")
        start = self.server_time + int(AHEAD.total_seconds()) + minutes * 60
        key = {"DomainName": self._domain(), "AppName": APP, "StreamName": self.name}
        return {**key, "StartTime": start, "EndTime": start + TASK_SECONDS, **fields}

    def task(self, **fields: Any) -> str:
        """Create a task and return its id. Raises NotTried."""
        return str(self._created("CreateRecordTask", self.new_task(**fields))["TaskId"])

    def own_tasks(self) -> list[Body]:
        """Return the tasks of this run's stream as the API lists them, on one page. Raises NotTried."""
        window = {"StartTime": self.server_time, "EndTime": self.server_time + 7 * 86_400}
        key = {"DomainName": self._domain(), "AppName": APP, "StreamName": self.name}
        return list(self.read("DescribeRecordTask", {**window, **key}).get("TaskList") or [])

    # What others pushed and recorded, which is only read

    def apps(self) -> set[str]:
        """Return the apps of the domain that rules and tasks of the account name. Raises NotTried."""
        try:
            keys = [*self.inventory.rules(), *(task.stream for task in self.inventory.tasks().values())]
        except ToolError as error:
            _give_up("Listing rules and tasks", error)
        return {key.app for key in keys if key.app and key.domain == self._domain()}

    def pushes(self, **filters: str) -> list[Body]:
        """Return up to 100 pushes to the domain in the last 29 days. Raises NotTried."""
        now = datetime.fromtimestamp(self.server_time, UTC)
        window = {"StartTime": rfc3339(now - HISTORY), "EndTime": rfc3339(now)}
        body = {"DomainName": self._domain(), "PageSize": 100, **window, **filters}
        return list(self.read("DescribeLiveStreamEventList", body).get("EventList") or [])

    def vod(self) -> ApiClient:
        """Return a client for Video on Demand."""
        return ApiClient(self.settings, service="vod")

    def recordings(self, *, empty: bool = False, **query: Any) -> list[Body]:
        """Return recordings of the last 29 days in VOD. Raises NotTried, of an empty answer unless *empty*."""
        since = rfc3339(datetime.fromtimestamp(self.server_time, UTC) - HISTORY)
        body = {"SourceTypes": ["Record"], "CreateTime": {"After": since}, **query}
        try:
            found = list(self.vod().read("SearchMedia", body).get("MediaInfoSet") or [])
        except ToolError as error:
            _give_up("SearchMedia", error)
        if not found and not empty:
            raise NotTried("VOD has no recording of the last 29 days.")
        return found

    # Callbacks

    def new_callback_template(self, **fields: str) -> Body:
        """Return the body that creates a callback template. Raises NotTried if the account has no free slot."""
        self._require_slot("callback templates", self._count("callback template"))
        self.created += 1
        return {"TemplateName": f"{self.name}-{self.created}", **fields}

    def callback_template(self, **fields: str) -> int:
        """Create a callback template with this address, and return its id. Raises NotTried."""
        body = self.new_callback_template(RecordNotifyUrl=CALLBACK_URL, **fields)
        return int(self._created("CreateLiveCallbackTemplate", body)["TemplateId"])

    def read_callback_template(self, template_id: int) -> Body:
        """Return a callback template as the API lists it. Raises NotTried."""
        listed = self.read("DescribeLiveCallbackTemplates", {}).get("Templates") or []
        return _found(listed, template_id)

    def new_callback_rule(self, template_id: int) -> Body:
        """Return the body that creates a callback rule of an unused app.

        Raises NotTried if the domain has a callback rule: whether another one leaves it alone is not documented.
        """
        self._count("callback rule")
        theirs = [key for key in self.inventory.callback_rules() if key.app != self.name]
        if self._domain() in [key.domain for key in theirs]:
            raise NotTried(
                "The domain has a callback rule, which another one could replace. Name a domain with --domain."
            )
        return {"DomainName": self._domain(), "AppName": self.name, "TemplateId": template_id}

    def callback_rule(self, template_id: int) -> None:
        """Create a callback rule. Raises NotTried."""
        self._created("CreateLiveCallbackRule", self.new_callback_rule(template_id))

    def own_callback_rules(self) -> list[int]:
        """Return the template ids of the callback rules of this run's app. Raises NotTried."""
        listed = self.read("DescribeLiveCallbackRules", {}).get("Rules") or []
        return [int(rule["TemplateId"]) for rule in listed if rule.get("AppName") == self.name]

    def delete(self, action: str, **key: Any) -> None:
        """Delete an object of this run. Raises NotTried."""
        self._past_ids.update((noun(action), value) for value in key.values())
        self._created(action, key)

    def api_of(self, **changed: Any) -> ApiClient:
        """Return a client with other settings, such as `region`, for reads."""
        return ApiClient(replace(self.settings, **changed))

    def key_pair(self) -> KeyPair:
        """Return the key pair that signs. Raises NotTried for temporary credentials."""
        credentials = self.settings.credentials
        if credentials.role or credentials.keys.token or not credentials.keys.secret_id:
            raise NotTried("The credentials are temporary; this needs a key pair.")
        return credentials.keys

    def count_rules(self) -> int:
        """Return how many rules the account has. Raises NotTried."""
        return self._count("rule")

    def _count(self, kind: str) -> int:
        """Return how many objects of a kind the account has. Raises NotTried: what cannot be listed could not be deleted."""
        try:
            if kind not in self.held:
                self.held[kind] = len(list(self._lists[kind]()))
        except ToolError as error:
            _give_up(LISTED_BY[kind], error)
        return self.held[kind] + sum(one.kind == kind for one in self.known)

    def redacted(self, text: str) -> str:
        """Return the text without the credentials, the account and the domain."""
        keys = self.settings.credentials.keys
        for secret in (keys.secret_key, keys.token, keys.secret_id, self.domain, self.account):
            text = text.replace(secret, "***") if secret else text
        return escaped(text)

    def _created(self, action: str, body: Body) -> Body:
        try:
            return self._change(action, body)
        except ToolError as error:
            _give_up(action, error)

    def _domain(self) -> str:
        if not self.domain:
            raise NotTried("No push domain: the stack declares none. Name one with --domain.")
        return self.domain

    def _require_slot(self, kind: str, held: int) -> None:
        limit = self.limits[kind]
        if held >= limit:
            raise NotTried(f"The account has {held} of {limit} {kind}.")

    # Cleaning up

    def clear(self) -> None:
        """Delete what the last probe created; look into the account only if that leaves a doubt."""
        self._delete_known()
        if self.known or self.is_uncertain:
            self.sweep()
        else:
            self.is_clean = True

    def sweep(self, *, earlier: bool = False) -> tuple[OwnObject, ...]:
        """Delete what this run, or all runs, left in the account; return what is still there, or may be."""
        before = set(self.known)
        unlisted = self._look(earlier=earlier)
        self.known |= before  # the lists may not show them yet
        for attempt in range(ATTEMPTS):
            if not self.known:
                break
            self.pause(SETTLE_SECONDS if attempt else 0)
            self._delete_known()
            unlisted = self._look(earlier=earlier)
        self.is_clean = not self.known and not self.attempted & unlisted
        self.is_uncertain = False
        self.attempted = set() if self.is_clean else self.attempted
        return tuple(sorted(self.known))

    def _look(self, *, earlier: bool) -> set[str]:
        """Replace the known objects by what the account shows; return the kinds that it does not list now."""
        listed, unlisted = self.find()
        kept = {one for one in self.known if one.kind in unlisted or one.kind not in self._lists}
        self.known = kept | {one for one in listed if earlier or one.name.startswith(self.name)}
        return unlisted

    def _delete_known(self) -> None:
        for one in sorted(self.known, key=deletion_order):
            self._past_ids |= one.ids
            if self._is_deleted(one):
                self.known.discard(one)

    def find(self) -> tuple[set[OwnObject], set[str]]:
        """Return the objects in the account that have the name of a run, and the kinds that cannot be listed now."""
        found: set[OwnObject] = set()
        unlisted: set[str] = set()
        for kind, listed in self._lists.items():
            try:
                found |= {one for one in listed() if OWN_NAME.fullmatch(one.name)}
            except ToolError:
                unlisted.add(kind)
        return found, unlisted

    @property
    def _lists(self) -> Mapping[str, Callable[[], Iterator[OwnObject]]]:
        return {
            "rule": self._listed_rules,
            "task": self._listed_tasks,
            "template": self._listed_templates,
            "callback template": self._listed_callback_templates,
            "callback rule": self._listed_callback_rules,
        }

    def _listed_rules(self) -> Iterator[OwnObject]:
        for raw in self.api.read("DescribeLiveRecordRules", {}).get("Rules") or []:
            yield own_rule(raw)

    def _listed_tasks(self) -> Iterator[OwnObject]:
        for task in self.inventory.tasks(fresh=True).values():
            yield own("task", task.stream.stream, "DeleteRecordTask", TaskId=task.id)

    def _listed_templates(self) -> Iterator[OwnObject]:
        for template in self.inventory.templates(fresh=True).values():
            yield own("template", template.name, "DeleteLiveRecordTemplate", TemplateId=int(template.id))

    def _listed_callback_templates(self) -> Iterator[OwnObject]:
        for template in self.inventory.callback_templates(fresh=True).values():
            made = int(template.id)
            yield own("callback template", template.name, "DeleteLiveCallbackTemplate", TemplateId=made)

    def _listed_callback_rules(self) -> Iterator[OwnObject]:
        """Yield the callback rules by their app; a rule that uses a template of a run is of this run, whatever its app is."""
        names = {template.id: template.name for template in self.inventory.callback_templates().values()}
        for key, template_id in self.inventory.callback_rules(fresh=True).items():
            name = key.app if OWN_NAME.fullmatch(key.app) else names.get(template_id, "")
            yield own_callback_rule(name, key.domain, key.app)

    def _is_deleted(self, one: OwnObject) -> bool:
        """Delete one object; return whether it is certainly gone."""
        key = dict(one.key)
        try:
            self.inventory.change(one.action, key)
        except NotFound:
            return True
        except ToolError:
            return False
        return True


def _found(listed: list[Body], template_id: int) -> Body:
    found = next((dict(one) for one in listed if one["TemplateId"] == template_id), None)
    if found is None:
        raise NotTried("A template that was created is not listed.")
    return found


def _code_of(action: str, error: ToolError) -> str:
    """Return the code of a rejection. Raises NotTried if the error says nothing about the assumption."""
    if isinstance(error, OutcomeUnknown | Throttled | ServiceUnavailable) or not isinstance(error, ApiError):
        _give_up(action, error)
    if isinstance(error, AccessDenied) and error.code.endswith("UnauthorizedOperation"):
        _give_up(action, error)
    return error.code


REASONS: Mapping[type[ToolError], Callable[[str, str], str]] = {
    AccessDenied: lambda action, code: f"The credentials may not call {action} ({code}).",
    OutcomeUnknown: lambda action, code: f"{action} got no valid response ({code}).",
    LimitReached: lambda action, code: f"The account is full: {action} was rejected ({code}).",
    ApiError: lambda action, code: f"{action} was rejected ({code}).",
}
"""Kind of error -> why an assumption cannot be tried. The API's own text may repeat secrets, so only the code is shown."""


def _give_up(action: str, error: ToolError) -> NoReturn:
    code = error.code if isinstance(error, ApiError) else ""
    reason = next((words for kind, words in REASONS.items() if isinstance(error, kind)), None)
    raise NotTried(reason(action, code) if reason else f"{action} could not be sent.") from None
