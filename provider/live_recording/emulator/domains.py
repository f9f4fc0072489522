"""The domains of an account and DescribeLiveDomains (CN:33857, IN:35186). That no rule or task needs one is assumed."""

from dataclasses import dataclass

from live_recording.emulator.messages import Answer, Fields, Refusal
from live_recording.emulator.schemas import DOMAIN

PUSH, PLAYBACK = 0, 1
SIZE = 10
"""Domains on a page, unless PageSize asks for more."""
MOST = 100
"""Domains of an account; assumed (the samples of CreateLimitCount fit)."""
CREATED = "2020-01-01 00:00:00"
OPTIONS = {"playback": "playback", "disabled": "disabled", "delay_live": "delay_live"}


@dataclass(frozen=True, kw_only=True)
class Domain:
    """One domain: a push domain of standard live streams that is enabled, unless its fields say otherwise."""

    name: str
    playback: bool = False
    disabled: bool = False
    delay_live: bool = False
    """Whether it belongs to slow live; DescribeLiveDomains lists these only with IsDelayLive = 1."""


def parse_domain(text: str) -> Domain | str:
    """Return the domain that `NAME[:playback][:disabled][:delay_live]` describes, or an error message."""
    name, *words = text.split(":")
    if not DOMAIN.holds(name):
        return f'"{name}" is not {DOMAIN.words}.'
    if unknown := [word for word in words if word not in OPTIONS]:
        return (
            f'"{unknown[0]}" is not known. A domain is NAME, followed by any of {", ".join(f":{o}" for o in OPTIONS)}.'
        )
    return Domain(name=name, **dict.fromkeys(words, True))


def describe(domains: tuple[Domain, ...] | None, body: Fields) -> Answer:
    """Return one page; without any known domain the key has no permission. Pages are sorted by name (assumed)."""
    if domains is None:
        return Refusal(
            "UnauthorizedOperation",
            "This key may not call live:DescribeLiveDomains. Start the emulator with --domain to allow it.",
        )
    found = [described(one) for one in sorted(domains, key=lambda one: one.name) if _matches(one, body)]
    size, number = body.get("PageSize", SIZE), body.get("PageNum", 1)
    return {
        "AllCount": len(found),
        "DomainList": found[(number - 1) * size : number * size],
        "CreateLimitCount": MOST - len(domains),
        "PlayTypeCount": [0, sum(one.playback and not one.disabled for one in domains), 0],
    }


def described(domain: Domain) -> Fields:
    """Return the domain with the fields of the vendor's DomainInfo."""
    host = f"{domain.name}.{'livecdn' if domain.playback else 'livepush'}.example.net"
    return {
        "Name": domain.name,
        "Type": PLAYBACK if domain.playback else PUSH,
        "Status": int(not domain.disabled),
        "CreateTime": CREATED,
        "BCName": 1,
        "TargetDomain": host,
        "PlayType": 2 if domain.playback else 1,
        "IsDelayLive": int(domain.delay_live),
        "CurrentCName": f"{host}.",
        "RentTag": 0,
        "RentExpireTime": "0000-00-00 00:00:00",
        "IsMiniProgramLive": 0,
    }


def restored(stored: list[Fields] | None) -> tuple[Domain, ...] | None:
    """Return the domains of stored DomainInfos; None stays None. Raises KeyError for one without a name."""
    if stored is None:
        return None
    return tuple(
        Domain(
            name=info["Name"],
            playback=info.get("Type") == PLAYBACK,
            disabled=info.get("Status") == 0,
            delay_live=info.get("IsDelayLive") == 1,
        )
        for info in stored
    )


def _matches(domain: Domain, body: Fields) -> bool:
    info = described(domain)
    wanted = {
        "IsDelayLive": body.get("IsDelayLive", 0),  # not "any": a request without it hides slow live (CN:33857)
        "Type": body.get("DomainType", info["Type"]),
        "Status": body.get("DomainStatus", info["Status"]),
        "PlayType": body.get("PlayType", info["PlayType"]) if domain.playback else info["PlayType"],
    }
    return domain.name.startswith(body.get("DomainPrefix", "")) and wanted.items() <= info.items()
