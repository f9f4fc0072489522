"""The domains of the emulator: DescribeLiveDomains, its pages and its filters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from live_recording.emulator import Emulator
from live_recording.emulator.domains import Domain, parse_domain
from live_recording.emulator.state_file import StateFileError
from tests.support.sdk_client import call, code, control, sdk

if TYPE_CHECKING:
    from pathlib import Path

DOMAINS = (
    Domain(name="push.example.com"),
    Domain(name="old.example.com", disabled=True),
    Domain(name="play.example.com", playback=True),
    Domain(name="slow.example.com", delay_live=True),
)


def test_pages_and_filters() -> None:
    """Slow live is hidden unless it is asked for; type, status and prefix filter; pages are cut by size."""
    many = tuple(Domain(name=f"d{number:02}.example.com") for number in range(12))
    with Emulator(domains=DOMAINS + many) as emulator:
        client = sdk(emulator)

        def names(**fields: object) -> list[str]:
            return [one["Name"] for one in call(client, "DescribeLiveDomains", **fields)["DomainList"]]

        assert len(names()) == 10
        assert names(PageNum=2) == [f"{name}.example.com" for name in ("d10", "d11", "old", "play", "push")]
        assert names(IsDelayLive=1) == ["slow.example.com"]
        assert names(DomainType=1) == ["play.example.com"]
        assert names(DomainStatus=0) == ["old.example.com"]
        assert names(PageNum=9) == []
        answer = call(client, "DescribeLiveDomains", DomainPrefix="old")
        assert (answer["AllCount"], answer["DomainList"][0]["Status"], answer["DomainList"][0]["Type"]) == (1, 0, 0)
        assert code(client, "DescribeLiveDomains", PageSize=5) == "InvalidParameterValue"


def test_no_domain_means_no_permission() -> None:
    """Without any domain the key may not list them."""
    with Emulator() as emulator:
        assert code(sdk(emulator), "DescribeLiveDomains") == "UnauthorizedOperation"


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("a.example.com", Domain(name="a.example.com")),
        ("a.example.com:playback:disabled", Domain(name="a.example.com", playback=True, disabled=True)),
        ("a.example.com:delay_live", Domain(name="a.example.com", delay_live=True)),
        ("a.example.com:push", None),
        ("localhost", None),
    ],
)
def test_domains_are_parsed(text: str, domain: Domain | None) -> None:
    """A domain and its marks; anything else is one sentence."""
    seen = parse_domain(text)

    assert seen == domain if domain else isinstance(seen, str) and seen.endswith(".")


def test_state_file_keeps_account_and_domains(tmp_path: Path) -> None:
    """A restart without --domain has those of the file; named ones replace them; another account is refused."""
    path = tmp_path / "account.json"
    with Emulator(state=path, account="100000000002", domains=DOMAINS) as emulator:
        assert control(emulator.port, "POST", "reset")[0] == 200
    with Emulator(state=path, account="100000000002") as emulator:
        assert emulator.service.settings.domains is not None
        assert set(emulator.service.settings.domains) == set(DOMAINS)
    with Emulator(state=path, account="100000000002", domains=DOMAINS[:1]) as emulator:
        assert emulator.service.settings.domains == DOMAINS[:1]
    with pytest.raises(StateFileError, match='account "100000000002", and "100000000001" was asked for'):
        Emulator(state=path)


def test_older_state_file_lacks_account_and_domains(tmp_path: Path) -> None:
    """It is taken as it is."""
    path = tmp_path / "account.json"
    with Emulator(state=path) as emulator:
        state = {name: value for name, value in emulator.service.state().items() if name not in ("account", "domains")}
    path.write_text(json.dumps(state), encoding="utf-8")
    with Emulator(state=path, account="100000000002") as emulator:
        assert emulator.service.state()["domains"] is None


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link in the place of the state file is refused; one that appears later is replaced, not followed."""
    target, path = tmp_path / "precious", tmp_path / "account.json"
    target.write_text("{}", encoding="utf-8")
    path.symlink_to(target)
    with pytest.raises(StateFileError, match="cannot be read"):
        Emulator(state=path)
    path.unlink()
    with Emulator(state=path) as emulator:
        path.symlink_to(target)
        assert control(emulator.port, "POST", "reset")[0] == 200

    assert (target.read_text(), path.is_symlink()) == ("{}", False)
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []
