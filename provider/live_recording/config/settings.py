"""Site, region, endpoint, credentials and time, validated. Reads nothing itself; `files` does.

Environment variables override Pulumi config. No secret value appears in a representation or an error message.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal, cast

from live_recording.core.errors import ConfigError, InvalidValue, NoCredentials
from live_recording.core.text import quoted
from live_recording.core.vendor import DEFAULT_SITE, SITES, VENDOR_DOMAIN, Site, SiteName
from live_recording.stackfile.times import moment

NAMESPACE = "live-recording"
"""The namespace of our keys in Pulumi config, whatever the project is called."""
KEYS = (
    "account", "callbackKeys", "endpoint", "externalId", "instanceRole", "otherDynamicTypes", "profile", "recordings",
    "region", "roleArn", "roleSessionName", "secretId", "secretKey", "site",
)  # fmt: skip
"""Every key of our namespace."""
VARIABLES: Mapping[str, str] = {
    "callbackKeys": "LIVE_RECORDING_CALLBACK_KEYS",
    "region": "TENCENTCLOUD_REGION",
    "endpoint": "LIVE_RECORDING_ENDPOINT",
    "secretId": "TENCENTCLOUD_SECRET_ID",
    "secretKey": "TENCENTCLOUD_SECRET_KEY",
    "profile": "TENCENTCLOUD_PROFILE",
}
"""Config key -> the environment variable that overrides it."""
TOKENS = ("TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN")
"""The variables of a session token; the first that is set counts. It belongs to a key pair in the environment."""
SECRETS = ("secretId", "secretKey")
"""Config keys of the key pair: the program does not read their values."""
ENCRYPTED = ("callbackKeys", "secretKey")
"""Config keys that must be stored encrypted."""
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
ENDPOINT_FORMS = "http://127.0.0.1:PORT, https://HOST or a host name"
DEFAULT_PROFILE = "default"
DEFAULT_SESSION = "live-recording"
"""The roleSessionName unless one is configured; the vendor's audit log shows it."""

SET_CREDENTIALS = (
    "Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or secretId and secretKey with "
    "`pulumi config set --secret live-recording:secretKey`."
)
NO_CREDENTIALS = f"No credentials found: only the stack file was checked, not the account. {SET_CREDENTIALS}"

_ENDPOINT = re.compile(
    r"((?P<scheme>https?)://)?(?P<host>(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)(:(?P<port>\d{1,5}))?)/?"
)
_LAST_PORT = 65535
_ACCOUNT = re.compile(r"[1-9]\d{3,19}")
_ROLE = re.compile(r"qcs::cam::uin/\d+:role(Name)?/\S+")

Source = Literal["environment", "config", "profile", "oidc", "instance", ""]
"""Where the credentials come from that sign requests, or that assume the role."""

ConfigReader = Callable[[str], str | None]
"""Returns the value of a key of our namespace in Pulumi config, None if it is not set."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address that requests go to: `https` and the vendor's host, or a loopback address."""

    scheme: str
    host: str  # with the port, as in the signed Host header
    loopback: bool  # whether requests stay on this machine

    @property
    def is_vendors(self) -> bool:
        """Return whether the host is one of the vendor's API."""
        return self.host.partition(":")[0].lower().endswith(f".{VENDOR_DOMAIN}")

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A SecretId and its SecretKey, of temporary credentials with their token. No part is shown."""

    secret_id: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @property
    def parts(self) -> tuple[str, str, str]:
        """Return all parts, for what removes them from output."""
        return self.secret_id, self.secret_key, self.token


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the vendor's access management that is assumed."""

    arn: str
    session_name: str
    external_id: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to sign in: where the first credentials come from, and the role that they assume, if any."""

    source: Source = ""  # empty without credentials
    keys: KeyPair = KeyPair()  # of the sources environment, config and profile
    profile: str = ""  # the name of the profile, of source profile
    instance_role: str = ""  # the role that the instance has, of source instance
    role: Role | None = None
    problem: str = ""  # why this process cannot use them, or has none although they are configured


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run needs to know besides the stack file."""

    site: SiteName
    region: str  # used by the task APIs only
    endpoint: Endpoint
    credentials: Credentials = Credentials()
    account: str = ""  # the id of the account that the stack belongs to; empty: any
    simulated_now: datetime | None = None  # LIVE_RECORDING_NOW
    callback_keys: str = field(default="", repr=False, compare=False)  # JSON; empty if hidden from this process
    ca_file: str | None = None  # REQUESTS_CA_BUNDLE: replaces the default certificate authorities

    @property
    def source(self) -> Source:
        """Return where credentials come from; empty without credentials."""
        return self.credentials.source

    @property
    def has_credentials(self) -> bool:
        """Return whether this process can sign in."""
        return bool(self.source) and not self.credentials.problem

    def service_endpoint(self, service: str) -> Endpoint:
        """Return the address of a service of the vendor, such as `sts`. A loopback endpoint answers all services."""
        if service == "live" or self.endpoint.loopback:
            return self.endpoint
        return Endpoint("https", f"{service}.{self.limits.domain}", loopback=False)

    def describe_account(self, account: str) -> str:
        """Return account, site and endpoint as output names them; *account* "" is one that is not known."""
        return f"account {account or 'unknown'}, site {self.site}, {self.endpoint}"

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

    @property
    def credentials_advice(self) -> str:
        """Return what to do if there are no credentials."""
        return self.credentials.problem or SET_CREDENTIALS

    def require_credentials(self) -> None:
        """Raise NoCredentials if there are no credentials to read the account with."""
        if not self.has_credentials:
            raise NoCredentials(f"No credentials found; the account cannot be read. {self.credentials_advice}")

    def require_changes_allowed(self, *, preview: bool) -> None:
        """Raise unless this run may change the account; a *preview* always may run.

        Raises NoCredentials without credentials, ConfigError for a simulated time against a real account.
        """
        if preview:
            return
        if not self.has_credentials:
            raise NoCredentials(f"No credentials found; nothing can be applied. {self.credentials_advice}")
        if self.has_simulated_time:
            raise ConfigError(
                f"LIVE_RECORDING_NOW simulates another time, but {self.endpoint} is a real account. "
                "Simulated time is for previews only. Unset it to apply changes."
            )


def parse_settings(
    config: ConfigReader,
    environment: Mapping[str, str],
    *,
    profiles: Callable[[], Mapping[str, KeyPair]] = dict,
    hidden_secrets: Collection[str] = (),
) -> Settings:
    """Return the settings from config and environment. Raises ConfigError for an invalid value.

    Args:
        config: Reads Pulumi config.
        environment: The environment variables.
        profiles: Reads the key pairs in the profile file, by name.
        hidden_secrets: Keys of secrets that are configured, but whose values are not read.
    """

    def value(key: str) -> str:
        return environment.get(VARIABLES.get(key, "")) or config(key) or ""

    site = _site(value("site") or DEFAULT_SITE)
    limits = SITES[site]
    return Settings(
        site=site,
        region=_region(value("region") or limits.regions[0], site, _place("region", environment)),
        endpoint=_configured_endpoint(config, environment) or _endpoint(limits.host),
        credentials=_credentials(value, environment, profiles, hidden_secrets),
        account=_account(value("account")),
        simulated_now=simulated_time(environment),
        callback_keys=value("callbackKeys"),
        ca_file=environment.get("REQUESTS_CA_BUNDLE") or None,
    )


def _credentials(
    value: Callable[[str], str],
    environment: Mapping[str, str],
    profiles: Callable[[], Mapping[str, KeyPair]],
    hidden_secrets: Collection[str],
) -> Credentials:
    """Return the first of: a key pair, a profile, a role by OIDC, the role of the instance; with the role to assume."""
    role = _role(value("roleArn"), value("roleSessionName"), value("externalId"))
    keys = _key_pair(value, environment)
    if keys != KeyPair() or hidden_secrets:
        in_environment = any(environment.get(VARIABLES[key]) for key in SECRETS)
        return Credentials("environment" if in_environment else "config", keys, role=role)
    if profile := _profile(value("profile"), profiles()):
        return replace(profile, role=role)
    if environment.get("TKE_ROLE_ARN"):
        return Credentials("oidc", role=role)
    if name := value("instanceRole"):
        return Credentials("instance", instance_role=_instance_role(name), role=role)
    return Credentials()


