"""A review as a comment on a pull request: GitHub's Markdown, always under 60 lines.

A review of any size fits: sections give up rows, the last sections first, and recording losses give up theirs last.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from live_recording.core.text import capitalize, count_of, escaped
from live_recording.review import text
from live_recording.review.fit import Room, Section, fit
from live_recording.review.message import Code, Message
from live_recording.review.model import Loss, Review

ROOM = Room(lines=59, characters=60_000)
"""A comment on GitHub holds 65,536 characters."""
CHANNELS_SHOWN = 3
MORE = "see the HTML or JSON review"
_ACTIVE = re.compile(r"[\\`*_\[\]|~]")
_BLOCK = re.compile(r"\A(\d*)([-+#=.)])")
_PINGS = re.compile(r"([@#])(?=\w)")
_ENTITIES = str.maketrans({c: f"&#{ord(c)};" for c in "&<>|`\\*_[]~"})


def render_markdown(review: Review, others: Sequence[str] = ()) -> str:
    """Return the comment. Its first line is hidden and names the stack, so that a pipeline can find the comment again.

    Args:
        review: The review.
        others: Lines about other stacks.
    """
    account = "No account data."
    if review.account_at:
        account = f"Account data from {text.format_time(review.account_at, review.time_zone)}."
    head = [
        marker([review]),
        f"**{plain(str(text.verdict_of(review)))}**",
        "",
        f"Stack {code(review.stack)}{plain(f', {review.account}' if review.account else '')}. {account} Times are in {plain(review.time_zone)}.",
        *others,
    ]
    return "\n".join([*head, *fit(sections(review), ROOM.without(head))]) + "\n"


def marker(reviews: Iterable[Review]) -> str:
    """Return the hidden first line of a comment, by which a pipeline finds it again."""
    stacks = ", ".join(escaped(review.stack).replace("--", "-") for review in reviews)
    return f"<!-- live-recording review: {stacks} -->"


def sections(review: Review) -> list[Section]:
    """Return the sections of a review that have rows, in order."""
    builders = REJECTED_SECTIONS if review.refused else SECTIONS
    return [section for section in (build(review) for build in builders) if section.rows]


def _rejections(review: Review) -> Section:
    return replace(_list("### Why the plan is rejected", _bullets(review.refused)), cut_last=True)


def _where(review: Review) -> Section:
    rows = [f"- {render_message(text.describe_where(change))}" for change in review.where]
    return replace(_list(f"### {text.WHERE}", rows, render_message(text.how_to_accept(review))), cut_last=True)


def _missing(review: Review) -> Section:
    return replace(_list("### Not in the account", _bullets(review.missing)), cut_last=True)


def _unknown_domains(review: Review) -> Section:
    return replace(_list("### Unknown domains", _bullets(review.unknown_domains)), cut_last=True)


def _warnings(review: Review) -> Section:
    return _list("### Warnings about the account", _bullets(review.warnings))


def _conflicts(review: Review) -> Section:
    return replace(_list("### Conflicts with the account", _bullets(review.conflicts)), cut_last=True)


def _limitations(review: Review) -> Section:
    return _list("### Limitations of this review", _bullets(review.limitations))


def _losses(review: Review) -> Section:
    rows = loss_rows(text.losses_by_entry(review))
    note = render_message(text.HOW_TO_ACKNOWLEDGE) if review.open_losses else ""
    return replace(_list("### Recording loss", rows, note), cut_last=True)


def loss_rows(entries: Iterable[text.EntryLosses]) -> list[str]:
    """Return a row for each loss; the first of an entry has the line that would acknowledge them."""
    return [
        describe_loss(loss, entry.proposal if loss is entry.losses[0] else None)
        for entry in entries
        for loss in entry.losses
    ]


def describe_loss(loss: Loss, proposal: str | None) -> str:
    """Return the row of a loss; *proposal* is the line that would acknowledge it."""
    row = f"- {code(loss.path_text)}: {plain(loss.sentence)}"
    if loss.acknowledged:
        row += f" *{plain(capitalize(text.describe_acknowledgement(loss.acknowledged)))}*"
    return f"{row}<br>{code(proposal)}" if proposal else row


def _changed_patterns(review: Review) -> Section:
    rows = [
        _cells(
            code(pattern.name),
            render_message(text.describe_recording(pattern.before)),
            render_message(text.describe_recording(pattern.after)),
            render_message(text.explain_pattern(pattern)),
        )
        for pattern in review.patterns
        if pattern.changed
    ]
    return _table("### Effective recording", ("Streams", "Before", "After", "Why"), rows)


def _unchanged_patterns(review: Review) -> Section:
    rows = [
        _cells(
            code(pattern.name),
            render_message(text.describe_recording(pattern.after)),
            render_message(text.explain_pattern(pattern)),
        )
        for pattern in review.patterns
        if not pattern.changed
    ]
    return _folded(count_of(len(rows), "unchanged pattern"), rows, ("Streams", "Recording", "Why"))


def _notifications(review: Review) -> Section:
    rows = [
        _cells(code(each.name), _notified(each.before), "; ".join([_notified(each.after), *map(plain, each.notes)]))
        for each in review.notifications
    ]
    return _table("### Notifications", ("Streams", "Before", "After"), rows)


def _notified(description: str) -> str:
    """Return who is notified, as code: a URL elsewhere would become a link."""
    return code(description) or text.NOT_NOTIFIED


def _limits(review: Review) -> Section:
    columns = ("Limit", "Before", "Peak", "After", "Allowed", "Remaining", "Unmanaged")
    rows = []
    for limit in review.limits:
        numbers = map(str, (limit.before, limit.peak, limit.after, limit.allowed))
        rows.append(_cells(limit.section, *numbers, text.describe_remaining(limit), str(limit.unmanaged)))
    return replace(_table("### Limits", columns, rows), summary=f"**Limits**: {text.summarize_limits(review)}.")


def _channels(review: Review) -> Section:
    shown = [render_message(text.describe_channels(channels)) for channels in review.channels[:CHANNELS_SHOWN]]
    rest = len(review.channels) - len(shown)
    more = [f"... and {rest} more."] if rest else []
    line = f"**Recording channels**: {' '.join([*shown, *more])}"
    return Section(min(len(shown), 1), lambda _: [line], line)


def _tasks(review: Review) -> Section:
    rows = [
        _cells(
            text.format_window(task.start, task.end, review.time_zone),
            code(task.stream),
            code(task.name),
            render_message(text.describe_task_recording(task)),
            render_message(text.describe_task(task, review.at)),
        )
        for task in review.tasks
    ]
    notable = [n for n, task in enumerate(review.tasks) if task.soon or task.overlaps or task.change != "kept"]
    return _table("### Tasks in the next 7 days", ("When", "Stream", "Task", "Recording", "Notes"), rows, notable)


def _later_tasks(review: Review) -> Section:
    rows = [f"- {render_message(text.describe_later_task(name, day))}" for name, day in sorted(review.later.items())]
    return _list("### Later tasks", rows, text.LATER)


def _effect(review: Review) -> Section:
    line = f"**When it takes effect**: {text.TAKES_EFFECT}"
    return Section(min(len(review.operations), 1), lambda _: [line], line)


def _findings(review: Review) -> Section:
    findings = [f"- {code(f.path_text)}: {plain(f.sentence)} {code(f.id)}" for f in review.findings]
    acknowledged = [
        f"- {code(entry.path)}: {code(entry.finding)} {plain(text.describe_acknowledgement(entry))}"
        for entry in review.acknowledged
    ]
    summary = f"{count_of(len(findings), 'finding')}, {count_of(len(acknowledged), 'acknowledgement')}"
    return _folded(summary, [*findings, *acknowledged])


def _unmanaged_objects(review: Review) -> Section:
    rows = _bullets(review.unmanaged)
    return _folded(f"{count_of(len(rows), 'unmanaged object')} in the account", rows)


def _operations(review: Review) -> Section:
    rows = []
    for operation in review.operations:
        fields = f": {', '.join(map(code, operation.fields))}" if operation.fields else ""
        rows.append(f"- {plain(operation.op)} {plain(operation.kind)} {code(operation.name)}{fields}")
    return _folded(text.summarize_operations(review), rows)


SECTIONS = (
    _where,
    _missing,
    _unknown_domains,
    _conflicts,
    _losses,
    _warnings,
    _limitations,
    _changed_patterns,
    _notifications,
    _limits,
    _tasks,
    _later_tasks,
    _effect,
    _findings,
    _unmanaged_objects,
    _channels,
    _operations,
    _unchanged_patterns,
)
"""In the order of the comment; earlier sections keep their rows longer."""
REJECTED_SECTIONS = (_rejections, _where, _limitations, _findings)
"""Nothing else is certain about a plan that does not run."""


def _bullets(sentences: Sequence[str]) -> list[str]:
    return [f"- {plain(sentence)}" for sentence in sentences]


def _list(head: str, rows: Sequence[str], note: str = "") -> Section:
    top = [head, note] if note else [head]
    return Section(len(rows), lambda number: [*top, *_cut(rows, number)], _summary(head, rows))


def _table(head: str, columns: Sequence[str], rows: Sequence[str], notable: Sequence[int] = ()) -> Section:
    top, more = [head, *_column_heads(columns)], _more_row(columns)
    return Section(len(rows), lambda number: [*top, *_cut(rows, number, notable, more)], _summary(head, rows))


def _folded(summary: str, rows: Sequence[str], columns: Sequence[str] = ()) -> Section:
    top, more = [f"<details><summary>{summary}</summary>", "", *_column_heads(columns)], _more_row(columns)
    return Section(len(rows), lambda number: [*top, *_cut(rows, number, (), more), "</details>"], f"{summary}: {MORE}.")


def _summary(head: str, rows: Sequence[str]) -> str:
    return f"**{head.removeprefix('### ')}**: {len(rows)}, {MORE}."


def _column_heads(columns: Sequence[str]) -> list[str]:
    return [_cells(*columns), f"|{'---|' * len(columns)}"] if columns else []


def _more_row(columns: Sequence[str]) -> str:
    return _cells("{}", *("" for _ in columns[1:])) if columns else "- {}"


def _cut(rows: Sequence[str], number: int, notable: Sequence[int] = (), more: str = "- {}") -> list[str]:
    """Return *number* rows in their order, notable ones before others, and a row that counts the rest."""
    by_importance = list(dict.fromkeys((*notable, *range(len(rows)))))
    kept = [rows[index] for index in sorted(by_importance[:number])]
    rest = len(rows) - number
    return [*kept, more.format(f"... and {rest} more: {MORE}")] if rest else kept


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def render_message(message: Message) -> str:
    """Return a message as Markdown."""
    return "".join(
        code(fragment.text) if isinstance(fragment, Code) else plain(fragment.text) for fragment in message.fragments
    )


def plain(value: str) -> str:
    """Return text that Markdown shows unchanged, also at the start of a line and in tables; it mentions and links nothing."""
    safe = escaped(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _BLOCK.sub(r"\1\\\2", _ACTIVE.sub(r"\\\g<0>", safe))
    return _PINGS.sub(r"\1&#8203;", safe)


def code(value: str) -> str:
    """Return text as code, also in tables; entities replace what a code span cannot hold there."""
    safe = escaped(value)
    if "`" in safe or "|" in safe:
        return f"<code>{safe.translate(_ENTITIES)}</code>"
    return f"`{safe}`" if safe else ""
