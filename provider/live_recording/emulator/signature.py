"""TC3-HMAC-SHA256: verify the signer and the content of a request (the vendor's "Signature v3").

Verification always uses the real clock and the raw bytes; a set clock or re-encoded JSON would prove nothing.
"""

import hashlib
import hmac
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from live_recording.emulator.messages import Refusal, Request

ALGORITHM = "TC3-HMAC-SHA256"
SKEW = 300
"""Seconds that a timestamp may be off."""
SIGNED = {"content-type", "host"}
UNSIGNED = "UNSIGNED-PAYLOAD"
EXAMPLE = (
    f"{ALGORITHM} Credential=<SecretId>/<yyyy-mm-dd>/<service>/tc3_request, "
    "SignedHeaders=content-type;host, Signature=<64 hex digits>"
)
AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Credential=(?P<id>[^/,]*)/(?P<date>\d{{4}}-\d\d-\d\d)/(?P<service>\w+)/tc3_request, ?"
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), ?Signature=(?P<signature>[0-9a-f]{64})",
)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A key pair that is accepted, and the token that must come with it, if any."""

    secret_id: str
    secret_key: str
    token: str | None = None
    valid_until: int = 0
    """Unix time of the set clock; 0 for a pair that never expires."""
    expired: bool = False
    token_code: str = "AuthFailure.TokenFailure"  # noqa: S105 - no secret
    """The refusal of another token, or of an expired one."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Whom and what a request claims to be signed for. Nothing of it is verified."""

    secret_id: str
    service: str


def claim_of(request: Request) -> Claim:
    """Return what the header Authorization claims; empty texts if it cannot be read."""
    found = AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    return Claim(found["id"], found["service"]) if found else Claim("", "")


def refusal(request: Request, keys: KeyPair | None, now: float, services: Collection[str]) -> Refusal | None:
    """Return the first problem at the real Unix time *now*: shape, service, id, skew, signature, token.

    *keys* is the pair of the claimed SecretId, None if it has no pair. *services* are those that a scope may name.
    """
    # Answers never contain the accepted id: they end up in logs.
    claim = AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if claim is None:
        return Refusal("AuthFailure.InvalidAuthorization", f"The header Authorization must look like this: {EXAMPLE}")
    if claim["service"] not in services or not set(claim["headers"].split(";")) >= SIGNED:
        return Refusal(
            "AuthFailure.InvalidAuthorization",
            f"The scope must name one of {', '.join(services)}, and content-type and host must be signed.",
        )
    if keys is None:
        return Refusal(
            "AuthFailure.SecretIdNotFound",
            "This SecretId is not known. Use the key pair that the emulator was started with, or emulator/emulator.",
        )
    return next(_problems(request, keys, claim, now), None)


def signature(canonical: str, secret_key: str, stamp: str, service: str) -> str:
    """Return the signature, in hex, of a canonical request at the unix time *stamp*."""
    date = f"{datetime.fromtimestamp(int(stamp), UTC):%Y-%m-%d}"
    text = f"{ALGORITHM}\n{stamp}\n{date}/{service}/tc3_request\n{_sha256(canonical.encode())}"
    key = f"TC3{secret_key}".encode()
    for part in (date, service, "tc3_request", text):
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()


def canonical_request(request: Request, signed: Sequence[str]) -> str:
    """Return the text that was signed, over the header names *signed* in their order."""
    payload = UNSIGNED.encode() if request.headers.get("x-tc-content-sha256") == UNSIGNED else request.body
    headers = "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in signed)
    return f"{request.method}\n/\n{request.query}\n{headers}\n{';'.join(signed)}\n{_sha256(payload)}"


def _problems(request: Request, keys: KeyPair, claim: re.Match[str], now: float) -> Iterator[Refusal]:
    stamp = request.headers.get("x-tc-timestamp", "")
    if not re.fullmatch(r"[0-9]{1,11}", stamp) or abs(now - int(stamp)) > SKEW:
        yield Refusal(
            "AuthFailure.SignatureExpire",
            f'X-TC-Timestamp is "{stamp}", the time is {int(now)}. They may differ by {SKEW} seconds.',
        )
    elif not _genuine(request, keys.secret_key, stamp, claim):
        yield Refusal(
            "AuthFailure.SignatureFailure",
            "The signature is not that of this request. Check the SecretKey, the scope's date and what was signed.",
        )
    if request.headers.get("x-tc-token") != keys.token:
        seen = "has another one" if keys.token else "has none"
        yield Refusal(keys.token_code, f"X-TC-Token does not fit: this SecretId {seen}.")
    if keys.expired:
        yield Refusal(keys.token_code, "These temporary credentials have expired.")


def _genuine(request: Request, secret_key: str, stamp: str, claim: re.Match[str]) -> bool:
    # The vendor's text says that header values are signed in lower case; its Python SDK leaves them as they are.
    lower = replace(request, headers={name: value.lower() for name, value in request.headers.items()})
    signed = claim["headers"].split(";")
    expected = [
        signature(canonical_request(variant, signed), secret_key, stamp, claim["service"])
        for variant in (request, lower)
    ]
    day = f"{datetime.fromtimestamp(int(stamp), UTC):%Y-%m-%d}"
    return claim["date"] == day and any(hmac.compare_digest(one, claim["signature"]) for one in expected)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
