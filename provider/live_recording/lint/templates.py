"""Rules about one template: numbers and names that a site of the vendor takes.

Rule 1: what is said here holds for an entry of a file and for the arguments of a resource alike.
Rule 2: nothing here looks at another entry.
"""

from collections.abc import Iterator

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.stack_ref import HYPHENS, StackRef
from live_recording.core.text import quoted
from live_recording.core.vendor import FLOW_CONTINUE_MAX, STORAGE_TIME_MAX, Site
from live_recording.lint.ranges import ranged
from live_recording.stackfile.model import Format, TemplateArgs, formats
from live_recording.stackfile.names import COS_DISTINCT

COS_FIELDS = ("cos_bucket_name", "cos_bucket_region", "cos_bucket_path")
_ASCII_NAME = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def owner(ref: StackRef, site: Site) -> Iterator[Finding]:
    """What is wrong with `<project>--<stack>`, with which every default template name begins."""
    name = ref.prefix
    if any(HYPHENS in part or part.strip("-") != part for part in (ref.project, ref.stack)):
        sentence = f"Template names begin with project and stack, {quoted(name)}, and two hyphens may stand only between these."
        yield Finding.new("bad-name", (), f"{sentence} Rename the stack or the project.")
    elif bad := _outside(name, site):
        sentence = (
            f"Template names begin with project and stack, {quoted(name)}, and the vendor takes no {quoted(bad)} there."
        )
        yield Finding.new("bad-name", (), f"{sentence} Rename the stack or the project.")


def _outside(name: str, site: Site) -> str | None:
    """The first character that the account does not take in a name."""
    return next(
        (c for c in name if c not in _ASCII_NAME and not (site.chinese_names and "\u4e00" <= c <= "\u9fff")), None
    )


def template(
    path: KeyPath, args: TemplateArgs, name: str | None, site: Site, owner: StackRef | None
) -> Iterator[Finding]:
    """What is wrong with a template of *owner* called *name* in the account; None: that is not known yet."""
    if name is not None:
        yield from template_name(path, args, name, site)
        if owner and StackRef.of_template(name) not in (None, owner):
            sentence = (
                f"{quoted(name)} has the form of a default name of another stack, which would take it for its own."
            )
            yield Finding.new("bad-name", (*path, "template_name"), f"{sentence} Give another template_name.")
    elsewhere = "COS storage exists on site cn only, and this stack is on intl (config live-recording:site)."
    if args.cos_store is not None and not site.cos:
        yield Finding.new("site-mismatch", (*path, "cos_store"), f"{elsewhere} Remove it.")
    for key, form in formats(args).items():
        yield from _numbers((*path, key), key, form, site)
        named = [name for name in COS_FIELDS if getattr(form, name) is not None]
        if named and not site.cos and args.cos_store is None:
            yield Finding.new("site-mismatch", (*path, key, named[0]), f"{elsewhere} Remove {', '.join(named)}.")
        if site.cos:
            yield from _storage((*path, key), form, args, named)


def template_name(path: KeyPath, args: TemplateArgs, name: str, site: Site) -> Iterator[Finding]:
    """Whether the account takes the name."""
    allowed = "letters a-z, digits, _ and -" + (" and Chinese characters" if site.chinese_names else "")
    bad = _outside(name, site)
    given = args.template_name is not None
    if bad or not name:
        seen = f"{quoted(name)} has {quoted(bad)} in it" if bad else "this one is empty"
        place, advice = ((*path, "template_name"), "another") if given else (path, "a")
        yield Finding.new("bad-name", place, f"Template names are {allowed}, but {seen}. Give {advice} template_name.")


def _numbers(path: KeyPath, key: str, form: Format, site: Site) -> Iterator[Finding]:
    yield from ranged(path, form, "record_interval", *site.record_interval[key])
    yield from ranged(path, form, "storage_time", 0, STORAGE_TIME_MAX)
    yield from ranged(path, form, "flow_continue_duration", 0, FLOW_CONTINUE_MAX)
    if key == "hls" and form.record_interval is not None:
        sentence = "HLS ignores record_interval: one file lasts from the beginning of a push to its end. Remove it."
        yield Finding.new("ignored-field", (*path, "record_interval"), sentence)


def _storage(path: KeyPath, form: Format, args: TemplateArgs, named: list[str]) -> Iterator[Finding]:
    if not args.cos_store:
        for name in named:
            sentence = f"{name} has no effect without cos_store: true on the template. Add that, or remove it."
            yield Finding.new("ignored-field", (*path, name), sentence)
        return
    missing = [name for name in COS_FIELDS if not getattr(form, name)]
    if missing:
        sentence = f"With cos_store each format says where: this one lacks {', '.join(missing)}. Add what is missing."
        yield Finding.new("cos-path", path, sentence)
    if form.cos_bucket_path and not any(f"{{{name}}}" in form.cos_bucket_path for name in COS_DISTINCT):
        sentence = "All files of a stream would have this path, and the later one overwrites the earlier. Add {RandomID}, or the time of the start."
        yield Finding.new("files-overwritten", (*path, "cos_bucket_path"), sentence)
    if form.storage_time is not None:
        sentence = "storage_time has no effect in COS. Set a lifecycle rule on the bucket instead."
        yield Finding.new("ignored-field", (*path, "storage_time"), sentence)
