"""The control path `/_control/...`: inspect and control the emulator; loopback JSON without signatures."""

import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import partial
from typing import Any, TypeAlias

from live_recording.emulator import (
    callback_delivery,
    callback_templates,
    faults,
    messages,
    notifications,
    relays,
    streams,
    templates,
    validation,
)
from live_recording.emulator.clock import parse_time
from live_recording.emulator.gateway import Gateway

PREFIX = "/_control/"
JSON = "application/json"
Reply: TypeAlias = tuple[int, Any]
"""HTTP status and JSON."""


def reply(gateway: Gateway, method: str, path: str, content_type: str, body: bytes) -> Reply:
    """Return the answer to one control request: 200, or 400, 404, 415 and 500 with `{"error": sentence}`."""
    name = path.removeprefix(PREFIX)
    verb = ROUTES.get((method, name)) or _with_file(method, name)
    if verb is None:
        return 404, {
            "error": f"{method} {path} is not known. Known are {', '.join(f'{m} {PREFIX}{p}' for m, p in ROUTES)}."
        }
    if body and content_type != JSON:
        return 415, {"error": f'The Content-Type is "{content_type}". Send {JSON}.'}
    try:
        sent = json.loads(body) if body else None
    except (ValueError, RecursionError) as error:
        return 400, {"error": f"The body is not JSON: {error}."}
    try:
        with nullcontext() if verb is _deliver else gateway.lock:
            return verb(gateway, sent)
    except OSError as error:
        return 500, {"error": f"The state file could not be written: {error}."}


def _add_fault(gateway: Gateway, sent: object) -> Reply:
    fault = faults.parse_fault(sent)
    if isinstance(fault, str):
        return 400, {"error": fault}
    gateway.faults.open.append(fault)
    return 200, gateway.faults.state()


def _clear_faults(gateway: Gateway, _sent: object) -> Reply:
    gateway.faults.clear()
    return 200, []


def _log(gateway: Gateway, _sent: object) -> Reply:
    return 200, list(gateway.log)


def _clear_log(gateway: Gateway, _sent: object) -> Reply:
    gateway.log.clear()
    return 200, []


def _state(gateway: Gateway, _sent: object) -> Reply:
    return 200, gateway.service.state()


def _hold_template(gateway: Gateway, sent: object) -> Reply:
    schema = gateway.service.actions["CreateLiveRecordTemplate"].fields
    if not isinstance(sent, dict):
        return 400, {"error": 'Send a template in the form of the API, such as {"TemplateName": "archive"}.'}
    if problem := validation.problem_of_stored(schema, sent):
        return 400, {"error": problem.message}
    template_id = templates.hold(gateway.service.account, sent)
    gateway.save()
    return 200, {"TemplateId": template_id}


def _hold_callback_template(gateway: Gateway, sent: object) -> Reply:
    if not isinstance(sent, dict) or not isinstance(sent.get("TemplateName"), str):
        return 400, {"error": 'Send a callback template in the form of the API, such as {"TemplateName": "newsroom"}.'}
    template_id = callback_templates.hold(gateway.service.account, sent)
    gateway.save()
    return 200, {"TemplateId": template_id}


def _hold_relay(gateway: Gateway, sent: object) -> Reply:
    is_task = isinstance(sent, dict) and all(isinstance(sent.get(name, ""), str) for name in messages.STREAM)
    if not isinstance(sent, dict) or not is_task:
        return 400, {"error": 'Send a relay task in the form of the API, such as {"DomainName": "push.example.com"}.'}
    task_id = relays.hold(gateway.service.account, sent)
    gateway.save()
    return 200, {"TaskId": task_id}


def _set_clock(gateway: Gateway, sent: object) -> Reply:
    now = parse_time(sent.get("now")) if isinstance(sent, dict) else None
    if now is None:
        return 400, {"error": 'Send {"now": TIME}, an RFC 3339 time with its offset such as 2026-12-04T12:00:00Z.'}
    gateway.service.clock.set(now)
    return 200, {"now": now.isoformat()}


def _add_push(gateway: Gateway, sent: object) -> Reply:
    push = streams.parse_push(sent)
    if isinstance(push, str):
        return 400, {"error": push}
    gateway.service.account.pushes.append(push)
    gateway.save()
    return 200, push


def _files(gateway: Gateway, _sent: object) -> Reply:
    gateway.service.settle()
    return 200, gateway.service.state()["files"]


def _with_file(method: str, name: str) -> Callable[[Gateway, object], Reply] | None:
    """Return what deletes the file that a path `files/FILE_ID` names."""
    section, _, file_id = name.partition("/")
    return partial(_lose_file, file_id) if (method, section) == ("DELETE", "files") and file_id else None


def _lose_file(file_id: str, gateway: Gateway, _sent: object) -> Reply:
    gateway.service.settle()
    if gateway.service.account.files.pop(file_id, None) is None:
        return 404, {"error": f"There is no file {file_id}. GET {PREFIX}files lists them."}
    gateway.save()
    return 200, {"FileId": file_id}


def _deliver(gateway: Gateway, _sent: object) -> Reply:
    """Make the attempts that are due, without the lock: a receiver may call the API."""
    gateway.callbacks.deliver()
    with gateway.lock:
        return 200, gateway.callbacks.notifications()


def _notifications(gateway: Gateway, _sent: object) -> Reply:
    gateway.service.settle()
    return 200, gateway.callbacks.notifications()


def _treat_callbacks(gateway: Gateway, sent: object) -> Reply:
    treatment = callback_delivery.parse_treatment(sent)
    if isinstance(treatment, str):
        return 400, {"error": treatment}
    gateway.callbacks.treatments.append(treatment)
    return 200, [vars(one) for one in gateway.callbacks.treatments]


def _add_exception(gateway: Gateway, sent: object) -> Reply:
    error = notifications.parse_exception(gateway.service.account, sent)
    return (400, {"error": error}) if error else (200, gateway.callbacks.notifications())


def _reset(gateway: Gateway, _sent: object) -> Reply:
    gateway.reset()
    return 200, gateway.service.state()


ROUTES: Mapping[tuple[str, str], Callable[[Gateway, object], Reply]] = {
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "log"): _log,
    ("DELETE", "log"): _clear_log,
    ("GET", "state"): _state,
    ("POST", "templates"): _hold_template,
    ("POST", "callback-templates"): _hold_callback_template,
    ("POST", "relays"): _hold_relay,
    ("PUT", "clock"): _set_clock,
    ("POST", "reset"): _reset,
    ("POST", "pushes"): _add_push,
    ("GET", "files"): _files,
    ("GET", "callbacks"): _notifications,
    ("POST", "callbacks"): _deliver,
    ("POST", "callback-faults"): _treat_callbacks,
    ("POST", "recording-exceptions"): _add_exception,
}
