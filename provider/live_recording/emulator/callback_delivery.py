"""Delivery of callbacks: signed HTTP requests to loopback URLs, sent again until the receiver answers with 200.

Sources: CN:32744, IN:38080. Without the answer 200 within 20 s, a notification is sent again every minute, up to 12 times, by the
emulator's clock. `deliver` sends what is due: each second, and on order.
Assumed: redirects are not followed; without CallbackKey there is neither `sign` nor `t` (trace of 2025-04).
"""

import hashlib
import http.client
import json
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from live_recording.emulator.messages import Fields
from live_recording.emulator.service import LiveService

RETRIES, RETRY_AFTER, EXPIRES = 12, 60, 600
TIMEOUT = 20.0
"""Seconds to wait for an answer."""
LONGEST_ANSWER = 1000
"""Bytes of an answer that are kept."""
NOT_SENT = "not sent: only http:// URLs of this machine are called"
KINDS = ("lose", "repeat", "delay")
EXAMPLE = '{"kind": "lose", "event": 100, "count": 1}'


@dataclass
class Treatment:
    """What happens to the next notifications of an event (None: any): lost, sent twice, or held back for some seconds."""

    kind: str
    event: int | None
    count: int
    seconds: int


def parse_treatment(sent: object) -> Treatment | str:
    """Return the treatment that an order describes, or an error message."""
    if not isinstance(sent, dict) or sent.get("kind") not in KINDS or not sent.keys() <= set(vars(DEFAULT)):
        return f"Send {EXAMPLE}; kind is one of {', '.join(KINDS)}; seconds is for delay."
    numbers = [sent.get(name, 0) for name in ("event", "count", "seconds")]
    if not all(type(number) is int and number >= 0 for number in numbers):
        return "event, count and seconds are whole numbers, 0 or more."
    return Treatment(**(vars(DEFAULT) | sent))


DEFAULT = Treatment("", None, 1, 0)


class CallbackDelivery:
    """The sender of one account. Safe for threads: one notification at a time is sent, without holding the account's lock."""

    def __init__(self, service: LiveService, lock: AbstractContextManager[object], timeout: float = TIMEOUT) -> None:
        self.treatments: list[Treatment] = []
        self.timeout = timeout
        self._service, self._lock = service, lock
        self._sending = threading.Lock()

    def deliver(self) -> None:
        """Make all attempts that are due."""
        with self._sending:
            with self._lock:
                self._service.settle()
            while attempt := self._next():
                notification, url, body = attempt
                status, answer = _post(url, body, self.timeout)
                with self._lock:
                    self._note(notification, body, status, answer)

    def notifications(self) -> list[Fields]:
        """Return all notifications with their attempts."""
        return list(self._service.account.notifications.values())

    def _next(self) -> tuple[Fields, SplitResult, str] | None:
        """Return the notification that is due first, with its signed body."""
        with self._lock:
            now = self._service.clock.seconds()
            for notification in sorted(self._pending(now), key=lambda one: one["Due"]):
                self._treat(notification)
                if not _is_due(notification, now):
                    continue
                url = urlsplit(notification["Url"])
                if _is_loopback(url):
                    return notification, url, self._signed(notification, now)
                notification["State"] = NOT_SENT
        return None

    def _pending(self, now: int) -> list[Fields]:
        return [one for one in self._service.account.notifications.values() if _is_due(one, now)]

    def _treat(self, notification: Fields) -> None:
        if "Treated" in notification:
            return
        notification["Treated"] = ""
        event = notification["EventType"]
        treatment = next((one for one in self.treatments if one.event in (None, event)), None)
        if treatment is None:
            return
        treatment.count -= 1
        if treatment.count <= 0:
            self.treatments.remove(treatment)
        notification["Treated"] = treatment.kind
        notification["Due"] += treatment.seconds if treatment.kind == "delay" else 0
        notification["State"] = "lost" if treatment.kind == "lose" else "pending"

    def _signed(self, notification: Fields, now: int) -> str:
        body = json.loads(notification["Body"])
        template = self._service.account.callback_templates.get(notification["TemplateId"], {})
        if key := template.get("CallbackKey"):
            expires = now + EXPIRES
            sign = hashlib.md5(f"{key}{expires}".encode(), usedforsecurity=False).hexdigest()
            body |= {"t": expires, "sign": sign}
        return json.dumps(body)

    def _note(self, notification: Fields, body: str, status: int, answer: str) -> None:
        attempts = notification["Attempts"]
        attempt = {"At": self._service.clock.seconds(), "Body": body, "Status": status, "Answer": answer}
        attempts.append(attempt)
        if status == HTTPStatus.OK:
            again = notification["Treated"] == "repeat"
            notification["Treated"] = ""
            notification["State"] = "pending" if again else "delivered"
        elif len(attempts) > RETRIES:
            notification["State"] = "given up"
        else:
            notification["Due"] += RETRY_AFTER


def _is_due(notification: Fields, now: int) -> bool:
    return bool(notification["State"] == "pending" and notification["Due"] <= now)


def _is_loopback(url: SplitResult) -> bool:
    host = url.hostname or ""
    try:
        return url.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False


def _post(url: SplitResult, body: str, timeout: float) -> tuple[int, str]:
    """Return status and beginning of the answer; without an answer, 0 and the error."""
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    try:
        connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=timeout)
        try:
            connection.request("POST", target, body.encode(), {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read(LONGEST_ANSWER).decode(errors="replace")
        finally:
            connection.close()
    except (OSError, ValueError, http.client.HTTPException) as error:
        return 0, type(error).__name__
