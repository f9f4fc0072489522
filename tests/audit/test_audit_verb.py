"""`live-recording audit` as a command: messages, exit codes, accounts."""

import json
import re
import shutil
from pathlib import Path

import pytest

from live_recording.audit.compare import IS_PROBLEM
from tests.cli.test_check import GOOD, ROOT, WRONG, Scratch
from tests.support.emulated_account import Account

GOLDEN = Path(__file__).parent.parent / "golden" / "audit"
PUSH = "push.example.com"
RULE = "rules:\n  all: {domain: push.example.com, template: archive}\n"
NOTHING = "{}\n"
EMPTY = {"version": 1, "site": "intl", "at": "2026-11-20T12:00:00Z", "templates": [], "rules": [], "tasks": []}


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """Create a project without stacks."""
    return Scratch(tmp_path)


@pytest.fixture
def shop(tmp_path: Path) -> Scratch:
    """Create the project of the golden account, which has every difference once."""
    made = Scratch(tmp_path)
    shutil.copytree(GOLDEN, tmp_path, dirs_exist_ok=True)
    return made


def live(account: Account) -> dict[str, str]:
    """Return the environment variables of an account in the emulator."""
    return {name: value for name, value in account.environment.items() if name.startswith(("LIVE_", "TENCENT"))}


@pytest.mark.parametrize("form", ["text", "json"])
def test_every_sentence_is_the_expected_one(shop: Scratch, form: str, request: pytest.FixtureRequest) -> None:
    """Every message, sorted, with its location, in both formats; `--rewrite` writes them again."""
    done = shop.run("audit", "--account", "account.json", "--format", form)
    expected = GOLDEN / f"expected.{form}"
    if request.config.getoption("--rewrite"):
        expected.write_text(done.stdout, encoding="utf-8")

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == expected.read_text(encoding="utf-8")


def test_every_kind_is_in_the_golden_file(shop: Scratch) -> None:
    """Each kind of difference has a well-formed sentence there."""
    (account,) = json.loads(shop.run("audit", "--account", "account.json", "--format", "json").stdout)["accounts"]

    assert {message["kind"] for message in account["told"]} == set(IS_PROBLEM)
    for message in account["told"]:
        assert message["sentence"].endswith((".", " prod"))  # a command to copy has no full stop
        assert message["sentence"][0].isupper()
        assert message["sentence"].isprintable()
        assert "  " not in message["sentence"]


def test_green_audit(account: Account, scratch: Scratch) -> None:
    """An account that holds what the files declare ends with 0, whatever another project has there."""
    scratch.write("stacks/dev.yaml", GOOD + RULE)
    archive = account.template("scratch--dev--archive", Mp4Param={"Enable": 1, "StorageTime": 30 * 86400})
    account.rule(archive, PUSH)
    account.rule(account.template("blog--prod--all"), "blog.example.com", "中文", "100%")
    done = scratch.run("audit", **live(account))

    assert (done.returncode, done.stderr) == (0, "")
    where = f"account 100000000001, site intl, {account.emulator.url}"
    assert done.stdout.splitlines()[0] == f"{where} at 2026-11-20T12:00:00Z, with stacks/dev.yaml:"
    assert [line.rpartition(" ")[2] for line in done.stdout.splitlines()[1:-1]] == ["[foreign]", "[foreign]"]
    assert done.stdout.splitlines()[-1] == "1 account compared: 0 problems, 2 notices."
    assert account.changes() == []


def test_empty_account_and_file(account: Account, scratch: Scratch) -> None:
    """An empty account and an empty file do not differ."""
    scratch.write("stacks/dev.yaml", NOTHING)
    done = scratch.run("audit", **live(account))

    assert (done.returncode, done.stdout.splitlines()[1:]) == (
        0,
        ["  No differences.", "1 account compared: 0 problems, 0 notices."],
    )


def test_stacks_of_one_account_are_compared_together(account: Account, scratch: Scratch) -> None:
    """Each account is read once for all its stacks."""
    for stack in ("dev", "prod"):
        scratch.write(f"stacks/{stack}.yaml", GOOD.replace("archive", stack))
        account.template(f"scratch--{stack}--{stack}", Mp4Param={"Enable": 1, "StorageTime": 30 * 86400})
    both = scratch.run("audit", **live(account))
    reads = [call["action"] for call in account.emulator.log]
    one = scratch.run("audit", "prod", **live(account))

    assert (both.returncode, one.returncode) == (0, 0)
    assert "with stacks/dev.yaml, stacks/prod.yaml:" in both.stdout
    assert "with stacks/prod.yaml:" in one.stdout
    assert reads.count("DescribeLiveRecordRules") == 1


