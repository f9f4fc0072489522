"""Faults on order: what goes wrong with the next calls, as one table.

`does`: whether the call is executed. `refusal`: what is answered instead. `delivery`: how the answer is sent.
"""

import threading
from dataclasses import dataclass, replace
from enum import Enum, auto

from live_recording.emulator.messages import Fields, Refusal


class Delivery(Enum):
    """How an answer is sent, if at all."""

    WHOLE = auto()
    NOTHING = auto()
    HALF = auto()
    BAD_GATEWAY = auto()
    CHARSET = auto()


@dataclass(frozen=True, slots=True)
class Kind:
    """What a fault does to a call."""

    does: bool
    delivery: Delivery = Delivery.WHOLE
    refusal: Refusal | None = None


NO_FAULT = Kind(does=True)
KINDS = {
    "throttle": Kind(
        does=False, refusal=Refusal("RequestLimitExceeded", "This is an ordered fault: too many calls per second.")
    ),
    "internal-error": Kind(does=False, refusal=Refusal("InternalError", "This is an ordered fault: nothing was done.")),
    "drop-before": Kind(does=False, delivery=Delivery.NOTHING),
    "drop-after": Kind(does=True, delivery=Delivery.NOTHING),
    "cut-body": Kind(does=True, delivery=Delivery.HALF),
    "http502-before": Kind(does=False, delivery=Delivery.BAD_GATEWAY),
    "http502-after": Kind(does=True, delivery=Delivery.BAD_GATEWAY),
    "wrong-content-type": Kind(does=True, delivery=Delivery.CHARSET),
    "delay": NO_FAULT,
}


REJECTING = tuple(name for name, kind in KINDS.items() if kind.refusal)
"""The kinds that answer an error code."""


@dataclass
class Fault:
    """An order: of the calls of *action* ("*" is any) let *skip* pass, then break *count*."""

    action: str
    kind: str
    count: int = 1
    skip: int = 0
    seconds: float = 0.0
    """Waited before anything is done."""
    code: str = ""
    """The code of the rejection, of kinds that reject; default: that of the kind."""

    @property
    def refusal(self) -> Refusal | None:
        """Return the rejection that replaces the answer, or None."""
        refusal = KINDS[self.kind].refusal
        return replace(refusal, code=self.code or refusal.code) if refusal else None


FIELDS: dict[str, tuple[type, ...]] = {
    "action": (str,),
    "kind": (str,),
    "count": (int,),
    "skip": (int,),
    "seconds": (int, float),
    "code": (str,),
}


def parse_fault(spec: object) -> Fault | str:
    """Return the fault that a JSON object describes, or an error message."""
    if not isinstance(spec, dict):
        return "A fault is a JSON object."
    if unknown := sorted(spec.keys() - FIELDS.keys()):
        return f'"{unknown[0]}" is not known. A fault has {", ".join(FIELDS)}.'
    wrong = [name for name, value in spec.items() if type(value) not in FIELDS[name]]
    if wrong:
        return f'"{wrong[0]}" is {spec[wrong[0]]!r}. Action, kind and code are texts, count, skip and seconds numbers.'
    if not spec.get("action") or spec.get("kind") not in KINDS:
        return f'A fault needs an action ("*" is any) and a kind, one of {", ".join(KINDS)}.'
    fault = Fault(**spec)
    return _problem(fault) or fault


def _problem(fault: Fault) -> str | None:
    if fault.count < 1 or fault.skip < 0 or not 0 <= fault.seconds <= 3600:  # noqa: PLR2004 - named in the message
        return "Count is at least 1, skip at least 0, seconds from 0 to 3600."
    if fault.code and not fault.refusal:
        return f"{fault.kind} rejects nothing, so it has no code. Kinds that do: {', '.join(REJECTING)}."
    return None


class Faults:
    """The orders that are open, oldest first. Not safe for threads by itself."""

    def __init__(self) -> None:
        self.open: list[Fault] = []
        self.withdrawn = threading.Event()  # of the calls that wait now

    def clear(self) -> None:
        """Remove all faults; waiting calls continue at once."""
        self.open.clear()
        self.withdrawn.set()
        self.withdrawn = threading.Event()

    def take(self, action: str) -> Fault | None:
        """Return the fault of this call, if any. A later fault waits until the earlier one is used up."""
        for fault in self.open:
            if fault.action not in ("*", action):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.count -= 1
            if not fault.count:
                self.open.remove(fault)
            return fault
        return None

    def state(self) -> list[Fields]:
        """Return the pending faults as JSON."""
        return [dict(vars(fault)) for fault in self.open]
