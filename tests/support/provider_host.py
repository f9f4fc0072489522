"""The genuine dynamic-provider host, `python -m pulumi.dynamic`, spoken to as the engine does: over gRPC."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import grpc
from google.protobuf import struct_pb2
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from live_recording import resources
from tests.support import fork_server

ROOT = Path(__file__).parent.parent.parent
UNKNOWN = rpc.UNKNOWN
PROVIDERS = {
    "template": resources.RecordTemplateProvider,
    "rule": resources.RecordRuleProvider,
    "task": resources.RecordTaskProvider,
    "live_record": resources.LiveRecordProvider,
}

Props = dict[str, Any]


class Live(NamedTuple):
    """A resource as the engine remembers it."""

    id: str
    outputs: Props
    inputs: Props


class RefusedByCheck(Exception):
    """The check failed; `failures` are (property, reason)."""

    def __init__(self, failures: list[tuple[str, str]]) -> None:
        super().__init__(failures)
        self.failures = failures


class Host:
    """One provider process, as one `pulumi` operation starts it."""

    def __init__(self, environment: Mapping[str, str], config: Mapping[str, str], stack: str = "") -> None:
        self._stack = stack
        told, output = os.pipe()
        with os.fdopen(told) as said:
            with os.fdopen(output, "w") as there, Path(os.devnull).open("w") as nowhere:
                given = {**environment, "PULUMI_PROJECT": "live-recording"}
                self._process = fork_server.start(["pulumi.dynamic"], ROOT, given, there.fileno(), nowhere.fileno())
            port = int(said.readline())
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        args = _struct({f"live-recording:{name}": value for name, value in config.items()})
        self._stub.Configure(provider_pb2.ConfigureRequest(args=args))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._channel.close()
        self._process.kill()
        self._process.join()
        self._process.close()

    def _urn(self, name: str) -> str:
        """What the engine tells the host besides; nothing where no stack was named."""
        token = "pulumi-python:dynamic/live:Record"
        return f"urn:pulumi:{self._stack}::live-recording::{token}::{name}" if self._stack else ""

    def check(self, kind: str, news: Props, olds: Props | None = None, name: str = "it") -> Props:
        """The checked inputs. Raises RefusedByCheck."""
        request = provider_pb2.CheckRequest(
            urn=self._urn(f"{kind}-{name}"), olds=_struct(olds or {}), news=_struct(news | _reference(kind))
        )
        answer = self._stub.Check(request, timeout=30)
        if answer.failures:
            raise RefusedByCheck([(failure.property, failure.reason) for failure in answer.failures])
        return _props(answer.inputs)

    def diff(self, kind: str, live: Live, news: Props) -> Any:
        """The answer itself: changes, replaces, deleteBeforeReplace."""
        news = news | _reference(kind)
        request = provider_pb2.DiffRequest(
            id=live.id, olds=_struct(live.outputs | _reference(kind)), news=_struct(news)
        )
        return self._stub.Diff(request, timeout=30)

    def create(self, kind: str, inputs: Props) -> Live:
        """Create from checked inputs."""
        request = provider_pb2.CreateRequest(properties=_struct(inputs | _reference(kind)))
        answer = self._stub.Create(request, timeout=60)
        return Live(answer.id, _props(answer.properties), inputs)

    def read(self, kind: str, live: Live) -> Live | None:
        """What a refresh finds."""
        properties = _struct(live.outputs | _reference(kind))
        request = provider_pb2.ReadRequest(id=live.id, urn=self._urn(f"{kind}-it"), properties=properties)
        answer = self._stub.Read(request, timeout=60)
        return Live(answer.id, _props(answer.properties), _props(answer.inputs)) if answer.id else None

    def update(self, kind: str, live: Live, inputs: Props) -> Live:
        """Update in place to checked inputs."""
        olds, news = _struct(live.outputs | _reference(kind)), _struct(inputs | _reference(kind))
        answer = self._stub.Update(provider_pb2.UpdateRequest(id=live.id, olds=olds, news=news), timeout=60)
        return Live(live.id, _props(answer.properties), inputs)

    def delete(self, kind: str, live: Live) -> None:
        """Delete what the engine remembers."""
        properties = _struct(live.outputs | _reference(kind))
        self._stub.Delete(provider_pb2.DeleteRequest(id=live.id, properties=properties), timeout=60)

    def made(self, kind: str, name: str = "it", **arguments: Any) -> Live:
        """Check and create, as an `up` does for a new resource."""
        return self.create(kind, self.check(kind, dict(arguments), name=name))

    def applied(self, kind: str, live: Live, name: str = "it", **arguments: Any) -> Live:
        """Check, diff, and what the diff asks for, as an `up` does for a known resource; deletes are the caller's."""
        inputs = self.check(kind, dict(arguments), live.inputs, name)
        answer = self.diff(kind, live, inputs)
        if answer.changes == provider_pb2.DiffResponse.DIFF_NONE:
            return Live(live.id, live.outputs, inputs)
        if not answer.replaces:
            return self.update(kind, live, inputs)
        again = self.check(kind, dict(arguments), None, name)
        if answer.deleteBeforeReplace:
            self.delete(kind, live)
        return self.create(kind, again)


def _reference(kind: str) -> Props:
    return {"__provider": serialize_provider(PROVIDERS[kind]())}


def _struct(props: Mapping[str, Any]) -> struct_pb2.Struct:
    made: struct_pb2.Struct = asyncio.run(rpc.serialize_properties(dict(props), {}))
    return made


def _props(struct: struct_pb2.Struct) -> Props:
    found: Props = rpc.deserialize_properties(struct, keep_unknowns=True)
    return {name: value for name, value in found.items() if name != "__provider"}
