"""What the vendor can refuse, and what each refusal means for the person who runs this.

Rule 1: one class per reaction, not per code; the table says which code is which. Rule 2: each sentence says what to do.
"""

from collections.abc import Mapping
from typing import Self

from live_recording.core.errors import ToolError


class ApiError(ToolError):
    """A call that the vendor refused."""

    verb = "was refused"
    advice = "Look the code up in the vendor's documents, or ask the vendor's support with the RequestId."

    def __init__(self, action: str, code: str, message: str, request_id: str | None) -> None:
        request = f" RequestId {request_id}." if request_id else ""
        super().__init__(f"{action} {self.verb}: {message.rstrip('. ')} ({code}).{request} {self.advice}")
        self.action, self.code = action, code
        self.said = action, code, message, request_id


class ValueRefused(ApiError):
    """The vendor does not take a value."""

    advice = "Correct that value in the stack file."


class NotFound(ApiError):
    """The account does not hold this object."""

    advice = "Run `pulumi refresh` so that the state learns of it."


class NoSuchStream(NotFound):
    """The vendor knows no push of this stream."""

    advice = "Check domain, app and stream, and start the push first."


class AlreadyExists(ApiError):
    """The account already holds an object under this key."""

    advice = "Run `pulumi refresh`, and look at what the account holds."


class InUse(ApiError):
    """The object is used by another one."""

    advice = "Remove the rules that use it first; some may have been made outside this stack."


class LimitReached(ApiError):
    """The account is full."""

    advice = "Remove what is not needed any more, or ask the vendor to raise the limit."


class DayFull(LimitReached):
    """The account has made as many of these today as it may."""

    advice = "Wait for the next day of China, delete some of today's, or ask the vendor to raise the limit."


class StillRunning(ApiError):
    """A recording runs, or is just being stopped."""

    advice = "Run again in a minute."


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

    def unseen(self) -> Self:
        """The same, after a look at the account that showed nothing of the call."""
        self.args = (f"{self} The account was looked at and shows nothing of it so far.",)
        return self


class ReadFailed(OutcomeUnknown):
    """A call that changes nothing, and whose answer does not come."""

    def __init__(self, action: str, code: str, message: str, request_id: str | None, endpoint: object) -> None:
        self.advice = f"Look whether {endpoint} is right and can be reached, then run again."
        super().__init__(action, code, message, request_id)


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
    "LimitExceeded.MaximumTask": DayFull,
    "LimitExceeded": LimitReached,
    "RequestLimitExceeded": Throttled,
    "AuthFailure": AccessDenied,
    "UnauthorizedOperation": AccessDenied,
    "InvalidCredential": AccessDenied,
    "ResourceUnavailable.InvalidVodStatus": ServiceUnavailable,
    "FailedOperation.AlterTaskState": StillRunning,
    "ResourceNotFound.TaskId": NotFound,
    "ResourceNotFound.ChannelNotExist": NoSuchStream,
    "ResourceUnavailable.StreamNotExist": NoSuchStream,
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
