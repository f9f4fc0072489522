"""Secrets that other programs print, and what is left of them."""

import json
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from live_recording.core.redaction import EMULATOR_KEY, SHORTEST, redact

LOST_BACKEND = "error: could not connect to postgres: dial: {}: connection refused"
ORDINARY = "Stack prod: https://live.tencentcloudapi.com rejected push.example.com/live/final?x=1 (none, dev). @ops"
SECRETS = st.text(st.characters(codec="utf-8"), min_size=SHORTEST, max_size=40).filter(
    lambda text: len(text.strip()) >= SHORTEST and not set(text) <= set("* ") and text != EMULATOR_KEY
)
VARIABLES = (
    *("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"),
    *("PULUMI_CONFIG_PASSPHRASE", "PULUMI_ACCESS_TOKEN", "PGPASSWORD", "GH_TOKEN", "DEPLOY_SECRET", "DB_PASSWORD"),
    *("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "LIVE_RECORDING_CALLBACK_KEYS"),
)


@given(st.sampled_from(VARIABLES), SECRETS)
@example("PGPASSWORD", "two\nlines of it")
@example("PGPASSWORD", 'a"b\\c d%2F&<x>')
def test_no_spelling_of_a_secret_variable_is_left(name: str, secret: str) -> None:
    """Plain, in JSON, in a URL: no secret survives."""
    for spelling in (secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], quote(secret)):
        assert redact(f"before ({spelling}) after", {name: secret}) == "before (***) after"


@given(SECRETS.map(quote), SECRETS.map(quote))
@example("state", "pa/ss@word#1?x")
def test_no_password_of_the_backend_is_left(user: str, password: str) -> None:
    """Neither where the URL is whole, nor where the CLI shows a part of it."""
    url = f"postgres://{user}:{password}@db.example.com/state?sslmode=disable&sslpassword=hunter2hunter2"
    environment = {"PULUMI_BACKEND_URL": url}

    for text in (LOST_BACKEND.format(url), f"user {user}:{password} was rejected", f"password {password} was rejected"):
        assert password not in redact(text, environment).replace("***", "")
    assert "hunter2" not in redact(f"bad option sslpassword: hunter2hunter2 in {url}", environment)


UNKNOWN = {
    "password": ("postgres://me:hunter2@db/x", "postgres://***@db/x"),
    "odd-password": ("postgresql://me:hun/ter@2@db/x", "postgresql://***@db/x"),
    "query": ('open "s3://bucket/x?endpoint=h&key=hunter2": no', 'open "s3://bucket/x?***": no'),
    "user": ("ssh://git@example.com/x", "ssh://***@example.com/x"),
    "proxy": ("http://me:hunter2@proxy:3128", "http://***@proxy:3128"),
    "connection-string": ("host=db user=me password=hunter2 dbname=x", "host=db user=me password=*** dbname=x"),
    "encoded": ("rtmp%3A%2F%2Fme%3Ahunter2%40push%2Flive", "rtmp%3A%2F%2F***%40push%2Flive"),
    "quoted": ("host=db password='hun ter2' user=me", "host=db password=*** user=me"),
}


@pytest.mark.parametrize(("text", "expected"), UNKNOWN.values(), ids=UNKNOWN)
def test_urls_and_connection_strings_lose_their_passwords(text: str, expected: str) -> None:
    """A password need not be known to be removed; host and database stay, so that the reason is readable."""
    assert redact(text, {}) == expected


KEPT = {"TENCENTCLOUD_REGION": "Singapore", "PULUMI_CONFIG_PASSPHRASE": "none", "TENCENTCLOUD_SECRET_KEY": "emulator"}


def test_ordinary_text_stays() -> None:
    """Regions, very short values and the emulator's key are no secrets; addresses without passwords are shown."""
    for text in (ORDINARY, "ap-Singapore", "the emulator", "None: none"):
        assert redact(text, KEPT | {"PULUMI_BACKEND_URL": "file:///tmp/state"}) == text
