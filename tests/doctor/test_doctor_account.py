"""`live-recording doctor` about endpoint, clock and credentials, and about subjects that hang."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from live_recording.doctor.report import CheckResult, run_checks
from live_recording.emulator import Emulator
from tests.doctor.test_doctor_verb import Patient, keys
from tests.support.emulated_account import Account

ID, KEY = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
PAIR = {"TENCENTCLOUD_SECRET_ID": ID, "TENCENTCLOUD_SECRET_KEY": KEY}


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    """Return a project with one stack."""
    return Patient(tmp_path)


@contextmanager
def endpoint(date: str | None, message: str = "") -> Iterator[str]:
    """Return the URL of a server that sends this Date header and rejects every call with this message."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(404)
            if date is not None:
                self.send_header("Date", date)
            self.end_headers()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            refused = {"Response": {"Error": {"Code": "AuthFailure", "Message": message}, "RequestId": "r"}}
            content = json.dumps(refused).encode()
            self.send_response_only(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


SKEWS = {
    "right": (0, "ok", "This machine's clock agrees with the endpoint's."),
    "half-a-minute": (30, "ok", "This machine's clock agrees with the endpoint's."),
    "ahead": (-150, "note", "This machine's clock is 2 m "),
    "behind": (150, "note", "This machine's clock is 2 m "),
    "far-behind": (7200, "wrong", "This machine's clock is 1 h 59 m "),
    "far-ahead": (-7230, "wrong", "This machine's clock is 2 h 00 m "),
}


@pytest.mark.parametrize(("seconds", "state", "sentence"), SKEWS.values(), ids=SKEWS)
def test_clock_is_compared_with_the_endpoints(patient: Patient, seconds: int, state: str, sentence: str) -> None:
    """A difference of one minute is noted; five minutes are wrong, because the API rejects signatures then."""
    with endpoint(format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)) as url:
        seen, said = patient.examine(LIVE_RECORDING_ENDPOINT=url)[1]["Clock (dev)"]

    assert (seen, said[: len(sentence)]) == (state, sentence)
    assert ("behind" in said, "ahead" in said) == (state != "ok" and seconds > 0, state != "ok" and seconds < 0)


@pytest.mark.parametrize("date", [None, "yesterday", ""])
def test_endpoint_without_a_time_is_accepted(patient: Patient, date: str | None) -> None:
    """A missing or invalid time is not compared."""
    with endpoint(date) as url:
        lines = patient.examine(LIVE_RECORDING_ENDPOINT=url)[1]

    assert lines["Endpoint (dev)"][0] == "note"
    assert "Clock (dev)" not in lines


def test_endpoint_whose_certificate_is_not_trusted(patient: Patient) -> None:
    """The message names the variable for the CA file; with it the check passes."""
    with Emulator(tls=True) as emulator:
        account = keys(Account(emulator))
        _, refused, _ = patient.examine(REQUESTS_CA_BUNDLE="", **account)
        _, trusted, _ = patient.examine(REQUESTS_CA_BUNDLE=str(emulator.ca_file), **account)

    assert refused["Endpoint (dev)"][0] == "wrong"
    assert "cannot be reached: certificate verify failed" in refused["Endpoint (dev)"][1]
    assert refused["Endpoint (dev)"][1].endswith("set REQUESTS_CA_BUNDLE to its CA file.")
    assert trusted["Credentials (dev)"][0] == "ok"


REFUSED = {
    "unknown-id": (PAIR, "The key AKID...MPLE of the environment was rejected. DescribeLiveRecordRules was rejected"),
    "wrong-key": (PAIR | {"TENCENTCLOUD_SECRET_ID": "emulator"}, "The key em... of the environment was rejected."),
    "token": (PAIR | {"TENCENTCLOUD_TOKEN": KEY}, "The key AKID...MPLE of the environment was rejected."),
    "half": ({"TENCENTCLOUD_SECRET_ID": ID}, "TENCENTCLOUD_SECRET_KEY is not set, but the other half of the key pair is."),
    "other-half": ({"TENCENTCLOUD_SECRET_KEY": KEY}, "TENCENTCLOUD_SECRET_ID is not set, but the other half of the key pair is."),
    "none": ({}, "No credentials found; the account cannot be read or changed. Set TENCENTCLOUD_SECRET_ID"),
}  # fmt: skip


@pytest.mark.parametrize(("pair", "sentence"), REFUSED.values(), ids=REFUSED)
def test_credentials_that_do_not_work(patient: Patient, account: Account, pair: dict[str, str], sentence: str) -> None:
    """The message names the problem and shows nothing of the key but both ends of its id."""
    code, lines, said = patient.examine(LIVE_RECORDING_ENDPOINT=account.emulator.url, **pair)

    assert code == 1
    assert lines["Credentials (dev)"][0] == "wrong"
    assert lines["Credentials (dev)"][1].startswith(sentence)
    assert "Region (dev)" not in lines
    assert ID not in said
    assert KEY not in said


