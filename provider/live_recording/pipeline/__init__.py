"""Plan and deploy with the Pulumi CLI, for people and for CI."""
