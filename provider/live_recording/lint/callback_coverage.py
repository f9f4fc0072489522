"""Warnings about recordings for whose files no notification is sent. Only for stacks that declare callbacks at all.

Which of two callback rules counts, one of the domain and one of the app, is not documented: here the app's (*assumed*).
"""

from collections.abc import Iterator, Mapping

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.streams import CallbackKey
from live_recording.lint.context import CheckContext
from live_recording.stackfile.model import CallbackRule, Stack


def no_callback(context: CheckContext) -> Iterator[Finding]:
    """Warn about recorded domains without notification of files, and about callback templates that no rule uses."""
    stack = context.stack
    if not (stack.callback_templates or stack.callback_rules) or ("callback_rules", "") in context.unreadable:
        return
    if not context.unreadable_keys("callback_rules"):
        yield from _unused_templates(stack)
    notified = {rule.natural: _notifies(context, rule) for rule in stack.callback_rules.values()}
    reported = set[str]()
    for path, key in _recorded(context):
        if key.domain not in reported and not is_notified(notified, key):
            reported.add(key.domain)
            yield Finding.new("no-callback", path, _sentence(key))


def _unused_templates(stack: Stack) -> Iterator[Finding]:
    used = {rule.callback_template for rule in stack.callback_rules.values()}
    for key in stack.callback_templates.keys() - used:
        sentence = "No callback rule uses this template, so it sends nothing. Add a rule, or remove it."
        yield Finding.new("no-callback", ("callback_templates", key), sentence)


def _recorded(context: CheckContext) -> Iterator[tuple[KeyPath, CallbackKey]]:
    """Yield what is recorded: domain and app, which is empty for every app."""
    for key, rule in sorted(context.stack.rules.items()):
        if rule.record is not False:
            yield ("rules", key), CallbackKey(rule.domain, rule.app)
    for recording in context.unfinished:
        if recording.stream.domain:  # a live record may have none
            yield recording.path, CallbackKey(recording.stream.domain, recording.stream.app)


def _notifies(context: CheckContext, rule: CallbackRule) -> bool:
    """Return whether the rule notifies of files, or may do so with a template that is not known here."""
    template = context.stack.callback_templates.get(rule.callback_template or "")
    return template is None or template.record_notify_url is not None


def is_notified(notified: Mapping[CallbackKey, bool], key: CallbackKey) -> bool:
    """Return whether the rule of the app, else that of its domain, notifies of files; *notified* has the callback rules."""
    return notified.get(key, notified.get(CallbackKey(key.domain), False))


def _sentence(key: CallbackKey) -> str:
    files = f"files of {key.domain}, app {key.app}" if key.app else f"files of {key.domain}"
    return (
        f"No notification is sent for {files}: no callback rule has a template with record_notify_url for them. Add a callback "
        "rule, or acknowledge this warning."
    )
