"""Recording of live streams as code for Tencent Cloud Live: Pulumi resources and the program that declares a stack file.

Names are loaded on first use, so that importing a part of the package does not import Pulumi.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from live_recording.program import run
    from live_recording.resources import (
        CallbackRule,
        CallbackTemplate,
        LiveRecord,
        RecordRule,
        RecordTask,
        RecordTemplate,
    )

__version__ = "0.1.0"
__all__ = ["CallbackRule", "CallbackTemplate", "LiveRecord", "RecordRule", "RecordTask", "RecordTemplate", "run"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module(f"{__name__}.{'program' if name == 'run' else 'resources'}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
