"""Draw results for a terminal, with colors and tables. The sentences come from where the plain text has them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from live_recording.core.findings import Finding, errors
from live_recording.core.text import escaped

if TYPE_CHECKING:
    from live_recording.audit.messages import AuditMessage
    from live_recording.audit.run import Audit
    from live_recording.desired.explain import Explanation
    from live_recording.doctor.report import Diagnosis
    from live_recording.lint.report import FileReport
    from live_recording.pipeline.listing import ListedStack
    from live_recording.review.text import Verdict


BAD, DOUBTFUL, GOOD = "bold red", "yellow", "green"
STYLES: Mapping[str, str] = {"error": BAD, "warning": DOUBTFUL, "wrong": BAD, "note": DOUBTFUL, "ok": GOOD}
"""Severity of a finding, or state of a check, -> style."""
LOCATION, NAME, ID = "cyan", "bold", "dim"
TABLE_WIDTH = 80
"""Columns that a table needs: in a narrower one, words and commands would be broken."""


@dataclass(frozen=True, slots=True)
class Printable:
    """Something drawn, with every text in it made safe to print; its colors stay."""

    drawn: RenderableType
    printable: Callable[[str], str]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the segments of what is drawn."""
        for segment in console.render(self.drawn, options):
            yield segment if segment.control else Segment(self.printable(segment.text), segment.style)


def findings_list(files: "Sequence[FileReport]") -> RenderableType:
    """Return the findings, the tasks that cannot be created yet, and the conclusion."""
    from live_recording.lint import report

    found = report.sorted_findings(files)
    style = BAD if errors(found) else DOUBTFUL if found else GOOD
    later = [Text(line, style=ID) for line in report.later_lines(files)]
    return Group(*_draw_findings(found), *later, Text(report.summary(files), style=style))


def _draw_findings(findings: Iterable[Finding]) -> list[RenderableType]:
    return [part for finding in findings for part in _draw_finding(finding)]


def _draw_finding(finding: Finding) -> tuple[RenderableType, ...]:
    location = f"{escaped(finding.file)}:{finding.line}" if finding.file else ""
    parts = (
        (location, LOCATION),
        (finding.severity, STYLES[finding.severity]),
        (finding.path_text, NAME),
        (f"[{finding.id}]", ID),
    )
    head = Text(" ").join(Text(part, style=style) for part, style in parts if part)
    return head, Padding.indent(Text(finding.sentence), 2)


def explanation(answer: "Explanation") -> RenderableType:
    """Return who records a stream, a table of the rules that do not, and the tasks that do."""
    from live_recording.desired import explain_text

    losers = _Rows(
        ("rule", "why it does not record it"),
        tuple((Text(explain_text.name_of(loser), style=NAME), Text(f"{loser.why}.")) for loser in answer.losers),
    )
    verdict = Text(explain_text.verdict(answer), style=GOOD if answer.records else DOUBTFUL)
    return Group(verdict, *([losers] if answer.losers else []), *map(Text, explain_text.task_lines(answer)))


def audit(result: "Audit") -> RenderableType:
    """Return findings, notes, a table of differences for each account, and the conclusion."""
    from live_recording.audit.run import heading, outcome, summary

    parts = [*_draw_findings(result.findings), *(Text(note, style=DOUBTFUL) for note in result.notes)]
    for account in result.accounts:
        parts.append(Text(heading(account), style=NAME))
        if account.messages:
            parts.append(_difference_table(account.messages))
        else:
            parts.append(Text(outcome(account), style=BAD if account.failure else GOOD))
    return Group(*parts, Text(summary(result), style=BAD if result.exit_code else GOOD))


def _difference_table(messages: "Iterable[AuditMessage]") -> RenderableType:
    return _Rows(("kind", "where", "what"), tuple(map(_difference, messages)))


def _difference(message: "AuditMessage") -> tuple[Text, ...]:
    location = f"{escaped(message.file)}:{message.line}\n{message.path_text}" if message.is_declared else ""
    style = BAD if message.is_problem else DOUBTFUL
    return Text(message.kind, style=style), Text(location, style=LOCATION), Text(message.sentence)


def diagnosis_table(diagnosis: "Diagnosis") -> RenderableType:
    """Return a row for each check, and the conclusion."""
    from live_recording.doctor.report import conclusion

    rows = _Rows(
        ("", "subject", "what was seen, and what to do"),
        tuple(
            (Text(line.state, style=STYLES[line.state]), Text(line.subject, style=NAME), Text(line.sentence))
            for line in diagnosis.lines
        ),
    )
    return Group(rows, Text(conclusion(diagnosis), style=BAD if diagnosis.exit_code else GOOD))


def verdict(title: str, head: "Verdict", below: Iterable[str], *, stops: bool) -> RenderableType:
    """Return the verdict of a review under its title, and the lines below it."""
    line = Text.assemble((f"{title}: ", NAME), (head.head, BAD if stops else GOOD), f": {head.sentence}")
    return Group(line, *(Padding.indent(Text(part), 2) for part in below))


def stack_table(stacks: "Iterable[ListedStack]") -> RenderableType:
    """Return a row for each stack."""
    return _Rows(("stack", "file", "site", "account"), tuple(map(_stack, stacks)))


def _stack(stack: "ListedStack") -> tuple[Text, ...]:
    file, site, account = (part or "" for part in (stack.file, stack.site, stack.account))
    return Text(stack.stack, style=NAME), Text(file, style=LOCATION), Text(site), Text(account)


@dataclass(frozen=True, slots=True)
class _Rows:
    """A table that wraps long text and never cuts it; in a narrow terminal, two paragraphs for each row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table, or the last cell of each row below the others."""
        if options.max_width >= TABLE_WIDTH:
            table = Table(box=SIMPLE_HEAD, header_style=ID, pad_edge=False)
            for column in self.columns:
                table.add_column(column, overflow="fold")
            for row in self.rows:
                table.add_row(*row)
            yield table
            return
        header = tuple(Text(column, style=ID) for column in self.columns)
        for *head, last in (header, *self.rows):
            yield Text(" ").join(cell for cell in head if cell)
            if last:
                yield Padding.indent(last, 2)
