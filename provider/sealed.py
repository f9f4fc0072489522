"""Config values that are encrypted: only Pulumi can read them, so a command beside it needs them in another way."""

from provider import config
from provider.settings import NAMESPACE, SECRETS, VARIABLES, Settings


def sealed(stack: str, settings: Settings) -> str:
    """What this command needs and cannot read in the config of the stack, and what to do; empty: nothing."""
    given = {"secretId": settings.secret_id, "secretKey": settings.secret_key}
    missing = [key for key in config.encrypted(stack) if not given.get(key)]
    if not missing:
        return ""
    about = f"{' and '.join(missing)} can be read by Pulumi only: encrypted in {config.stack_config_path(stack)}."
    public = [key for key in missing if key not in SECRETS]
    if public:
        return f"{about} {public[0]} is no secret: pulumi config set --plaintext {NAMESPACE}:{public[0]} VALUE --stack {stack}"
    ways = [f'export {VARIABLES[key]}="$(pulumi config get {NAMESPACE}:{key} --stack {stack})"' for key in missing]
    return f"{about} For this command: {'; '.join(ways)}"
