"""Site, region, endpoint, credentials and time, validated. Reads nothing itself; `files` does.

Environment variables override Pulumi config. No secret value appears in a representation or an error message.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, cast

from live_recording.core.errors import ConfigError, InvalidValue, NoCredentials
from live_recording.core.text import quoted
from live_recording.core.vendor import SITES, Site, SiteName
from live_recording.stackfile.times import moment

NAMESPACE = "live-recording"
"""The namespace of our keys in Pulumi config."""
VARIABLES: Mapping[str, str] = {
    "region": "TENCENTCLOUD_REGION",
    "endpoint": "LIVE_RECORDING_ENDPOINT",
    "secretId": "TENCENTCLOUD_SECRET_ID",
    "secretKey": "TENCENTCLOUD_SECRET_KEY",
}
"""Config key -> the environment variable that overrides it."""
SECRETS = ("secretId", "secretKey")
"""Config keys that must be stored encrypted."""
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
ENDPOINT_FORMS = "http://127.0.0.1:PORT, https://HOST or a host name"

SET_CREDENTIALS = (
    "Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or secretId and secretKey with "
    "`pulumi config set --secret live-recording:secretKey`."
)
NO_CREDENTIALS = f"No credentials found: only the stack file was checked, not the account. {SET_CREDENTIALS}"

_ENDPOINT = re.compile(
    r"((?P<scheme>https?)://)?(?P<host>(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)(:(?P<port>\d{1,5}))?)/?"
)
_LAST_PORT = 65535

Source = Literal["keys", "profile", "role", ""]

ConfigReader = Callable[[str], str | None]
"""Returns the value of a key of our namespace in Pulumi config, None if it is not set."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address that requests go to: `https` and the vendor's host, or a loopback address."""

    scheme: str
    host: str  # with the port, as in the signed Host header
    loopback: bool  # whether requests stay on this machine

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run needs to know besides the stack file."""

    site: SiteName
    region: str  # used by the task APIs only
    endpoint: Endpoint
    secret_id: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    simulated_now: datetime | None = None  # LIVE_RECORDING_NOW
    ca_file: str | None = None  # REQUESTS_CA_BUNDLE: replaces the default certificate authorities
    source: Source = ""  # where credentials come from; empty without credentials

    @property
    def limits(self) -> Site:
        """Return the limits of the site."""
        return SITES[self.site]

    def now(self) -> datetime:
        """Return LIVE_RECORDING_NOW if it is set, else the clock."""
        return self.simulated_now or datetime.now(UTC)

    @property
    def has_simulated_time(self) -> bool:
        """Return whether the time is simulated against a real account, where nothing may change then."""
        return self.simulated_now is not None and not self.endpoint.loopback

    def require_credentials(self) -> None:
        """Raise NoCredentials if there are no credentials to read the account with."""
        if not self.source:
            raise NoCredentials(f"No credentials found; the account cannot be read. {SET_CREDENTIALS}")

    def require_changes_allowed(self, *, preview: bool) -> None:
        """Raise unless this run may change the account; a *preview* always may run.

        Raises NoCredentials without credentials, ConfigError for a simulated time against a real account.
        """
        if preview:
            return
        if not self.source:
            raise NoCredentials(f"No credentials found; nothing can be applied. {SET_CREDENTIALS}")
        if self.has_simulated_time:
            raise ConfigError(
                f"LIVE_RECORDING_NOW simulates another time, but {self.endpoint} is a real account. "
                "Simulated time is for previews only. Unset it to apply changes."
            )


def parse_settings(
    config: ConfigReader, environment: Mapping[str, str], *, profile: bool, hidden_secrets: Collection[str] = ()
) -> Settings:
    """Return the settings from config and environment. Raises ConfigError for an invalid value.

    Args:
        config: Reads Pulumi config.
        environment: The environment variables.
        profile: Whether the profile file of the SDK exists.
        hidden_secrets: Keys of secrets that are configured, but whose values are not read.
    """
    values = {key: environment.get(variable) or config(key) or "" for key, variable in VARIABLES.items()}
    site = _site(config("site") or "intl")
    limits = SITES[site]
    has_keys = bool(hidden_secrets) or any(values[key] for key in SECRETS)
    return Settings(
        site=site,
        region=_region(values["region"] or limits.regions[0], site),
        endpoint=_endpoint(values["endpoint"] or limits.host),
        secret_id=_credential(VARIABLES["secretId"], values["secretId"]),
        secret_key=_credential(VARIABLES["secretKey"], values["secretKey"]),
        token=_credential("TENCENTCLOUD_TOKEN", environment.get("TENCENTCLOUD_TOKEN", "")),
        simulated_now=simulated_time(environment),
        ca_file=environment.get("REQUESTS_CA_BUNDLE") or None,
        source=_source(environment, has_keys=has_keys, profile=profile),
    )


def _source(environment: Mapping[str, str], *, has_keys: bool, profile: bool) -> Source:
    """Return where credentials come from: a key pair, else the SDK's profile file, else a role by OIDC."""
    if has_keys:
        return "keys"
    if profile:
        return "profile"
    return "role" if environment.get("TKE_ROLE_ARN") else ""


def _site(value: str) -> SiteName:
    if value not in SITES:
        raise ConfigError(f"Unknown site {quoted(value)} in {NAMESPACE}:site. Use intl or cn.")
    return cast("SiteName", value)


def _region(value: str, site: SiteName) -> str:
    regions = SITES[site].regions
    if value not in regions:
        raise ConfigError(
            f"Region {quoted(value)} has no recording tasks on site {site}. Use one of: {', '.join(regions)}."
        )
    return value


def _endpoint(value: str) -> Endpoint:
    if "@" in value:  # not shown: it may contain a password
        raise ConfigError(
            f"The endpoint contains a user name. Requests are signed with the key pair instead. Use {ENDPOINT_FORMS}."
        )
    parts = _ENDPOINT.fullmatch(value)
    if parts is None or int(parts["port"] or 1) not in range(1, _LAST_PORT + 1):
        raise ConfigError(f"Invalid endpoint {quoted(value)}. Use {ENDPOINT_FORMS}.")
    endpoint = Endpoint(parts["scheme"] or "https", parts["host"], parts["name"] in LOOPBACK)
    if endpoint.scheme == "http" and not endpoint.loopback:
        raise ConfigError(f"Endpoint {quoted(value)} uses plain HTTP. Use HTTPS or a loopback address.")
    return endpoint


def _credential(variable: str, value: str) -> str:
    """Return a credential. Raises ConfigError, without showing the value, if an HTTP header cannot hold it."""
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigError(
            f"{variable}, or its config value, contains a space, a line break or another character that no credential "
            "has. Set it again."
        )
    return value


def simulated_time(environment: Mapping[str, str]) -> datetime | None:
    """Return the time in LIVE_RECORDING_NOW, None if it is not set. Raises ConfigError if it is invalid."""
    value = environment.get("LIVE_RECORDING_NOW")
    if not value:
        return None
    try:
        time = moment(value)
    except InvalidValue as refusal:
        raise ConfigError(f"Invalid LIVE_RECORDING_NOW. {refusal.message}") from None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
