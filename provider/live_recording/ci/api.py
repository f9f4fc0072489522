"""Send requests to the API of GitHub or GitLab.

Invariants: the token is sent to the given address only, and shown nowhere; an answer is limited in size and time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
import requests.utils

from live_recording.account.strict_session import StrictSession
from live_recording.core.errors import ConfigError, ToolError
from live_recording.core.text import quoted

TIMEOUT = 20
"""Seconds to connect and between two reads."""
LARGEST = 16 << 20
"""Bytes of an answer."""
REASON_LENGTH = 300
"""Characters of an answer that an error shows."""
TOO_MANY_REQUESTS, FIRST_REDIRECT, FIRST_ERROR, FIRST_SERVER_ERROR = 429, 300, 400, 500
T = TypeVar("T")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NoAnswer(ToolError):
    """The server did not answer, or is overloaded: whether it did anything is unknown. Look, then send again."""


@dataclass(frozen=True, slots=True)
class Api:
    """An address, and how to sign in there."""

    name: str  # for messages
    url: str
    headers: Mapping[str, str] = field(repr=False)  # with the token
    ca_file: str = ""  # replaces the default certificate authorities

    def __post_init__(self) -> None:
        """Raise ConfigError for an address that the token must not be sent to."""
        address = urlsplit(self.url)
        if address.scheme != "https" and not self._is_loopback:
            raise ConfigError(f"The address {quoted(self.url)} of {self.name} uses no TLS. Use https://.")

    @property
    def _is_loopback(self) -> bool:
        return urlsplit(self.url).hostname in LOOPBACK

    def change(self, method: str, path: str, body: Any) -> None:
        """Send a request whose answer says nothing but that it was accepted. Raises as `ask`."""
        self.ask(method, path, _nothing, body)

    def ask(
        self, method: str, path: str, read: Callable[[Any], T], body: Any = None, query: Mapping[str, str] | None = None
    ) -> T:
        """Send a request once, and return what *read* takes from the JSON of its answer.

        Raises NoAnswer if it is unknown whether anything was done, and ToolError if the request was rejected, or if its
        answer lacks what is read.
        """
        try:
            with StrictSession() as session, self._request(session, method, path, body, query) as answer:
                content = _read(answer)
        except (requests.RequestException, OSError) as error:
            raise NoAnswer(f"{self.name} did not answer {method} {path}: {_reason(str(error))}. Run again.") from None
        request = f"{method} {path}".rstrip()
        parsed = self._parsed(answer, content, request)
        try:
            return read(parsed)
        except (LookupError, TypeError, AttributeError):
            raise ToolError(
                f"{self.name} answered {request} with status {answer.status_code}, but not in the form of its API. "
                f"Check that {self.url} is the address of that API, then run again."
            ) from None

    def _request(
        self, session: requests.Session, method: str, path: str, body: Any, query: Mapping[str, str] | None
    ) -> requests.Response:
        return session.request(
            method,
            f"{self.url}{path}",
            json=body,
            params=query,
            headers=dict(self.headers),
            timeout=TIMEOUT,
            stream=True,
            verify=self.ca_file or True,
            proxies={} if self._is_loopback else requests.utils.get_environ_proxies(self.url),
        )

    def _parsed(self, answer: requests.Response, content: bytes, request: str) -> Any:
        status, text = answer.status_code, _reason(content.decode(errors="replace"))
        if status >= FIRST_SERVER_ERROR or status == TOO_MANY_REQUESTS:
            raise NoAnswer(f"{self.name} failed at {request}: {status} {text}. Run again.")
        if status >= FIRST_ERROR:
            raise ToolError(f"{self.name} rejected {request}: {status} {text}. Check the token and its permissions.")
        if status >= FIRST_REDIRECT:
            raise ToolError(f"{self.name} redirects {request} ({status}), which is not followed. Check the address.")
        try:
            return _json(answer, content)
        except ValueError:
            raise ToolError(
                f"{self.name} did not answer {request} with JSON, but: {text}. Check the address."
            ) from None


def _nothing(_: Any) -> None:
    return None


def _read(answer: requests.Response) -> bytes:
    """Return the content of an answer. Raises ToolError if it is too large."""
    content = b""
    for part in answer.iter_content(1 << 16):
        content += part
        if len(content) > LARGEST:
            raise ToolError(f"The answer of {urlsplit(answer.url).hostname} has more than {LARGEST >> 20} MiB.")
    return content


def _json(answer: requests.Response, content: bytes) -> Any:
    import json

    return json.loads(content.decode(answer.encoding or "utf-8")) if content.strip() else None


def _reason(text: str) -> str:
    return " ".join(text.split())[:REASON_LENGTH].rstrip(".")
