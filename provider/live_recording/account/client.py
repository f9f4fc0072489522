"""The client of the vendor's API, on its official SDK: a call returns its answer or raises one exception per reaction.

Reads are retried. A change is sent once; if its outcome is unknown, it raises `OutcomeUnknown`. The SDK's own retryer is
never used, because it repeats calls that succeeded.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache, partial
from time import sleep
from typing import Any

import requests.utils
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, stop_after_delay, wait_random_exponential
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from live_recording.account.api_errors import (
    AccessDenied,
    OutcomeUnknown,
    ReadFailed,
    ReadRefused,
    Throttled,
    TimedOut,
    ValueRefused,
    reaction,
)
from live_recording.account.credentials import METADATA, ROLE_SECONDS, sign_in
from live_recording.account.rate_limiter import RateLimiter
from live_recording.account.strict_session import StrictSession
from live_recording.config.printing import redacted
from live_recording.config.settings import Endpoint, Settings
from live_recording.core.secret_patterns import without_secrets
from live_recording.core.text import escaped

TIMEOUT = 10
"""Seconds to connect and between two reads; the vendor asks for more than 3 (CN:45983)."""
PATIENCE = 90
"""Seconds for which a throttled call is retried in total."""

READS = 4
"""How often a read is sent while its answer does not arrive."""
IDENTITY_TIMEOUT, IDENTITY_READS = 5, 2
"""The same for GetCallerIdentity: each process asks it first, and may continue without an answer."""

_WAIT = wait_random_exponential(multiplier=0.25, max=5)

Body = Mapping[str, Any]


VERSIONS: Mapping[str, str] = {"live": "2018-08-01", "sts": "2018-08-13", "vod": "2018-07-17"}
"""Service of the vendor -> the version of its API."""
STS_REGION = "ap-guangzhou"
"""STS has one region for all roles (SDK, STSAssumeRoleCredential)."""


class _Strict(CommonClient):  # type: ignore[misc]  # the SDK ships no types
    """The SDK's generic client. It also rejects answers in which the SDK would overlook an error."""

    def _check_status(self, resp_inter: Any) -> None:
        if resp_inter.is_redirect:
            raise TencentCloudSDKException(
                "Redirected", f"the response is a redirect ({resp_inter.status_code}), which is not followed"
            )
        super()._check_status(resp_inter)

    def _check_error(self, resp: Any) -> None:
        if resp.headers.get("Content-Type") != "application/json":
            seen = resp.headers.get("Content-Type")
            raise TencentCloudSDKException(
                "WrongContentType", f"the response has Content-Type {seen} instead of application/json"
            )
        super()._check_error(resp)


class ApiClient:
    """Sends calls to one service of the vendor for one account. Safe to share between threads.

    Raises AccessDenied if there are no usable credentials.
    """

    def __init__(
        self,
        settings: Settings,
        before_change: Callable[[], None] = lambda: None,
        *,
        service: str = "live",
        timeout: int = TIMEOUT,
    ) -> None:
        self._limiter = RateLimiter()
        self._before_change = before_change  # called each time before a change is sent
        self._endpoint = settings.service_endpoint(service)
        self._sdk = _sdk(settings, service, _signed_in(settings), timeout)

    def read(self, action: str, body: Body, times: int = READS) -> dict[str, Any]:
        """Send a call that changes nothing, with retries; return its answer. Raises ReadFailed if none arrives."""
        attempts = Retrying(
            retry=retry_if_exception_type(OutcomeUnknown), wait=_WAIT, stop=stop_after_attempt(times), reraise=True
        )
        try:
            return attempts(self._send_with_rate_limit, action, body)
        except OutcomeUnknown as unknown:
            raise ReadFailed(*unknown.said, self._endpoint) from None
        except ValueRefused as refused:
            raise ReadRefused(*refused.said) from None

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
        return _call(self._sdk, action, body, {})


def _call(sdk: CommonClient, action: str, body: Body, options: Mapping[str, bool]) -> dict[str, Any]:
    """Send a call once and return its answer. Raises one ApiError per reaction."""
    try:
        answer = sdk.call_json(action, dict(body), options=dict(options))["Response"]
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


def _sdk(settings: Settings, service: str, credential: Any, timeout: int = TIMEOUT) -> CommonClient:
    endpoint = settings.service_endpoint(service)
    http = HttpProfile(
        endpoint.scheme, endpoint.host, reqTimeout=timeout, keepAlive=True, certification=settings.ca_file
    )
    profile = ClientProfile(httpProfile=http, language="en-US")
    region = STS_REGION if service == "sts" else settings.region
    client = _Strict(service, VERSIONS[service], credential, region, profile)
    # The SDK ignores most forms of NO_PROXY, and `requests` would let a .netrc entry replace the signature.
    connection = client.request.conn
    connection.proxy = _proxies(endpoint)
    connection._session = StrictSession()  # noqa: SLF001 - the SDK has no option for it
    return client


