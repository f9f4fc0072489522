"""`live-recording adopt` as a command: the files that it writes, its messages, and the files that it never overwrites."""

import json
from pathlib import Path

import pytest

from tests.audit.test_audit_callbacks import rule, template
from tests.audit.test_audit_verb import live
from tests.cli.test_check import Scratch
from tests.support.emulated_account import Account

PUSH, OLD = "push.example.com", "old.example.com"
URL, KEY = "https://hooks.example.com/live/x7Kq", "CanaryCanary0123456789"
SET_KEY = "pulumi config set --path live-recording:callbackKeys.newsroom --secret --stack dev"
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


def test_callbacks_are_adopted_without_their_keys(account: Account, scratch: Scratch) -> None:
    """The file passes the check; what has a key is not imported, and the key is written nowhere."""
    rule(account, template(account, "open", RecordNotifyUrl=URL))
    rule(account, template(account, "newsroom", RecordNotifyUrl=URL, CallbackKey=KEY), "news")
    done = scratch.run("adopt", "--stack", "dev", **live(account))
    imported = (scratch.directory / IMPORT).read_text(encoding="utf-8")
    written = (scratch.directory / STACK).read_text(encoding="utf-8")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{STACK}: 2 callback templates and 2 callback rules of the account.\n")
    assert f"  {SET_KEY}\n  pulumi preview --stack dev\n  pulumi up --stack dev\n" in done.stdout
    assert f"#   {SET_KEY}\n" in written
    assert [found["name"] for found in json.loads(imported)["resources"]] == ["open", "push-example-com"]
    assert scratch.run("check", "dev").stdout == "1 file checked, no problems found.\n"
    assert KEY not in done.stdout + written + imported
    assert account.changes() == []


def test_only_callbacks_with_keys_need_no_import(account: Account, scratch: Scratch) -> None:
    """There is nothing to import, so there is no import file, and no command for it."""
    rule(account, template(account, "newsroom", RecordNotifyUrl=URL, CallbackKey=KEY))
    done = scratch.run("adopt", "--stack", "dev", **live(account))

    assert "pulumi import" not in done.stdout
    assert f"Next steps:\n  {SET_KEY}\n" in done.stdout
    assert not (scratch.directory / IMPORT).exists()


def test_callbacks_of_a_snapshot_are_listed(held: Account, scratch: Scratch) -> None:
    """A snapshot has neither keys nor the paths of URLs, so its callbacks are not adopted; an old one has none."""
    rule(held, template(held, "open", RecordNotifyUrl=URL))
    taken = scratch.run("snapshot", **live(held)).stdout
    scratch.write("account.json", taken)
    done = scratch.run("adopt", "--stack", "dev", "--account", "account.json")
    old = {name: value for name, value in json.loads(taken).items() if not name.startswith("callback")}
    scratch.write("old.json", json.dumps(old))
    unknown = scratch.run("adopt", "--stack", "dev", "--account", "old.json", "--out", "-", "--force")

    for thing in ('callback template 3001 ("open")', "callback rule push.example.com/*"):
        assert f"  {thing}: A snapshot has neither the keys nor the paths of the URLs of callbacks. " in done.stdout
    assert "callback_templates:" not in (scratch.directory / STACK).read_text(encoding="utf-8")
    assert "Callbacks were not read: the snapshot does not list them. Run adopt with credentials, " in unknown.stderr


def test_callbacks_that_may_not_be_listed_stop_nothing(held: Account, scratch: Scratch) -> None:
    """Without the permission the rest is adopted, and file and terminal say so."""
    held.emulator.fault("DescribeLiveCallbackTemplates", "internal-error", code="UnauthorizedOperation")
    done = scratch.run("adopt", "--stack", "dev", **live(held))
    sentence = "Callbacks were not read: the credentials may not list them (DescribeLiveCallbackTemplates, DescribeLiveCallbackRules). `live-recording policy reader --callbacks` prints the permissions."

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{STACK}: 1 template and 2 rules of the account.\n")
    assert f"{sentence}\n" in done.stdout
    assert f"# {sentence}\n" in (scratch.directory / STACK).read_text(encoding="utf-8")
