"""Check whether this machine, its configuration and the account are ready."""
