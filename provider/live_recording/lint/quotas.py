"""How many rules and templates an account may hold.

Rule 1: counting is by key, so that what is declared and live counts once.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from live_recording.core.findings import Finding
from live_recording.stackfile.model import Limits

NEARLY = 0.9


def too_many(limits: Limits, declared: Mapping[str, int], builtin: bool) -> Iterator[Finding]:
    """The file alone stays within what the account may hold; *builtin*: one template more for `record: false`."""
    for section, count, allowed, extra in _counted(limits, declared, builtin):
        if count > allowed:
            yield Finding.new(
                f"too-many-{section}",
                (section,),
                f"{count} {section} are declared{extra}, but the account may hold {allowed}. "
                f"Remove {count - allowed}, or raise limits.{section} if the vendor has raised it.",
            )


def nearly_full(limits: Limits, declared: Mapping[str, int], builtin: bool) -> Iterator[Finding]:
    """The file alone leaves less than a tenth of the account free."""
    for section, count, allowed, extra in _counted(limits, declared, builtin):
        if NEARLY * allowed <= count <= allowed:
            sentence = f"{count} of {allowed} {section} are declared{extra}. Ask the vendor for more before the next one is needed."
            yield Finding.new("nearly-full", (section,), sentence)


def _counted(limits: Limits, declared: Mapping[str, int], builtin: bool) -> Iterator[tuple[str, int, int, str]]:
    for section, entries in declared.items():
        made = int(builtin and section == "templates")
        extra = " (one of them is made for record: false)" if made else ""
        yield section, entries + made, getattr(limits, section), extra


def full(section: Literal["rules", "templates"], live: int, new: int, allowed: int, advice: str) -> Finding | None:
    """Whether *new* objects still fit beside the *live* ones while a run lasts: it deletes last."""
    if not new or live + new <= allowed:
        return None
    what = section.removesuffix("s") if live == 1 else section
    return Finding.new(
        f"too-many-{section}",
        (),
        f"The account holds {live} {what}, and this run adds at least {new} before it deletes any: {live + new}, but {allowed} "
        f"{'is' if allowed == 1 else 'are'} allowed. {advice}. Or remove some first, or raise limits.{section} in the stack file "
        "if the vendor has raised it.",
    )
