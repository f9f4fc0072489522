"""The stack of an earlier commit, which shows what a change adds to the stack file."""

from live_recording.config.files import shared_path
from live_recording.core.errors import ConfigError, ToolError
from live_recording.core.text import quoted
from live_recording.pipeline import git
from live_recording.project import StackFile, check_text
from live_recording.stackfile.model import Stack


def stack_at(commit: str, file: StackFile) -> Stack | None:
    """Return a stack as a commit has it, empty if the commit has no such file; None if it cannot be read or has errors."""

    def read_shared(own: str, named: str) -> tuple[str, bytes]:
        name = str(shared_path(own, named))
        content = _content(commit, name)
        if content is None:
            raise ConfigError(f"{quoted(commit)} has no file {quoted(name)}.")
        return name, content

    try:
        content = _content(commit, file.file)
        if content is None:
            return Stack()
        return check_text(
            content, file.file, file.settings.limits, file.settings.now(), file.owner, read_shared
        ).valid_stack
    except ToolError:
        return None


def _content(commit: str, path: str) -> bytes | None:
    """Return a file of a commit, its path relative to the working directory; None if the commit does not have it."""
    name = f"{commit}:./{path}"
    return git.content("show", name) if git.run("cat-file", "-e", name).returncode == 0 else None
