"""The sentences of a review: one wording for terminal, Markdown, HTML and JSON."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from live_recording.config.where import WhereChange
from live_recording.core.streams import LEVEL_NAMES
from live_recording.core.text import capitalize, command_of, count_of, escaped, join_words, plural
from live_recording.core.timefmt import FOREVER, hours
from live_recording.core.vendor import OVERLAPS_MAX
from live_recording.review.channels import TASKS
from live_recording.review.format_loss import format_length
from live_recording.review.losses import FINDING
from live_recording.review.message import Code, Message
from live_recording.review.model import Channels, EffectiveRule, Format, Limit, Loss, LossKind, Pattern, Review, Task
from live_recording.stackfile.model import Acknowledgement
from live_recording.stackfile.names import KEY

Section = Literal["losses", "patterns", "limits", "tasks"]

PROPOSED_FOR = timedelta(days=7)
"""How long a proposed acknowledgement is valid: it is for one change, not for the next one too."""
TAKES_EFFECT = (
    "New settings apply to pushes that begin about ten minutes after the deployment, or later. "
    "A running recording keeps its settings until its push ends."
)
EMPTY: dict[Section, str] = {
    "losses": "None. Everything recorded today stays recorded, in the same formats and for at least as long.",
    "patterns": "No rule of this account records anything.",
    "limits": "The account has no rules and no templates.",
    "tasks": "None.",
}
EMPTY_WITHOUT_ACCOUNT: dict[Section, str] = {
    "losses": "The plan alone shows no loss. Other recordings of the account are unknown.",
    "patterns": "The plan alone shows no rules.",
    "limits": "Unknown without account data.",
    "tasks": "The plan alone shows no tasks.",
}
DETAILS_SHOWN = 10
"""How many lines a terminal shows below a verdict; the review has all of them."""
LATER = "The API accepts these tasks only from a later day. The first deployment from that day on creates them."
LOSS_NAMES: dict[LossKind, str] = {"stops": "Stops", "format": "Format lost", "retention": "Shorter retention"}
CHANNELS = "Each format of each recording uses one recording channel. The vendor bills the peak of the month."
NOT_NOTIFIED = "none"
WHERE = "Where changes"
HOW_TO_ACKNOWLEDGE = Message.of(
    "If a loss is intended, add its line under ", Code("acknowledge:"), " in the stack file, with your reason."
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The most important fact about a plan, in one line."""

    head: str
    sentence: str

    @property
    def capitalized(self) -> str:
        """Return the sentence as it reads without the head."""
        return capitalize(self.sentence)

    def __str__(self) -> str:
        return f"{self.head}: {self.sentence}"


def verdict_of(review: Review) -> Verdict:
    """Return the verdict: first about what stops, then about what is unknown, then about changes."""
    if review.stops:
        return _stopping_verdict(review)
    if review.account_at is None:
        return Verdict("Uncertain", "no account data. Take a snapshot of the account and review again.")
    verdict = _acknowledged_verdict(review) if review.losses else _harmless_verdict(review)
    if not review.limitations:
        return verdict
    return Verdict(verdict.head, f"{verdict.sentence} {count_of(len(review.limitations), 'limitation')}: see below.")


def _stopping_verdict(review: Review) -> Verdict:
    """Return the verdict about the first reason to stop."""
    if review.refused:
        return Verdict(f"Plan rejected ({count_of(len(review.refused), 'error')})", "nothing will change.")
    if review.open_where:
        keys = [change.key for change in review.open_where]
        return Verdict(WHERE, f"{join_words(keys)} {plural(len(keys), 'differs', 'differ')} from the last deployment.")
    if review.missing:
        return Verdict(
            "Not in the account",
            f"the account does not have {count_of(len(review.missing), 'object')} of the stack's state.",
        )
    if review.unknown_domains:
        return Verdict("Unknown domains", f"{count_of(len(review.unknown_domains), 'error')}.")
    if review.open_losses:
        return _loss_verdict(review)
    return Verdict("Will fail", f"the account would reject part of this plan ({_count_conflicts(review)}).")


def _loss_verdict(review: Review) -> Verdict:
    number = len(review.open_losses)
    them = plural(number, "it", "them")
    sentence = f"{count_of(number, 'unacknowledged loss', 'unacknowledged losses')}. "
    sentence += f"Fix {them}, or acknowledge {them} in the stack file."
    if review.conflicts:
        sentence += f" The account would also reject part of this plan ({_count_conflicts(review)})."
    if review.account_at is None:
        sentence += " No account data."
    return Verdict("Recording loss", sentence)


def _count_conflicts(review: Review) -> str:
    return count_of(len(review.conflicts), "conflict")


