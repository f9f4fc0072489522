"""The domains of an account, and what is wrong with a declared one. Source: DescribeLiveDomains, CN:33857, IN:35186.

The API accepts rules and tasks of any domain, so a typo would only show as a recording that is missing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from live_recording.core.text import nearest, quoted

FINDING = "unknown-domain"
NOT_CHECKED = (
    "Domains were not checked: the credentials may not call live:DescribeLiveDomains. A domain that the account does not "
    "have is accepted, and nothing is recorded."
)
SHOWN = 5
"""How many names a message lists."""
_PLAYBACK, _ENABLED = 1, 1


@dataclass(frozen=True, slots=True)
class LiveDomain:
    """A domain of the account."""

    name: str
    is_playback: bool
    is_enabled: bool
    is_slow_live: bool

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> "LiveDomain":
        """Parse a domain as the API lists it."""
        return cls(
            str(raw["Name"]),
            raw.get("Type") == _PLAYBACK,
            raw.get("Status", _ENABLED) == _ENABLED,
            raw.get("IsDelayLive") == 1,
        )

    @property
    def raw(self) -> dict[str, Any]:
        """Return the API's form, as far as it is used."""
        return {
            "Name": self.name,
            "Type": int(self.is_playback),
            "Status": int(self.is_enabled),
            "IsDelayLive": int(self.is_slow_live),
        }


Domains = Mapping[str, LiveDomain]
"""The domains of an account by their names in lower case."""


def by_name(domains: Iterable[LiveDomain]) -> Domains:
    """Return domains by their names: names of domains have no case."""
    return {domain.name.lower(): domain for domain in domains}


def why_unknown(domain: str, known: Domains) -> str | None:
    """Return why streams cannot be pushed to the domain, with what to do, or None."""
    found = known.get(domain.lower())
    push_domains = tuple(sorted(name for name, one in known.items() if not one.is_playback))
    if found and not found.is_playback:
        return None
    similar = nearest(domain.lower(), push_domains)
    advice = f"Did you mean {quoted(similar)}?" if similar else _list_of(push_domains)
    if found:
        return f"{quoted(domain)} is a playback domain, and recordings are declared for push domains. {advice}"
    return f"The account has no domain {quoted(domain)}. {advice}"


def why_silent(domain: str, known: Domains) -> str | None:
    """Return a warning if the domain is disabled, or None."""
    found = known.get(domain.lower())
    if found is None or found.is_playback or found.is_enabled:
        return None
    return (
        f"The domain {quoted(domain)} is disabled in the account: nothing can be pushed to it, so nothing is recorded."
    )


def _list_of(names: tuple[str, ...]) -> str:
    if not names:
        return "It has no push domains. Add the domain in the vendor's console."
    rest = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"Its push domains: {', '.join(names[:SHOWN])}{rest}."
