"""The server of tests/support/warm_python.py: forks a process for each request, and reports how it ended.

Argument: the file descriptor of the listening socket. The server ends when its stdin is closed. A process is killed when
the one who asked for it is gone.
"""

import atexit
import gc
import importlib
import io
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

PRELOADED = (
    "argparse",
    "asyncio",
    "concurrent.futures.thread",
    "importlib.metadata",
    "live_recording.account.client",
    "live_recording.adopt.builder",
    "live_recording.audit.run",
    "live_recording.cli.app",
    "live_recording.cli.rich_output",
    "live_recording.desired.explain_text",
    "live_recording.doctor.checks",
    "live_recording.emulator.command",
    "live_recording.lint.pipeline_formats",
    "live_recording.pipeline.deploy",
    "live_recording.program",
    "live_recording.resources",
    "live_recording.resources.account_checks",
    "live_recording.resources.inputs",
    "live_recording.review.build",
    "live_recording.review.html",
    "live_recording.stackfile.reader",
    "pulumi.dynamic",
    "typer._adapters",
)


class QuickExit:
    """Ends a process with its exit code, but without freeing its modules: in a fork, that would copy their memory first.

    It must be registered before anything else that runs at the end, so that it runs last.
    """

    def __init__(self) -> None:
        self._code = 0
        atexit.register(self._leave)

    def run(self, function: Callable[[], None]) -> None:
        """Call a function, and remember the exit code of the process that it leads to."""
        try:
            function()
        except KeyboardInterrupt:  # ends it by a signal
            atexit.unregister(self._leave)
            raise
        except BaseException as error:
            code = error.code if isinstance(error, SystemExit) else 1
            self._code = code if isinstance(code, int) else int(code is not None)
            raise

    def _leave(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(self._code)


class Request(NamedTuple):
    """What a process is to run, where, and its three standard streams."""

    fields: dict[str, Any]
    streams: list[int]


class Process(NamedTuple):
    """A forked process: its id, its file descriptor, and the connection of the one who asked for it."""

    number: int
    descriptor: int
    client: socket.socket

    def kill(self) -> None:
        """Send SIGKILL, if it still runs."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)

    def report(self) -> None:
        """Wait for its end, and send its exit code; a negative one is a signal."""
        _, status = os.waitpid(self.number, 0)
        with self.client, suppress(OSError):
            self.client.sendall(str(os.waitstatus_to_exitcode(status)).encode())
        os.close(self.descriptor)


class Server:
    """The requests and processes under way."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._processes: list[Process] = []

    def serve(self) -> Request:
        """Serve until stdin is closed. Return only in a new process, with what that has to become."""
        while True:
            with selectors.DefaultSelector() as selector:
                for waited in (sys.stdin, self._listener, *(p.descriptor for p in self._processes), *(p.client for p in self._processes)):  # fmt: skip
                    selector.register(waited, selectors.EVENT_READ)
                ready = {key.fileobj for key, _ in selector.select()}
            if sys.stdin in ready:
                for process in self._processes:
                    process.kill()
                sys.exit()
            self._end(ready)
            if self._listener in ready and (request := self._fork()):
                return request

    def _end(self, ready: set[Any]) -> None:
        for process in list(self._processes):
            if process.client in ready:
                process.kill()  # the one who asked for it is gone
            if {process.client, process.descriptor} & ready:
                process.report()
                self._processes.remove(process)

    def _fork(self) -> Request | None:
        client, _ = self._listener.accept()
        request = _receive(client)
        child = os.fork()
        if not child:
            for connection in (client, self._listener, *(process.client for process in self._processes)):
                connection.close()
            return request
        for stream in request.streams:
            os.close(stream)
        self._processes.append(Process(child, os.pidfd_open(child), client))
        return None


def _receive(client: socket.socket) -> Request:
    text, streams, _, _ = socket.recv_fds(client, 65536, 3)
    while not text.endswith(b"\n"):
        text += client.recv(65536)
    return Request(json.loads(text), streams)


def become(request: Request) -> None:
    """Run what was asked for, as the main program of an interpreter does."""
    fields = request.fields
    for number, stream in enumerate(request.streams):
        os.dup2(stream, number)
        os.close(stream)
    with suppress(OSError):
        os.setpgid(0, fields["group"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(fields["directory"])
    os.environ.clear()
    os.environ.update(fields["environment"])
    time.tzset()
    encoding = os.environ.get("PYTHONIOENCODING", "utf-8")
    sys.stdin, sys.stdout, sys.stderr = (
        io.TextIOWrapper(io.FileIO(number, mode, closefd=False), encoding, write_through=True)
        for number, mode in enumerate("rww")
    )
    sys.executable = fields["python"]
    first, *rest = fields["arguments"]
    if first == "-m":
        sys.path[0] = fields["directory"]
        sys.argv[:] = ["", *rest[1:]]
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    else:
        sys.path[0] = str(Path(first).parent)
        sys.argv[:] = [first, *rest]
        runpy.run_path(first, run_name="__main__")


def main() -> None:
    """Import everything once, then serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with the tests, not with what they interrupt
    quick_exit = QuickExit()
    for name in PRELOADED:
        importlib.import_module(name)
    gc.freeze()
    request = Server(socket.socket(fileno=int(sys.argv[1]))).serve()
    quick_exit.run(lambda: become(request))


main()