def _proxies(endpoint: Endpoint) -> dict[str, str] | None:
    """Return the proxies of the environment for an address; a loopback address never has one."""
    return None if endpoint.loopback else requests.utils.get_environ_proxies(str(endpoint)) or None


@cache
def _signed_in(settings: Settings) -> Any:
    """Return the SDK's credential of these settings, one for all services of this process, so that a role is assumed once.

    Raises AccessDenied if the credentials are missing or rejected.
    """

    def ask_sts(action: str, body: Body, credential: Any) -> dict[str, Any]:
        sts = _sdk(settings, "sts", credential)
        return _call(sts, action, body, {} if credential else {"SkipSign": True})

    credential = sign_in(settings.credentials, ask_sts, partial(_read_metadata, settings))
    credential.get_credential_info()  # a role that cannot be assumed is reported here, not by the first call
    return credential


def _read_metadata(settings: Settings, path: str) -> dict[str, Any]:
    """Return what the metadata service of this instance says; a loopback endpoint replaces it.

    Raises AccessDenied if it does not have the role, or does not answer.
    """
    url = f"{settings.endpoint if settings.endpoint.loopback else METADATA}{path}"
    try:
        with StrictSession() as session, session.get(url, timeout=TIMEOUT) as answer:
            found = answer.json()
        if found["Code"] == "Success":
            return dict(found)
        problem = f"the metadata service answered {escaped(str(found['Code'])[:80])}"
    except (ValueError, KeyError, TypeError):
        problem = "the metadata service does not know this role"
    except OSError as error:  # includes what requests raises
        problem = f"the metadata service did not answer: {_reason(error)}"
    role = path.rpartition("/")[2]
    message = f"no credentials for instanceRole {role}: {problem}"
    raise AccessDenied("Signing", "InvalidCredential", message, None) from None


def caller_identity(settings: Settings) -> dict[str, Any]:
    """Return the answer of sts:GetCallerIdentity. Raises ApiError."""
    client = ApiClient(settings, service="sts", timeout=IDENTITY_TIMEOUT)
    return client.read("GetCallerIdentity", {}, IDENTITY_READS)


def assume_role_with_identity(
    settings: Settings, role: str, provider: str, session_name: str, token: str
) -> dict[str, Any]:
    """Return the answer of sts:AssumeRoleWithWebIdentity, which is not signed: the identity token is the proof.

    Raises ApiError. Sent again if no answer arrives, because each call only issues another set of credentials.
    """
    body = {
        "ProviderId": provider,
        "WebIdentityToken": token,
        "RoleArn": role,
        "RoleSessionName": session_name,
        "DurationSeconds": ROLE_SECONDS,
    }
    attempts = Retrying(
        retry=retry_if_exception_type(OutcomeUnknown), wait=_WAIT, stop=stop_after_attempt(READS), reraise=True
    )
    return attempts(_call, _sdk(settings, "sts", None), "AssumeRoleWithWebIdentity", body, {"SkipSign": True})


def server_time(settings: Settings, seconds: float) -> datetime | None:
    """Return the endpoint's clock from its response to an unsigned request, to the second, or None if it has none.

    Raises OSError with the reason if no response arrives within *seconds* at each step.
    """
    url, trusted = str(settings.endpoint), settings.ca_file or True
    with StrictSession() as session:
        session.proxies = _proxies(settings.endpoint) or {}
        try:
            with session.get(url, timeout=seconds, verify=trusted, stream=True, allow_redirects=False) as answer:
                return parsedate_to_datetime(answer.headers["Date"])
        except OSError as error:  # includes what requests raises
            raise OSError(_reason(error)) from None
        except (KeyError, ValueError):
            return None


READ_TIMED_OUT = "Read timed out"  # the text of requests, in whatever class the SDK wraps it
_REASON = re.compile(
    rf"\[Errno -?\d+\] ([^\"')]+)|\[(?:SSL|X509): \w+\] ([^\"'(]*\w)|({READ_TIMED_OUT}|Remote end closed connection without response|Connection reset by peer|Tunnel connection failed: [^\"']*\w|Name or service not known|timed out)"
)
_WRAPPED = re.compile(r"\w(Error|Exception|StatusLine)\(")
"""Matches the representation of a Python exception."""


def _reason(message: object) -> str:
    """Return the reason in a message: of a network error the text of the operating system, otherwise its beginning."""
    text = message.decode("utf-8", "replace") if isinstance(message, bytes) else str(message or "no reason given")
    found = _REASON.search(text)
    if found:
        return str(found[1] or found[2] or found[3])
    if _WRAPPED.search(text):
        return "the connection broke, or the server does not speak HTTP"
    return escaped(without_secrets(redacted(" ".join(text.split())))[:300])
