"""The keys of callback templates: where they come from, what is reported without one, and that none is shown."""

import json

import pytest

from live_recording.config.callback_keys import parse_callback_keys
from live_recording.config.files import read_settings
from live_recording.config.printing import printable_output
from live_recording.core.errors import ConfigError
from live_recording.lint.callback_keys import missing_keys
from live_recording.stackfile.model import Stack
from tests.support.entries import read_entry

KEY = "x7KqSecretKey"
URLS = {"record_notify_url": "https://hooks.example.com/live"}


def test_variable_wins_over_config() -> None:
    """The keys are in the secret config, or in a variable that wins over it; neither is shown by any output."""
    config = {"callbackKeys": json.dumps({"newsroom": "fromConfig9"})}.get
    variable = {"LIVE_RECORDING_CALLBACK_KEYS": json.dumps({"newsroom": KEY})}
    settings = read_settings(config, variable)

    assert parse_callback_keys(settings.callback_keys) == {"newsroom": KEY}
    assert parse_callback_keys(read_settings(config, {}).callback_keys) == {"newsroom": "fromConfig9"}
    assert parse_callback_keys(read_settings(lambda _: None, {}).callback_keys) == {}
    assert KEY not in repr(settings) + printable_output(f"a {KEY} b fromConfig9")
    assert "fromConfig9" not in printable_output("a fromConfig9")


@pytest.mark.parametrize("text", [KEY, f'["{KEY}"]', f'{{"a": 1, "b": "{KEY}"}}', f'{{"a": "{KEY}"', "[" * 100_000])
def test_other_values_are_not_shown(text: str) -> None:
    """What is not a JSON object of texts is rejected without showing it."""
    with pytest.raises(ConfigError, match="is not a JSON object of texts") as rejected:
        parse_callback_keys(text)

    assert KEY not in str(rejected.value)


def test_missing_and_invalid_keys() -> None:
    """Each entry without a valid key has one finding, which names the entry and the commands to set it."""
    templates = {name: {**URLS, "callback_key": True} for name in ("set", "unset", "invalid")}
    stack = read_entry(Stack, {"callback_templates": templates | {"unsigned": URLS}})

    found = [str(finding) for finding in missing_keys(stack, {"set": KEY, "invalid": f"{KEY}!", "other": KEY}, "prod")]

    advice = (
        "Set it, and enter the key when Pulumi asks: pulumi config set --path live-recording:callbackKeys.{} --secret "
        "--stack prod. Or set LIVE_RECORDING_CALLBACK_KEYS to a JSON object: name, key."
    )
    unset = f'No key is set for "unset". {advice.format("unset")}'
    invalid = (
        'The key that is set for "invalid" is invalid. Expected 6 to 32 letters and digits. The value is not shown. '
        f"{advice.format('invalid')}"
    )
    assert found == [
        f"callback_templates.unset.callback_key: {unset} [missing-field]",
        f"callback_templates.invalid.callback_key: {invalid} [bad-name]",
    ]
