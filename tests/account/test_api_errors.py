"""Error codes of the API and how the client reacts, to the emulator's answers."""

from collections.abc import Iterator

import pytest

from live_recording.account.api_errors import (
    AccessDenied,
    ApiError,
    BucketRefused,
    ClockDiffers,
    DomainRefused,
    NoAccount,
    OldConsole,
    OutcomeUnknown,
    ReadRefused,
    ServiceUnavailable,
    TokenInvalid,
    TooManyRunning,
    ValueRefused,
)
from live_recording.account.inventory import AccountInventory, open_account
from live_recording.config.settings import parse_settings
from live_recording.emulator import Emulator
from tests.support.clock import NOW
from tests.support.emulated_account import Account

REACTIONS: dict[str, tuple[type[ApiError], str]] = {
    "InternalError": (OutcomeUnknown, "Run again; completed changes are detected and kept."),
    "InternalError.NetworkError": (OutcomeUnknown, "Run again; completed changes are detected and kept."),
    "InternalError.SystemError": (OutcomeUnknown, "Run again; completed changes are detected and kept."),
    "FailedOperation.CallOtherSvrError": (OutcomeUnknown, "Run again; completed changes are detected and kept."),
    "InternalError.DomainNotExist": (DomainRefused, "Use a push domain of this account"),
    "InternalError.PushDomainNoRecord": (DomainRefused, "Use a push domain of this account"),
    "ResourceNotFound.DomainNotExist": (DomainRefused, "Use a push domain of this account"),
    "InternalError.ArgsNotMatch": (ValueRefused, "Correct that value in the stack file."),
    "InternalError.DomainFormatError": (ValueRefused, "Correct that value in the stack file."),
    "InternalError.CodeOfTomorrow": (ApiError, "Look up the code in the vendor's documentation"),
    "AuthFailure.SecretIdNotFound": (AccessDenied, "Check the key pair"),
    "AuthFailure.SignatureExpire": (ClockDiffers, "Set the clock of this machine"),
    "AuthFailure.TokenFailure": (TokenInvalid, "Get new temporary credentials"),
    "LimitExceeded.MaximumRunningTask": (TooManyRunning, "Wait until one of the running tasks has ended"),
    "FailedOperation.CosBucketNotExist": (BucketRefused, "Check the bucket's name and region"),
    "FailedOperation.CosBucketNotPermission": (BucketRefused, "Check the bucket's name and region"),
    "FailedOperation.CosRoleNotExists": (BucketRefused, "Check the bucket's name and region"),
    "UnsupportedOperation.NotLVBCodeMode": (OldConsole, "Ask the vendor's support to move the account"),
    "ResourceNotFound.UserNotExist": (NoAccount, "Check live-recording:site, and activate Live"),
    "ResourceNotFound.StopService": (ServiceUnavailable, "Activate the service"),
}
"""Code -> the class of its error, and how its advice begins."""


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Start one account for all codes: no call succeeds."""
    with Emulator(now=NOW) as started:
        yield started


@pytest.fixture
def inventory(emulator: Emulator) -> AccountInventory:
    """Return the account as a run sees it."""
    emulator.clear_log()
    return open_account(parse_settings(lambda _: None, Account.environment_of(emulator)))


@pytest.mark.parametrize(("code", "reaction"), REACTIONS.items(), ids=REACTIONS)
def test_code_has_its_reaction(
    emulator: Emulator, inventory: AccountInventory, code: str, reaction: tuple[type[ApiError], str]
) -> None:
    """A change is sent once; its error has the class of the code, names action, code and RequestId, and says what to do."""
    kind, advice = reaction
    emulator.fault("CreateRecordTask", "internal-error", code=code)
    with pytest.raises(ApiError) as raised:
        inventory.change("CreateRecordTask", {})

    sentence = str(raised.value)
    assert type(raised.value) is kind
    assert sentence.startswith(
        f"CreateRecordTask {kind.verb}: This is an ordered fault: nothing was done ({code}). RequestId "
    )
    assert f". {advice}" in sentence
    assert len(emulator.changes) == 1


def test_rejected_read_has_its_own_advice(emulator: Emulator, inventory: AccountInventory) -> None:
    """The value is one of ours, so the advice is about settings and the vendor."""
    emulator.fault("DescribeLiveRecordRules", "internal-error", code="InvalidParameterValue")
    with pytest.raises(ReadRefused, match=r"This call only reads\. .*`live-recording doctor`") as raised:
        inventory.rules()

    assert "stack file" not in str(raised.value)


@pytest.mark.parametrize(
    ("code", "sent"), {"InternalError": 2, "InternalError.NetworkError": 2, "InternalError.DomainNotExist": 1}.items()
)
def test_only_unknown_outcomes_are_confirmed(
    emulator: Emulator, inventory: AccountInventory, code: str, sent: int
) -> None:
    """After an unknown outcome the account is asked before the change is sent again; a rejection is final."""
    emulator.fault("CreateLiveRecordTemplate", "internal-error", code=code)
    looks: list[str] = []

    def send() -> dict[str, object]:
        return inventory.change("CreateLiveRecordTemplate", {"TemplateName": "t"})

    def look() -> None:
        looks.append(code)

    if sent == 1:
        with pytest.raises(DomainRefused):
            inventory.send_or_confirm(send, look)
    else:
        assert "TemplateId" in inventory.send_or_confirm(send, look)
    assert (len(emulator.changes), len(looks)) == (sent, sent - 1)
