"""What people and programs read: findings as text and JSON.

Everything is sorted and byte-stable; two runs over the same files print the same.
"""

import json
from collections.abc import Iterable

from provider.core.findings import Finding, errors

NO_CREDENTIALS = (
    "There are no credentials, so only the stack file was checked, not the account. Set TENCENTCLOUD_SECRET_ID and "
    "TENCENTCLOUD_SECRET_KEY, or `pulumi config set --secret live-recording:secretKey`."
)


def text(found: Iterable[Finding]) -> str:
    """One line per finding, then one line that counts."""
    found = tuple(found)
    stopping, all_ = len(errors(found)), len(found)
    counted = f"{_count(stopping, 'error')}, {_count(all_ - stopping, 'warning')}"
    return "\n".join([*map(str, found), counted if found else "Nothing wrong."])


def as_json(found: Iterable[Finding]) -> str:
    """The same for programs: a list of objects with file, line, path, id, severity and sentence."""
    fields = ("file", "line", "path", "id", "severity", "sentence")
    return json.dumps([{name: getattr(f, name) for name in fields} for f in found], indent=2, ensure_ascii=False)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
