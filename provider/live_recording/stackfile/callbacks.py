"""Readers for the fields of callback templates: URLs and keys.

Invariant: no message shows a key, or more of a URL than its host. The path of a URL is often what keeps others from sending
forged notifications.
"""

import re
from hashlib import sha256
from urllib.parse import urlsplit

from live_recording.core.errors import InvalidValue
from live_recording.core.redaction import SHORTEST
from live_recording.core.vendor import CALLBACK_KEY_MAX, CALLBACK_URL_MAX
from live_recording.stackfile.scalars import boolean, text

CN_FIELDS = (
    "record_status_notify_url",
    "record_exception_notify_url",
    "record_exception_levels",
    "audio_audit_notify_url",
)
"""Fields that only the API of site cn accepts (CN:32637 against IN:30815)."""
URL_EXAMPLE = "https://hooks.example.com/live"
_URL_CHARACTERS = re.compile(r"[!-~]+")
_MASK_LENGTH = 16
_MASK = re.compile(rf"/sha256-[0-9a-f]{{{_MASK_LENGTH}}}")
_KEY = re.compile(rf"[0-9A-Za-z]{{{SHORTEST},{CALLBACK_KEY_MAX}}}")


def notify_url(value: object) -> str:
    """Read the URL that receives notifications."""
    url = text(value)
    problem = _problem_of_url(url)
    if problem:
        raise InvalidValue("bad-name", f"{problem} Write a URL like {URL_EXAMPLE}.")
    return url


def _problem_of_url(url: str) -> str:
    """Return why notifications cannot be sent to *url*, without showing it; "" if they can."""
    if len(url) > CALLBACK_URL_MAX:
        return f"The URL has {len(url)} characters. At most {CALLBACK_URL_MAX} are allowed."
    if not _URL_CHARACTERS.fullmatch(url):
        return (
            "The URL is empty, or has a space, a control character or another character that must be percent-encoded."
        )
    try:
        parts = urlsplit(url)
        port_is_valid = parts.port != 0
    except ValueError:
        return "The URL has an invalid host or port."
    if parts.scheme.lower() not in ("http", "https"):
        return "The URL does not begin with https:// or http://."
    if "@" in parts.netloc:
        return "The URL has a user name or password, which are not sent. Use a secret path and callback_key instead."
    if not parts.hostname or not port_is_valid:
        return "The URL has an invalid host or port."
    return "The URL has a fragment (#), which is not sent." if "#" in url else ""


def shown_url(url: str) -> str:
    """Return scheme and host of a URL, which may be shown: the rest may be secret."""
    parts = urlsplit(url)
    hidden = "/..." if parts.path not in ("", "/") or parts.query else ""
    return f"{parts.scheme}://{parts.netloc}{hidden}"


def masked_url(url: str) -> str:
    """Return a URL with a digest in place of what may be secret: it can be compared, but not used. Masking again changes nothing."""
    shown = shown_url(url).removesuffix("/...")
    rest = url[len(shown) :]
    if rest in ("", "/") or _MASK.fullmatch(rest):
        return url
    return f"{shown}/sha256-{sha256(rest.encode()).hexdigest()[:_MASK_LENGTH]}"


def callback_key(value: object) -> str:
    """Read the key that signs notifications. The console accepts up to 32 letters and digits (IN:31074)."""
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise InvalidValue(
            "bad-name", f"Expected {SHORTEST} to {CALLBACK_KEY_MAX} letters and digits. The value is not shown."
        )
    return value


def has_callback_key(value: object) -> bool:
    """Read whether there is a key. A key in place of true is not shown: it must not be in a file."""
    try:
        return boolean(value)
    except InvalidValue:
        raise InvalidValue(
            "wrong-type",
            "Expected true or false. A key does not belong in this file: if you wrote one here, replace it by another one, "
            "stored in live-recording:callbackKeys.",
        ) from None
