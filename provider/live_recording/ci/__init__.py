"""What a pipeline needs besides planning and deploying: a comment, an issue, temporary credentials."""
