"""Warnings: configurations that are valid but probably not intended. Each says what will happen and how to avoid it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from live_recording.core.findings import Finding, KeyPath, format_path
from live_recording.core.streams import StreamKey, fallbacks, level, winning_rule
from live_recording.core.text import quoted
from live_recording.core.timefmt import FOREVER, format_duration
from live_recording.lint.context import CheckContext
from live_recording.lint.quotas import COMPARED
from live_recording.stackfile.model import LiveRecord, Rule, Stack, formats
from live_recording.stackfile.stream_names import doubt_about_name

_SHORT_SECONDS = 60
"""A push under 10 s leaves no file, and a recording starts some seconds late (feature guide)."""
_BRIEF_SECONDS = 3600
"""A shorter retention is probably a number without its unit."""
_STREAM_LEVEL, _APP_LEVEL = 2, 3


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """A rule, and the rules that would record its streams without it; None: some would not be recorded."""

    key: str
    rule: Rule
    fallbacks: tuple["tuple[str, Rule] | None", ...]

    @property
    def path(self) -> KeyPath:
        """Return the path of the rule."""
        return ("rules", self.key)

    @property
    def suppresses_nothing(self) -> bool:
        """Return whether the rule suppresses streams that no other rule records."""
        return self.rule.record is False and all(
            fallback is None or fallback[1].record is False for fallback in self.fallbacks
        )

    @property
    def is_redundant(self) -> bool:
        """Return whether all its streams would be recorded in the same way without it."""
        return not self.suppresses_nothing and all(
            fallback is not None and _action(fallback[1]) == _action(self.rule) for fallback in self.fallbacks
        )


def rule_effects(stack: Stack) -> Iterator[RuleEffect]:
    """Yield what each rule changes; rules that are invalid by themselves are left out. Nothing for more than COMPARED rules."""
    rules = _valid_rules(stack)
    if len(rules) > COMPARED:
        return
    for stream_key, (key, rule) in rules.items():
        yield RuleEffect(key, rule, tuple(rules[other] if other else None for other in fallbacks(rules, stream_key)))


def nothing_to_suppress(context: CheckContext) -> Iterator[Finding]:
    """Warn about a rule with `record: false` whose streams no other rule records."""
    for effect in rule_effects(context.stack):
        if effect.suppresses_nothing:
            sentence = "No other rule records these streams, so this rule has no effect and uses a slot. Remove it."
            yield Finding.new("nothing-to-suppress", effect.path, sentence)


def redundant_rule(context: CheckContext) -> Iterator[Finding]:
    """Warn about a rule without which the same template would record the same streams."""
    for effect in rule_effects(context.stack):
        if effect.is_redundant:
            others = ", ".join(sorted(f"rules.{fallback[0]}" for fallback in effect.fallbacks if fallback))
            sentence = (
                f"Without this rule, {others} would record these streams in the same way, so this rule has no effect "
                "and uses a slot. Remove it."
            )
            yield Finding.new("redundant-rule", effect.path, sentence)


def overridden(context: CheckContext) -> Iterator[Finding]:
    """Warn about a stream rule that takes precedence over an app rule with another template."""
    rules = _valid_rules(context.stack)
    for effect in rule_effects(context.stack):
        key = effect.rule.natural
        if level(key) != _STREAM_LEVEL or effect.rule.record is False or effect.is_redundant:
            continue
        others = _overridden_by(key, effect.rule, rules)
        if others:
            sentence = (
                f"This rule overrides {', '.join(others)} for stream {quoted(key.stream)} in every app: stream rules take "
                "precedence over app rules. Add `app` to this rule if that is not intended."
            )
            yield Finding.new("overridden", effect.path, sentence)


def kept_forever(context: CheckContext) -> Iterator[Finding]:
    """Warn about templates and live records whose files are never deleted; COS buckets have their own lifecycle."""
    for path, names in _formats_kept_forever(context):
        if names:
            sentence = f"{', '.join(names)} files are kept and billed indefinitely. Set storage_time, or acknowledge this warning."
            yield Finding.new("kept-forever", path, sentence)


def cos_authorization(context: CheckContext) -> Iterator[Finding]:
    """Warn once that COS buckets need an authorization: nothing that the API returns shows whether it is there."""
    templates = [template for template in context.stack.templates.values() if template.cos_store]
    names = {form.cos_bucket_name for template in templates for form in formats(template).values()}
    buckets = ", ".join(sorted(quoted(name) for name in names if name))
    if buckets:
        sentence = (
            f"Recordings go to COS ({buckets}). If the live service is not authorized on a bucket, its recordings are lost and "
            "cannot be recovered. Authorize it in the console, record a test, then acknowledge this warning."
        )
        yield Finding.new("cos-authorization", ("templates",), sentence)


def records_hls_forever(context: CheckContext) -> Iterator[Finding]:
    """Warn about tasks without a template."""
    for recording in context.unfinished:
        entry = recording.entry
        if not isinstance(entry, LiveRecord) and entry.template is None and entry.template_id is None:
            sentence = "Without a template this is recorded as HLS and kept indefinitely. Set `template`."
            yield Finding.new("records-hls-forever", recording.path, sentence)


def deleted_at_once(context: CheckContext) -> Iterator[Finding]:
    """Warn about formats whose files are deleted within the hour; COS ignores the retention."""
    for key, template in context.stack.templates.items():
        for name, form in formats(template).items():
            kept = form.storage_time or FOREVER
            if 0 < kept < _BRIEF_SECONDS and not template.cos_store:
                sentence = (
                    f"Files are deleted {format_duration(kept)} after the recording. If you mean days, use the unit d."
                )
                yield Finding.new("too-short", ("templates", key, name, "storage_time"), sentence)


def doubtful_name(context: CheckContext) -> Iterator[Finding]:
    """Warn about names that come from an address or from another system: encoders send the name itself."""
    stack = context.stack
    for section in ("rules", "tasks", "schedules", "callback_rules"):
        for key, entry in getattr(stack, section).items():
            for part in ("app", "stream"):
                if doubt := doubt_about_name(getattr(entry, part, "")):
                    yield Finding.new("never-records", (section, key, part), doubt)


def too_short(context: CheckContext) -> Iterator[Finding]:
    """Warn about recordings that last only seconds; without a start the length is not known."""
    for recording in context.unfinished:
        if recording.window.start is None:
            continue
        seconds = (recording.window.end - recording.window.start).total_seconds()
        if 0 < seconds < _SHORT_SECONDS:
            sentence = (
                f"The recording lasts {format_duration(seconds)}, and a push shorter than 10 s creates no file. "
                "If you mean minutes, use the unit m."
            )
            yield Finding.new("too-short", recording.path, sentence)


def recorded_twice(context: CheckContext) -> Iterator[Finding]:
    """Warn about tasks and live records of streams that a rule records too."""
    rules = context.stack.rules
    stream_keys = {rule.natural for rule in rules.values()}
    recording_rules = {rule.natural: key for key, rule in rules.items() if rule.record is not False}
    for recording in context.unfinished:
        winner = winning_rule(stream_keys, recording.stream)
        if winner in recording_rules:
            rule_path, entry_path = format_path(("rules", recording_rules[winner])), format_path(recording.path)
            sentence = (
                f"{rule_path} also records this stream, so you pay for two recordings. "
                f"Suppress the rule for this stream (record: false), or remove {entry_path}."
            )
            yield Finding.new("recorded-twice", recording.path, sentence)


def _valid_rules(stack: Stack) -> dict[StreamKey, tuple[str, Rule]]:
    """Return key and rule by stream key, without the rules that have no action or several."""
    return {rule.natural: (key, rule) for key, rule in stack.rules.items() if _has_one_action(rule)}


def _has_one_action(rule: Rule) -> bool:
    return [rule.template, rule.template_id, rule.record].count(None) == 2  # noqa: PLR2004 - of three


def _action(rule: Rule) -> str | bool | None:
    return rule.template or rule.template_id or rule.record


def _overridden_by(key: StreamKey, rule: Rule, rules: Mapping[StreamKey, tuple[str, Rule]]) -> list[str]:
    """Return the paths of the app rules of the same domain with another action."""
    return sorted(
        f"rules.{other_key}"
        for stream_key, (other_key, other) in rules.items()
        if stream_key.domain == key.domain and level(stream_key) == _APP_LEVEL and _action(other) != _action(rule)
    )


def _formats_kept_forever(context: CheckContext) -> Iterator[tuple[KeyPath, list[str]]]:
    unreadable = context.unreadable_keys("templates")
    for key, template in context.stack.templates.items():
        if key not in unreadable and not template.cos_store:
            yield (
                ("templates", key),
                [name for name, form in formats(template).items() if _is_forever(form.storage_time)],
            )
    for recording in context.unfinished:
        if isinstance(recording.entry, LiveRecord) and _is_forever(recording.entry.storage_time):
            yield recording.path, [recording.entry.file_format]


def _is_forever(storage_time: int | None) -> bool:
    return storage_time in (None, FOREVER)
