"""Where `live-recording check` takes site, file and time from, and what it says when it cannot."""

from pathlib import Path

import pytest

from tests.cli.test_check import GOOD, UNKNOWN, WRONG, Scratch


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """Return a project without stacks."""
    return Scratch(tmp_path)


BUCKET = 'templates:\n  b: {cos_store: true, mp4: {cos_bucket_name: b, cos_bucket_region: r, cos_bucket_path: "/{RandomID}"}}\nacknowledge: [{finding: cos-authorization, path: templates, reason: r}]\n'


def test_site_comes_from_the_stacks_config(scratch: Scratch) -> None:
    """The accepted values depend on the site in the stack's Pulumi config."""
    for name, site in (("here", "cn"), ("there", "intl")):
        scratch.write(f"stacks/{name}.yaml", BUCKET)
        scratch.write(f"stacks/Pulumi.{name}.yaml", f"config:\n  live-recording:site: {site}\n")
    here, there = scratch.run("check", "here"), scratch.run("check", "there")

    assert (here.returncode, here.stdout) == (0, "1 file checked, no problems found.\n")
    assert (there.returncode, there.stdout.count("[site-mismatch]")) == (1, 1)


def test_encrypted_values_are_no_hindrance(scratch: Scratch) -> None:
    """A stack's secrets are not needed to check its file."""
    scratch.write("stacks/dev.yaml", GOOD)
    config = "encryptionsalt: v1:x\nconfig:\n  live-recording:secretKey: {secure: v1:abc}\n  live-recording:site: cn\n"
    scratch.write("stacks/Pulumi.dev.yaml", config)

    assert scratch.run("check", "dev").returncode == 0


CONFIG = {
    "site": (
        "config: {live-recording:site: us}",
        'Unknown site "us" in live-recording:site. Use intl or cn.',
    ),
    "region": (
        "config: {live-recording:region: eu-west-1}",
        'Region "eu-west-1" in live-recording:region has no recording tasks on site intl.',
    ),
    "endpoint": (
        "config: {live-recording:endpoint: http://example.com}",
        'Endpoint "http://example.com" uses plain HTTP. Use HTTPS or a loopback address.',
    ),
    "broken": ("config: {", "Cannot read stacks/Pulumi.dev.yaml: "),
    "broken-over-many-lines": ("config:\n  a: 1\n b: 2\n", "Cannot read stacks/Pulumi.dev.yaml: "),
    "list": ("config: [1]", "stacks/Pulumi.dev.yaml: `config` must be a mapping, not a list. Fix the file."),
}


@pytest.mark.parametrize(("text", "sentence"), CONFIG.values(), ids=CONFIG)
def test_unusable_config_ends_with_2(scratch: Scratch, text: str, sentence: str) -> None:
    """An invalid config value is reported in one line."""
    scratch.write("stacks/dev.yaml", GOOD)
    scratch.write("stacks/Pulumi.dev.yaml", text)
    done = scratch.run("check", "dev")

    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_recordings_may_be_in_another_file(scratch: Scratch) -> None:
    """The file that the config names is the one that is checked."""
    scratch.write("stacks/dev.yaml", GOOD)
    scratch.write("stacks/Pulumi.dev.yaml", "config: {live-recording:recordings: shared.yaml}\n")
    scratch.write("shared.yaml", WRONG)
    done = scratch.run("check", "dev")

    assert (done.returncode, done.stdout.splitlines()[0]) == (1, UNKNOWN.replace("stacks/wrong", "shared"))


def test_stack_name_with_a_dot_has_its_own_config(scratch: Scratch) -> None:
    """A dot in a stack's name is part of it, for its file and for its config."""
    scratch.write("stacks/eu.prod.yaml", BUCKET)
    scratch.write("stacks/Pulumi.eu.prod.yaml", "config: {live-recording:site: cn}\n")
    scratch.write("stacks/Pulumi.eu.yaml", "config: {live-recording:site: us}\n")
    done = scratch.run("check", "eu.prod")

    assert done.stderr == ""
    assert "stacks/eu.prod.yaml" in done.stdout
    assert "site-mismatch" not in done.stdout


def test_pinned_time_is_the_time(scratch: Scratch) -> None:
    """With LIVE_RECORDING_NOW a file is checked as it will be then."""
    task = "  final: {domain: push.example.com, app: live, stream: s, end: 2026-11-24T08:00, template: archive}\n"
    scratch.write("stacks/dev.yaml", f"{GOOD}tasks:\n{task}")

    assert "would last 92 h 00 m, counted from now" in scratch.run("check", "dev").stdout
    assert (
        scratch.run("check", "dev", LIVE_RECORDING_NOW="2026-11-24T00:00Z").stdout
        == "1 file checked, no problems found.\n"
    )


CONFIGURED = {
    "other-host": (
        "https://live.example.com",
        {},
        (
            'live-recording:endpoint "https://live.example.com" is neither a host of the vendor (*.tencentcloudapi.com) nor a '
            "loopback address. To use it, set the environment variable LIVE_RECORDING_ENDPOINT."
        ),
    ),
    "looks-like-the-vendor": (
        "live.tencentcloudapi.com.example.com",
        {},
        'live-recording:endpoint "live.tencentcloudapi.com.example.com" is neither a host of the vendor',
    ),
    "loopback-in-ci": (
        "http://127.0.0.1:1",
        {"CI": "true"},
        'live-recording:endpoint "http://127.0.0.1:1" is a loopback address, which is not allowed in CI.',
    ),
}


