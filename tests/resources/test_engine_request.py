"""The URN of the engine's request is read from the frame of Pulumi's provider host, and only there."""

import ast
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pulumi.dynamic

from live_recording.resources.engine_request import HOST_METHODS, current_urn

URN = "urn:pulumi:dev::live-recording::pulumi-python:dynamic/live:RecordRule::studio"


class Host:
    """Calls its provider as Pulumi's host does: with the request in a local variable of the method."""

    def Check(self, request: object) -> str:  # noqa: N802 - the host's name
        """Answer a request; *request* is what the adapter looks for."""
        assert request is not None
        return self._provider_method()

    def Invoke(self, request: object) -> str:  # noqa: N802 - a method that is not about a resource
        """Answer another request."""
        assert request is not None
        return self._provider_method()

    def _provider_method(self) -> str:
        return current_urn()


def test_urn_of_the_request_is_found() -> None:
    """Whatever lies between the host's method and the question."""
    assert Host().Check(SimpleNamespace(urn=URN)) == URN


def test_each_thread_has_its_own_request() -> None:
    """The host answers four requests at a time."""
    urns = [f"{URN}-{number}" for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda urn: Host().Check(SimpleNamespace(urn=urn)), urns)) == urns


def test_stack_is_unknown_without_a_request() -> None:
    """Outside a request, in another method, and in a host that names things differently there is no URN."""
    assert current_urn() == ""
    assert Host().Invoke(SimpleNamespace(urn=URN)) == ""
    assert Host().Check(SimpleNamespace()) == ""


def test_host_still_has_these_methods() -> None:
    """The names that the adapter relies on are those of the installed SDK, with a parameter called `request`."""
    host = ast.parse((Path(pulumi.dynamic.__file__).parent / "__main__.py").read_text(encoding="utf-8"))
    parameters = {
        node.name: [argument.arg for argument in node.args.args]
        for node in ast.walk(host)
        if isinstance(node, ast.FunctionDef)
    }

    assert {name: "request" in parameters.get(name, ()) for name in HOST_METHODS} == dict.fromkeys(HOST_METHODS, True)
