"""A PostgreSQL server of our own for tests: on loopback, in a temporary directory, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

USER = "operator"
ACCOUNT = "nobody"
"""Who runs the server where the tests run as root, which PostgreSQL refuses."""
DEBIAN = Path("/usr/lib/postgresql")
TRIES = 5
"""How often a free port is looked for: another process may be quicker to take it."""
SETTINGS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "''", "fsync": "off", "full_page_writes": "off"}


def binaries() -> Path | None:
    """Where the server's commands are: the newest of Debian's, or those on the path; None without a server."""
    versions = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda found: float(found.parts[-3]))
    found = versions[-1] if versions else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class Postgres:
    """A server that runs between `with` and its end. Raises CalledProcessError with the server's words when it cannot."""

    def __init__(self, commands: Path) -> None:
        self._commands = commands
        account = pwd.getpwnam(ACCOUNT) if os.getuid() == 0 else None
        self._user: int | None = account.pw_uid if account else None
        self._group: int | None = account.pw_gid if account else None
        self._databases = count(1)
        self.port = 0

    def __enter__(self) -> Self:
        self._directory = Path(tempfile.mkdtemp(prefix="postgres-"))
        shutil.chown(self._directory, self._user or os.getuid())
        try:
            self._run("initdb", "--pgdata", str(self._data), "--username", USER, "--auth", "trust", "--no-sync")
            self._start()
        except BaseException:
            shutil.rmtree(self._directory)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run("pg_ctl", "stop", "--pgdata", str(self._data), "--mode", "immediate")
        shutil.rmtree(self._directory)

    def backend(self) -> str:
        """Return the URL of a new database, in Pulumi's form."""
        name = f"state{next(self._databases)}"
        self._run("createdb", "--host", "127.0.0.1", "--port", str(self.port), "--username", USER, name)
        return f"postgres://{USER}@127.0.0.1:{self.port}/{name}?sslmode=disable"

    @property
    def _data(self) -> Path:
        return self._directory / "data"

    def _start(self) -> None:
        for attempt in range(TRIES):
            self.port = _free_port()
            settings = " ".join(f"-c {name}={value}" for name, value in {**SETTINGS, "port": self.port}.items())
            log = str(self._directory / "log")
            try:
                self._run("pg_ctl", "start", "--wait", "--pgdata", str(self._data), "--log", log, "--options", settings)
            except subprocess.CalledProcessError as error:
                error.add_note(Path(log).read_text(encoding="utf-8"))
                if attempt == TRIES - 1:
                    raise
            else:
                return

    def _run(self, command: str, *arguments: str) -> None:
        """Run one of the server's commands as a user whom it accepts."""
        with tempfile.TemporaryFile("w+") as said:  # a pipe would be held open by the server that stays
            done = subprocess.run(
                [self._commands / command, *arguments],
                cwd=self._directory,
                env={"LC_ALL": "C", "PATH": os.defpath},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                user=self._user,
                group=self._group,
                extra_groups=[] if self._user else None,
                check=False,
            )
            if done.returncode:
                said.seek(0)
                raise subprocess.CalledProcessError(done.returncode, command, said.read())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