@pytest.mark.parametrize(("endpoint", "environment", "sentence"), CONFIGURED.values(), ids=CONFIGURED)
def test_config_sends_requests_to_the_vendor_only(
    scratch: Scratch, endpoint: str, environment: dict[str, str], sentence: str
) -> None:
    """Write access to a stack's config is not enough to redirect the credentials of others."""
    scratch.write("stacks/dev.yaml", GOOD)
    scratch.write("stacks/Pulumi.dev.yaml", f"config: {{live-recording:endpoint: '{endpoint}'}}\n")
    done = scratch.run("check", "dev", **environment)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(sentence)


@pytest.mark.parametrize("endpoint", ["live.ap-singapore.tencentcloudapi.com", "https://live.intl.tencentcloudapi.com"])
def test_config_may_name_hosts_of_the_vendor(scratch: Scratch, endpoint: str) -> None:
    """Regional hosts are the vendor's, too; any other host can be named by a variable."""
    scratch.write("stacks/dev.yaml", GOOD)
    scratch.write("stacks/Pulumi.dev.yaml", f"config: {{live-recording:endpoint: '{endpoint}'}}\n")

    assert scratch.run("check", "dev").returncode == 0
    assert scratch.run("check", "dev", LIVE_RECORDING_ENDPOINT="https://live.example.com").returncode == 0


TIMES = {
    "tomorrow": "Expected a time such as",
    "0001-01-01T00:00+08:00": "The year 1 is out of range.",
    "9999-12-31T23:59-12:00": "The year 9999 is out of range.",
}


@pytest.mark.parametrize(("now", "sentence"), TIMES.items(), ids=TIMES)
def test_unreadable_time_ends_with_2(scratch: Scratch, now: str, sentence: str) -> None:
    """An invalid simulated time is rejected, not ignored."""
    scratch.write("stacks/dev.yaml", GOOD)
    done = scratch.run("check", LIVE_RECORDING_NOW=now)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"Invalid LIVE_RECORDING_NOW. {sentence}")


USE = "Use http://127.0.0.1:PORT, https://HOST or a host name."
ENDPOINTS = {
    "path": ("https://live.example.com/v2", f'Invalid endpoint "https://live.example.com/v2". {USE}'),
    "port": ("http://127.0.0.1:99999", f'Invalid endpoint "http://127.0.0.1:99999". {USE}'),
    "no-port": ("http://127.0.0.1:x", f'Invalid endpoint "http://127.0.0.1:x". {USE}'),
    "half-address": ("https://[::1", f'Invalid endpoint "https://[::1". {USE}'),
    "query": ("https://live.example.com?x=1", f'Invalid endpoint "https://live.example.com?x=1". {USE}'),
    "password": ("https://me:secret@live.example.com", f"The endpoint contains a user name. Requests are signed with the key pair instead. {USE}"),
}  # fmt: skip


@pytest.mark.parametrize(("endpoint", "sentence"), ENDPOINTS.values(), ids=ENDPOINTS)
def test_endpoint_that_is_none_ends_with_2(scratch: Scratch, endpoint: str, sentence: str) -> None:
    """It is reported before anything is sent, and a password in it is not shown."""
    done = scratch.run("snapshot", LIVE_RECORDING_ENDPOINT=endpoint)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{sentence}\n")


@pytest.mark.parametrize("variable", ["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_TOKEN"])
def test_credential_with_a_line_break_is_not_shown(scratch: Scratch, variable: str) -> None:
    """Such a one would be refused, and repeated, by what builds the header of a request."""
    keys = {"TENCENTCLOUD_SECRET_ID": "id", "TENCENTCLOUD_SECRET_KEY": "key", "LIVE_RECORDING_ENDPOINT": "127.0.0.1:1"}
    done = scratch.run("snapshot", **keys | {variable: "AKIDsecret\n"})

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        f"{variable}, or its config value, contains a space, a line break or another character"
    )
    assert "AKIDsecret" not in done.stderr


def test_path_is_the_file_itself(scratch: Scratch) -> None:
    """Who names a file means that file, whatever the config of its stack says."""
    scratch.write("stacks/dev.yaml", GOOD)
    scratch.write("stacks/Pulumi.dev.yaml", "config: {live-recording:recordings: shared.yaml}\n")

    assert scratch.run("check", "stacks/dev.yaml").stdout == "1 file checked, no problems found.\n"


def test_configuration_of_pulumi_is_no_stack_file(scratch: Scratch) -> None:
    """As a shell names it for stacks/*.yaml."""
    scratch.write("stacks/dev.yaml", GOOD)
    scratch.write("stacks/Pulumi.dev.yaml", "config: {}\n")
    done = scratch.run("check", "stacks/Pulumi.dev.yaml", "stacks/dev.yaml")

    sentence = '"stacks/Pulumi.dev.yaml" is a Pulumi config file, not a stack file. Stacks in this project: dev.\n'
    assert (done.returncode, done.stderr) == (2, sentence)
