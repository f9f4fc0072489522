"""The Security Token Service of the emulator: who calls, and temporary credentials."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from live_recording.emulator import Emulator
from tests.support.clock import NOW
from tests.support.sdk_client import code, refusal, sdk, sts

ROLE = {"RoleArn": "qcs::cam::uin/100000000002:roleName/recorder", "RoleSessionName": "ci"}


def answer(client: object, action: str, **fields: object) -> dict[str, object]:
    """Return the answer to a call through the SDK's generic client, without its RequestId."""
    response: dict[str, object] = client.call_json(action, fields)["Response"]  # type: ignore[attr-defined]
    assert response.pop("RequestId")
    return response


def sts_code(client: object, action: str, **fields: object) -> str | None:
    """Return the code with which STS rejects a call, or None."""
    try:
        answer(client, action, **fields)
    except TencentCloudSDKException as refused:
        return str(refused.code)
    return None


def test_caller_is_the_account() -> None:
    """GetCallerIdentity names the account that the emulator was started with."""
    with Emulator(account="100000000002") as emulator:
        assert answer(sts(emulator), "GetCallerIdentity") == {
            "Arn": "qcs::cam::uin/100000000002:uin/100000000002",
            "AccountId": "100000000002",
            "UserId": "100000000002",
            "PrincipalId": "100000000002",
            "Type": "CAMUser",
        }


def test_temporary_credentials_sign_calls_until_they_expire() -> None:
    """They work with their token only, name the role, and expire when the clock is set forward."""
    with Emulator(account="100000000002", now=NOW) as emulator:
        issued = answer(sts(emulator), "AssumeRole", **ROLE, DurationSeconds=900)
        assert isinstance(issued["ExpiredTime"], int)
        assert abs(issued["ExpiredTime"] - time.time() - 900) < 5
        given = issued["Credentials"]
        assert isinstance(given, dict)
        keys = {"secret_id": given["TmpSecretId"], "secret_key": given["TmpSecretKey"]}
        role = answer(sts(emulator, **keys, token=given["Token"]), "GetCallerIdentity")

        assert (role["Type"], role["AccountId"]) == ("CAMRole", "100000000002")
        assert str(role["UserId"]).endswith(":ci")
        action = "DescribeLiveRecordRules"
        assert code(sdk(emulator, **keys, token=given["Token"]), action) is None
        assert code(sdk(emulator, **keys), action) == "AuthFailure.TokenFailure"
        emulator.set_now(NOW + timedelta(seconds=901))
        assert code(sdk(emulator, **keys, token=given["Token"]), action) == "AuthFailure.TokenFailure"
        assert code(sdk(emulator), action) is None


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({}, "MissingParameter"),
        ({**ROLE, "RoleArn": "qcs::cam::uin/100000000001:roleName/recorder"}, "ResourceNotFound.RoleNotExist"),
        ({**ROLE, "RoleArn": "recorder"}, "InvalidParameter.ParamError"),
        ({**ROLE, "RoleSessionName": "c i"}, "InvalidParameter.ParamError"),
        ({**ROLE, "DurationSeconds": 43201}, "InvalidParameter.OverTimeError"),
        ({**ROLE, "Role": "x"}, "UnknownParameter"),
    ],
)
def test_roles_are_checked(fields: dict[str, object], refused: str) -> None:
    """A role of another account does not exist, and each wrong parameter has its code."""
    with Emulator(account="100000000002") as emulator:
        assert sts_code(sts(emulator), "AssumeRole", **fields) == refused


def test_products_are_distinguished_by_the_signature() -> None:
    """An action of one product does not exist in the other; an unknown product is refused."""
    with Emulator() as emulator:
        assert sts_code(sts(emulator), "DescribeLiveRecordRules") == "InvalidAction"
        assert code(sdk(emulator), "DescribeLiveRecordRules") is None
        assert refusal(emulator, "GetCallerIdentity", {}) == "InvalidAction"
        assert sts_code(sts(emulator, region="moon"), "GetCallerIdentity") == "UnsupportedRegion"


def test_sts_fails_on_order_or_for_lack_of_permission() -> None:
    """A fault, or a denial, of GetCallerIdentity leaves the recording API alone."""
    with Emulator() as emulator:
        emulator.fault("GetCallerIdentity", "internal-error")

        assert code(sdk(emulator), "DescribeLiveRecordRules") is None
        assert sts_code(sts(emulator), "GetCallerIdentity") == "InternalError"
        assert sts_code(sts(emulator), "GetCallerIdentity") is None
    with Emulator(denied={"GetCallerIdentity"}) as emulator:
        assert sts_code(sts(emulator), "GetCallerIdentity") == "UnauthorizedOperation"
        assert code(sdk(emulator), "DescribeLiveRecordRules") is None
