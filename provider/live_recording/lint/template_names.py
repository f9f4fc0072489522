"""Checks of the names that templates have in the account, for recording templates and callback templates alike."""

from collections.abc import Iterator
from dataclasses import dataclass

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.stack_ref import HYPHENS, StackRef
from live_recording.core.text import quoted
from live_recording.core.vendor import Site
from live_recording.lint.context import CheckContext

_ASCII_NAME = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


@dataclass(frozen=True, slots=True)
class TemplateName:
    """The name in the account of the template at *path*, None if it is not known yet, and the owner of the template."""

    path: KeyPath
    name: str | None
    is_default: bool
    owner: StackRef | None
    site: Site

    @property
    def field(self) -> KeyPath:
        """Return the path of the name if it is written, else that of the template."""
        return self.path if self.is_default else (*self.path, "template_name")

    @property
    def advice(self) -> str:
        """Return what to do about an invalid name."""
        return "Set a template_name." if self.is_default else "Set another template_name."


def bad_stack_name(context: CheckContext) -> Iterator[Finding]:
    """Check `<project>--<stack>`, the beginning of all default template names."""
    prefix = context.owner.prefix
    parts = prefix.split(HYPHENS)
    character = invalid_character(prefix, context.site)
    if len(parts) != 2 or any(part.strip("-") != part for part in parts):  # noqa: PLR2004 - project, stack
        why = "Two hyphens are allowed only between project and stack."
    elif character:
        why = f"The API does not accept {quoted(character)} in names."
    else:
        return
    sentence = f"Template names begin with project and stack, {quoted(prefix)}. {why} Rename the stack or the project."
    yield Finding.new("bad-name", (), sentence)


def bad_name(template: TemplateName) -> Iterator[Finding]:
    """Check the characters of the name, and that it does not belong to another stack."""
    if template.name is None:
        return
    yield from _bad_characters(template, template.name)
    owner = StackRef.of_template(template.name)
    if template.owner and owner not in (None, template.owner):
        sentence = (
            f"{quoted(template.name)} has the form of a default name of another stack, which would treat this template "
            "as its own. Set another template_name."
        )
        yield Finding.new("bad-name", (*template.path, "template_name"), sentence)


def _bad_characters(template: TemplateName, name: str) -> Iterator[Finding]:
    character = invalid_character(name, template.site)
    if name and not character:
        return
    problem = (
        f"Template name {quoted(name)} contains {quoted(character)}." if character else "The template name is empty."
    )
    allowed = "letters a-z, digits, _ and -" + (" and Chinese characters" if template.site.chinese_names else "")
    finding = Finding.new("bad-name", template.field, f"{problem} Allowed: {allowed}. {template.advice}")
    yield finding.unless_live() if character and not template.is_default else finding


def invalid_character(name: str, site: Site) -> str | None:
    """Return the first character that the API does not accept in a template name."""
    return next(
        (c for c in name if c not in _ASCII_NAME and not (site.chinese_names and "\u4e00" <= c <= "\u9fff")), None
    )
