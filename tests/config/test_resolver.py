"""One resolver: each source of a setting gives every verb the same site, endpoint and region."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_check import Scratch
from tests.support.emulated_account import Account

BUCKET = 'templates:\n  b: {cos_store: true, mp4: {cos_bucket_name: b, cos_bucket_region: r, cos_bucket_path: "/{RandomID}"}}\nacknowledge: [{finding: cos-authorization, path: templates, reason: r}]\n'
"""Valid on site cn only."""
NOWHERE = "http://127.0.0.1:1"
PROJECT = "name: {}\nruntime: python\nstackConfigDir: stacks\nconfig:\n"
WRONG = {"site": "intl", "endpoint": NOWHERE}
"""Values of the sources that must lose."""


def entries(namespace: str, values: dict[str, str], form: str = "{}") -> str:
    """Return lines of a `config` section."""
    return "".join(f"  {namespace}{key}: {form.format(value)}\n" for key, value in values.items())


def project_default(scratch: Scratch, right: dict[str, str]) -> dict[str, str]:
    """Write defaults in Pulumi.yaml, in the namespace of a project that is called live-recording."""
    scratch.write(
        "Pulumi.yaml", PROJECT.format("live-recording") + entries("", right, "{{type: string, default: '{}'}}")
    )
    return {}


def project_value(scratch: Scratch, right: dict[str, str]) -> dict[str, str]:
    """Write values in Pulumi.yaml of a project of another name."""
    scratch.write("Pulumi.yaml", PROJECT.format("other") + entries("live-recording:", right, "{{value: '{}'}}"))
    return {}


def stack_value(scratch: Scratch, right: dict[str, str]) -> dict[str, str]:
    """Write values in the stack's config, over those of Pulumi.yaml."""
    scratch.write("Pulumi.yaml", PROJECT.format("other") + entries("live-recording:", WRONG))
    scratch.write("stacks/Pulumi.dev.yaml", "config:\n" + entries("live-recording:", right))
    return {}


def other_directory(scratch: Scratch, right: dict[str, str]) -> dict[str, str]:
    """Write the stack's config in the directory that stackConfigDir names, where a file elsewhere does not count."""
    scratch.write("Pulumi.yaml", "name: other\nruntime: python\nstackConfigDir: settings\n")
    (scratch.directory / "settings").mkdir()
    scratch.write("settings/Pulumi.dev.yaml", "config:\n" + entries("live-recording:", right))
    scratch.write("stacks/Pulumi.dev.yaml", "config:\n" + entries("live-recording:", WRONG))
    return {}


def variable(scratch: Scratch, right: dict[str, str]) -> dict[str, str]:
    """Set environment variables, over the stack's config; the site has none."""
    scratch.write("stacks/Pulumi.dev.yaml", "config:\n" + entries("live-recording:", WRONG | {"site": right["site"]}))
    return {"LIVE_RECORDING_ENDPOINT": right["endpoint"]}


Source = Callable[[Scratch, dict[str, str]], dict[str, str]]
SOURCES = (project_default, project_value, stack_value, other_directory, variable)
PREVIEW = '{"steps": [], "changeSummary": {}, "diagnostics": []}'
PULUMI = """#!/bin/sh
case " $* " in
*" export "*) echo '{"version": 3, "deployment": {}}' ;;
*" preview "*) echo '%s' ;;
esac
"""
"""A CLI that plans nothing: what it would resolve is tested in tests/engine/test_engine_settings.py."""
READS_ACCOUNT = {
    "audit": ("audit", "dev"),
    "adopt": ("adopt", "--stack", "dev", "--out", "-"),
    "snapshot": ("snapshot", "--stack", "dev"),
    "doctor": ("doctor", "--stack", "dev"),
}
REVIEWS = {
    "review": ("review", "--stack", "dev", "--plan", "preview.json"),
    "plan": ("plan", "dev"),
    "deploy": ("deploy", "dev"),
}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
def test_every_verb_uses_the_same_settings(source: Source, cn_account: Account, tmp_path: Path) -> None:
    """Verbs without the account use the limits of the site; verbs with it ask that endpoint in that site's region."""
    scratch, emulator = Scratch(tmp_path), cn_account.emulator
    scratch.write("stacks/dev.yaml", BUCKET)
    keys = {"TENCENTCLOUD_SECRET_ID": emulator.secret_id, "TENCENTCLOUD_SECRET_KEY": emulator.secret_key, "CI": ""}
    keys |= source(scratch, {"site": "cn", "endpoint": emulator.url})
    scratch.write("preview.json", PREVIEW)
    scratch.write("pulumi", PULUMI % PREVIEW)
    (tmp_path / "pulumi").chmod(0o755)
    keys["PATH"] = f"{tmp_path}:{os.environ['PATH']}"

    assert scratch.run("check", "dev", **keys).stdout == "1 file checked, no problems found.\n"
    explained = scratch.run("explain", "dev", "push.example.com/live/a", **keys)
    assert (explained.returncode, explained.stderr) == (0, "")
    for verb, arguments in (READS_ACCOUNT | REVIEWS).items():
        emulator.clear_log()
        done = scratch.run(*arguments, **keys)
        assert NOWHERE not in done.stdout + done.stderr, verb
        assert "DescribeLiveRecordRules" in {call["action"] for call in emulator.log}, (verb, done.stdout, done.stderr)
        assert "ap-singapore" not in done.stdout, verb


