"""Errors of the vendor's API: one class per reaction, not per code, each with advice. REACTIONS maps codes to classes."""

from collections.abc import Mapping
from typing import Self

from live_recording.core.errors import ToolError
from live_recording.core.text import escaped

LONGEST = 80
"""Characters of an error code or RequestId that a message shows."""


def _shown(sent: str) -> str:
    """Return a code or id that the server sent, on one line; the message is escaped where the answer is read."""
    return escaped(sent[:LONGEST])


class ApiError(ToolError):
    """A call that the vendor rejected."""

    verb = "was rejected"
    advice = "Look up the code in the vendor's documentation, or ask the vendor's support and quote the RequestId."

    def __init__(self, action: str, code: str, message: str, request_id: str | None) -> None:
        request = f" RequestId {_shown(request_id)}." if request_id else ""
        super().__init__(f"{action} {self.verb}: {message.rstrip('. ')} ({_shown(code)}).{request} {self.advice}")
        self.action, self.code = action, code
        self.said = action, code, message, request_id


class ValueRefused(ApiError):
    """The API does not accept a value."""

    advice = "Correct that value in the stack file."


class ReadRefused(ValueRefused):
    """The API does not accept a value of a call that changes nothing."""

    advice = (
        "This call only reads. Check region, endpoint and clock with `live-recording doctor`; if they are right, ask the "
        "vendor's support and quote the RequestId."
    )


class NotFound(ApiError):
    """The account does not have this object."""

    advice = "Run `pulumi refresh` to update the state."


class NoSuchStream(NotFound):
    """The vendor does not know a push of this stream."""

    advice = "Check domain, app and stream, and start the push first."


class AlreadyExists(ApiError):
    """The account already has an object with this key."""

    advice = "Run `pulumi refresh`, and check what the account holds."


class InUse(ApiError):
    """Another object uses this one."""

    advice = "Delete the rules that use it first; some may have been created outside this stack."


class LimitReached(ApiError):
    """The account is full."""

    advice = "Delete what is no longer needed, or ask the vendor to raise the limit."


class DayFull(LimitReached):
    """The account has created the maximum number of these objects for today."""

    advice = "Wait for the next day (China time), delete some of today's, or ask the vendor to raise the limit."


class TooManyRunning(LimitReached):
    """The account has the maximum number of running tasks."""

    advice = "Wait until one of the running tasks has ended, then run again."


class StillRunning(ApiError):
    """A recording is running or being stopped."""

    advice = "Run again in a minute."


class Throttled(ApiError):
    """Too many calls per second; nothing was done."""

    advice = "Other clients use this account at the same time. Run again in a minute."


class AccessDenied(ApiError):
    """The credentials are missing, wrong or not allowed to make this call."""

    advice = "Check the key pair (TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY) and its permissions."


class ClockDiffers(AccessDenied):
    """The request was signed with a time that is too far from the vendor's."""

    advice = (
        "Set the clock of this machine: it may differ by at most 5 minutes. `live-recording doctor` shows both times."
    )


class TokenInvalid(AccessDenied):
    """The session token of temporary credentials is invalid or has expired."""

    advice = "Get new temporary credentials: the session token (TENCENTCLOUD_TOKEN) is invalid or expired."


class Redirected(ApiError):
    """The endpoint answers with a redirect; nothing was done."""

    advice = "Set the endpoint to the host that answers: the vendor's own hosts never redirect."


class ServiceUnavailable(ApiError):
    """Live, or the storage behind recording, is not active for this account."""

    advice = "Activate the service in the vendor's console, then run again."


class DomainRefused(ApiError):
    """The account has no such push domain."""

    advice = "Use a push domain of this account, as its console lists them; the API does not know this one."


class BucketRefused(ServiceUnavailable):
    """Live cannot write to the COS bucket."""

    advice = (
        "Check the bucket's name and region, and authorize CSS on it in the console: recordings that fail are lost."
    )


class OldConsole(ServiceUnavailable):
    """The account still uses the first edition of Live, which has no recording templates."""

    advice = "Ask the vendor's support to move the account to the current Live console."


class NoAccount(ServiceUnavailable):
    """The account does not use Live on this site."""

    advice = "Check live-recording:site, and activate Live (CSS) in the console of that site."


