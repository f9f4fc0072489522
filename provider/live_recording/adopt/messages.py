"""The texts of adoption: the comments in the file that it writes, and the summary for the terminal."""

from collections.abc import Collection, Iterator, Sequence

from live_recording.account.objects import ObjectRef
from live_recording.account.snapshot import Snapshot
from live_recording.adopt.model import KINDS, AdoptionResult, Entry, Selection, SkippedObject
from live_recording.audit.compare import NOT_IN_CONSOLES
from live_recording.core.kinds import FORMATS, NOUN_OF, TEMPLATE_OF, template_kind_of
from live_recording.core.streams import CallbackKey
from live_recording.core.text import command_of, count_of, join_words, plural, quoted
from live_recording.core.timefmt import rfc3339, task_time
from live_recording.core.vendor import SITES
from live_recording.lint.callback_keys import set_key_command

NAMES_SHOWN = 3
"""How many names a sentence contains."""
OBJECTS_SHOWN = 20
"""How many objects the terminal lists; the file lists all."""
STREAM_TYPES = "The API does not return the stream type of a task: all are assumed to be live. It matters only if a task is created again."
APPLICATIONS = "Every format has vod_sub_app_id, because the API does not tell which application is the main one."

STATUS_URL_UNREAD = (
    "The API does not return record_status_notify_url. If the template has one, add it: a change may lose it otherwise."
)
NO_KEYS = "No file has the callback keys. Set each one as it is in the account; the next `pulumi up` then adopts its template and rules without a change"


def skipped_objects(selection: Selection) -> tuple[SkippedObject, ...]:
    """Return the objects that are not adopted: templates, rules, tasks, then callbacks, each sorted."""
    account = selection.account
    descriptions = {
        ObjectRef("template", i): f"template {i} ({_name(template.name)})" for i, template in account.templates.items()
    }
    descriptions |= {ObjectRef("rule", key): f"rule {key}" for key in account.rules}
    descriptions |= {
        ObjectRef("task", i): f"task {i} ({task.stream} from {task_time(task.start)} to {task_time(task.end)})"
        for i, task in account.tasks.items()
    }
    callbacks = account.templates_of("callback_template")
    descriptions |= {
        ObjectRef("callback_template", i): f"callback template {i} ({_name(callback.name)})"
        for i, callback in callbacks.items()
    }
    descriptions |= {
        ObjectRef("callback_rule", key): f"callback rule {key}" for key in account.rules_of("callback_rule")
    }
    return tuple(
        SkippedObject(description, selection.excluded[ref])
        for ref, description in descriptions.items()
        if ref in selection.excluded
    )


def head_comments(
    selection: Selection,
    domains: Collection[str],
    stack: str,
    *,
    is_partial: bool,
    raised_limits: Collection[str],
    unread: str,
) -> Iterator[str]:
    """Yield the comments at the beginning of the file."""
    at, only = rfc3339(selection.account.at), f", only {', '.join(domains)}" if domains else ""
    if is_partial:
        yield f"What the account held at {at}{only} and the stack file does not declare. Move the entries into its sections."
    else:
        yield f"Adopted from the account as it was at {at}{only}."
    yield from _unknown_values(selection.new)
    if raised_limits:
        names = " and ".join(section.replace("_", " ") for section in raised_limits)
        yield f"The account holds more {names} than the default limits: set under limits what the vendor allows."
    yield from _missing_keys(selection.new, stack)
    if unread:
        yield unread
    if selection.excluded:
        yield "The end of this file lists the objects that were not adopted, and why."


def _unknown_values(entries: Sequence[Entry]) -> Iterator[str]:
    if any("vod_sub_app_id" in entry.inputs.get(name, {}) for entry in entries for name in FORMATS):
        yield APPLICATIONS
    if any(entry.kind == "task" for entry in entries):
        yield STREAM_TYPES


def _missing_keys(entries: Sequence[Entry], stack: str) -> Iterator[str]:
    commands = [set_key_command(entry.key, stack) for entry in entries if entry.has_key]
    if commands:
        yield f"{NO_KEYS}:"
        yield from (f"  {command}" for command in commands)


def tail_comments(skipped: Sequence[SkippedObject]) -> Iterator[str]:
    """Yield the comments at the end of the file."""
    if skipped:
        yield "Not managed by this stack:"
    yield from (f"- {each}" for each in skipped)


