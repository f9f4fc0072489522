"""docs/priority.svg: which rule of the dev stack records a stream, for a stream that each of its rules wins.

The ranking and the names of levels come from the code; this module only places them.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined

from live_recording.core.streams import LEVEL_NAMES, StreamKey, level, ranking
from live_recording.stackfile.model import Rule, Stack
from live_recording.stackfile.reader import parse
from live_recording.stackfile.shared import SourceFile, extended_files, merge
from live_recording.stackfile.validation import validate

STACK = Path(__file__).resolve().parent.parent / "stacks/dev.yaml"
STREAMS = (("studio", "camera-one"), ("studio", "headline"), ("live", "countdown"), ("studio", "camera-two"), ("live", "interview"))  # fmt: skip
"""App and name of the streams, each won by another rule."""
SVG = """<svg role="img" aria-label="From the top, the first rule that fits a stream wins it" \
viewBox="0 0 960 {{ 136 + 62 * rows | length }}" xmlns="http://www.w3.org/2000/svg">
<style>
text { font: 14px ui-sans-serif, system-ui, sans-serif; fill: #1f2328 }
.code { font: 13px ui-monospace, Menlo, Consolas, monospace }
.quiet { fill: #59636e }
.level { font-size: 22px; font-weight: 600 }
.white { fill: #ffffff; font-weight: 600 }
.wins { fill: #0a4fb8 }
.suppresses { fill: #59636e }
.outranked { fill: none; stroke: #818b98; stroke-dasharray: 4 3 }
line { stroke: #d1d9e0 }
</style>
<rect x="0.5" y="0.5" width="959" height="{{ 135 + 62 * rows | length }}" rx="8" fill="#ffffff" stroke="#d1d9e0"/>
<text class="quiet" x="20" y="60">level, rule and what it names</text>
{% for app, stream in streams %}
<text class="code" x="{{ 316 + 134 * loop.index0 }}" y="42" text-anchor="middle">{{ app }}/</text>
<text class="code" x="{{ 316 + 134 * loop.index0 }}" y="60" text-anchor="middle">{{ stream }}</text>
{% endfor %}
{% for row in rows %}
{% set top = 78 + 62 * loop.index0 %}
<line x1="20" x2="940" y1="{{ top }}" y2="{{ top }}"/>
<text class="level" x="20" y="{{ top + 39 }}">{{ row.level }}</text>
<text class="code" x="48" y="{{ top + 27 }}">{{ row.name }}</text>
<text class="quiet" x="48" y="{{ top + 46 }}">{{ row.names }}</text>
{% for cell in row.cells %}
{% if cell %}
{% set middle = 316 + 134 * loop.index0 %}
<rect class="{{ cell.looks }}" x="{{ middle - 58 }}" y="{{ top + 14 }}" width="116" height="34" rx="6"/>
<text class="{{ 'quiet' if cell == outranked else 'white' }}" x="{{ middle }}" y="{{ top + 36 }}" \
text-anchor="middle">{{ cell.text }}</text>
{% endif %}
{% endfor %}
{% endfor %}
{% set top = 78 + 62 * rows | length %}
<line x1="20" x2="940" y1="{{ top }}" y2="{{ top }}"/>
{% for looks, x, said in legend %}
<rect class="{{ looks }}" x="{{ x }}" y="{{ top + 20 }}" width="24" height="18" rx="4"/>
<text x="{{ x + 32 }}" y="{{ top + 34 }}">{{ said }}</text>
{% endfor %}
</svg>
"""
LEGEND = (
    ("wins", 20, "wins, and records with this template"),
    ("suppresses", 350, "wins, and suppresses recording"),
    ("outranked", 640, "fits, but a rule above it wins"),
)
"""The style of a cell, the position of its legend, and the text."""


class Cell(NamedTuple):
    """What a rule does to a stream that it fits."""

    text: str
    looks: str


OUTRANKED, SUPPRESSES = Cell("outranked", "outranked"), Cell("not recorded", "suppresses")


class Row(NamedTuple):
    """A rule, and what it does to each of the streams."""

    level: int
    name: str
    names: str
    cells: tuple[Cell | None, ...]


def picture() -> str:
    """Return the picture; it is byte-stable."""
    made = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    return made.from_string(SVG).render(rows=rows(), streams=STREAMS, outranked=OUTRANKED, legend=LEGEND) + "\n"


def stack() -> Stack:
    """Return the dev stack with its shared files."""
    own = SourceFile(STACK.name, parse(STACK.read_bytes()))
    shared = [SourceFile(name, parse((STACK.parent / name).read_bytes())) for _, name in extended_files(own.document)]
    return validate(merge(own, shared).root).stack


def rows() -> list[Row]:
    """Return a row for each rule of the stack, by level."""
    rules = {StreamKey(rule.domain, rule.app, rule.stream): (name, rule) for name, rule in stack().rules.items()}
    return sorted(_rows(rules), key=lambda row: row.level)


def _rows(rules: Mapping[StreamKey, tuple[str, Rule]]) -> Iterator[Row]:
    for key, (name, rule) in rules.items():
        places = [ranking(rules, StreamKey(key.domain, *stream)) for stream in STREAMS]
        cells = (None if key not in fits else OUTRANKED if key != fits[0] else cell(rule.template) for fits in places)
        yield Row(level(key), name, LEVEL_NAMES[level(key)], tuple(cells))


def cell(template: str | None) -> Cell:
    """Return what a winning rule does; without a template it suppresses recording."""
    return Cell(template, "wins") if template else SUPPRESSES
