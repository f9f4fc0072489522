"""The Pulumi program: read the stack file, check it as a whole, and declare it - or say why not and declare nothing."""

import signal

import pulumi

from provider import config, resources, stackfile
from provider.core import owners, plan
from provider.failures import Failure
from provider.settings import NAMESPACE, NO_CREDENTIALS, SECRETS

signal.signal(signal.SIGINT, signal.SIG_DFL)  # interrupted when a check fails: end without a traceback
STOPPED = 32  # the exit code that tells the engine: everything has been said


def configured(key: str) -> str | None:
    """A config value; of a secret only that it is set, which is all the program needs."""
    values = pulumi.Config(NAMESPACE)
    return "set" if key in SECRETS and values.get_secret(key) is not None else values.get(key)


def main() -> None:
    """Declare what the stack file says. Raises ConfigError when nothing can be declared."""
    settings, owner = config.settings(configured), owners.of(pulumi.get_project(), pulumi.get_stack())
    path = config.stack_path(pulumi.get_stack(), configured("recordings"))
    loaded = stackfile.load(config.text(path), str(path), settings.limits, settings.now(), owner)
    for found in loaded.findings:
        (pulumi.log.error if found.severity == "error" else pulumi.log.warn)(str(found))
    if loaded.usable is None:
        raise SystemExit(STOPPED)
    settings.refuse_changes(preview=pulumi.runtime.is_dry_run())
    if not settings.source:
        pulumi.log.warn(NO_CREDENTIALS)
    planned = plan.plan(loaded.usable, owner, settings.limits, settings.now())
    resources.hasten()
    made: dict[tuple[str, str], pulumi.CustomResource] = {}
    for kind, name, inputs, template, was in planned.declared:
        source = {"template_id": made["template", template].id} if template else {}
        opts = pulumi.ResourceOptions(aliases=[pulumi.Alias(name=was)] if was else None)
        made[kind, name] = resources.KINDS[kind](name, **inputs, **source, opts=opts)
    for name in ("effective", "later", "usage"):
        pulumi.export(name, dict(getattr(planned, name)))
    pulumi.export("stopped", resources.stopped(made.values()))


try:
    main()
except Failure as error:
    pulumi.log.error(str(error))
    raise SystemExit(STOPPED) from None
