"""The vocabulary that all packages share. No Pulumi, SDK, pydantic, YAML, files, environment or clock."""
