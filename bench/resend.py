"""The floor of bench/verify.py: makes the calls in a file again with the official SDK, and does nothing with the answers.

`python bench/resend.py CALLS`: a JSON list of [service, version, action, body]; the endpoint is LIVE_RECORDING_ENDPOINT.
"""

import json
import os
import sys
from functools import cache
from pathlib import Path

from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile


@cache
def client(service: str, version: str) -> CommonClient:
    """Return the client of a service, which keeps one connection."""
    scheme, _, host = os.environ["LIVE_RECORDING_ENDPOINT"].partition("://")
    http = HttpProfile(protocol=scheme, endpoint=host, keepAlive=True)
    keys = Credential(os.environ["TENCENTCLOUD_SECRET_ID"], os.environ["TENCENTCLOUD_SECRET_KEY"])
    return CommonClient(service, version, keys, "ap-singapore", ClientProfile(httpProfile=http))


if __name__ == "__main__":
    for service, version, action, body in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
        client(service, version).call_json(action, body)
