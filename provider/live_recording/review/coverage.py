"""Which streams are recorded by which rule, and how, before and after a plan.

A pattern represents all streams that no more specific pattern names.
Source: feature guide, priority of templates; retention and formats from RecordParam, CN:32614.
"""

from collections.abc import Iterator

from live_recording.account.api_mapping import effective_template, template_inputs
from live_recording.account.objects import LiveTemplate
from live_recording.core.kinds import FORMATS
from live_recording.core.streams import StreamKey, level, winning_rule
from live_recording.review.model import EffectiveRule, Format, Pattern, recorded_formats
from live_recording.review.ownership import AccountView

HLS_UNLIMITED = (Format("hls", 0, None, cos=False),)
"""What a task without template records (CreateRecordTask, CN:45983, IN:37309)."""


def template_formats(template: LiveTemplate) -> tuple[Format, ...]:
    """Return the formats that a template records, with the API's defaults."""
    full = effective_template(template_inputs(template, {}))
    return tuple(
        Format(
            name,
            full[name]["storage_time"],
            None if name == "hls" else full[name]["record_interval"],  # HLS has one file per push
            cos=full["cos_store"],
        )
        for name in FORMATS
        if name in full
    )


def effective_rule(view: AccountView, stream: StreamKey) -> EffectiveRule | None:
    """Return the rule that decides about a stream or a pattern, or None if no rule applies."""
    key = winning_rule(view.account.rules, stream)
    if key is None:
        return None
    template_id = view.account.rules[key]
    template = view.account.templates.get(template_id)
    formats = template_formats(template) if template else ()
    return EffectiveRule(view.rule(key), str(key), level(key), view.template(template_id), formats)


def find_patterns(before: AccountView, after: AccountView) -> dict[StreamKey, Pattern]:
    """Return a pattern for each rule, and for each crossing of two rules that differs from the wider one, sorted."""
    keys = {*before.account.rules, *after.account.rules}
    patterns = {key: _pattern(key, before, after) for key in keys}
    for key in set(_crossings(keys)) - keys:
        crossing, wider = _pattern(key, before, after), patterns[StreamKey(key.domain, "", key.stream)]
        if _formats_before_and_after(crossing) != _formats_before_and_after(wider):
            patterns[key] = crossing
    return {
        key: patterns[key]
        for key in sorted(patterns)
        if not has_unknown_template(key, before) and not has_unknown_template(key, after)
    }


def rules_with_unknown_template(view: AccountView) -> dict[StreamKey, str]:
    """Return the rules whose template is not in the account data, with its id: what they record is unknown."""
    known = view.account.templates
    return {key: template_id for key, template_id in sorted(view.account.rules.items()) if template_id not in known}


def has_unknown_template(stream: StreamKey, view: AccountView) -> bool:
    """Return whether the rule that decides about a stream has a template that is not in the account data."""
    key = winning_rule(view.account.rules, stream)
    return key is not None and view.account.rules[key] not in view.account.templates


def _crossings(keys: set[StreamKey]) -> Iterator[StreamKey]:
    """Yield the streams of stream-level rules in the apps of app-level rules."""
    apps: dict[str, set[str]] = {}
    for key in keys:
        if key.app and not key.stream:
            apps.setdefault(key.domain, set()).add(key.app)
    for key in keys:
        if key.stream and not key.app:
            yield from (StreamKey(key.domain, app, key.stream) for app in apps.get(key.domain, ()))


def _pattern(key: StreamKey, before: AccountView, after: AccountView) -> Pattern:
    return Pattern(str(key), effective_rule(before, key), effective_rule(after, key))


def _formats_before_and_after(pattern: Pattern) -> tuple[tuple[Format, ...], tuple[Format, ...]]:
    return recorded_formats(pattern.before), recorded_formats(pattern.after)
