"""The boundary between Pulumi's provider host and our code: errors become sentences, engine values become plain ones."""

import sys
import traceback
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from live_recording.config.files import debug_enabled
from live_recording.config.printing import printable_output, remember_secrets
from live_recording.core.errors import ToolError
from live_recording.core.kinds import CALLBACK_KEY
from live_recording.core.text import integral
from live_recording.core.urn import PROVIDER_KEY

P = ParamSpec("P")
R = TypeVar("R")


class RecordingError(Exception):
    """What went wrong, in one sentence for the person who runs Pulumi."""


def report_errors_to_engine(method: Callable[P, R]) -> Callable[P, R]:
    """Wrap a provider method so that every error reaches the engine as one sentence without traceback.

    The host answers an `Exception` only; anything else would leave the engine waiting, so every BaseException is converted.
    With LIVE_RECORDING_DEBUG=1 the traceback follows the sentence.
    """

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except ToolError as error:
            raise RecordingError(printable_output(_with_traceback(error, str(error)))) from None
        except BaseException as error:  # noqa: BLE001 - see the docstring
            bug = f"Provider bug: {type(error).__name__}: {error}. Please report it, with LIVE_RECORDING_DEBUG=1 set."
            raise RecordingError(printable_output(_with_traceback(error, bug))) from None

    return call


def _with_traceback(error: BaseException, sentence: str) -> str:
    return f"{sentence}\n{''.join(traceback.format_exception(error))}" if debug_enabled() else sentence


def hide_tracebacks() -> None:
    """Keep newer SDKs from printing tracebacks beside the sentence. For the provider process only."""
    if not debug_enabled():
        sys.tracebacklimit = 0


class EngineProperties:
    """The properties that the engine passes, divided into known and not yet known ones. No later output shows their secret."""

    def __init__(self, props: Mapping[str, Any], unknown_type: type) -> None:
        self.known: dict[str, Any] = {}
        self.unknown: dict[str, Any] = {}  # top-level field -> the engine's value, unknown or with unknowns inside
        for name, value in props.items():
            if name != PROVIDER_KEY:
                is_unknown = _contains(value, unknown_type)
                (self.unknown if is_unknown else self.known)[name] = _with_whole_numbers(value)
        key = self.known.get(CALLBACK_KEY)
        remember_secrets(key if isinstance(key, str) else None)

    @property
    def all(self) -> dict[str, Any]:
        """All properties; an unknown value equals no other value."""
        return {**self.known, **self.unknown}

    @property
    def unknown_names(self) -> frozenset[str]:
        """The top-level fields that are not yet known."""
        return frozenset(self.unknown)


def _with_whole_numbers(value: Any) -> Any:
    """Convert whole floats to integers: all numbers of the engine are floats."""
    if isinstance(value, Mapping):
        return {name: _with_whole_numbers(inner) for name, inner in value.items()}
    return [_with_whole_numbers(inner) for inner in value] if isinstance(value, list) else integral(value)


def _contains(value: Any, unknown_type: type) -> bool:
    if isinstance(value, Mapping):
        return any(_contains(inner, unknown_type) for inner in value.values())
    if isinstance(value, list):
        return any(_contains(inner, unknown_type) for inner in value)
    return isinstance(value, unknown_type)
