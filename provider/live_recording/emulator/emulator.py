"""The Python interface of the emulator: one object that listens while it is open."""

import threading
from collections.abc import Collection
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from live_recording.emulator import faults, state_file
from live_recording.emulator.account import AccountSettings
from live_recording.emulator.assumptions import DEFAULT, Assumptions
from live_recording.emulator.clock import Clock
from live_recording.emulator.domains import Domain
from live_recording.emulator.gateway import READS, Gateway
from live_recording.emulator.messages import Fields
from live_recording.emulator.server import LOOPBACK, Server
from live_recording.emulator.service import LiveService
from live_recording.emulator.signature import KeyPair
from live_recording.emulator.sites import SITES
from live_recording.emulator.tls import CertificateAuthority

DELIVERY_INTERVAL = 1.0
"""Seconds between two looks for callbacks that are due."""


@dataclass(eq=False)
class Emulator:
    """An account of the vendor at `url`, between `with` and its end.

    Raises KeyError for an unknown site, StateFileError for a broken state file, OSError for a port in use.
    """

    _: KW_ONLY
    site: str = "intl"
    now: datetime | None = None
    """Where the clock starts to tick; default: the real time."""
    state: Path | None = None
    """A file that keeps the account; default: none."""
    port: int = 0
    """0 takes a free one."""
    secret_id: str = "emulator"  # noqa: S105 - no secret
    secret_key: str = field(default="emulator", repr=False)
    token: str | None = field(default=None, repr=False)
    """The only token that is accepted; default: a request with one is refused."""
    account: str = AccountSettings.account_id
    """The number of the account (UIN), as GetCallerIdentity returns it."""
    domains: tuple[Domain, ...] | None = None
    """The domains that exist; default: those of the state file, else the key may not list any."""
    denied: Collection[str] = ()
    """Actions that the key may not call."""
    rates: bool = False
    """Whether calls per second are limited."""
    template_limit: int = AccountSettings.templates
    rule_limit: int = AccountSettings.rules
    running_limit: int | None = AccountSettings.running_tasks
    page_size: int = AccountSettings.page
    assumptions: Assumptions = DEFAULT
    """How questions are settled that no source answers."""
    tls: bool = False
    """Whether to serve HTTPS, with a certificate authority of its own."""
    ca_file: Path | None = field(default=None, init=False)
    """That authority's certificate, in a file that is there between `with` and its end; None without `tls`."""
    service: LiveService = field(init=False, repr=False)
    """The account itself: `service.state()`, `service.recording(...)`, `service.call(...)`."""

    def __post_init__(self) -> None:
        self.service = LiveService(
            AccountSettings(
                site=SITES[self.site],
                account_id=self.account,
                domains=self.domains,
                templates=self.template_limit,
                rules=self.rule_limit,
                running_tasks=self.running_limit,
                page=self.page_size,
                assumptions=self.assumptions,
            ),
            Clock(self.now),
        )
        if self.state:
            state_file.load(self.state, self.service)
        keys = KeyPair(self.secret_id, self.secret_key, self.token, token_code=self.assumptions.token_code)
        self._gateway = Gateway(self.service, keys, self._save, rates=self.rates, denied=self.denied)
        self._authority = CertificateAuthority() if self.tls else None
        self._server = Server(self._gateway, self.port, self._authority.context if self._authority else None)
        self.port = self._server.server_port

    def __enter__(self) -> Self:
        self.ca_file = self._authority.write_certificate() if self._authority else None
        self._server.start()
        threading.Thread(target=self._deliver_callbacks, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        if self.ca_file:
            self.ca_file.unlink(missing_ok=True)
            self.ca_file = None

    def deliver_callbacks(self) -> None:
        """Send the notifications that are due now, instead of within a second."""
        self._gateway.callbacks.deliver()

    def _deliver_callbacks(self) -> None:
        while not self._gateway.stopping.wait(DELIVERY_INTERVAL):
            self.deliver_callbacks()

    @property
    def url(self) -> str:
        """Return the address, as `http://127.0.0.1:PORT`, or `https://...` with `tls`."""
        return f"http{'s' if self.tls else ''}://{LOOPBACK}:{self.port}"

    @property
    def log(self) -> list[Fields]:
        """Return every call since the start or `clear_log`: action, body, code and fault (both None on success)."""
        with self._gateway.lock:
            return list(self._gateway.log)

    @property
    def changes(self) -> list[Fields]:
        """Return the calls of the log that can change the account."""
        return [call for call in self.log if not call["action"].startswith(READS)]

    def clear_log(self) -> None:
        """Clear the log of calls."""
        with self._gateway.lock:
            self._gateway.log.clear()

    def set_now(self, now: datetime) -> None:
        """Set the clock to *now*; it keeps ticking."""
        self.service.clock.set(now)

    def fault(
        self, action: str, kind: str, count: int = 1, skip: int = 0, seconds: float = 0.0, *, code: str = ""
    ) -> None:
        """Order a fault of `faults.KINDS` for calls of *action* ("*" is any). Raises ValueError if it is invalid."""
        numbers = {"count": count, "skip": skip, "seconds": seconds}
        fault = faults.parse_fault({"action": action, "kind": kind, "code": code, **numbers})
        if isinstance(fault, str):
            raise ValueError(fault)  # noqa: TRY004 - the value is wrong, not the caller's type
        with self._gateway.lock:
            self._gateway.faults.open.append(fault)

    def deny(self, *actions: str) -> None:
        """Withdraw the permission for these actions, and grant all others."""
        self._gateway.denied = actions

    def clear_faults(self) -> None:
        """Remove all pending faults; waiting calls continue at once."""
        with self._gateway.lock:
            self._gateway.faults.clear()

    def _save(self) -> None:
        if self.state:
            state_file.save(self.state, self.service)