def _profile(name: str, known: Mapping[str, KeyPair]) -> Credentials | None:
    """Return the credentials of a profile; of a name that the file does not have, the problem; else None."""
    profile = name or DEFAULT_PROFILE
    if profile in known:
        return Credentials("profile", known[profile], profile=profile)
    if not name:
        return None
    names = f"Profiles there: {', '.join(sorted(known))}." if known else "There are no profiles."
    return Credentials(problem=f"Profile {quoted(name)} is not in ~/.tencentcloud/credentials. {names}")


def _key_pair(value: Callable[[str], str], environment: Mapping[str, str]) -> KeyPair:
    """Return the key pair of environment and config; a session token counts only beside a key in the environment."""
    tokens = [(name, environment[name]) for name in TOKENS if environment.get(name)]
    checked = [_credential(name, token) for name, token in tokens]
    return KeyPair(
        _credential(VARIABLES["secretId"], value("secretId")),
        _credential(VARIABLES["secretKey"], value("secretKey")),
        checked[0] if checked and environment.get(VARIABLES["secretKey"]) else "",
    )


def _role(arn: str, session_name: str, external_id: str) -> Role | None:
    if not arn:
        return None
    if not _ROLE.fullmatch(arn):
        raise ConfigError(
            f"Invalid {NAMESPACE}:roleArn {quoted(arn)}. Use the ARN of a role: qcs::cam::uin/ACCOUNT:roleName/NAME."
        )
    return Role(arn, session_name or DEFAULT_SESSION, external_id)


def _instance_role(value: str) -> str:
    if not re.fullmatch(r"[\w.@+=-]+", value, re.ASCII):
        raise ConfigError(f"Invalid {NAMESPACE}:instanceRole {quoted(value)}. Use the name of the role, not its ARN.")
    return value


def _account(value: str) -> str:
    if value and not _ACCOUNT.fullmatch(value):
        raise ConfigError(
            f"Invalid {NAMESPACE}:account {quoted(value)}. Use the id of the main account, such as 100000000001."
        )
    return value


def _site(value: str) -> SiteName:
    if value not in SITES:
        raise ConfigError(f"Unknown site {quoted(value)} in {NAMESPACE}:site. Use intl or cn.")
    return cast("SiteName", value)


def _place(key: str, environment: Mapping[str, str]) -> str:
    """Return where the value of a key comes from: its environment variable, or the config."""
    variable = VARIABLES[key]
    return variable if environment.get(variable) else f"{NAMESPACE}:{key}"


def _region(value: str, site: SiteName, place: str) -> str:
    regions = SITES[site].regions
    if value not in regions:
        raise ConfigError(
            f"Region {quoted(value)} in {place} has no recording tasks on site {site}. Use one of: {', '.join(regions)}."
        )
    return value


def _configured_endpoint(config: ConfigReader, environment: Mapping[str, str]) -> Endpoint | None:
    """Return the endpoint of the environment or of the config; the config may not send requests to just any host."""
    if value := environment.get(VARIABLES["endpoint"]):
        return _endpoint(value)
    value = config("endpoint") or ""
    if not value:
        return None
    endpoint = _endpoint(value)
    variable, name = VARIABLES["endpoint"], f"{NAMESPACE}:endpoint {quoted(value)}"
    if endpoint.loopback and environment.get("CI", "").lower() not in ("", "0", "false"):
        raise ConfigError(f"{name} is a loopback address, which is not allowed in CI. Remove it, or set {variable}.")
    if not (endpoint.loopback or endpoint.is_vendors):
        raise ConfigError(
            f"{name} is neither a host of the vendor (*.{VENDOR_DOMAIN}) nor a loopback address. To use it, set the "
            f"environment variable {variable}."
        )
    return endpoint


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
