"""Checks of single templates: numbers and names that the API accepts on a site.

They check an entry of a stack file and the arguments of a resource alike, and look at no other entry.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.stack_ref import StackRef
from live_recording.core.text import quoted
from live_recording.core.vendor import FLOW_CONTINUE_MAX, STORAGE_TIME_MAX, Site
from live_recording.lint import ranges, template_names
from live_recording.lint.context import CheckContext
from live_recording.lint.template_names import TemplateName, bad_stack_name
from live_recording.stackfile.model import Format, TemplateArgs, formats
from live_recording.stackfile.names import COS_DISTINCT

COS_FIELDS = ("cos_bucket_name", "cos_bucket_region", "cos_bucket_path")
_APPID = re.compile(r"-\d{8,}\Z")
_NO_COS = (
    "The API of site intl has no parameter for COS storage (config live-recording:site); only the console sets it."
)


@dataclass(frozen=True, slots=True)
class TemplateToCheck:
    """A template at *path*, its name in the account and its owner; None: not known yet."""

    path: KeyPath
    args: TemplateArgs
    name: str | None
    owner: StackRef | None
    site: Site

    def formats(self) -> Iterator[tuple[KeyPath, str, Format]]:
        """Yield path, name and settings of each format."""
        for name, form in formats(self.args).items():
            yield (*self.path, name), name, form


def check_templates(context: CheckContext) -> Iterator[Finding]:
    """Check each template; default names are left out if the stack name itself is invalid."""
    has_bad_stack_name = any(bad_stack_name(context))
    for key, args in context.stack.templates.items():
        is_unknown = has_bad_stack_name and args.template_name is None
        name = None if is_unknown else context.names_in_account[key]
        yield from check_template(TemplateToCheck(("templates", key), args, name, context.owner, context.site))


def check_template(template: TemplateToCheck) -> Iterator[Finding]:
    """Yield the findings of all checks of one template."""
    for check in TEMPLATE_CHECKS:
        yield from check(template)


def bad_name(template: TemplateToCheck) -> Iterator[Finding]:
    """Check the name in the account."""
    is_default = template.args.template_name is None
    yield from template_names.bad_name(
        TemplateName(template.path, template.name, is_default, template.owner, template.site)
    )


def out_of_range(template: TemplateToCheck) -> Iterator[Finding]:
    """Check the durations of each format."""
    for path, name, form in template.formats():
        found = [
            *ranges.out_of_range(path, form, "storage_time", 0, STORAGE_TIME_MAX),
            *ranges.out_of_range(path, form, "flow_continue_duration", 0, FLOW_CONTINUE_MAX),
        ]
        if name != "hls":  # ignored there, whatever its value
            found += ranges.out_of_range(path, form, "record_interval", *template.site.record_interval[name])
        yield from (finding.unless_live() for finding in found)


def site_mismatch(template: TemplateToCheck) -> Iterator[Finding]:
    """Check that no COS storage is set on a site without it; without cos_store, report the fields of each format."""
    if template.site.cos:
        return
    if template.args.cos_store is not None:
        path = (*template.path, "cos_store")
        values = [(*form, name) for form, _, _ in template.formats() for name in COS_FIELDS]
        yield Finding.new("site-mismatch", path, f"{_NO_COS} Remove it.").unless_live(path, *values)
        return
    for path, _, form in template.formats():
        fields = _cos_fields(form)
        if fields:
            finding = Finding.new("site-mismatch", (*path, fields[0]), f"{_NO_COS} Remove {', '.join(fields)}.")
            yield finding.unless_live(*((*path, name) for name in COS_FIELDS))


def cos_path(template: TemplateToCheck) -> Iterator[Finding]:
    """Check that each format has a bucket, a region and a path where COS storage is used, in the API's form."""
    for path, form in _formats_in_cos(template):
        missing = [name for name in COS_FIELDS if not getattr(form, name)]
        if missing:
            sentence = (
                f"With cos_store: true each format needs a bucket, a region and a path. Add {', '.join(missing)}."
            )
            yield Finding.new("cos-path", path, sentence).unless_live(*((*path, name) for name in missing))
    for path, _, form in template.formats():
        for name, problem in (("cos_bucket_name", _bucket_problem(form)), ("cos_bucket_path", _path_problem(form))):
            if problem:
                yield Finding.new("cos-path", (*path, name), problem).unless_live()


def _bucket_problem(form: Format) -> str:
    name = form.cos_bucket_name or ""
    return f"{quoted(name)} ends with the account's APPID. Remove that suffix." if _APPID.search(name) else ""


def _path_problem(form: Format) -> str:
    path = form.cos_bucket_path
    if not path or path.startswith("/"):
        return ""
    return f"{quoted(path)} does not begin with a slash. Example: /{{Domain}}/{{AppName}}/{{StreamID}}/{{RandomID}}."


def files_overwritten(template: TemplateToCheck) -> Iterator[Finding]:
    """Check that the COS path of each format differs from file to file."""
    for path, form in _formats_in_cos(template):
        if form.cos_bucket_path and not any(f"{{{name}}}" in form.cos_bucket_path for name in COS_DISTINCT):
            sentence = (
                "All files of a stream would have this path, and each file would overwrite the previous one. "
                "Add {RandomID}, or the start time."
            )
            yield Finding.new("files-overwritten", (*path, "cos_bucket_path"), sentence)


def ignored_field(template: TemplateToCheck) -> Iterator[Finding]:
    """Check for fields that have no effect."""
    for path, name, form in template.formats():
        if name == "hls" and form.record_interval is not None:
            sentence = "HLS ignores record_interval: a file lasts from the start of a push to its end. Remove it."
            yield Finding.new("ignored-field", (*path, "record_interval"), sentence)
        if template.site.cos and not template.args.cos_store:
            for field in _cos_fields(form):
                sentence = (
                    f"{field} has no effect without cos_store: true. Set that on the template, or remove {field}."
                )
                yield Finding.new("ignored-field", (*path, field), sentence)
    for path, form in _formats_in_cos(template):
        if form.storage_time is not None:
            sentence = "storage_time has no effect in COS. Set a lifecycle rule on the bucket instead."
            yield Finding.new("ignored-field", (*path, "storage_time"), sentence)


TEMPLATE_CHECKS: tuple[Callable[[TemplateToCheck], Iterator[Finding]], ...] = (
    bad_name,
    out_of_range,
    site_mismatch,
    cos_path,
    files_overwritten,
    ignored_field,
)


def _cos_fields(form: Format) -> list[str]:
    return [name for name in COS_FIELDS if getattr(form, name) is not None]


def _formats_in_cos(template: TemplateToCheck) -> Iterator[tuple[KeyPath, Format]]:
    if template.site.cos and template.args.cos_store:
        for path, _, form in template.formats():
            yield path, form
