"""The gateway: parses a request, finds the product it is signed for, authorizes it, and logs every call.

The order of the checks is assumed: parse, action, version, authorization, rate, then the service's own checks.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from live_recording.emulator import api_v2, callback_delivery, faults, signature, sts, validation, vod
from live_recording.emulator.messages import Answer, Call, Fields, Refusal, Request
from live_recording.emulator.rates import Rates
from live_recording.emulator.schemas import Action
from live_recording.emulator.service import LiveService

LOG_LENGTH = 100_000
UNSIGNED = Refusal(
    "MissingParameter", "X-TC-Action is missing. Only requests signed with TC3-HMAC-SHA256 are answered here."
)
"""The answer to a request of signature version 1, whose action is in its query or form."""
READS = ("Describe", "GetCallerIdentity", "AssumeRole", "SearchMedia")
"""How the actions begin that leave the account as it is."""


@dataclass(frozen=True)
class Product:
    """One product of the vendor at this endpoint: the name in the scope of a signature decides which is called."""

    version: str
    actions: Mapping[str, Action]
    call: Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Exchange:
    """The answer to one request and how it travels; without a fault that is as a whole."""

    answer: Answer
    delivery: faults.Delivery


class Gateway:
    """One account behind one key pair. Safe for threads: one call at a time is carried out and logged."""

    def __init__(
        self,
        service: LiveService,
        keys: signature.KeyPair,
        save: Callable[[], None],
        *,
        rates: bool = False,
        denied: Collection[str] = (),
    ) -> None:
        self.service = service
        self.denied = denied
        self.keys = keys
        self.tokens = sts.SecurityTokens(service, keys)
        self.products = {
            "live": Product("2018-08-01", service.actions, self._call_live),
            "sts": Product(sts.VERSION, sts.ACTIONS, self.tokens.call),
            "vod": Product(vod.VERSION, vod.ACTIONS, vod.Vod(service).call),
        }
        limits = {name: action.rate for one in self.products.values() for name, action in one.actions.items()}
        self.rates = Rates(limits) if rates else None
        self.faults = faults.Faults()
        self.log: deque[Fields] = deque(maxlen=LOG_LENGTH)
        self.lock = threading.RLock()
        self.callbacks = callback_delivery.CallbackDelivery(service, self.lock)
        self.stopping = threading.Event()
        self.save = save

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
            answer = (fault and fault.refusal) or (self._processed(request, action, body) if kind.does else {})
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
                self.save()
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
            self.tokens.reset()
            self.faults.clear()
            self.callbacks.treatments.clear()
            self.log.clear()
            self.save()

    def _call_live(self, call: Call) -> Answer:
        return self.service.call(call.action, call.body, call.region)

    def _processed(self, request: Request, action: str, body: Answer) -> Answer:
        if not action:
            return UNSIGNED
        if isinstance(body, Refusal):
            return body
        product, secret_id = self._product(request), signature.claim_of(request).secret_id
        if refusal := self._barred(request, action, product, self.tokens.find(secret_id)):
            return refusal
        answer = product.call(Call(action, body, request.headers.get("x-tc-region", ""), secret_id))
        if not isinstance(answer, Refusal) and not action.startswith(READS):
            try:
                self.save()
            except OSError as error:
                return Refusal(
                    "InternalError", f"The call was carried out, but the state file could not be written: {error}."
                )
        return answer

    def _product(self, request: Request) -> Product:
        """Return the product that the request is signed for; an unknown one is refused with the signature."""
        return self.products.get(signature.claim_of(request).service, self.products["live"])

    def _barred(
        self, request: Request, action: str, product: Product, keys: signature.KeyPair | None
    ) -> Refusal | None:
        unknown = self._unknown(request, action, product)
        unsigned = signature.refusal(request, keys, time.time(), self.products)
        first, second = (unknown, unsigned) if self.service.settings.assumptions.action_first else (unsigned, unknown)
        return first or second or (self.rates.refusal(action) if self.rates else None) or self._denial(action)

    @staticmethod
    def _unknown(request: Request, action: str, product: Product) -> Refusal | None:
        if action not in product.actions:
            return validation.unknown_action(action, product.actions)
        version = request.headers.get("x-tc-version", "")
        if version != product.version:
            return Refusal("NoSuchVersion", f'X-TC-Version is "{version}". Allowed is {product.version}.')
        return None

    def _denial(self, action: str) -> Refusal | None:
        if action in self.denied:
            return Refusal("UnauthorizedOperation", f"This key may not call {action}.")
        return None

    def _body(self, request: Request, action: str) -> Answer:
        if request.method == "GET":
            known = self._product(request).actions.get(action)
            return validation.from_query(known.fields if known else {}, request.query)
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            return Refusal("InvalidParameter", f"The body is not JSON: {error}.")
        return body if isinstance(body, dict) else Refusal("InvalidParameter", "The body is not a JSON object.")
