"""Gate 2: what the account holds, against what a resource asks for - before anything changes.

Rule 1: a refusal names both sides and says what to do. Rule 2: without credentials nothing here runs.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from live_recording.account import conflicts
from live_recording.account.diff import TASK_KEY, changes, replaces
from live_recording.account.inventory import AccountInventory, Section
from live_recording.account.objects import key_of, name_of, window
from live_recording.core.findings import Finding
from live_recording.core.kinds import FORMATS, KindName
from live_recording.core.streams import StreamKey
from live_recording.core.text import quoted
from live_recording.core.timefmt import rfc3339
from live_recording.core.vendor import OVERLAPS_MAX
from live_recording.core.windows import Window, creatable_from, overlap_violations, phase
from live_recording.lint.quotas import full
from live_recording.resources.template import adoptable, own_name

Props = Mapping[str, Any]

TAKEN = "If you renamed the entry, add was: OLD-KEY to it. Otherwise remove that rule, or adopt it: {}."
TAKEN_BY_A_MOVE = "If another entry leaves this key, move that one in a run before. Otherwise remove that rule."
NEW_RULES = "To replace a rule, keep its entry and change its key: that needs no free place where places are scarce"
MOVED_RULES = "Rules that move are made before the old ones go: move fewer of them in one run"
TEMPLATES = "A renamed entry without was, and a change of delay_live or cos_store, need a second template for a moment"

FREE_SLOTS = 10
"""With fewer free places than this, a rule that moves is deleted first; moves run four at once."""


class Change(NamedTuple):
    """A change: the fields that replace, if any, and whether the old object then goes first."""

    replaces: tuple[str, ...]
    delete_first: bool


def check(
    kind: KindName, account: AccountInventory, inputs: Props, olds: Props, unknown: frozenset[str], urn: str
) -> tuple[Finding, ...]:
    """What the account, and the other resources of this run, say against the *inputs*."""
    inputs = {
        name: value for name, value in inputs.items() if name not in unknown
    }  # no default for what may yet be told
    thing = natural(kind, inputs) if kind != "task" or not unknown else None
    if thing and not account.run.claim(thing, urn, olds):
        what = thing[1] if isinstance(thing[1], str) else "/".join(thing[1])
        sentence = f"Another {kind} of this stack is declared for {quoted(what)}. Remove one of them."
        return (Finding.new("duplicate-key", (), sentence),)
    return tuple(GATES[kind](account, inputs, olds))


def diff(kind: KindName, account: AccountInventory | None, id_: str, olds: Props, news: Props) -> Change | None:
    """What has to change, or None. A resource that keeps its object holds it from now on."""
    changed = changes(kind, olds, news)
    replaced = replaces(kind, changed)
    if account and not replaced and (thing := natural(kind, news)):
        account.run.hold_known(thing, id_)
    elif account and kind == "task" and natural(kind, olds) == natural(kind, news):
        account.run.leaving.add(id_)  # only its stream_type differs, which the vendor does not list
    if not changed:
        return None
    # Where the new key is live already it is only adopted, which needs no place.
    first = kind == "rule" and replaced and account and rule_key(news) not in account.rules() and delete_first(account)
    return Change(replaced, bool(first))


def rule_key(inputs: Props) -> StreamKey:
    """The key of a rule. Raises KeyError while it is not known."""
    return StreamKey(inputs["domain"], inputs["app"], inputs["stream"])


def natural(kind: KindName, inputs: Props) -> tuple[str, Any] | None:
    """The natural key of a resource, or None while a part of it is not known, or where the kind has none."""
    try:
        return (kind, _NATURAL[kind](inputs))
    except (KeyError, TypeError):
        return None


def template(account: AccountInventory, inputs: Props, olds: Props) -> Iterator[Finding]:
    """A name that another template has, or no place for a new one."""
    yield from _unset(inputs, olds)
    if "template_name" not in inputs:
        return
    thing = ("template", inputs["template_name"])
    known = bool(olds) or account.run.moves(thing)
    if olds and not replaces("template", changes("template", olds, inputs)):
        return
    if olds:
        account.run.move(thing)
    else:
        found = adoptable(account, inputs, account.templates())
        if found:
            account.run.adoptable.add(found)
            return
    namesakes = [i for i, live in account.templates().items() if name_of(live) == inputs["template_name"]]
    if namesakes and not known and not own_name(account, inputs):
        yield Finding.new(
            "duplicate-key",
            ("template_name",),
            f"The account already has a template {quoted(inputs['template_name'])} (id {namesakes[0]}), and it is not what is "
            f"declared here. Give this one another name, or adopt that one: {account.adopting}.",
        )
    added = account.run.adds("template", inputs["template_name"], ())
    yield from _fits("templates", len(account.templates()), added, account, TEMPLATES)


def _unset(inputs: Props, olds: Props) -> Iterator[Finding]:
    """The vendor does not tell the id of the main application, so it cannot be gone back to by leaving it out."""
    for name in FORMATS:
        if "vod_sub_app_id" in olds.get(name, {}) and name in inputs and "vod_sub_app_id" not in inputs[name]:
            sentence = (
                "vod_sub_app_id was set, and leaving it out would not change it. Name the application that you want."
            )
            yield Finding.new("missing-field", (name, "vod_sub_app_id"), sentence)


def rule(account: AccountInventory, inputs: Props, olds: Props) -> Iterator[Finding]:
    """A rule or a template that is another's or not there, or no place for a new rule."""
    wanted = inputs.get("template_id")
    yield from _template(account, inputs, olds)
    if not natural("rule", inputs):
        return
    key, before = rule_key(inputs), rule_key(olds) if olds else None
    if before and changes("rule", olds, inputs):
        yield from _changed(account, before, olds["template_id"], wanted if before == key else olds["template_id"])
    if before == key:
        return
    if before:
        account.run.move(("rule", key))
    live = account.rules().get(key)
    if live is not None:
        yield from _taken(account, key, live, wanted, moved=before is not None)
    elif not (account.run.moves(("rule", key)) and delete_first(account)):
        added, advice = account.run.adds("rule", key, account.rules()), MOVED_RULES if before else NEW_RULES
        yield from _fits("rules", len(account.rules()), added, account, advice)


