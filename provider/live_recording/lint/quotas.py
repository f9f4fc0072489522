"""Checks of the number of rules, templates and callback templates that an account can have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from live_recording.core.findings import Finding
from live_recording.lint.context import CheckContext

COMPARED = 500
"""Rules that are compared with each other: ten times the vendor's limit. The time is the square of their number."""
Section = Literal["rules", "templates", "callback_templates"]
SECTIONS: tuple[Section, ...] = ("rules", "templates", "callback_templates")
_FINDING: Mapping[Section, str] = {
    "rules": "too-many-rules",
    "templates": "too-many-templates",
    "callback_templates": "too-many-templates",
}
_NEARLY_FULL = 0.9  # of the limit


@dataclass(frozen=True, slots=True)
class Usage:
    """How many objects of a section the stack file declares, and the limit; *built_in*: the built-in template is one."""

    section: Section
    count: int
    limit: int
    built_in: bool

    @property
    def note(self) -> str:
        """Return the part of a sentence that explains the count."""
        return " (including the built-in one for record: false)" if self.built_in else ""


def too_many_rules(context: CheckContext) -> Iterator[Finding]:
    """Check that the rules of this file alone are within the limit."""
    used = usage(context, "rules")
    yield from _too_many(used)
    if COMPARED < used.count <= used.limit:
        sentence = f"Only up to {COMPARED} rules are compared with each other. Redundant and overridden rules are not reported."
        yield Finding.new("redundant-rule", ("rules",), sentence)


def too_many_templates(context: CheckContext) -> Iterator[Finding]:
    """Check that the templates of this file alone are within the limit."""
    yield from _too_many(usage(context, "templates"))


def too_many_callback_templates(context: CheckContext) -> Iterator[Finding]:
    """Check that the callback templates of this file alone are within the limit."""
    yield from _too_many(usage(context, "callback_templates"))


def nearly_full(context: CheckContext) -> Iterator[Finding]:
    """Check that this file alone leaves more than a tenth of each limit."""
    for section in SECTIONS:
        used = usage(context, section)
        if _NEARLY_FULL * used.limit <= used.count <= used.limit:
            sentence = (
                f"{used.count} of {used.limit} {_words(section)} are declared{used.note}. "
                "Request a higher quota from Tencent Cloud before you need more."
            )
            yield Finding.new("nearly-full", (section,), sentence)


def quota_exceeded(section: Section, live: int, new: int, limit: int, advice: str) -> Finding | None:
    """Return a finding if *new* objects do not fit in addition to the *live* ones: a deployment deletes last."""
    if not new or live + new <= limit:
        return None
    section_name = _words(section).removesuffix("s") if limit == 1 else _words(section)
    sentence = (
        f"The account has {live} of {limit} {section_name}, and this deployment needs at least {new} more before it deletes any. "
        f"{advice}. Or delete some first, or raise limits.{section} in the stack file if your quota was raised."
    )
    return Finding.new(_FINDING[section], (), sentence)


def usage(context: CheckContext, section: Section) -> Usage:
    """Count the declared entries of a section, by key; unreadable entries count too."""
    built_in = section == "templates" and context.stack.suppresses
    limit: int = getattr(context.stack.limits, section)
    return Usage(section, len(context.keys(section)) + built_in, limit, built_in)


def _too_many(used: Usage) -> Iterator[Finding]:
    if used.count > used.limit:
        sentence = (
            f"{used.count} {_words(used.section)} are declared{used.note}, but the limit is {used.limit}. "
            f"Remove {used.count - used.limit}, or raise limits.{used.section} if your quota was raised."
        )
        yield Finding.new(_FINDING[used.section], (used.section,), sentence)


def _words(section: Section) -> str:
    return section.replace("_", " ")
