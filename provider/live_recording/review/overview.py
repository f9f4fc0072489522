"""The reviews of many stacks in the order in which they are read: what stops, what changes, what stays, what was left out.

A stack that stops is never left out, however many there are.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from live_recording.core.text import count_of, plural
from live_recording.review import text
from live_recording.review.model import Review
from live_recording.review.text import Verdict


@dataclass(frozen=True, slots=True)
class Stop:
    """A stack that stops: it lacks a review, or its review stops."""

    stack: str
    verdict: Verdict
    review: Review | None = None

    @property
    def loss_count(self) -> int:
        """Return the number of losses that are not acknowledged."""
        return len(self.review.open_losses) if self.review else 0

    @property
    def losses_by_entry(self) -> tuple[text.EntryLosses, ...]:
        """Return the losses that are not acknowledged, by entry."""
        entries = text.losses_by_entry(self.review) if self.review else ()
        return tuple(entry for entry in entries if entry.proposal)


@dataclass(frozen=True, slots=True)
class Unaffected:
    """The stacks that a change does not affect, so that they were not planned."""

    base: str = ""  # the commit that the files were compared with
    stacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """Stacks with and without a review, each group in the order given."""

    stops: tuple[Stop, ...]
    changed: tuple[Review, ...]
    unchanged: tuple[str, ...]
    unaffected: Unaffected

    @classmethod
    def of(
        cls, reviews: Iterable[Review], not_reviewed: Mapping[str, Verdict], unaffected: Unaffected | None = None
    ) -> "Overview":
        """Sort reviews into groups; *not_reviewed* are the stacks without a review, and why."""
        everything = tuple(reviews)
        passing = [review for review in everything if not review.stops]
        return cls(
            (*_without_review(not_reviewed), *_stopping(everything)),
            tuple(review for review in passing if review.operations),
            tuple(review.stack for review in passing if not review.operations),
            unaffected or Unaffected(),
        )

    @property
    def has_losses(self) -> bool:
        """Return whether any stack has a loss that is not acknowledged."""
        return any(stop.loss_count for stop in self.stops)

    @property
    def verdict(self) -> Verdict:
        """Return the verdict about all stacks."""
        stops, changed = len(self.stops), len(self.changed)
        rest = [
            f"{count_of(changed, 'stack')} {plural(changed, 'changes', 'change')}",
            f"{len(self.unchanged)} {plural(len(self.unchanged), 'does', 'do')} not",
        ]
        if self.unaffected.stacks:
            rest.append(
                f"{len(self.unaffected.stacks)} {plural(len(self.unaffected.stacks), 'was', 'were')} not planned"
            )
        head = f"{count_of(stops, 'stack')} {plural(stops, 'stops', 'stop')}" if stops else "No stack stops"
        return Verdict(head, f"{', '.join(rest)}.")


def _without_review(stacks: Mapping[str, Verdict]) -> Iterator[Stop]:
    yield from (Stop(stack, verdict) for stack, verdict in stacks.items())


def _stopping(reviews: Iterable[Review]) -> Iterator[Stop]:
    yield from (Stop(review.stack, text.verdict_of(review), review) for review in reviews if review.stops)


def why_not_planned(unaffected: Unaffected) -> str:
    """Return why stacks were not planned, up to the commit."""
    number = len(unaffected.stacks)
    were, their = plural(number, "was", "were"), plural(number, "its", "their")
    return f"{count_of(number, 'stack')} {were} not planned, because none of {their} files differs from"
