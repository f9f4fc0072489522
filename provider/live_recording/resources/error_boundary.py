"""The boundary between the engine and our rules: values that are not known yet, numbers as floats, errors as sentences.

Rule 1: an exception that is not an `Exception` would leave the engine waiting for ever; none passes.
Rule 2: what a user sees of an error is one sentence; LIVE_RECORDING_DEBUG=1 shows where it came from.
"""

import sys
import traceback
from collections.abc import Callable, Mapping
from functools import wraps
from threading import local
from typing import Any, ParamSpec, TypeVar

from live_recording.config.files import debug
from live_recording.core.errors import ToolError
from live_recording.core.text import integral
from live_recording.core.urn import PROVIDER_KEY

P = ParamSpec("P")
R = TypeVar("R")


class RecordingError(Exception):
    """What went wrong, in one sentence for the person who runs Pulumi."""


_asked = local()


def urn() -> str:
    """The URN of the resource that the engine asks about, or "" where it is not told."""
    return getattr(_asked, "urn", "")


def report_errors_to_engine(method: Callable[P, R]) -> Callable[P, R]:
    """The method, whose every way out is an answer to the engine.

    The host does not hand on the URN of a request, which says whose stack this is: it is read from the host's frame.
    """

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        _asked.urn = getattr(sys._getframe(1).f_locals.get("request"), "urn", "")  # noqa: SLF001 - see above
        try:
            return method(*args, **kwargs)
        except ToolError as error:
            raise RecordingError(_told(error, str(error))) from None
        except BaseException as error:  # noqa: BLE001 - see rule 1
            bug = f"Provider bug: {type(error).__name__}: {error}. Please report it, with LIVE_RECORDING_DEBUG=1 set."
            raise RecordingError(_told(error, bug)) from None

    return call


def _told(error: BaseException, sentence: str) -> str:
    return f"{sentence}\n{''.join(traceback.format_exception(error))}" if debug() else sentence


def quiet() -> None:
    """Keep newer SDKs from printing tracebacks beside the sentence; only ever called in the provider process."""
    if not debug():
        sys.tracebacklimit = 0


class EngineProperties:
    """What the engine hands over, parted into what is known and what is not known yet."""

    def __init__(self, props: Mapping[str, Any], unknown: type) -> None:
        self.known: dict[str, Any] = {}
        self.unknown: dict[str, Any] = {}  # top-level field -> the engine's own value, unknown or with unknowns inside
        for name, value in props.items():
            if name != PROVIDER_KEY:
                (self.unknown if _has(value, unknown) else self.known)[name] = _whole(value)

    @property
    def all(self) -> dict[str, Any]:
        """Everything; what is not known yet equals nothing."""
        return {**self.known, **self.unknown}

    @property
    def names(self) -> frozenset[str]:
        """The top-level fields that are not known yet."""
        return frozenset(self.unknown)


def _whole(value: Any) -> Any:
    """The value with its whole numbers as integers: the engine knows floats only."""
    if isinstance(value, Mapping):
        return {name: _whole(inner) for name, inner in value.items()}
    return [_whole(inner) for inner in value] if isinstance(value, list) else integral(value)


def _has(value: Any, unknown: type) -> bool:
    if isinstance(value, Mapping):
        return any(_has(inner, unknown) for inner in value.values())
    return isinstance(value, unknown) or (isinstance(value, list) and any(_has(inner, unknown) for inner in value))