def test_region_does_not_distinguish_accounts(account: Account, scratch: Scratch) -> None:
    """Stacks in several regions of one account are compared together, with the tasks that each region lists."""
    for stack, region in (("dev", "ap-singapore"), ("prod", "ap-hongkong")):
        scratch.write(f"stacks/{stack}.yaml", NOTHING)
        scratch.write(f"stacks/Pulumi.{stack}.yaml", f"config: {{live-recording:region: {region}}}\n")
    done = scratch.run("audit", **live(account))

    assert (done.returncode, done.stdout.count("No differences.")) == (0, 1)
    assert "with stacks/dev.yaml, stacks/prod.yaml:" in done.stdout


@pytest.mark.parametrize("file", ["stacks/{}.yaml", "shared.yaml"], ids=["a-file-each", "one-file"])
def test_stacks_of_several_accounts_are_compared_separately(
    account: Account, cn_account: Account, scratch: Scratch, file: str
) -> None:
    """Stacks whose config names another endpoint or site are on another account, even where they share a file."""
    for stack, on in (("dev", account), ("prod", cn_account)):
        scratch.write(file.format(stack), GOOD)
        settings = {"site": on.emulator.site, "endpoint": on.emulator.url, "recordings": file.format(stack)}
        scratch.write(f"stacks/Pulumi.{stack}.yaml", json.dumps({"config": {f"live-recording:{k}": v for k, v in settings.items()}}))  # fmt: skip
        on.template(f"scratch--{stack}--archive", Mp4Param={"Enable": 1, "StorageTime": 30 * 86400})
    keys = {name: value for name, value in live(account).items() if name.startswith("TENCENT")}
    done = scratch.run("audit", **keys)

    assert (done.returncode, done.stdout.count("No differences.")) == (0, 2)
    assert {line.partition(" at ")[0] for line in done.stdout.splitlines() if ", with " in line} == {
        f"account 100000000001, site intl, {account.emulator.url}",
        f"account 100000000001, site cn, {cn_account.emulator.url}",
    }


def test_file_with_errors_is_reported_as_by_check(account: Account, scratch: Scratch) -> None:
    """What it declares is not known, so its account is not read; other accounts are."""
    scratch.write("stacks/dev.yaml", WRONG)
    done = scratch.run("audit", **live(account))

    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        *scratch.run("check", "dev").stdout.splitlines()[:1],
        "The account of stacks/dev.yaml was not compared. Fix stacks/dev.yaml first.",
        "0 accounts compared: 1 problem, 0 notices.",
    ]
    assert account.emulator.log == []


def test_other_file_that_cannot_be_used_is_noted(account: Account, scratch: Scratch) -> None:
    """Its objects may be reported as undeclared, so a note says that its declarations are unknown."""
    scratch.write("stacks/dev.yaml", NOTHING)
    scratch.write("stacks/prod.yaml", WRONG)
    scratch.write("stacks/staging.yaml", NOTHING)
    scratch.write("stacks/Pulumi.staging.yaml", "config: [1]\n")
    done = scratch.run("audit", "dev", **live(account))

    assert done.returncode == 0
    assert done.stdout.splitlines()[:2] == [
        "Unknown declarations of stack staging: stacks/Pulumi.staging.yaml: `config` must be a mapping, not a list. Fix the file.",
        "Unknown declarations of stacks/prod.yaml: it has errors. Run: live-recording check prod",
    ]


