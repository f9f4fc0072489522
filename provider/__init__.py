"""Recording of live streams as code: RecordTemplate, RecordRule, RecordTask and LiveRecord for Tencent Cloud Live.

The resources are loaded when they are first asked for, so that `import provider.core` stays free of Pulumi.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provider.resources import LiveRecord, RecordRule, RecordTask, RecordTemplate

__version__ = "0.1.0"
__all__ = ["LiveRecord", "RecordRule", "RecordTask", "RecordTemplate"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from provider import resources

        return getattr(resources, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