def test_secrets_in_answers_are_redacted(patient: Patient) -> None:
    """An answer that repeats the credentials is shown without them."""
    with endpoint(None, f"id {ID}, key {KEY}, token {KEY[::-1]}") as url:
        _, lines, said = patient.examine(LIVE_RECORDING_ENDPOINT=url, TENCENTCLOUD_TOKEN=KEY[::-1], **PAIR)

    assert "id ***, key ***, token ***" in lines["Credentials (dev)"][1]
    assert not any(secret in said for secret in (ID, KEY, KEY[::-1]))


def test_profile_file_is_a_source(patient: Patient, account: Account) -> None:
    """Without variables the vendor's profile file is used."""
    profile = patient.home / ".tencentcloud"
    profile.mkdir(parents=True)
    pair = f"secret_id = {account.emulator.secret_id}\nsecret_key = {account.emulator.secret_key}\n"
    (profile / "credentials").write_text(f"[default]\n{pair}", encoding="utf-8")
    _, lines, _ = patient.examine(LIVE_RECORDING_ENDPOINT=account.emulator.url)

    assert lines["Credentials (dev)"][0] == "ok"
    assert lines["Credentials (dev)"][1].startswith("The key em... of profile default works.")


def test_encrypted_key_is_not_checked(patient: Patient, account: Account) -> None:
    """Only Pulumi can decrypt it; the note says how to check it."""
    patient.write(
        "stacks/Pulumi.dev.yaml", "config: {live-recording:secretId: x, live-recording:secretKey: {secure: v1:abc}}\n"
    )
    _, lines, _ = patient.examine(LIVE_RECORDING_ENDPOINT=account.emulator.url)

    assert lines["Credentials (dev)"][0] == "note"
    assert lines["Credentials (dev)"][1].startswith(
        "Not checked. secretKey is encrypted in stacks/Pulumi.dev.yaml; only Pulumi can decrypt it."
    )
    assert patient.examine(**keys(account))[1]["Credentials (dev)"][0] == "ok"


def test_plain_text_key_is_wrong(patient: Patient, account: Account) -> None:
    """A key in a file under version control is rejected even if it works, and is not shown."""
    patient.write(
        "stacks/Pulumi.dev.yaml", f"config: {{live-recording:secretId: {ID}, live-recording:secretKey: {KEY}}}\n"
    )
    _, lines, said = patient.examine(**keys(account))

    assert lines["Settings (dev)"][0] == "wrong"
    assert "pulumi config set --secret live-recording:secretKey --stack dev" in lines["Settings (dev)"][1]
    assert KEY not in said


def test_key_without_permission_for_tasks(patient: Patient, account: Account) -> None:
    """Tasks are checked separately: they need a region and their own permission."""
    account.emulator.fault("DescribeRecordTask", "internal-error", count=9)
    _, lines, _ = patient.examine(**keys(account))

    assert lines["Credentials (dev)"][0] == "ok"
    assert lines["Region (dev)"][0] == "wrong"
    assert lines["Region (dev)"][1].startswith("Tasks in ap-singapore cannot be listed. DescribeRecordTask")


def test_each_account_has_its_own_lines(patient: Patient, account: Account, cn_account: Account) -> None:
    """Stacks with the same settings share lines; a stack with invalid config has one line."""
    for name, config in {
        "prod": f"live-recording:site: cn, live-recording:endpoint: '{cn_account.emulator.url}'",
        "staging": "live-recording:site: intl",
        "odd": "live-recording:site: us",
    }.items():
        patient.write(f"stacks/{name}.yaml", "{}\n")
        patient.write(f"stacks/Pulumi.{name}.yaml", f"config: {{{config}}}\n")
    settings = keys(account) | {"LIVE_RECORDING_ENDPOINT": ""}
    for name in ("dev", "staging"):
        patient.write(f"stacks/Pulumi.{name}.yaml", f"config: {{live-recording:endpoint: '{account.emulator.url}'}}\n")
    _, lines, _ = patient.examine(**settings)

    assert {subject: lines[subject][0] for subject in lines if subject.startswith(("Credentials", "Settings"))} == {
        "Credentials (dev, staging)": "ok",
        "Credentials (prod)": "ok",
        "Settings (odd)": "wrong",
    }


