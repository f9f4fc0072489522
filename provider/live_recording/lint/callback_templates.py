"""Checks of single callback templates, for an entry of a stack file and for the arguments of a resource alike.

Invariant: no message shows more of a URL than its host, nor anything of a key.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.stack_ref import StackRef
from live_recording.core.text import join_words
from live_recording.core.vendor import CALLBACK_DESCRIPTION_MAX, CALLBACK_NAME_MAX, Site
from live_recording.lint.context import CheckContext
from live_recording.lint.template_names import TemplateName, bad_name, bad_stack_name
from live_recording.stackfile.callbacks import CN_FIELDS
from live_recording.stackfile.model import CallbackUrls, notify_urls

_URLS = frozenset(name for name in CallbackUrls.fields if name.endswith("_notify_url"))
_MAX_BYTES = {"template_name": CALLBACK_NAME_MAX, "description": CALLBACK_DESCRIPTION_MAX}


@dataclass(frozen=True, slots=True)
class CallbackTemplateToCheck:
    """A callback template at *path*, its name in the account and its owner; None: not known yet."""

    path: KeyPath
    args: CallbackUrls
    name: str | None
    owner: StackRef | None
    site: Site
    unknown: frozenset[str] = frozenset()  # fields whose values are not known yet


def check_callback_templates(context: CheckContext) -> Iterator[Finding]:
    """Check each callback template; default names are left out if the stack name itself is invalid."""
    has_bad_stack_name = any(bad_stack_name(context))
    for key, args in context.stack.callback_templates.items():
        path = ("callback_templates", key)
        is_unknown = has_bad_stack_name and args.template_name is None
        name = None if is_unknown else context.callback_names_in_account[key]
        unknown = _URLS if key in context.unreadable_keys("callback_templates") else frozenset[str]()
        template = CallbackTemplateToCheck(path, args, name, context.owner, context.site, unknown)
        yield from check_callback_template(template)


def check_callback_template(template: CallbackTemplateToCheck) -> Iterator[Finding]:
    """Yield the errors of one callback template."""
    for check in CALLBACK_TEMPLATE_CHECKS:
        yield from check(template)


def insecure_callback(context: CheckContext) -> Iterator[Finding]:
    """Warn about notifications that others can read, or forge."""
    for key, args in context.stack.callback_templates.items():
        path = ("callback_templates", key)
        for name, url in notify_urls(args).items():
            if url.lower().startswith("http://"):
                sentence = "Notifications to this URL are not encrypted: others can read and change them. Use https."
                yield Finding.new("insecure-callback", (*path, name), sentence)
        if notify_urls(args) and not args.callback_key:
            sentence = "Without a key the receiver cannot distinguish forged notifications from real ones. Set callback_key: true."
            yield Finding.new("insecure-callback", path, sentence)


def _bad_name(template: CallbackTemplateToCheck) -> Iterator[Finding]:
    is_default = template.args.template_name is None
    yield from bad_name(TemplateName(template.path, template.name, is_default, template.owner, template.site))


def _too_long(template: CallbackTemplateToCheck) -> Iterator[Finding]:
    values = {"template_name": template.name, "description": template.args.description}
    for field, value in values.items():
        length = len((value or "").encode("utf-8", "surrogatepass"))
        if length > _MAX_BYTES[field]:
            sentence = f"The text has {length} bytes. At most {_MAX_BYTES[field]} are allowed. Shorten it."
            yield Finding.new("out-of-range", (*template.path, field), sentence)


def _missing_field(template: CallbackTemplateToCheck) -> Iterator[Finding]:
    args, unknown = template.args, template.unknown
    if not notify_urls(args) and not _URLS & unknown:
        sentence = "The template has no URL, so it sends nothing. Add one, such as record_notify_url."
        yield Finding.new("missing-field", template.path, sentence)
    url = "record_exception_notify_url"
    if args.record_exception_levels and getattr(args, url) is None and url not in unknown:
        sentence = f"record_exception_levels needs {url}. Add it, or remove the levels."
        yield Finding.new("missing-field", (*template.path, "record_exception_levels"), sentence)


def _site_mismatch(template: CallbackTemplateToCheck) -> Iterator[Finding]:
    if template.site.cn_callback_fields:
        return
    for name in CN_FIELDS:
        if getattr(template.args, name) is not None:
            sentence = f"The API of site intl has no parameter for {name} (config live-recording:site). Remove it."
            yield Finding.new("site-mismatch", (*template.path, name), sentence)


def _ignored_field(template: CallbackTemplateToCheck) -> Iterator[Finding]:
    levels = template.args.record_exception_levels
    if levels is None:
        return
    repeated = sorted({level for level in levels if levels.count(level) > 1})
    path = (*template.path, "record_exception_levels")
    if repeated:
        yield Finding.new("ignored-field", path, f"{join_words(repeated)} is listed twice. Remove one of them.")
    if not levels:
        yield Finding.new("ignored-field", path, "An empty list has no effect. Remove it, or name levels.")


CALLBACK_TEMPLATE_CHECKS: tuple[Callable[[CallbackTemplateToCheck], Iterator[Finding]], ...] = (
    _bad_name,
    _too_long,
    _missing_field,
    _site_mismatch,
    _ignored_field,
)
