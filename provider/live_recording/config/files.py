"""Read the project's files and the environment, and write files.

The only module of `config` that touches either. `settings` decides which values are valid.
"""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from live_recording.config import untrusted_file
from live_recording.config.printing import printable_output, remember_secrets
from live_recording.config.settings import (
    NAMESPACE,
    VARIABLES,
    ConfigReader,
    KeyPair,
    Settings,
    parse_settings,
    simulated_time,
)
from live_recording.core.errors import ConfigError
from live_recording.core.redaction import secret_values
from live_recording.core.stack_name import StackName
from live_recording.core.text import capitalize, quoted

LARGEST = 2 << 20
"""Bytes of a stack file or config file: more than 10,000 entries."""
LARGEST_DATA = 64 << 20
"""Bytes of a snapshot or plan."""
DEEPEST = 50
"""Levels of a config file."""
PROJECT, PROGRAM, STACKS = Path("Pulumi.yaml"), Path("__main__.py"), Path("stacks")
CONFIG_PREFIX = "Pulumi."
"""How the names of Pulumi's config files begin."""
PRIVATE_FILE, PRIVATE_DIRECTORY = 0o600, 0o700
"""Modes of what may hold inputs of resources, such as plans."""
CREATE_ONE = f"Create {STACKS}/dev.yaml, or change to the root directory of the project."
NO_STACK = f"No stack files found in {STACKS}/. {CREATE_ONE}"


def environment() -> dict[str, str]:
    """Return a copy of this process's environment."""
    return dict(os.environ)


def current_time() -> datetime:
    """Return LIVE_RECORDING_NOW if it is set, else the clock. Raises ConfigError if the variable is invalid."""
    return simulated_time(os.environ) or datetime.now(UTC)


def debug_enabled() -> bool:
    """Return whether LIVE_RECORDING_DEBUG asks for tracebacks."""
    return os.environ.get("LIVE_RECORDING_DEBUG", "") not in ("", "0")


def running_project() -> str:
    """Return the name of the Pulumi project that runs this provider process, as set by the engine."""
    return os.environ.get("PULUMI_PROJECT", "")


def read_settings(
    config: ConfigReader, environ: Mapping[str, str] | None = None, *, hidden_secrets: Collection[str] = ()
) -> Settings:
    """Return the settings from Pulumi config and the environment. Raises ConfigError for an invalid value.

    Args:
        config: Reads Pulumi config.
        environ: The environment variables. Default: those of this process.
        hidden_secrets: Keys of secrets that are configured, but whose values this process does not read.
    """
    env = os.environ if environ is None else environ
    settings = parse_settings(config, env, profiles=partial(_read_profiles, env), hidden_secrets=hidden_secrets)
    remember_secrets(*settings.credentials.keys.parts)
    remember_secrets(*secret_values({VARIABLES["callbackKeys"]: settings.callback_keys}))
    return settings


def _read_profiles(environ: Mapping[str, str]) -> Mapping[str, KeyPair]:
    from live_recording.config.profiles import read_profiles  # not needed where a key pair is set

    return read_profiles(environ)


def find_root(start: Path) -> Path:
    """Return the root directory of the project that contains a directory; without a project, that directory."""
    return next((directory for directory in (start, *start.parents) if (directory / PROJECT).is_file()), start)


def project_name() -> str:
    """Return the name of the Pulumi project in this directory."""
    return str(read_yaml(PROJECT).get("name") or NAMESPACE)


def stack_names() -> list[str]:
    """Return the names of all stacks that have a file in `stacks`, or whose config names another file, sorted."""
    names = {path.stem for path in STACKS.glob("*.yaml") if not path.name.startswith(CONFIG_PREFIX)}
    return sorted(names | {name for name in configured_stacks() if name not in names and _may_name_stack_file(name)})


def _may_name_stack_file(stack: str) -> bool:
    """Return whether the config names a stack file. Unreadable config may: reading that stack reports the error."""
    try:
        return f"{NAMESPACE}:recordings" in config_section(stack_config_path(stack))
    except ConfigError:
        return True


def select_stacks(named: Sequence[str] | None) -> list[str]:
    """Return the named stacks without duplicates, or all stacks of the project. Raises ConfigError without any stack."""
    selected = list(dict.fromkeys(named or stack_names()))
    if not selected:
        raise ConfigError(NO_STACK)
    return selected


