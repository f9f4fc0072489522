"""The one resolver of Pulumi config: program, provider process and every verb get the same value for each key.

The later source wins: Pulumi.yaml (values and defaults), the stack's config file; environment variables win over both
(`settings`). The Pulumi CLI resolves an ESC environment. The program and the provider process get the merged config from
the engine, so they read no file.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from live_recording.config import files
from live_recording.config.settings import ENCRYPTED, KEYS, NAMESPACE, SECRETS, VARIABLES, Settings
from live_recording.core.errors import ConfigError, ToolError
from live_recording.core.findings import Finding
from live_recording.core.stack_name import StackName
from live_recording.core.text import join_words, nearest, quoted

MAY_BE_HIDDEN = {*SECRETS, *ENCRYPTED}
"""Keys whose values may be encrypted. Any other key hidden from a command would give it, say, another site."""
STACK_FILE = "recordings"
"""The key with the path of the stack file."""


class UnknownConfig(ConfigError):
    """The Pulumi config has keys without effect; the text has one finding on each line."""

    status = 1


@dataclass(frozen=True, slots=True)
class ConfigValue:
    """A value in Pulumi config."""

    text: str | None  # None: hidden from this process, because it is encrypted or not read
    secret: bool = False  # whether it is stored encrypted


@dataclass(frozen=True)
class StackConfig:
    """The merged Pulumi config of a stack: full key, such as `live-recording:site`, -> value."""

    project: str
    stack: str
    values: Mapping[str, ConfigValue]

    def get(self, key: str) -> str | None:
        """Return the value of a key of our namespace; None if it is not set or hidden."""
        value = self.values.get(f"{NAMESPACE}:{key}")
        return value.text if value else None

    @cached_property
    def hidden(self) -> tuple[str, ...]:
        """Return our keys whose values are hidden from this process, sorted."""
        ours = {key: self.values.get(f"{NAMESPACE}:{key}") for key in KEYS}
        return tuple(key for key, value in ours.items() if value and value.text is None)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Return `unknown-config` for each key without effect, with file and line, sorted."""
        found = unknown_keys(self.values, self.project)
        return tuple(sorted(self._located(key, finding) for key, finding in found.items()))

    def _located(self, key: str, finding: Finding) -> Finding:
        path, written = self._origin(key)
        if path is None:
            return finding
        keys = ("config", written)
        return replace(finding, path=keys).at(str(path), files.yaml_line(path, keys))

    def _origin(self, key: str) -> tuple[Path | None, str]:
        """Return the file with a full key, and the key as written there; None if the key is from an ESC environment."""
        forms = (key, key.removeprefix(f"{self.project}:"))
        for path in ((files.stack_config_path(self.stack),) if self.stack else ()) + (files.PROJECT,):
            section = files.config_section(path)
            if written := next((form for form in forms if form in section), None):
                return path, written
        return None, key

    def origin(self, key: str) -> str:
        """Return which file has a key of our namespace, for messages."""
        path, _ = self._origin(f"{NAMESPACE}:{key}")
        return str(path or "the Pulumi config")

    def require_known_keys(self) -> None:
        """Raise UnknownConfig if a key has no effect."""
        if self.findings:
            raise UnknownConfig("\n".join(map(str, self.findings)))

    def settings(self) -> Settings:
        """Return the settings. Raises ConfigError for an invalid value, and for a secret in plain text."""
        for key in KEYS:
            if problem := self._misplaced(key):
                raise ConfigError(problem)
        return files.read_settings(self.get, hidden_secrets=[key for key in self.hidden if key in SECRETS])

    def _misplaced(self, key: str) -> str:
        """Return why a value must not be plain text, or not be encrypted, with what to do; else ""."""
        value = self.values.get(f"{NAMESPACE}:{key}")
        if value is None:
            return ""
        option = f"--stack {self.stack or 'STACK'}"
        if key in ENCRYPTED and not value.secret:
            command = f"pulumi config set --secret {NAMESPACE}:{key} {option}"
            return f"{key} is stored in plain text in {self.origin(key)}. Rotate it, then store it encrypted: {command}"
        if value.secret and key not in MAY_BE_HIDDEN:
            command = f"pulumi config set --plaintext {NAMESPACE}:{key} VALUE {option}"
            return f"{key} is encrypted in {self.origin(key)}; only Pulumi can decrypt it. {key} is not a secret. Store it in plain text: {command}"
        return ""

    def missing(self, environment: Mapping[str, str]) -> tuple[str, ...]:
        """Return the keys of the key pair that are hidden from this process, and that no variable replaces."""
        return tuple(key for key in self.hidden if key in SECRETS and not environment.get(VARIABLES[key]))

    def revealed(self, decrypt: Callable[[str], str]) -> "StackConfig":
        """Return this config with the key pair decrypted; *decrypt* returns the value of a key of our namespace."""
        values = {
            f"{NAMESPACE}:{key}": replace(self.values[f"{NAMESPACE}:{key}"], text=decrypt(key))
            for key in self.missing(files.environment())
        }
        return replace(self, values={**self.values, **values})


