"""TODO desired."""
