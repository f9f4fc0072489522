"""Numbers and their nouns in sentences.

Rule 1: every sentence that counts something counts it in this way.
"""


def counted(number: int, noun: str, nouns: str = "") -> str:
    """A number and its noun: `1 rule`, `2 rules`; *nouns* where that is no plain plural."""
    return f"{number} {plural(number, noun, nouns or f'{noun}s')}"


def plural(number: int, one: str, many: str) -> str:
    """The word that goes with the number."""
    return one if number == 1 else many
