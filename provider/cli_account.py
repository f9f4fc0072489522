"""The verbs that look at a live account, or at a snapshot of one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provider import config, report, screen, sources
from provider.core import owners
from provider.core.stack import Stack
from provider.failures import ConfigError
from provider.terminal import FINDINGS, Form, ReviewForm, present, put, show, tell

if TYPE_CHECKING:
    from provider.pipeline import Planned


def stack_names(incomplete: str) -> list[str]:
    """The stacks whose names begin so, for shells that complete words."""
    return [name for name in config.stack_names() if name.startswith(incomplete)]


NAME_OR_PATH = "A name or a path."
StackArgument = Annotated[str, typer.Argument(metavar="STACK", help=NAME_OR_PATH, autocompletion=stack_names)]
StacksArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="STACK", help="Names or paths. Default: all.", autocompletion=stack_names),
]
StackOption = Annotated[str, typer.Option("--stack", metavar="STACK", help=NAME_OR_PATH, autocompletion=stack_names)]
AccountOption = Annotated[
    Path | None, typer.Option("--account", metavar="FILE", help="A snapshot instead of the live account.")
]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write there instead of printing.")]


def usable(asked: sources.Source) -> Stack:
    """What a stack file without errors says; those of another one are shown, and are the end."""
    if asked.loaded.usable is None:
        checked = [report.Checked(asked.file, asked.loaded.findings, {})]
        present(report.text(checked), lambda: screen.checked(checked))
        raise typer.Exit(FINDINGS)
    return asked.loaded.usable


def snapshot(
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack",
            metavar="STACK",
            help="Whose site, region and endpoint. Default: none.",
            autocompletion=stack_names,
        ),
    ] = None,
) -> None:
    """Print what the account holds as JSON, without secrets.

    For use where there are no credentials: by review, audit, adopt and the emulator.

    Example: python -m provider snapshot > account.json
    """
    from provider.snapshot import taken, text

    show(text(taken(config.settings_of(config.known(stack) if stack else None))))


def review(
    stack: StackOption,
    plan: Annotated[Path, typer.Option("--plan", metavar="FILE", help="Output of pulumi preview --json.")],
    account: AccountOption = None,
    form: Annotated[ReviewForm, typer.Option("--format", help="For a comment, a browser or programs.")] = ReviewForm.md,
    out: OutOption = None,
) -> None:
    """Tell what a plan changes for viewers.

    What is lost, who records what before and after, limits, tasks. A loss that nobody acknowledged stops.

    Example: python -m provider review --stack prod --plan preview.json
    """
    from provider.pipeline import held
    from provider.review import reviewed
    from provider.review_forms import FORMS

    asked = sources.source(stack)
    made = reviewed(asked, config.contents(plan, "plan"), held(asked, account))
    put(FORMS[form](made), out, force=True)
    raise typer.Exit(FINDINGS if made.stops else 0)


def audit(
    stacks: StacksArgument = None,
    account: AccountOption = None,
    form: Annotated[Form, typer.Option("--format", help="For people or for programs.")] = Form.text,
) -> None:
    """Compare stack files with the account.

    What is live and not declared, declared and not live, different, or stopped by hand.

    Example: python -m provider audit prod
    """
    from provider import audit as audits

    found = audits.audited(stacks, account)
    if form is Form.text:
        present(audits.text(found), lambda: screen.audit(found))
    else:
        show(audits.as_json(found))
    raise typer.Exit(found.exit_code)


def doctor(
    stack: Annotated[
        str | None,
        typer.Option("--stack", metavar="STACK", help="Only this stack. Default: all.", autocompletion=stack_names),
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="For people or for programs.")] = Form.text,
) -> None:
    """Tell whether this machine is ready, and what to do.

    Python, Pulumi, backend, stacks, credentials, endpoint, clock; one line each.

    Example: python -m provider doctor --stack prod
    """
    from provider import doctor as doctors

    found = doctors.examined(stack)
    if form is Form.text:
        present(doctors.text(found), lambda: screen.diagnosis(found))
    else:
        show(doctors.as_json(found))
    raise typer.Exit(found.exit_code)


def adopt(
    stack: StackOption,
    domain: Annotated[
        list[str] | None, typer.Option("--domain", metavar="D", help="Only this push domain; may be repeated.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Default: the stack's file; - prints it.")
    ] = None,
    import_file: Annotated[
        Path | None, typer.Option("--import-file", metavar="FILE", help="Default: STACK.import.json.")
    ] = None,
    account: AccountOption = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Write the stack file for what an account holds.

    And the file with which Pulumi takes it over. Nothing in the account changes. What stays unmanaged is listed.

    Example: python -m provider adopt --stack prod
    """
    from provider import adoption, adoption_words, snapshot

    name, path, settings = sources.place(stack)
    printed = out == Path("-")
    target, imports = out or path, import_file or Path(f"{name}.import.json")
    declared = usable(sources.source(stack)) if target != path and path.is_file() else None
    for file in (imports,) if printed else (target, imports):
        if file.exists() and not force:
            raise ConfigError(f"{file} is there already, and adopt overwrites nothing. {_beside(file == path)}")
    held = snapshot.read(account, settings.site) if account else snapshot.taken(settings)
    owner = owners.of(config.project(), name)
    made = adoption.adopted(held, owner, domain or (), declared)
    if made.resources:
        config.write(imports, adoption.import_file(made))
    if made.text:
        put(made.text, None if printed else target, force=True)
    (tell if printed else show)(adoption_words.summary(made, name, str(target), str(imports)))


def _beside(own: bool) -> str:
    if own:
        return (
            "With --out FILE it writes what that file does not say yet; with --force it writes the file anew, and what "
            "stands there is lost."
        )
    return "Remove it, name another, or use --force."


def plan(
    stacks: StacksArgument = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where plans and reviews go.")] = Path("plans"),
) -> None:
    """Plan stacks with Pulumi, and review each plan.

    DIR/review.md tells of all stacks, DIR/STACK.html draws one. Nothing in the account changes.

    Example: python -m provider plan --out plans
    """
    from provider.pipeline import abandoned, planned

    asked, beside = config.stacks_asked(stacks), abandoned() if not stacks else {}
    made, failed = planned(asked, out, beside)
    for one in made:
        _tell_verdict(one.stack, one)
    for name, why in beside.items():
        tell(f"{name}: No stack file: {why}")
    for name, failure in failed.items():
        tell(f"{name}: Not planned: {failure}")
    show(f"Written: {out / 'review.md'}, and for each stack its plan and review as {out}/STACK.*")
    stops = FINDINGS if any(one.review.stops for one in made) else 0
    raise typer.Exit(max([stops, *(failure.status for failure in failed.values())]))


def deploy(
    stack: StackArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where plan and review go.")] = Path("plans"),
) -> None:
    """Plan, review and apply a stack in one go.

    Nothing is applied that a review stops. A plan that time has overtaken is made once more, and applied where it means no more for viewers.

    Example: python -m provider deploy prod
    """
    from provider.pipeline import deploy

    ended, made = deploy(stack, out)
    for number, one in enumerate(made, 1):
        _tell_verdict(f"{one.stack}, plan {number}", one)
    code, sentence = ended.value
    show(sentence.format(out=out))
    raise typer.Exit(code)


def _tell_verdict(of: str, made: "Planned") -> None:
    from provider.review_words import below, verdict

    said, lines = verdict(made.review), below(made.review)
    text = "\n  ".join([f"{of}: {said}", *lines])
    present(text, lambda: screen.verdict(of, said, lines, stops=made.review.stops))
