"""The reviews of many stacks in one comment. A stack that stops is never left out, however many there are.

The comment names the stacks that stop first, then those that change, and the others in one line. What each of them
changes follows in the same order, as far as there is room.
"""

from collections.abc import Iterable, Mapping, Sequence

from live_recording.core.text import count_of, join_words, plural
from live_recording.review import text
from live_recording.review.fit import Room, fit
from live_recording.review.markdown import (
    ROOM,
    code,
    describe_loss,
    loss_rows,
    marker,
    plain,
    render_markdown,
    sections,
)
from live_recording.review.model import Review
from live_recording.review.overview import Overview, Stop, Unaffected, why_not_planned
from live_recording.review.text import Verdict

NAMED_IN_MARKER = 10
"""How many stacks the hidden first line names."""
STOPS_SHARE = 0.8
"""How much of the comment the list of stacks that stop may take before it is shortened."""
CHANGED_ROWS = 20
"""How many changed stacks are listed with their verdict."""
NAMED_PATHS, NAMED_PATH_LENGTH = 10, 80
"""How many changed paths without effect are named, and how many characters of each, from its end."""
SMALLEST_DETAILS = 4
"""Lines: with less room, nothing more is shown of a stack."""
NAMED = 100
"""How many unchanged stacks, and how many that were not planned, are named."""


def render_combined(
    reviews: Iterable[Review],
    not_reviewed: Mapping[str, Verdict],
    without_effect: Sequence[str] = (),
    unaffected: Unaffected | None = None,
) -> str:
    """Return one comment about several stacks.

    Args:
        reviews: The reviews.
        not_reviewed: Stacks without a review -> why.
        without_effect: Paths that the pull request changes, but that the plans do not use.
        unaffected: Stacks that were not planned.
    """
    everything = tuple(reviews)
    overview = Overview.of(everything, not_reviewed, unaffected)
    if (len(everything), len(not_reviewed), len(without_effect)) == (1, 0, 0):
        return render_markdown(everything[0], _unaffected_row(overview.unaffected))
    stopping = tuple(stop.review for stop in overview.stops if stop.review)
    lines = [marker(everything[:NAMED_IN_MARKER]), *_notice(without_effect), "### Recording reviews"]
    lines += [*_stop_rows(overview.stops), *_changed_rows(overview.changed)]
    lines += [*_named("Nothing changes in", overview.unchanged), *_unaffected_row(overview.unaffected)]
    for group in (stopping, overview.changed):
        lines += _details(group, ROOM.without(lines))
    return "\n".join(lines) + "\n"


def _notice(without_effect: Sequence[str]) -> list[str]:
    """Return the sentence on changes that the plans do not show."""
    if not without_effect:
        return []
    named = join_words([code(path[-NAMED_PATH_LENGTH:]) for path in without_effect[:NAMED_PATHS]])
    more = f" and {len(without_effect) - NAMED_PATHS} more" if len(without_effect) > NAMED_PATHS else ""
    count = count_of(len(without_effect), "path")
    return [
        f"**Not in this review**: this pull request also changes {count} besides the values of stacks: {named}{more}. The plans use the versions of the base branch.",
        "",
    ]


def _unaffected_row(unaffected: Unaffected) -> list[str]:
    if not unaffected.stacks:
        return []
    return [f"- {why_not_planned(unaffected)} {code(unaffected.base)}: {_names(unaffected.stacks)}."]


def _changed_rows(changed: Sequence[Review]) -> list[str]:
    listed, others = changed[:CHANGED_ROWS], changed[CHANGED_ROWS:]
    rows = [_verdict_row(review.stack, text.verdict_of(review)) for review in listed]
    return [*rows, *_named("Something changes in", [review.stack for review in others])]


def _details(reviews: Sequence[Review], room: Room) -> list[str]:
    """Return what each stack changes; each gets an equal part of the room that is left."""
    lines: list[str] = []
    for index, review in enumerate(reviews):
        if room.without(lines).lines < SMALLEST_DETAILS:
            break
        head = ["", f"## {code(review.stack)}"]
        body = fit(sections(review), room.without(lines).divided_by(len(reviews) - index).without(head))
        lines += [*head, *body] if body else []
    return lines


def _stop_rows(stops: Sequence[Stop]) -> list[str]:
    """Return the list of stacks that stop, in the fullest form that leaves room for the others."""
    room = int(ROOM.characters * STOPS_SHARE)
    for form in (_with_losses, _with_first_loss, _with_short_loss, _with_count):
        rows = [row for stop in stops for row in form(stop)]
        is_short = form is not _with_losses or len(rows) <= ROOM.lines // 2
        if is_short and sum(map(len, rows)) + len(rows) <= room:
            return rows
    return [
        f"- **{count_of(len(stops), 'stack')} {plural(len(stops), 'stops', 'stop')}**: {', '.join(map(_short, stops))}"
    ]


def _with_losses(stop: Stop) -> list[str]:
    return [_verdict_row(stop.stack, stop.verdict), *_loss_rows(stop)]


def _with_first_loss(stop: Stop) -> list[str]:
    more = [f"  - and {stop.loss_count - 1} more"] if stop.loss_count > 1 else []
    return [_verdict_row(stop.stack, stop.verdict), *_loss_rows(stop)[:1], *more]


def _with_short_loss(stop: Stop) -> list[str]:
    if not stop.loss_count or stop.review is None:
        return [_verdict_row(stop.stack, stop.verdict)]
    loss = describe_loss(stop.review.open_losses[0], None).removeprefix("- ")
    return [f"- {code(stop.stack)}{_counted(stop)}: {loss}"]


def _with_count(stop: Stop) -> list[str]:
    return [f"- {code(stop.stack)}: **{plain(stop.verdict.head)}**{_counted(stop)}"]


def _short(stop: Stop) -> str:
    return f"{code(stop.stack)}{_counted(stop)}"


def _counted(stop: Stop) -> str:
    return f" ({count_of(stop.loss_count, 'loss', 'losses')})" if stop.loss_count else ""


def _loss_rows(stop: Stop) -> list[str]:
    """Return a row for each loss that is not acknowledged."""
    return [f"  {row}" for row in loss_rows(stop.losses_by_entry)]


def _verdict_row(stack: str, verdict: Verdict) -> str:
    return f"- {code(stack)}: **{plain(verdict.head)}**: {plain(verdict.sentence)}"


def _named(what: str, stacks: Sequence[str]) -> list[str]:
    return [f"- {what} {count_of(len(stacks), 'stack')}: {_names(stacks)}."] if stacks else []


def _names(stacks: Sequence[str]) -> str:
    rest = f" and {len(stacks) - NAMED} more" if len(stacks) > NAMED else ""
    return f"{', '.join(map(code, stacks[:NAMED]))}{rest}"
