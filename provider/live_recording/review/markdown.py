"""A review as a comment on a pull request: GitHub's Markdown, always under 60 lines.

A review of any size fits: sections give up rows, the last ones first, and recording loss gives up its rows last.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from live_recording.core.text import capitalize, count_of, escaped
from live_recording.review import text as words
from live_recording.review.fit import Room, Section, fitted
from live_recording.review.model import Review
from live_recording.review.text import Code, Words

ROOM = Room(lines=59, letters=60_000)
"""A comment of GitHub holds 65,536 letters."""
MORE = "see the HTML or JSON form"
_ACTIVE = re.compile(r"[\\`*_\[\]|~]")
_BLOCK = re.compile(r"\A(\d*)([-+#=.)])")
_PINGS = re.compile(r"([@#])(?=\w)")
_ENTITIES = str.maketrans({c: f"&#{ord(c)};" for c in "&<>|`\\*_[]~"})


def markdown(review: Review) -> str:
    """The comment. Its first line is hidden and names the stack, so that a pipeline can find the comment again."""
    looked = words.day(review.account_at, review.time_zone) if review.account_at else "never"
    head = [
        _marker([review]),
        f"**{plain(str(words.verdict(review)))}**",
        "",
        f"Stack {code(review.stack)}. Account looked at: {looked}. Times are in {plain(review.time_zone)}.",
    ]
    return "\n".join([*head, *fitted(_sections(review), ROOM.less(head))]) + "\n"


def combined(reviews: Iterable[Review], beside: Mapping[str, tuple[str, str]]) -> str:
    """One comment about several stacks: their verdicts, and then what changes, first of those that stop.

    *beside* are the stacks without a review: in two words what is the matter, and in a sentence.
    """
    found = tuple(reviews)
    if len(found) == 1 and not beside:
        return markdown(found[0])
    failed = [f"- {code(stack)}: **{head}**: {plain(why)}" for stack, (head, why) in beside.items()]
    verdicts = _list("### Recording reviews", [*failed, *map(_verdict, found)])
    lines = [_marker(found), *fitted([verdicts], ROOM.less([""]))[1:]]
    telling = sorted((r for r in found if r.stops or r.operations), key=lambda review: not review.stops)
    for number, review in enumerate(telling):
        waiting = sum(other.stops == review.stops for other in telling[number:])  # the others take what these leave
        head = ["", f"## {code(review.stack)}"]
        rest = fitted(_sections(review), ROOM.less(lines).shared(waiting).less(head))
        lines += [*head, *rest] if rest else []
    return "\n".join(lines) + "\n"


def _verdict(review: Review) -> str:
    head, sentence = words.verdict(review)
    return f"- {code(review.stack)}: **{plain(head)}**: {plain(sentence)}"


def _marker(reviews: Iterable[Review]) -> str:
    stacks = ", ".join(escaped(review.stack).replace("--", "-") for review in reviews)
    return f"<!-- live-recording review: {stacks} -->"


def _sections(review: Review) -> list[Section]:
    chosen = REFUSED if review.refused else SECTIONS
    return [section for section in (build(review) for build in chosen) if section.rows]


def _refused(review: Review) -> Section:
    return _list("### Why the plan is refused", _bullets(review.refused))._replace(last=True)


def _obstacles(review: Review) -> Section:
    return _list("### What the account would refuse", _bullets(review.obstacles))._replace(last=True)


def _unsaid(review: Review) -> Section:
    return _list("### What this review cannot tell", _bullets(review.unsaid))


def _losses(review: Review) -> Section:
    losses = words.losses(review)
    rows = [
        f"- {code(loss.path)}: {plain(loss.sentence)}"
        + (f" *{plain(capitalize(words.accepted(loss.acknowledged)))}*" if loss.acknowledged else "")
        + (f"<br>{code(line)}" if line else "")
        for loss, line in losses
    ]
    about = said(words.IF_MEANT) if any(line for _, line in losses) else ""
    return _list("### Recording loss", rows, about)._replace(last=True)


def _changes(review: Review) -> Section:
    changed = [p for p in review.patterns if p.changed]
    rows = [
        _cells(code(p.name), said(words.recording(p.before)), said(words.recording(p.after)), said(words.why(p)))
        for p in changed
    ]
    return _table("### Effective recording", ("Streams", "Before", "After", "Why"), rows)


def _same(review: Review) -> Section:
    same = [p for p in review.patterns if not p.changed]
    rows = [_cells(code(p.name), said(words.recording(p.after)), said(words.why(p))) for p in same]
    return _folded(f"{count_of(len(same), 'pattern')} recorded as before", rows, ("Streams", "Recording", "Why"))


def _limits(review: Review) -> Section:
    rows = [_cells(one.section, *map(str, one[1:5]), words.room(one), str(one.unmanaged)) for one in review.limits]
    columns = ("Limit", "Before", "Most at once", "After", "Allowed", "Room", "Not managed here")
    return _table("### Limits", columns, rows)._replace(instead=f"**Limits**: {words.limits(review)}.")


def _tasks(review: Review) -> Section:
    rows = [
        _cells(
            words.window(task.start, task.end, review.time_zone),
            code(task.stream),
            code(task.name),
            said(words.task_recording(task)),
            said(words.notes(task, review.at)),
        )
        for task in review.tasks
    ]
    telling = [n for n, t in enumerate(review.tasks) if t.soon or t.overlaps or t.change != "kept"]
    return _table("### Tasks of the next seven days", ("When", "Stream", "Task", "Recording", "Notes"), rows, telling)


def _later(review: Review) -> Section:
    rows = [f"- {said(words.from_day(name, first))}" for name, first in sorted(review.later.items())]
    return _list("### Later tasks", rows, words.LATER)


def _effect(review: Review) -> Section:
    line = f"**When it takes effect**: {words.TAKES_EFFECT}"
    return Section(min(len(review.operations), 1), lambda _: [line], line)


def _findings(review: Review) -> Section:
    found = [f"- {code(f.path_text)}: {plain(f.sentence)} {code(f.id)}" for f in review.findings]
    known = [f"- {code(a.path)}: {code(a.finding)} {plain(words.accepted(a))}" for a in review.acknowledged]
    summary = f"{count_of(len(found), 'finding')}, {count_of(len(known), 'acknowledgement')}"
    return _folded(summary, [*found, *known])


def _unmanaged(review: Review) -> Section:
    rows = _bullets(review.unmanaged)
    return _folded(f"{count_of(len(rows), 'object')} in the account not managed here", rows)


def _operations(review: Review) -> Section:
    rows = [
        f"- {plain(o.op)} {plain(o.kind)} {code(o.name)}" + (f": {', '.join(map(code, o.fields))}" if o.fields else "")
        for o in review.operations
    ]
    return _folded(words.operations(review), rows)


SECTIONS = (
    _obstacles,
    _losses,
    _unsaid,
    _changes,
    _limits,
    _tasks,
    _later,
    _effect,
    _findings,
    _unmanaged,
    _operations,
    _same,
)
"""In the order of the comment; what stands first keeps its rows longest."""
REFUSED = (_refused, _unsaid, _findings)
"""Of a plan that does not run, nothing else is certain."""


def _bullets(sentences: Sequence[str]) -> list[str]:
    return [f"- {plain(sentence)}" for sentence in sentences]


def _list(head: str, rows: Sequence[str], about: str = "") -> Section:
    top = [head, about] if about else [head]
    return Section(len(rows), lambda number: [*top, *_cut(rows, number)], _instead(head, rows))


def _table(head: str, columns: Sequence[str], rows: Sequence[str], first: Sequence[int] = ()) -> Section:
    top, more = [head, *_columns(columns)], _more_cells(columns)
    return Section(len(rows), lambda number: [*top, *_cut(rows, number, first, more)], _instead(head, rows))


def _folded(summary: str, rows: Sequence[str], columns: Sequence[str] = ()) -> Section:
    top, more = [f"<details><summary>{summary}</summary>", "", *_columns(columns)], _more_cells(columns)
    return Section(len(rows), lambda number: [*top, *_cut(rows, number, (), more), "</details>"], f"{summary}: {MORE}.")


def _instead(head: str, rows: Sequence[str]) -> str:
    return f"**{head.removeprefix('### ')}**: {len(rows)}, {MORE}."


def _columns(columns: Sequence[str]) -> list[str]:
    return [_cells(*columns), f"|{'---|' * len(columns)}"] if columns else []


def _more_cells(columns: Sequence[str]) -> str:
    return _cells("{}", *("" for _ in columns[1:])) if columns else "- {}"


def _cut(rows: Sequence[str], number: int, first: Sequence[int] = (), more: str = "- {}") -> list[str]:
    """*number* rows in their order, those at *first* before others, and a row that counts the rest."""
    kept = sorted(list(dict.fromkeys((*first, *range(len(rows)))))[:number])
    rest = len(rows) - number
    return [*(rows[n] for n in kept), *([more.format(f"... and {rest} more: {MORE}")] if rest else [])]


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def said(parts: Words) -> str:
    """A sentence, its names as code."""
    return "".join(code(part) if isinstance(part, Code) else plain(part) for part in parts)


def plain(text: str) -> str:
    """Text that Markdown shows as it is, at the start of a line and in tables too; it calls nobody, links no issue."""
    safe = escaped(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _BLOCK.sub(r"\1\\\2", _ACTIVE.sub(r"\\\g<0>", safe))
    return _PINGS.sub(r"\1&#8203;", safe)


def code(text: str) -> str:
    """Text as code, in tables too; what a code span cannot hold there stands in entities."""
    safe = escaped(text)
    if "`" in safe or "|" in safe:
        return f"<code>{safe.translate(_ENTITIES)}</code>"
    return f"`{safe}`" if safe else ""
