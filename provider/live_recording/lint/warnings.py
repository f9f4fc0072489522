"""What is allowed but hardly meant: warnings about rules, retention and recordings.

Rule 1: nothing here stops anybody; each sentence says what will happen and how to have it otherwise.
"""

from collections.abc import Container, Iterable, Iterator

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.streams import StreamKey, fallbacks, level, winning_rule
from live_recording.core.text import quoted
from live_recording.core.timefmt import FOREVER, format_duration
from live_recording.desired.recordings import AnySlot, Timed
from live_recording.stackfile.model import LiveRecord, Rule, Stack, formats

SHORT_SECONDS = 60
"""A push under 10 s leaves no file, and a recording starts some seconds late (feature guide)."""

KEPT = "{files} files are kept, and paid for, for ever. Set storage_time, or acknowledge this."

_STREAM_LEVEL, _APP_LEVEL = 2, 3


def rules(stack: Stack) -> Iterator[Finding]:
    """Rules that change nothing, suppress nothing, or beat another one where nobody expects it."""
    keys = {r.natural: (name, r) for name, r in stack.rules.items() if _one_thing(r)}
    for key, (name, rule) in keys.items():
        heirs_of = [keys[heir] if heir else None for heir in fallbacks(keys, key)]
        if rule.record is False and not any(heir and heir[1].record is not False for heir in heirs_of):
            sentence = "Nothing would record these streams anyway, and every rule counts. Remove this one."
            yield Finding.new("nothing-to-suppress", ("rules", name), sentence)
        elif all(heir and _records(heir[1]) == _records(rule) for heir in heirs_of):
            others = ", ".join(sorted(f"rules.{heir[0]}" for heir in heirs_of if heir))
            sentence = (
                f"Without it {others} records these streams in the same way, and every rule counts. Remove this one."
            )
            yield Finding.new("redundant-rule", ("rules", name), sentence)
        elif level(key) == _STREAM_LEVEL and rule.record is not False:
            yield from _overriding(key, name, rule, keys)


def _one_thing(rule: Rule) -> bool:
    return [rule.template, rule.template_id, rule.record].count(None) == 2  # noqa: PLR2004 - of three


def _records(rule: Rule) -> str | bool | None:
    return rule.template or rule.template_id or rule.record


def _overriding(key: StreamKey, name: str, rule: Rule, keys: dict[StreamKey, tuple[str, Rule]]) -> Iterator[Finding]:
    beaten = sorted(
        f"rules.{other}"
        for at, (other, against) in keys.items()
        if at.domain == key.domain and level(at) == _APP_LEVEL and _records(against) != _records(rule)
    )
    if beaten:
        yield Finding.new(
            "overridden",
            ("rules", name),
            f"In every app the stream {quoted(key.stream)} is recorded by this rule, not by {', '.join(beaten)}: at this vendor a stream "
            "outranks an app. Add app to this rule if that is not meant.",
        )


def retention(stack: Stack, unreadable: Container[str] = ()) -> Iterator[Finding]:
    """Templates whose files are never deleted, and cost money for ever; not of those with *unreadable* fields."""
    for key, template in stack.templates.items():
        if key in unreadable:
            continue
        kept = [name for name, form in formats(template).items() if form.storage_time in (None, FOREVER)]
        if kept and not template.cos_store:
            yield Finding.new("kept-forever", ("templates", key), KEPT.format(files=", ".join(kept)))


def recordings(stack: Stack, slots: Iterable[AnySlot]) -> Iterator[Finding]:
    """Recordings that are kept for ever, very short ones, and streams that a rule records as well."""
    recording = {r.natural: name for name, r in stack.rules.items() if r.record is not False}
    keys = {r.natural for r in stack.rules.values()}
    for path, slot in {slot.path: slot for slot in slots}.items():
        yield from _kept(path, slot.entry)
        seconds = (slot.window.end - slot.window.start).total_seconds() if slot.window.start else SHORT_SECONDS
        if 0 < seconds < SHORT_SECONDS:
            sentence = f"It lasts {format_duration(seconds)}, and a push under 10 s leaves no file. If you mean minutes, write m."
            yield Finding.new("too-short", path, sentence)
        by = winning_rule(keys, slot.stream)
        if by in recording:
            sentence = f"rules.{recording[by]} records this stream too, so there will be two recordings to pay for."
            fix = "Suppress the rule for it (record: false), or drop the task."
            yield Finding.new("recorded-twice", path, f"{sentence} {fix}")


def _kept(path: KeyPath, entry: Timed) -> Iterator[Finding]:
    """Whether the vendor keeps the files for ever because nobody said how long."""
    if isinstance(entry, LiveRecord):
        if entry.storage_time in (None, FOREVER):
            yield Finding.new("kept-forever", path, KEPT.format(files=entry.file_format))
    elif entry.template is None and entry.template_id is None:
        sentence = "Without template the vendor records this as HLS and keeps it for ever. Name a template."
        yield Finding.new("records-hls-forever", path, sentence)
