"""`live-recording policy`."""

from enum import Enum
from typing import Annotated

import typer

from live_recording.cli.output import print_output


class RoleChoice(Enum):
    """Whom the policy is for."""

    reader = "reader"
    deployer = "deployer"
    auditor = "auditor"


def policy(
    role: Annotated[RoleChoice, typer.Argument(help="Whom the policy is for.")],
    live_records: Annotated[
        bool, typer.Option("--live-records", help="Also allow the deprecated live_records, for a deployer.")
    ] = False,
    callbacks: Annotated[
        bool,
        typer.Option(
            "--callbacks", help="Also allow what callbacks need: stacks that have them, and adopt, which reads them."
        ),
    ] = False,
) -> None:
    """Print the least-privilege access policy (CAM) of a role as JSON.

    reader: plan, review, adopt, drift and refresh. deployer: also up, deploy and destroy. auditor: audit, snapshot and verify.

    Example: live-recording policy deployer > policy.json
    """
    from live_recording.account import actions
    from live_recording.core.json_output import as_json

    print_output(as_json(actions.policy(role.value, live_records=live_records, callbacks=callbacks)))
