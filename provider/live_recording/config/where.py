"""Where a stack records and as whom: what the last deployment used against what the config says now.

Only Pulumi config is compared: it is in the repository, so a pull request can change it. Environment variables are not.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from live_recording.config.files import STACKS
from live_recording.config.settings import NAMESPACE
from live_recording.config.sources import StackConfig
from live_recording.core.text import escaped
from live_recording.core.vendor import SITES

KEYS = (
    "account", "endpoint", "externalId", "instanceRole", "profile", "recordings", "region", "roleArn", "secretId", "site",
)  # fmt: skip
"""The config keys that say where or who."""
HAVE_DEFAULT = ("endpoint", "recordings", "region", "site")
NOT_SHOWN = ("externalId", "secretId")
"""Keys whose values are not shown."""
HIDDEN = "a hidden value"


@dataclass(frozen=True, slots=True, order=True)
class WhereChange:
    """A config key that says where or who, and that differs from the last deployment."""

    key: str
    before: str  # as output shows it
    after: str
    accepted: bool = False

    @property
    def sentence(self) -> str:
        """Return what changes, without the key, as the end of a sentence."""
        after = "another hidden value" if self.before == self.after == HIDDEN else self.after
        return f"changes from {self.before} to {after}{' (accepted)' if self.accepted else ''}."


def where_changes(
    applied: Iterable[StackConfig], current: StackConfig, accounts: Collection[str], accepted: Collection[str]
) -> tuple[WhereChange, ...]:
    """Return what differs between the config of the last deployment and the current one, sorted.

    Args:
        applied: The configs with which the state's resources were deployed; none before the first deployment.
        current: The config now.
        accounts: The accounts that the state's resources are in: to configure that account changes nothing.
        accepted: The keys whose changes were accepted.
    """
    found = set[WhereChange]()
    for config in applied:
        sides = {key: (_value(config, key), _value(current, key)) for key in KEYS}
        if sides["account"] in {("", account) for account in accounts if len(accounts) == 1}:
            del sides["account"]
        found |= {
            WhereChange(key, _shown(key, before), _shown(key, after), key in accepted)
            for key, (before, after) in sides.items()
            if before != after
        }
    return tuple(sorted(found))


def _value(config: StackConfig, key: str) -> str:
    """Return the value of a key to compare; "" for none, and for one that says the same as none."""
    if key == "secretId":  # a key pair that is rotated is the same source of credentials
        return HIDDEN if f"{NAMESPACE}:{key}" in config.values else ""
    value = config.get(key) or ""
    if key == "endpoint":
        value = value.removeprefix("https://").rstrip("/")
    return "" if value == _default(config, key) else value


def _default(config: StackConfig, key: str) -> str:
    """Return what a key has without a value, for the site of the same config."""
    if key == "site":
        return "intl"
    if key == "recordings":
        return str(STACKS / f"{config.stack}.yaml")
    site = next((site for name, site in SITES.items() if name == (config.get("site") or "intl")), None)
    if site is None:
        return ""
    return {"region": site.regions[0], "endpoint": site.host}.get(key, "")


def _shown(key: str, value: str) -> str:
    if not value:
        return "the default" if key in HAVE_DEFAULT else "none"
    return HIDDEN if key in NOT_SHOWN else escaped(value)