def configured_stacks() -> list[str]:
    """Return the names of all stacks that have a Pulumi config file, sorted."""
    return sorted(path.stem.removeprefix(CONFIG_PREFIX) for path in config_directory().glob(f"{CONFIG_PREFIX}*.yaml"))


def stack_path(stack: str, recordings: str | None = None) -> Path:
    """Return the path of a stack file.

    Args:
        stack: A name such as `prod`, or a path, which is returned as it is.
        recordings: The config value `recordings` of the stack: the path of its file.
    """
    name = StackName.parse(stack)
    if name.file:
        return Path(name.file)
    if not recordings:
        return STACKS / f"{name.stack}.yaml"
    if not untrusted_file.is_in_checkout(Path(recordings)):
        raise ConfigError(
            f"{NAMESPACE}:recordings of stack {name.stack} is {quoted(recordings)}, which is outside this checkout. "
            "Name a file inside it."
        )
    return Path(recordings)


def stack_name(stack: str) -> str:
    """Return the short name of a stack, given its name or path."""
    return StackName.parse(stack).stack


def config_directory() -> Path:
    """Return the directory of the stacks' Pulumi config files: stackConfigDir of Pulumi.yaml, else its own."""
    if not PROJECT.is_file():
        return STACKS
    project = read_yaml(PROJECT)
    legacy = project.get("config")  # a path, before Pulumi.yaml had stackConfigDir
    return Path(str(project.get("stackConfigDir") or (legacy if isinstance(legacy, str) else "")))


def stack_config_path(stack: str) -> Path:
    """Return the path of the stack's Pulumi config file."""
    return config_directory() / f"{CONFIG_PREFIX}{stack_name(stack)}.yaml"


def config_section(path: Path) -> dict[str, Any]:
    """Return the section `config` of Pulumi.yaml or of a stack's config file. Raises ConfigError if it is no mapping."""
    values = read_yaml(path).get("config") or {}
    if path == PROJECT and isinstance(values, str):  # the legacy form of stackConfigDir
        return {}
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: `config` must be a mapping, not {quoted(values)}. Fix the file.")
    return {str(key): value for key, value in values.items()}


def require_stack(stack: str) -> str:
    """Return the stack. Raises ConfigError if it has neither a stack file nor a config file."""
    if not stack_config_path(stack).is_file():
        read_stack_file(stack_path(stack))
    return stack


def read_stack_file(path: Path) -> bytes:
    """Return the content of a stack file. Raises ConfigError if it cannot be read."""
    names = ", ".join(stack_names())
    hint = f"Stacks in this project: {names}." if names else f"This project has no stack files. {CREATE_ONE}"
    if path.name.startswith(CONFIG_PREFIX):
        raise ConfigError(f"{quoted(str(path))} is a Pulumi config file, not a stack file. {hint}")
    return read_bytes(path, "stack file", f" {hint}")


def shared_path(stack_file: str, named: str) -> Path:
    """Return the path of a shared file that a stack file names, relative to itself."""
    return Path(os.path.normpath(Path(stack_file).parent / named))


def read_shared_file(stack_file: str, named: str) -> tuple[str, bytes]:
    """Return the name and the content of a shared file that a stack file names, relative to itself.

    Raises ConfigError if it cannot be read, is outside the checkout, or would be a stack of its own.
    """
    path = shared_path(stack_file, named)
    if "\0" in named or not untrusted_file.is_in_checkout(path):
        raise ConfigError(f"{quoted(named)} is outside this checkout. Name a file inside it.")
    if path.parent == STACKS and path.name in {f"{stack}.yaml" for stack in stack_names()}:
        raise ConfigError(f"{quoted(named)} is a stack file. Move what stacks share to a file in {STACKS}/shared/.")
    return str(path), read_bytes(path, "shared file", f" Paths are relative to {stack_file}.")


def read_text(path: Path, what: str, hint: str = "", largest: int = LARGEST) -> str:
    """Return the text of a file. Raises ConfigError if it cannot be read or is not UTF-8. Arguments: as `read_bytes`."""
    try:
        return read_bytes(path, what, hint, largest).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        file = capitalize(f"{what} {quoted(str(path))}")
        raise ConfigError(f"{file} is not valid UTF-8 text (byte {error.start + 1}). Save it as UTF-8.") from None