class OutcomeUnknown(ApiError):
    """It is unknown whether the call took effect."""

    verb = "got no valid response"
    advice = "Run again; completed changes are detected and kept."

    def unseen(self) -> Self:
        """Return this error, with the note that the account does not show the change."""
        self.args = (f"{self} The account does not show the change so far.",)
        return self


class ReadFailed(OutcomeUnknown):
    """A call that changes nothing got no response."""

    def __init__(self, action: str, code: str, message: str, request_id: str | None, endpoint: object) -> None:
        self.advice = f"Check that {endpoint} is correct and reachable, then run again."
        super().__init__(action, code, message, request_id)


class TimedOut(OutcomeUnknown):
    """The vendor received the call and did not answer in time; it may still carry it out."""


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
    "InvalidParameter": ValueRefused,
    "InvalidParameterValue": ValueRefused,
    "LimitExceeded.RateLimitExceeded": Throttled,
    "LimitExceeded.MaximumTask": DayFull,
    "LimitExceeded.MaximumRunningTask": TooManyRunning,
    "LimitExceeded": LimitReached,
    "RequestLimitExceeded": Throttled,
    "AuthFailure": AccessDenied,
    "AuthFailure.SignatureExpire": ClockDiffers,
    "AuthFailure.TokenFailure": TokenInvalid,
    "UnauthorizedOperation": AccessDenied,
    "InvalidCredential": AccessDenied,
    "Redirected": Redirected,
    "ResourceUnavailable.InvalidVodStatus": ServiceUnavailable,
    "FailedOperation.CosBucketNotExist": BucketRefused,
    "FailedOperation.CosBucketNotPermission": BucketRefused,
    "FailedOperation.CosRoleNotExists": BucketRefused,
    "UnsupportedOperation.NotLVBCodeMode": OldConsole,
    "ResourceNotFound.UserNotExist": NoAccount,
    "InternalError.ArgsNotMatch": ValueRefused,
    "InternalError.InvalidInput": ValueRefused,
    "InternalError.DomainFormatError": ValueRefused,
    **dict.fromkeys(
        (
            "InternalError.DomainNotExist",
            "InternalError.PushDomainNoRecord",
            "InvalidParameter.DomainNotExists",
            "ResourceNotFound.DomainNotExist",
            "ResourceNotFound.PushDomainNoRecord",
        ),
        DomainRefused,
    ),
    "FailedOperation.AlterTaskState": StillRunning,
    "ResourceNotFound.TaskId": NotFound,
    "ResourceNotFound.ChannelNotExist": NoSuchStream,
    "ResourceUnavailable.StreamNotExist": NoSuchStream,
    "ResourceNotFound.ForbidService": ServiceUnavailable,
    "ResourceNotFound.FreezeService": ServiceUnavailable,
    "ResourceNotFound.StopService": ServiceUnavailable,
    "ResourceNotFound.UserDisableService": ServiceUnavailable,
    "InternalError": OutcomeUnknown,
    "FailedOperation.CallOtherSvrError": OutcomeUnknown,
    "FailedOperation.CallOtherSvrFailed": OutcomeUnknown,
    "InternalError.CallOtherSvrError": OutcomeUnknown,
    "InternalError.ConnectDbError": OutcomeUnknown,
    "InternalError.DBError": OutcomeUnknown,
    "InternalError.GetBizidError": OutcomeUnknown,
    "InternalError.GetConfigError": OutcomeUnknown,
    "InternalError.NetworkError": OutcomeUnknown,
    "InternalError.SystemError": OutcomeUnknown,
    "ClientNetworkError": OutcomeUnknown,
    "ServerNetworkError": OutcomeUnknown,
    "ConnectionError": OutcomeUnknown,
    "ChunkedEncodingError": OutcomeUnknown,
    "JSONDecodeError": OutcomeUnknown,
    "WrongContentType": OutcomeUnknown,
}
"""Error code, or the family before its dot -> class (sources: error lists of the recording API, SDK exceptions)."""


def reaction(code: str) -> type[ApiError]:
    """Return the class for an error code: by the code itself, else by its family, else ApiError.

    Of the family InternalError, only the bare code and those in REACTIONS leave the outcome unknown; every other one names
    why the call was rejected (error lists of the recording API, 2026-08-21).
    """
    family, _, name = code.partition(".")
    if family == "InternalError" and name:
        return REACTIONS.get(code, ApiError)
    return REACTIONS.get(code) or REACTIONS.get(family) or ApiError
