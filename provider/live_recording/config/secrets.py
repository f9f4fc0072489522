"""Encrypted config values: only Pulumi can decrypt them, so our own commands need them from elsewhere."""

from live_recording.config import files
from live_recording.config.settings import NAMESPACE, SECRETS, VARIABLES, Settings
from live_recording.core.text import join_words


def unreadable_keys(stack: str, settings: Settings) -> tuple[str, ...]:
    """Return the encrypted keys in the stack's config that *settings* has no value for, sorted."""
    keys = settings.credentials.keys
    known = {"secretId": keys.secret_id, "secretKey": keys.secret_key, "callbackKeys": "not needed"}
    return tuple(key for key in files.encrypted_keys(stack) if not known.get(key))


def describe_unreadable_keys(stack: str, settings: Settings) -> str:
    """Return which encrypted keys this command lacks and how to provide them, or "" if it lacks none."""
    keys = unreadable_keys(stack, settings)
    if not keys:
        return ""
    are, them = ("is", "it") if len(keys) == 1 else ("are", "them")
    problem = f"{join_words(keys)} {are} encrypted in {files.stack_config_path(stack)}; only Pulumi can decrypt {them}."
    public = [key for key in keys if key not in SECRETS]
    if public:
        command = f"pulumi config set --plaintext {NAMESPACE}:{public[0]} VALUE --stack {stack}"
        return f"{problem} {public[0]} is not a secret. Store it in plain text: {command}"
    exports = [f'export {VARIABLES[key]}="$(pulumi config get {NAMESPACE}:{key} --stack {stack})"' for key in keys]
    return f"{problem} For this command: {'; '.join(exports)}"
