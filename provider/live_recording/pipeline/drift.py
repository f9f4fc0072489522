"""Compare the account with a stack: by our audit, and by a refresh that changes nothing."""

import os
import re
from dataclasses import dataclass

from live_recording.audit.run import as_text, audit_stacks
from live_recording.config.printing import printable_output
from live_recording.config.pulumi_cli import run_pulumi
from live_recording.config.settings import SECRETS, VARIABLES, Settings
from live_recording.core.errors import ToolError
from live_recording.pipeline.plan import open_stack

CHANGES_FOUND = 7
"""Exit code of the CLI if --expect-no-changes finds changes (observed)."""
REFRESH = ("refresh", "--preview-only", "--expect-no-changes", "--diff", "--suppress-progress")
NOT_RUN = "Not run, because the audit failed."
SAME, DIFFERENT, FAILED = 0, 1, ToolError.status


@dataclass(frozen=True, slots=True)
class Drift:
    """The result of a comparison: its exit code, and what the audit and the refresh printed."""

    stack: str
    exit_code: int  # 0 no drift, 1 drift; 2 and 3: the comparison failed
    audit: str
    refresh: str


def compare_stack(name: str) -> Drift:
    """Compare a stack with its account. Changes nothing.

    The audit comes first: it refuses a state that would run code of others.
    """
    try:
        stack = open_stack(name)
        _use_key_pair(stack.settings)
        audit = audit_stacks([name], None)
        audited, audit_text = audit.exit_code, as_text(audit)
    except ToolError as error:
        return Drift(name, error.status, str(error), NOT_RUN)
    if audited not in (SAME, DIFFERENT):
        return Drift(name, FAILED, audit_text, NOT_RUN)
    done = run_pulumi(stack.pulumi_name, *REFRESH)
    refresh = printable_output(done.stdout + done.stderr)
    codes = {(SAME, 0): SAME, (DIFFERENT, 0): DIFFERENT, (SAME, CHANGES_FOUND): DIFFERENT}
    codes[DIFFERENT, CHANGES_FOUND] = DIFFERENT
    return Drift(name, codes.get((audited, done.returncode), FAILED), audit_text, refresh)


def _use_key_pair(settings: Settings) -> None:
    """Set the variables of a key pair that was decrypted from the config: the audit cannot decrypt it."""
    keys = settings.credentials.keys
    if settings.source == "config":
        pair = zip(SECRETS, (keys.secret_id, keys.secret_key), strict=True)
        os.environ.update({VARIABLES[key]: value for key, value in pair if value})


VERDICTS = {
    SAME: "No drift: the account matches stack {stack}.",
    DIFFERENT: "Drift: the account does not match stack {stack}.",
}
FAILURE = "The comparison of the account with stack {stack} failed. The reason is below."
ADVICE = (
    "To apply the stack file: `pulumi up --refresh --stack {stack}`. To keep the live setting: change the stack file."
)


def as_markdown(drift: Drift) -> str:
    """Return the verdict, then the output of both commands, then what to do."""
    parts = [
        VERDICTS.get(drift.exit_code, FAILURE).format(stack=drift.stack),
        f"## `live-recording audit {drift.stack}`",
        _code_block(drift.audit),
        f"## `pulumi refresh --preview-only --stack {drift.stack}`",
        _code_block(drift.refresh),
    ]
    if drift.exit_code == DIFFERENT:
        parts.append(ADVICE.format(stack=drift.stack))
    return "\n\n".join(parts) + "\n"


def _code_block(text: str) -> str:
    """Return text as a code block of Markdown, which no line of the text can end."""
    longest = max(map(len, re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}"
