"""Mapping between our field names of callback templates and the API's: request bodies, and live templates as inputs.

A change sends only fields that differ, so everything else keeps its value, also what this project does not know. An empty text
clears a field (*assumed*, CN:32631). Source of names: CreateLiveCallbackTemplate, CallBackTemplateInfo (CN:32637, CN:32632).

Invariant: a live key never leaves this module; it is only compared.
"""

from collections.abc import Mapping
from typing import Any

from live_recording.account.objects import LiveCallbackTemplate
from live_recording.core.kinds import CALLBACK_KEY

Inputs = Mapping[str, Any]
Body = dict[str, Any]

STATUS_URL, LEVELS = "record_status_notify_url", "record_exception_levels"
CALLBACK_FIELDS: Mapping[str, str] = {
    "template_name": "TemplateName",
    "description": "Description",
    "stream_begin_notify_url": "StreamBeginNotifyUrl",
    "stream_end_notify_url": "StreamEndNotifyUrl",
    "record_notify_url": "RecordNotifyUrl",
    STATUS_URL: "RecordStatusNotifyUrl",
    "record_exception_notify_url": "RecordExceptionNotifyUrl",
    LEVELS: "RecordExceptionLevels",
    "push_exception_notify_url": "PushExceptionNotifyUrl",
    "snapshot_notify_url": "SnapshotNotifyUrl",
    "porn_censorship_notify_url": "PornCensorshipNotifyUrl",
    "audio_audit_notify_url": "AudioAuditNotifyUrl",
    CALLBACK_KEY: "CallbackKey",
}
"""Our name of a field -> the API's."""
READABLE = tuple(name for name in CALLBACK_FIELDS if name not in (STATUS_URL, LEVELS))
"""Fields whose live value is known, also where it is empty."""
ANOTHER_KEY = "(another key)"
"""What a read has in place of a live key that is not the one of the state. It is no valid key."""
_LEVEL_NAMES = {"alarm": "warning"}
"""What the API answers -> what it accepts (*assumed*: the two texts about levels differ, CN:32632)."""


def create_callback_template(inputs: Inputs) -> Body:
    """Return the body of CreateLiveCallbackTemplate."""
    return {api: inputs[name] for name, api in CALLBACK_FIELDS.items() if name in inputs}


def modify_callback_template(inputs: Inputs, live: LiveCallbackTemplate, state: Inputs) -> Body:
    """Return the body of ModifyLiveCallbackTemplate that turns the *live* template into the *inputs*.

    The URL of the recording status cannot be read back: it is sent each time, unless this process has just written it. What
    only the *state* has is cleared.
    """
    changed = {**_differing(inputs, callback_inputs(live, inputs)), **_cleared(inputs, state)}
    if has_unconfirmed_url(inputs, live):
        changed[STATUS_URL] = inputs[STATUS_URL]
    return {"TemplateId": int(live.id)} | {CALLBACK_FIELDS[name]: value for name, value in changed.items()}


def _differing(inputs: Inputs, found: Inputs) -> Body:
    wanted = {name: inputs.get(name, "") for name in READABLE}
    changed = {name: value for name, value in wanted.items() if value != found.get(name, "")}
    if LEVELS in inputs and _levels(inputs) != _levels(found):
        changed[LEVELS] = inputs[LEVELS]
    return changed


def _cleared(inputs: Inputs, state: Inputs) -> Body:
    empty: Body = {STATUS_URL: "", LEVELS: []}
    return {name: value for name, value in empty.items() if name in state and name not in inputs}


def has_unconfirmed_url(inputs: Inputs, live: LiveCallbackTemplate) -> bool:
    """Return whether the URL of the recording status is declared, and not known to be live."""
    return STATUS_URL in inputs and live.raw.get(CALLBACK_FIELDS[STATUS_URL]) != inputs[STATUS_URL]


def is_confirmable(body: Body) -> bool:
    """Return whether the lists of the API show what this body changes."""
    return CALLBACK_FIELDS[STATUS_URL] not in body


def callback_inputs(live: LiveCallbackTemplate, asked: Inputs) -> Body:
    """Return the live template as inputs: what is set, and what is *asked* for without being readable.

    The levels are read only where they are asked for: the vendor's default is not known.
    """
    read = {name: live.raw.get(CALLBACK_FIELDS[name]) or "" for name in READABLE}
    found: Body = {name: value for name, value in read.items() if value or asked.get(name) == ""}
    if CALLBACK_KEY in found and found[CALLBACK_KEY] != asked.get(CALLBACK_KEY):
        found[CALLBACK_KEY] = ANOTHER_KEY
    if STATUS_URL in asked:
        found[STATUS_URL] = asked[STATUS_URL]
    if LEVELS in asked:
        found[LEVELS] = _live_levels(live, asked)
    return found


def _live_levels(live: LiveCallbackTemplate, asked: Inputs) -> object:
    levels = [_LEVEL_NAMES.get(level, level) for level in live.raw.get(CALLBACK_FIELDS[LEVELS]) or []]
    return asked[LEVELS] if sorted(levels) == _levels(asked) else levels


def effective_callback(inputs: Inputs) -> Body:
    """Return the callback template with empty texts for unset fields; two descriptions are compared in this form."""
    return {name: inputs.get(name, "") for name in CALLBACK_FIELDS} | {LEVELS: _levels(inputs)}


def _levels(inputs: Inputs) -> object:
    levels = inputs.get(LEVELS, ())
    return sorted(levels) if isinstance(levels, list | tuple) else levels  # not a list: not known yet
