"""Old calls: one recording in many forms, written by the standard library, so that the reader is checked independently."""

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

SECRETS = ("AKIDcanary0001", "canarySecretKey0002", "canarySignature0003", "canaryToken0004")
_ID, _KEY, _SIGNATURE, _TOKEN = SECRETS
COMMON = {
    "Version": "2018-08-01",
    "Timestamp": 1700000000,
    "Nonce": 11886,
    "SecretId": _ID,
    "Token": _TOKEN,
    "SignatureMethod": "HmacSHA256",
    "Signature": _SIGNATURE,
}


@dataclass(frozen=True, slots=True)
class OldCall:
    """A recording of one of the old APIs; times are China time."""

    domain: str
    app: str
    stream: str
    start: datetime
    end: datetime
    format: str | None = None
    interval: int | None = None
    storage_time: int | None = None
    mixed: bool = False

    @property
    def fields(self) -> dict[str, Any]:
        """Return the fields of CreateLiveRecord."""
        params = {"record_interval": self.interval, "storage_time": self.storage_time}
        param = urlencode({name: value for name, value in params.items() if value is not None})
        sent = {
            "DomainName": self.domain,
            "AppName": self.app,
            "StreamName": self.stream,
            "StartTime": f"{self.start:%Y-%m-%d %H:%M:%S}",
            "EndTime": f"{self.end:%Y-%m-%d %H:%M:%S}",
            "FileFormat": self.format,
            "StreamParam": param or None,
            "MixStream": int(self.mixed) or None,
        }
        return {name: value for name, value in sent.items() if value is not None}


Fields = Mapping[str, Any]


def url(fields: Fields, action: str = "CreateLiveRecord") -> str:
    """Write a URL as the documents print it: a line for each field, lower-case hex, a plus for a space."""
    encoded = {name: quote_plus(str(value)).lower() if name.endswith("Time") else quote_plus(str(value)) for name, value in fields.items()}  # fmt: skip
    lines = [f"&{name}={value}" for name, value in encoded.items()]
    return "\n".join([f"https://live.tencentcloudapi.com/?Action={action}", *lines, "&<Common request parameters>"])


def signed_url(fields: Fields) -> str:
    """Write a signed URL on one line of a log."""
    query = urlencode({**COMMON, **fields, "Action": "CreateLiveRecord"}, quote_via=quote)
    return f'[INFO] 127.0.0.1 "GET https://live.tencentcloudapi.com/?{query} HTTP/1.1" 200 412'


def form_post(fields: Fields) -> str:
    """Write a form that curl posts."""
    body = urlencode({"Action": "CreateLiveRecord", **fields, **COMMON})
    return f"curl -s https://live.tencentcloudapi.com -d '{body.replace(chr(39), '%27')}'"


def post(fields: Fields) -> str:
    """Write a raw request with a signature in its header."""
    head = f"Authorization: TC3-HMAC-SHA256 Credential={_ID}/2026-11-20/live/tc3_request, Signature={_SIGNATURE}"
    return f"POST / HTTP/1.1\nX-TC-Action: CreateLiveRecord\nX-TC-Token: {_TOKEN}\n{head}\n\n{json.dumps(fields)}"


def curl(fields: Fields) -> str:
    """Write a command with a JSON body."""
    body = json.dumps(fields, indent=2).replace("'", "\\u0027")
    return f"curl -X POST https://live.tencentcloudapi.com -H \"X-TC-Action: CreateLiveRecord\" \\\n  -d '{body}'"


def curl_pieces(fields: Fields) -> str:
    """Write a command that encodes one field after the other."""
    sent = {"Action": "CreateLiveRecord", **fields}
    pieces = "".join(f" \\\n  --data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in sent.items())
    return f"curl -G https://live.tencentcloudapi.com{pieces}"


def event(fields: Fields) -> str:
    """Write an event of an audit log: JSON in a JSON string."""
    return json.dumps({"eventName": "CreateLiveRecord", "requestParameters": json.dumps(fields), "userName": "ops"})


def tccli(fields: Fields) -> str:
    """Write a command for the vendor's command line, wrapped as in its examples."""
    options = "".join(f"\\\n    --{name} {shlex.quote(str(value))}" for name, value in fields.items())
    return f"tccli live CreateLiveRecord --secretId {_ID} --secretKey {_KEY} --cli-unfold-argument  {options}"


def tccli_json(fields: Fields) -> str:
    """Write a command for the vendor's command line with its fields as JSON."""
    return f"tccli live CreateLiveRecord --cli-input-json {shlex.quote(json.dumps(fields))} --region ap-guangzhou"


def json_in_string(fields: Fields) -> str:
    """Write JSON in a string, as logs contain it."""
    return f"2026-11-19 CreateLiveRecord request={json.dumps(json.dumps(fields))}"


def json_pretty(fields: Fields) -> str:
    """Write a JSON object over several lines, without escapes."""
    return json.dumps(fields, indent=4, ensure_ascii=False)


FORMS: dict[str, Callable[[Fields], str]] = {
    form.__name__: form
    for form in (
        *(url, signed_url, form_post, post, curl, curl_pieces),
        *(event, json.dumps, json_pretty, json_in_string, tccli, tccli_json),
    )
}
