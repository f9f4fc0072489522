"""How much the tests try: by default a sample of generated cases and faults, with `RELIABILITY=all` everything, for an hour."""

import os

THOROUGH = os.environ.get("RELIABILITY") == "all"


def examples(sample: int, everything: int) -> int:
    """Return the number of generated cases."""
    return everything if THOROUGH else sample
