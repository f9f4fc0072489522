"""Entries of stack files as tests write them."""

from collections.abc import Mapping
from typing import Any, TypeVar

from live_recording.stackfile.entries import Entry

E = TypeVar("E", bound=Entry)


def read_entry(model: type[E], content: Mapping[str, Any]) -> E:
    """Return the entry with this content, which has no mistakes."""
    entry, findings = model.read(dict(content))
    assert entry is not None, findings
    assert findings == []
    return entry
