"""Exchange the identity token of a job for temporary credentials of a role.

The token comes from LIVE_RECORDING_ID_TOKEN, or from the service: GitHub, GitLab, Buildkite, CircleCI, Google Cloud.
"""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from live_recording.account.api_errors import ApiError
from live_recording.account.client import assume_role_with_identity
from live_recording.ci.host import detect_platform
from live_recording.config.settings import KeyPair, Settings
from live_recording.core.errors import ConfigError, ToolError
from live_recording.core.text import escaped
from live_recording.core.timefmt import rfc3339

AUDIENCE = "sts.tencentcloudapi.com"
"""The default audience of the token; both sites accept any that the identity provider in CAM names."""
TOKEN_VARIABLE = "LIVE_RECORDING_ID_TOKEN"  # noqa: S105 - the name of a variable
RUNS = ("GITHUB_RUN_ID", "CI_JOB_ID", "BUILDKITE_BUILD_NUMBER", "CIRCLE_BUILD_NUM")
"""Variables with the number of a run, for the session name in the vendor's audit log."""
NO_TOKEN = (
    "No identity token found. GitHub: give the job `permissions: id-token: write`. "
    f"Elsewhere: let the job create a token for this audience, and set {TOKEN_VARIABLE} to it (GitLab: `id_tokens`)."
)


@dataclass(frozen=True, slots=True)
class TemporaryCredentials:
    """Credentials of a role, and until when they are valid."""

    keys: KeyPair
    until: datetime = field(compare=False)

    @property
    def variables(self) -> Mapping[str, str]:
        """Return the environment variables that hold them."""
        return {
            "TENCENTCLOUD_SECRET_ID": self.keys.secret_id,
            "TENCENTCLOUD_SECRET_KEY": self.keys.secret_key,
            "TENCENTCLOUD_TOKEN": self.keys.token,
        }


def exchange(
    sites: Sequence[Settings], environment: Mapping[str, str], role: str, provider: str, audience: str
) -> TemporaryCredentials:
    """Return credentials of a role in exchange for the identity token of this job.

    Args:
        sites: Settings whose sites to ask, one after the other: nothing in a role says which site it is on.
        environment: The variables of the job.
        role: The ARN of the role.
        provider: The name of the identity provider in CAM; "": that of the service, such as `github`.
        audience: Whom the token is for.

    Raises ToolError if there is no token, or if the role does not trust it.
    """
    platform = detect_platform(environment)
    provider = provider or (platform.value if platform else "")
    if not provider:
        raise ConfigError("The identity provider is unknown. Name it as in CAM: --provider NAME.")
    run = next((environment[name] for name in RUNS if environment.get(name)), "run")
    token = identity_token(environment, audience)
    given = _ask(sites, role, provider, f"live-recording-{run}", token, audience)
    answer = given["Credentials"]
    keys = KeyPair(answer["TmpSecretId"], answer["TmpSecretKey"], answer["Token"])
    return TemporaryCredentials(keys, datetime.fromtimestamp(given["ExpiredTime"], UTC))


def _ask(
    sites: Sequence[Settings], role: str, provider: str, session_name: str, token: str, audience: str
) -> Mapping[str, Any]:
    """Return the answer of the first site that issues credentials. Raises ToolError if no site does."""
    refusals = []
    for settings in sites:
        try:
            return assume_role_with_identity(settings, role, provider, session_name, token)
        except ApiError as error:
            _, code, reason, _ = error.said
            refusals.append(f"{reason.rstrip('. ')} ({code}, site {settings.site})")
    raise ToolError(
        f"No credentials for role {escaped(role)}: {'; '.join(refusals)}. Check that it trusts the identity provider "
        f"{escaped(provider)} for this project, and the audience {escaped(audience)}."
    )


def identity_token(environment: Mapping[str, str], audience: str) -> str:
    """Return the identity token of this job. Raises ToolError if it has none."""
    if token := environment.get(TOKEN_VARIABLE):
        return token
    from id import IdentityError, detect_credential

    try:
        found = detect_credential(audience)
    except IdentityError as error:
        raise ToolError(f"{NO_TOKEN} Reason: {escaped(str(error))}.") from None
    if not found:
        raise ToolError(NO_TOKEN)
    return found


def as_exports(credentials: TemporaryCredentials) -> str:
    """Return shell commands that set the variables."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in credentials.variables.items())


def as_lines(credentials: TemporaryCredentials) -> str:
    """Return lines for a file of variables, such as $GITHUB_ENV."""
    return "\n".join(f"{name}={value}" for name, value in credentials.variables.items())


def as_masks(credentials: TemporaryCredentials) -> str:
    """Return commands that hide the values in the log of a job of GitHub."""
    values = (
        value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A") for value in credentials.variables.values()
    )
    return "\n".join(f"::add-mask::{value}" for value in values)


FORMATS: Mapping[str, Callable[[TemporaryCredentials], str]] = {"shell": as_exports, "env": as_lines}


def describe(credentials: TemporaryCredentials, role: str) -> str:
    """Return a sentence without secrets."""
    return f"Credentials of {escaped(role)}, valid until {rfc3339(credentials.until)}."
