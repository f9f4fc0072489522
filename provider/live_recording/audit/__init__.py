"""Compare accounts with the stack files that declare their objects."""
