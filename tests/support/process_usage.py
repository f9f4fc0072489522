"""What the processes of one CLI use, read from /proc while they run: CPU time and peak memory (Linux only)."""

import os
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

KINDS: Mapping[str, str] = {
    "provider": "pulumi.dynamic",
    "program": "pulumi-language-python-exec",
    "host": "pulumi-language-python",
    "engine": "/pulumi\0",
}
"""A kind of process -> a part of its command line, the first that fits."""
LOOK_SECONDS = 0.1
TICKS = os.sysconf("SC_CLK_TCK")


class Use(NamedTuple):
    """What a process has used so far."""

    cpu: float = 0.0  # seconds
    megabytes: float = 0.0  # resident, at its peak


class ProcessUse:
    """What the processes that worked in *directory* used, between `with` and its end; the last moment is missed."""

    def __init__(self, directory: Path) -> None:
        self._directory = str(directory.resolve())
        self._seen: dict[tuple[str, str], Use] = {}  # (kind, process id)
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look_on, daemon=True)

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._watch.join()

    @property
    def kinds(self) -> dict[str, Use]:
        """CPU time of all processes of each kind, and the memory of the largest."""
        found: dict[str, Use] = defaultdict(Use)
        for (kind, _), use in self._seen.items():
            known = found[kind]
            found[kind] = Use(known.cpu + use.cpu, max(known.megabytes, use.megabytes))
        return dict(found)

    def _look_on(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            self._seen |= dict(self._look())

    def _look(self) -> Iterator[tuple[tuple[str, str], Use]]:
        for process in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208 - some hundred, ten times a second
            try:
                if not os.readlink(f"/proc/{process}/cwd").startswith(self._directory):  # noqa: PTH115 - as above
                    continue
                command = Path(f"/proc/{process}/cmdline").read_bytes().decode("utf-8", "replace")
                kind = next((kind for kind, part in KINDS.items() if part in command), "other")
                yield (kind, process), _use(Path("/proc", process))
            except (OSError, StopIteration):
                continue  # it has just ended


def _use(process: Path) -> Use:
    user, system = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
    status = (process / "status").read_text(encoding="utf-8")
    peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return Use((int(user) + int(system)) / TICKS, int(peak) / 1024)
