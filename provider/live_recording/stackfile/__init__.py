"""The stack file: its model, parser, validation, JSON Schema and writer."""
