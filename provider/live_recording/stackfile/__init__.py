"""TODO stackfile."""