def delete_first(account: AccountInventory) -> bool:
    """Whether a rule that takes another key is deleted before it is made again: only where places are scarce."""
    return account.allowed("rules") - account.rules_at_first < FREE_SLOTS


def _taken(
    account: AccountInventory, key: StreamKey, live: str, wanted: str | None, *, moved: bool
) -> Iterator[Finding]:
    name, owner = account.named(live), account.stranger(live)
    if owner:
        yield Finding.new(
            "duplicate-key",
            (),
            f"The rule for {key} belongs to stack {owner}: it points to its template {quoted(name)}. "
            "Remove it there first, or leave the key to that stack.",
        )
    elif live != wanted and (wanted is not None or live not in account.run.adoptable):
        asked = f"template {wanted}" if wanted else "a template that is yet to be made"
        yield Finding.new(
            "duplicate-key",
            (),
            f"The account already has a rule for {key}: it points to template {live} ({quoted(name)}), and this one asks for "
            f"{asked}. {TAKEN_BY_A_MOVE if moved else TAKEN.format(account.adopting)}",
        )


def _changed(account: AccountInventory, key: StreamKey, ours: str, wanted: str | None) -> Iterator[Finding]:
    """Whether somebody bound the key elsewhere since the state saw it; what a killed run bound is *wanted*."""
    live = account.rules().get(key)
    if live in (None, ours, wanted) or (wanted is None and live in account.run.adoptable):
        return
    owner = account.stranger(live)
    called = f"{live} ({quoted(account.named(live))}{f' of stack {owner}' if owner else ''})"
    yield Finding.new("duplicate-key", (), conflicts.changed(key, called, ours))


