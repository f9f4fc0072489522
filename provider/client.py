"""The vendor's API, through its official SDK: one call, one answer or one exception class per reaction.

The only module that imports `tencentcloud`. Reads are tried again; a change is sent once, and when its outcome is not
known, `OutcomeUnknown` says so. The SDK's own retryer is never used: it repeats calls that succeeded.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import requests.utils
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, stop_after_delay, wait_random_exponential
from tencentcloud.common.credential import Credential, DefaultTkeOIDCRoleArnProvider, ProfileCredential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.live.v20180801.live_client import LiveClient

from provider.config import Settings

TIMEOUT = 10
"""Seconds to connect and between two reads; the vendor asks for more than 3 (CN:45983)."""
PATIENCE = 90
"""Seconds in all for which a throttled call is tried again."""

READS = 4
"""How often a read is sent whose answer does not arrive."""

_WAIT = wait_random_exponential(multiplier=0.25, max=5)

Body = Mapping[str, Any]


class ApiError(Exception):
    """A call that the vendor refused."""

    verb = "was refused"
    advice = "Look the code up in the vendor's documents, or ask the vendor's support with the RequestId."

    def __init__(self, action: str, code: str, message: str, request_id: str | None) -> None:
        request = f" RequestId {request_id}." if request_id else ""
        super().__init__(f"{action} {self.verb}: {message.rstrip('. ')} ({code}).{request} {self.advice}")
        self.action, self.code = action, code


class ValueRefused(ApiError):
    """The vendor does not take a value."""

    advice = "Correct that value in the stack file."


class NotFound(ApiError):
    """The account does not hold this object."""

    advice = "Run `pulumi refresh` so that the state learns of it."


class AlreadyExists(ApiError):
    """The account already holds an object under this key."""

    advice = "Run `pulumi refresh`, and look at what the account holds."


class InUse(ApiError):
    """The object is used by another one."""

    advice = "Remove the rules that use it first; some may have been made outside this stack."


class LimitReached(ApiError):
    """The account is full."""

    advice = "Remove what is not needed any more, or ask the vendor to raise the limit."


class Throttled(ApiError):
    """Too many calls in a second; nothing was done."""

    advice = "Others use this account at the same time. Run again in a minute."


class AccessDenied(ApiError):
    """The credentials are missing, wrong or not allowed to do this."""

    advice = "Check the key pair (TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY) and its permissions."


class ServiceUnavailable(ApiError):
    """Live, or the storage behind recording, is not active for this account."""

    advice = "Activate the service in the vendor's console, then run again."


class OutcomeUnknown(ApiError):
    """Whether the call took effect is not known."""

    verb = "got no answer that can be used"
    advice = "Run again: what was done is found and kept."


class TimedOut(OutcomeUnknown):
    """The vendor has the call and did not answer in time; it may still carry it out."""


REACTIONS: Mapping[str, type[ApiError]] = {
    "FailedOperation.NotFound": NotFound,
    "InternalError.NotFound": NotFound,
    "InternalError.ConfNotFound": NotFound,
    "InternalError.RuleNotFound": NotFound,
    "FailedOperation.RuleAlreadyExist": AlreadyExists,
    "InternalError.RuleAlreadyExist": AlreadyExists,
    "FailedOperation.ConfInUsed": InUse,
    "InternalError.ConfInUsed": InUse,
    "InternalError.RuleInUsing": InUse,
    "InternalError.ConfOutLimit": LimitReached,
    "InternalError.RuleOutLimit": LimitReached,
    "InternalError.ArgsNotMatch": ApiError,
    "InternalError.InvalidInput": ApiError,
    "InvalidParameter": ValueRefused,
    "InvalidParameterValue": ValueRefused,
    "LimitExceeded.RateLimitExceeded": Throttled,
    "LimitExceeded": LimitReached,
    "RequestLimitExceeded": Throttled,
    "AuthFailure": AccessDenied,
    "UnauthorizedOperation": AccessDenied,
    "InvalidCredential": AccessDenied,
    "ResourceUnavailable.InvalidVodStatus": ServiceUnavailable,
    "ResourceNotFound.ForbidService": ServiceUnavailable,
    "ResourceNotFound.FreezeService": ServiceUnavailable,
    "ResourceNotFound.StopService": ServiceUnavailable,
    "ResourceNotFound.UserDisableService": ServiceUnavailable,
    "InternalError": OutcomeUnknown,
    "ClientNetworkError": OutcomeUnknown,
    "ServerNetworkError": OutcomeUnknown,
    "ConnectionError": OutcomeUnknown,
    "ChunkedEncodingError": OutcomeUnknown,
    "JSONDecodeError": OutcomeUnknown,
    "WrongContentType": OutcomeUnknown,
}
"""Code, or the family before its dot, -> what to do (sources: recording API error lists, SDK exceptions)."""


def reaction(code: str) -> type[ApiError]:
    """The class for an error code: the code itself, else its family, else a plain refusal."""
    return REACTIONS.get(code) or REACTIONS.get(code.partition(".")[0]) or ApiError


class _Strict(LiveClient):  # type: ignore[misc]  # the SDK ships no types
    """The SDK's client, which also refuses answers whose errors it would overlook."""

    def _check_error(self, resp: Any) -> None:
        if resp.headers.get("Content-Type") != "application/json":
            seen = resp.headers.get("Content-Type")
            raise TencentCloudSDKException("WrongContentType", f"the answer came as {seen}, not as application/json")
        super()._check_error(resp)


