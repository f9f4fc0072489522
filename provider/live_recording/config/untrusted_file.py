"""Read a file that others may have written, such as a stack file of a pull request.

Invariant: reading ends at once and shows nothing from outside the checkout, whatever the path names.
"""

import io
import os
import stat
from pathlib import Path


class Refused(Exception):
    """The file is not read; the text completes a sentence that begins with its name."""


def read(path: Path, largest: int) -> bytes:
    """Return the content of a regular file of at most *largest* bytes. Raises Refused or OSError.

    A path inside the checkout may not leave it by a link; a path outside was named by the user.
    """
    _refuse_link_out(path)
    # Without waiting: opening a named pipe would otherwise block until another process writes to it.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(path)
        if not stat.S_ISREG(mode):
            raise Refused("is not a regular file. Replace it with one.")
        return _read_at_most(file, largest)


def _refuse_link_out(path: Path) -> None:
    named = Path(os.path.normpath(Path.cwd().resolve() / path))
    if named.is_relative_to(checkout()) and not is_in_checkout(path):
        raise Refused("is a link that leaves the checkout. Replace it with the file itself.")


def checkout() -> Path:
    """Return the root of the checkout that contains the working directory, without links; that directory if none does."""
    here = Path.cwd().resolve()
    return next((each for each in (here, *here.parents) if (each / ".git").exists()), here)


def is_in_checkout(path: Path) -> bool:
    """Return whether a path names something inside the checkout."""
    return Path(os.path.realpath(path)).is_relative_to(checkout())  # `resolve` fails if links form a circle


def _read_at_most(file: io.FileIO, largest: int) -> bytes:
    content = bytearray()
    while len(content) <= largest:
        part = file.read(1 << 20)
        if not part:
            return bytes(content)
        content += part
    raise Refused(f"is larger than {largest >> 20} MiB. Split it, or check that it is the right file.")
