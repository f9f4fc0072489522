"""`live-recording emulate`: serve until a signal arrives, or while another command runs."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

from live_recording.emulator.account import AccountSettings
from live_recording.emulator.clock import parse_time
from live_recording.emulator.domains import Domain, parse_domain
from live_recording.emulator.emulator import Emulator
from live_recording.emulator.server import LOOPBACK
from live_recording.emulator.signature import KeyPair
from live_recording.emulator.sites import SITES
from live_recording.emulator.state_file import StateFileError

USAGE = 2
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def emulate(
    *,
    port: int = 0,
    state: Path | None = None,
    site: str = "intl",
    now: str | None = None,
    rates: bool = False,
    tls: bool = False,
    account: str = AccountSettings.account_id,
    domains: Sequence[str] = (),
    command: list[str],
    report: Callable[[str], None],
) -> int:
    """Run an emulator, and *command* against it if there is one; the exit status of the whole.

    0 when stopped by a signal, the status of *command* (128 + n when signal n ended it), 2 with one sentence for
    *report* when it cannot start. Accepts the key pair of the environment, else `emulator`/`emulator`.
    """
    options = {"port": port, "state": state, "rates": rates, "tls": tls, "account": account}
    started = _emulator(site, now, domains, options)
    if isinstance(started, str):
        report(started)
        return USAGE
    with started as emulator:
        return _accompany(emulator, command, report) if command else _serve(emulator)


def _emulator(site: str, now: str | None, domains: Sequence[str], options: Mapping[str, Any]) -> Emulator | str:
    """Return the emulator, or why it cannot start: one sentence."""
    start = parse_time(now)
    parsed = [parse_domain(text) for text in domains]
    if problem := next(_problems(site, now, start, options["account"], parsed), None):
        return problem
    known = tuple(one for one in parsed if isinstance(one, Domain))
    keys = _keys(os.environ)
    try:
        return Emulator(
            **options,
            site=site,
            now=start,
            domains=known or None,
            secret_id=keys.secret_id,
            secret_key=keys.secret_key,
            token=keys.token,
        )
    except StateFileError as error:
        return str(error)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        return f"Port {options['port']} of {LOOPBACK} cannot be used: {reason}. Use another one, or 0 for any that is free."


def _problems(
    site: str, now: str | None, start: datetime | None, account: str, domains: Sequence[Domain | str]
) -> Iterator[str]:
    if now is not None and start is None:
        yield f'"{now}" is not a time. Use RFC 3339 with an offset, such as 2026-12-04T12:00:00Z.'
    if site not in SITES:
        yield f'"{site}" is not a site. Use {" or ".join(sorted(SITES))}.'
    if not re.fullmatch("[0-9]{5,20}", account):
        yield f'"{account}" is not an account. Use the digits of a UIN, such as 100000000001.'
    yield from (one for one in domains if isinstance(one, str))


def _keys(environment: Mapping[str, str]) -> KeyPair:
    secret_id, secret_key = environment.get("TENCENTCLOUD_SECRET_ID"), environment.get("TENCENTCLOUD_SECRET_KEY")
    if not secret_id or not secret_key:
        return KeyPair("emulator", "emulator")
    return KeyPair(secret_id, secret_key, environment.get("TENCENTCLOUD_TOKEN") or None)


def _serve(emulator: Emulator) -> int:
    stop = threading.Event()
    _listen(lambda _number, _frame: stop.set())
    print(emulator.url, *([emulator.ca_file] if emulator.ca_file else []), sep="\n", flush=True)
    stop.wait()
    return 0


def _accompany(emulator: Emulator, command: list[str], report: Callable[[str], None]) -> int:
    early: list[int] = []  # signals that came before there was a command
    child: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if child is None:
            early.append(number)
        elif not (number == signal.SIGINT and _from_keyboard()):
            child.send_signal(number)

    _listen(pass_on)
    try:
        child = subprocess.Popen(command, env=_environment(emulator))
    except OSError as error:
        report(f'The command "{command[0]}" cannot be started: {error.strerror}.')
        return USAGE
    for missed in early:
        child.send_signal(missed)
    status = child.wait()
    return status if status >= 0 else 128 - status


def _listen(handler: Callable[[int, FrameType | None], None]) -> None:
    for number in SIGNALS:
        # What was started under nohup outlives its terminal.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def _from_keyboard() -> bool:
    """Return whether the terminal interrupts both processes; forwarding would interrupt the command twice."""
    try:
        with Path("/dev/tty").open("rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


def _environment(emulator: Emulator) -> dict[str, str]:
    environment = dict(os.environ)
    environment["LIVE_RECORDING_ENDPOINT"] = emulator.url
    environment["TENCENTCLOUD_SECRET_ID"] = emulator.secret_id
    environment["TENCENTCLOUD_SECRET_KEY"] = emulator.secret_key
    environment["TENCENTCLOUD_REGION"] = environment.get("TENCENTCLOUD_REGION") or SITES[emulator.site].region
    if emulator.ca_file:
        environment["REQUESTS_CA_BUNDLE"] = str(emulator.ca_file)
    if not emulator.token:
        environment.pop("TENCENTCLOUD_TOKEN", None)
    for name in ("NO_PROXY", "no_proxy"):
        # The official SDK looks for host:port in the text, the library under it for the host alone (observed).
        hosts = (environment.get(name), LOOPBACK, f"{LOOPBACK}:{emulator.port}")
        environment[name] = ",".join(host for host in hosts if host)
    return environment
