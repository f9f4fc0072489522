"""`live-recording schema`."""

from live_recording.cli.output import print_output


def schema() -> None:
    """Print the JSON Schema of stack files, for editors.

    Example: live-recording schema > schema/stack.schema.json
    """
    from live_recording.core.json_output import as_json
    from live_recording.stackfile.schema import stack_schema

    print_output(as_json(stack_schema()))
