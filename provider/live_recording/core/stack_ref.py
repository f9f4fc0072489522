"""Whose a template is: names that a stack gives by default begin with it, `<project>--<stack>--<key>`.

Rule 1: an owner is a text, `<project>--<stack>`; the empty one is not known. Rule 2: two hyphens stand between the parts
of a name and nowhere in them, so that the owner can be read back.
"""

from typing import NamedTuple

HYPHENS = "--"
_PARTS = 3  # of a default name


class Parts(NamedTuple):
    """What an owner is made of."""

    project: str
    stack: str


def of(project: str, stack: str) -> str:
    """The owner that a stack of a project is."""
    return f"{project}{HYPHENS}{stack}"


def parts(owner: str) -> Parts:
    """Project and stack of an owner."""
    project, _, stack = owner.partition(HYPHENS)
    return Parts(project, stack)


def describe_owner(owner: str) -> str:
    """A stack as sentences name it: `prod of project live-recording`."""
    return f"{parts(owner).stack} of project {parts(owner).project}"


def adopting(stack: str) -> str:
    """The command that writes down what an account holds and the file of a stack does not say; "": any stack's."""
    return f"live-recording adopt --stack {stack or 'STACK'} --out more.yaml"


def default_name(owner: str, key: str) -> str:
    """The name in the account that the owner's template *key* has where its entry gives none."""
    return f"{owner}{HYPHENS}{key}"


def owner_of(template_name: str) -> str | None:
    """The owner that a default template name begins with, or None for another name."""
    found = template_name.split(HYPHENS)
    return of(*found[:2]) if len(found) == _PARTS and all(found) else None
