"""Files and environment: the settings, the stacks of this project, and what stands in their files.

The only module that reads files and the environment; what the settings may be is judged in `settings`.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from live_recording.config.settings import NAMESPACE, Get, Settings, parse_settings, pinned
from live_recording.core.errors import ConfigError
from live_recording.core.text import quoted

PROJECT, STACKS = Path("Pulumi.yaml"), Path("stacks")
WRITE_ONE = f"Write {STACKS}/dev.yaml first, or run this in the root of the checkout."
NO_STACK = f"There is no stack file in {STACKS}/. {WRITE_ONE}"


def settings(get: Get, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process's environment, or of *environ*. Raises ConfigError for a value that cannot be used."""
    env = os.environ if environ is None else environ
    profiles = (Path(env.get("HOME", "/")) / ".tencentcloud/credentials", Path("/etc/tencentcloud/credentials"))
    return parse_settings(get, env, profile=any(path.is_file() for path in profiles))


def settings_of(stack: str | None) -> Settings:
    """The settings that a stack's Pulumi config gives, as far as it can be read; without a stack the environment's alone."""
    return settings(stack_config(stack) if stack else dict[str, str]().get)


def now() -> datetime:
    """The clock, or LIVE_RECORDING_NOW. Raises ConfigError when that cannot be read."""
    return pinned(os.environ) or datetime.now(UTC)


def project_of_run() -> str:
    """The Pulumi project whose provider process this is, as the engine tells it."""
    return os.environ.get("PULUMI_PROJECT", "")


def debug() -> bool:
    """Whether tracebacks are wanted (LIVE_RECORDING_DEBUG=1)."""
    return os.environ.get("LIVE_RECORDING_DEBUG", "") not in ("", "0")


def project() -> str:
    """The name of the Pulumi project in this directory."""
    return str(mapping(PROJECT).get("name") or NAMESPACE)


def stack_names() -> list[str]:
    """The names of all stacks of this project that have a file in `stacks`, or whose config names another; sorted."""
    files = {path.stem for path in STACKS.glob("*.yaml") if not path.name.startswith("Pulumi.")}
    return sorted(files | {name for name in configured() if name not in files and _elsewhere(name)})


def _elsewhere(stack: str) -> bool:
    """Whether the config of a stack names a stack file; one that cannot be read may, and who asks for the file says so."""
    try:
        return bool(stack_config(stack)("recordings"))
    except ConfigError:
        return True


def stacks_asked(named: Sequence[str] | None) -> list[str]:
    """The stacks that a command was called with, each once, or all of this project. Raises ConfigError for none."""
    asked = list(dict.fromkeys(named or stack_names()))
    if not asked:
        raise ConfigError(NO_STACK)
    return asked


def configured() -> list[str]:
    """The names of all stacks of this project that have a Pulumi config file, sorted."""
    return sorted(path.stem.removeprefix("Pulumi.") for path in STACKS.glob("Pulumi.*.yaml"))


def stack_path(stack: str, recordings: str | None = None) -> Path:
    """The stack file of a name such as `prod`, which may be in *recordings*; of a path the path itself."""
    if _is_path(stack):
        return Path(stack)
    return Path(recordings) if recordings else STACKS / f"{stack}.yaml"


def _is_path(stack: str) -> bool:
    return stack.endswith((".yaml", ".yml")) or os.sep in stack


def stack_name(stack: str) -> str:
    """The stack that a name or path means."""
    return Path(stack).stem if _is_path(stack) else stack


def stack_config(stack: str) -> Get:
    """Reads plain values of our namespace from the stack's Pulumi config; encrypted ones read as unset."""
    values = _values(stack)

    def get(key: str) -> str | None:
        value = values.get(f"{NAMESPACE}:{key}")
        return None if value is None or isinstance(value, dict) else str(value)

    return get


def encrypted(stack: str) -> tuple[str, ...]:
    """The keys of our namespace in the stack's config whose values only Pulumi can read, sorted."""
    ours = f"{NAMESPACE}:"
    return tuple(
        sorted(
            str(key).removeprefix(ours)
            for key, value in _values(stack).items()
            if str(key).startswith(ours) and isinstance(value, dict)
        )
    )


def stack_config_path(stack: str) -> Path:
    """The Pulumi config file of a stack."""
    return STACKS / f"Pulumi.{stack_name(stack)}.yaml"


def known(stack: str) -> str:
    """The stack itself. Raises ConfigError for one that has neither a file nor configuration."""
    if not stack_config_path(stack).is_file():
        text(stack_path(stack))
    return stack


def _values(stack: str) -> dict[str, Any]:
    path = stack_config_path(stack)
    values = mapping(path).get("config") or {}
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: config is {quoted(values)}, but a mapping belongs there. Mend it first.")
    return values


def text(path: Path) -> str:
    """The text of a stack file.

    Raises ConfigError when there is none or it is not UTF-8.
    """
    known = ", ".join(stack_names())
    others = f"Stacks of this project: {known}." if known else f"Nor is there another. {WRITE_ONE}"
    if path.name.startswith("Pulumi."):
        raise ConfigError(f"{quoted(str(path))} is configuration of Pulumi, not a stack file. {others}")
    return contents(path, "stack file", f" {others}")


def contents(path: Path, what: str, hint: str = "") -> str:
    """The text of a file, which sentences call *what*; *hint* follows where there is none.

    Raises ConfigError when there is none or it is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"There is no {what} {quoted(str(path))}.{hint}") from None
    except IsADirectoryError:
        raise ConfigError(f"{quoted(str(path))} is a directory, not a {what}.") from None
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"The {what} {quoted(str(path))} is no UTF-8 text: byte {error.start + 1} is none. Save it as UTF-8."
        ) from None
    except OSError as error:
        raise ConfigError(f"The {what} {quoted(str(path))} cannot be read: {error.strerror or error}.") from None


def write(path: Path, made: str) -> None:
    """Write a file of ours. Raises ConfigError when that is not possible."""
    try:
        path.write_text(made, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{quoted(str(path))} cannot be written: {error.strerror or error}.") from None


def make(directory: Path) -> None:
    """Make a directory, if it is not there yet. Raises ConfigError when that is not possible."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{quoted(str(directory))} cannot be made: {error.strerror or error}. Name another."
        ) from None


def environment() -> dict[str, str]:
    """The environment of this process."""
    return dict(os.environ)


def mapping(path: Path) -> dict[str, Any]:
    """What a YAML file says, nothing where there is none. Raises ConfigError where it cannot be read."""
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = getattr(error, "strerror", None) or " ".join(
            str(error).replace('in "<unicode string>", ', "at ").split()
        )
        raise ConfigError(f"{path} cannot be read: {reason}. Mend it first.") from None
    return loaded if isinstance(loaded, dict) else {}