SEALED = "encryptionsalt: v1:x\nconfig:\n  live-recording:secretId: AKIDplain\n  live-recording:secretKey: {secure: v1:abc}\n"
BLIND = {
    "no-credentials": ("{}", {}, "No credentials found; the account cannot be read. Set TENCENTCLOUD_SECRET_ID"),
    "encrypted": (
        SEALED,
        {},
        'secretKey is encrypted in stacks/Pulumi.dev.yaml; only Pulumi can decrypt it. For this command: export TENCENTCLOUD_SECRET_KEY="$(pulumi config get live-recording:secretKey --stack dev)"',
    ),
    "wrong-key": (
        "{}",
        {"TENCENTCLOUD_SECRET_ID": "emulator", "TENCENTCLOUD_SECRET_KEY": "wrong"},
        "GetCallerIdentity was rejected:",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("settings", "keys", "sentence"), BLIND.values(), ids=BLIND)
def test_account_that_cannot_be_read_ends_with_3(
    account: Account, scratch: Scratch, settings: str, keys: dict[str, str], sentence: str
) -> None:
    """The reason is one sentence in place of the differences."""
    scratch.write("stacks/dev.yaml", GOOD)
    scratch.write("stacks/Pulumi.dev.yaml", settings)
    done = scratch.run("audit", LIVE_RECORDING_ENDPOINT=account.emulator.url, HOME=str(scratch.directory), **keys)

    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.splitlines()[1].startswith(f"  {sentence}")
    assert done.stdout.splitlines()[2:] == ["0 accounts compared: 0 problems, 0 notices."]


def test_key_of_the_environment_stands_in_for_an_encrypted_one(account: Account, scratch: Scratch) -> None:
    """The advice for an encrypted key works."""
    scratch.write("stacks/dev.yaml", NOTHING)
    scratch.write("stacks/Pulumi.dev.yaml", SEALED)

    assert scratch.run("audit", **live(account)).returncode == 0


def test_later_findings_do_not_hide_an_account_that_cannot_be_read(account: Account, scratch: Scratch) -> None:
    """Of two accounts one can be read: both are reported, and the exit code is that of the failure."""
    scratch.write("stacks/dev.yaml", GOOD)
    scratch.write("stacks/prod.yaml", GOOD)
    scratch.write("stacks/Pulumi.prod.yaml", "config: {live-recording:endpoint: http://127.0.0.1:1}\n")
    settings = live(account)
    endpoint = settings.pop("LIVE_RECORDING_ENDPOINT")
    scratch.write("stacks/Pulumi.dev.yaml", f"config: {{live-recording:endpoint: '{endpoint}'}}\n")
    done = scratch.run("audit", **settings)

    assert (done.returncode, done.stdout.count("[not-live]"), done.stdout.count("Connection refused")) == (3, 1, 1)
    assert done.stdout.splitlines()[-1] == "1 account compared: 1 problem, 0 notices."


USAGE = {
    "unknown-stack": (["audit", "prd"], "{}", 'Stack file "stacks/prd.yaml" not found. Stacks in this project: dev.'),
    "no-snapshot": (["audit", "--account", "no.json"], "{}", 'Snapshot "no.json" not found.'),
    "not-json": (["audit", "--account", "Pulumi.yaml"], "{}", '"Pulumi.yaml" is not JSON.'),
    "no-end": (["audit", "--account", "odd.json"], "{}", 'odd.json: This snapshot cannot be read at "'),
    "site": (
        ["audit", "--account", "account.json"],
        "config: {live-recording:site: cn}",
        '"account.json" is a snapshot of site intl, but stack dev is on site cn.',
    ),
    "config": (["audit"], "config: {live-recording:site: us}", 'Unknown site "us" in live-recording:site.'),
}


@pytest.mark.parametrize(("arguments", "settings", "sentence"), USAGE.values(), ids=USAGE)
def test_wrong_usage_ends_with_2(scratch: Scratch, arguments: list[str], settings: str, sentence: str) -> None:
    """The error is printed on standard error."""
    scratch.write("stacks/dev.yaml", GOOD)
    scratch.write("stacks/Pulumi.dev.yaml", f"{settings}\n")
    scratch.write("account.json", json.dumps(EMPTY))
    scratch.write("odd.json", json.dumps(EMPTY | {"tasks": [{"TaskId": "t", "StartTime": 1}]}))
    done = scratch.run(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(sentence)


def test_no_stack_file_at_all_ends_with_2(scratch: Scratch) -> None:
    """A project without stacks has nothing to compare."""
    done = scratch.run("audit")

    assert (done.returncode, done.stderr) == (
        2,
        "No stack files found in stacks/. Create stacks/dev.yaml, or change to the root directory of the project.\n",
    )


def test_page_has_every_kind() -> None:
    """The list on the page about audit has every kind, and says which ones count."""
    page = (ROOT / "docs/audit.md").read_text(encoding="utf-8")
    problems, notices = (set(re.findall(r"^- `([a-z-]+)`: ", part, re.MULTILINE)) for part in page.split("Notices:\n"))

    assert problems == {kind for kind, counts in IS_PROBLEM.items() if counts}
    assert notices == {kind for kind, counts in IS_PROBLEM.items() if not counts}