def task(account: AccountInventory, inputs: Props, olds: Props) -> Iterator[Finding]:
    """A time that the vendor does not take yet or no more, a template that does not exist, too many overlaps."""
    if "end" not in inputs or (olds and not changes("task", olds, inputs)):
        return
    yield from _template(account, inputs, olds)
    now, site = account.settings.now(), account.settings.limits
    span = Window(_at(inputs.get("start")), _at(inputs["end"]) or now)
    stage = phase(span, now, site)
    if stage == "later":
        day = rfc3339(creatable_from(span, site))
        yield Finding.new(
            "bad-time", ("start",), f"The vendor does not take this task before {day}. Declare it from then on."
        )
    elif stage == "finished":
        yield Finding.new(
            "bad-time", ("end",), f"The task would be over already: it ends at {inputs['end']}. Remove it."
        )
    elif olds and phase(Window(_at(olds.get("start")), _at(olds["end"]) or now), now, site) == "running":
        yield from _crowded(account, inputs, span, now)


def live_record(account: AccountInventory, inputs: Props, olds: Props) -> Iterator[Finding]:
    """A time that is over; nothing else, because the account lists no live record."""
    if "end" not in inputs or (olds and not changes("live_record", olds, inputs)):
        return
    if datetime.fromisoformat(inputs["end"]) <= account.settings.now():
        yield Finding.new(
            "bad-time", ("end",), f"The recording would be over already: it ends at {inputs['end']}. Remove it."
        )


def _crowded(account: AccountInventory, inputs: Props, span: Window, now: datetime) -> Iterator[Finding]:
    """A running task is replaced beside its successor, which counts as one more recording of the stream."""
    stream = StreamKey.of(inputs)
    live = {
        task_id: window(found)
        for task_id, found in account.tasks().items()
        if key_of(found) == stream and not found.get("Stopped")
    }
    if any(overlap_violations({**live, "": span}, now, OVERLAPS_MAX)):
        yield Finding.new(
            "too-many-overlaps",
            (),
            f"The running task and its replacement would record {'/'.join(stream)} more than {OVERLAPS_MAX} times at once, "
            f"and the vendor starts only {OVERLAPS_MAX}. Change the tasks of this stream one at a time.",
        )


def _template(account: AccountInventory, inputs: Props, olds: Props) -> Iterator[Finding]:
    """Whether there is the template, and it is not another stack's: what uses that counts as that stack's too."""
    wanted = inputs.get("template_id")
    if wanted is not None and wanted not in account.templates():
        yield Finding.new(
            "unknown-template",
            ("template_id",),
            f"The account has no template {wanted}. If it was deleted behind Pulumi's back, run pulumi refresh; "
            "otherwise name one that the account has.",
        )
    elif wanted and wanted != olds.get("template_id") and (owner := account.stranger(wanted)):
        yield Finding.new(
            "unknown-template",
            ("template_id",),
            f"The template {wanted} ({quoted(account.named(wanted))}) belongs to stack {owner}, and so would what uses it. Use one "
            "of this stack; to share that one, give it a template_name of its own there.",
        )


def _fits(section: Section, live: int, new: int, account: AccountInventory, advice: str) -> Iterator[Finding]:
    found = full(section, live, new, account.allowed(section), advice)
    if found:
        yield found


GATES: Mapping[KindName, Callable[[AccountInventory, Props, Props], Iterator[Finding]]] = {
    "template": template,
    "rule": rule,
    "task": task,
    "live_record": live_record,
}
_NATURAL: Mapping[KindName, Callable[[Props], Any]] = {
    "template": lambda given: given["template_name"],
    "rule": rule_key,
    "task": lambda given: tuple(given.get(name, "") for name in TASK_KEY),
}  # a live record has none: nothing could be looked up under it


def _at(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
