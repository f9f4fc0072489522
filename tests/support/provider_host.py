"""The real dynamic-provider host, `python -m pulumi.dynamic`, called over gRPC as the engine calls it."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import grpc
from google.protobuf import struct_pb2
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from live_recording import resources
from live_recording.core.kinds import KindName
from tests.support import engine_double, warm_python
from tests.support.engine_double import Change, CheckFailed, Props, ResourceState

ROOT = Path(__file__).parent.parent.parent
UNKNOWN = rpc.UNKNOWN


class Host:
    """One provider process, as each operation of the engine starts one. Without a stack it gets no URNs."""

    def __init__(self, environment: Mapping[str, str], config: Mapping[str, str], stack: str = "") -> None:
        self._stack = stack
        read_end, write_end = os.pipe()
        with os.fdopen(read_end) as port_line:
            with os.fdopen(write_end, "w") as output, Path(os.devnull).open("w") as errors:
                variables = {**environment, "PULUMI_PROJECT": "live-recording"}
                self._process = warm_python.start(["pulumi.dynamic"], ROOT, variables, output.fileno(), errors.fileno())
            port = int(port_line.readline())
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
        self._process.wait()

    def _urn(self, name: str) -> str:
        token = "pulumi-python:dynamic/live:Record"
        return f"urn:pulumi:{self._stack}::live-recording::{token}::{name}" if self._stack else ""

    def check(self, kind: KindName, news: Props, olds: Props | None = None, name: str = "it") -> Props:
        """Return the checked inputs. Raises CheckFailed."""
        request = provider_pb2.CheckRequest(
            urn=self._urn(f"{kind}-{name}"), olds=_struct(olds or {}), news=_struct(news | _reference(kind))
        )
        answer = self._stub.Check(request, timeout=30)
        if answer.failures:
            raise CheckFailed([(failure.property, failure.reason) for failure in answer.failures])
        return _props(answer.inputs)

    def diff(self, kind: KindName, old: ResourceState, news: Props) -> Change | None:
        """Return what has to change, or None."""
        olds, news = _struct(old.outputs | _reference(kind)), news | _reference(kind)
        answer = self._stub.Diff(provider_pb2.DiffRequest(id=old.id, olds=olds, news=_struct(news)), timeout=30)
        if answer.changes == provider_pb2.DiffResponse.DIFF_NONE:
            return None
        return Change(bool(answer.replaces), answer.deleteBeforeReplace)

    def create(self, kind: KindName, inputs: Props) -> ResourceState:
        """Create from checked inputs."""
        request = provider_pb2.CreateRequest(properties=_struct(inputs | _reference(kind)))
        answer = self._stub.Create(request, timeout=60)
        return ResourceState(answer.id, inputs, _props(answer.properties))

    def read(self, kind: KindName, old: ResourceState) -> ResourceState | None:
        """Return what a refresh finds, or None."""
        properties = _struct(old.outputs | _reference(kind))
        request = provider_pb2.ReadRequest(id=old.id, urn=self._urn(f"{kind}-it"), properties=properties)
        answer = self._stub.Read(request, timeout=60)
        return ResourceState(answer.id, _props(answer.inputs), _props(answer.properties)) if answer.id else None

    def update(self, kind: KindName, old: ResourceState, inputs: Props) -> ResourceState:
        """Update in place to checked inputs."""
        olds, news = _struct(old.outputs | _reference(kind)), _struct(inputs | _reference(kind))
        answer = self._stub.Update(provider_pb2.UpdateRequest(id=old.id, olds=olds, news=news), timeout=60)
        return ResourceState(old.id, inputs, _props(answer.properties))

    def delete(self, kind: KindName, old: ResourceState) -> None:
        """Delete the object of this state."""
        properties = _struct(old.outputs | _reference(kind))
        self._stub.Delete(provider_pb2.DeleteRequest(id=old.id, properties=properties), timeout=60)

    def check_and_create(self, kind: KindName, name: str = "it", **arguments: Any) -> ResourceState:
        """Check and create, as an `up` does with a new resource."""
        return self.create(kind, self.check(kind, dict(arguments), name=name))

    def apply(self, kind: KindName, old: ResourceState, name: str = "it", **arguments: Any) -> ResourceState:
        """Do what an `up` does with a known resource. A replaced object is the caller's to delete."""
        return engine_double.apply(self, engine_double.plan(self, kind, name, old, dict(arguments)))


def _reference(kind: KindName) -> Props:
    return {"__provider": serialize_provider(resources.PROVIDERS[kind]())}


def _struct(props: Mapping[str, Any]) -> struct_pb2.Struct:
    struct: struct_pb2.Struct = asyncio.run(rpc.serialize_properties(dict(props), {}))
    return struct


def _props(struct: struct_pb2.Struct) -> Props:
    props: Props = rpc.deserialize_properties(struct, keep_unknowns=True)
    return {name: value for name, value in props.items() if name != "__provider"}
