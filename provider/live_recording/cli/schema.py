"""TODO live_recording.cli.schema."""

from live_recording.cli.output import print_output
from live_recording.core import json_output
from live_recording.stackfile.schema import stack_schema


def schema() -> None:
    """Print the JSON Schema of a stack file, for editors.

    Example: live-recording schema > schema/stack.schema.json
    """
    print_output(json_output.as_json(stack_schema()))
