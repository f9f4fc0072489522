"""Which streams are recorded by which rule, and how: before a plan and after it.

Rule 1: a pattern stands for all streams that no narrower pattern names. Rule 2: who wins is said by `priority` alone.
Source: feature guide, priority of templates; retention and formats from RecordParam, CN:32614.
"""

from collections.abc import Iterator

from live_recording.account.api_mapping import effective_template, template_inputs
from live_recording.account.objects import Live
from live_recording.core.kinds import FORMATS
from live_recording.core.streams import StreamKey, level, winning_rule
from live_recording.review.model import EffectiveRule, Format, Pattern
from live_recording.review.ownership import AccountView

HLS_FOREVER = (Format("hls", 0, None, cos=False),)
"""What a task without template records (CreateRecordTask, CN:45983, IN:37309)."""


def formats(template: Live) -> tuple[Format, ...]:
    """The formats that a template (API form) records, with the vendor's defaults."""
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


def recorder(picture: AccountView, at: StreamKey) -> EffectiveRule | None:
    """What decides about the streams of the pattern *at*."""
    found = winning_rule(picture.account.rules, at)
    if found is None:
        return None
    template_id = picture.account.rules[found]
    recorded = formats(picture.account.templates.get(template_id, {}))
    return EffectiveRule(picture.rule(found), str(found), level(found), picture.template(template_id), recorded)


def patterns(before: AccountView, after: AccountView) -> dict[StreamKey, Pattern]:
    """Every pattern that a rule before or after names, and crossings of two that differ from the wider one, sorted."""
    keys = {*before.account.rules, *after.account.rules}
    found = {at: _pattern(at, before, after) for at in keys}
    for at in set(_crossings(keys)) - keys:
        crossing, wider = _pattern(at, before, after), found[StreamKey(at.domain, "", at.stream)]
        if _effects(crossing) != _effects(wider):
            found[at] = crossing
    return dict(sorted((at, pattern) for at, pattern in found.items() if not _untold(at, before, after)))


def untold(picture: AccountView) -> dict[StreamKey, str]:
    """The rules whose template is not among those of the picture, with its id: nobody can say what they record."""
    return {at: used for at, used in sorted(picture.account.rules.items()) if used not in picture.account.templates}


def _untold(at: StreamKey, *pictures: AccountView) -> bool:
    return any(winning_rule(picture.account.rules, at) in untold(picture) for picture in pictures)


def _crossings(keys: set[StreamKey]) -> Iterator[StreamKey]:
    """The streams of stream-level rules in the apps of app-level ones."""
    apps: dict[str, set[str]] = {}
    for at in keys:
        if at.app and not at.stream:
            apps.setdefault(at.domain, set()).add(at.app)
    for at in keys:
        if at.stream and not at.app:
            yield from (StreamKey(at.domain, app, at.stream) for app in apps.get(at.domain, ()))


def _pattern(at: StreamKey, before: AccountView, after: AccountView) -> Pattern:
    return Pattern(str(at), recorder(before, at), recorder(after, at))


def _effects(pattern: Pattern) -> tuple[tuple[Format, ...], ...]:
    return tuple(one.formats if one else () for one in (pattern.before, pattern.after))
