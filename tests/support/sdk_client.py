"""How the emulator's tests talk to it: the official SDK with typed models, raw signed requests, the control path."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.common.sign import Sign
from tencentcloud.live.v20180801 import models
from tencentcloud.live.v20180801.live_client import LiveClient

from tests.support.clock import AT, HOUR

if TYPE_CHECKING:
    from live_recording.emulator import Emulator

DOMAIN = "push.example.com"
RULE = {"DomainName": DOMAIN, "AppName": "", "StreamName": ""}
TASK = {
    "DomainName": DOMAIN,
    "AppName": "live",
    "StreamName": "final",
    "StartTime": AT + HOUR,
    "EndTime": AT + 2 * HOUR,
}

for name in ("HTTP_PROXY", "http_proxy"):
    os.environ.pop(name, None)  # the SDK would send calls to loopback through it


def sdk(emulator: Emulator, region: str = "ap-guangzhou", method: str = "POST", **credential: str) -> LiveClient:
    """Return the official client for an emulator."""
    pair = {"secret_id": "emulator", "secret_key": "emulator", **credential}
    scheme, _, host = emulator.url.partition("://")
    http = HttpProfile(protocol=scheme, endpoint=host, reqMethod=method, reqTimeout=5)
    http.certification = str(emulator.ca_file) if emulator.ca_file else None
    return LiveClient(Credential(**pair), region, ClientProfile(httpProfile=http, language="en-US"))


def sts(emulator: Emulator, region: str = "ap-guangzhou", **credential: str | None) -> CommonClient:
    """Return the SDK's generic client for the Security Token Service of an emulator."""
    pair = {"secret_id": "emulator", "secret_key": "emulator", **credential}
    scheme, _, host = emulator.url.partition("://")
    profile = ClientProfile(httpProfile=HttpProfile(protocol=scheme, endpoint=host, reqTimeout=5))
    return CommonClient("sts", "2018-08-13", Credential(**pair), region, profile)


def call(client: LiveClient, action: str, **fields: object) -> dict[str, Any]:
    """Return the answer to one call through the SDK's typed models, without its RequestId."""
    request = getattr(models, f"{action}Request")()
    request.from_json_string(json.dumps(fields))
    answer: dict[str, Any] = json.loads(getattr(client, action)(request).to_json_string())
    assert answer.pop("RequestId")
    return answer


def code(client: LiveClient, action: str, **fields: object) -> str | None:
    """Return the code with which a call is refused, or None."""
    try:
        call(client, action, **fields)
    except TencentCloudSDKException as refusal:
        return str(refusal.code) if refusal.message else "a refusal without a sentence"
    return None


def template(client: LiveClient, name: str = "archive", **fields: object) -> int:
    """Create a template and return its id."""
    return int(call(client, "CreateLiveRecordTemplate", TemplateName=name, **fields)["TemplateId"])


def signed(emulator: Emulator, action: str, body: bytes, **headers: str) -> dict[str, str]:
    """Return the headers of a request, signed by the SDK; *headers* replace or add some before signing."""
    stamp = headers.get("X-TC-Timestamp", str(int(time.time())))
    date = datetime.fromtimestamp(int(stamp), UTC).strftime("%Y-%m-%d")
    host = emulator.url.partition("://")[2]
    canonical = f"POST\n/\n\ncontent-type:application/json\nhost:{host}\n\ncontent-type;host\n{_hex(body)}"
    text = f"TC3-HMAC-SHA256\n{stamp}\n{date}/live/tc3_request\n{_hex(canonical.encode())}"
    signature = Sign.sign_tc3("emulator", date, "live", text)
    return {
        "Host": host,
        "Content-Type": "application/json",
        "X-TC-Action": action,
        "X-TC-Version": "2018-08-01",
        "X-TC-Timestamp": stamp,
        "Authorization": f"TC3-HMAC-SHA256 Credential=emulator/{date}/live/tc3_request, "
        f"SignedHeaders=content-type;host, Signature={signature}",
        **headers,
    }


def post(emulator: Emulator, action: str, body: object, **headers: str) -> dict[str, Any]:
    """Send a raw signed request and return what is inside "Response"; *body* is JSON, or bytes sent as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    status, answer = send(emulator.port, "POST", "/", content, signed(emulator, action, content, **headers))
    assert status == 200
    assert answer["Response"].pop("RequestId")
    response: dict[str, Any] = answer["Response"]
    return response


def refusal(emulator: Emulator, action: str, body: object, **headers: str) -> str:
    """Return the code with which a raw signed request is refused, or ""."""
    return str(post(emulator, action, body, **headers).get("Error", {}).get("Code", ""))


def control(port: int, method: str, path: str, body: object = None) -> tuple[int, Any]:
    """Status and JSON of a request on the control path."""
    content = b"" if body is None else json.dumps(body).encode()
    return send(port, method, f"/_control/{path}", content, {"Content-Type": "application/json"})


def send(port: int, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
    """Status and JSON of one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def _hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
