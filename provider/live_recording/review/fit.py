"""Parts of a text that give up rows until all of it fits."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

FEW = 4
"""Rows that each section gets before any section gets more."""
ALL = 1 << 30


class Section(NamedTuple):
    """A part that can be cut: its lines for a number of rows, and one line that stands for all of them."""

    rows: int
    lines: Callable[[int], list[str]]
    instead: str
    last: bool = False  # cut after all others


class Room(NamedTuple):
    """What there is room for."""

    lines: int
    letters: int

    def holds(self, text: Sequence[str]) -> bool:
        """Whether the text fits."""
        return len(text) <= self.lines and sum(map(len, text)) <= self.letters

    def less(self, text: Sequence[str]) -> "Room":
        """What is left beside the text."""
        return Room(self.lines - len(text), self.letters - sum(map(len, text)))

    def shared(self, among: int) -> "Room":
        """An equal part of it."""
        return Room(self.lines // among, self.letters // among)


def fitted(sections: Sequence[Section], room: Room) -> list[str]:
    """The lines of all sections that fit, an empty line before each.

    What is cut last grows first; then each section grows a little; then all in turn. Where the lines that stand for
    sections would fill more than half of the room, the last sections are missing.
    """
    shown = [*sections]
    while shown and not room.shared(2).holds(_joined(shown, [0] * len(shown))):
        shown.pop()
    rows, order = [0] * len(shown), range(len(shown))
    turns = [(n, ALL) for n in order if shown[n].last] + [(n, most) for most in (FEW, ALL) for n in order]
    for number, most in turns:
        while rows[number] < min(most, shown[number].rows):
            more = [*rows[:number], rows[number] + 1, *rows[number + 1 :]]
            if not room.holds(_joined(shown, more)):
                break
            rows = more
    return _joined(shown, rows)


def _joined(sections: Sequence[Section], rows: Sequence[int]) -> list[str]:
    shown = zip(sections, rows, strict=True)
    return [line for one, number in shown for line in ("", *(one.lines(number) if number else [one.instead]))]
