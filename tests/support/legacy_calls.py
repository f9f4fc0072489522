"""Old calls as people and programs have written them: one recording in many forms.

Rule 1: the forms are written by the standard library, so that what reads them is checked by another hand.
"""

import json
import shlex
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
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


class Old(NamedTuple):
    """A recording as one of the old APIs is asked for it; times are in China."""

    domain: str
    app: str
    stream: str
    start: datetime
    end: datetime
    format: str | None = None
    interval: int | None = None
    kept: int | None = None
    mixed: bool = False

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of CreateLiveRecord."""
        params = {"record_interval": self.interval, "storage_time": self.kept}
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
    """A URL as the documents print it: a line for each field, lower-case hex, a plus for a space."""
    encoded = {name: quote_plus(str(value)).lower() if name.endswith("Time") else quote_plus(str(value)) for name, value in fields.items()}  # fmt: skip
    lines = [f"&{name}={value}" for name, value in encoded.items()]
    return "\n".join([f"https://live.tencentcloudapi.com/?Action={action}", *lines, "&<Common request parameters>"])


def signed_url(fields: Fields) -> str:
    """A URL on one line, signed, among the words of a log."""
    query = urlencode({**COMMON, **fields, "Action": "CreateLiveRecord"}, quote_via=quote)
    return f'[INFO] 127.0.0.1 "GET https://live.tencentcloudapi.com/?{query} HTTP/1.1" 200 412'


def form_post(fields: Fields) -> str:
    """A form that curl posts."""
    body = urlencode({"Action": "CreateLiveRecord", **fields, **COMMON})
    return f"curl -s https://live.tencentcloudapi.com -d '{body.replace(chr(39), '%27')}'"


def post(fields: Fields) -> str:
    """A raw request with a signature in its head."""
    head = f"Authorization: TC3-HMAC-SHA256 Credential={_ID}/2026-11-20/live/tc3_request, Signature={_SIGNATURE}"
    return f"POST / HTTP/1.1\nX-TC-Action: CreateLiveRecord\nX-TC-Token: {_TOKEN}\n{head}\n\n{json.dumps(fields)}"


def curl(fields: Fields) -> str:
    """A command with a JSON body."""
    body = json.dumps(fields, indent=2).replace("'", "\\u0027")
    return f"curl -X POST https://live.tencentcloudapi.com -H \"X-TC-Action: CreateLiveRecord\" \\\n  -d '{body}'"


def curl_pieces(fields: Fields) -> str:
    """A command that encodes one field after the other."""
    sent = {"Action": "CreateLiveRecord", **fields}
    pieces = "".join(f" \\\n  --data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in sent.items())
    return f"curl -G https://live.tencentcloudapi.com{pieces}"


def event(fields: Fields) -> str:
    """An event of an audit's log: JSON in a string of JSON."""
    return json.dumps({"eventName": "CreateLiveRecord", "requestParameters": json.dumps(fields), "userName": "ops"})


def tccli(fields: Fields) -> str:
    """A command for the vendor's command line, as its own examples are wrapped."""
    options = "".join(f"\\\n    --{name} {shlex.quote(str(value))}" for name, value in fields.items())
    return f"tccli live CreateLiveRecord --secretId {_ID} --secretKey {_KEY} --cli-unfold-argument  {options}"


def tccli_json(fields: Fields) -> str:
    """The same with its fields as JSON."""
    return f"tccli live CreateLiveRecord --cli-input-json {shlex.quote(json.dumps(fields))} --region ap-guangzhou"


def python(fields: Fields) -> str:
    """A Python program that sets one field after the other."""
    lines = "\n".join(f"req.{name} = {json.dumps(value)}" for name, value in fields.items())
    head = f'cred = credential.Credential("{_ID}", "{_KEY}")\nreq = models.CreateLiveRecordRequest()'
    return f"{head}\n{lines}\nresp = client.CreateLiveRecord(req)"


def python_dict(fields: Fields) -> str:
    """A Python program with a dict, in the words of Python."""
    entries = "".join(f"    {name!r}: {value!r},\n" for name, value in fields.items())
    return f"params = {{\n{entries}}}\nreq.from_json_string(json.dumps(params))"


def java(fields: Fields) -> str:
    """A Java program with setters."""
    lines = (f"req.set{n}({json.dumps(v)}{'L' if isinstance(v, int) else ''});" for n, v in fields.items())
    return "\n".join(["CreateLiveRecordRequest req = new CreateLiveRecordRequest();", *lines])


def java_text(fields: Fields) -> str:
    """A Java program with JSON in a string."""
    return f"CreateLiveRecordRequest req = AbstractModel.fromJsonString({json.dumps(json.dumps(fields))}, CreateLiveRecordRequest.class);"


def go(fields: Fields) -> str:
    """A Go program with pointers."""
    made = {str: "StringPtr", int: "Int64Ptr"}
    lines = (f"request.{name} = common.{made[type(value)]}({json.dumps(value)})" for name, value in fields.items())
    return "\n".join(["request := live.NewCreateLiveRecordRequest()", *lines])


def node(fields: Fields) -> str:
    """A JavaScript program with an object."""
    entries = ", ".join(f"{name}: {json.dumps(value)}" for name, value in fields.items())
    return f"client.CreateLiveRecord({{ {entries} }}).then((data) => console.log(data));"


def php(fields: Fields) -> str:
    """A PHP program with an array."""
    entries = "".join(f'  "{name}" => {json.dumps(value)},\n' for name, value in fields.items())
    return f"$params = array(\n{entries});\n$req->fromJsonString(json_encode($params));"


def json_pretty(fields: Fields) -> str:
    """A JSON object over several lines, with its characters as they are."""
    return json.dumps(fields, indent=4, ensure_ascii=False)


_PLAIN = (url, signed_url, form_post, post, curl, curl_pieces, event, json.dumps, json_pretty)
_PROGRAMS = (tccli, tccli_json, python, python_dict, java, java_text, go, node, php)
FORMS: dict[str, Callable[[Fields], str]] = {made.__name__: made for made in (*_PLAIN, *_PROGRAMS)}
