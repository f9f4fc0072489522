"""The gateway: parses a request, authorizes it, and logs every call.

The order of the checks is assumed: parse, action, version, authorization, rate, then the service's own checks.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qsl

from live_recording.emulator import api_v2, faults, signature, validation
from live_recording.emulator.messages import Answer, Fields, Refusal, Request
from live_recording.emulator.rates import Rates
from live_recording.emulator.service import LiveService

VERSION = "2018-08-01"
LOG_LENGTH = 100_000


class Exchange(NamedTuple):
    """The answer to one request and how it travels; without a fault that is as a whole."""

    answer: Answer
    delivery: faults.Delivery


class Gateway:
    """One account behind one key pair. Safe for threads: one call at a time is carried out and logged."""

    def __init__(
        self, service: LiveService, keys: signature.KeyPair, rates: Rates | None, save: Callable[[], None]
    ) -> None:
        self.service = service
        self.keys = keys
        self.rates = rates
        self.faults = faults.Faults()
        self.log: deque[Fields] = deque(maxlen=LOG_LENGTH)
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self._save = save

    def answer(self, request: Request) -> Exchange:
        """Execute one request, unless a fault prevents it."""
        action = request.headers.get("x-tc-action", "")
        with self.lock:
            fault, withdrawn = self.faults.take(action), self.faults.withdrawn
        if fault and fault.seconds and not self.stopping.is_set():
            withdrawn.wait(fault.seconds)
        if self.stopping.is_set():
            return Exchange({}, faults.Delivery.NOTHING)
        kind = faults.KINDS[fault.kind] if fault else faults.NO_FAULT
        with self.lock:
            body = self._body(request, action)
            answer = kind.refusal or (self._processed(request, action, body) if kind.does else {})
            self._log(action, body, answer, fault.kind if fault else None)
        return Exchange(answer, kind.delivery)

    def _log(self, action: str, body: Answer, answer: Answer, fault: str | None) -> None:
        code = answer.code if isinstance(answer, Refusal) else None
        logged = None if isinstance(body, Refusal) else body
        self.log.append({"action": action, "body": logged, "code": code, "fault": fault})

    def answer_v2(self, query: str) -> Fields:
        """Execute one request of the retired API v2."""
        with self.lock:
            answer = api_v2.answer(self.service.account, self.keys.secret_id, query)
            body = dict(parse_qsl(query, keep_blank_values=True))
            code = str(answer["code"]) if answer["code"] else None
            self.log.append({"action": body.get("Action", ""), "body": body, "code": code, "fault": None})
            if code is None:
                self._save()
        return answer

    def stop(self) -> None:
        """Stop answering; waiting calls end without being executed."""
        self.stopping.set()
        with self.lock:
            self.faults.clear()

    def reset(self) -> None:
        """Empty the account, the log and the faults; the clock keeps ticking."""
        with self.lock:
            self.service.reset()
            self.faults.clear()
            self.log.clear()
            self._save()

    def _processed(self, request: Request, action: str, body: Answer) -> Answer:
        if isinstance(body, Refusal):
            return body
        if refusal := self._barred(request, action):
            return refusal
        answer = self.service.call(action, body, request.headers.get("x-tc-region", ""))
        if not isinstance(answer, Refusal) and not action.startswith("Describe"):
            try:
                self._save()
            except OSError as error:
                return Refusal(
                    "InternalError", f"The call was carried out, but the state file could not be written: {error}."
                )
        return answer

    def _barred(self, request: Request, action: str) -> Refusal | None:
        if not action:
            return Refusal(
                "MissingParameter",
                "X-TC-Action is missing. Only requests signed with TC3-HMAC-SHA256 are answered here.",
            )
        if action not in self.service.actions:
            return self.service.unknown(action)
        version = request.headers.get("x-tc-version", "")
        if version != VERSION:
            return Refusal("NoSuchVersion", f'X-TC-Version is "{version}". Allowed is {VERSION}.')
        return signature.refusal(request, self.keys, time.time()) or (
            self.rates.refusal(action) if self.rates else None
        )

    def _body(self, request: Request, action: str) -> Answer:
        if request.method == "GET":
            known = self.service.actions.get(action)
            return validation.from_query(known.fields if known else {}, request.query)
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            return Refusal("InvalidParameter", f"The body is not JSON: {error}.")
        return body if isinstance(body, dict) else Refusal("InvalidParameter", "The body is not a JSON object.")