def test_verbs_find_the_project_upwards(tmp_path: Path) -> None:
    """In a subdirectory results name files from the root; a path that the user gives is relative to that directory."""
    scratch = Scratch(tmp_path)
    scratch.write("stacks/dev.yaml", "rules:\n  all: {domain: push.example.com, template: gone}\n")
    below = Scratch.__new__(Scratch)
    below.directory = tmp_path / "stacks"
    at_root = scratch.run("check", "dev")

    assert at_root.stdout.startswith("stacks/dev.yaml:2: ")
    assert below.run("check", "dev").stdout == at_root.stdout
    assert below.run("check", "dev.yaml").stdout == at_root.stdout
    assert below.run("check", "../stacks/dev.yaml").stdout == at_root.stdout


def test_full_stack_names_are_accepted(tmp_path: Path) -> None:
    """ORGANIZATION/PROJECT/STACK is the same stack; a stack of another project is not one of this directory."""
    scratch = Scratch(tmp_path)
    scratch.write("stacks/dev.yaml", "templates:\n  archive: {mp4: {storage_time: 30d}}\n")

    for name in ("dev", "acme/dev", "acme/scratch/dev"):
        assert scratch.run("check", name).stdout == "1 file checked, no problems found.\n"
    other = scratch.run("check", "acme/other/dev")
    assert (other.returncode, other.stderr) == (
        2,
        "Stack acme/other/dev is of project other, but this is project scratch. Change to the directory of that project.\n",
    )
    assert scratch.run("check", "a/b/c/d").stderr.startswith('"a/b/c/d" is not the name of a stack. Use STACK, ')


UNKNOWN = {
    "misspelt": (
        "live-recording:sites: cn",
        (
            'stacks/Pulumi.dev.yaml:2: config.live-recording:sites: Unknown key "sites" in the namespace live-recording. '
            'Did you mean "site"? [unknown-config]\n'
        ),
    ),
    "own-namespace": (
        "site: cn",
        (
            'stacks/Pulumi.dev.yaml:2: config.site: Key "site" has no effect in the namespace of project scratch. '
            "Use live-recording:site. [unknown-config]\n"
        ),
    ),
    "own-namespace-in-full": (
        "scratch:region: ap-tokyo",
        (
            'stacks/Pulumi.dev.yaml:2: config.scratch:region: Key "region" has no effect in the namespace of project scratch. '
            "Use live-recording:region. [unknown-config]\n"
        ),
    ),
}
VERBS = {
    **READS_ACCOUNT,
    "check": ("check", "dev"),
    "explain": ("explain", "dev", "push.example.com/live/a"),
}


@pytest.mark.parametrize(("line", "finding"), UNKNOWN.values(), ids=UNKNOWN)
def test_keys_without_effect_stop_every_verb(tmp_path: Path, line: str, finding: str) -> None:
    """A verb stops instead of using another site than the config tried to set."""
    scratch = Scratch(tmp_path)
    scratch.write("stacks/dev.yaml", "templates:\n  archive: {mp4: {storage_time: 30d}}\n")
    scratch.write("stacks/Pulumi.dev.yaml", f"config:\n  {line}\n  other:site: theirs\n")
    for verb, arguments in VERBS.items():
        done = scratch.run(*arguments, LIVE_RECORDING_ENDPOINT=NOWHERE)
        assert done.returncode == 1, verb
        assert finding.strip() in done.stdout + done.stderr, verb


