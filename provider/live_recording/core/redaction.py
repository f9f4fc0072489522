"""Remove secrets from text that other programs or exceptions produced, such as errors of the Pulumi CLI.

Invariant: no text that leaves this project contains the value of a secret environment variable, or the user, password or
query of a database or backend URL. Redact before a text is cut: the rest of a secret would not be recognized.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from urllib.parse import parse_qsl, quote, quote_plus, unquote

from live_recording.core.secret_patterns import HIDDEN, without_passwords
from live_recording.core.text import escaped_output

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


def redact(text: str, environment: Mapping[str, str], others: Iterable[str] = ()) -> str:
    """Return the text without secrets: those in the environment, *others*, and passwords in URLs."""
    known = _known(tuple(sorted(secret_values(environment, others))))
    if known:
        text = known.sub(HIDDEN, text)
    return without_passwords(text)


def printable(text: str, environment: Mapping[str, str], others: Iterable[str] = ()) -> str:
    """Return the text without secrets, and without anything that a terminal or the log of a pipeline interprets."""
    return escaped_output(redact(text, environment, others))


def secret_values(environment: Mapping[str, str], others: Iterable[str] = ()) -> set[str]:
    """Return *others*, the values of secret variables, those inside JSON too, and the secret parts of URLs."""
    secrets = {*others, *_secret_parts(environment)} - {EMULATOR_KEY}
    lines = {line for secret in secrets for line in secret.splitlines()}
    return {secret for secret in secrets | lines if len(secret.strip()) >= SHORTEST}


def _secret_parts(environment: Mapping[str, str]) -> Iterator[str]:
    for name, value in environment.items():
        if SECRET_VARIABLE.fullmatch(name):
            yield value
            yield from _texts_in_json(value)
        if URL_VARIABLES.fullmatch(name):
            yield from _secrets_of_url(value)


def _texts_in_json(value: str) -> Iterator[str]:
    """Yield the values of a JSON object, such as one of keys by name."""
    if value.lstrip().startswith("{"):
        with suppress(ValueError, RecursionError):
            yield from (text for text in json.loads(value).values() if isinstance(text, str))


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
    """Return a secret, and the text that it encodes if it is part of a URL, as other programs write them."""
    return {form for text in (secret, unquote(secret)) for form in _forms(text) if len(form) >= SHORTEST}


def _forms(text: str) -> Iterable[str]:
    """Return a text as it is in JSON, in a URL, in HTML, on one line."""
    as_json = (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
    as_url = (quote(text), quote(text, safe=""), quote_plus(text))
    as_html = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return (text, text.strip(), *as_json, *as_url, as_html, " ".join(text.split()))
