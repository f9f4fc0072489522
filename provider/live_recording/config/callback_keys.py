"""The keys that sign notifications: a secret JSON object, name of the callback template in the stack file -> key.

Invariant: no message shows the value or a part of it.
"""

import json
from collections.abc import Mapping
from typing import Any

from live_recording.config.settings import NAMESPACE, VARIABLES
from live_recording.core.errors import ConfigError

CONFIG_KEY = "callbackKeys"


def parse_callback_keys(text: str) -> Mapping[str, str]:
    """Return the keys by name; none for an empty text. Raises ConfigError if it is not a JSON object of texts."""
    try:
        keys: Any = json.loads(text or "{}")
    except (ValueError, RecursionError):
        keys = None
    if not isinstance(keys, dict) or not all(isinstance(key, str) for key in keys.values()):
        raise ConfigError(
            f"{NAMESPACE}:{CONFIG_KEY}, or {VARIABLES[CONFIG_KEY]}, is not a JSON object of texts such as "
            '{"newsroom": "KEY"}. The value is not shown. Set it again.'
        )
    return keys
