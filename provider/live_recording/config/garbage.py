"""Garbage collection in processes that end after seconds: the program, the provider, and the verbs."""

import atexit
import gc
from functools import cache

NEW_OBJECTS = 100_000
"""How many more objects start a collection; Python's default is 700. It bounds the memory of unused objects to some 20 MB."""


@cache
def collect_rarely() -> None:
    """Collect garbage rarely, and not when the process ends.

    Most objects belong to imported modules and stay. To visit them again and again is a fifth of the CPU time of `check`, 60 ms
    of each run of the program, and 6% of a refresh of 300 resources (*observed* with Python 3.11).
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
    atexit.register(gc.freeze)
