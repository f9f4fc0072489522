"""Which resource the engine's current request is about.

Pulumi's provider host (`pulumi.dynamic.__main__`) calls a provider without the URN of the request, although the request has
it, and the URN alone says which project and stack this is. So it is read from the host's stack frame, here and nowhere
else. A host that names things differently yields an unknown stack: then only what needs the stack's name is left out.
"""

import sys

HOST_METHODS = frozenset({"Check", "Diff", "Create", "Read", "Update", "Delete"})


def current_urn() -> str:
    """Return the URN of the resource that the engine asks this thread about, or an empty text."""
    frame = sys._getframe(1)  # noqa: SLF001 - see the module's docstring
    while frame is not None:
        if frame.f_code.co_name in HOST_METHODS:
            urn = getattr(frame.f_locals.get("request"), "urn", None)
            if isinstance(urn, str):
                return urn
        frame = frame.f_back  # type: ignore[assignment]  # None at the outermost frame
    return ""
