"""The Security Token Service: who is calling, and temporary credentials for a role (CN:1312/66098, CN:1312/48197).

Any role of the account exists and may be assumed. Issued credentials are not kept in the state file.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType

from live_recording.emulator import validation
from live_recording.emulator.messages import Answer, Call, Fields, Refusal
from live_recording.emulator.schemas import TEXT, Action, Field, between, matching
from live_recording.emulator.service import LiveService
from live_recording.emulator.signature import KeyPair

VERSION = "2018-08-13"
INVALID = "InvalidParameter.ParamError"
ROLE = matching(r"qcs::cam::uin/\d+:role(Name)?/\S+", "a role such as qcs::cam::uin/100000000001:roleName/recorder")
NAME = matching(r"[\w+=,.@-]{2,128}", "2 to 128 letters, digits and =,.@_-")
EXTERNAL_ID = matching(r"[\w+=,.@:/-]{2,128}", "2 to 128 letters, digits and =,.@:/-")
DURATION, LONGEST = 7200, 43200
"""Seconds that temporary credentials are valid."""

ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "GetCallerIdentity": Action({}, INVALID, 20, regional=True),
        "AssumeRole": Action(
            {
                "RoleArn": Field(str, ROLE, required=True),
                "RoleSessionName": Field(str, NAME, required=True),
                "DurationSeconds": Field(int, between(1, LONGEST), code="InvalidParameter.OverTimeError"),
                "Policy": TEXT,
                "ExternalId": Field(str, EXTERNAL_ID),
                "SourceIdentity": TEXT,
            },
            INVALID,
            600,
            regional=True,
        ),
    }
)


class SecurityTokens:
    """The callers of one account: its key pair, and the temporary credentials issued so far."""

    def __init__(self, service: LiveService, keys: KeyPair) -> None:
        self._service = service
        self._keys = keys
        self._issued: dict[str, KeyPair] = {}
        self._sessions: dict[str, tuple[str, str]] = {}  # SecretId -> role id, session name

    def find(self, secret_id: str) -> KeyPair | None:
        """Return the key pair of this SecretId, with what has expired by the set clock marked, or None."""
        if secret_id == self._keys.secret_id:
            return self._keys
        issued = self._issued.get(secret_id)
        return issued and replace(issued, expired=self._service.clock.seconds() >= issued.valid_until)

    def call(self, call: Call) -> Answer:
        """Return the answer to one authorized call of a known action: region, then parameters."""
        schema, site = ACTIONS[call.action], self._service.settings.site
        return (
            validation.wrong_region(call.action, schema, call.region, site)
            or validation.refusal(schema, call.body)
            or (self._assume_role(call.body) if call.action == "AssumeRole" else self._identity(call.secret_id))
        )

    def reset(self) -> None:
        """Forget the temporary credentials."""
        self._issued.clear()
        self._sessions.clear()

    def _identity(self, secret_id: str) -> Fields:
        account, session = self._service.settings.account_id, self._sessions.get(secret_id)
        if session is None:
            arn = f"qcs::cam::uin/{account}:uin/{account}"
            return {"Arn": arn, "AccountId": account, "UserId": account, "PrincipalId": account, "Type": "CAMUser"}
        role_id, name = session
        return {
            "Arn": f"qcs::sts:{account}:assumed-role/{role_id}",
            "AccountId": account,
            "UserId": f"{role_id}:{name}",
            "PrincipalId": account,
            "Type": "CAMRole",
        }

    def _assume_role(self, body: Fields) -> Answer:
        arn, seconds = body["RoleArn"], body.get("DurationSeconds", DURATION)
        account, clock = self._service.settings.account_id, self._service.clock
        if f"uin/{account}:" not in arn:
            return Refusal("ResourceNotFound.RoleNotExist", f"The account {account} does not have this role.")
        issued = KeyPair(
            f"AKIDtmp{secrets.token_hex(16)}",
            secrets.token_hex(16),
            secrets.token_hex(32),
            valid_until=clock.seconds() + seconds,
        )
        role_id = str(4_611_686_018_427_387_904 + int(sha256(arn.encode()).hexdigest()[:8], 16))
        self._issued[issued.secret_id] = issued
        self._sessions[issued.secret_id] = role_id, body["RoleSessionName"]
        expires = int(time.time()) + seconds  # clients compare it with the real clock
        return {
            "Credentials": {
                "Token": issued.token,
                "TmpSecretId": issued.secret_id,
                "TmpSecretKey": issued.secret_key,
            },
            "ExpiredTime": expires,
            "Expiration": f"{datetime.fromtimestamp(expires, UTC):%Y-%m-%dT%H:%M:%SZ}",
        }
