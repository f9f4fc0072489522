"""Sign in: key pairs, and temporary credentials that the SDK's own classes renew in time.

Each class keeps the SDK's cache, lock and expiry, and replaces how it asks: the SDK would follow redirects, send a
loopback request through a proxy, wait without a limit, and knows neither ExternalId nor a chain of roles.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from tencentcloud.common.credential import (
    Credential,
    CVMRoleCredential,
    OIDCRoleArnCredential,
    STSAssumeRoleCredential,
)
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from live_recording.account.api_errors import AccessDenied
from live_recording.config.printing import remember_secrets
from live_recording.config.settings import Credentials, Role

METADATA = "http://metadata.tencentyun.com"
"""The metadata service of an instance (CVM); reachable only on the instance (SDK, CVMRoleCredential)."""
ROLE_SECONDS = 7200
"""Seconds for which a role is assumed; the SDK's default. Renewed when a tenth is left."""

AskSts = Callable[[str, Mapping[str, Any], Any], Mapping[str, Any]]
"""Sends an action of STS, signed with a credential, None for an unsigned one; returns the answer."""
AskMetadata = Callable[[str], Mapping[str, Any]]
"""Returns the JSON at a path of the metadata service."""


class AssumedRole(STSAssumeRoleCredential):  # type: ignore[misc]  # the SDK ships no types
    """The temporary credentials of a role that another credential may assume (sts:AssumeRole)."""

    def __init__(self, base: Any, role: Role, ask: AskSts) -> None:
        super().__init__("", "", role.arn, role.session_name, ROLE_SECONDS)
        self._base, self._role, self._ask = base, role, ask

    def get_sts_tmp_role_arn(self) -> None:
        """Assume the role; the SDK calls this when it has no valid credentials."""
        body = {"RoleArn": self._role.arn, "RoleSessionName": self._role.session_name, "DurationSeconds": ROLE_SECONDS}
        if self._role.external_id:
            body["ExternalId"] = self._role.external_id
        _keep(self, self._ask("AssumeRole", body, self._base))


class PodRole(OIDCRoleArnCredential):  # type: ignore[misc]
    """The temporary credentials of a pod's role (TKE): its token file replaces the key pair."""

    def __init__(self, ask: AskSts) -> None:
        super().__init__("", "", "", "", "", ROLE_SECONDS)
        self._ask = ask
        self._init_from_tke()

    def refresh(self) -> None:
        """Exchange the pod's token; the SDK calls this when it has no valid credentials."""
        self._init_from_tke()  # the token file is replaced every few hours
        body = {
            "ProviderId": self._provider_id,
            "WebIdentityToken": self._web_identity_token,
            "RoleArn": self._role_arn,
            "RoleSessionName": self._role_session_name,
            "DurationSeconds": ROLE_SECONDS,
        }
        _keep(self, self._ask("AssumeRoleWithWebIdentity", body, None))


class InstanceRole(CVMRoleCredential):  # type: ignore[misc]
    """The temporary credentials of the role that an instance (CVM) has."""

    def __init__(self, name: str, ask: AskMetadata) -> None:
        super().__init__(name)
        self._ask = ask

    def update_credential(self) -> None:
        """Read the credentials again if they expire within five minutes."""
        if not self._need_refresh():
            return
        answer = self._ask(f"/latest/meta-data/cam/security-credentials/{self.role}")
        self._secret_id, self._secret_key = answer["TmpSecretId"], answer["TmpSecretKey"]
        self._token, self._expired_ts = answer["Token"], answer["ExpiredTime"]
        remember_secrets(self._secret_id, self._secret_key, self._token)


def _keep(credential: Any, answer: Mapping[str, Any]) -> None:
    """Store the credentials of an answer of STS where the SDK's classes read them."""
    given = answer["Credentials"]
    remember_secrets(given["TmpSecretId"], given["TmpSecretKey"], given["Token"])
    credential._tmp_secret_id, credential._tmp_secret_key = given["TmpSecretId"], given["TmpSecretKey"]  # noqa: SLF001
    credential._token = given["Token"]  # noqa: SLF001 - the fields of the SDK's class
    credential._expired_time = answer["ExpiredTime"] - ROLE_SECONDS * 0.1  # noqa: SLF001


def sign_in(credentials: Credentials, ask_sts: AskSts, ask_metadata: AskMetadata) -> Any:
    """Return the SDK's credential. Raises AccessDenied if it is missing or rejected."""
    base = _base(credentials, ask_sts, ask_metadata)
    return AssumedRole(base, credentials.role, ask_sts) if credentials.role else base


def _base(credentials: Credentials, ask_sts: AskSts, ask_metadata: AskMetadata) -> Any:
    """Return the credential that signs, or that assumes the role."""
    if not credentials.source or credentials.problem:
        raise AccessDenied("Signing", "InvalidCredential", credentials.problem or "no credentials found", None)
    keys = credentials.keys
    makers: Mapping[str, Callable[[], Any]] = {
        "oidc": partial(PodRole, ask_sts),
        "instance": partial(InstanceRole, credentials.instance_role, ask_metadata),
    }
    use_keys = partial(Credential, keys.secret_id, keys.secret_key, keys.token or None)
    try:
        return makers.get(credentials.source, use_keys)()
    except TencentCloudSDKException as error:
        raise AccessDenied("Signing", error.code or "InvalidCredential", str(error.message), None) from None
    except OSError as error:  # the pod's variables or its token file are missing
        raise AccessDenied("Signing", "InvalidCredential", str(error), None) from None