def read_bytes(path: Path, what: str, hint: str = "", largest: int = LARGEST) -> bytes:
    """Return the content of a file. Raises ConfigError if it cannot be read, or should not be.

    Args:
        path: The file.
        what: What error messages call the file, such as "stack file".
        hint: What to add to the message if the file does not exist.
        largest: The maximum size in bytes.
    """
    file = f"{what} {quoted(str(path))}"
    try:
        return untrusted_file.read(path, largest)
    except FileNotFoundError:
        raise ConfigError(f"{capitalize(file)} not found.{hint}") from None
    except IsADirectoryError:
        raise ConfigError(f"{quoted(str(path))} is a directory, not a {what}.") from None
    except untrusted_file.Refused as error:
        raise ConfigError(f"{capitalize(file)} {error}") from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        raise ConfigError(f"Cannot read {file}: {getattr(error, 'strerror', None) or error}.") from None


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file, {} if it does not exist. Raises ConfigError if it cannot be read."""
    return parse_yaml(read_text(path, "config file"), path) if path.exists() else {}


def parse_yaml(text: str, path: Path) -> dict[str, Any]:
    """Return the mapping in the text of a YAML file, {} without one. Raises ConfigError if it is invalid.

    Aliases are refused: a few lines of them expand to gigabytes.
    """
    import yaml  # slow to import, and `--version` needs none

    try:
        _require_plain(path, yaml.parse(text, Loader=yaml.CSafeLoader))
        data = yaml.load(text, Loader=yaml.CSafeLoader)
    except (ValueError, yaml.YAMLError) as error:
        from live_recording.stackfile.reader import PARSER_TOO_DEEP  # a refresh loads no rules

        if PARSER_TOO_DEEP in str(error):
            raise _too_deep(path) from None
        reason = " ".join(str(error).replace('in "<unicode string>", ', "at ").split())
        raise ConfigError(f"Cannot read {path}: {reason}. Fix the file.") from None
    return data if isinstance(data, dict) else {}


def _require_plain(path: Path, events: Iterable[Any]) -> None:
    """Raise ConfigError if YAML events have aliases or nest deeply."""
    from yaml import AliasEvent, CollectionEndEvent, CollectionStartEvent

    depth = 0
    for event in events:
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if isinstance(event, AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise ConfigError(f"{path}:{line}: YAML aliases (*) are not supported. Write the value inline.")
        if depth > DEEPEST:
            raise _too_deep(path)


def _too_deep(path: Path) -> ConfigError:
    return ConfigError(f"{path} nests deeper than {DEEPEST} levels. Fix the file.")


def yaml_line(path: Path, keys: Sequence[str]) -> int:
    """Return the line of a key in nested mappings of a valid YAML file, 1 if it is not there."""
    import yaml  # slow to import, and only messages need it

    node, line = yaml.compose(read_text(path, "config file"), Loader=yaml.CSafeLoader), 1
    for key in keys:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        found = next(((name, value) for name, value in pairs if name.value == key), None)
        if found is None:
            return line
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def write_file(path: Path, text: str, *, private: bool = False) -> None:
    """Write a UTF-8 file, without secrets and control characters. Raises ConfigError if that is not possible.

    Args:
        path: The file.
        text: Its content.
        private: Whether only the user may read it; it is never written through a symbolic link then.
    """
    try:
        with open(path, "w", encoding="utf-8", opener=_open_private if private else None) as file:
            file.write(printable_output(text))
    except OSError as error:
        raise ConfigError(f"Cannot write {quoted(str(path))}: {error.strerror or error}.") from None


def _open_private(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_NOFOLLOW, PRIVATE_FILE)
    os.fchmod(descriptor, PRIVATE_FILE)  # the file may exist already
    return descriptor


def make_private(path: Path) -> None:
    """Let only the user read a file that another program wrote, if it exists."""
    with suppress(FileNotFoundError):
        path.chmod(PRIVATE_FILE)


def create_private_directory(path: Path) -> None:
    """Create a directory for the user alone, and its parents. Raises ConfigError if that is not possible."""
    try:
        path.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise ConfigError(f"Cannot create directory {quoted(str(path))}: {reason}. Choose another one.") from None
