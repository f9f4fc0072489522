"""Refuses requests that a web page of another site makes: a browser reaches loopback from every page it shows.

A name that is rebound to 127.0.0.1 shows in `Host`; a page of another site in `Origin` or `Sec-Fetch-Site`.
"""

import re
from collections.abc import Mapping

LOOPBACK_HOST = re.compile(
    r"(?:https?://)?(?:127(?:\.[0-9]{1,3}){3}|(?:[a-z0-9-]+\.)*localhost|\[::1\])(?::[0-9]{1,5})?", re.IGNORECASE
)
"""tccli sends its whole endpoint, with the scheme (observed). Names below localhost always are this machine (RFC 6761): clients
that take only a root domain put the service before it, such as live.localhost."""

OWN = {"same-origin", "none"}
"""Values of Sec-Fetch-Site that a page of this server, or an address typed by a person, sends."""


def problem(headers: Mapping[str, str]) -> str | None:
    """Return why a request with these headers (names in lower case) is refused, or None."""
    host = headers.get("host", "")
    if not LOOPBACK_HOST.fullmatch(host):
        return "The header Host does not name this machine. Use 127.0.0.1 or localhost."
    origin = headers.get("origin")
    if origin is not None and origin.lower().partition("://")[2] != host.lower():
        return "The header Origin names another site. Requests of web pages are not answered."
    if headers.get("sec-fetch-site", "none").lower() not in OWN:
        return "The header Sec-Fetch-Site names another site. Requests of web pages are not answered."
    return None
