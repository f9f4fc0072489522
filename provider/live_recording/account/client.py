"""The client of the vendor's API, on its official SDK: a call returns its answer or raises one exception per reaction.

Reads are retried. A change is sent once; if its outcome is unknown, it raises `OutcomeUnknown`. The SDK's own retryer is
never used, because it repeats calls that succeeded.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from time import sleep
from typing import Any

import requests.utils
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, stop_after_delay, wait_random_exponential
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential, DefaultTkeOIDCRoleArnProvider, ProfileCredential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from live_recording.account.api_errors import AccessDenied, OutcomeUnknown, ReadFailed, Throttled, TimedOut, reaction
from live_recording.account.rate_limiter import RateLimiter
from live_recording.config.settings import Settings
from live_recording.core.redaction import redact_urls
from live_recording.core.text import escaped

TIMEOUT = 10
"""Seconds to connect and between two reads; the vendor asks for more than 3 (CN:45983)."""
PATIENCE = 90
"""Seconds for which a throttled call is retried in total."""

READS = 4
"""How often a read is sent while its answer does not arrive."""

_WAIT = wait_random_exponential(multiplier=0.25, max=5)

Body = Mapping[str, Any]


class _Strict(CommonClient):  # type: ignore[misc]  # the SDK ships no types
    """The SDK's generic client. It also rejects answers in which the SDK would overlook an error."""

    def _check_error(self, resp: Any) -> None:
        if resp.headers.get("Content-Type") != "application/json":
            seen = resp.headers.get("Content-Type")
            raise TencentCloudSDKException(
                "WrongContentType", f"the response has Content-Type {seen} instead of application/json"
            )
        super()._check_error(resp)


class LiveApi:
    """Sends calls for one account. Safe to share between threads.

    Raises AccessDenied if there are no usable credentials.
    """

    def __init__(self, settings: Settings, before_change: Callable[[], None] = lambda: None) -> None:
        self._limiter = RateLimiter()
        self._before_change = before_change  # called each time before a change is sent
        self._endpoint = settings.endpoint
        self._sdk = _sdk(settings)

    def read(self, action: str, body: Body) -> dict[str, Any]:
        """Send a call that changes nothing, with retries; return its answer. Raises ReadFailed if none arrives."""
        attempts = Retrying(
            retry=retry_if_exception_type(OutcomeUnknown), wait=_WAIT, stop=stop_after_attempt(READS), reraise=True
        )
        try:
            return attempts(self._send_with_rate_limit, action, body)
        except OutcomeUnknown as unknown:
            raise ReadFailed(*unknown.said, self._endpoint) from None

    def change(self, action: str, body: Body) -> dict[str, Any]:
        """Send a call that changes something; return its answer. Retries only if nothing was done."""
        return self._send_with_rate_limit(action, body, self._before_change)

    def _send_with_rate_limit(
        self, action: str, body: Body, before: Callable[[], None] = lambda: None
    ) -> dict[str, Any]:
        """Send the call when the rate limit allows; a throttled call is queued again."""
        attempts = Retrying(
            retry=retry_if_exception_type(Throttled),
            after=lambda _: self._limiter.throttled(action),
            stop=stop_after_delay(PATIENCE),
            reraise=True,
        )
        for attempt in attempts:
            with attempt:
                sleep(self._limiter.reserve_slot(action))
                before()
                return self._once(action, body)
        raise AssertionError

    def _once(self, action: str, body: Body) -> dict[str, Any]:
        try:
            answer = self._sdk.call_json(action, dict(body))["Response"]
        except TencentCloudSDKException as error:
            code, message = error.code or "", _reason(error.message)
            kind = TimedOut if message == READ_TIMED_OUT else reaction(code)
            raise kind(action, code, message, error.requestId) from None
        except (ValueError, KeyError, TypeError):
            raise OutcomeUnknown(
                action, "MalformedAnswer", "the response is incomplete, or not in the API's format", None
            ) from None
        except (requests.exceptions.RequestException, OSError):
            # The SDK passes on errors of `requests` that occur in the middle of a body.
            raise OutcomeUnknown(action, "IncompleteAnswer", "the response was cut off", None) from None
        if "Error" in answer:
            code, message = answer["Error"]["Code"], answer["Error"]["Message"]
            raise reaction(code)(action, code, _reason(message), answer.get("RequestId"))
        return dict(answer)


def _sdk(settings: Settings) -> CommonClient:
    endpoint = settings.endpoint
    http = HttpProfile(
        endpoint.scheme, endpoint.host, reqTimeout=TIMEOUT, keepAlive=True, certification=settings.ca_file
    )
    profile = ClientProfile(httpProfile=http, language="en-US")
    client = _Strict("live", "2018-08-01", _credential(settings), settings.region, profile)
    # The SDK ignores most forms of NO_PROXY, and `requests` would let a .netrc entry replace the signature.
    connection = client.request.conn
    connection.proxy = requests.utils.get_environ_proxies(str(settings.endpoint)) or None
    connection._session.trust_env = False  # noqa: SLF001 - the SDK has no option for it
    return client


def server_time(settings: Settings, seconds: float) -> datetime | None:
    """Return the endpoint's clock from its response to an unsigned request, to the second, or None if it has none.

    Raises OSError with the reason if no response arrives within *seconds* at each step.
    """
    url, trusted = str(settings.endpoint), settings.ca_file or True
    with requests.Session() as session:
        session.trust_env, session.proxies = False, requests.utils.get_environ_proxies(url)
        try:
            with session.get(url, timeout=seconds, verify=trusted, stream=True, allow_redirects=False) as answer:
                return parsedate_to_datetime(answer.headers["Date"])
        except OSError as error:  # includes what requests raises
            raise OSError(_reason(error)) from None
        except (KeyError, ValueError):
            return None


def _credential(settings: Settings) -> Any:
    makers = {
        "keys": lambda: Credential(settings.secret_id, settings.secret_key, settings.token or None),
        "profile": lambda: ProfileCredential().get_credential(),
        "role": lambda: DefaultTkeOIDCRoleArnProvider().get_credential(),
    }
    try:
        made = makers[settings.source]() if settings.source else None
    except TencentCloudSDKException as error:
        raise AccessDenied("Signing", error.code or "InvalidCredential", _reason(error.message), None) from None
    except OSError as error:  # the role's variables or its token file are missing
        raise AccessDenied("Signing", "InvalidCredential", str(error), None) from None
    if made is None:
        raise AccessDenied("Signing", "InvalidCredential", "no credentials found", None)
    return made


READ_TIMED_OUT = "Read timed out"  # the text of requests, in whatever class the SDK wraps it
_REASON = re.compile(
    rf"\[Errno -?\d+\] ([^\"')]+)|\[(?:SSL|X509): \w+\] ([^\"'(]*\w)|({READ_TIMED_OUT}|Remote end closed connection without response|Connection reset by peer|Tunnel connection failed: [^\"']*\w|Name or service not known|timed out)"
)
_WRAPPED = re.compile(r"\w+(Error|Exception|StatusLine)\(")
"""Matches the representation of a Python exception."""


def _reason(message: object) -> str:
    """Return the reason in a message: of a network error the text of the operating system, otherwise its beginning."""
    text = message.decode("utf-8", "replace") if isinstance(message, bytes) else str(message or "no reason given")
    found = _REASON.search(text)
    if found:
        return str(found[1] or found[2] or found[3])
    if _WRAPPED.search(text):
        return "the connection broke, or the server does not speak HTTP"
    return escaped(redact_urls(" ".join(text.split()))[:300])
