"""Every text for readers uses the words of the field: one test lists all places that do not."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

BETTER: Mapping[str, str] = {
    r"mend(s|ed|ing)?": "fix",
    r"hasten(s|ed)?": "speed up",
    r"reckon(s|ed|ing)?": "compute",
    r"pretend(s|ed|ing)?": "simulate",
    r"(un)?told": "report",
    r"stands?": "is, represents",
    r"(some|no|any|every)body('s)?|whoever": 'passive, "another user", "no other stack", "anyone"',
    r"for ever": "indefinitely",
    r"meanwhile": "at the same time",
    r"by hand": "manually, outside this tool",
    r"twins?|namesakes?": "duplicate",
    r"strangers?": "owned by another stack",
    r"wish(es)?": "desired state",
    r"spoil(s|t|ed)?": "fail",
    r"anew": "again",
    r"lest|seldom|thereby|hence|upon|nought|withal": "a plain modern word",
    r"(is|are|was|were) (?-i:none)(?! of)": "is not a ...",
    r"(vendor|API|account|server|emulator|site)('s API)? takes?": "accepts",
    r"(behind|without) (Pulumi's|its) back": "outside Pulumi",
    r"look(s|ed)? at by|(is|are|was|were|be|been|being|not) looked at": "is read, is checked",
    r"put(s|ting)? (it |them |that |this )?right": "fix",
    r"all the same(?! )": "anyway",
    r"go(es)? on(?! and)|went on": "continue",
    r"lea(ve|ves|ving|ft) \S+ away": "omit",
    r"lives? in": "is stored in",
    r"(is|are|was|were|be|been|being|objects|object) made": "is created",
    r"overtaken": "stale",
    r"blind": "without account data",
    r"in clear|in the clear": "in plain text",
    r"spoken": "format",
    r"as (it|they) (was|were|is|are) found": "existing",
}
"""Pattern of whole words, in any case -> what to write instead. The list follows the guide for authors."""
GAP = r"(?:\s+#?\s*)"
ALTERNATIVES = "|".join(rf"(?P<p{n}>{words})(?!\w)".replace(" ", GAP) for n, words in enumerate(BETTER))
PATTERN = re.compile(rf"\b(?:{ALTERNATIVES})", re.IGNORECASE)
NAMES = re.compile(r"(?:^|_)(mend(ed)?|pretend(ed|s)?|told|twins?|namesakes?|strangers?|wish(es)?|reckon(ed)?|hasten|somebody|nobody|meanwhile|blame|obstacles?)(?:_|$)", re.IGNORECASE)  # fmt: skip
"""Words that no identifier may have as a part."""

TEXTS = {
    ".md",
    ".out",
    ".txt",
    ".text",
    ".yaml",
    ".yml",
    ".toml",
    ".json",
    ".html",
    ".j2",
    ".svg",
    ".sh",
    ".patch",
    ".css",
    "",
}
"""Files that are searched line by line."""
PLACES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "Makefile", "__main__.py", "pyproject.toml", "Pulumi.yaml", "provider", "tests", "docs", "examples", "template", "stacks", "tools", "bench", "schema", ".github")  # fmt: skip
SKIPPED = {"__pycache__", "node_modules", "tools/pulumi/source", "bench/results", "tests/golden/migrate"}
"""Not searched: what others wrote, and measurements."""


KEY_OF_OUTPUT = "told"
"""A JSON key that other programs read; it stays as it is."""


def offenders(place: str, line: int, text: str) -> Iterator[str]:
    """Yield one finding per unwanted word of a text that begins at *line*."""
    if text == KEY_OF_OUTPUT:
        return
    for found in PATTERN.finditer(text.replace(f'"{KEY_OF_OUTPUT}": [', '"": [')):
        number = int(next(name for name, words in found.groupdict().items() if words)[1:])
        words = " ".join(found[0].split())
        yield f"{place}:{line + text.count(chr(10), 0, found.start())}: {words} -> {[*BETTER.values()][number]}"


def python_offenders(place: str, source: str, *, literals: bool) -> Iterator[str]:
    """Yield the findings in docstrings, comments and names of a module; with *literals*, in every string."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and literals:
            yield from offenders(place, node.lineno, node.value)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and not literals:
            yield from offenders(place, node.lineno, str(node.value.value))
        name = next((getattr(node, key) for key in ("id", "arg", "attr", "name") if isinstance(getattr(node, key, None), str)), "")  # fmt: skip
        yield from (f"{place}:{getattr(node, 'lineno', 0)}: {name} -> a name that says what it is" for _ in NAMES.finditer(name))  # fmt: skip
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield from offenders(place, token.start[0], token.string)


def searched() -> Iterator[Path]:
    """Yield every file with text of ours."""
    for place in PLACES:
        below = ROOT / place
        for path in sorted(below.rglob("*")) if below.is_dir() else [below]:
            inside = path.relative_to(ROOT).as_posix()
            if path.is_file() and not any(inside.startswith(f"{skip}/") or f"/{skip}/" in inside for skip in SKIPPED):
                yield path


def file_offenders(path: Path) -> Iterator[str]:
    """Yield the findings in one file, by its kind."""
    place = path.relative_to(ROOT).as_posix()
    if path.suffix == ".py" or (not path.suffix and path.read_bytes().startswith(b"#!/usr/bin/env python")):
        yield from python_offenders(place, path.read_text(encoding="utf-8"), literals=not place.startswith("tests/"))
    elif path.suffix in TEXTS:
        yield from offenders(place, 1, path.read_text(encoding="utf-8", errors="replace"))


def test_texts_use_the_words_of_the_field() -> None:
    """Messages, help, docstrings, comments, names, pages, examples and expected output."""
    assert sorted({line for path in searched() for line in file_offenders(path)}) == []


SAMPLES: Mapping[str, tuple[str, list[str]]] = {
    "message": ('raise E(f"{x}: Mend it.")\n', ["m.py:1: Mend -> fix"]),
    "docstring": (
        'def f():\n    """Return.\n\n    What nobody\n    told.\n    """\n',
        ["m.py:4: nobody", "m.py:5: told"],
    ),
    "comment": ("x = 1  # kept for ever\n", ["m.py:1: for ever -> indefinitely"]),
    "name": ("told = wishes\n", ["m.py:1: told", "m.py:1: wishes"]),
    "part of a word": ('"""Understand, forever, recommend, toldoth."""\nuntouched = 1\n', []),
}


@pytest.mark.parametrize(("source", "expected"), SAMPLES.values(), ids=SAMPLES)
def test_unwanted_words_are_detected(source: str, expected: list[str]) -> None:
    """The search can fail."""
    found = sorted(set(python_offenders("m.py", source, literals=True)))

    assert len(found) == len(expected)
    assert all(line.startswith(start) for line, start in zip(found, expected, strict=True))


def test_words_across_lines_are_detected() -> None:
    """A line break inside a phrase does not hide it, in a page as in a comment."""
    assert list(offenders("a.md", 7, "It is kept\nfor\never.")) == ["a.md:8: for ever -> indefinitely"]
