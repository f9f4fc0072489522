"""Notifications of the vendor's callbacks, for receivers; `examples/receiver` is one.

`events` checks signatures and parses notifications into typed events without secrets. `database` stores each event once.
"""

from live_recording.callbacks.events import (
    AnyEvent,
    Event,
    ExceptionEvent,
    FileEvent,
    InvalidNotification,
    PushEvent,
    StatusEvent,
    parse,
    redact,
    verify_signature,
)

__all__ = [
    "AnyEvent",
    "Event",
    "ExceptionEvent",
    "FileEvent",
    "InvalidNotification",
    "PushEvent",
    "StatusEvent",
    "parse",
    "redact",
    "verify_signature",
]