def unknown_keys(keys: Iterable[str], project: str) -> dict[str, Finding]:
    """Return `unknown-config` for each key of our namespace that is unknown, or that is ours in another namespace.

    Args:
        keys: Full keys of Pulumi config.
        project: The name of the project; its namespace is the default of `pulumi config set`.
    """
    sentences = {key: _unknown(*key.partition(":")[::2], project) for key in keys}
    return {
        key: Finding.new("unknown-config", ("config", key), sentence) for key, sentence in sentences.items() if sentence
    }


def _unknown(namespace: str, name: str, project: str) -> str:
    """Return why a key has no effect, or ""."""
    if namespace == NAMESPACE and name not in KEYS:
        similar = nearest(name, KEYS)
        advice = f"Did you mean {quoted(similar)}?" if similar else f"Known keys: {', '.join(KEYS)}."
        return f"Unknown key {quoted(name)} in the namespace {NAMESPACE}. {advice}"
    if namespace == project != NAMESPACE and name in KEYS:
        return f"Key {quoted(name)} has no effect in the namespace of project {project}. Use {NAMESPACE}:{name}."
    return ""


def engine_config(project: str, stack: str, values: Mapping[str, Any], secret: Collection[str]) -> StackConfig:
    """Return the config that the engine gives to the program or to the provider process.

    Args:
        project: The name of the project.
        stack: The name of the stack, "" if it is unknown.
        values: Full key -> text, None if this process does not read it.
        secret: The full keys of secret values.
    """
    known = {
        key: ConfigValue(None if value is None else _text(value), secret=key in secret) for key, value in values.items()
    }
    return StackConfig(project, stack, known)


def read_stack_config(name: str | None) -> StackConfig:
    """Return the merged config of a stack, given its name or the path of its file; None: of Pulumi.yaml alone.

    Raises ConfigError if a file is invalid or if the stack is of another project, ToolError if the stack has an ESC
    environment that the Pulumi CLI cannot resolve.
    """
    project, stack = files.project_name(), StackName.parse(name or "")
    if stack.project not in ("", project):
        raise ConfigError(
            f"Stack {name} is of project {stack.project}, but this is project {project}. Change to the directory of that project."
        )
    if not name:
        return StackConfig(project, "", _project_values(project))
    written = read_written_config(name)
    if not has_environment(name):
        return written
    path = files.stack_config_path(name)
    resolved = StackConfig(project, stack.stack, _resolved(stack, path, Path.cwd()))
    if resolved.get(STACK_FILE) != written.get(STACK_FILE):
        raise ConfigError(
            f"{NAMESPACE}:{STACK_FILE} of stack {stack.stack} is set in an ESC environment, where commands without Pulumi "
            f"cannot read it. Set it in {path}."
        )
    return resolved


def read_written_config(name: str) -> StackConfig:
    """Return the config of a stack as its files have it, without its ESC environment. Raises ConfigError."""
    project, stack = files.project_name(), files.stack_name(name)
    section = files.config_section(files.stack_config_path(name))
    values = _project_values(project)
    for key, value in section.items():
        name = _full_key(key, project)
        values[name] = _file_value(name, value)
    return StackConfig(project, stack, values)


