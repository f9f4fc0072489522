"""The language host: runs Python programs for a Pulumi engine, over the gRPC stubs of the Pulumi SDK.

Rule 1: what a program does and shows is as with Pulumi's own language host, whose source is not published as a module.
Rule 2: nothing outlives the engine: neither the program nor this process.
"""
# ruff: noqa: N802, ARG002, D102 - names, arguments and meaning of the methods are those of the protocol

import contextlib
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType


def stubs_only() -> None:
    """Let the stubs be imported without the SDK around them, which takes three times as long as all of this host."""
    sdk = find_spec("pulumi")
    places = sdk.submodule_search_locations if sdk else None
    for name, inside in (("pulumi", "."), ("pulumi.runtime", "runtime")) if places else ():
        package = ModuleType(name)
        package.__path__ = [str(Path(place, inside)) for place in places or ()]
        sys.modules[name] = package


try:
    stubs_only()
    import grpc
    from google.protobuf.empty_pb2 import Empty
    from pulumi.runtime.proto import language_pb2 as protocol
    from pulumi.runtime.proto import language_pb2_grpc as service
    from pulumi.runtime.proto.plugin_pb2 import PluginInfo
except ImportError:
    sys.exit(
        f'The Pulumi SDK is not installed for "{sys.executable}". Run "make setup", '
        f'or: "{sys.executable}" -m pip install -r requirements.txt'
    )

EXECUTOR = Path(__file__).with_name("pulumi-language-python-exec")
SHOWN_ALREADY = 32  # the program's exit code for "the user has seen what is wrong"
POLL_SECONDS = 5
GRACE_SECONDS = 3  # the engine kills us 5 seconds after it asked us to end


class LanguageHost(service.LanguageRuntimeServicer):
    """What the engine asks; methods that are not here are answered with "unimplemented"."""

    def __init__(self, engine: str) -> None:
        self.engine = engine
        self.programs: list[subprocess.Popen[bytes]] = []

    def Handshake(
        self, request: protocol.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> protocol.LanguageHandshakeResponse:
        return protocol.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> PluginInfo:
        from importlib.metadata import version  # most runs ask for no version, and it takes a while to import

        return PluginInfo(version=version("pulumi"))

    def GetRequiredPackages(
        self, request: protocol.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> protocol.GetRequiredPackagesResponse:
        return protocol.GetRequiredPackagesResponse()  # dynamic resources need no package

    def Run(self, request: protocol.RunRequest, context: grpc.ServicerContext) -> protocol.RunResponse:
        options = {
            "monitor": request.monitor_address,
            "engine": self.engine,
            "project": request.project,
            "root_directory": request.info.root_directory,
            "stack": request.stack,
            "pwd": request.pwd,
            "dry_run": "true" if request.dryRun else "false",
            "parallel": str(request.parallel),
            "organization": request.organization,
        }
        flags = [word for name, value in options.items() if value for word in (f"--{name}", value)]
        config = {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        try:
            program = subprocess.Popen(
                [sys.executable, "-u", EXECUTOR, *flags, request.info.entry_point or ".", *request.args],
                cwd=request.pwd,
                env=os.environ | config,
                stdin=subprocess.DEVNULL,
            )
        except OSError as error:
            return protocol.RunResponse(error=f"the program could not be started: {error}")
        self.programs.append(program)
        code = program.wait()
        if code == SHOWN_ALREADY:
            return protocol.RunResponse(bail=True)
        return protocol.RunResponse(error=f"program exited with non-zero exit code: {code}" if code else "")

    def About(self, request: protocol.AboutRequest, context: grpc.ServicerContext) -> protocol.AboutResponse:
        return protocol.AboutResponse(executable=sys.executable, version=platform.python_version())

    def GetProgramDependencies(
        self, request: protocol.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> protocol.GetProgramDependenciesResponse:
        which = [] if request.transitiveDependencies else ["--not-required"]
        command = [sys.executable, "-m", "pip", "list", "--format", "json", *which]
        listed = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
        found = json.loads(listed or "[]")  # a virtualenv without pip has nothing to tell
        return protocol.GetProgramDependenciesResponse(
            dependencies=[protocol.DependencyInfo(name=each["name"], version=each["version"]) for each in found]
        )

    def InstallDependencies(
        self, request: protocol.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[protocol.InstallDependenciesResponse]:
        command = [sys.executable, "-m", "pip", "install", "-r", "requirements.txt"]
        directory = request.info.program_directory
        with subprocess.Popen(command, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as install:
            for line in install.stdout or ():
                yield protocol.InstallDependenciesResponse(stdout=line)
        if install.returncode:
            context.abort(grpc.StatusCode.UNKNOWN, f"pip ended with exit code {install.returncode}")

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        return Empty()  # the signal that follows says the same

    def end_programs(self, seconds: float) -> None:
        """No program is left after that time, whatever it ignores."""
        deadline = time.monotonic() + seconds
        for program in self.programs:
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.wait(deadline - time.monotonic())
            program.kill()
            program.wait()


def listening(address: str) -> bool:
    """Return whether a process accepts connections there; in doubt, return True."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=POLL_SECONDS).close()
    except ConnectionRefusedError:
        return False
    except OSError:
        return True
    return True


def main() -> None:
    """Serve until the engine says stop, or is gone."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    engine = sys.argv[-1]
    host = LanguageHost(engine)
    server = grpc.server(ThreadPoolExecutor())
    service.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    while not stop.wait(POLL_SECONDS):
        if not listening(engine):
            break  # a killed engine sends no signal
    else:
        server.stop(None)
        host.end_programs(GRACE_SECONDS)  # the engine's signal went to the program as well
    host.end_programs(0)


if __name__ == "__main__":
    main()
