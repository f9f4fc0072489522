"""Key pairs in the vendor's profile file, `~/.tencentcloud/credentials`: an INI file with one section for each profile.

The vendor's SDK reads the same file, but only its section `default`.
"""

from collections.abc import Mapping
from configparser import ConfigParser
from configparser import Error as BadFile
from pathlib import Path

from live_recording.config.settings import KeyPair
from live_recording.core.errors import ConfigError
from live_recording.core.text import quoted

SYSTEM_FILE = Path("/etc/tencentcloud/credentials")
"""Is read if the user has no file."""


def read_profiles(environment: Mapping[str, str]) -> Mapping[str, KeyPair]:
    """Return the complete key pairs in the profile file, by profile. Raises ConfigError if the file cannot be read."""
    own = Path(environment.get("HOME", "/")) / ".tencentcloud/credentials"
    path = own if own.is_file() else SYSTEM_FILE
    parser = ConfigParser(interpolation=None, default_section="")
    try:
        parser.read(path, encoding="utf-8")  # skips a file that does not exist
    except (BadFile, UnicodeDecodeError):  # not shown: the text may contain a secret
        raise ConfigError(f"Cannot read {quoted(str(path))}: it is not an INI file. Fix or delete it.") from None
    except OSError as error:
        raise ConfigError(f"Cannot read {quoted(str(path))}: {error.strerror or error}.") from None
    found = {name: dict(parser.items(name)) for name in parser.sections()}
    return {
        name: KeyPair(values["secret_id"], values["secret_key"], values.get("token", ""))
        for name, values in found.items()
        if values.get("secret_id") and values.get("secret_key")
    }