def _acknowledged_verdict(review: Review) -> Verdict:
    number = len(review.losses)
    accepted = plural(number, "accepted", "each accepted")
    return Verdict("Acknowledged recording loss", f"{count_of(number, 'loss', 'losses')}, {accepted} with a reason.")


def _harmless_verdict(review: Review) -> Verdict:
    patterns = sum(pattern.changed for pattern in review.patterns)
    tasks = sum(task.change != "kept" for task in review.tasks)
    counts = {"pattern": patterns, "task": tasks, "notification": len(review.notifications)}
    changes = [count_of(number, noun) for noun, number in counts.items() if number]
    if changes:
        verb = plural(sum(counts.values()), "changes", "change")
        return Verdict("No recording loss", f"{join_words(changes)} {verb}.")
    if review.operations:
        number = len(review.operations)
        operations = f"{count_of(number, 'resource operation')} {plural(number, 'does', 'do')}"
        return Verdict("No recording loss", f"{operations} not change what is recorded.")
    return Verdict("No changes", "the account records the same as before.")


def describe_where(change: WhereChange) -> Message:
    """Return which config key changes, and how."""
    return Message.of(Code(change.key), f" {change.sentence}")


def how_to_accept(review: Review) -> Message:
    """Return how to deploy with what changes of where and who; without any, an empty message."""
    if not review.open_where:
        return Message.of()
    options = [part for change in review.where for part in ("--accept-where", change.key)]
    command = command_of("live-recording", "deploy", review.stack, *options)
    return Message.of("If this is not intended, undo the change of the config. If it is, run once: ", Code(command))


def empty_section(review: Review, section: Section) -> str:
    """Return the sentence for a section that has nothing to show."""
    return (EMPTY_WITHOUT_ACCOUNT if review.account_at is None else EMPTY)[section]


def terminal_details(review: Review) -> tuple[str, ...]:
    """Return the lines below the verdict in a terminal: reasons to stop, then limitations, cut after some lines."""
    losses = (f"{loss.path_text}: {loss.sentence}" for loss in review.open_losses)
    where = [str(message) for message in (*map(describe_where, review.where), how_to_accept(review)) if message]
    stops = (*review.refused, *where, *review.missing, *review.unknown_domains, *review.conflicts, *losses)
    lines = [escaped(line) for line in (*stops, *review.warnings, *review.limitations)]
    rest = len(lines) - DETAILS_SHOWN
    if rest > 0:
        return (*lines[:DETAILS_SHOWN], f"... and {rest} more: see the review.")
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class EntryLosses:
    """An entry of the stack file with the losses that it causes."""

    path: str
    losses: tuple[Loss, ...]
    acknowledged: Acknowledgement | None
    proposal: str | None  # the line that would acknowledge the losses; None: they are acknowledged


def losses_by_entry(review: Review) -> tuple[EntryLosses, ...]:
    """Return the losses by entry, unacknowledged ones first."""
    groups: dict[tuple[str, bool], list[Loss]] = {}
    for loss in sorted(review.losses, key=lambda loss: loss.acknowledged is not None):
        groups.setdefault((loss.path_text, loss.acknowledged is None), []).append(loss)
    return tuple(
        EntryLosses(
            path,
            tuple(losses),
            losses[0].acknowledged,
            propose_acknowledgement(losses[0], review.at) if open_ else None,
        )
        for (path, open_), losses in groups.items()
    )


def propose_acknowledgement(loss: Loss, at: datetime) -> str:
    """Return the line to write under `acknowledge:` if the loss is intended."""
    is_plain = all(KEY.fullmatch(str(part)) for part in loss.path)
    path = loss.path_text if is_plain else json.dumps(loss.path_text)
    until = (at + PROPOSED_FOR).date()
    return f'- {{finding: {FINDING}, path: {path}, reason: "...", until: {until}}}'


def describe_acknowledgement(entry: Acknowledgement) -> str:
    """Return until when and why something is accepted."""
    until = f"until {entry.until}" if entry.until else "without an end date"
    return f"accepted {until}: {entry.reason}"


def describe_recording(rule: EffectiveRule | None) -> Message:
    """Return which template records, and what."""
    return Message.of(Code(rule.template), f": {describe_formats(rule.formats)}") if rule else Message.of("nothing")


def describe_task_recording(task: Task) -> Message:
    """Return the template of a task, if it has one, and what it records."""
    formats = describe_formats(task.formats)
    return Message.of(Code(task.template), f": {formats}") if task.template else Message.of(formats)


def describe_formats(formats: Iterable[Format]) -> str:
    """Return formats, each with its retention and the length of a file."""
    return ", ".join(map(_describe_format, formats)) or "nothing"


