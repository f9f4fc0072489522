"""Remove secrets from text that other programs or exceptions produced, such as errors of the Pulumi CLI.

Invariant: no text that leaves this project contains the value of a secret environment variable, or the user, password or
query of a database or backend URL. Redact before a text is cut: the rest of a secret would not be recognized.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from urllib.parse import parse_qsl, quote, quote_plus, unquote

from live_recording.core.text import escaped_output

REDACTED = "***"
SHORTEST = 6
"""Characters. A shorter value is an ordinary word ("none") or number more often than a secret."""
SECRET_VARIABLE = re.compile(
    r"TENCENTCLOUD_(?!REGION$|PROFILE$)\w+|PULUMI_CONFIG_PASSPHRASE|PULUMI_ACCESS_TOKEN|PGPASSWORD"
    r"|\w*(TOKEN|SECRET|PASSWORD|PASSPHRASE|SECRET_ID|_KEY|_KEY_ID|CREDENTIALS|CALLBACK_KEYS)",
    re.IGNORECASE,
)
"""Names of environment variables whose values are secret."""
EMULATOR_KEY = "emulator"
"""Both halves of the emulator's own key pair, which is no secret."""
URL_VARIABLES = re.compile(r"PULUMI_BACKEND_URL|DATABASE_URL|(HTTPS?|ALL)_PROXY", re.IGNORECASE)
"""Names of environment variables with a URL that may contain a password."""

_DATABASES = "postgres|postgresql|mysql|mongodb|redis|rediss|s3|gs|azblob"
_PATTERNS = (
    # A password may contain / and @, so everything up to the last @ counts.
    (re.compile(rf"\b((?:{_DATABASES})(?:\+\w+)?://)[^\s\"'`<>]*@", re.IGNORECASE), rf"\1{REDACTED}@"),
    (re.compile(rf"\b((?:{_DATABASES})(?:\+\w+)?://[^\s\"'`<>?]*\?)[^\s\"'`<>]+", re.IGNORECASE), rf"\1{REDACTED}"),
    (re.compile(r"\b([a-z][a-z0-9+.-]{0,20}://)[^\s/?#\"'`<>@]+@", re.IGNORECASE), rf"\1{REDACTED}@"),
    (
        re.compile(
            r"\b((?:pg|ssl)?(?:password|passphrase|passwd)\s*=\s*)('[^']*'|\"[^\"]*\"|[^\s,;&]+)", re.IGNORECASE
        ),
        rf"\1{REDACTED}",
    ),
)


def redact(text: str, environment: Mapping[str, str]) -> str:
    """Return the text without the secrets in the environment and without passwords in URLs and connection strings."""
    known = _known(tuple(sorted(secret_values(environment))))
    if known:
        text = known.sub(REDACTED, text)
    return redact_urls(text)


def redact_urls(text: str) -> str:
    """Return the text without passwords in URLs and connection strings, whether they are known or not."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def printable(text: str, environment: Mapping[str, str]) -> str:
    """Return the text without secrets, and without anything that a terminal or the log of a pipeline interprets."""
    return escaped_output(redact(text, environment))


def secret_values(environment: Mapping[str, str]) -> set[str]:
    """Return the values of secret variables, and the secret parts of URLs."""
    secrets = {
        value for name, value in environment.items() if SECRET_VARIABLE.fullmatch(name) and value != EMULATOR_KEY
    }
    for name, value in environment.items():
        if URL_VARIABLES.fullmatch(name):
            secrets.update(_secrets_of_url(value))
    lines = {line for secret in secrets for line in secret.splitlines()}
    return {secret for secret in secrets | lines if len(secret.strip()) >= SHORTEST}


def _secrets_of_url(url: str) -> Iterator[str]:
    """Yield user with password, password and query of a URL, also if the URL is malformed."""
    rest = url.rpartition("://")[2]
    user, at, _ = rest.rpartition("@")
    if at:
        yield user
        yield user.partition(":")[2]
    for query in (url.partition("?")[2], url.rpartition("?")[2] if "?" in url else ""):
        yield query
        yield from (value for _, value in parse_qsl(query))


@cache
def _known(secrets: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return a pattern that finds the secrets in all spellings, longer ones first; None without secrets."""
    spellings = sorted({form for secret in secrets for form in _spellings(secret)}, key=lambda form: (-len(form), form))
    return re.compile("|".join(map(re.escape, spellings))) if spellings else None


def _spellings(secret: str) -> Iterable[str]:
    """Return a secret as other programs write it: in JSON, in a URL, in HTML, on one line."""
    as_json = (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
    as_url = (quote(secret), quote(secret, safe=""), quote_plus(secret), unquote(secret))
    as_html = secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    forms = (secret, secret.strip(), *as_json, *as_url, as_html, " ".join(secret.split()))
    return (form for form in forms if len(form) >= SHORTEST)
