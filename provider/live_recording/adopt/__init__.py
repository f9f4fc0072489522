"""Turn what an account already holds into a stack file and an import file for Pulumi."""