def _describe_format(form: Format) -> str:
    if form.cos:
        retention = "in COS"
    else:
        retention = "unlimited" if form.storage_time == FOREVER else format_length(form.storage_time)
    files = f" ({format_length(form.record_interval)} files)" if form.record_interval else ""
    return f"{form.name.upper()} {retention}{files}"


def explain_pattern(pattern: Pattern) -> Message:
    """Return which rule decides after the plan, and what decided before if that differs."""
    now = _explain_winner(pattern.after) if pattern.after else Message.of("no rule applies")
    return Message.join("; ", (now, *_previous(pattern)))


def _explain_winner(rule: EffectiveRule) -> Message:
    return Message.of(_name_rule(rule), f" wins: it names {LEVEL_NAMES[rule.level]} (level {rule.level})")


def _previous(pattern: Pattern) -> tuple[Message, ...]:
    before, after = pattern.before, pattern.after
    if before is None:
        return ()
    if after is None or (before.rule, before.key) != (after.rule, after.key):
        return (Message.of("previously ", _name_rule(before), f" (level {before.level})"),)
    if before.template != after.template and not pattern.changed:
        return (Message.of("previously template ", Code(before.template)),)
    return ()


def _name_rule(rule: EffectiveRule) -> Message:
    return Message.of(Code(rule.rule)) if rule.rule else Message.of("the unmanaged rule ", Code(rule.key))


def describe_remaining(limit: Limit) -> str:
    """Return what the peak of the deployment leaves of a limit."""
    left = limit.allowed - limit.peak
    if left > 0:
        return f"{left} left"
    return f"{-left} over the limit" if left else "full"


def format_time(at: datetime, zone: str) -> str:
    """Return a date with weekday and time in a time zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}"


def format_window(start: datetime, end: datetime, zone: str) -> str:
    """Return a time window in a time zone; the day of the end only if it differs."""
    first, last = (at.astimezone(ZoneInfo(zone)) for at in (start, end))
    day = ""
    if last - first > timedelta(days=6):
        day = f"{last:%a %Y-%m-%d} "
    elif last.date() > first.date():
        day = f"{last:%a} "
    return f"{first:%a %Y-%m-%d} {hours(first)} to {day}{hours(last)}"


def describe_urgency(task: Task, at: datetime) -> str:
    """Return how soon a task starts; empty for a task that does not start soon."""
    if not task.soon:
        return ""
    if task.start <= at:
        return "running now"
    minutes = int((task.start - at).total_seconds() // 60)
    return f"starts in {count_of(minutes, 'minute')}" if minutes else "starts now"


def describe_task(task: Task, at: datetime) -> Message:
    """Return what else is worth knowing about a task, separated by semicolons."""
    notes: list[Message] = []
    if task.change != "kept":
        notes.append(Message.of(task.change))
    if not task.managed:
        notes.append(Message.of("unmanaged"))
    if task.soon:
        notes.append(Message.of(describe_urgency(task, at)))
    if task.overlaps:
        notes.append(_describe_overlaps(task))
    return Message.join("; ", notes)


def _describe_overlaps(task: Task) -> Message:
    names = Message.join(", ", (Message.of(Code(name)) for name in task.overlaps))
    too_many = f" (at most {OVERLAPS_MAX} can record at once)" if len(task.overlaps) >= OVERLAPS_MAX else ""
    return Message.of("overlaps ", names, too_many)


def summarize_operations(review: Review) -> str:
    """Return how many resources the plan touches, and how."""
    counts = Counter(operation.op for operation in review.operations)
    by_op = ", ".join(f"{number} {op}" for op, number in sorted(counts.items()))
    return f"{count_of(counts.total(), 'resource operation')}: {by_op}"


def summarize_limits(review: Review) -> str:
    """Return the limits in one line."""
    return "; ".join(
        f"{limit.section} {limit.peak} of {limit.allowed}, {describe_remaining(limit)}" for limit in review.limits
    )


def describe_later_task(name: str, first_day: str) -> Message:
    """Return a task that cannot be created yet, and from when it can."""
    return Message.of(Code(name), f" from {date.fromisoformat(first_day):%a %Y-%m-%d}")


def describe_notified(notified: str, notes: Iterable[str] = ()) -> str:
    """Return who is notified of what, and what changes that is not shown."""
    return "; ".join([notified or NOT_NOTIFIED, *notes])


def describe_channels(channels: Channels) -> Message:
    """Return how many recording channels are used, and were used before."""
    was = "" if channels.after == channels.before else f", was {channels.before}"
    count = count_of(channels.after, "channel")
    if channels.name == TASKS:
        return Message.of(f"All tasks of the account: at most {count} at once{was}.")
    return Message.of("Each stream of ", Code(channels.name), f": {count}{was}.")
