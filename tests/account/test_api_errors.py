"""Error codes of the API and how the client reacts."""

import pytest

from live_recording.account.api_errors import (
    AccessDenied,
    ApiError,
    BucketRefused,
    ClockDiffers,
    NoAccount,
    OldConsole,
    OutcomeUnknown,
    TokenInvalid,
    TooManyRunning,
    reaction,
)

REACTIONS: dict[str, type[ApiError]] = {
    "InternalError": OutcomeUnknown,
    "InternalError.NetworkError": OutcomeUnknown,
    "InternalError.SystemError": OutcomeUnknown,
    "InternalError.DomainNotExist": ApiError,
    "InternalError.PushDomainNoRecord": ApiError,
    "InternalError.ArgsNotMatch": ApiError,
    "InternalError.CodeOfTomorrow": ApiError,
    "AuthFailure.SecretIdNotFound": AccessDenied,
    "AuthFailure.SignatureExpire": ClockDiffers,
    "AuthFailure.TokenFailure": TokenInvalid,
    "LimitExceeded.MaximumRunningTask": TooManyRunning,
    "FailedOperation.CosBucketNotExist": BucketRefused,
    "FailedOperation.CosBucketNotPermission": BucketRefused,
    "FailedOperation.CosRoleNotExists": BucketRefused,
    "UnsupportedOperation.NotLVBCodeMode": OldConsole,
    "ResourceNotFound.UserNotExist": NoAccount,
}


@pytest.mark.parametrize(("code", "kind"), REACTIONS.items(), ids=REACTIONS)
def test_code_has_its_reaction(code: str, kind: type[ApiError]) -> None:
    """A named internal error is a rejection; the bare one and failures of transport leave the outcome unknown."""
    assert reaction(code) is kind


@pytest.mark.parametrize("kind", [ClockDiffers, TokenInvalid, TooManyRunning, BucketRefused, OldConsole, NoAccount])
def test_reaction_has_its_own_advice(kind: type[ApiError]) -> None:
    """The sentence ends with what to do about this code."""
    sentence = str(kind("CreateRecordTask", "Code", "Refused.", "id-1"))

    assert sentence == f"CreateRecordTask was rejected: Refused (Code). RequestId id-1. {kind.advice}"
