"""Differences between two descriptions of an object, and which of them replace it.

Two descriptions with the same effect do not differ: an unset field has the vendor's default.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from live_recording.account.api_mapping import CREATE_ONLY, effective_template, template_inputs
from live_recording.account.callback_mapping import callback_inputs, effective_callback, has_unconfirmed_url
from live_recording.account.objects import LiveCallbackTemplate, LiveTemplate, NamedTemplate
from live_recording.core.findings import KeyPath
from live_recording.core.kinds import CALLBACK_KEY, KindName
from live_recording.core.text import quoted
from live_recording.core.timefmt import FOREVER, format_duration
from live_recording.stackfile.callbacks import shown_url

CALLBACK_RULE_KEY = ("domain", "app")
RULE_KEY = ("domain", "app", "stream")
TASK_FIELDS = ("domain", "app", "stream", "stream_type", "start", "end", "template_id")
TASK_KEY = tuple(name for name in TASK_FIELDS if name != "stream_type")
"""The fields by which the API's list distinguishes tasks."""
LIVE_RECORD_FIELDS = (
    *("domain", "app", "stream", "start", "end", "duration", "highlight"),
    *("record_type", "file_format", "mix_stream", "record_interval", "storage_time"),
)

REPLACES: Mapping[KindName, tuple[str, ...]] = {
    "template": CREATE_ONLY,
    "rule": RULE_KEY,  # the API cannot change the key of a rule; its template is changed in place
    "task": TASK_FIELDS,  # the API cannot change a task; only `protect`, which is ours, changes in place
    "live_record": LIVE_RECORD_FIELDS,  # nor a live record
    "callback_template": (),
    "callback_rule": CALLBACK_RULE_KEY,
}


def effective(kind: KindName, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the inputs with defaults in place of unset fields."""
    if kind == "template":
        return effective_template(inputs)
    if kind == "callback_template":
        return effective_callback(inputs)
    if kind in ("rule", "callback_rule"):
        return {name: inputs.get(name, "") for name in (*REPLACES[kind], "template_id")}
    return {name: inputs.get(name) for name in REPLACES[kind]} | {"protect": bool(inputs.get("protect"))}


def changes(kind: KindName, old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the top-level fields whose effect differs, sorted."""
    before, after = effective(kind, old), effective(kind, new)
    return tuple(sorted(name for name in {*before, *after} if before.get(name) != after.get(name)))


def live_inputs(live: NamedTemplate, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a live template of either kind as inputs, completed by what is *asked* for."""
    if isinstance(live, LiveCallbackTemplate):
        return callback_inputs(live, asked)
    assert isinstance(live, LiveTemplate)  # noqa: S101 - there are two kinds
    return template_inputs(live, asked)


def is_unconfirmed(live: NamedTemplate, inputs: Mapping[str, Any]) -> bool:
    """Return whether the *inputs* have a value that is not known to be live, because no list shows it."""
    return isinstance(live, LiveCallbackTemplate) and has_unconfirmed_url(inputs, live)


def replaces(kind: KindName, changed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the changed fields that need a new object."""
    return tuple(name for name in changed if name in REPLACES[kind])


def is_live(kind: KindName, values: Iterable[KeyPath], inputs: Mapping[str, Any], held: Mapping[str, Any]) -> bool:
    """Return whether the *values* of a template's inputs are also those of the template that is *held*."""
    wanted, live = effective(kind, inputs), effective(kind, held)
    return all(_value_at(wanted, path) == _value_at(live, path) for path in values)


def _value_at(found: Any, path: KeyPath) -> Any:
    """Return the value at the path, and whether its parent exists: an unset field differs from a missing format."""
    for part in path:
        if not isinstance(found, Mapping):
            return "missing", None
        found = found.get(str(part))
    return "", found


def same_in_task_list(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two tasks look the same in the API's list."""
    return all(one.get(name) == other.get(name) for name in TASK_KEY)


DURATIONS = ("record_interval", "storage_time", "flow_continue_duration")
"""Fields in seconds."""


def drift(live: NamedTemplate, inputs: Mapping[str, Any]) -> tuple[str, ...]:
    """Return how the *live* template differs from its declared *inputs*: one phrase per field, sorted.

    Of a URL only the host is shown, and nothing of a key.
    """
    found = live_inputs(live, inputs)
    before, after = effective(live.kind, found), effective(live.kind, inputs)
    return tuple(
        phrase
        for name in changes(live.kind, found, inputs)
        for phrase in _phrases(name, before.get(name), after.get(name))
    )


def _phrases(name: str, live: Any, declared: Any) -> Iterator[str]:
    if isinstance(live, Mapping) and isinstance(declared, Mapping):
        for field in sorted(declared):
            if live.get(field) != declared[field]:
                yield f"{name}.{field} is {_shown(field, live.get(field))}, but {_shown(field, declared[field])} is declared"
    elif isinstance(live, Mapping):
        yield f"{name} is recorded, but not declared"
    elif isinstance(declared, Mapping):
        yield f"{name} is declared, but not recorded"
    else:
        yield _difference(name, live, declared)


def _difference(name: str, live: Any, declared: Any) -> str:
    """Return how two values differ, also where they must not be shown."""
    if name == CALLBACK_KEY and not (live and declared):
        return f"{name} is {'set, but not declared' if live else 'declared, but not set'}"
    if name == CALLBACK_KEY or _shown(name, live) == _shown(name, declared):
        return f"{name} has another value than the declared one, which is not shown"
    return f"{name} is {_shown(name, live)}, but {_shown(name, declared)} is declared"


def _shown(field: str, value: Any) -> str:
    if field == "storage_time" and value == FOREVER:
        return "forever"
    if field.endswith("_notify_url"):
        return quoted(shown_url(value)) if value else "not set"
    if field in DURATIONS and isinstance(value, int):
        return format_duration(value)
    return "not set" if value is None else quoted(value)
