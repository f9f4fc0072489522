"""Check that the key of each callback template is configured. Only a deployment needs the keys, so `check` does not do this."""

from collections.abc import Iterator, Mapping

from live_recording.core.errors import InvalidValue
from live_recording.core.findings import Finding
from live_recording.core.text import command_of, quoted
from live_recording.stackfile.callbacks import callback_key
from live_recording.stackfile.model import Stack


def missing_keys(stack: Stack, keys: Mapping[str, str], stack_name: str) -> Iterator[Finding]:
    """Yield a finding for each entry with `callback_key: true` whose key is missing or invalid; no key is shown."""
    for name, template in stack.callback_templates.items():
        if not template.callback_key:
            continue
        path = ("callback_templates", name, "callback_key")
        if name not in keys:
            yield Finding.new("missing-field", path, f"No key is set for {quoted(name)}. {_advice(name, stack_name)}")
            continue
        try:
            callback_key(keys[name])
        except InvalidValue as error:
            sentence = f"The key that is set for {quoted(name)} is invalid. {error.message} {_advice(name, stack_name)}"
            yield Finding.new(error.finding_id, path, sentence)


def set_key_command(name: str, stack_name: str) -> str:
    """Return the command that asks for the key of a callback template and stores it."""
    key = f"live-recording:callbackKeys.{name}"
    return command_of("pulumi", "config", "set", "--path", key, "--secret", "--stack", stack_name)


def _advice(name: str, stack_name: str) -> str:
    command = set_key_command(name, stack_name)
    return f"Set it, and enter the key when Pulumi asks: {command}. Or set LIVE_RECORDING_CALLBACK_KEYS to a JSON object: name, key."
