"""Turn old API calls into the tasks of a stack file."""
