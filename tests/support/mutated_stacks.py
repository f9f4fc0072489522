"""Mutations of all stack files of this project.

Rule 1: a file depends on its number and on those files alone, so that each can be reproduced.
Rule 2: no file is larger than SIZE_MAX.
"""

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

ROOT = Path(__file__).parent.parent.parent
SOURCES = [
    path.read_bytes() for folder in ("stacks", "tests/golden") for path in sorted((ROOT / folder).rglob("*.yaml"))
]
SIZE_MAX = 40_000  # bytes
NESTED = 400  # levels of brackets: far more than a file may have

_TEXTS = (
    "", "~", "null", "true", "yes", "0", "-0", "-1", "012", "0x1F", "0b11", "1_000", "1e999", ".nan", "-.inf", "1.5",
    "9" * 16, "9" * 400, f"-{'9' * 5000}", "2026-11-21", "2026-02-30T25:61", "0000-00-00", "9999-12-31T23:59:59-23:59",
    "2200-12-31T23:59+14:00", "2000-01-01T00:00-12:00", "20:00", "24:00", "1:30:00", "9999999999d", "9999999999", "forever", "\u0663\u0660d", "\uff13\uff10m",
    "Asia/Shanghai", "../../etc/passwd", "/etc/localtime", "posix/UTC", "Asia", "a" * 300, "UTC\\0",
    "FREQ=DAILY", "FREQ=YEARLY;BYYEARDAY=366", "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2,4", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=-53MO",
    "FREQ=DAILY;COUNT=9999;INTERVAL=9999", "FREQ=WEEKLY;BYDAY=MO,MO,MO;BYSETPOS=-366", "FREQ=YEARLY;INTERVAL=9999;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=SECONDLY", "RRULE:", "FREQ=DAILY;;", "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=-31;BYSETPOS=366", "FREQ=YEARLY;BYMONTHDAY=30;BYMONTH=2",
    "push.example.com", "PUSH.EXAMPLE.COM.", "-.-", "例子.测试", "{StreamID}", "'{StreamID'", "'}{'", "'{{}}'", "*", "/", "a/b", "%2F", "' x '", "x--y", "a-b",
    "archive", "templates.archive", "kept-forever", "bad-yaml", "finding", "__class__", "model_dump", "constructor", "no-record", "[key]", "'[0]'", "a.b[0].c",
    "&a x", "*a", "<<", "<<: *a", "!!python/object:os.system x", "!x y", "? x : y", "? [a, b] : c", "? {a: b}", "? ", "- x", "---", "...", "%YAML 1.1", "%TAG ! x:",
    "{}", "[]", "{", "}", "[", "]", "[[]]", "{a: {b: {c: d}}}", "[1, [2, [3]]]", "'", '"', "''", '"\\u0000"', '"\\ud800"', '"\\U0010ffff"', '"\\x1b[31m"', '"\\n"', '"\\L\\P\\N"',
    "|\n  a\n  b", ">-\n  a", "|9\n a", "#", " # x", ": ", ":", ",", "@x", "`x`", "\t", "\r", "\n\n", "\u202etxt\u2066", "\u200b", "\u0301" * 50, "\u2028", "\x85", "\xa0", "<{%reset%}>", "<{", "%s%n{0}", "\U0001f3a5" * 30,
    "x" * 9000, "[" * NESTED, "{a: " * NESTED, "[" * NESTED + "]" * NESTED, "- " * NESTED, "a: &b [*b]",
)  # fmt: skip
_BYTES = (
    b"\x00",
    b"\x1b[2J",
    b"\x7f",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xc0\x80",
    b"\xe2\x80",
    b"\xf4\x90\x80\x80",
)
NASTY = (*(text.encode() for text in _TEXTS), *_BYTES)
"""Scalars and pieces of YAML; the last ones are no text, or none that belongs into a file."""

_TOKEN = re.compile(rb"[^\s:,{}\[\]]+")
_VALUE = re.compile(rb"(?<=: )[^\s,{}\[\]]+")


def _lines(random: Random, data: bytes) -> bytes:
    """Delete, duplicate, move, or indent a line, or insert one of another file."""
    lines = data.split(b"\n")
    here, there = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(6):
        case 0:
            del lines[here]
        case 1:
            lines.insert(there, lines[here])
        case 2:
            lines[here], lines[there] = lines[there], lines[here]
        case 3:
            lines[here] = b" " * random.randrange(9) + lines[here].lstrip()
        case 4:
            lines[here] = random.choice((b"\t", b"- ", b"? ", b"# ")) + lines[here]
        case _:
            lines.insert(here, random.choice(random.choice(SOURCES).split(b"\n")))
    return b"\n".join(lines)


def _bytes(random: Random, data: bytes) -> bytes:
    """Flip some bits, or overwrite bytes, anywhere."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 8)) if changed else 0):
        place = random.randrange(len(changed))
        changed[place] = changed[place] ^ (1 << random.randrange(8)) if random.random() < 0.7 else random.randrange(256)
    return bytes(changed)


def _replaced(form: re.Pattern[bytes]) -> Callable[[Random, bytes], bytes]:
    """Something that matches the form replaced by something nasty, or by something else of the same form."""

    def mutation(random: Random, data: bytes) -> bytes:
        found = list(form.finditer(data))
        if not found:
            return data
        place = random.choice(found)
        new = random.choice(NASTY) if random.random() < 0.7 else random.choice(found)[0]
        return data[: place.start()] + new + data[place.end() :]

    return mutation


def _inserted(random: Random, data: bytes) -> bytes:
    """Something nasty at any place."""
    place = random.randrange(len(data) + 1)
    return data[:place] + random.choice(NASTY) + data[place:]


def _cut(random: Random, data: bytes) -> bytes:
    """Return the beginning of the file and perhaps the end of another one."""
    other = random.choice(SOURCES)
    end = other[random.randrange(len(other) + 1) :] if random.random() < 0.5 else b""
    return data[: random.randrange(len(data) + 1)] + end


def _repeated(random: Random, data: bytes) -> bytes:
    """Repeat a piece many times."""
    begin = random.randrange(len(data) + 1)
    end = min(len(data), begin + random.choice((1, 3, 40, 400)))
    return data[:end] + data[begin:end] * random.choice((1, 2, 30)) + data[end:]


def _encoded(random: Random, data: bytes) -> bytes:
    """Return the file in an encoding, or with line ends, of another system."""
    text = data.decode("utf-8", "replace")
    kinds = ("utf-16", "utf-32", "utf-8-sig", "latin-1")
    pick = random.randrange(len(kinds) + 2)
    if pick < len(kinds):
        return text.encode(kinds[pick], "replace")
    return data.replace(b"\n", (b"\r\n", b"\r")[pick - len(kinds)])


MUTATIONS = (
    _bytes,
    _lines,
    _lines,
    _replaced(_TOKEN),
    _replaced(_VALUE),
    _replaced(_VALUE),
    _replaced(_VALUE),
    _inserted,
    _cut,
    _repeated,
)


def mutated(number: int) -> bytes:
    """Return a file of this project with up to four changes."""
    random = Random(f"mutated {number}")  # noqa: S311 - a seed, no secret
    data = SOURCES[number % len(SOURCES)]
    for _ in range(random.choice((1, 1, 2, 4))):
        data = random.choice(MUTATIONS)(random, data)
    return (_encoded(random, data) if random.random() < 0.02 else data)[:SIZE_MAX]
