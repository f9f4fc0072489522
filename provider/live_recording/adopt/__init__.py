"""TODO adopt."""
