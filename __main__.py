"""The Pulumi program: read the stack file, check it as a whole, and declare it - or say why not and declare nothing."""

import signal
import sys

import pulumi

from provider import config, stackfile
from provider.core.findings import errors
from provider.core.plan import plan
from provider.resources import RecordRule, RecordTask, RecordTemplate

# When a check or a create fails, the engine interrupts the program: end at once, without a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

STOPPED = 32
"""The exit code that tells the engine that everything has been said."""
KINDS = {"template": RecordTemplate, "rule": RecordRule, "task": RecordTask}


def configured(key: str) -> str | None:
    """A config value; of a secret only that it is set, which is all the program needs."""
    values = pulumi.Config(config.NAMESPACE)
    return "set" if key.startswith("secret") and values.get_secret(key) is not None else values.get(key)


def main() -> None:
    """Declare what the stack file says."""
    settings = config.settings(configured)
    owner = f"{pulumi.get_project()}--{pulumi.get_stack()}"
    path = config.stack_path(pulumi.get_stack(), configured("recordings"))
    loaded = stackfile.load(config.text(path), str(path), settings.limits, settings.now(), owner)
    for found in loaded.findings:
        (pulumi.log.error if found.severity == "error" else pulumi.log.warn)(str(found))
    if loaded.stack is None or errors(loaded.findings):
        sys.exit(STOPPED)
    if not settings.source:
        pulumi.log.warn(config.NO_CREDENTIALS)
    planned = plan(loaded.stack, owner, settings.limits, settings.now())
    made: dict[str, pulumi.CustomResource] = {}
    for kind, name, inputs, template, was in planned.declared:
        source = {"template_id": made[template].id} if template else {}
        opts = pulumi.ResourceOptions(aliases=[pulumi.Alias(name=was)] if was else None)
        resource = KINDS[kind](name, **inputs, **source, opts=opts)
        if kind == "template":
            made[name] = resource
    for name in ("effective", "later", "usage"):
        pulumi.export(name, dict(getattr(planned, name)))


try:
    main()
except config.ConfigError as error:
    pulumi.log.error(str(error))
    sys.exit(STOPPED)
