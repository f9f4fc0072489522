"""Where recording happens: site, region, endpoint, credentials and the time, from environment and Pulumi config.

The only module that reads files and the environment. Environment wins over config. No value of a secret is ever
part of a representation or an error.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import yaml
from pydantic_core import PydanticCustomError

from provider.core.limits import SITES, Site, SiteName
from provider.core.times import moment
from provider.core.values import quoted

NAMESPACE = "live-recording"
STACKS = Path("stacks")
LOOPBACK = ("127.0.0.1", "localhost", "::1")

HOW_TO_SIGN = (
    "Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or secretId and secretKey with "
    "`pulumi config set --secret live-recording:secretKey`."
)
NO_CREDENTIALS = f"There are no credentials, so only the stack file was checked, not the account. {HOW_TO_SIGN}"

Get = Callable[[str], str | None]


class Failure(Exception):
    """Something failed that is no mistake in a stack file; the text is one sentence for the person who runs this."""

    status = 3  # exit code of the command line


class ConfigError(Failure):
    """The configuration, or how a command was called, cannot be used; the text says why and what to do."""

    status = 2


class NoCredentials(Failure):
    """There is nothing to sign with; the text says what to set."""


@dataclass(frozen=True)
class Endpoint:
    """Where requests go: `https` and the vendor's host, or a loopback address."""

    scheme: str
    host: str  # with the port, as it is signed

    @property
    def loopback(self) -> bool:
        """Whether nothing leaves this machine."""
        return urlsplit(f"//{self.host}").hostname in LOOPBACK

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
        """Raises ConfigError when something would change without credentials, or at a time that is only pretended."""
        if not preview and not self.source:
            raise NoCredentials(f"There are no credentials, so nothing can be applied. {HOW_TO_SIGN}")
        if self.pretends and not preview:
            raise ConfigError(
                f"LIVE_RECORDING_NOW makes this run pretend another time, and {self.endpoint} is a real account: "
                "that is for previews only. Unset it to change anything."
            )