class LiveApi:
    """Calls of one account. Safe to share between threads.

    Raises AccessDenied where there are no credentials that can be used.
    """

    def __init__(self, settings: Settings, before_change: Callable[[], None] = lambda: None) -> None:
        self._before_change = before_change  # called before each time that a change is sent
        self._sdk = _sdk(settings)

    def read(self, action: str, body: Body) -> dict[str, Any]:
        """The answer to a call that changes nothing; tried again while it may succeed."""
        attempts = Retrying(
            retry=retry_if_exception_type(OutcomeUnknown), wait=_WAIT, stop=stop_after_attempt(READS), reraise=True
        )
        return attempts(self._patiently, action, body)

    def change(self, action: str, body: Body) -> dict[str, Any]:
        """The answer to a call that changes something; tried again only where nothing was done."""
        return self._patiently(action, body, self._before_change)

    def _patiently(self, action: str, body: Body, before: Callable[[], None] = lambda: None) -> dict[str, Any]:
        for attempt in Retrying(
            retry=retry_if_exception_type(Throttled), wait=_WAIT, stop=stop_after_delay(PATIENCE), reraise=True
        ):
            with attempt:
                before()
                return self._once(action, body)
        raise AssertionError

    def _once(self, action: str, body: Body) -> dict[str, Any]:
        try:
            answer = self._sdk.call_json(action, dict(body))["Response"]
        except TencentCloudSDKException as error:
            code, message = error.code or "", _text(error.message)
            kind = TimedOut if message == READ_TIMED_OUT else reaction(code)
            raise kind(action, code, message, error.requestId) from None
        except (requests.exceptions.RequestException, OSError, ValueError, KeyError, TypeError) as error:
            # Cuts and stalls in the middle of a body leave the SDK as they are.
            raise OutcomeUnknown(action, type(error).__name__, "the answer did not arrive whole", None) from None
        if "Error" in answer:
            code, message = answer["Error"]["Code"], answer["Error"]["Message"]
            raise reaction(code)(action, code, message, answer.get("RequestId"))
        return dict(answer)


def _sdk(settings: Settings) -> LiveClient:
    endpoint = settings.endpoint
    http = HttpProfile(
        endpoint.scheme, endpoint.host, reqTimeout=TIMEOUT, keepAlive=True, certification=settings.ca_file
    )
    client = _Strict(_credential(settings), settings.region, ClientProfile(httpProfile=http, language="en-US"))
    # The SDK ignores most forms of NO_PROXY, and requests would let a .netrc entry replace the signature.
    connection = client.request.conn
    connection.proxy = requests.utils.get_environ_proxies(str(settings.endpoint)) or None
    connection._session.trust_env = False  # noqa: SLF001 - the SDK has no switch for it
    return client


def _credential(settings: Settings) -> Any:
    makers = {
        "keys": lambda: Credential(settings.secret_id, settings.secret_key, settings.token or None),
        "profile": lambda: ProfileCredential().get_credential(),
        "role": lambda: DefaultTkeOIDCRoleArnProvider().get_credential(),
    }
    try:
        made = makers[settings.source]() if settings.source else None
    except TencentCloudSDKException as error:
        raise AccessDenied("Signing", error.code or "InvalidCredential", _text(error.message), None) from None
    if made is None:
        raise AccessDenied("Signing", "InvalidCredential", "there are no credentials", None)
    return made


READ_TIMED_OUT = "Read timed out"  # as requests says it, in whatever class the SDK wraps it
_REASON = re.compile(rf"\[Errno -?\d+\] ([^\"')]+)|({READ_TIMED_OUT}|Name or service not known|timed out)")


def _text(message: object) -> str:
    """The reason in a message: of a network error the operating system's words, of HTML its beginning."""
    text = message.decode("utf-8", "replace") if isinstance(message, bytes) else str(message or "no reason was given")
    found = _REASON.search(text)
    return (found[1] or found[2]) if found else " ".join(text.split())[:300]
