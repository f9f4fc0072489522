"""TODO migrate."""