def settings(get: Get, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings, where *get* reads a Pulumi config value of our namespace.

    Raises ConfigError for a value that cannot be used.
    """
    env = os.environ if environ is None else environ
    site = cast("SiteName", get("site") or "intl")
    if site not in SITES:
        raise ConfigError(
            f"The config value {NAMESPACE}:site is {quoted(site)}, but it is intl or cn. Set one of them."
        )
    limits = SITES[site]
    region = env.get("TENCENTCLOUD_REGION") or get("region") or limits.regions[0]
    if region not in limits.regions:
        known = ", ".join(limits.regions)
        raise ConfigError(f"The region {quoted(region)} has no recording tasks on site {site}. Regions there: {known}.")
    secret_id = env.get("TENCENTCLOUD_SECRET_ID") or get("secretId") or ""
    secret_key = env.get("TENCENTCLOUD_SECRET_KEY") or get("secretKey") or ""
    return Settings(
        site=site,
        region=region,
        endpoint=_endpoint(env.get("LIVE_RECORDING_ENDPOINT") or get("endpoint") or limits.host),
        secret_id=secret_id,
        secret_key=secret_key,
        token=env.get("TENCENTCLOUD_TOKEN") or "",
        pinned=_pinned(env.get("LIVE_RECORDING_NOW")),
        ca_file=env.get("REQUESTS_CA_BUNDLE") or None,
        source="keys" if secret_id or secret_key else _other_source(env),
    )


def _other_source(env: Mapping[str, str]) -> Literal["profile", "role", ""]:
    """The SDK's own chain behind a key pair: its profile file, then a role by OIDC."""
    files = (Path(env.get("HOME", "/")) / ".tencentcloud/credentials", Path("/etc/tencentcloud/credentials"))
    if any(path.is_file() for path in files):
        return "profile"
    return "role" if env.get("TKE_ROLE_ARN") else ""


def _endpoint(value: str) -> Endpoint:
    scheme, split, host = value.rpartition("://")
    endpoint = Endpoint(scheme or "https", host.rstrip("/"))
    if endpoint.scheme not in ("http", "https") or not endpoint.host or "/" in endpoint.host or (split and not scheme):
        form = "http://127.0.0.1:PORT, https://HOST or a host name"
        raise ConfigError(f"The endpoint {quoted(value)} cannot be used. Write {form}.")
    if endpoint.scheme == "http" and not endpoint.loopback:
        raise ConfigError(
            f"The endpoint {quoted(value)} would be spoken to in clear. Use https, or a loopback address."
        )
    return endpoint


def _pinned(value: str | None) -> datetime | None:
    if not value:
        return None
    try:
        at = moment(value)
    except PydanticCustomError as refusal:
        raise ConfigError(f"LIVE_RECORDING_NOW cannot be read. {(refusal.context or {})['sentence']}") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def now() -> datetime:
    """The clock, or LIVE_RECORDING_NOW. Raises ConfigError when that cannot be read."""
    return _pinned(os.environ.get("LIVE_RECORDING_NOW")) or datetime.now(UTC)


def project_of_run() -> str:
    """The Pulumi project whose provider process this is, as the engine tells it."""
    return os.environ.get("PULUMI_PROJECT", "")


def debug() -> bool:
    """Whether tracebacks are wanted (LIVE_RECORDING_DEBUG=1)."""
    return os.environ.get("LIVE_RECORDING_DEBUG", "") not in ("", "0")


def project() -> str:
    """The name of the Pulumi project in this directory."""
    return str(mapping(Path("Pulumi.yaml")).get("name") or NAMESPACE)


def stack_names() -> list[str]:
    """The names of all stack files of this project, sorted."""
    return sorted(path.stem for path in STACKS.glob("*.yaml") if not path.name.startswith("Pulumi."))


def stack_path(stack: str, recordings: str | None = None) -> Path:
    """The stack file of a name such as `prod`, or the path itself."""
    if recordings:
        return Path(recordings)
    return Path(stack) if _is_path(stack) else STACKS / f"{stack}.yaml"


def _is_path(stack: str) -> bool:
    return stack.endswith((".yaml", ".yml")) or os.sep in stack


def stack_name(stack: str) -> str:
    """The stack that a name or path means."""
    return Path(stack).stem if _is_path(stack) else stack


def stack_config(stack: str) -> Get:
    """Reads plain values of our namespace from the stack's Pulumi config; encrypted ones read as unset."""
    values = _values(stack)

    def get(key: str) -> str | None:
        value = values.get(f"{NAMESPACE}:{key}")
        return None if value is None or isinstance(value, dict) else str(value)

    return get


def encrypted(stack: str) -> tuple[str, ...]:
    """The keys of our namespace in the stack's config whose values only Pulumi can read, sorted."""
    ours = f"{NAMESPACE}:"
    return tuple(
        sorted(
            str(key).removeprefix(ours)
            for key, value in _values(stack).items()
            if str(key).startswith(ours) and isinstance(value, dict)
        )
    )


def stack_config_path(stack: str) -> Path:
    """The Pulumi config file of a stack."""
    return STACKS / f"Pulumi.{stack_name(stack)}.yaml"


def _values(stack: str) -> dict[str, Any]:
    path = stack_config_path(stack)
    values = mapping(path).get("config") or {}
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: config is {quoted(values)}, but a mapping belongs there. Mend it first.")
    return values


def text(path: Path) -> str:
    """The text of a stack file.

    Raises ConfigError when there is none or it is not UTF-8.
    """
    return contents(path, "stack file", f" Stacks of this project: {', '.join(stack_names()) or 'none'}.")


def contents(path: Path, what: str, hint: str = "") -> str:
    """The text of a file, which sentences call *what*; *hint* follows where there is none.

    Raises ConfigError when there is none or it is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"There is no {what} {quoted(str(path))}.{hint}") from None
    except IsADirectoryError:
        raise ConfigError(f"{quoted(str(path))} is a directory, not a {what}.") from None
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"The {what} {quoted(str(path))} is no UTF-8 text: byte {error.start + 1} is none. Save it as UTF-8."
        ) from None
    except OSError as error:
        raise ConfigError(f"The {what} {quoted(str(path))} cannot be read: {error.strerror or error}.") from None


def write(path: Path, made: str) -> None:
    """Write a file of ours. Raises ConfigError when that is not possible."""
    try:
        path.write_text(made, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{quoted(str(path))} cannot be written: {error.strerror or error}.") from None


def environment() -> dict[str, str]:
    """The environment of this process."""
    return dict(os.environ)


def mapping(path: Path) -> dict[str, Any]:
    """What a YAML file says, nothing where there is none. Raises ConfigError where it cannot be read."""
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ConfigError(f"{path} cannot be read: {' '.join(str(error).split())}. Mend it first.") from None
    return loaded if isinstance(loaded, dict) else {}
