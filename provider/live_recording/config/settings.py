"""Where recording happens: site, region, endpoint, credentials and the time, judged. Reads nothing: `config` does.

Rule 1: the environment wins over Pulumi config. Rule 2: no value of a secret is part of a representation or an error.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, cast

from pydantic_core import PydanticCustomError

from live_recording.core.errors import ConfigError, NoCredentials, refused
from live_recording.core.text import quoted
from live_recording.core.vendor import SITES, Site, SiteName
from live_recording.stackfile.times import moment

NAMESPACE = "live-recording"
"""Before every key of ours in a Pulumi config."""
VARIABLES: Mapping[str, str] = {
    "region": "TENCENTCLOUD_REGION",
    "endpoint": "LIVE_RECORDING_ENDPOINT",
    "secretId": "TENCENTCLOUD_SECRET_ID",
    "secretKey": "TENCENTCLOUD_SECRET_KEY",
}
"""Config key -> the variable that wins over it."""
SECRETS = ("secretId", "secretKey")
"""Config keys that are encrypted for good reason."""
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
FORMS = "http://127.0.0.1:PORT, https://HOST or a host name"
"""How an endpoint is written."""

HOW_TO_SIGN = (
    "Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or secretId and secretKey with "
    "`pulumi config set --secret live-recording:secretKey`."
)
NO_CREDENTIALS = f"There are no credentials, so only the stack file was checked, not the account. {HOW_TO_SIGN}"

_ENDPOINT = re.compile(
    r"((?P<scheme>https?)://)?(?P<host>(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)(:(?P<port>\d{1,5}))?)/?"
)
_LAST_PORT = 65535

Get = Callable[[str], str | None]
"""Reads a Pulumi config value of our namespace, by its key."""


@dataclass(frozen=True)
class Endpoint:
    """Where requests go: `https` and the vendor's host, or a loopback address."""

    scheme: str
    host: str  # with the port, as it is signed
    loopback: bool  # whether nothing leaves this machine

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}"


@dataclass(frozen=True)
class Settings:
    """Everything that is outside a stack file."""

    site: SiteName
    region: str  # used by the task APIs only
    endpoint: Endpoint
    secret_id: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    pinned: datetime | None = None  # LIVE_RECORDING_NOW
    ca_file: str | None = None  # REQUESTS_CA_BUNDLE: authorities to trust instead of the usual ones

    source: Literal["keys", "profile", "role", ""] = ""  # where credentials come from; empty: there are none

    @property
    def limits(self) -> Site:
        """What the site allows."""
        return SITES[self.site]

    def now(self) -> datetime:
        """The time that everything goes by: the clock, or LIVE_RECORDING_NOW."""
        return self.pinned or datetime.now(UTC)

    @property
    def pretends(self) -> bool:
        """Whether the time is pinned although a real account is meant; then nothing may change."""
        return self.pinned is not None and not self.endpoint.loopback

    def refuse_blindness(self) -> None:
        """Raises NoCredentials when the account cannot be looked at, because there are no credentials."""
        if not self.source:
            raise NoCredentials(f"There are no credentials, so the account cannot be looked at. {HOW_TO_SIGN}")

    def refuse_changes(self, *, preview: bool) -> None:
        """Raises NoCredentials when something would change without any, ConfigError at a time that is only pretended."""
        if not preview and not self.source:
            raise NoCredentials(f"There are no credentials, so nothing can be applied. {HOW_TO_SIGN}")
        if self.pretends and not preview:
            raise ConfigError(
                f"LIVE_RECORDING_NOW makes this run pretend another time, and {self.endpoint} is a real account: "
                "that is for previews only. Unset it to change anything."
            )


def parse_settings(get: Get, environment: Mapping[str, str], *, profile: bool) -> Settings:
    """The settings that config and environment name; *profile*: whether the SDK's profile file is there.

    Raises ConfigError for a value that cannot be used.
    """
    given = {key: environment.get(variable) or get(key) or "" for key, variable in VARIABLES.items()}
    site = cast("SiteName", get("site") or "intl")
    if site not in SITES:
        raise ConfigError(
            f"The config value {NAMESPACE}:site is {quoted(site)}, but it is intl or cn. Set one of them."
        )
    limits = SITES[site]
    region = given["region"] or limits.regions[0]
    if region not in limits.regions:
        known = ", ".join(limits.regions)
        raise ConfigError(f"The region {quoted(region)} has no recording tasks on site {site}. Regions there: {known}.")
    # Behind a key pair comes the SDK's own chain: its profile file, then a role by OIDC.
    chain: Literal["profile", "role", ""] = "profile" if profile else "role" if environment.get("TKE_ROLE_ARN") else ""
    return Settings(
        site=site,
        region=region,
        endpoint=_endpoint(given["endpoint"] or limits.host),
        secret_id=_credential(VARIABLES["secretId"], given["secretId"]),
        secret_key=_credential(VARIABLES["secretKey"], given["secretKey"]),
        token=_credential("TENCENTCLOUD_TOKEN", environment.get("TENCENTCLOUD_TOKEN") or ""),
        pinned=pinned(environment),
        ca_file=environment.get("REQUESTS_CA_BUNDLE") or None,
        source="keys" if any(given[key] for key in SECRETS) else chain,
    )


def _endpoint(value: str) -> Endpoint:
    if "@" in value:  # not shown: it may be a password
        raise ConfigError(f"The endpoint names a user, but requests are signed with the key pair. Write {FORMS}.")
    found = _ENDPOINT.fullmatch(value)
    if found is None or int(found["port"] or 1) not in range(1, _LAST_PORT + 1):
        raise ConfigError(f"The endpoint {quoted(value)} cannot be used. Write {FORMS}.")
    endpoint = Endpoint(found["scheme"] or "https", found["host"], found["name"] in LOOPBACK)
    if endpoint.scheme == "http" and not endpoint.loopback:
        raise ConfigError(
            f"The endpoint {quoted(value)} would be spoken to in clear. Use https, or a loopback address."
        )
    return endpoint


def _credential(name: str, value: str) -> str:
    """A credential. Raises ConfigError, which does not show it, for one that no header can hold."""
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigError(
            f"{name}, or what stands for it in the config, has a space, a line break or a letter in it that no credential "
            "has. Set it again without."
        )
    return value


def pinned(environment: Mapping[str, str]) -> datetime | None:
    """The time that LIVE_RECORDING_NOW pretends, if it is set. Raises ConfigError when it cannot be read."""
    value = environment.get("LIVE_RECORDING_NOW")
    if not value:
        return None
    try:
        at = moment(value)
    except PydanticCustomError as refusal:
        raise ConfigError(f"LIVE_RECORDING_NOW cannot be read. {refused(refusal).sentence}") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
