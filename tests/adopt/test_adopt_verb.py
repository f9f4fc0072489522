"""`live-recording adopt` as a command: the files that it writes, its messages, and the files that it never overwrites."""

from pathlib import Path

import pytest

from tests.audit.test_audit_verb import live
from tests.cli.test_check import Scratch
from tests.support.emulated_account import Account

PUSH, OLD = "push.example.com", "old.example.com"
STACK, IMPORT, MORE = "stacks/dev.yaml", "dev.import.json", "more.yaml"


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """Create a project without stacks."""
    return Scratch(tmp_path)


@pytest.fixture
def held(account: Account) -> Account:
    """Fill an account with a template for two domains, and with objects of another project."""
    archive = account.template("archive")
    account.rule(archive, PUSH)
    account.rule(archive, OLD, "studio")
    account.rule(account.template("blog--prod--all"), "blog.example.com")
    return account


def test_adopt_writes_both_files_and_prints_next_steps(held: Account, scratch: Scratch) -> None:
    """The stack file has no findings, skipped objects are listed, and the account does not change."""
    done = scratch.run("adopt", "--stack", "dev", **live(held))

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"{STACK}: 1 template and 2 rules of the account.",
        "Existing findings were acknowledged: kept-forever (1). Review them later.",
        "2 objects were not adopted:",
        '  template 1002 ("blog--prod--all"): Owned by stack "prod" of project "blog", according to its name.',
        '  rule blog.example.com/*/*: Its template "blog--prod--all" belongs to stack "prod" of project "blog".',
        "Nothing was changed in the account. Next steps:",
        f"  pulumi import -f {IMPORT} --generate-code=false --protect=false --yes --stack dev",
        "  pulumi preview --stack dev --expect-no-changes",
        "  pulumi up --stack dev",
        "This `up` changes no object: it stores in the state which rule uses which template.",
        "After the import this stack owns these objects: `pulumi destroy` deletes them.",
        f"Adopted from account 100000000001, site intl, {held.emulator.url}.",
    ]
    assert scratch.run("check", "dev").stdout == "1 file checked, no problems found.\n"
    assert (scratch.directory / IMPORT).read_text(encoding="utf-8").count('"name"') == 3
    assert held.changes() == []


@pytest.mark.parametrize(
    ("there", "options", "said"),
    [
        (STACK, (), f"{STACK} already exists, and adopt does not overwrite files. To write only what it does not declare yet, use --out FILE."),
        (IMPORT, (), f"{IMPORT} already exists, and adopt does not overwrite files. Delete it, choose another file, or use --force."),
        (MORE, ("--out", MORE), f"{MORE} already exists, and adopt does not overwrite files. Delete it, choose another file, or use --force."),
    ],
    ids=["stack-file", "import-file", "other-file"],
)  # fmt: skip
def test_nothing_is_overwritten_without_force(
    held: Account, scratch: Scratch, there: str, options: tuple[str, ...], said: str
) -> None:
    """An existing file does not change, and no other is written; with --force it is overwritten."""
    scratch.write(there, "{}\n")
    files = {path for path in scratch.directory.rglob("*") if path.is_file()}
    done = scratch.run("adopt", "--stack", "dev", *options, **live(held))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)
    assert {path for path in scratch.directory.rglob("*") if path.is_file()} == files
    assert (scratch.directory / there).read_text(encoding="utf-8") == "{}\n"

    assert scratch.run("adopt", "--stack", "dev", *options, "--force", **live(held)).returncode == 0
    assert (scratch.directory / there).read_text(encoding="utf-8") != "{}\n"


def test_domain_limits_what_is_adopted(held: Account, scratch: Scratch) -> None:
    """Only the rules of a domain and their templates are adopted; a domain without rules and tasks is an error."""
    wrong = scratch.run("adopt", "--stack", "dev", "--domain", "nope.example.com", **live(held))
    done = scratch.run("adopt", "--stack", "dev", "--domain", OLD, **live(held))

    assert wrong.returncode == 2
    assert wrong.stderr.startswith('The account has no rule or task for "nope.example.com".')
    assert done.stdout.startswith(f"{STACK}: 1 template and 1 rule of the account.\n")
    assert f"rules that this stack does not manage: {PUSH}/*/*." in (scratch.directory / STACK).read_text(
        encoding="utf-8"
    )


def test_out_has_only_what_is_new(held: Account, scratch: Scratch) -> None:
    """If the stack file exists, another file gets the rest, and the import file everything that is live."""
    scratch.write(STACK, f"templates: {{a: {{template_name: archive, mp4: {{}}}}}}\nrules: {{b: {{domain: {PUSH}, template: a}}}}\n")  # fmt: skip
    done = scratch.run("adopt", "--stack", "dev", "--out", MORE, **live(held))

    assert done.stdout.startswith(f"{MORE}: 1 rule of the account.\n")
    assert f"  studio: {{domain: {OLD}, app: studio, template: a}}\n" in (scratch.directory / MORE).read_text(
        encoding="utf-8"
    )
    assert (scratch.directory / IMPORT).read_text(encoding="utf-8").count('"name"') == 3


def test_printed_file_is_the_only_output(held: Account, scratch: Scratch) -> None:
    """With `--out -` the file can be piped; the next steps are on standard error."""
    done = scratch.run("adopt", "--stack", "dev", "--out", "-", **live(held))

    assert done.returncode == 0
    assert done.stdout.startswith("# yaml-language-server: ")
    assert done.stderr.startswith("This is 1 template and 2 rules of the account.\n")
    assert not (scratch.directory / STACK).exists()


def test_stack_file_with_errors_must_be_fixed_first(held: Account, scratch: Scratch) -> None:
    """What a file with errors declares is not known, so nothing is written."""
    scratch.write(STACK, "rules: {a: 1}\n")
    done = scratch.run("adopt", "--stack", "dev", "--out", MORE, **live(held))

    assert done.returncode == 1
    assert done.stdout.startswith(f"{STACK}:1: rules.a: ")
    assert not (scratch.directory / MORE).exists()


def test_without_credentials_nothing_is_written(scratch: Scratch) -> None:
    """An account that cannot be read is a failure of the tool, with a message."""
    done = scratch.run("adopt", "--stack", "dev", HOME="/nowhere")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("No credentials found; the account cannot be read.")
    assert not (scratch.directory / STACK).exists()
