"""Rules about one entry: numbers, names and times that a site of the vendor takes.

Rule 1: what is said here holds for an entry of a file and for the arguments of a resource alike.
Rule 2: nothing here looks at another entry.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pydantic_core import PydanticCustomError

from provider.core.findings import Finding, finding, joined
from provider.core.limits import FLOW_CONTINUE_MAX, STORAGE_TIME_MAX, TASK_MAX, Site
from provider.core.models import Format, TaskArgs, TemplateArgs
from provider.core.schedule import Window
from provider.core.times import instant, spoken
from provider.core.values import quoted
from provider.core.wire import FORMATS

Path = tuple[str, ...]
_CENTURY = 36525 * 86400  # seconds; far too long for a task, and no date overflows
_COS_FIELDS = ("cos_bucket_name", "cos_bucket_region", "cos_bucket_path")
_ASCII_NAME = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def formats(template: TemplateArgs) -> dict[str, Format]:
    """The formats that the template records, by name."""
    return {name: form for name in FORMATS if (form := getattr(template, name)) is not None}


def template(path: Path, args: TemplateArgs, name: str, site: Site) -> Iterator[Finding]:
    """What is wrong with a template called *name* in the account."""
    yield from template_name((*path, "template_name") if args.template_name else path, name, site)
    if args.cos_store is not None and not site.cos:
        yield finding(
            "site-mismatch", joined((*path, "cos_store")), "COS storage exists on site cn only. Remove cos_store."
        )
    for key, form in formats(args).items():
        yield from _numbers((*path, key), key, form, site)
        yield from _storage((*path, key), form, args, site)


def template_name(path: Path, name: str, site: Site) -> Iterator[Finding]:
    """Whether the account takes the name."""
    allowed = "letters, digits, _ and -" + (" and Chinese characters" if site.chinese_names else "")
    bad = [c for c in name if c not in _ASCII_NAME and not (site.chinese_names and "\u4e00" <= c <= "\u9fff")]
    if bad or not name:
        seen = f"the name {quoted(name)} has {quoted(bad[0])} in it" if bad else "the name is empty"
        yield finding(
            "bad-name", joined(path), f"Template names are made of {allowed}, but {seen}. Give another template_name."
        )


def _numbers(path: Path, key: str, form: Format, site: Site) -> Iterator[Finding]:
    low, high = site.record_interval[key]
    for name, bottom, top in (
        ("record_interval", low, high),
        ("storage_time", 0, STORAGE_TIME_MAX),
        ("flow_continue_duration", 0, FLOW_CONTINUE_MAX),
    ):
        value = getattr(form, name, None)
        if value is not None and not bottom <= value <= top:
            yield finding(
                "out-of-range",
                joined((*path, name)),
                f"This is {value} s ({spoken(value)}), but {bottom} to {top} s ({spoken(top)}) is allowed here.",
            )
    if key == "hls" and form.record_interval is not None:
        yield finding(
            "ignored-field",
            joined((*path, "record_interval")),
            "HLS ignores record_interval: one file lasts from the beginning of a push to its end. Remove it.",
        )


def _storage(path: Path, form: Format, args: TemplateArgs, site: Site) -> Iterator[Finding]:
    named = [name for name in _COS_FIELDS if getattr(form, name) is not None]
    for name in named:
        if not site.cos:
            yield finding("site-mismatch", joined((*path, name)), f"COS storage exists on site cn only. Remove {name}.")
        elif not args.cos_store:
            yield finding(
                "ignored-field", joined((*path, name)), f"{name} has no effect without cos_store: true on the template."
            )
    if args.cos_store and site.cos:
        missing = [name for name in _COS_FIELDS if name not in named]
        if missing:
            yield finding(
                "cos-path",
                joined(path),
                f"With cos_store each format says where: {', '.join(missing)} is missing here.",
            )
        if form.storage_time is not None:
            yield finding(
                "ignored-field",
                joined((*path, "storage_time")),
                "storage_time has no effect in COS. Set a lifecycle rule on the bucket instead.",
            )


def window(path: Path, args: TaskArgs, zone: str) -> Window | Finding:
    """When the task runs, or why that cannot be said."""
    start, end = _instant((*path, "start"), args.start, zone), _instant((*path, "end"), args.end, zone)
    if isinstance(start, Finding):
        return start
    if isinstance(end, Finding):
        return end
    if end is not None:
        both = finding(
            "unknown-field", joined((*path, "duration")), "duration cannot stand beside end. Keep one of them."
        )
        return Window(start, end) if args.duration is None else both
    if start is not None and args.duration is not None:
        return Window(start, start + timedelta(seconds=min(args.duration, _CENTURY)))
    begins = "A task without start begins when it is created, so end says when it stops; duration cannot. "
    return finding("missing-field", joined(path), f"The field end is missing. {'' if start else begins}Add end: TIME.")


def _instant(path: Path, value: datetime | None, zone: str) -> datetime | Finding | None:
    try:
        return None if value is None else instant(value, zone)
    except PydanticCustomError as refusal:
        context = refusal.context or {}
        return finding(context["finding"], joined(path), context["sentence"])


def task(path: Path, span: Window, now: datetime) -> Iterator[Finding]:
    """What is wrong with a task's time."""
    start = span.start or now
    if span.start is not None and span.end <= span.start:
        yield finding(
            "task-backwards",
            joined(path),
            "The task ends before it starts. Swap start and end, or name the right days.",
        )
    elif span.end - start > TASK_MAX:
        length = spoken((span.end - start).total_seconds())
        counted = "" if span.start else " from now, when it would begin"
        yield finding(
            "task-too-long",
            joined(path),
            f"The recording would last {length}{counted}. One task may last at most 24 h. Split it into two tasks.",
        )