def test_one_stack_can_be_named(patient: Patient, account: Account) -> None:
    """With --stack the others are not checked; an unknown stack is a usage error."""
    patient.write("stacks/odd.yaml", "{}\n")
    patient.write("stacks/Pulumi.odd.yaml", "config: [\n")
    patient.write("stacks/Pulumi.orphan.yaml", "config: {}\n")
    for named in ("dev", "stacks/dev.yaml"):
        lines = patient.examine("--stack", named, **keys(account))[1]
        assert {subject.partition(" (")[2] for subject in lines if "(" in subject} == {"dev)"}
    assert patient.examine(**keys(account))[1]["Stacks (orphan)"][0] == "note"
    unknown = patient.run("doctor", "--stack", "prd")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert unknown.stderr == 'Stack file "stacks/prd.yaml" not found. Stacks in this project: dev, odd.\n'


@pytest.mark.parametrize("scheme", ["http://", ""])
def test_environment_is_reported(patient: Patient, account: Account, scheme: str) -> None:
    """A proxy, without its password, and a simulated time."""
    account_keys = keys(account) | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    _, lines, said = patient.examine(HTTPS_PROXY=f"{scheme}me:hunter2@proxy.example.com:3128", **account_keys)

    seen = f"HTTPS_PROXY={scheme}***@proxy.example.com:3128"
    assert lines["Proxy"] == ("note", f"{seen}. Calls to the API use this proxy.")
    assert lines["Time"][1].startswith("LIVE_RECORDING_NOW is 2026-11-20T12:00Z.")
    assert "hunter2" not in said


def test_invalid_simulated_time(patient: Patient) -> None:
    """It is one line, even without stacks."""
    (patient.directory / "stacks/dev.yaml").unlink()

    assert patient.examine(LIVE_RECORDING_NOW="noon")[1]["Settings"][0] == "wrong"


def test_json_has_the_same_content(patient: Patient, account: Account) -> None:
    """Each line has its subject, state and sentence."""
    _, lines, _ = patient.examine(**keys(account))
    done = patient.run("doctor", "--format", "json", **(patient.bare | keys(account)))

    assert {line["subject"]: (line["state"], line["sentence"]) for line in json.loads(done.stdout)["lines"]} == lines


def test_check_that_hangs_is_given_up() -> None:
    """Earlier results stay, other checks are complete, and the line names the check that hangs or has a bug."""
    forever = Event()

    def hanging() -> Iterator[CheckResult]:
        yield CheckResult("Slow", "ok", "The beginning.")
        forever.wait()

    def buggy() -> Iterator[CheckResult]:
        yield from [CheckResult("Odd", "ok", f"{1 // 0}")]

    found = run_checks({"Slow": hanging, "Odd": buggy, "Good": lambda: [CheckResult("Good", "ok", "Done.")]}, 0.5)
    forever.set()

    assert [(line.subject, line.state) for line in found.lines] == [
        ("Slow", "ok"),
        ("Slow", "wrong"),
        ("Odd", "wrong"),
        ("Good", "ok"),
    ]
    assert found.lines[1].sentence.startswith("No answer within")
    assert found.exit_code == 1


def test_refused_actions_are_named(patient: Patient, account: Account) -> None:
    """Each read of a plan is tried; one that is refused is wrong, the list of domains a note."""
    account.emulator.deny("DescribeLiveRecordTemplates", "GetCallerIdentity")
    pair = {
        "TENCENTCLOUD_SECRET_ID": account.emulator.secret_id,
        "TENCENTCLOUD_SECRET_KEY": account.emulator.secret_key,
    }
    code, lines, said = patient.examine(LIVE_RECORDING_ENDPOINT=account.emulator.url, **pair)

    assert code == 1
    assert "live:DescribeLiveRecordTemplates is refused. No plan and no deployment is possible without it." in said
    assert "live:DescribeLiveDomains is refused. Domains are not checked without it." in said
    assert lines["Identity (dev)"][0] == "note"
    assert "sts:GetCallerIdentity" in lines["Identity (dev)"][1]


def test_other_account_is_named(patient: Patient, account: Account) -> None:
    """An account that is not the configured one is wrong, and both are named."""
    patient.write("stacks/Pulumi.dev.yaml", "config: {live-recording:account: '100000000002'}\n")
    pair = {
        "TENCENTCLOUD_SECRET_ID": account.emulator.secret_id,
        "TENCENTCLOUD_SECRET_KEY": account.emulator.secret_key,
    }
    code, lines, _ = patient.examine(LIVE_RECORDING_ENDPOINT=account.emulator.url, **pair)

    assert (code, lines["Identity (dev)"][0]) == (1, "wrong")
    assert "belong to account 100000000001, but live-recording:account is 100000000002" in lines["Identity (dev)"][1]