def entry_comments(entry: Entry, account: Snapshot, selection: Selection) -> tuple[str, ...]:
    """Return the comments above an entry: what its fields do not say."""
    if entry.kind in ("template", "callback_template"):
        has_status_url = entry.kind == "callback_template" and SITES[account.site].cn_callback_fields
        comments = [_other_users(entry, account, selection), STATUS_URL_UNREAD if has_status_url else ""]
    else:
        comments = [_unmanaged(entry, account), NOT_IN_CONSOLES if _is_hidden_in_consoles(entry) else ""]
    return tuple(filter(None, comments))


def _is_hidden_in_consoles(entry: Entry) -> bool:
    return isinstance(entry.ref.id, CallbackKey) and bool(entry.ref.id.app)


def _other_users(template: Entry, account: Snapshot, selection: Selection) -> str:
    adopted = {entry.ref for entry in selection.entries}
    kind = next(rule_kind for rule_kind, template_kind in TEMPLATE_OF.items() if template_kind == template.kind)
    rules = [key for key, template_id in sorted(account.rules_of(kind).items()) if template_id == template.ref.id]
    users = [str(key) for key in rules if ObjectRef(kind, key) not in adopted]
    return f"Also used by rules that this stack does not manage: {_some(users)}." if users else ""


def _unmanaged(entry: Entry, account: Snapshot) -> str:
    """Return what is known about the template of a rule or task if this stack does not manage it."""
    template_id = entry.inputs.get("template_id", "")
    if entry.template or not template_id:
        return ""
    template = account.templates_of(template_kind_of(entry.kind)).get(template_id)
    if template is None:
        return f"The account has no template {template_id}: the vendor records this as HLS and keeps it indefinitely."
    return f"Template {template_id} is {_name(template.name)} in the account, and not managed by this stack."


def summary(result: AdoptionResult, stack: str, file: str, import_file: str) -> str:
    """Return what was written to *file* ("-": printed) and *import_file*, what was not adopted, and what to run next."""
    return "\n".join(_summary_lines(result, stack, "" if file == "-" else file, import_file))


def _summary_lines(result: AdoptionResult, stack: str, file: str, import_file: str) -> Iterator[str]:
    yield _written_entries(result, stack, file)
    if result.acknowledged:
        found = ", ".join(f"{id_} ({count})" for id_, count in result.acknowledged.items())
        yield f"Existing findings were acknowledged: {found}. Review them later."
    if result.skipped:
        yield from _skipped_lines(result, file or "the file")
    if result.unread:
        yield result.unread
    if result.resources or result.text:
        yield from _next_steps(result, stack, file or "the file", import_file)


def _written_entries(result: AdoptionResult, stack: str, file: str) -> str:
    counts = [count_of(result.counts[kind], NOUN_OF[kind]) for kind in KINDS if result.counts.get(kind)]
    if not counts:
        addition = " in addition to what it declares" if result.is_partial else ""
        return f"The account holds nothing that stack {stack} could adopt{addition}."
    entries = join_words(counts)
    return f"{file}: {entries} of the account." if file else f"This is {entries} of the account."


def _skipped_lines(result: AdoptionResult, file: str) -> Iterator[str]:
    count = len(result.skipped)
    yield f"{count_of(count, 'object')} {plural(count, 'was', 'were')} not adopted:"
    yield from (f"  {each}" for each in result.skipped[:OBJECTS_SHOWN])
    if count > OBJECTS_SHOWN:
        place = f": see the end of {file}" if result.text else ""
        yield f"  ... and {count - OBJECTS_SHOWN} more{place}."


def _next_steps(result: AdoptionResult, stack: str, file: str, import_file: str) -> Iterator[str]:
    if not result.text:
        yield f"{import_file}: the objects that the stack file declares and the account holds."
    yield "Nothing was changed in the account. Next steps:"
    if result.is_partial and result.text:
        yield f"  move the entries of {file} into the stack file of {stack}"
    options = ("--generate-code=false", "--protect=false", "--yes", "--stack", stack)
    if result.resources:
        yield f"  {command_of('pulumi', 'import', '-f', import_file, *options)}"
    yield from (f"  {set_key_command(key, stack)}" for key in result.keyed)
    if result.is_partial:
        yield f"  pulumi preview --stack {stack}"
        yield "The preview shows how the account differs from the stack file."
    else:
        yield f"  pulumi preview --stack {stack}{'' if result.keyed else ' --expect-no-changes'}"
        yield f"  pulumi up --stack {stack}"
        yield "This `up` changes no object: it stores in the state which rule uses which template."
    if result.keyed:
        yield f"{NO_KEYS}. Until then, the preview shows them as created."
    yield "After the import this stack owns these objects: `pulumi destroy` deletes them."


def _name(template_name: str) -> str:
    return quoted(template_name) if template_name else "without a name"


def _some(names: Sequence[str]) -> str:
    rest = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
