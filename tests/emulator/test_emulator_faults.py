"""Faults on order and the rest of the control path: what each does to a call, and what is left behind."""

from __future__ import annotations

import threading
import time

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from live_recording.emulator import Emulator
from tests.support.clock import AT, NOW
from tests.support.sdk_client import call, code, control, sdk, template

CREATE = "CreateLiveRecordTemplate"


@pytest.mark.parametrize(
    ("kind", "seen", "done"),
    [
        ("throttle", "RequestLimitExceeded", 0),
        ("internal-error", "InternalError", 0),
        ("drop-before", "ClientNetworkError", 0),
        ("drop-after", "ClientNetworkError", 1),
        ("cut-body", "ChunkedEncodingError", 1),
        ("http502-before", "ServerNetworkError", 0),
        ("http502-after", "ServerNetworkError", 1),
        ("wrong-content-type", None, 1),
        ("delay", None, 1),
    ],
)
def test_fault_kinds(kind: str, seen: str | None, done: int) -> None:
    """Each kind fails one call of the official SDK, executed or not; the next call succeeds."""
    with Emulator() as emulator:
        client = sdk(emulator)
        template(client)
        emulator.clear_log()
        emulator.fault(CREATE, kind)

        assert code(client, CREATE, TemplateName="t") == seen
        assert len(call(client, "DescribeLiveRecordTemplates")["Templates"]) == 1 + done
        assert emulator.log[0]["fault"] == kind
        assert emulator.log[1] == {"action": "DescribeLiveRecordTemplates", "body": {}, "code": None, "fault": None}


def test_wrong_content_type_hides_a_refusal() -> None:
    """With a charset the SDK takes a refusal for a success whose fields are empty (observed)."""
    with Emulator() as emulator:
        client = sdk(emulator)
        emulator.fault("DescribeLiveRecordTemplate", "wrong-content-type")

        assert call(client, "DescribeLiveRecordTemplate", TemplateId=1) == {"Template": None}
        assert [entry["code"] for entry in emulator.log] == ["FailedOperation.NotFound"]


def test_skip_count_and_any() -> None:
    """A fault skips some calls, fails some, and is then used up; "*" is every action."""
    with Emulator() as emulator:
        client = sdk(emulator)
        emulator.fault("*", "throttle", count=2, skip=1)
        seen = [code(client, "DescribeLiveRecordRules") for _ in range(4)]

        assert seen == [None, "RequestLimitExceeded", "RequestLimitExceeded", None]


def test_delay_waits() -> None:
    """A delayed call takes its time and is then done."""
    with Emulator() as emulator:
        client = sdk(emulator)
        emulator.fault("*", "delay", seconds=0.2)
        start = time.perf_counter()
        call(client, "DescribeLiveRecordRules")

        assert time.perf_counter() - start >= 0.2


def test_end_does_not_wait() -> None:
    """An emulator that ends cuts a delayed call, which is then not done."""
    with Emulator() as emulator:
        emulator.fault(CREATE, "delay", seconds=60)
        seen: list[str | None] = []
        caller = threading.Thread(target=lambda: seen.append(code(sdk(emulator), CREATE, TemplateName="t")))
        caller.start()
        while emulator._gateway.faults.open:
            time.sleep(0.01)
    caller.join(timeout=5)

    assert seen == ["ClientNetworkError"]
    assert emulator.service.state()["templates"] == []


def test_withdrawn_delay_lets_its_call_go_on() -> None:
    """A call can be delayed indefinitely: it continues when the faults are deleted."""
    with Emulator() as emulator:
        made: list[int] = []
        emulator.fault(CREATE, "delay", seconds=3600)
        caller = threading.Thread(target=lambda: made.append(template(sdk(emulator))))
        caller.start()
        while emulator._gateway.faults.open:
            time.sleep(0.01)
        assert emulator.service.state()["templates"] == []
        emulator.clear_faults()
        caller.join(timeout=5)

        assert [one["TemplateId"] for one in emulator.service.state()["templates"]] == made


def test_control_path() -> None:
    """Faults, log, state, clock and reset, over JSON."""
    with Emulator(now=NOW) as emulator:
        client, port = sdk(emulator), emulator.port
        order = {"action": CREATE, "kind": "throttle", "count": 5}
        assert control(port, "POST", "faults", order)[0] == 200
        assert code(client, CREATE, TemplateName="t") == "RequestLimitExceeded"
        assert control(port, "DELETE", "faults") == (200, [])
        template_id = template(client, "t")

        entry = {"action": CREATE, "body": {"TemplateName": "t"}}
        log = [{**entry, "code": "RequestLimitExceeded", "fault": "throttle"}, {**entry, "code": None, "fault": None}]
        assert control(port, "GET", "log") == (200, log)
        assert control(port, "DELETE", "log") == (200, [])
        assert [one["TemplateId"] for one in control(port, "GET", "state")[1]["templates"]] == [template_id]

        assert control(port, "PUT", "clock", {"now": "2026-12-04T12:00Z"})[0] == 200
        assert emulator.service.clock.seconds() - AT in range(14 * 86_400, 14 * 86_400 + 10)
        assert control(port, "POST", "reset")[1]["templates"] == []
        assert emulator.log == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "faults", None, 400),
        ("POST", "faults", {"action": "*"}, 400),
        ("POST", "faults", {"action": "*", "kind": "flood"}, 400),
        ("POST", "faults", {"action": "*", "kind": "delay", "secs": 1}, 400),
        ("POST", "faults", {"action": "*", "kind": "delay", "count": 0}, 400),
        ("POST", "faults", {"action": "*", "kind": "delay", "count": True}, 400),
        ("PUT", "clock", {"now": "tomorrow"}, 400),
        ("PUT", "clock", {"now": "2026-12-04T12:00"}, 400),
        ("GET", "weather", None, 404),
    ],
)
def test_control_refuses(method: str, path: str, body: object, status: int) -> None:
    """A request that cannot be met is answered with one sentence, and nothing happens."""
    with Emulator() as emulator:
        seen, answer = control(emulator.port, method, path, body)

        assert seen == status
        assert answer["error"].endswith(".")
        assert code(sdk(emulator), "DescribeLiveRecordRules") is None


def test_python_refuses_orders_too() -> None:
    """An invalid fault is an error where it is created."""
    with Emulator() as emulator, pytest.raises(ValueError, match="one of throttle"):
        emulator.fault("*", "flood")


def test_refusals_carry_a_request_id() -> None:
    """Support asks for it, so every refusal has one."""
    with Emulator() as emulator, pytest.raises(TencentCloudSDKException) as refusal:
        call(sdk(emulator), "DescribeLiveRecordTemplate", TemplateId=1)

    assert len(refusal.value.requestId) == 36


def test_rejections_have_the_ordered_code() -> None:
    """A kind that rejects answers with another code on order; one that does not has none."""
    with Emulator() as emulator:
        emulator.fault("DescribeLiveRecordRules", "internal-error", code="InternalError.DomainNotExist")

        assert code(sdk(emulator), "DescribeLiveRecordRules") == "InternalError.DomainNotExist"
        order = {"action": "*", "kind": "drop-after", "code": "InternalError"}
        assert control(emulator.port, "POST", "faults", order)[0] == 400
