"""What adoption says: the comments of the file that it writes, and what stands in the terminal afterwards."""

from collections.abc import Collection, Iterator, Sequence

from live_recording.account.snapshot import Snapshot
from live_recording.adopt.entries import Adopted, Adoption, Entry, SkippedObject
from live_recording.adopt.exclusions import ObjectRef
from live_recording.core.kinds import FORMATS
from live_recording.core.text import count_of, join_words, plural, quoted
from live_recording.core.timefmt import rfc3339, task_time

SHOWN, LISTED = 3, 20
"""How many names a sentence holds, and how many objects the terminal lists; the file lists them all."""
STREAM_TYPES = "The API does not return the stream type of a task: all are assumed to be live. It matters only if a task is created again."
APPLICATIONS = "Every format has vod_sub_app_id, because the API does not tell which application is the main one."


def left(found: Adoption) -> tuple[SkippedObject, ...]:
    """What stays out: templates, then rules, then tasks, each sorted."""
    held = found.held
    named: dict[ObjectRef, str] = {
        ("template", i): f"template {i} ({_called(template.name)})" for i, template in held.templates.items()
    }
    named |= {("rule", key): f"rule {key}" for key in held.rules}
    named |= {
        ("task", i): f"task {i} ({task.stream} from {task_time(task.start)} to {task_time(task.end)})"
        for i, task in held.tasks.items()
    }
    return tuple(SkippedObject(what, found.out[thing]) for thing, what in named.items() if thing in found.out)


def about(
    found: Adoption, new: Sequence[Entry], domains: Collection[str], *, part: bool, beyond: Collection[str]
) -> Iterator[str]:
    """The comments at the head of the file."""
    at, only = rfc3339(found.held.at), f", only {', '.join(domains)}" if domains else ""
    if part:
        yield f"What the account held at {at}{only} and the stack file does not declare. Move the entries into its sections."
    else:
        yield f"Adopted from the account as it was at {at}{only}."
    if any("vod_sub_app_id" in entry.inputs.get(name, {}) for entry in new for name in FORMATS):
        yield APPLICATIONS
    if any(entry.kind == "task" for entry in new):
        yield STREAM_TYPES
    if beyond:
        yield f"The account holds more {' and '.join(beyond)} than the default limits: set under limits what the vendor allows."
    if found.out:
        yield "The end of this file lists the objects that were not adopted, and why."


def after(rest: Sequence[SkippedObject]) -> Iterator[str]:
    """The comments at the end of the file."""
    if rest:
        yield "Not managed by this stack:"
    yield from (f"- {one}" for one in rest)


def comments(entry: Entry, live: Snapshot, found: Adoption) -> tuple[str, ...]:
    """What the fields of an entry do not say."""
    if entry.kind == "template":
        ours = {other.id for other in found.entries}
        users = [str(key) for key, i in sorted(live.rules.items()) if i == entry.id and key not in ours]
        return (f"Also used by rules that this stack does not manage: {_some(users)}.",) if users else ()
    template_id = entry.inputs.get("template_id", "")
    if entry.template or not template_id:
        return ()
    if template_id not in live.templates:
        return (
            f"The account has no template {template_id}: the vendor records this as HLS and keeps it indefinitely.",
        )
    name = _called(live.templates[template_id].name)
    return (f"Template {template_id} is {name} in the account, and not managed by this stack.",)


def summary(made: Adopted, stack: str, file: str, import_file: str) -> str:
    """What was written to *file* ("-": printed) and *import_file*, what stays out, and what to run next.

    *stack* is the name of the stack.
    """
    return "\n".join(_summary(made, stack, "" if file == "-" else file, import_file))


def _summary(made: Adopted, stack: str, file: str, import_file: str) -> Iterator[str]:
    yield _written(made, stack, file)
    if made.accepted:
        kinds = ", ".join(f"{id_} ({count})" for id_, count in made.accepted.items())
        yield f"Existing warnings were acknowledged: {kinds}. Review them later."
    if made.left:
        yield from _unmanaged(made, file or "the file")
    if made.resources:
        yield from _next(made, stack, file or "the file", import_file)


def _written(made: Adopted, stack: str, file: str) -> str:
    counts = [count_of(count, section[:-1]) for section, count in made.counts.items() if count]
    if not counts:
        return f"The account holds nothing that stack {stack} could adopt{' in addition to what it declares' if made.part else ''}."
    what = join_words(counts)
    return f"{file}: {what} of the account." if file else f"This is {what} of the account."


def _unmanaged(made: Adopted, file: str) -> Iterator[str]:
    yield f"{count_of(len(made.left), 'object')} {plural(len(made.left), 'was', 'were')} not adopted:"
    yield from (f"  {one}" for one in made.left[:LISTED])
    if made.left[LISTED:]:
        place = f": see the end of {file}" if made.text else ""
        yield f"  ... and {len(made.left) - LISTED} more{place}."


def _next(made: Adopted, stack: str, file: str, import_file: str) -> Iterator[str]:
    if not made.text:
        yield f"{import_file}: the objects that the stack file declares and the account holds."
    yield "Nothing was changed in the account. Next steps:"
    if made.part and made.text:
        yield f"  move the entries of {file} into the stack file of {stack}"
    yield f"  pulumi import -f {import_file} --generate-code=false --protect=false --yes --stack {stack}"
    if made.part:
        yield f"  pulumi preview --stack {stack}"
        yield "The preview shows how the account differs from the stack file."
    else:
        yield f"  pulumi preview --stack {stack} --expect-no-changes"
        yield f"  pulumi up --stack {stack}"
        yield "This `up` changes no object: it stores in the state which rule uses which template."
    yield "After the import this stack owns these objects: `pulumi destroy` deletes them."


def _called(name: str) -> str:
    return quoted(name) if name else "without a name"


def _some(names: Sequence[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
