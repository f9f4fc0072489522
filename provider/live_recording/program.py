"""The Pulumi program: load the stack file, check it, and declare its resources; with errors, report them and declare nothing."""

import signal
from collections.abc import Iterable

import pulumi

from live_recording import resources
from live_recording.config import files
from live_recording.config.settings import NAMESPACE, NO_CREDENTIALS, SECRETS, Settings
from live_recording.core.errors import ToolError
from live_recording.core.stack_ref import StackRef
from live_recording.desired.declarations import DesiredState, desired_resources
from live_recording.project import check_text

STOPPED = 32
"""Exit code that tells the engine that every error was already logged."""


def run() -> None:
    """Declare the resources of the selected stack. On errors, log each one and exit with code 32."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the engine interrupts after a failed check: exit without a traceback
    try:
        _declare()
    except ToolError as error:
        pulumi.log.error(files.redacted(str(error)))
        raise SystemExit(STOPPED) from None


def _declare() -> None:
    config, owner = pulumi.Config(NAMESPACE), StackRef(pulumi.get_project(), pulumi.get_stack())
    settings = _read_settings(config)
    path = files.stack_path(pulumi.get_stack(), config.get("recordings"))
    checked = check_text(files.read_stack_file(path), str(path), settings.limits, settings.now(), owner)
    for finding in checked.findings:
        (pulumi.log.error if finding.severity == "error" else pulumi.log.warn)(str(finding))
    if checked.valid_stack is None:
        raise SystemExit(STOPPED)
    settings.require_changes_allowed(preview=pulumi.runtime.is_dry_run())
    if not settings.source:
        pulumi.log.warn(NO_CREDENTIALS)
    desired = desired_resources(checked.valid_stack, owner, settings.limits, settings.now())
    created = _declare_resources(desired)
    for name in ("effective", "later", "usage"):
        pulumi.export(name, dict(getattr(desired, name)))
    pulumi.export("stopped", resources.stopped_tasks(created))


def _read_settings(config: pulumi.Config) -> Settings:
    """Return the settings of the selected stack, without the values of secrets: only the provider needs those."""
    secrets = [key for key in SECRETS if config.get_secret(key) is not None]
    return files.read_settings(lambda key: None if key in SECRETS else config.get(key), hidden_secrets=secrets)


def _declare_resources(desired: DesiredState) -> Iterable[pulumi.CustomResource]:
    resources.speed_up_registration()
    created: dict[tuple[str, str], pulumi.CustomResource] = {}
    for resource in desired.resources:
        source = {"template_id": created["template", resource.template].id} if resource.template else {}
        aliases = [pulumi.Alias(name=resource.previous_name)] if resource.previous_name else None
        create = resources.KINDS[resource.kind]
        created[resource.kind, resource.name] = create(
            resource.name, **resource.inputs, **source, opts=pulumi.ResourceOptions(aliases=aliases)
        )
    return created.values()