PLAIN = "secretKey is stored in plain text in {}. Rotate it, then store it encrypted: pulumi config set --secret live-recording:secretKey --stack dev"


@pytest.mark.parametrize("file", ["stacks/Pulumi.dev.yaml", "Pulumi.yaml"])
def test_secret_in_plain_text_stops_every_verb(tmp_path: Path, file: str) -> None:
    """The sentence names the file and how to store the key; the key is not shown."""
    scratch = Scratch(tmp_path)
    scratch.write("stacks/dev.yaml", "templates:\n  archive: {mp4: {storage_time: 30d}}\n")
    head = "name: scratch\nruntime: python\nstackConfigDir: stacks\n" if file == "Pulumi.yaml" else ""
    scratch.write(file, f"{head}config:\n  live-recording:secretKey: canaryKey0001\n")
    for verb, arguments in VERBS.items():
        done = scratch.run(*arguments, LIVE_RECORDING_ENDPOINT=NOWHERE)
        assert done.returncode in (1, 2), verb
        assert PLAIN.format(file) in done.stdout + done.stderr, verb
        assert "canaryKey0001" not in done.stdout + done.stderr, verb


@pytest.mark.parametrize(
    ("value", "accepted"), [("{a: {secure: v1:x}}", True), ("{a: {secure: v1:x}, b: canaryKey0001}", False)]
)
def test_each_callback_key_is_encrypted(tmp_path: Path, value: str, accepted: bool) -> None:
    """A key in plain text beside encrypted ones is rejected; `check` does not need the encrypted ones."""
    scratch = Scratch(tmp_path)
    url = "{record_notify_url: https://hooks.example.com/live, callback_key: true}"
    rules = "callback_rules:\n  all: {domain: push.example.com, callback_template: a}\n"
    scratch.write("stacks/dev.yaml", f"callback_templates:\n  a: {url}\n{rules}")
    scratch.write("stacks/Pulumi.dev.yaml", f"config:\n  live-recording:callbackKeys: {value}\n")
    done = scratch.run("check", "dev")

    assert (done.returncode == 0) is accepted, done.stderr
    assert ("callbackKeys is stored in plain text in stacks/Pulumi.dev.yaml. Rotate it" in done.stderr) is not accepted
    assert "canaryKey0001" not in done.stdout + done.stderr


def test_setting_that_is_encrypted_is_rejected(tmp_path: Path) -> None:
    """Without Pulumi's key a verb would use another site."""
    scratch = Scratch(tmp_path)
    scratch.write("stacks/dev.yaml", "templates:\n  archive: {mp4: {storage_time: 30d}}\n")
    scratch.write("stacks/Pulumi.dev.yaml", "config:\n  live-recording:site: {secure: v1:abc}\n")
    done = scratch.run("check", "dev")

    assert done.returncode == 2
    assert done.stderr == (
        "site is encrypted in stacks/Pulumi.dev.yaml; only Pulumi can decrypt it. site is not a secret. Store it in "
        "plain text: pulumi config set --plaintext live-recording:site VALUE --stack dev\n"
    )


ESC = "environment:\n  - prod\nconfig:\n  live-recording:region: ap-tokyo\n"


def test_esc_environment_is_resolved_by_the_cli(tmp_path: Path) -> None:
    """What the CLI prints is the whole config; where it fails, the verb stops instead of using a part of it."""
    scratch = Scratch(tmp_path)
    scratch.write("stacks/dev.yaml", BUCKET)
    scratch.write("stacks/Pulumi.dev.yaml", ESC)
    fake = tmp_path / "bin" / "pulumi"
    fake.parent.mkdir()
    resolved = '{"live-recording:site": {"value": "cn", "secret": false}, "live-recording:secretKey": {"secret": true}}'
    fake.write_text(f"#!/bin/sh\necho '{resolved}'\n", encoding="utf-8")
    fake.chmod(0o755)
    assert scratch.run_process("check", "dev", PATH=str(fake.parent)).stdout == "1 file checked, no problems found.\n"

    fake.write_text("#!/bin/sh\necho 'error: backend does not support environments' >&2; exit 1\n", encoding="utf-8")
    done = scratch.run_process("check", "dev", PATH=f"{fake.parent}:/bin")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        "stacks/Pulumi.dev.yaml uses an ESC environment, and Pulumi cannot resolve it: error: backend does not support "
        "environments. Nothing was checked, because a part of the config is unknown.\n"
    )
