"""URLs and keys of callback templates: what is accepted, and that no message shows what may be secret."""

from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.errors import InvalidValue
from live_recording.stackfile.callbacks import callback_key, has_callback_key, notify_url, shown_url

SECRET = "x7KqSecret"


@pytest.mark.parametrize(
    "url",
    [
        f"https://hooks.example.com/live/{SECRET}",
        f"HTTPS://hooks.example.com:8443/live?token={SECRET}",
        "http://127.0.0.1:8080",
        "https://[2001:db8::1]/a",
        "https://hooks.example.com/%E6%96%B0",
    ],
)
def test_url_is_kept_as_written(url: str) -> None:
    """The vendor gets each character as written; messages show only scheme and host."""
    assert notify_url(url) == url
    assert SECRET not in shown_url(url)
    assert urlsplit(url).netloc in shown_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        SECRET,
        f"ftp://hooks.example.com/{SECRET}",
        f"https://user:{SECRET}@hooks.example.com",
        f"https:///{SECRET}",
        f"https://hooks.example.com:0/{SECRET}",
        f"https://hooks.example.com:99999/{SECRET}",
        f"https://[::1/{SECRET}",
        f"https://hooks.example.com/a b{SECRET}",
        f"https://hooks.example.com/\n{SECRET}",
        f"https://hooks.example.com/新{SECRET}",
        f"https://hooks.example.com/#{SECRET}",
        f"https://hooks.example.com/{SECRET}{'a' * 2048}",
    ],
)
def test_invalid_url_is_not_shown(url: str) -> None:
    """A URL that notifications cannot be sent to is rejected, and the message shows nothing of it."""
    with pytest.raises(InvalidValue) as rejected:
        notify_url(url)

    assert SECRET not in str(rejected.value)
    assert "hooks" not in str(rejected.value).replace("https://hooks.example.com/live.", "")


@given(st.text(max_size=40))
def test_any_text_is_accepted_or_rejected(text: str) -> None:
    """No text raises another exception, and an accepted one can be shown."""
    with suppress(InvalidValue):
        assert shown_url(notify_url(text)).isprintable()


@pytest.mark.parametrize("value", [SECRET, "true", 12345678, ["a"], None])
def test_key_in_a_stack_file_is_not_shown(value: object) -> None:
    """Who writes the key in place of true learns where it belongs; the message does not repeat it."""
    with pytest.raises(InvalidValue, match="live-recording:callbackKeys") as rejected:
        has_callback_key(value)

    assert str(value) not in str(rejected.value).replace("Expected true", "")


@pytest.mark.parametrize("key", ["", "short", "a" * 33, "with-hyphen1", "with space1", "schlüssel1", 12345678])
def test_invalid_key_is_not_shown(key: object) -> None:
    """The console accepts up to 32 letters and digits; a shorter one than six could not be kept out of output."""
    with pytest.raises(InvalidValue, match="Expected 6 to 32 letters and digits") as rejected:
        callback_key(key)

    assert not key or str(key) not in str(rejected.value)
    assert callback_key("a1" * 16) == "a1" * 16
