"""Sections of a text that give up rows until the whole text fits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

FIRST_ROWS = 4
"""Rows that each section gets before any section gets more."""
ALL_ROWS = 1 << 30


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a text that can be cut."""

    rows: int
    render: Callable[[int], list[str]]  # number of rows -> lines
    summary: str  # one line instead of all rows
    cut_last: bool = False  # cut after all other sections


@dataclass(frozen=True, slots=True)
class Room:
    """How much text fits."""

    lines: int
    characters: int

    def holds(self, text: Sequence[str]) -> bool:
        """Return whether the text fits."""
        return len(text) <= self.lines and sum(map(len, text)) <= self.characters

    def without(self, text: Sequence[str]) -> "Room":
        """Return what is left next to the text."""
        return Room(self.lines - len(text), self.characters - sum(map(len, text)))

    def divided_by(self, parts: int) -> "Room":
        """Return an equal part of the room."""
        return Room(self.lines // parts, self.characters // parts)


def fit(sections: Sequence[Section], room: Room) -> list[str]:
    """Return the lines of all sections that fit, an empty line before each.

    Sections that are cut last grow first; then each section gets a few rows; then all grow in turn. If the summaries
    alone would fill more than half of the room, the last sections are left out.
    """
    shown = [*sections]
    while shown and not room.divided_by(2).holds(_lines(shown, [0] * len(shown))):
        shown.pop()
    rows, order = [0] * len(shown), range(len(shown))
    turns = [(index, ALL_ROWS) for index in order if shown[index].cut_last]
    turns += [(index, most) for most in (FIRST_ROWS, ALL_ROWS) for index in order]
    for index, most in turns:
        while rows[index] < min(most, shown[index].rows):
            more = [*rows[:index], rows[index] + 1, *rows[index + 1 :]]
            if not room.holds(_lines(shown, more)):
                break
            rows = more
    return _lines(shown, rows)


def _lines(sections: Sequence[Section], rows: Sequence[int]) -> list[str]:
    lines: list[str] = []
    for section, number in zip(sections, rows, strict=True):
        lines += ["", *(section.render(number) if number else [section.summary])]
    return lines
