"""The Pulumi program: load the stack file, check it, and declare its resources; with errors, report them and declare nothing."""

import signal
from collections.abc import Iterable, Mapping
from typing import Any

import pulumi
from pulumi.runtime.config import CONFIG, is_config_secret

from live_recording import resources
from live_recording.config import files
from live_recording.config.callback_keys import parse_callback_keys
from live_recording.config.garbage import collect_rarely
from live_recording.config.printing import printable_output
from live_recording.config.settings import NAMESPACE, NO_CREDENTIALS, SECRETS
from live_recording.config.sources import StackConfig, engine_config
from live_recording.core.errors import ToolError
from live_recording.core.findings import Finding
from live_recording.core.stack_ref import StackRef
from live_recording.desired.declarations import DesiredResource, DesiredState, desired_resources
from live_recording.desired.specs import CallbackTemplateSpec
from live_recording.lint.callback_keys import missing_keys
from live_recording.project import CheckedStack, check_text

STOPPED = 32
"""Exit code that tells the engine that every error was already logged."""


def run() -> None:
    """Declare the resources of the selected stack. On errors, log each one and exit with code 32."""
    collect_rarely()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the engine interrupts after a failed check: exit without a traceback
    try:
        _declare()
    except ToolError as error:
        pulumi.log.error(printable_output(str(error)))
        raise SystemExit(STOPPED) from None


def _declare() -> None:
    config, owner = _read_config(), StackRef(pulumi.get_project(), pulumi.get_stack())
    settings = config.settings()
    path = files.stack_path(owner.stack, config.get("recordings"))
    checked = check_text(files.read_stack_file(path), str(path), settings.limits, settings.now(), owner)
    keys = parse_callback_keys(settings.callback_keys)
    checked = checked.with_findings([*config.findings, *_missing_keys(checked, keys, owner.stack)])
    for finding in checked.findings:
        (pulumi.log.error if finding.severity == "error" else pulumi.log.warn)(str(finding))
    if checked.valid_stack is None:
        raise SystemExit(STOPPED)
    settings.require_changes_allowed(preview=pulumi.runtime.is_dry_run())
    if not settings.source:
        pulumi.log.warn(NO_CREDENTIALS)
    desired = desired_resources(checked.valid_stack, owner, settings.limits, settings.now())
    created = _declare_resources(desired, keys)
    for name in ("effective", "later", "usage"):
        pulumi.export(name, dict(getattr(desired, name)))
    pulumi.export("stopped", resources.stopped_tasks(created))


def _read_config() -> StackConfig:
    """Return the config of the selected stack, without the key pair: only the provider needs that."""
    values = CONFIG.get()
    secret = [key for key in values if is_config_secret(key)]
    hidden = {f"{NAMESPACE}:{key}" for key in SECRETS}
    shown = {key: None if key in hidden else value for key, value in values.items()}
    return engine_config(pulumi.get_project(), pulumi.get_stack(), shown, secret)


def _missing_keys(checked: CheckedStack, keys: Mapping[str, str], stack: str) -> Iterable[Finding]:
    for finding in missing_keys(checked.stack, keys, stack) if checked.stack else ():
        yield finding.at(*checked.sources.locate(finding.path))


def _declare_resources(desired: DesiredState, keys: Mapping[str, str]) -> Iterable[pulumi.CustomResource]:
    resources.speed_up_registration()
    created: dict[tuple[str, str], pulumi.CustomResource] = {}
    for resource in (*desired.resources, *desired.finished):
        template = created[resource.template_kind, resource.template] if resource.template else None
        source = {"template_id": template.id} if template else {}
        aliases = [pulumi.Alias(name=resource.previous_name)] if resource.previous_name else None
        create = resources.KINDS[resource.kind]
        created[resource.kind, resource.name] = create(
            resource.name,
            **resource.inputs,
            **source,
            **_secret_inputs(resource, keys),
            opts=pulumi.ResourceOptions(aliases=aliases, protect=resource.protect),
        )
    return created.values()


def _secret_inputs(resource: DesiredResource, keys: Mapping[str, str]) -> dict[str, Any]:
    """Return the inputs that are not in the stack file."""
    spec = resource.spec
    has_key = isinstance(spec, CallbackTemplateSpec) and spec.has_key
    return {"callback_key": pulumi.Output.secret(keys[resource.name])} if has_key else {}
