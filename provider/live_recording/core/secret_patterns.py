"""Recognize secrets in text by their form: passwords in URLs and connection strings, and parameters of signed addresses.

Each pattern takes time in proportion to the text: what it repeats is bounded, or cannot begin again inside a match.
"""

import re

HIDDEN = "***"
_DATABASES = "postgres|postgresql|mysql|mongodb|redis|rediss|s3|gs|azblob"
_LONGEST = 2000
"""Characters of a URL's user and password, or of what is before its query."""
_PATTERNS = (
    # A password may contain / and @, so everything up to the last @ counts.
    (
        re.compile(rf"\b((?:{_DATABASES})(?:\+\w{{1,20}})?://)[^\s\"'`<>]{{0,{_LONGEST}}}@", re.IGNORECASE),
        rf"\1{HIDDEN}@",
    ),
    (
        re.compile(
            rf"\b((?:{_DATABASES})(?:\+\w{{1,20}})?://[^\s\"'`<>?]{{0,{_LONGEST}}}\?)[^\s\"'`<>]+", re.IGNORECASE
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"\b([a-z][a-z0-9+.-]{0,20}://)[^\s/?#\"'`<>@]+@", re.IGNORECASE), rf"\1{HIDDEN}@"),
    (
        re.compile(rf"\b([a-z][a-z0-9+.-]{{0,20}}%3a%2f%2f)[^\s/?#\"'`<>@]{{1,{_LONGEST}}}?%40", re.IGNORECASE),
        rf"\1{HIDDEN}%40",
    ),
    (
        re.compile(
            r"\b((?:pg|ssl)?(?:password|passphrase|passwd)\s*=\s*)('[^']*'|\"[^\"]*\"|[^\s,;&]+)", re.IGNORECASE
        ),
        rf"\1{HIDDEN}",
    ),
)
_PARAMETER = re.compile(
    r"((?:secret|token|password|passwd|sign|signature|key)(?:=|%3d))(?:(?!%26)[^&\s\"',;}])+", re.IGNORECASE
)
"""Parameters such as txSecret, which are pasted with a push address, also percent-encoded."""
_MARK = re.compile(r"=|://|%3d|%3a%2f%2f", re.IGNORECASE)
"""What every text with a secret of these forms has."""


def without_passwords(text: str) -> str:
    """Return any output without passwords in URLs and connection strings."""
    if _MARK.search(text):
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
    return text


def without_secrets(value: str) -> str:
    """Return a value that others wrote without what `without_passwords` hides, and without secret parameters.

    Our own output may have such parameters: `ci credentials` prints `TENCENTCLOUD_TOKEN=...`.
    """
    return _PARAMETER.sub(rf"\1{HIDDEN}", without_passwords(value)) if _MARK.search(value) else value
