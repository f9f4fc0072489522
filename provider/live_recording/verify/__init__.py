"""Verify that what a stack declares was recorded."""
