"""Config values that are encrypted: only Pulumi can read them, so a command beside it needs them in another way."""

from live_recording.config import files
from live_recording.config.settings import NAMESPACE, SECRETS, VARIABLES, Settings


def missing(stack: str, settings: Settings) -> tuple[str, ...]:
    """The encrypted keys in the config of the stack whose values nothing else gives, sorted."""
    given = {"secretId": settings.secret_id, "secretKey": settings.secret_key}
    return tuple(key for key in files.encrypted(stack) if not given.get(key))


def sealed(stack: str, settings: Settings) -> str:
    """What this command needs and cannot read in the config of the stack, and what to do; empty: nothing."""
    keys = missing(stack, settings)
    if not keys:
        return ""
    about = f"{' and '.join(keys)} can be read by Pulumi only: encrypted in {files.stack_config_path(stack)}."
    public = [key for key in keys if key not in SECRETS]
    if public:
        return f"{about} {public[0]} is no secret: pulumi config set --plaintext {NAMESPACE}:{public[0]} VALUE --stack {stack}"
    ways = [f'export {VARIABLES[key]}="$(pulumi config get {NAMESPACE}:{key} --stack {stack})"' for key in keys]
    return f"{about} For this command: {'; '.join(ways)}"
