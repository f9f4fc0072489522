"""What a person at a terminal sees: the content of the plain texts, in colours and tables.

Rule 1: nothing is said here; sentences come from where the plain text has them. Rule 2: `terminal` decides who sees it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from live_recording.core.findings import Finding, errors
from live_recording.core.text import escaped
from live_recording.desired import explain_text
from live_recording.desired.explain import Explanation
from live_recording.lint import report

if TYPE_CHECKING:
    from live_recording.audit.messages import AuditMessage
    from live_recording.audit.run import Audit
    from live_recording.doctor.report import Diagnosis
    from live_recording.review.text import Verdict


BAD, DOUBTFUL, GOOD = "bold red", "yellow", "green"
STYLES: Mapping[str, str] = {"error": BAD, "warning": DOUBTFUL, "wrong": BAD, "note": DOUBTFUL, "ok": GOOD}
"""Severities of findings and states of subjects."""
PLACE, NAME, ID = "cyan", "bold", "dim"


def checked(files: Sequence[report.CheckedFile]) -> RenderableType:
    """Findings, tasks that wait, and the line that counts."""
    found = report.sorted_findings(files)
    style = BAD if errors(found) else DOUBTFUL if found else GOOD
    waiting = [Text(line, style=ID) for line in report.later_lines(files)]
    return Group(*_findings(found), *waiting, Text(report.summary(files), style=style))


def _findings(found: Iterable[Finding]) -> list[RenderableType]:
    return [part for one in found for part in _finding(one)]


def _finding(one: Finding) -> tuple[RenderableType, ...]:
    place = f"{escaped(one.file)}:{one.line}" if one.file else ""
    parts = ((place, PLACE), (one.severity, STYLES[one.severity]), (one.path_text, NAME), (f"[{one.id}]", ID))
    head = Text(" ").join(Text(part, style=style) for part, style in parts if part)
    return head, Padding.indent(Text(one.sentence), 2)


def explanation(told: Explanation) -> RenderableType:
    """Who records a stream, a table of the rules that do not, and the tasks that do."""
    losers = _table("rule", "why it does not")
    for loser in told.losers:
        losers.add_row(Text(loser.path, style=NAME), Text(f"{loser.why}."))
    verdict = Text(explain_text.verdict(told), style=GOOD if told.records else DOUBTFUL)
    return Group(verdict, *([losers] if told.losers else []), *map(Text, explain_text.task_lines(told)))


def audit(found: "Audit") -> RenderableType:
    """Findings, what is not known, a table of differences for each account, and the line that counts."""
    from live_recording.audit.run import conclusion, heading, outcome

    parts = [*_findings(found.findings), *(Text(note, style=DOUBTFUL) for note in found.notes)]
    for account in found.accounts:
        parts.append(Text(heading(account), style=NAME))
        if account.told:
            parts.append(_differences(account.told))
        else:
            parts.append(Text(outcome(account), style=BAD if account.failure else GOOD))
    return Group(*parts, Text(conclusion(found), style=BAD if found.exit_code else GOOD))


def _differences(told: Iterable["AuditMessage"]) -> Table:
    table = _table("kind", "where", "what")
    for one in told:
        place = "" if one.undeclared else f"{escaped(one.file)}:{one.line}\n{one.path}"
        style = DOUBTFUL if one.for_information else BAD
        table.add_row(Text(one.kind, style=style), Text(place, style=PLACE), Text(one.sentence))
    return table


def diagnosis(found: "Diagnosis") -> RenderableType:
    """A row for each subject, and the line that counts."""
    from live_recording.doctor.report import conclusion

    table = _table("", "subject", "what was seen, and what to do")
    for line in found.lines:
        table.add_row(Text(line.state, style=STYLES[line.state]), Text(line.subject, style=NAME), Text(line.sentence))
    return Group(table, Text(conclusion(found), style=BAD if found.exit_code else GOOD))


def verdict(of: str, said: "Verdict", below: Iterable[str], *, stops: bool) -> RenderableType:
    """The verdict of a review, whose it is, and what stands below it."""
    head = Text.assemble((f"{of}: ", NAME), (said.head, BAD if stops else GOOD), f": {said.sentence}")
    return Group(head, *(Padding.indent(Text(line), 2) for line in below))


def _table(*columns: str) -> Table:
    """A table that breaks what is too long, and cuts nothing."""
    table = Table(box=SIMPLE_HEAD, header_style=ID, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