def has_environment(name: str) -> bool:
    """Return whether a part of the stack's config is in an ESC environment, which only Pulumi can read."""
    return bool(files.read_yaml(files.stack_config_path(name)).get("environment"))


def read_stack_settings(name: str | None) -> Settings:
    """Return the settings of a stack for a verb; None: those of Pulumi.yaml and the environment.

    Raises UnknownConfig for a key without effect, and what `read_stack_config` and `StackConfig.settings` raise.
    """
    config = read_stack_config(name)
    config.require_known_keys()
    return verb_settings(config)


def settings_by_site(stack: str | None) -> tuple[Settings, ...]:
    """Return the settings of a stack; None: those of one stack for each site, without stacks those of Pulumi.yaml.

    Raises what `read_stack_settings` raises.
    """
    found = [read_stack_settings(name) for name in ([stack] if stack else files.stack_names())]
    by_site = {settings.site: settings for settings in reversed(found)}
    return tuple(by_site[site] for site in sorted(by_site)) or (read_stack_settings(None),)


def verb_settings(config: StackConfig) -> Settings:
    """Return the settings of a config that was read from files, with the problem if the key pair is encrypted."""
    settings, keys = config.settings(), config.missing(files.environment())
    if not keys:
        return settings
    are, them = ("is", "it") if len(keys) == 1 else ("are", "them")
    exports = [
        f'export {VARIABLES[key]}="$(pulumi config get {NAMESPACE}:{key} --stack {config.stack})"' for key in keys
    ]
    problem = (
        f"{join_words(keys)} {are} encrypted in {config.origin(keys[0])}; only Pulumi can decrypt "
        f"{them}. "
        f"For this command: {'; '.join(exports)}"
    )
    return replace(settings, credentials=replace(settings.credentials, problem=problem))


def _project_values(project: str) -> dict[str, ConfigValue]:
    """Return the values and defaults of Pulumi.yaml; a key that is only declared has none."""
    values: dict[str, ConfigValue] = {}
    for key, entry in files.config_section(files.PROJECT).items():
        declared = entry if isinstance(entry, dict) else {"value": entry}
        if given := [declared[name] for name in ("value", "default") if name in declared]:
            name = _full_key(key, project)
            values[name] = _file_value(name, given[0])
    return values


def _full_key(key: str, project: str) -> str:
    """Return a key with its namespace; without one it is in that of the project."""
    return key if ":" in key else f"{project}:{key}"


def _file_value(name: str, value: object) -> ConfigValue:
    """Return the value of a full key. One that must be encrypted is secret only if no part of it is plain text."""
    parts = list(_encrypted_parts(value))
    must_be_secret = name in {f"{NAMESPACE}:{key}" for key in ENCRYPTED}
    return ConfigValue(None if any(parts) else _text(value), all(parts) if must_be_secret else any(parts))


def _encrypted_parts(value: object) -> Iterator[bool]:
    """Yield whether a value is encrypted; of a mapping or list, whether each part is."""
    if isinstance(value, dict) and set(value) != {"secure"}:
        for part in value.values():
            yield from _encrypted_parts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _encrypted_parts(part)
    else:
        yield isinstance(value, dict)


def _text(value: object) -> str:
    """Return a value as the engine passes it on (observed): an empty one as "", a structure as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | dict | list):
        return json.dumps(value, separators=(",", ":"))
    return "" if value is None else str(value)


@cache
def _resolved(stack: StackName, path: Path, _directory: Path) -> Mapping[str, ConfigValue]:
    """Return the config of a stack with an ESC environment, as the Pulumi CLI resolves it. Raises ToolError.

    Cached by the project's directory, because a verb reads the config several times and each run of the CLI is slow.
    """
    from live_recording.config.pulumi_cli import error_reason, run_pulumi

    done = run_pulumi(stack.for_pulumi, "config", "--json")
    if done.returncode:
        raise ToolError(
            f"{path} uses an ESC environment, and Pulumi cannot resolve it: {error_reason(done.stderr).rstrip('.')}. Nothing was "
            "checked, because a part of the config is unknown."
        )
    return {
        key: ConfigValue(entry.get("value"), bool(entry.get("secret")))
        for key, entry in json.loads(done.stdout).items()
    }
